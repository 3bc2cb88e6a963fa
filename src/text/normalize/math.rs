//! Powers and indices: 10⁶, x², n^2, x_i, H₂O.

use super::classes::{Class, Item};
use super::number::{decimal, digits};
use super::tokens::{Kind, Line, plain};

/// Superscripts, subscripts, and the signs `^` and `_` that stand for them.
pub fn scripts(line: &Line, at: usize) -> Option<Vec<Item>> {
    match line.kind(at)? {
        Kind::Super => {
            // Ca²⁺, Cl⁻
            let text = plain(line.text(at));
            let charge = [('+', "加"), ('-', "减")]
                .into_iter()
                .find_map(|(sign, name)| {
                    Some(format!("{}{name}", digits(text.strip_suffix(sign)?)))
                });
            let class = charge.map_or(Class::Power, Class::Said);
            Some(vec![Item::new(at, at + 1, class)])
        }
        Kind::Sub => {
            let said = decimal(&plain(line.text(at)), None);
            Some(vec![Item::new(at, at + 1, Class::Said(said))])
        }
        Kind::Number => {
            // the base of a power: a unit after it would take the sign for its own
            let base = line.kind(at + 1) == Some(Kind::Super) || is_power(line, at + 1);
            base.then(|| vec![Item::new(at, at + 1, Class::Cardinal)])
        }
        Kind::Sign if line.is(at, "^") && at > 0 && is_power(line, at) => {
            let end = if line.is(at + 1, "-") { at + 3 } else { at + 2 };
            let minus = if end == at + 3 { "负" } else { "" };
            if minus.is_empty() {
                return Some(vec![Item::new(at, end, Class::Power)]);
            }
            let exponent = super::number::cardinal(line.text(end - 1));
            let said = format!("的{minus}{exponent}次方");
            Some(vec![Item::new(at, end, Class::Said(said))])
        }
        Kind::Sign if line.is(at, "_") => Some(vec![Item::new(at, at + 1, Class::Silent)]),
        _ => None,
    }
}

/// `^` and an exponent.
fn is_power(line: &Line, at: usize) -> bool {
    let exponent = if line.is(at + 1, "-") { at + 2 } else { at + 1 };
    let short = |token: usize| match line.kind(token) {
        Some(Kind::Number) => true,
        Some(Kind::Latin) => line.text(token).len() == 1,
        _ => false,
    };
    line.is(at, "^") && short(exponent) && line.glued(at..exponent + 1)
}
