//! Numbers in words.

const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
/// Beyond this many digits a number is read digit by digit.
const LONGEST: usize = 16;

/// Digit by digit: `2008` is 二零零八. Anything that is no digit stays.
pub fn digits(number: &str) -> String {
    number
        .chars()
        .map(|c| c.to_digit(10).map_or(c, |d| DIGITS[d as usize]))
        .collect()
}

/// As [`digits`], with 幺 for 1, as in telephone numbers.
pub fn digits_yao(number: &str) -> String {
    digits(number).replace('一', "幺")
}

/// A whole number: `2050` is 两千零五十. Leading zeros are dropped.
pub fn cardinal(number: &str) -> String {
    let number = number.trim_start_matches('0');
    if number.is_empty() {
        return "零".into();
    }
    if number.len() > LONGEST {
        return digits(number);
    }
    let values: Vec<usize> = number
        .chars()
        .filter_map(|c| c.to_digit(10))
        .map(|d| d as usize)
        .collect();
    let mut said = String::new();
    let mut gap = false;
    for (index, group) in groups(&values).iter().enumerate() {
        let power = groups(&values).len() - 1 - index;
        if group.iter().all(|&d| d == 0) {
            gap = true;
            continue;
        }
        if !said.is_empty() && (gap || group[0] == 0) {
            said.push('零');
        }
        gap = false;
        push_group(group, &mut said);
        said.push_str(["", "万", "亿", "万亿"][power]);
    }
    liang(&said)
}

/// Groups of four digits, the first one padded with zeros.
fn groups(values: &[usize]) -> Vec<[usize; 4]> {
    let mut padded = vec![0; (4 - values.len() % 4) % 4];
    padded.extend_from_slice(values);
    padded.as_chunks::<4>().0.to_vec()
}

/// One group, without zeros before its first digit.
fn push_group(group: &[usize; 4], said: &mut String) {
    let (mut gap, mut started) = (false, false);
    for (&digit, unit) in group.iter().zip(["千", "百", "十", ""]) {
        if digit == 0 {
            gap = started;
            continue;
        }
        if gap {
            said.push('零');
        }
        (gap, started) = (false, true);
        // 十二, but 一百一十二
        if !(digit == 1 && unit == "十" && said.is_empty()) {
            said.push(DIGITS[digit]);
        }
        said.push_str(unit);
    }
}

/// 二 before the first unit is said 两, except in 二十.
fn liang(said: &str) -> String {
    match said.strip_prefix('二') {
        Some(rest) if rest.starts_with(['百', '千', '万', '亿']) => format!("两{rest}"),
        _ => said.into(),
    }
}

/// A number with an optional fraction part: `12.50` is 十二点五零.
pub fn decimal(whole: &str, fraction: Option<&str>) -> String {
    match fraction {
        Some(fraction) => format!(
            "{}点{}",
            cardinal(whole).replace('两', "二").replace("二千", "两千"),
            digits(fraction)
        ),
        None => cardinal(whole),
    }
}

/// A Roman numeral up to 3999.
pub fn roman(numeral: &str) -> Option<u32> {
    let value = |c| {
        Some(match c {
            'I' => 1,
            'V' => 5,
            'X' => 10,
            'L' => 50,
            'C' => 100,
            'D' => 500,
            'M' => 1000,
            _ => return None,
        })
    };
    let values: Vec<u32> = numeral.chars().map(value).collect::<Option<_>>()?;
    let total = values
        .iter()
        .enumerate()
        .try_fold(0i64, |total, (at, &v)| {
            let minus = values.get(at + 1).is_some_and(|&next| next > v);
            Some(total + if minus { -i64::from(v) } else { i64::from(v) })
        })?;
    u32::try_from(total)
        .ok()
        .filter(|&n| n > 0 && n < 4000 && numeral.len() < 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cardinals() {
        for (number, said) in [
            ("0", "零"),
            ("10", "十"),
            ("20", "二十"),
            ("200", "两百"),
            ("219", "两百一十九"),
            ("5010", "五千零一十"),
            ("50010", "五万零一十"),
            ("1000001", "一百万零一"),
            ("10001000", "一千万一千"),
            ("1111011111", "十一亿一千一百零一万一千一百一十一"),
            ("2222", "两千二百二十二"),
            ("100000001000", "一千亿零一千"),
            ("10100000", "一千零一十万"),
            ("110000", "十一万"),
            ("22000", "两万二千"),
            ("120000", "十二万"),
        ] {
            assert_eq!(cardinal(number), said);
        }
    }

    #[test]
    fn others() {
        assert_eq!(decimal("12", Some("50")), "十二点五零");
        assert_eq!(digits_yao("121"), "幺二幺");
        assert_eq!(roman("XIV"), Some(14));
        assert_eq!(roman("MIX3"), None);
    }
}
