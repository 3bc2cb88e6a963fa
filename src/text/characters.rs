//! Kinds of characters that several steps ask for.

/// Whether this is a Chinese character the reading table can know.
pub fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '〇')
}

/// Ends a sentence wherever it stands.
pub fn is_terminal(character: char) -> bool {
    matches!(character, '。' | '！' | '？' | '｡' | '‼' | '⁇' | '⁈' | '⁉')
}

/// Speech pauses at it within a sentence.
pub fn is_comma(character: char) -> bool {
    matches!(
        character,
        '，' | '；' | '：' | '、' | '…' | '—' | ',' | ';' | ':'
    )
}
