//! Whether a clause is of classical Chinese or verse, where some characters are read in their old way.

use super::characters::is_han;
use super::steps::{Glyph, Segment, SegmentKind};

/// Characters of the spoken language; a clause with one of them is modern.
const MODERN: &str = "的了着吗呢吧啊这那们么是在我你他她它很都就没把被给跟";
/// Particles and words that the old language has most.
const CLASSICAL: &str = "之乎者也矣焉哉兮吾汝尔曰岂夫何亦其予余朕卿孰恶噫嗟惟弗勿毋寡";

/// Marks the glyphs of clauses in the old language.
pub fn classical(glyphs: &[Glyph], segments: &[Segment]) -> Vec<bool> {
    marked(glyphs, segments, true)
}

/// Marks the glyphs of lines of verse.
pub fn verse(glyphs: &[Glyph], segments: &[Segment]) -> Vec<bool> {
    marked(glyphs, segments, false)
}

fn marked(glyphs: &[Glyph], segments: &[Segment], prose: bool) -> Vec<bool> {
    let mut marked = vec![false; glyphs.len()];
    let clauses: Vec<&[Segment]> = segments
        .split(|segment| segment.kind == SegmentKind::Mark)
        .filter(|clause| !clause.is_empty())
        .collect();
    let range = |clause: &[Segment]| clause[0].start..clause[clause.len() - 1].end;
    let plain = |clause: &[Segment]| {
        let own = &glyphs[range(clause)];
        own.iter()
            .all(|glyph| is_han(glyph.character) && !MODERN.contains(glyph.character))
    };
    let length = |clause: &[Segment]| range(clause).len();
    for (at, clause) in clauses.iter().enumerate() {
        let particles = glyphs[range(clause)]
            .iter()
            .filter(|glyph| CLASSICAL.contains(glyph.character))
            .count();
        let beside = [at.checked_sub(1), Some(at + 1)];
        let verse = matches!(length(clause), 5 | 7)
            && beside.into_iter().flatten().any(|other| {
                clauses
                    .get(other)
                    .is_some_and(|other| length(other) == length(clause) && plain(other))
            });
        let singles = clause
            .iter()
            .filter(|segment| segment.end - segment.start == 1)
            .count();
        let old = prose && particles > 0 && singles * 2 >= clause.len();
        if plain(clause) && (verse || old) {
            marked[range(clause)].fill(true);
        }
    }
    marked
}

#[cfg(test)]
mod tests {
    use crate::text::{normalize, segment, source};

    fn is_old(text: &str) -> bool {
        let glyphs = normalize::normalize(&source::fold_text(text), Default::default());
        let marked = super::classical(&glyphs, &segment::segment(&glyphs));
        marked.contains(&true)
    }

    #[test]
    fn tells_old_from_new() {
        for old in [
            "朝辞白帝彩云间，千里江陵一日还",
            "人非生而知之者，孰能无惑",
            "学而时习之，不亦说乎",
        ] {
            assert!(is_old(old), "{old}");
        }
        for new in [
            "今天的天气真不错，我们去公园",
            "请你们在这里等我",
            "会议已经结束，大家可以离开",
        ] {
            assert!(!is_old(new), "{new}");
        }
    }
}
