//! Marks that are not said: Markdown, HTML, LaTeX, subtitles, notes. They are taken out, or put into words, before any other step.
//!
//! | what | said |
//! |---|---|
//! | headings, bullets, tasks, quotes, emphasis, code marks, rules | nothing |
//! | links and images | their text; where they lead, if links are read |
//! | tables | cell by cell, with pauses |
//! | LaTeX | as a teacher would; an unknown command is skipped |
//! | HTML tags, `<rt>`, script and style | nothing; entities as their character |
//! | subtitle times, `[00:12.34]` | nothing |
//! | `[1]` behind a word | nothing, unless notes are read |
//! | pinyin in brackets behind its characters | nothing; it gives them their reading |
//! | kaomoji | nothing |
//! | a fenced block of Markdown | nothing |

mod html;
mod inline;
mod latex;

use super::options::{Input, TextOptions};
use super::reading::Reading;
use super::steps::RawSentence;
use super::utterance::Span;

/// A character on its way, where it comes from, and a reading given with it.
#[derive(Clone, Copy, Debug)]
struct Mark {
    character: char,
    span: Span,
    reading: Option<Reading>,
}

/// What the lines before have opened.
#[derive(Debug, Default)]
pub struct Markup {
    fenced: bool,
    html: html::State,
}

impl Markup {
    /// The sentence without its marks.
    pub fn strip(&mut self, raw: RawSentence, options: &TextOptions) -> RawSentence {
        let rare = |c: &char| "#*_`[]<>|$\\&~=-^(（@+>•:{}".contains(*c);
        if !self.html.is_open() && !self.fenced && !raw.characters.iter().any(rare) {
            return raw;
        }
        let marks = (0..raw.characters.len()).map(|at| Mark {
            character: raw.characters[at],
            span: raw.span(at),
            reading: raw.forced(at),
        });
        let mut marks: Vec<Mark> = marks.collect();
        let mut focus = raw.focus;
        marks = html::strip(marks, &mut self.html, options.input == Input::Html);
        if options.input != Input::Html {
            if raw.layout.begins && !self.line(&mut marks, options) {
                marks.clear();
            }
            marks = inline::strip(
                marks,
                options.input == Input::Markdown,
                options.symbols,
                &mut focus,
            );
        } else if !options.symbols.notes {
            marks = inline::without_notes(marks);
        }
        RawSentence {
            start: raw.start,
            ends: raw.ends,
            layout: raw.layout,
            focus,
            characters: marks.iter().map(|mark| mark.character).collect(),
            spans: marks.iter().map(|mark| mark.span).collect(),
            readings: marks.iter().map(|mark| mark.reading).collect(),
        }
    }

    /// Takes the marks off the start of a line; false where nothing of it is said.
    fn line(&mut self, marks: &mut Vec<Mark>, options: &TextOptions) -> bool {
        let text: String = marks.iter().map(|mark| mark.character).collect();
        let line = text.trim();
        if line.starts_with("```") || line.starts_with("~~~") {
            self.fenced = options.input == Input::Markdown && !self.fenced;
            return false;
        }
        if is_rule(line) && options.symbols.decoration && !self.fenced {
            let span = marks.iter().map(|mark| mark.span).reduce(Span::join);
            let name = "分隔线".chars().map(|character| Mark {
                character,
                span: span.unwrap_or_default(),
                reading: None,
            });
            *marks = name.collect();
            return true;
        }
        if self.fenced || is_rule(line) || is_cue(line) {
            return false;
        }
        let indent = text.chars().take_while(|c| c.is_whitespace()).count();
        let mut start = indent;
        let rest = |start: usize| text.chars().skip(start).collect::<String>();
        while rest(start).starts_with("> ") || rest(start) == ">\n" {
            start += 2;
        }
        let hashes = rest(start).chars().take_while(|&c| c == '#').count();
        if (1..=6).contains(&hashes) && rest(start + hashes).starts_with([' ', '\n', '*']) {
            start += hashes;
        }
        let bullet = rest(start);
        for task in ["[ ] ", "[x] ", "[X] "] {
            if bullet.len() > 2
                && bullet.starts_with(['-', '*', '+'])
                && bullet[1..].trim_start().starts_with(task)
            {
                let blank = bullet[1..].len() - bullet[1..].trim_start().len();
                start += 1 + blank + task.len();
                break;
            }
        }
        if options.input == Input::Markdown
            && rest(start).starts_with(['-', '*', '+'])
            && rest(start + 1).starts_with(' ')
        {
            start += 1;
        }
        start += time_tags(&rest(start));
        marks.drain(..start.min(marks.len()));
        if line.starts_with('|') || line.matches('|').count() > 1 && !line.contains("||") {
            cells(marks);
        }
        true
    }
}

/// A line of dashes and the like, the line under the head of a table.
fn is_rule(line: &str) -> bool {
    let count = line.chars().filter(|c| !c.is_whitespace()).count();
    count >= 3
        && line
            .chars()
            .all(|c| c.is_whitespace() || "-*_=~|:#+—―─━═·•★☆※◆".contains(c))
}

/// The times of a subtitle: `00:01:15,200 --> 00:01:18,000`.
fn is_cue(line: &str) -> bool {
    line.contains("-->")
        && line.starts_with(|c: char| c.is_ascii_digit())
        && line.chars().filter(|c| *c == ':').count() >= 2
        || line == "WEBVTT"
}

/// Length of the times at the start of a line of lyrics: `[00:12.34]`.
fn time_tags(line: &str) -> usize {
    let mut length = 0;
    while let Some(rest) = line[length..].strip_prefix('[') {
        let Some(end) = rest.find(']') else { break };
        let digits = rest[..end]
            .chars()
            .all(|c| c.is_ascii_digit() || ":.".contains(c));
        if !digits || !rest[..end].contains(':') {
            break;
        }
        length += end + 2;
    }
    length
}

/// Bars between cells become pauses, those at the ends nothing.
fn cells(marks: &mut Vec<Mark>) {
    let spoken = |mark: &Mark| mark.character != '|' && !mark.character.is_whitespace();
    let (first, last) = (
        marks.iter().position(spoken),
        marks.iter().rposition(spoken),
    );
    let (Some(first), Some(last)) = (first, last) else {
        marks.clear();
        return;
    };
    let mut at = 0;
    marks.retain_mut(|mark| {
        let outside = at < first || at > last;
        at += 1;
        if mark.character == '|' {
            mark.character = '，';
            return !outside;
        }
        true
    });
}
