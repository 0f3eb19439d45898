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
        let mut at = 0;
        let byte = |at: usize| text.get(at).copied().unwrap_or(0);
        let negative = byte(0) == b'-';
        at += usize::from(negative);
        let mut mantissa = 0u64;
        let mut exponent = 0i32;
        let mut take = |digit: u8, fraction: bool, exponent: &mut i32| {
            if mantissa < 1_000_000_000_000_000_000 {
                mantissa = mantissa * 10 + u64::from(digit - b'0');
                *exponent -= i32::from(fraction);
            } else {
                *exponent = exponent.saturating_add(i32::from(!fraction));
            }
        };
        let whole = at;
        while byte(at).is_ascii_digit() {
            take(byte(at), false, &mut exponent);
            at += 1;
        }
        if at == whole || (text[whole] == b'0' && at > whole + 1) {
            return Err(NumberError::NotANumber);
        }
        if byte(at) == b'.' {
            at += 1;
            let fraction = at;
            while byte(at).is_ascii_digit() {
                take(byte(at), true, &mut exponent);
                at += 1;
            }
            if at == fraction {
                return Err(NumberError::NotANumber);
            }
        }
        if matches!(byte(at), b'e' | b'E') {
            at += 1;
            let down = byte(at) == b'-';
            at += usize::from(matches!(byte(at), b'-' | b'+'));
            let digits = at;
            let mut power = 0i32;
            while byte(at).is_ascii_digit() {
                power = power
                    .saturating_mul(10)
                    .saturating_add(i32::from(byte(at) - b'0'));
                at += 1;
            }
            if at == digits {
                return Err(NumberError::NotANumber);
            }
            exponent = exponent.saturating_add(if down { -power } else { power });
        }
        if at != text.len() {
            return Err(NumberError::NotANumber);
        }
        Ok(Decimal {
            negative,
            mantissa,
            exponent,
        })
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
        } else if power < -20 {
            0
        } else {
            let divisor = 10i128.pow(power.unsigned_abs());
            let (whole, rest) = (
                i128::from(self.mantissa) / divisor,
                i128::from(self.mantissa) % divisor,
            );
            whole + i128::from(rest * 2 > divisor || (rest * 2 == divisor && whole % 2 == 1))
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
