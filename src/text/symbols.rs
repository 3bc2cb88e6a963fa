//! Symbols as Sambert reads them: initials, finals and pauses with tone and position.

pub use super::english::syllables::PHONES as ENGLISH;
use super::utterance::{Break, English, Pause, Sentence, Span, Syllable, Unit, Written};

/// One input position of the acoustic model, in the names of its symbol tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// `n_c`, `#1`
    pub phone: String,
    pub tone: &'static str,
    pub syllable_flag: &'static str,
    pub word_segment: &'static str,
    pub span: Span,
}

const TONES: [&str; 5] = ["tone1", "tone2", "tone3", "tone4", "tone5"];
const INITIALS: [&str; 23] = [
    "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r",
    "z", "c", "s", "y", "w",
];

/// The phones that a voice has, beyond those of Mandarin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phones {
    /// ARPAbet, with the tones `tone0` to `tone2` for its stress and the flags `s_middle` and `s_both`.
    pub english: bool,
}

/// The symbols of a sentence: two for a syllable, one for a pause and for a phone of an English word. A voice without English
/// phones says the Mandarin syllables that are nearest.
pub fn symbols(sentence: &Sentence, voice: Phones) -> Vec<Symbol> {
    let mut symbols: Vec<Symbol> = Vec::with_capacity(sentence.units.len() * 2);
    let mut word_start = 0;
    for unit in &sentence.units {
        match unit {
            Unit::Syllable(syllable) => push_syllable(syllable, &mut symbols),
            Unit::English(word) if voice.english => push_english(word, &mut symbols),
            Unit::English(word) => word
                .nearest
                .iter()
                .for_each(|syllable| push_syllable(syllable, &mut symbols)),
            Unit::Pause(pause) => {
                mark_word(&mut symbols[word_start..]);
                symbols.push(Symbol {
                    phone: label(pause).into(),
                    tone: "tone_none",
                    syllable_flag: "s_none",
                    word_segment: "word_none",
                    span: pause.span,
                });
                word_start = symbols.len();
            }
        }
    }
    symbols
}

fn label(pause: &Pause) -> &'static str {
    match pause.strength {
        _ if pause.written == Written::Breath => "#3",
        Break::Word => "#1",
        Break::Minor => "#2",
        Break::Major => "#3",
        Break::Sentence => "#4",
    }
}

fn push_syllable(syllable: &Syllable, symbols: &mut Vec<Symbol>) {
    let (initial, last) = phones(&syllable.pinyin);
    let tone = TONES[usize::from(syllable.tone.clamp(1, 5)) - 1];
    for (phone, syllable_flag) in [(initial, "s_begin"), (last, "s_end")] {
        symbols.push(Symbol {
            phone,
            tone,
            syllable_flag,
            word_segment: "word_middle",
            span: syllable.span,
        });
    }
}

/// The stress stands for the tone.
fn push_english(word: &English, symbols: &mut Vec<Symbol>) {
    for syllable in &word.syllables {
        let last = syllable.phones.len() - 1;
        for (at, &phone) in syllable.phones.iter().enumerate() {
            symbols.push(Symbol {
                phone: phone.into(),
                tone: ["tone0", "tone1", "tone2"][usize::from(syllable.stress.min(2))],
                syllable_flag: match at {
                    0 if last == 0 => "s_both",
                    0 => "s_begin",
                    _ if at == last => "s_end",
                    _ => "s_middle",
                },
                word_segment: "word_middle",
                span: word.span,
            });
        }
    }
}

fn mark_word(word: &mut [Symbol]) {
    match word {
        [first, .., last] => {
            first.word_segment = "word_begin";
            last.word_segment = "word_end";
        }
        [only] => only.word_segment = "word_both",
        [] => {}
    }
}

/// Initial and final of a toneless syllable, in the model's phone set.
pub fn phones(pinyin: &str) -> (String, String) {
    let (plain, rhotic) = match pinyin.strip_suffix('r') {
        Some(plain) if !plain.is_empty() && pinyin != "er" => (plain, "r"),
        _ => (pinyin, ""),
    };
    let plain = match plain {
        "lo" => "luo",
        "yai" => "ya",
        "ng" | "n" => "en",
        _ => plain,
    };
    let initial = INITIALS
        .iter()
        .copied()
        .find(|initial| plain.starts_with(initial))
        .unwrap_or("");
    let ending = &plain[initial.len()..];
    if initial.is_empty() {
        let dummy = match plain.as_bytes().first() {
            Some(b'a') => "ga",
            Some(b'o') => "go",
            _ => "ge",
        };
        return (dummy.into(), format!("{ending}{rhotic}_c"));
    }
    let ending = match (initial, ending) {
        ("j" | "q" | "x" | "y", "u") => "v",
        ("j" | "q" | "x" | "y", "uan") => "van",
        ("j" | "q" | "x" | "y", "ue") => "ve",
        ("j" | "q" | "x" | "y", "un") => "vn",
        ("zh" | "ch" | "sh" | "r", "i") => "ih",
        ("z" | "c" | "s", "i") => "ii",
        (_, "ui") => "uei",
        (_, "iu") => "iou",
        (_, "un") => "uen",
        (_, ending) => ending,
    };
    let initial = if initial == "x" { "xx" } else { initial };
    (format!("{initial}_c"), format!("{ending}{rhotic}_c"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_is_said_in_the_phones_a_voice_has() {
        let sentence = crate::text::sentences("A好").next().unwrap();
        let shown = |voice: Phones| {
            let all = symbols(&sentence, voice);
            all.iter()
                .map(|s| format!("{}/{}/{}", s.phone, s.tone, s.syllable_flag))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert!(shown(Phones { english: true }).starts_with("ey/tone1/s_both"));
        assert!(shown(Phones::default()).starts_with("ge/tone1/s_begin ei_c/tone1/s_end"));
    }

    /// As in what voices learn from: a word on each side of it is another one, the parts of a run of letters are one.
    #[test]
    fn english_words_are_words_of_their_own() {
        let words = |text: &str| {
            let sentence = crate::text::sentences(text).next().unwrap();
            let all = symbols(&sentence, Phones { english: true });
            let phones = all.iter().map(|s| match s.phone.starts_with('#') {
                true => "|",
                false => &s.phone,
            });
            phones.collect::<Vec<_>>().join(" ")
        };
        assert!(words("听jazz啊").ends_with("| jh ae z | ga a_c |"));
        assert!(words("这家cafe的").ends_with("| k ah f ey | d_c e_c |"));
        assert!(words("读PhD。").ends_with("| p iy ey ch d iy |"));
        assert!(words("用it").ends_with("| ih t |"));
    }

    #[test]
    fn spells_like_the_phone_table() {
        for (pinyin, initial, last) in [
            ("xue", "xx_c", "ve_c"),
            ("yuan", "y_c", "van_c"),
            ("lv", "l_c", "v_c"),
            ("er", "ge", "er_c"),
            ("ai", "ga", "ai_c"),
            ("ou", "go", "ou_c"),
            ("zhi", "zh_c", "ih_c"),
            ("si", "s_c", "ii_c"),
            ("wanr", "w_c", "anr_c"),
            ("dianr", "d_c", "ianr_c"),
            ("gui", "g_c", "uei_c"),
            ("niu", "n_c", "iou_c"),
            ("shirr", "sh_c", "ihr_c"),
        ] {
            let pinyin = pinyin.replace("rr", "r");
            assert_eq!(phones(&pinyin), (initial.into(), last.into()), "{pinyin}");
        }
    }
}
