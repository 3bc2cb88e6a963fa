//! How long silence lasts where something is written: `models/text/tables/pauses.tsv`, in milliseconds at normal speed.

use std::sync::OnceLock;

use super::data::table;

/// What stands where speech pauses, as far as its length follows from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Written {
    /// No mark: the voice decides.
    #[default]
    Nothing,
    /// 、
    Enumeration,
    Comma,
    Semicolon,
    Colon,
    Dash,
    Ellipsis,
    Bracket,
    Stop,
    Question,
    Exclamation,
    /// A place to breathe in a long clause.
    Breath,
    /// Between the groups of a number said by its digits.
    Group,
    /// The foot of a line of verse.
    Foot,
    /// A line of verse.
    Verse,
    Line,
    Paragraph,
    Heading,
    /// An item of a list.
    Item,
    /// A cell of a table.
    Cell,
}

const NAMES: [(&str, Written); 19] = [
    ("enumeration", Written::Enumeration),
    ("comma", Written::Comma),
    ("semicolon", Written::Semicolon),
    ("colon", Written::Colon),
    ("dash", Written::Dash),
    ("ellipsis", Written::Ellipsis),
    ("bracket", Written::Bracket),
    ("stop", Written::Stop),
    ("question", Written::Question),
    ("exclamation", Written::Exclamation),
    ("breath", Written::Breath),
    ("group", Written::Group),
    ("foot", Written::Foot),
    ("verse", Written::Verse),
    ("line", Written::Line),
    ("paragraph", Written::Paragraph),
    ("heading", Written::Heading),
    ("item", Written::Item),
    ("cell", Written::Cell),
];

struct Row {
    written: Written,
    marks: &'static str,
    milliseconds: u32,
}

fn rows() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let rows = table("pauses.tsv").filter_map(|row| {
            let [name, marks, milliseconds, ..] = row[..] else {
                return None;
            };
            Some(Row {
                written: NAMES.iter().find(|(known, _)| *known == name)?.1,
                marks,
                milliseconds: milliseconds.parse().ok()?,
            })
        });
        rows.collect()
    })
}

impl Written {
    /// What a mark is.
    pub fn mark(character: char) -> Written {
        let row = rows().iter().find(|row| row.marks.contains(character));
        row.map_or(Written::Nothing, |row| row.written)
    }

    /// How long speech pauses, at normal speed.
    pub fn milliseconds(self) -> Option<u32> {
        let row = rows().iter().find(|row| row.written == self);
        row.map(|row| row.milliseconds)
    }

    /// The one with the longer pause.
    pub fn longer(self, other: Written) -> Written {
        if other.milliseconds() > self.milliseconds() {
            other
        } else {
            self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_its_row() {
        for (name, written) in NAMES {
            assert!(written.milliseconds().is_some(), "{name}");
        }
        assert_eq!(rows().len(), NAMES.len());
        assert_eq!(Written::mark('、'), Written::Enumeration);
        assert_eq!(Written::mark('好'), Written::Nothing);
    }

    #[test]
    fn stronger_marks_pause_longer() {
        let lengths = ['、', '，', '；', '。'].map(|mark| Written::mark(mark).milliseconds());
        assert!(lengths.is_sorted(), "{lengths:?}");
        assert_eq!(Written::Comma.longer(Written::Stop), Written::Stop);
        assert_eq!(Written::Comma.longer(Written::Nothing), Written::Comma);
    }
}
