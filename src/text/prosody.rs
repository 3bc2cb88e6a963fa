//! Pauses between words.

use super::normalize::Glyph;
use super::segment::{Segment, SegmentKind};
use super::sentence::Break;

/// Words that lean on the word before them.
const ENCLITICS: &str = "的了着过地得们吗呢吧啊呀嘛哦里上中下";

/// The pause after each segment; `None` inside a prosodic word. Marks carry the pause they stand for.
pub fn breaks(glyphs: &[Glyph], segments: &[Segment]) -> Vec<Option<Break>> {
    (0..segments.len())
        .map(|at| {
            let next = segments.get(at + 1);
            match segments[at].kind {
                SegmentKind::Mark => mark(glyphs[segments[at].start].character),
                _ => match next {
                    None => Some(Break::Sentence),
                    Some(next) if next.kind == SegmentKind::Mark => None,
                    Some(next) => {
                        let leans = next.end == next.start + 1
                            && ENCLITICS.contains(glyphs[next.start].character);
                        (!leans).then_some(Break::Word)
                    }
                },
            }
        })
        .collect()
}

/// The pause a punctuation mark stands for.
fn mark(character: char) -> Option<Break> {
    match character {
        '，' | ',' | '；' | ';' | '：' | ':' | '、' | '…' | '—' | '。' | '！' | '？' | '.'
        | '!' | '?' | '｡' => Some(Break::Major),
        '（' | '）' | '(' | ')' | '“' | '”' | '"' | '《' | '》' | '·' | '-' | '/' => {
            Some(Break::Word)
        }
        _ => Some(Break::Word),
    }
}
