//! Units, as data: how OpenTelemetry (UCUM) writes each, how people do, and how names in Prometheus end with it.

use pss_metrics::model::SignalUnit;

/// What values are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Hours.
    Hours,
    /// Minutes.
    Minutes,
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Microseconds.
    Microseconds,
    /// Nanoseconds.
    Nanoseconds,
    /// Bytes.
    Bytes,
    /// 1000 bytes.
    Kilobytes,
    /// 1000^2 bytes.
    Megabytes,
    /// 1000^3 bytes.
    Gigabytes,
    /// 1024 bytes.
    Kibibytes,
    /// 1024^2 bytes.
    Mebibytes,
    /// 1024^3 bytes.
    Gibibytes,
    /// Items.
    Items,
    /// A share of 1, or a plain number.
    Share,
    /// Percent.
    Percent,
}

/// A unit, and how it is written.
struct Unit {
    measure: Measure,
    /// As unit of a metric.
    texts: &'static [&'static str],
    /// As the end of a name, behind `_`.
    endings: &'static [&'static str],
}

// Texts: UCUM, as the semantic conventions 1.44 use it, first; then what people write. Endings: the base units of Prometheus' naming rules, and those of older exporters.
// Prefixes without `i` are decimal, as in UCUM and SI.
const UNITS: &[Unit] = &[
    unit(Measure::Hours, &["h", "hours"], &["hours"]),
    unit(Measure::Minutes, &["min", "minutes"], &["minutes"]),
    unit(
        Measure::Milliseconds,
        &["ms", "milliseconds"],
        &["milliseconds", "ms"],
    ),
    unit(
        Measure::Microseconds,
        &["us", "µs", "μs", "microseconds"],
        &["microseconds", "us"],
    ),
    unit(
        Measure::Nanoseconds,
        &["ns", "nanoseconds"],
        &["nanoseconds", "ns"],
    ),
    unit(Measure::Seconds, &["s", "seconds"], &["seconds"]),
    unit(
        Measure::Kilobytes,
        &["kBy", "kB", "KB", "kilobytes"],
        &["kilobytes"],
    ),
    unit(
        Measure::Megabytes,
        &["MBy", "MB", "megabytes"],
        &["megabytes"],
    ),
    unit(
        Measure::Gigabytes,
        &["GBy", "GB", "gigabytes"],
        &["gigabytes"],
    ),
    unit(
        Measure::Kibibytes,
        &["KiBy", "KiB", "kibibytes"],
        &["kibibytes"],
    ),
    unit(
        Measure::Mebibytes,
        &["MiBy", "MiB", "mebibytes"],
        &["mebibytes"],
    ),
    unit(
        Measure::Gibibytes,
        &["GiBy", "GiB", "gibibytes"],
        &["gibibytes"],
    ),
    unit(Measure::Bytes, &["By", "B", "bytes", "byte"], &["bytes"]),
    unit(Measure::Percent, &["%", "percent"], &["percent"]),
    unit(Measure::Share, &["1", "ratio"], &["ratio"]),
];

const fn unit(
    measure: Measure,
    texts: &'static [&'static str],
    endings: &'static [&'static str],
) -> Unit {
    Unit {
        measure,
        texts,
        endings,
    }
}

impl Measure {
    /// The unit of a text such as `s`, `KiBy` or `{record}`; what braces hold is a remark.
    pub fn parse(text: &str) -> Option<Measure> {
        let plain = text.split('{').next().unwrap_or(text).trim();
        if plain.is_empty() {
            return Some(Measure::Items);
        }
        let written = |unit: &&Unit| unit.texts.contains(&plain);
        UNITS.iter().find(written).map(|unit| unit.measure)
    }

    /// The unit that a name ends with, and the name without it.
    pub(super) fn at_end(name: &str) -> Option<(&str, Measure)> {
        UNITS.iter().find_map(|unit| {
            unit.endings.iter().find_map(|ending| {
                let rest = name.strip_suffix(ending)?.strip_suffix('_')?;
                Some((rest, unit.measure))
            })
        })
    }

    /// What one of this is in the unit of a signal; `None` where it is another dimension. Counts take any unit that is no time and no size: exporters name what
    /// they count.
    pub(super) fn factor(self, into: SignalUnit) -> Option<f64> {
        match into {
            SignalUnit::Nanoseconds => self.nanoseconds(),
            SignalUnit::Bytes => self.bytes(),
            SignalUnit::Millionths => match self {
                Measure::Share => Some(1e6),
                Measure::Percent => Some(1e4),
                _ => None,
            },
            SignalUnit::Count => {
                (self.nanoseconds().is_none() && self.bytes().is_none()).then_some(1.0)
            }
            // No metric of a temperature is known.
            SignalUnit::Celsius => None,
        }
    }

    fn nanoseconds(self) -> Option<f64> {
        Some(match self {
            Measure::Hours => 3.6e12,
            Measure::Minutes => 6e10,
            Measure::Seconds => 1e9,
            Measure::Milliseconds => 1e6,
            Measure::Microseconds => 1e3,
            Measure::Nanoseconds => 1.0,
            _ => return None,
        })
    }

    fn bytes(self) -> Option<f64> {
        Some(match self {
            Measure::Bytes => 1.0,
            Measure::Kilobytes => 1e3,
            Measure::Megabytes => 1e6,
            Measure::Gigabytes => 1e9,
            Measure::Kibibytes => 1_024.0,
            Measure::Mebibytes => 1_048_576.0,
            Measure::Gibibytes => 1_073_741_824.0,
            _ => return None,
        })
    }
}

/// What units a signal may come in, in words.
pub(super) fn expected(of: SignalUnit) -> &'static str {
    match of {
        SignalUnit::Nanoseconds => "a unit of time: ns, us, ms, s, min, h",
        SignalUnit::Bytes => "a unit of size: By, kBy, MBy, GBy, KiBy, MiBy, GiBy",
        SignalUnit::Millionths => "1 or %",
        SignalUnit::Count => "a count, such as {record}",
        SignalUnit::Celsius => "degrees Celsius",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_text_and_each_ending_is_of_one_unit() {
        let (mut texts, mut endings) = (BTreeSet::new(), BTreeSet::new());
        for unit in UNITS {
            for text in unit.texts {
                assert!(texts.insert(text), "{text}");
                assert_eq!(Measure::parse(text), Some(unit.measure));
            }
            for ending in unit.endings {
                assert!(endings.insert(ending), "{ending}");
                assert_eq!(
                    Measure::at_end(&format!("a_{ending}")),
                    Some(("a", unit.measure))
                );
            }
        }
        assert_eq!(Measure::parse("{record}"), Some(Measure::Items));
        assert_eq!(Measure::parse("By{used}"), Some(Measure::Bytes));
        assert_eq!(Measure::parse("fortnight"), None);
        assert_eq!(Measure::at_end("delays"), None);
    }
}
