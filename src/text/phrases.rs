//! The phrases of a sentence: what is said in one mood, by the narrator, in quotation marks or in brackets.

use std::ops::Range;

use super::mood;
use super::steps::{Glyph, Layout, Segment, SegmentKind};
use super::utterance::{Mood, Phrase, Setting, Span};

/// Phrases with the segments they are made of.
pub type Phrases = Vec<(Range<usize>, Phrase)>;

/// The phrases of a raw sentence.
pub fn phrases(glyphs: &[Glyph], segments: &[Segment], layout: Layout) -> Phrases {
    let mut cutter = Cutter {
        glyphs,
        segments,
        found: Vec::new(),
        start: 0,
        outside: Setting::Plain,
        setting: match layout.quoted {
            true => Setting::Quoted,
            false => Setting::Plain,
        },
        verse: layout.verse,
    };
    for at in 0..segments.len() {
        cutter.take(at);
    }
    cutter.cut(segments.len(), true);
    cutter.found
}

struct Cutter<'a> {
    glyphs: &'a [Glyph],
    segments: &'a [Segment],
    found: Phrases,
    /// First segment of the phrase.
    start: usize,
    /// The setting outside brackets.
    outside: Setting,
    setting: Setting,
    verse: bool,
}

impl Cutter<'_> {
    fn character(&self, at: usize) -> char {
        self.glyphs[self.segments[at].start].character
    }

    fn is_mark(&self, at: usize) -> bool {
        self.segments[at].kind == SegmentKind::Mark
    }

    fn take(&mut self, at: usize) {
        if !self.is_mark(at) {
            let ended = (self.start..at).rev().take_while(|&at| self.is_mark(at));
            let ends = ended.into_iter().any(|at| ends_phrase(self.character(at)));
            if ends {
                self.cut(at, false);
            }
            return;
        }
        let quotes = self.setting == Setting::Quoted;
        match self.character(at) {
            '“' | '「' | '『' => self.turn(at, Setting::Quoted),
            '"' if !quotes => self.turn(at, Setting::Quoted),
            '”' | '」' | '』' | '"' => {
                if !quotes {
                    // Nothing has opened it: the quotation began in an earlier sentence.
                    self.found
                        .iter_mut()
                        .for_each(|(_, phrase)| phrase.setting = Setting::Quoted);
                    self.setting = Setting::Quoted;
                }
                self.cut(at, true);
                self.setting = Setting::Plain;
            }
            '（' | '(' | '【' | '[' => {
                let outside = self.setting;
                self.turn(at, Setting::Aside);
                self.outside = outside;
            }
            '）' | ')' | '】' | ']' if self.setting == Setting::Aside => {
                let outside = self.outside;
                self.turn(at, outside);
            }
            _ => {}
        }
    }

    fn turn(&mut self, at: usize, setting: Setting) {
        self.cut(at, false);
        self.setting = setting;
    }

    /// Ends the phrase in front of segment `end`. `open`: speech ends here.
    fn cut(&mut self, end: usize, open: bool) {
        let own = self.start..end;
        self.start = end;
        let spoken = |at: &usize| !self.is_mark(*at);
        let (Some(first), Some(last)) = (own.clone().find(spoken), own.clone().rfind(spoken))
        else {
            return;
        };
        let marks: String = (last + 1..end).map(|at| self.character(at)).collect();
        let words = &self.segments[first..last + 1];
        let glyphs = &self.glyphs[words[0].start..words[words.len() - 1].end];
        let span = glyphs.iter().map(|glyph| glyph.span).reduce(Span::join);
        let (mood, focus) = match self.verse {
            true => (Mood::Verse, None),
            false => mood::mood(self.glyphs, words, &marks, open),
        };
        self.found.push((
            own,
            Phrase {
                span: span.unwrap_or_default(),
                mood,
                setting: self.setting,
                focus,
            },
        ));
    }
}

/// A mark after which another phrase begins, in the middle of a sentence.
fn ends_phrase(mark: char) -> bool {
    matches!(mark, '？' | '?' | '！' | '!' | '…')
}

/// The phrases of the piece of a sentence that these segments are; one that goes on after it states.
pub fn of_piece(phrases: &Phrases, piece: Range<usize>) -> Vec<Phrase> {
    let here = phrases
        .iter()
        .filter(|(own, _)| own.start < piece.end && piece.start < own.end);
    here.map(|(own, phrase)| Phrase {
        mood: match phrase.mood {
            Mood::Verse => Mood::Verse,
            _ if own.end > piece.end => Mood::Statement,
            mood => mood,
        },
        ..phrase.clone()
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use crate::text::{Mood, Setting, sentences};

    fn moods(text: &str) -> Vec<Mood> {
        let phrases = sentences(text).flat_map(|sentence| sentence.phrases);
        phrases.map(|phrase| phrase.mood).collect()
    }

    #[test]
    fn marks_and_words_tell_the_mood() {
        for (text, mood) in [
            ("下雨了。", Mood::Statement),
            ("下雨了？", Mood::PlainQuestion),
            ("下雨了？！", Mood::PlainQuestion),
            ("下雨了吗？", Mood::ParticleQuestion),
            ("下雨了吗", Mood::ParticleQuestion),
            ("你呢？", Mood::ParticleQuestion),
            ("他什么时候来？", Mood::WordQuestion),
            ("几点了？", Mood::WordQuestion),
            ("你去不去？", Mood::WordQuestion),
            ("有没有水？", Mood::WordQuestion),
            ("喝茶还是喝咖啡？", Mood::WordQuestion),
            ("什么都没有吗？", Mood::ParticleQuestion),
            ("太好了！", Mood::Exclamation),
            ("他终于出来了！", Mood::Exclamation),
            ("多么好啊！", Mood::Exclamation),
            ("快跑！", Mood::Command),
            ("别动！", Mood::Command),
            ("妈！", Mood::Call),
            ("老师！", Mood::Call),
            ("张老师！", Mood::Call),
            ("李小明！", Mood::Call),
            ("我也不知道……", Mood::Trailing),
            ("我也不知道...", Mood::Trailing),
            ("可是我——", Mood::BrokenOff),
        ] {
            assert_eq!(moods(text), [mood], "{text}");
        }
    }

    #[test]
    fn every_phrase_has_its_own() {
        for (text, expected) in [
            (
                "他问：“下雨了？”",
                &[Mood::Statement, Mood::PlainQuestion][..],
            ),
            ("“下雨了？”他问。", &[Mood::PlainQuestion, Mood::Statement]),
            ("我……我不去。", &[Mood::Trailing, Mood::Statement]),
            ("他一个人——他的老师——来了。", &[Mood::Statement]),
            ("“可是我——”他说。", &[Mood::BrokenOff, Mood::Statement]),
        ] {
            assert_eq!(moods(text), expected, "{text}");
        }
        let settings = |text: &str| -> Vec<Setting> {
            let phrases = sentences(text).flat_map(|sentence| sentence.phrases);
            phrases.map(|phrase| phrase.setting).collect()
        };
        let (plain, quoted) = (Setting::Plain, Setting::Quoted);
        assert_eq!(
            settings("他说：“好。我走。”他走了。"),
            [plain, quoted, quoted, plain]
        );
        assert_eq!(
            settings("小王（他的同学）来过。"),
            [plain, Setting::Aside, plain]
        );
    }

    #[test]
    fn verse_is_verse_in_company() {
        let verse = "床前明月光，疑是地上霜。举头望明月，低头思故乡。";
        assert_eq!(moods(verse), [Mood::Verse; 2]);
        assert_eq!(moods("床前明月光，疑是地上霜。"), [Mood::Statement]);
    }
}
