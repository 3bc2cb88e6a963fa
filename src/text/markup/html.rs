//! Tags and entities.

use super::Mark;

/// What earlier lines have left open.
#[derive(Debug, Default)]
pub struct State {
    /// An element whose content is not said.
    hidden: Option<&'static str>,
    /// A tag that has not been closed.
    tag: bool,
}

impl State {
    pub fn is_open(&self) -> bool {
        self.hidden.is_some() || self.tag
    }
}

const HIDDEN: [&str; 7] = [
    "script", "style", "rt", "rp", "head", "template", "noscript",
];
const BLOCKS: &str = " p div br li ul ol h1 h2 h3 h4 h5 h6 tr table section article header footer blockquote pre hr title dd dt ";
const CELLS: &str = " td th option ";
const OTHERS: &str = " a b i u s em strong span img code small big sub sup font mark del ins ruby rb rt rp q cite abbr html body head meta link script style svg path nav main aside figure figcaption button input label form tbody thead video audio source iframe center kbd strike ";
const ENTITIES: [(&str, char); 24] = [
    ("nbsp", ' '),
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("hellip", '…'),
    ("mdash", '—'),
    ("ndash", '–'),
    ("middot", '·'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("times", '×'),
    ("divide", '÷'),
    ("deg", '°'),
    ("yen", '¥'),
    ("le", '≤'),
    ("ge", '≥'),
    ("ne", '≠'),
];

/// Without tags. Text that is not HTML has only the tags that everybody knows taken out.
pub fn strip(marks: Vec<Mark>, state: &mut State, all: bool) -> Vec<Mark> {
    if !state.is_open() && !marks.iter().any(|mark| matches!(mark.character, '<' | '&')) {
        return marks;
    }
    let mut kept: Vec<Mark> = Vec::with_capacity(marks.len());
    let mut at = 0;
    if state.tag {
        let end = marks.iter().position(|mark| mark.character == '>');
        state.tag = end.is_none();
        at = end.map_or(marks.len(), |end| end + 1);
    }
    while at < marks.len() {
        let mark = marks[at];
        let rest = &marks[at..];
        match mark.character {
            '<' => {
                if let Some(length) = comment(rest) {
                    at += length;
                    continue;
                }
                if let Some((name, closing, length)) = tag(rest)
                    && (all || known(&name) && is_bare(rest, name.len(), closing, length))
                {
                    let hidden = HIDDEN.iter().find(|hidden| **hidden == name);
                    match hidden {
                        Some(_) if closing => state.hidden = None,
                        Some(hidden) => state.hidden = state.hidden.or(Some(hidden)),
                        None => {}
                    }
                    let listed = |list: &str| list.contains(&format!(" {name} "));
                    let sign = match () {
                        () if listed(BLOCKS) => '。',
                        () if listed(CELLS) => '，',
                        () => ' ',
                    };
                    let last = kept.iter().rfind(|m| !m.character.is_whitespace());
                    let pause = sign != ' ' && last.is_some_and(|m| m.character.is_alphanumeric());
                    if pause && state.hidden.is_none() {
                        kept.push(Mark {
                            character: sign,
                            ..mark
                        });
                    }
                    state.tag = length.is_none() && all;
                    at += length.unwrap_or(if all { rest.len() } else { 1 });
                    continue;
                }
            }
            '&' => {
                if let Some((character, length)) = entity(rest) {
                    if state.hidden.is_none() {
                        kept.push(Mark {
                            character,
                            span: mark.span.join(rest[length - 1].span),
                            ..mark
                        });
                    }
                    at += length;
                    continue;
                }
            }
            _ => {}
        }
        if state.hidden.is_none() {
            kept.push(mark);
        }
        at += 1;
    }
    kept
}

fn known(name: &str) -> bool {
    [BLOCKS, CELLS, OTHERS]
        .iter()
        .any(|list| list.contains(&format!(" {name} ")))
}

/// Whether nothing but attributes stands between the name and the end: `a<b 且 c>d` has no tag.
fn is_bare(rest: &[Mark], name: usize, closing: bool, length: Option<usize>) -> bool {
    let start = name + 1 + usize::from(closing);
    let inside = length.and_then(|length| rest.get(start..length - 1));
    inside.is_some_and(|inside| {
        let plain = |mark: &Mark| mark.character.is_whitespace() || mark.character == '/';
        inside.iter().all(plain) || inside.iter().any(|mark| mark.character == '=')
    })
}

fn comment(rest: &[Mark]) -> Option<usize> {
    let starts = |at: usize, sign: &str| {
        sign.chars()
            .enumerate()
            .all(|(n, c)| rest.get(at + n).is_some_and(|mark| mark.character == c))
    };
    if !starts(0, "<!--") && !starts(0, "<!D") && !starts(0, "<!d") {
        return None;
    }
    let sign = if starts(0, "<!--") { "-->" } else { ">" };
    let end = (0..rest.len()).find(|&at| starts(at, sign));
    Some(end.map_or(rest.len(), |end| end + sign.len()))
}

/// Name of a tag in lower case, whether it closes, and its length where it has an end.
fn tag(rest: &[Mark]) -> Option<(String, bool, Option<usize>)> {
    let closing = rest.get(1)?.character == '/';
    let start = if closing { 2 } else { 1 };
    let name: String = rest[start..]
        .iter()
        .map(|mark| mark.character)
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    let next = rest.get(start + name.len());
    let bounded =
        next.is_none_or(|mark| mark.character.is_whitespace() || "/>".contains(mark.character));
    if name.is_empty() || !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !bounded {
        return None;
    }
    let end = rest.iter().position(|mark| mark.character == '>');
    Some((name.to_ascii_lowercase(), closing, end.map(|end| end + 1)))
}

fn entity(rest: &[Mark]) -> Option<(char, usize)> {
    let length = rest
        .iter()
        .take(10)
        .position(|mark| mark.character == ';')?;
    let name: String = rest[1..length].iter().map(|mark| mark.character).collect();
    let number = |digits: &str, radix| {
        u32::from_str_radix(digits, radix)
            .ok()
            .and_then(char::from_u32)
    };
    let character = match (name.strip_prefix("#x"), name.strip_prefix('#')) {
        (Some(digits), _) => number(digits, 16),
        (_, Some(digits)) => number(digits, 10),
        _ => ENTITIES
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, c)| *c),
    };
    Some((character?, length + 1))
}
