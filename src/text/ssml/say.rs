//! Elements that say something else than their text: `phoneme`, `sub`, `say-as`.

use super::markup::Element;
use crate::text::characters::is_han;
use crate::text::error::{TextError, ssml_error as wrong};
use crate::text::normalize::number::{decimal, digits, digits_yao};
use crate::text::reading::{Reading, homophone};
use crate::text::source::fold_text;
use crate::text::user::pinyin;

/// What to say in the place of a text.
pub enum Instead {
    Readings(Vec<Reading>),
    Alias(String),
    Digits,
    Telephone,
    Cardinal,
    Ordinal,
    Characters,
    /// The normalisation knows how.
    Text,
}

impl Instead {
    pub fn read(element: &Element) -> Result<Self, TextError> {
        match element.name.as_str() {
            "phoneme" => {
                if !matches!(
                    element.value("alphabet"),
                    None | Some("pinyin" | "py" | "x-pinyin" | "sapi")
                ) {
                    return Err(wrong(
                        element.at,
                        "only the alphabet \"pinyin\" is supported",
                    ));
                }
                let readings = pinyin(element.required("ph")?);
                readings
                    .map(Self::Readings)
                    .ok_or_else(|| wrong(element.at, "ph is not pinyin with tone digits"))
            }
            "sub" => Ok(Self::Alias(element.required("alias")?.to_string())),
            _ => match element.required("interpret-as")? {
                "digits" | "id" => Ok(Self::Digits),
                "telephone" | "phone" => Ok(Self::Telephone),
                "cardinal" | "number" => Ok(Self::Cardinal),
                "ordinal" => Ok(Self::Ordinal),
                "characters" | "spell-out" | "verbatim" => Ok(Self::Characters),
                "date" | "time" | "currency" | "unit" | "measure" | "fraction" | "address"
                | "name" => Ok(Self::Text),
                other => Err(wrong(
                    element.at,
                    &format!("interpret-as {other:?} is unknown"),
                )),
            },
        }
    }

    /// The characters to say, some with their reading.
    pub fn say(&self, text: &str) -> Vec<(char, Option<Reading>)> {
        let plain = |text: &str| text.chars().map(|c| (c, None)).collect();
        match self {
            Self::Readings(readings) => {
                let characters: Vec<char> =
                    fold_text(text).iter().map(|letter| letter.folded).collect();
                let fits =
                    characters.len() == readings.len() && characters.iter().copied().all(is_han);
                let shown = |at: usize, reading| {
                    if fits {
                        characters[at]
                    } else {
                        homophone(reading)
                    }
                };
                readings
                    .iter()
                    .enumerate()
                    .map(|(at, &reading)| (shown(at, reading), Some(reading)))
                    .collect()
            }
            Self::Alias(alias) => plain(alias),
            Self::Digits | Self::Telephone => {
                plain(&digits_yao(&spoken(text)).replace(['-', ' '], ""))
            }
            Self::Cardinal => plain(&cardinal(text)),
            Self::Ordinal => plain(&format!("第{}", cardinal(text))),
            Self::Characters => plain(
                &digits(&spoken(text))
                    .chars()
                    .flat_map(|c| [c, ' '])
                    .collect::<String>(),
            ),
            Self::Text => plain(text),
        }
    }
}

fn spoken(text: &str) -> String {
    fold_text(text).iter().map(|letter| letter.folded).collect()
}

fn cardinal(text: &str) -> String {
    let number = spoken(text).replace([',', ' '], "");
    let (minus, number) = match number.strip_prefix('-') {
        Some(number) => ("负", number.to_string()),
        None => ("", number),
    };
    let (whole, fraction) = number
        .split_once('.')
        .map_or((number.as_str(), None), |(w, f)| (w, Some(f)));
    if whole.is_empty() || !number.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return text.into();
    }
    format!("{minus}{}", decimal(whole, fraction))
}
