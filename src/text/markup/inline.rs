//! Marks within a line: links, emphasis, formulas, notes, pinyin in brackets, kaomoji.

use super::{Mark, latex};
use crate::text::characters::is_han;
use crate::text::options::Symbols;
use crate::text::reading::Reading;
use crate::text::utterance::Span;

/// Longest text between brackets that is looked at.
const LONGEST: usize = 400;

/// Without the marks. `markdown`: single stars and underscores are marks, too. `bold` gets what is set off by two stars or more.
pub fn strip(
    marks: Vec<Mark>,
    markdown: bool,
    symbols: Symbols,
    bold: &mut Vec<Span>,
) -> Vec<Mark> {
    let mut kept: Vec<Mark> = Vec::with_capacity(marks.len());
    let mut opened = None;
    let mut at = 0;
    while at < marks.len() {
        let rest = &marks[at..];
        let length = match rest[0].character {
            '$' | '\\' => formula(rest, &mut kept),
            '!' | '[' => link(rest, &mut kept, markdown, symbols, bold),
            '(' | '（' => gloss(rest, &mut kept),
            '*' | '_' | '`' | '~' | '^' => emphasis(rest, &kept, markdown),
            _ => None,
        };
        match length {
            Some(length) => {
                if length >= 2 && rest[0].character == '*' {
                    opened = match opened.take() {
                        None => Some(kept.len()),
                        Some(first) => {
                            bold.push(span(kept.get(first..).unwrap_or_default()));
                            None
                        }
                    };
                }
                at += length.max(1);
            }
            None => {
                kept.push(rest[0]);
                at += 1;
            }
        }
    }
    kept
}

fn close(rest: &[Mark], from: usize, sign: char) -> Option<usize> {
    let found = rest
        .iter()
        .take(LONGEST)
        .skip(from)
        .position(|mark| mark.character == sign);
    found.map(|offset| from + offset)
}

fn text(marks: &[Mark]) -> String {
    marks.iter().map(|mark| mark.character).collect()
}

fn span(marks: &[Mark]) -> Span {
    marks
        .iter()
        .map(|mark| mark.span)
        .reduce(Span::join)
        .unwrap_or_default()
}

/// `$n^2$`, `$$…$$`, `\(…\)`, `\[…\]`, and a command alone.
fn formula(rest: &[Mark], kept: &mut Vec<Mark>) -> Option<usize> {
    let second = rest.get(1)?.character;
    let (start, end, length) = match (rest[0].character, second) {
        ('$', '$') => {
            let end = (2..rest.len().min(LONGEST)).find(|&at| {
                rest[at].character == '$' && rest.get(at + 1).is_some_and(|m| m.character == '$')
            })?;
            (2, end, end + 2)
        }
        ('$', _) => {
            // $19.99、HK$200 are two prices.
            let price = |at: usize| rest.get(at).is_some_and(|m| m.character.is_ascii_digit());
            let end = close(rest, 1, '$').filter(|end| !price(end + 1))?;
            (1, end, end + 1)
        }
        ('\\', '(' | '[') => {
            let sign = if second == '(' { ')' } else { ']' };
            let end = (2..rest.len().min(LONGEST)).find(|&at| {
                rest[at].character == '\\' && rest.get(at + 1).is_some_and(|m| m.character == sign)
            })?;
            (2, end, end + 2)
        }
        ('\\', c) if c.is_ascii_alphabetic() => {
            let body = text(rest);
            let end = latex::command_length(&body)?;
            (0, end, end)
        }
        _ => return None,
    };
    let body = text(&rest[start..end]);
    let formula = body
        .chars()
        .any(|c| c.is_ascii_alphabetic() || "\\^_={}+<>".contains(c));
    if body.trim().is_empty() || body.chars().any(is_han) && !body.contains('\\') || !formula {
        return None;
    }
    let span = span(&rest[..length]);
    kept.extend(latex::say(&body).chars().map(|character| Mark {
        character,
        span,
        reading: None,
    }));
    Some(length)
}

/// `[text](target)`, `![text](target)`, `[1]`.
fn link(
    rest: &[Mark],
    kept: &mut Vec<Mark>,
    markdown: bool,
    symbols: Symbols,
    bold: &mut Vec<Span>,
) -> Option<usize> {
    let open = usize::from(rest[0].character == '!');
    if rest.get(open)?.character != '[' {
        return None;
    }
    let end = close(rest, open + 1, ']')?;
    let inside = &rest[open + 1..end];
    let next = rest.get(end + 1).map(|mark| mark.character);
    if next == Some('(') {
        let target = close(rest, end + 2, ')')?;
        let address = text(&rest[end + 2..target]);
        let link = address.contains(['/', '.', '#']) || markdown;
        if link && !address.chars().any(is_han) {
            kept.extend(strip(inside.to_vec(), markdown, symbols, bold));
            if symbols.links {
                kept.push(Mark {
                    character: '，',
                    ..rest[end]
                });
                kept.extend(&rest[end + 2..target]);
            }
            return Some(target + 1);
        }
        return None;
    }
    note(rest, kept).filter(|_| !symbols.notes)
}

/// The number of a note, `[1]`, behind a word.
fn note(rest: &[Mark], kept: &[Mark]) -> Option<usize> {
    if rest[0].character != '[' {
        return None;
    }
    let end = close(rest, 1, ']')?;
    let note = text(&rest[1..end]);
    let note = note.trim_start_matches('^');
    let number = !note.is_empty()
        && note
            .chars()
            .all(|c| c.is_ascii_digit() || ",-–， ".contains(c))
        && note.starts_with(|c: char| c.is_ascii_digit());
    let behind = kept.last().is_some_and(|mark| {
        mark.character.is_alphanumeric() || "。，！？!?”》）)".contains(mark.character)
    });
    (number && behind && note.len() < 8).then_some(end + 1)
}

/// Without the numbers of notes; nothing else is a mark.
pub fn without_notes(marks: Vec<Mark>) -> Vec<Mark> {
    let mut kept: Vec<Mark> = Vec::with_capacity(marks.len());
    let mut at = 0;
    while at < marks.len() {
        match note(&marks[at..], &kept) {
            Some(length) => at += length,
            None => {
                kept.push(marks[at]);
                at += 1;
            }
        }
    }
    kept
}

/// Pinyin with tone marks in brackets gives the characters before it their readings. Brackets without a word are kaomoji.
fn gloss(rest: &[Mark], kept: &mut [Mark]) -> Option<usize> {
    let sign = if rest[0].character == '(' { ')' } else { '）' };
    let end = close(rest, 1, sign).filter(|&end| end < 60)?;
    let body = text(&rest[1..end]);
    if let Some(readings) = Reading::marked(&body) {
        let start = kept.len().checked_sub(readings.len())?;
        if kept[start..].iter().all(|mark| is_han(mark.character)) {
            for (mark, reading) in kept[start..].iter_mut().zip(readings) {
                mark.reading = mark.reading.or(Some(reading));
            }
        }
        return Some(end + 1);
    }
    let word = body.chars().any(|c| is_han(c) || c.is_ascii_digit())
        || body
            .split(|c: char| !c.is_ascii_alphabetic())
            .any(|word| word.len() > 1);
    let face = body
        .chars()
        .any(|c| "^ωд▽°□╯╰￣≧≦∀・･´`｀;；><T_oO￣へ︶◕‿•ᴗ".contains(c));
    let operators = body.contains(['+', '-', '=', '*', '/', ',']) && body.is_ascii();
    (face && !word && !operators && body.chars().count() >= 3).then_some(end + 1)
}

/// Stars, underscores, ticks and waves round a word; `^_^` and `T_T`.
fn emphasis(rest: &[Mark], kept: &[Mark], markdown: bool) -> Option<usize> {
    let sign = rest[0].character;
    if sign == '^' {
        let face = text(rest.get(..3)?);
        return matches!(face.as_str(), "^_^" | "^o^" | "^-^" | "^ω^").then_some(3);
    }
    let run = rest
        .iter()
        .take_while(|mark| mark.character == sign)
        .count();
    let next = rest.get(run).map(|mark| mark.character);
    let before = kept.last().map(|mark| mark.character);
    let operand =
        |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || "()）（".contains(c));
    match sign {
        '`' => Some(run),
        '*' if run >= 2
            && !(before.is_some_and(|c| c.is_ascii_digit())
                && next.is_some_and(|c| c.is_ascii_digit())) =>
        {
            Some(run)
        }
        '_' | '~' if run >= 2 && !(operand(before) && operand(next)) => Some(run),
        '*' if markdown && !(operand(before) && operand(next)) => Some(run),
        '_' if markdown && !(operand(before) && operand(next)) => Some(run),
        _ => None,
    }
}
