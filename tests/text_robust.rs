//! Whatever the text is: no panic, no output out of proportion, spans within the input.

use std::sync::Arc;
use std::time::Instant;

use langdu::text::symbols::{Phones, Symbol, symbols};
use langdu::text::{Sentence, UserLexicon, sentences, ssml_sentences};
use proptest::prelude::*;

/// Most symbols the acoustic model takes.
const MOST_SYMBOLS: usize = 256;

fn check(sentence: &Sentence, length: usize) {
    let span = |start: usize, end: usize| {
        assert!(start <= end && end <= length, "{start}..{end} of {length}")
    };
    span(sentence.span.start, sentence.span.end);
    sentence
        .words
        .iter()
        .for_each(|word| span(word.span.start, word.span.end));
    for unit in &sentence.units {
        span(unit.span().start, unit.span().end);
    }
    for voice in [Phones { english: false }, Phones { english: true }] {
        let pause = if sentence.complete { "#4" } else { "#3" };
        check_symbols(&symbols(sentence, voice), pause);
    }
}

fn check_symbols(symbols: &[Symbol], pause: &str) {
    assert!(symbols.len() <= MOST_SYMBOLS, "{} symbols", symbols.len());
    assert_eq!(symbols.last().map(|s| s.phone.as_str()), Some(pause));
    assert!(!symbols[0].phone.starts_with('#'));
    let pauses = symbols
        .windows(2)
        .filter(|pair| pair.iter().all(|s| s.phone.starts_with('#')));
    assert_eq!(pauses.count(), 0, "two pauses in a row");
}

fn check_text(text: &str) {
    let length = text.chars().count();
    let mut said = 0;
    let mut begun = 0;
    for sentence in sentences(text) {
        check(&sentence, length);
        assert!(sentence.span.start >= begun, "sentences out of order");
        begun = sentence.span.start;
        said += sentence.units.len();
    }
    // The longest names of emoji and numbers make about 40 units of a character.
    assert!(said <= 64 * length, "{said} units of {length} characters");
}

const NUMBERS: &str = "[0-9零一二两百千万亿点年月日号:：.,，/\\-~—%℃°kmg²¥$€+=<>×a-zA-Z()\\[\\]第 \\u{4e00}-\\u{4e20}]{0,60}";

proptest! {
    #[test]
    fn any_text(text in any::<String>()) {
        check_text(&text);
    }

    #[test]
    fn any_characters(characters in prop::collection::vec(any::<char>(), 0..400)) {
        check_text(&characters.into_iter().collect::<String>());
    }

    #[test]
    fn numbers_and_signs(text in NUMBERS) {
        check_text(&text);
    }

    #[test]
    fn chinese(text in "[\\u{3400}-\\u{9fff}，。！？儿一不子]{0,300}") {
        check_text(&text);
    }

    #[test]
    fn any_ssml(inside in "(<(break time='[0-9]{1,3}ms'|p|/p|s|/s|mark name='a'|sub alias='好'|/sub|emotion category='happy'|/emotion|phoneme ph='hao3'|/phoneme)/?>|[好&;a-z1 ]){0,12}") {
        let document = format!("<speak>{inside}</speak>");
        let length = document.chars().count();
        if let Ok(sentences) = ssml_sentences(&document, langdu::text::TextOptions::default()) {
            sentences.for_each(|sentence| check(&sentence, length));
        }
        let _ = ssml_sentences(&inside, langdu::text::TextOptions::default());
    }

    #[test]
    fn any_lexicon(word in any::<String>(), said in any::<String>(), text in any::<String>()) {
        if let Ok(lexicon) = UserLexicon::new([(word.as_str(), said.as_str()), ("好", "hao4"), ("GPU", "G P U")]) {
            let text = format!("{text}{word}好GPU");
            let length = text.chars().count();
            langdu::text::sentences_with(text, Arc::new(lexicon)).for_each(|sentence| check(&sentence, length));
        }
    }
}

#[test]
fn nothing_to_say_gives_nothing() {
    for text in ["", " \n\t", "，。！", "\u{200d}\u{feff}", "……——"] {
        assert_eq!(sentences(text).count(), 0, "{text:?}");
    }
}

#[test]
fn long_runs_are_cut() {
    for text in [
        "好".repeat(5000),
        "W".repeat(3000),
        "7".repeat(3000),
        "一".repeat(3000),
        "😀".repeat(500),
        "[".repeat(3000),
        "-".repeat(3000),
        "1-".repeat(1500),
        format!("¥924{}", "\u{fffd}252452524".repeat(13)),
    ] {
        check_text(&text);
    }
}

#[test]
fn a_book_starts_at_once_and_takes_linear_time() {
    let page = "今天天气不错，我们2025-09-28去了3次公园。他说：“好的！”重庆的行长还没来得及说话\n";
    let time = |pages: usize| {
        let book = page.repeat(pages);
        let start = Instant::now();
        assert!(sentences(book.as_str()).next().is_some());
        let first = start.elapsed();
        assert!(sentences(book.as_str()).count() >= pages);
        (first, start.elapsed())
    };
    time(10);
    let (_, short) = time(250);
    let (first, long) = time(2500);
    assert!(first.as_millis() < 100, "{first:?}");
    assert!(
        long < short * 30 + std::time::Duration::from_millis(500),
        "{short:?} {long:?}"
    );
}

#[test]
fn a_large_lexicon_costs_little() {
    let begin = |at: u32| char::from_u32(0x4e00 + at).unwrap();
    let words = (0..100_000u32).map(|at| {
        let word = ['天', begin(at % 20_000), begin(at / 20_000)];
        (word.iter().collect::<String>(), "hao3 hao3 hao3")
    });
    let lexicon = std::sync::Arc::new(UserLexicon::new(words).unwrap());
    let text = "天天向上，好好学习。".repeat(1000);
    let begun = Instant::now();
    let plain = sentences(text.as_str()).count();
    let without = begun.elapsed();
    let own = langdu::text::sentences_with(text.as_str(), lexicon).count();
    let with = begun.elapsed() - without;
    assert_eq!(own, plain);
    // To look at each of its words everywhere would take a thousand times as long.
    assert!(with < without * 20, "{with:?}, without it {without:?}");
}

#[test]
fn every_unified_character_is_read_or_skipped() {
    for block in [
        0x3400..0x4dc0u32,
        0x4e00..0xa000,
        0xf900..0xfb00,
        0x20000..0x20100,
    ] {
        let text: String = block.filter_map(char::from_u32).collect();
        check_text(&text);
    }
}
