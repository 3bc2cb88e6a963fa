//! Spaces where others write commas: 今天天气很好 我们去公园; and tabs.

use std::ops::Range;

use super::tokens::{Kind, Line};

/// Characters that stand between such spaces in the mean, and at least; words that are set apart are shorter.
const MEAN: usize = 3;
const LEAST: usize = 2;

/// The tokens that such a space or a tab stands before.
pub fn pauses(line: &Line) -> Vec<usize> {
    let parts = parts(line);
    let han = |token: usize| line.kind(token) == Some(Kind::Han);
    let pairs = || {
        parts.windows(2).filter(|pair| {
            pair[0].end == pair[1].start && han(pair[1].start - 1) && han(pair[1].start)
        })
    };
    let mut lengths = pairs().flat_map(|pair| pair.iter().map(|part| length(line, part)));
    let (mut sum, mut count) = (0, 0);
    let clauses = lengths.all(|length| {
        sum += length;
        count += 1;
        length >= LEAST
    });
    let mut starts: Vec<usize> = match clauses && sum >= MEAN * count {
        true => pairs().map(|pair| pair[1].start).collect(),
        false => Vec::new(),
    };
    let cell = |at: usize| line.tabbed(at) && line.kind(at - 1) != Some(Kind::Sign);
    starts.extend((1..line.len()).filter(|&at| cell(at) || is_numeral(line, at)));
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// Runs of tokens without spaces and signs.
fn parts(line: &Line) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    for at in 0..line.len() {
        if line.kind(at) == Some(Kind::Sign) {
            continue;
        }
        match parts.last_mut().filter(|part| part.end == at) {
            Some(part) if !line.spaced(at) => part.end = at + 1,
            _ => parts.push(at..at + 1),
        }
    }
    parts
}

fn length(line: &Line, part: &Range<usize>) -> usize {
    part.clone().map(|at| line.text(at).chars().count()).sum()
}

/// `二、` behind a space, where entries stand on one line: 一、目的 二、方法.
fn is_numeral(line: &Line, at: usize) -> bool {
    line.spaced(at)
        && line.any(at, "二三四五六七八九十")
        && line.is(at + 1, "、")
        && line.kind(at - 1) == Some(Kind::Han)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::source::fold_text;

    fn found(text: &str) -> Vec<usize> {
        pauses(&Line::new(&fold_text(text)))
    }

    #[test]
    fn tabs_are_pauses_but_behind_a_mark() {
        assert_eq!(found("姓名\t18\t城市"), [2, 3]);
        assert!(found("姓名 18 城市").is_empty());
        assert!(found("北京，\t上海").is_empty());
    }

    #[test]
    fn words_set_apart_are_no_clauses() {
        assert_eq!(found("今天很好 我们去公园"), [4]);
        assert!(found("我 喜欢 人工智能").is_empty());
        assert!(found("我们 大家 努力").is_empty());
    }
}
