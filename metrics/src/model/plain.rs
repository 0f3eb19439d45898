//! Numbers written plainly, as nearly all are: digits, perhaps a point and digits, nothing before and nothing behind. They are read eight digits at a time, to the
//! value that the careful way of [`Decimal`] gives; whatever is not plain is left to that.

use super::decimal::{Decimal, POWERS, ZEROS, of_digits};

/// Digits after the point that make a nanosecond.
const NANO: usize = 9;
/// Significant digits that [`Decimal`] keeps. A number of more is not plain.
const SIGNIFICANT: usize = 19;
/// What stands behind the ninth of sixteen digits after the point is rounded. Of seven bytes, each a digit, this is a half.
const HALF: u64 = 5 << 48;

impl Decimal {
    /// The whole number that a text starts with, and its length; `None` where it is not written plainly, or ends less than eight bytes before the text does.
    #[inline]
    pub fn plain_integer(text: &[u8]) -> Option<(u64, usize)> {
        let (value, length) = whole(text)?;
        match text.get(length) {
            Some(b'.' | b'e' | b'E') => None,
            _ => Some((value, length)),
        }
    }

    /// The number that a text starts with times 10^9, as seconds become nanoseconds, rounded half to even; and its length. `None` where it is not written plainly,
    /// or ends less than eight bytes before the text does.
    #[inline(never)]
    pub fn plain_seconds(text: &[u8]) -> Option<(u64, usize)> {
        let (seconds, point) = match text.first_chunk() {
            // Most durations are shorter than a second.
            Some(b"0.") => (0, 1),
            _ => whole(text)?,
        };
        let whole = seconds.checked_mul(POWERS[NANO])?;
        let (nanos, length) = match text.get(point) {
            Some(b'.') => fraction(text, point, seconds)?,
            _ => (0, point),
        };
        match text.get(length) {
            Some(b'e' | b'E') => None,
            _ => Some((whole.checked_add(nanos)?, length)),
        }
    }
}

/// The digits that a text starts with.
#[inline]
fn whole(text: &[u8]) -> Option<(u64, usize)> {
    let (mut value, mut at) = (0u64, 0);
    loop {
        let (word, digits) = leading(text, at)?;
        if digits > 0 {
            if value >= POWERS[SIGNIFICANT - digits] {
                return None;
            }
            // Digits behind are shifted out, zeros before shifted in.
            value = value * POWERS[digits] + of_digits(word << (64 - 8 * digits));
            at += digits;
        }
        if digits < 8 {
            break;
        }
    }
    (at > 0 && (at == 1 || text[0] != b'0')).then_some((value, at))
}

/// The digits behind a point in billionths, rounded, and where they end.
#[inline]
fn fraction(text: &[u8], point: usize, seconds: u64) -> Option<(u64, usize)> {
    let first = point + 1;
    let (word, digits) = leading(text, first)?;
    if digits < 8 {
        // Shifted in behind, zeros make it eight digits.
        let kept = word & !(u64::MAX << (8 * digits));
        return (digits > 0).then(|| (of_digits(kept) * 10, first + digits));
    }
    let eight = of_digits(word);
    let (word, digits) = leading(text, first + 8)?;
    let mut at = first + 8 + digits;
    let kept = if digits < 8 {
        word & !(u64::MAX << (8 * digits))
    } else {
        word
    };
    // The first byte comes first now: the ninth digit, and behind it those that round it.
    let next = kept.swap_bytes();
    let (ninth, behind) = (next >> 56, next & (u64::MAX >> 8));
    if digits == 8 {
        loop {
            let (_, digits) = leading(text, at)?;
            at += digits;
            if digits < 8 {
                break;
            }
        }
        // Digits beyond the sixteenth decide where those before are exactly a half.
        if behind == HALF {
            return None;
        }
    }
    let spare = SIGNIFICANT - if seconds == 0 { 0 } else { point };
    let beyond = (at - first).saturating_sub(spare);
    // Zeros behind `0.` are not significant.
    if beyond > 0 && (seconds != 0 || beyond >= 8 || eight >= POWERS[8 - beyond]) {
        return None;
    }
    let nanos = eight * 10 + ninth;
    let up = behind > HALF || (behind == HALF && nanos % 2 == 1);
    Some((nanos + u64::from(up), at))
}

/// The eight bytes at a place, digits as their values, and how many of them are digits before the first that is none. `None` where fewer than eight are left.
#[inline]
fn leading(text: &[u8], at: usize) -> Option<(u64, usize)> {
    let word = u64::from_le_bytes(*text.get(at..)?.first_chunk()?) ^ ZEROS;
    // A byte above nine sets its highest bit, here or by the sum.
    let others =
        (((word & 0x7f7f_7f7f_7f7f_7f7f) + 0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080;
    Some((word, (others.trailing_zeros() / 8) as usize))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Either way gives the same value, over every length, sign, place of the point, and end of the text.
        #[test]
        fn plain_numbers_are_read_alike(text in "-?[0-9]{0,21}(\\.[0-9]{0,24})?([eE][+-]?[0-9]{1,2})?", zeros in 0usize..12, short in any::<bool>(), behind in "[,} x.0-9]{0,16}") {
            let text = match text.split_once('.') {
                Some((_, fraction)) if short => format!("0.{}{fraction}{behind}", "0".repeat(zeros)),
                Some((whole, fraction)) => format!("{whole}.{}{fraction}{behind}", "0".repeat(zeros)),
                None => format!("{text}{behind}"),
            };
            for (plain, shift) in [(Decimal::plain_integer(text.as_bytes()), 0), (Decimal::plain_seconds(text.as_bytes()), 9)] {
                if let Some((value, length)) = plain {
                    let (decimal, expected) = Decimal::prefix(text.as_bytes()).expect("a number");
                    prop_assert_eq!(length, expected);
                    prop_assert_eq!(Ok(value), decimal.unsigned(shift), "{}", text);
                }
            }
        }

        /// What programs write is read the quick way.
        #[test]
        fn times_are_plain(duration in 1e-4..10.0, start in 1.6e9..2e9) {
            for value in [duration, start] {
                let text = format!("{value}, \"memory\"");
                let (nanos, length) = Decimal::plain_seconds(text.as_bytes()).expect("plain");
                prop_assert_eq!(&text[length..], ", \"memory\"");
                let careful = Decimal::parse(&text.as_bytes()[..length]).expect("a number");
                prop_assert_eq!(Ok(nanos), careful.unsigned(9));
            }
        }
    }

    #[test]
    fn what_python_writes_is_plain() {
        for (text, value) in [
            ("0.0044077360229686675, \"cpu_time", 4_407_736),
            ("1700000000.000108, \"bran", 1_700_000_000_000_108_000),
            ("0.5, \"memory\"", 500_000_000),
            ("12.0, \"memory\"", 12_000_000_000),
            ("0.0000000015, \"cpu", 2),
            ("0.0000000025, \"cpu", 2),
            ("0.99999999951, \"cpu", 1_000_000_000),
            ("0.00012345678901234567, \"cpu", 123_457),
            ("7, \"memory\"", 7_000_000_000),
            ("0, \"memory\"", 0),
        ] {
            let plain = Decimal::plain_seconds(text.as_bytes());
            assert_eq!(plain, Some((value, text.find(',').unwrap_or(0))), "{text}");
        }
        for (text, value) in [("180107108, \"memory", 180_107_108), ("0, \"memory", 0)] {
            let plain = Decimal::plain_integer(text.as_bytes());
            assert_eq!(plain, Some((value, text.find(',').unwrap_or(0))), "{text}");
        }
    }

    #[test]
    fn all_else_is_left_to_the_careful_way() {
        for text in [
            "01, 345678",
            "1., 345678",
            ".5, 345678",
            "-1, 345678",
            "1e3, 345678",
            "x, 345678",
            "12345678901234567890, 345678",
        ] {
            assert_eq!(Decimal::plain_seconds(text.as_bytes()), None, "{text}");
            assert_eq!(Decimal::plain_integer(text.as_bytes()), None, "{text}");
        }
        // Too many digits, and a half that the digits behind it decide.
        for text in [
            "0.0000000005000000001, 345678",
            "1700000000.12345678901, 345678",
            "0.12345678901234567890, 345678",
        ] {
            assert_eq!(Decimal::plain_seconds(text.as_bytes()), None, "{text}");
        }
        assert_eq!(Decimal::plain_integer(b"1.5, 345678"), None);
    }
}
