//! Anything that is read: text, SSML, lexicons, templates.

use std::sync::Arc;

use langdu::text::symbols::symbols;
use langdu::text::{Sentence, Sentences, Templates, Unit, UserLexicon};
use langdu::text::{fixed_sentences, sentences, sentences_with, ssml_sentences};

use crate::Target;
use crate::limits::in_time;

pub const TARGETS: [Target; 4] = [
    Target {
        name: "text",
        run: text,
        seeds: || lines(TEXTS),
        words: &WORDS,
        usual: 24,
        longest: 600,
    },
    Target {
        name: "ssml",
        run: ssml,
        seeds: || lines(DOCUMENTS),
        words: &MARKUP,
        usual: 150,
        longest: 600,
    },
    Target {
        name: "lexicon",
        run: lexicon,
        seeds: || {
            vec!["重庆\tchong2 qing4\nGPU\tG P U\n天气\t晴朗\n\n重庆今天天气不错，GPU很热。".into()]
        },
        words: &WORDS,
        usual: 100,
        longest: 600,
    },
    Target {
        name: "templates",
        run: templates,
        seeds: || {
            vec![
                "你好，{名字}，欢迎来到{地点}。\n第{号}位请到{窗口}\n\n你好，小明，欢迎来到北京。"
                    .into(),
            ]
        },
        words: &WORDS,
        usual: 100,
        longest: 600,
    },
];

/// Texts that take every way there is through the front end, and SSML with every element.
const TEXTS: &str = include_str!("../seeds/text.txt");
const DOCUMENTS: &str = include_str!("../seeds/ssml.txt");

const WORDS: [&str; 48] = [
    "，", "。", "？", "！", "；", "：", "…", "—", "《", "》", "（", "）", "[", "]", "{", "}", "\t",
    "\n", "\n\n", " ", ",", ".", "-", "/", ":", "%", "℃", "¥", "$", "²", "①", "½", "年", "月",
    "日", "点", "分", "号", "第", "一", "不", "儿", "2", "0", "x", "GPU", "chang2", "\u{200b}",
];

const MARKUP: [&str; 40] = [
    "<speak>",
    "</speak>",
    "<p>",
    "</p>",
    "<s>",
    "</s>",
    "<break",
    "<mark",
    "<sub",
    "</sub>",
    "<phoneme",
    "</phoneme>",
    "<prosody",
    "</prosody>",
    "<emotion",
    "</emotion>",
    "<say-as",
    "</say-as>",
    "<emphasis>",
    "</emphasis>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "&amp;",
    "&#x4e00;",
    "/>",
    ">",
    " time='",
    " strength='",
    " name='",
    " alias='",
    " ph='",
    " rate='",
    " pitch='",
    " volume='",
    " category='",
    " interpret-as='",
    "ms'",
    "'",
];

fn lines(text: &str) -> Vec<Vec<u8>> {
    text.lines().map(|line| line.as_bytes().to_vec()).collect()
}

/// Most symbols the acoustic model takes.
const MOST_SYMBOLS: usize = 256;
/// The longest names of emoji and numbers make about 40 units of a character.
const MOST_UNITS: usize = 64;

fn check(sentence: &Sentence, length: usize) -> usize {
    let within = |start: usize, end: usize| assert!(start <= end && end <= length);
    within(sentence.span.start, sentence.span.end);
    for word in &sentence.words {
        within(word.span.start, word.span.end);
    }
    for span in sentence.units.iter().map(Unit::span) {
        within(span.start, span.end);
    }
    let symbols = symbols(sentence, Default::default());
    assert!(symbols.len() <= MOST_SYMBOLS, "{} symbols", symbols.len());
    sentence.units.len()
}

/// The units of all sentences, which lie in order within `length` characters.
fn units(sentences: Sentences, length: usize) -> usize {
    let mut begun = 0;
    let mut units = 0;
    for sentence in sentences {
        assert!(sentence.span.start >= begun, "sentences out of order");
        begun = sentence.span.start;
        units += check(&sentence, length);
    }
    units
}

fn text(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let length = text.chars().count();
    in_time(length, || {
        assert!(units(sentences(&*text), length) <= MOST_UNITS * length);
    });
}

fn ssml(data: &[u8]) {
    let document = String::from_utf8_lossy(data);
    let length = document.chars().count();
    in_time(length, || {
        for document in [document.to_string(), format!("<speak>{document}</speak>")] {
            let length = document.chars().count();
            if let Ok(sentences) = ssml_sentences(&document, langdu::text::TextOptions::default()) {
                units(sentences, length);
            }
        }
    });
}

/// Lines of a word and its reading, an empty line, and a text.
fn lexicon(data: &[u8]) {
    let data = String::from_utf8_lossy(data);
    let (words, text) = data.split_once("\n\n").unwrap_or(("天气\t晴朗", &data));
    let entries = words.lines().filter_map(|line| line.split_once('\t'));
    in_time(data.chars().count(), || {
        if let Ok(lexicon) = UserLexicon::new(entries) {
            units(
                sentences_with(text, Arc::new(lexicon)),
                text.chars().count(),
            );
        }
    });
}

/// Lines of templates, an empty line, and a text.
fn templates(data: &[u8]) {
    let data = String::from_utf8_lossy(data);
    let (lines, text) = data.split_once("\n\n").unwrap_or((&data, &data));
    let lines = lines.lines().collect::<Vec<_>>();
    in_time(data.chars().count(), || {
        let Ok(templates) = Templates::parse(&lines) else {
            return;
        };
        for part in templates.fixed_parts() {
            fixed_sentences(&part).for_each(drop);
        }
        let templated = sentences(text).with_templates(Arc::new(templates));
        units(templated, text.chars().count());
    });
}
