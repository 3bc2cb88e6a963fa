//! How a text is read.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::user::UserLexicon;

/// What the text is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Input {
    /// As people type and paste it: marks that can be nothing else are taken as such.
    #[default]
    Text,
    Markdown,
    Html,
}

/// Which of the signs that are seldom said are: none by default. As text `skip`, `read`, or kinds with spaces between them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Symbols {
    /// Emoji, by name.
    pub emoji: bool,
    /// Stars, bullets, waves at the end of a word, lines of dashes.
    pub decoration: bool,
    /// Reference marks: [1], and ① behind a word.
    pub notes: bool,
    /// Quotation marks and those of book titles.
    pub quotes: bool,
    /// Where links lead.
    pub links: bool,
}

/// There is no such kind of sign.
#[derive(Debug, thiserror::Error)]
#[error("there are no symbols `{0}`; there are emoji, decoration, notes, quotes and links")]
pub struct SymbolsError(String);

impl Symbols {
    /// All of them.
    pub const READ: Symbols = Symbols {
        emoji: true,
        decoration: true,
        notes: true,
        quotes: true,
        links: true,
    };

    fn kinds(&mut self) -> [(&'static str, &mut bool); 5] {
        [
            ("emoji", &mut self.emoji),
            ("decoration", &mut self.decoration),
            ("notes", &mut self.notes),
            ("quotes", &mut self.quotes),
            ("links", &mut self.links),
        ]
    }
}

impl TryFrom<String> for Symbols {
    type Error = SymbolsError;

    fn try_from(names: String) -> Result<Symbols, SymbolsError> {
        let mut symbols = Symbols::default();
        for name in names.split_whitespace() {
            match name {
                "skip" => {}
                "read" => symbols = Symbols::READ,
                _ => {
                    let mut kinds = symbols.kinds();
                    let kind = kinds.iter_mut().find(|(kind, _)| *kind == name);
                    *kind.ok_or_else(|| SymbolsError(name.into()))?.1 = true;
                }
            }
        }
        Ok(symbols)
    }
}

impl From<Symbols> for String {
    fn from(mut symbols: Symbols) -> String {
        let kinds = symbols.kinds().into_iter().filter(|(_, read)| **read);
        let names: Vec<&str> = kinds.map(|(name, _)| name).collect();
        if names.is_empty() {
            "skip".into()
        } else {
            names.join(" ")
        }
    }
}

/// Whether 儿 joins the syllable before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Erhua {
    /// As in the north: 玩儿 is one syllable, 女儿 two.
    #[default]
    Auto,
    /// As in the south: 儿 is left out where it would join.
    Never,
}

/// Whose standard readings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Accent {
    #[default]
    CN,
    TW,
}

/// How a text is read.
#[derive(Clone, Debug, Default)]
pub struct TextOptions {
    /// Words with readings of the user's.
    pub lexicon: Arc<UserLexicon>,
    pub input: Input,
    pub symbols: Symbols,
    pub erhua: Erhua,
    pub accent: Accent,
}

impl From<Arc<UserLexicon>> for TextOptions {
    fn from(lexicon: Arc<UserLexicon>) -> TextOptions {
        TextOptions {
            lexicon,
            ..TextOptions::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Symbols, TextOptions};
    use crate::text::sentences_with;

    #[test]
    fn kinds_of_symbols_by_name() {
        let parsed = |names: &str| Symbols::try_from(names.to_string());
        assert_eq!(parsed("skip").unwrap(), Symbols::default());
        assert_eq!(parsed("read").unwrap(), Symbols::READ);
        let some = parsed("links emoji").unwrap();
        assert!(some.links && some.emoji && !some.notes);
        assert_eq!(String::from(some), "emoji links");
        assert_eq!(String::from(Symbols::default()), "skip");
        assert!(parsed("emojis").is_err());
    }

    #[test]
    fn each_kind_is_said_where_it_is_asked_for() {
        let said = |text: &str, symbols: &str| {
            let options = TextOptions {
                symbols: Symbols::try_from(symbols.to_string()).unwrap(),
                ..TextOptions::default()
            };
            let sentences = sentences_with(text, options);
            sentences
                .map(|sentence| sentence.normalized)
                .collect::<String>()
        };
        for (kind, text, name) in [
            ("emoji", "好👍", "拇"),
            ("decoration", "★重点", "五角星"),
            ("decoration", "好的～", "波浪号"),
            ("decoration", "-----\n好", "分隔线"),
            ("notes", "证明[1]。", "一"),
            ("notes", "证明①。", "一"),
            ("quotes", "他说“好”。", "右引号"),
            ("quotes", "《呐喊》", "左书名号"),
            ("links", "[官网](http://a.com)", "点com"),
        ] {
            assert!(
                said(text, kind).contains(name),
                "{text}: {}",
                said(text, kind)
            );
            assert!(said(text, "read").contains(name), "{text}");
            assert!(!said(text, "skip").contains(name), "{text}");
        }
    }
}
