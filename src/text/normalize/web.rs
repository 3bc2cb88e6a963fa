//! Web addresses and e-mail.

use super::line::{Kind, Line, Output};
use super::number::digits;
use crate::text::steps::Manner;

/// A URL, a domain name or an e-mail address, read sign by sign.
pub fn address(line: &Line, at: usize, output: &mut Output) -> Option<usize> {
    if !matches!(line.kind(at), Some(Kind::Latin | Kind::Number))
        || line.previous(at).is_some_and(|c| c.is_ascii_alphanumeric())
    {
        return None;
    }
    let text = line.from(at);
    let length = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || "-._~:/?#@!$&*+=%".contains(c)))
        .unwrap_or(text.len());
    let text = text[..length].trim_end_matches(['.', ':', '?', '!', ',']);
    if !is_address(text) {
        return None;
    }
    let end = line.token_after(at, text.len());
    for token in at..end {
        match line.kind(token) {
            Some(Kind::Latin) => output.keep(line, token),
            Some(Kind::Number) => output.word(
                line,
                token,
                token + 1,
                &digits(line.text(token)),
                Manner::Digits,
            ),
            _ => output.word(
                line,
                token,
                token + 1,
                name(line.text(token)),
                Manner::Plain,
            ),
        }
    }
    Some(end)
}

fn is_address(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") || lower.starts_with("www.") {
        return true;
    }
    let host = match lower.split_once('@') {
        Some((user, host)) if !user.is_empty() => {
            return host.contains('.') && !host.ends_with('.');
        }
        _ => lower.split('/').next().unwrap_or(""),
    };
    let Some((name, top)) = host.rsplit_once('.') else {
        return false;
    };
    let known = [
        "com", "cn", "net", "org", "gov", "edu", "io", "ai", "co", "info", "tv", "me", "app",
        "dev", "jp", "uk",
    ];
    name.len() > 1 && name.contains(|c: char| c.is_ascii_alphabetic()) && known.contains(&top)
}

fn name(sign: &str) -> &'static str {
    match sign {
        "." => "点",
        "@" => "艾特",
        "/" => "斜杠",
        ":" => "冒号",
        "-" => "杠",
        "_" => "下划线",
        "?" => "问号",
        "=" => "等于",
        "&" => "和",
        "%" => "百分号",
        "#" => "井号",
        "+" => "加",
        "~" => "波浪号",
        "*" => "星号",
        _ => "",
    }
}
