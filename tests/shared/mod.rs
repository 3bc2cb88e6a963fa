//! Data that lies beside the repository and is not part of it, and how readings are compared.

use std::collections::BTreeMap;
use std::path::PathBuf;

mod skip;

pub use skip::skip;

/// The rows of a table in `../shared`, by column. Without it the test is skipped: said in the file that `LANGDU_SKIPPED` names, and a
/// failure where `LANGDU_REQUIRE_DATA` is set.
pub fn rows(table: &str) -> Option<Vec<BTreeMap<String, String>>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared")
        .join(table);
    let Ok(text) = std::fs::read_to_string(path) else {
        skip(&format!("../shared/{table} is missing"));
        return None;
    };
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next()?.split('\t').collect();
    let row = |line: &str| {
        let cells = names.iter().zip(line.split('\t'));
        cells
            .map(|(name, cell)| (name.to_string(), cell.to_string()))
            .collect()
    };
    Some(lines.map(row).collect())
}

/// Without punctuation and spaces, and with words that say the same made equal.
pub fn lenient(text: &str) -> String {
    let kept: String = text
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == '%')
        .collect();
    let same = [
        ("〇", "零"),
        ("两", "二"),
        ("幺", "一"),
        ("零下", "负"),
        ("至", "到"),
        ("千克", "公斤"),
        ("千米", "公里"),
        ("摄氏度", "度"),
        ("人民币", "元"),
        ("块", "元"),
        ("号", "日"),
        ("点钟", "点"),
        ("点整", "点"),
        ("大于等于", "大于或等于"),
        ("零分零秒", ""),
        ("零分", ""),
    ];
    same.iter()
        .fold(kept, |text, (from, to)| text.replace(from, to))
}
