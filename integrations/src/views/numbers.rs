//! Numbers as people read them, in the terminal and in every view.

/// A count with thin groups: 12 345.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// A duration in seconds with a fitting unit and three digits.
pub fn seconds(seconds: f64) -> String {
    let (value, unit) = match seconds.abs() {
        0.0 => return "0 s".to_owned(),
        ..1e-6 => (seconds * 1e9, "ns"),
        ..1e-3 => (seconds * 1e6, "us"),
        ..1.0 => (seconds * 1e3, "ms"),
        _ => (seconds, "s"),
    };
    format!("{} {unit}", digits(value))
}

/// A number of bytes with a fitting unit and three digits.
pub fn bytes(bytes: f64) -> String {
    let (value, unit) = match bytes.abs() {
        ..1e3 => (bytes, "B"),
        ..1e6 => (bytes * 1e-3, "kB"),
        ..1e9 => (bytes * 1e-6, "MB"),
        _ => (bytes * 1e-9, "GB"),
    };
    format!("{} {unit}", digits(value))
}

/// A length of time: 5 min 3 s.
pub fn span(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..60 => self::seconds(seconds),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        3600..86_400 => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
        _ => format!("{} days {} h", whole / 86_400, whole % 86_400 / 3600),
    }
}

/// Three significant digits.
pub fn digits(value: f64) -> String {
    match value.abs() {
        1e15.. => "beyond bounds".to_owned(),
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        1.0.. => format!("{value:.2}"),
        0.0 => "0".to_owned(),
        0.001.. => format!("{value:.3}"),
        _ => format!("{value:.1e}"),
    }
}

/// A factor's value with its unit.
pub fn value(value: f64, unit: &str) -> String {
    match unit {
        "s" => seconds(value),
        "" => digits(value),
        unit => format!("{} {unit}", digits(value)),
    }
}

/// A time of day, UTC, from seconds since the epoch.
pub fn clock(seconds: f64) -> String {
    let day = (seconds.floor() as i64).rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", day / 3600, day % 3600 / 60, day % 60)
}

/// A number that may be absent: what it is like, or `n/a`.
pub fn or_na<T>(value: Option<T>, shown: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| "n/a".to_owned(), shown)
}

/// Points of the score, with one digit.
pub fn points(points: f64) -> String {
    if points < 0.05 {
        "0".to_owned()
    } else {
        format!("{points:.1}")
    }
}

/// A share in percent, of whole numbers where it is not tiny.
pub fn percent(share: f64) -> String {
    match 100.0 * share {
        percent @ (0.0 | 1.0..) => format!("{percent:.0} %"),
        percent => format!("{percent:.2} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(1_234_567), "1 234 567");
        assert_eq!(count(12), "12");
        assert_eq!(seconds(0.012_34), "12.3 ms");
        assert_eq!(span(303.0), "5 min 3 s");
        assert_eq!(bytes(512.0e6), "512 MB");
        assert_eq!(digits(0.06), "0.060");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(0.124), "12 %");
        assert_eq!(percent(0.001_24), "0.12 %");
        assert_eq!(points(0.049), "0");
        assert_eq!(or_na(None, points), "n/a");
        assert_eq!(clock(1_700_000_000.0), "22:13:20");
    }
}
