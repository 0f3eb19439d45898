//! Exact reading of decimal numbers: seconds to integer nanoseconds without a detour through a float.
//!
//! A Unix time of today in a 64-bit float is only good to a quarter of a microsecond. The same instant written as seconds in one format and as nanoseconds in
//! another must be the same instant, so decimals are scaled as integers and rounded once, half to even.

/// Why a number does not fit its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Below zero where only sizes and durations make sense.
    #[error("is negative")]
    Negative,
    /// Beyond what the field's integer holds.
    #[error("is out of range")]
    OutOfRange,
    /// No decimal number at all.
    #[error("is not a number")]
    NotANumber,
}

/// A decimal number as it stands in a text: `(-1)^negative * mantissa * 10^exponent`, exact up to 19 significant digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// Whether a minus sign stands before it.
    pub negative: bool,
    /// The first 19 significant digits.
    pub mantissa: u64,
    /// The power of ten.
    pub exponent: i32,
}

impl Decimal {
    /// Reads a JSON number. Digits after the nineteenth significant one are cut.
    ///
    /// # Errors
    /// [`NumberError::NotANumber`] where the text is not of JSON's number grammar.
    pub fn parse(text: &[u8]) -> Result<Decimal, NumberError> {
        match Decimal::prefix(text)? {
            (value, length) if length == text.len() => Ok(value),
            _ => Err(NumberError::NotANumber),
        }
    }

    /// Reads the JSON number that a text starts with, and says how long it is.
    ///
    /// # Errors
    /// As [`Decimal::parse`].
    #[inline]
    pub fn prefix(text: &[u8]) -> Result<(Decimal, usize), NumberError> {
        let byte = |at: usize| text.get(at).copied().unwrap_or(0);
        let negative = byte(0) == b'-';
        let whole = usize::from(negative);
        let mut digits = Digits::default();
        let mut at = digits.take(text, whole);
        let mut exponent = digits.cut;
        if at == whole || (text[whole] == b'0' && at > whole + 1) {
            return Err(NumberError::NotANumber);
        }
        if byte(at) == b'.' {
            let (first, cut) = (at + 1, digits.cut);
            at = digits.take(text, first);
            if at == first {
                return Err(NumberError::NotANumber);
            }
            // Each digit after the point that was kept is worth a tenth of the one before.
            let kept = (at - first) as i32 - (digits.cut - cut);
            exponent -= kept;
        }
        if matches!(byte(at), b'e' | b'E') {
            let down = byte(at + 1) == b'-';
            let first = at + 1 + usize::from(matches!(byte(at + 1), b'-' | b'+'));
            at = first;
            let mut power = 0i32;
            while byte(at).is_ascii_digit() {
                power = power
                    .saturating_mul(10)
                    .saturating_add(i32::from(byte(at) - b'0'));
                at += 1;
            }
            if at == first {
                return Err(NumberError::NotANumber);
            }
            exponent = exponent.saturating_add(if down { -power } else { power });
        }
        Ok((
            Decimal {
                negative,
                mantissa: digits.mantissa,
                exponent,
            },
            at,
        ))
    }

    /// The value times `10^shift`, rounded half to even, where it fits 128 bits.
    pub fn scaled(self, shift: i32) -> Option<i128> {
        if self.mantissa == 0 {
            return Some(0);
        }
        let power = self.exponent.saturating_add(shift);
        let magnitude = if power >= 0 {
            let factor = 10i128.checked_pow(u32::try_from(power).ok()?)?;
            i128::from(self.mantissa).checked_mul(factor)?
        } else {
            match POWERS.get(power.unsigned_abs() as usize) {
                // Beyond 10^19 the quotient is below one half: a mantissa has 19 digits.
                None => 0,
                Some(divisor) => {
                    let (whole, rest) = (self.mantissa / divisor, self.mantissa % divisor);
                    let half = divisor / 2;
                    i128::from(whole + u64::from(rest > half || (rest == half && whole % 2 == 1)))
                }
            }
        };
        Some(if self.negative { -magnitude } else { magnitude })
    }

    /// The value times `10^shift` as an unsigned integer: sizes, counts, and durations from seconds with `shift` 9.
    ///
    /// # Errors
    /// Negative or beyond 64 bits. `-0.0` is zero.
    pub fn unsigned(self, shift: i32) -> Result<u64, NumberError> {
        if self.negative && self.mantissa != 0 {
            return Err(NumberError::Negative);
        }
        self.scaled(shift)
            .and_then(|value| u64::try_from(value).ok())
            .ok_or(NumberError::OutOfRange)
    }

    /// The value times `10^shift` as a signed integer: instants from seconds with `shift` 9.
    ///
    /// # Errors
    /// Beyond 64 bits: years before 1677 and after 2262.
    pub fn signed(self, shift: i32) -> Result<i64, NumberError> {
        self.scaled(shift)
            .and_then(|value| i64::try_from(value).ok())
            .ok_or(NumberError::OutOfRange)
    }
}

/// The powers of ten that fit 64 bits.
pub(super) const POWERS: [u64; 20] = {
    let mut powers = [1; 20];
    let mut at = 1;
    while at < 20 {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// Digits gathered into a mantissa.
#[derive(Default)]
struct Digits {
    mantissa: u64,
    /// Digits that did not fit.
    cut: i32,
}

impl Digits {
    /// Takes all digits from a place on, eight at a time where it can; says where they end.
    #[inline]
    fn take(&mut self, text: &[u8], mut at: usize) -> usize {
        while self.mantissa < 10_000_000_000
            && let Some(chunk) = text.get(at..at + 8)
            && let Some(eight) = eight_digits(chunk)
        {
            self.mantissa = self.mantissa * 100_000_000 + eight;
            at += 8;
        }
        while let Some(digit) = text.get(at).filter(|byte| byte.is_ascii_digit()) {
            if self.mantissa < 1_000_000_000_000_000_000 {
                self.mantissa = self.mantissa * 10 + u64::from(digit - b'0');
            } else {
                self.cut = self.cut.saturating_add(1);
            }
            at += 1;
        }
        at
    }
}

pub(super) const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The value of eight digits, by three multiplications (Lemire, Number parsing at a gigabyte per second, 2021).
#[inline]
fn eight_digits(chunk: &[u8]) -> Option<u64> {
    let mut word = [0; 8];
    word.copy_from_slice(chunk);
    let word = u64::from_le_bytes(word);
    let all_digits = (word & 0xf0f0_f0f0_f0f0_f0f0) == 0x3030_3030_3030_3030
        && (word.wrapping_add(0x0606_0606_0606_0606) & 0xf0f0_f0f0_f0f0_f0f0)
            == 0x3030_3030_3030_3030;
    if !all_digits {
        return None;
    }
    Some(of_digits(word - ZEROS))
}

/// The value of eight bytes 0..9, the first being worth most.
#[inline]
pub(super) fn of_digits(word: u64) -> u64 {
    let word = word * 10 + (word >> 8);
    let low = (word & 0x0000_00ff_0000_00ff).wrapping_mul(0x000f_4240_0000_0064);
    let high = ((word >> 16) & 0x0000_00ff_0000_00ff).wrapping_mul(0x0000_2710_0000_0001);
    low.wrapping_add(high) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanoseconds(text: &str) -> Result<i64, NumberError> {
        Decimal::parse(text.as_bytes())?.signed(9)
    }

    #[test]
    fn seconds_become_exact_nanoseconds() {
        assert_eq!(
            nanoseconds("1700000000.123456"),
            Ok(1_700_000_000_123_456_000)
        );
        assert_eq!(nanoseconds("0.0125"), Ok(12_500_000));
        assert_eq!(nanoseconds("1e-9"), Ok(1));
        assert_eq!(nanoseconds("5e-10"), Ok(0), "half rounds to even");
        assert_eq!(nanoseconds("1.5e-9"), Ok(2));
        assert_eq!(nanoseconds("-2"), Ok(-2_000_000_000));
        assert_eq!(nanoseconds("0.00000000000000000000001e20"), Ok(1_000_000));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(nanoseconds("1e400"), Err(NumberError::OutOfRange));
        assert_eq!(nanoseconds("9999999999"), Err(NumberError::OutOfRange));
        assert_eq!(
            Decimal::parse(b"-1").and_then(|d| d.unsigned(9)),
            Err(NumberError::Negative)
        );
        assert_eq!(Decimal::parse(b"-0.0").and_then(|d| d.unsigned(9)), Ok(0));
    }

    #[test]
    fn long_numbers_keep_their_first_digits() {
        let parse = |text: &str| Decimal::parse(text.as_bytes()).expect("a number");
        assert_eq!(
            parse("12345678.12345678901234567890").mantissa,
            1_234_567_812_345_678_901
        );
        assert_eq!(
            parse("12345678.12345678901234567890").scaled(9),
            Some(12_345_678_123_456_789)
        );
        assert_eq!(
            parse("123456789012345678901234").scaled(0),
            Some(123_456_789_012_345_678_900_000)
        );
        assert_eq!(parse("0.0000000123456789").scaled(16), Some(123_456_789));
        for text in [
            "1",
            "12345678",
            "123456789",
            "98765432109876543",
            "1.00000000",
            "0.99999999",
        ] {
            let exact: f64 = text.parse().expect("a float");
            let value = parse(text);
            assert_eq!(
                value.mantissa as f64 / 10f64.powi(-value.exponent),
                exact,
                "{text}"
            );
        }
    }

    #[test]
    fn only_json_numbers_parse() {
        for text in [
            "", "-", "01", "1.", ".5", "1e", "1e+", "NaN", "0x1", "1 ", "+1", "1.e3",
        ] {
            assert_eq!(
                Decimal::parse(text.as_bytes()),
                Err(NumberError::NotANumber),
                "{text:?}"
            );
        }
        for text in [
            "0",
            "-0",
            "10",
            "1.5",
            "1E5",
            "1e+05",
            "123456789012345678901234567890",
        ] {
            assert!(Decimal::parse(text.as_bytes()).is_ok(), "{text:?}");
        }
    }
}
