//! Formulas of LaTeX in words, as a teacher says them.

use crate::text::data::table;

/// Deepest nesting of braces.
const DEEPEST: usize = 24;

/// What is said for a command; Greek letters are said by their sign.
fn named(command: &str) -> Option<&'static str> {
    table("latex.tsv")
        .find_map(|row| (row[0] == command).then(|| row.get(1).copied().unwrap_or("")))
}

/// What is said for a formula.
pub fn say(formula: &str) -> String {
    let characters: Vec<char> = formula.chars().collect();
    let mut reader = Reader {
        characters: &characters,
        at: 0,
        depth: 0,
    };
    reader.all()
}

/// Length of a command with its arguments at the start of a text; `None` where it is unknown.
pub fn command_length(text: &str) -> Option<usize> {
    let characters: Vec<char> = text.chars().collect();
    let mut reader = Reader {
        characters: &characters,
        at: 1,
        depth: 0,
    };
    let name = reader.name();
    let takes = matches!(name.as_str(), "frac" | "dfrac" | "tfrac" | "sqrt");
    if !takes && named(&name).is_none() {
        return None;
    }
    reader.command(&name);
    Some(reader.at)
}

struct Reader<'a> {
    characters: &'a [char],
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn all(&mut self) -> String {
        let mut said = String::new();
        while self.at < self.characters.len() {
            said.push_str(&self.next(&said));
        }
        said
    }

    /// What the next sign, letter, number or command says; `before` has been said in this group.
    fn next(&mut self, before: &str) -> String {
        let Some(sign) = self.peek() else {
            return String::new();
        };
        self.at += 1;
        let operand = before.trim_end().ends_with(|c: char| c.is_alphanumeric());
        match sign {
            '\\' => {
                let name = self.name();
                match name.as_str() {
                    "" => {
                        let escaped = self.peek();
                        self.at += 1;
                        match escaped {
                            Some('\\') => "，".into(),
                            Some('%') => "%".into(),
                            _ => " ".into(),
                        }
                    }
                    _ => self.command(&name),
                }
            }
            '{' => {
                self.at -= 1;
                self.argument()
            }
            '^' => power(&self.argument()),
            '_' => format!(" {}", self.argument()),
            '0'..='9' => {
                let mut number = sign.to_string();
                while self.peek().is_some_and(|c| c.is_ascii_digit() || c == '.') {
                    number.extend(self.peek());
                    self.at += 1;
                }
                format!(" {number}")
            }
            '=' => "等于".into(),
            '+' => if operand { "加" } else { "正" }.into(),
            '-' | '−' => if operand { "减" } else { "负" }.into(),
            '*' => "乘".into(),
            '/' => "除以".into(),
            '<' => "小于".into(),
            '>' => "大于".into(),
            '!' => "的阶乘".into(),
            '\'' => "撇".into(),
            ',' | ';' => "，".into(),
            'a'..='z' | 'A'..='Z' => format!(" {sign} "),
            '}' | '&' | '|' | '(' | ')' | '[' | ']' | '$' | '~' => " ".into(),
            other => other.to_string(),
        }
    }

    fn name(&mut self) -> String {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_alphabetic()) {
            self.at += 1;
        }
        self.characters[start..self.at].iter().collect()
    }

    fn command(&mut self, name: &str) -> String {
        match name {
            "frac" | "dfrac" | "tfrac" => {
                let above = self.argument();
                let below = self.argument();
                format!(" {}分之{} ", below.trim(), above.trim())
            }
            "sqrt" => {
                let degree = match self.peek() {
                    Some('[') => {
                        let end = self.characters[self.at..].iter().position(|&c| c == ']');
                        let end = self.at + end.unwrap_or(0);
                        let degree: String = self.characters[self.at + 1..end.max(self.at + 1)]
                            .iter()
                            .collect();
                        self.at = end + 1;
                        degree
                    }
                    _ => String::new(),
                };
                let inside = self.argument();
                match degree.as_str() {
                    "" => format!("根号{}", inside.trim()),
                    degree => format!(" {}的 {degree} 次方根", inside.trim()),
                }
            }
            "sum" | "prod" | "int" | "lim" | "iint" | "oint" => self.bounded(name),
            "text" | "mathrm" | "mathbf" | "mathbb" | "mathcal" | "operatorname" | "textbf"
            | "mathit" | "boldsymbol" => {
                format!(" {} ", self.plain())
            }
            "begin" | "end" => {
                self.plain();
                " ".into()
            }
            _ => named(name).unwrap_or(" ").to_string(),
        }
    }

    /// 求和, i 等于 1 到 n
    fn bounded(&mut self, name: &str) -> String {
        let (mut low, mut high) = (String::new(), String::new());
        while let Some(sign @ ('_' | '^')) = self.peek() {
            self.at += 1;
            match sign {
                '_' => low = self.argument(),
                _ => high = self.argument(),
            }
        }
        let kind = match name {
            "sum" => "求和",
            "prod" => "求积",
            "lim" => "极限",
            _ => "积分",
        };
        match (low.trim(), high.trim()) {
            ("", "") => kind.into(),
            (low, "") if name == "lim" => format!("{low}时的极限，"),
            (low, "") => format!("对 {low} {kind}，"),
            (low, high) => format!("从 {low} 到 {high} {kind}，"),
        }
    }

    /// A group in braces, or one sign.
    fn argument(&mut self) -> String {
        while self.peek() == Some(' ') {
            self.at += 1;
        }
        if self.peek() != Some('{') {
            return match self.peek() {
                Some(digit) if digit.is_ascii_digit() => {
                    self.at += 1;
                    digit.to_string()
                }
                _ => self.next(""),
            };
        }
        let inside = self.group();
        if self.depth >= DEEPEST {
            return String::new();
        }
        let mut reader = Reader {
            characters: inside,
            at: 0,
            depth: self.depth + 1,
        };
        reader.all()
    }

    /// The characters of a group in braces, as they are.
    fn plain(&mut self) -> String {
        match self.peek() {
            Some('{') => self.group().iter().collect(),
            _ => String::new(),
        }
    }

    fn group(&mut self) -> &'a [char] {
        let (characters, start) = (self.characters, self.at + 1);
        let mut open = 0;
        while let Some(sign) = self.peek() {
            self.at += 1;
            match sign {
                '{' => open += 1,
                '}' if open == 1 => return &characters[start..self.at - 1],
                '}' => open -= 1,
                _ => {}
            }
        }
        &characters[start.min(self.at)..self.at]
    }
}

fn power(exponent: &str) -> String {
    match exponent.trim() {
        "2" => "的平方".into(),
        "3" => "的立方".into(),
        "度" => "度".into(),
        "撇" | "" => exponent.to_string(),
        other => format!("的 {other} 次方"),
    }
}

#[cfg(test)]
mod tests {
    use super::say;

    #[test]
    fn formulas_in_words() {
        let said = |formula: &str| say(formula).replace(' ', "");
        assert_eq!(said(r"\frac{1}{2}mv^2"), "2分之1mv的平方");
        assert_eq!(said(r"\sqrt{x+1}\geq 0"), "根号x加1大于等于0");
        assert_eq!(said(r"\sum_{i=1}^{n} i"), "从i等于1到n求和，i");
        assert_eq!(said(r"e^{-x}"), "e的负x次方");
        assert_eq!(said(r"\unknown x"), "x");
        assert_eq!(said(r"\frac{\frac{"), "分之分之");
    }
}
