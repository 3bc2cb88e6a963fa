//! Web addresses, e-mail, file names and paths.

use super::classes::{Class, Item};
use super::tokens::{Kind, Line};

/// An address or a file name, read sign by sign.
pub fn address(line: &Line, at: usize) -> Option<Vec<Item>> {
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
    if !is_address(text) && !is_file(text) {
        return None;
    }
    let end = line.token_after(at, text.len());
    let class = |token: usize| match line.kind(token) {
        Some(Kind::Latin) => Class::Keep,
        Some(Kind::Number) if line.text(token).len() <= 2 && !line.text(token).starts_with('0') => {
            Class::Ordinal
        }
        Some(Kind::Number) => Class::Digits,
        _ => match name(line.text(token)) {
            "" => Class::Silent,
            said => Class::Said(said.into()),
        },
    };
    Some(
        (at..end)
            .map(|token| Item::new(token, token + 1, class(token)))
            .collect(),
    )
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
        "dev", "jp", "uk", "us", "de", "fr", "top", "xyz", "cc", "hk", "tw",
    ];
    name.len() > 1 && name.contains(|c: char| c.is_ascii_alphabetic()) && known.contains(&top)
}

/// `main.rs`, `src/app.tsx`, `report.pdf`, `Node.js`
fn is_file(text: &str) -> bool {
    let last = text.rsplit('/').next().unwrap_or("");
    let Some((name, kind)) = last.rsplit_once('.') else {
        return false;
    };
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && is_extension(kind)
}

/// Whether a word is the kind of a file.
pub fn is_extension(word: &str) -> bool {
    const KNOWN: [&str; 53] = [
        "js", "ts", "tsx", "jsx", "py", "rs", "go", "java", "cpp", "h", "html", "css", "json",
        "xml", "yaml", "yml", "toml", "md", "txt", "pdf", "doc", "docx", "xls", "xlsx", "ppt",
        "pptx", "csv", "zip", "rar", "gz", "tar", "exe", "apk", "png", "jpg", "jpeg", "gif", "svg",
        "mp3", "mp4", "wav", "avi", "mkv", "log", "sh", "bat", "sql", "db", "wasm", "onnx", "epub",
        "net", "vue",
    ];
    KNOWN.contains(&word.to_ascii_lowercase().as_str())
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
