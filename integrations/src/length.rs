//! Lengths of time as users write them.

use std::time::Duration;

use pss_metrics::model::Decimal;

/// Reads `250ms`, `1.5s`, `2m`, `1h`; a bare number is seconds.
///
/// # Errors
/// What it should look like.
pub fn parse_length(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let units = [
        ("ms", 1_000_000),
        ("us", 1_000),
        ("s", 1_000_000_000),
        ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
        ("", 1_000_000_000),
    ];
    units
        .iter()
        .find_map(|(unit, nanoseconds)| {
            let number = Decimal::parse(text.strip_suffix(unit)?.trim().as_bytes()).ok()?;
            // Millionths of a unit are fine enough for anybody.
            let millionths = u128::from(number.unsigned(6).ok()?);
            u64::try_from(millionths * nanoseconds / 1_000_000).ok()
        })
        .filter(|nanoseconds| *nanoseconds > 0)
        .map(Duration::from_nanos)
        .ok_or_else(|| format!("{text:?} is no length of time: write it as 250ms, 1.5s, 2m or 1h"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read() {
        for (text, milliseconds) in [
            ("250ms", 250),
            ("1.5s", 1500),
            (" 2m ", 120_000),
            ("1h", 3_600_000),
            ("3", 3000),
            ("0.001", 1),
            ("500us", 0),
        ] {
            let length = parse_length(text).map(|length| length.as_millis());
            assert_eq!(length, Ok(milliseconds), "{text}");
        }
        for text in ["", "s", "-1s", "0", "0ms", "1d", "1e30h", "soon"] {
            assert!(parse_length(text).is_err(), "{text}");
        }
    }
}
