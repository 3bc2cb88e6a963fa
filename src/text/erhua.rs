//! 儿 that joins the syllable before it.

use super::options::Erhua;
use super::steps::{Glyph, Segment, Spoken};
use super::style;

/// Words whose 儿 is a syllable of its own, by what stands before it.
const SYLLABLES: &str =
    "女婴幼胎孤男健少小患妻产弃宠混血新生育托体一二孪畸弱病早低能令我吾娇侄宁驼麟犬猫马";

/// Before these it is a syllable in verse: 打起黄莺儿.
const IN_VERSE: &str = "鸟莺雁燕鱼蝶花月风云柳船郎妾";

/// Joins 儿 at the end of a word to the syllable before it: 玩 儿 is `wanr2`.
///
/// Where it never joins it is left out instead, as in the south.
pub fn join(spoken: &mut Vec<Spoken>, glyphs: &[Glyph], segments: &[Segment], erhua: Erhua) {
    if !glyphs.iter().any(|glyph| glyph.character == '儿') {
        return;
    }
    let verse = style::verse(glyphs, segments);
    let mut at = 1;
    while at < spoken.len() {
        let (before, here) = (spoken[at - 1], spoken[at]);
        let last = spoken
            .get(at + 1)
            .is_none_or(|next| next.segment != here.segment);
        let usual = last
            && !(verse[here.glyph] && IN_VERSE.contains(before.character))
            && !SYLLABLES.contains(before.character)
            && segments[here.segment].tag != "nr"
            && before.lexical.base() != "er";
        // The neutral tone is how a user writes that it joins.
        let wanted = if here.forced {
            here.lexical.tone() == 5
        } else {
            usual
        };
        let joins = wanted
            && here.character == '儿'
            && here.lexical.base() == "er"
            && before.glyph + 1 == here.glyph;
        if joins {
            spoken[at - 1].rhotic = erhua == Erhua::Auto;
            spoken[at - 1].last_glyph = here.glyph;
            spoken.remove(at);
        } else {
            at += 1;
        }
    }
}
