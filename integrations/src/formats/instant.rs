//! Instants as text.

use jiff::{civil::DateTime, fmt::strtime, tz::TimeZone};

/// Nanoseconds since the epoch of a date with a time: RFC 3339, ISO 8601 with `+0000`, or `2023/05/04 12:00:00.123`. Without an offset it is taken as UTC.
pub fn instant(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
        return timestamp.as_nanosecond().try_into().ok();
    }
    if let Ok(broken) = strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", text.replace(',', "."))
        && let Ok(timestamp) = broken.to_timestamp()
    {
        return timestamp.as_nanosecond().try_into().ok();
    }
    let plain = text.replace('/', "-").replacen(' ', "T", 1);
    let civil: DateTime = plain.parse().ok()?;
    let zoned = civil.to_zoned(TimeZone::UTC).ok()?;
    zoned.timestamp().as_nanosecond().try_into().ok()
}

/// The instant as RFC 3339 in UTC, to the second.
pub fn instant_text(nanoseconds: i64) -> String {
    let whole = jiff::Timestamp::from_second(nanoseconds.div_euclid(1_000_000_000));
    whole.map_or_else(
        |_| format!("{nanoseconds} ns"),
        |instant| instant.to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::instant;

    #[test]
    fn dates_in_use_are_read() {
        let expected = Some(1_659_374_253_375_000_000);
        for text in [
            "2022-08-01T17:17:33.375Z",
            "2022-08-01T17:17:33.375+00:00",
            "2022-08-01T19:17:33.375+0200",
            "2022-08-01T17:17:33,375+0000",
            "2022/08/01 17:17:33.375",
            "2022-08-01 17:17:33.375",
        ] {
            assert_eq!(instant(text), expected, "{text}");
        }
        assert_eq!(instant("yesterday"), None);
        assert_eq!(instant(""), None);
        assert_eq!(instant("9999-12-31T23:59:59Z"), None, "beyond 64 bits");
    }
}
