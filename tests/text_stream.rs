//! A text that arrives in pieces is read as the same text in one piece: a sentence is taken when more text can't change it.

use langdu::text::{
    Input, Phrase, Place, Sentence, Sentences, TextOptions, Unit, sentences, sentences_with,
    settled, ssml_sentences,
};
use proptest::prelude::*;

/// What is said and how, and where each syllable stands in the text.
type Said = (String, Vec<(String, u8, usize)>, Vec<Phrase>, Place, u32);

fn said(sentence: Sentence) -> Said {
    let syllables = |unit: &Unit| match unit {
        Unit::Syllable(syllable) => vec![syllable.clone()],
        Unit::English(word) => word.nearest.clone(),
        Unit::Pause(_) => Vec::new(),
    };
    let syllables = sentence.units.iter().flat_map(syllables);
    let syllables = syllables
        .map(|s| (s.pinyin, s.tone, s.span.start))
        .collect();
    let Sentence {
        normalized,
        phrases,
        place,
        silence_ms,
        ..
    } = sentence;
    (normalized, syllables, phrases, place, silence_ms)
}

/// Reads a text as it arrives: what is settled is said, the rest waits.
fn arriving(text: &str, cuts: &[usize], options: &TextOptions) -> Vec<Said> {
    let characters: Vec<char> = text.chars().collect();
    let mut ends: Vec<usize> = cuts
        .iter()
        .map(|cut| cut % (characters.len() + 1))
        .collect();
    ends.sort_unstable();
    ends.push(characters.len());
    let (mut spoken, mut read) = (Vec::new(), 0);
    for (at, &end) in ends.iter().enumerate() {
        let waiting: String = characters[read..end].iter().collect();
        let fixed = if at + 1 == ends.len() {
            end - read
        } else {
            settled(&waiting)
        };
        if fixed == 0 {
            continue;
        }
        let text: String = characters[..end].iter().collect();
        let fresh = sentences_with(text, options.clone())
            .starting_at(read, !spoken.is_empty())
            .ending_at(read + fixed);
        spoken.extend(fresh.map(said));
        read += fixed;
    }
    spoken
}

fn at_once(sentences: Sentences) -> Vec<Said> {
    sentences.map(said).collect()
}

const PROSE: &str = "(今天|天气|不错|，|。|！|？|……|“|”|\n|3.5%|12:30|a.m.|OK. |2026-11-28|长\\[chang2\\]大|😀|𠮷|J. |\\(|\\)| |、|从前有座山，山里有座庙，){0,120}";

const MARKDOWN: &str = "(今天|天气。|不错！|\n|\n\n|# |- |1\\. |\\*\\*|`|```\n|\\| 甲 \\| 乙 \\|\n|> |\\[链接\\]\\(https://a.cn\\)|---\n){0,60}";

proptest! {
    #[test]
    fn pieces_say_what_the_whole_says(text in PROSE, cuts in prop::collection::vec(any::<usize>(), 0..40)) {
        let options = TextOptions::default();
        prop_assert_eq!(arriving(&text, &cuts, &options), at_once(sentences(text.as_str())));
    }

    #[test]
    fn marks_over_lines_are_kept_in_mind(text in MARKDOWN, cuts in prop::collection::vec(any::<usize>(), 0..40)) {
        let options = TextOptions { input: Input::Markdown, ..TextOptions::default() };
        let whole = at_once(sentences_with(text.as_str(), options.clone()));
        prop_assert_eq!(arriving(&text, &cuts, &options), whole);
    }

    #[test]
    fn any_pieces_say_what_the_whole_says(text in any::<String>(), cuts in prop::collection::vec(any::<usize>(), 0..20)) {
        let options = TextOptions::default();
        prop_assert_eq!(arriving(&text, &cuts, &options), at_once(sentences(text.as_str())));
    }

    #[test]
    fn reading_begins_where_it_is_asked_to(text in PROSE, from in 0_usize..200) {
        let rest: Vec<Said> = at_once(sentences(text.as_str()).starting_at(from, true));
        let whole = sentences(text.as_str()).starting_at(0, true);
        let expected: Vec<Said> = whole.filter(|s| s.span.end > from).map(said).collect();
        prop_assert_eq!(rest, expected);
    }
}

#[test]
fn a_document_begins_where_it_is_asked_to() {
    let document = "<speak><p>你好。</p><p>再见。</p></speak>";
    let from = document.chars().position(|c| c == '再').unwrap();
    let read = ssml_sentences(document, TextOptions::default()).unwrap();
    let said: Vec<_> = read
        .starting_at(from, true)
        .map(|sentence| sentence.normalized)
        .collect();
    assert_eq!(said, ["再见。"]);
}
