//! One line.

use std::borrow::Cow;

use pss_metrics::model::Decimal;

/// One line of a scrape.
#[derive(Debug, PartialEq)]
pub(super) struct Row<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) labels: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    pub(super) value: f64,
    pub(super) time: Option<i64>,
    /// Whether its timestamp has a decimal point, as those of OpenMetrics may have and those of Prometheus never do.
    pub(super) decimal_time: bool,
}

impl<'a> Row<'a> {
    pub(super) fn parse(line: &'a str) -> Result<Row<'a>, String> {
        let line = line.trim();
        let end = line
            .find(|c: char| c == '{' || c.is_whitespace())
            .ok_or_else(|| "has no value".to_owned())?;
        let (name, mut rest) = line.split_at(end);
        let named = name.chars().enumerate().all(|(at, c)| {
            c.is_ascii_alphabetic() || c == '_' || c == ':' || (at > 0 && c.is_ascii_digit())
        });
        let mut labels = Vec::new();
        let mut quoted = None;
        if let Some(inner) = rest.strip_prefix('{') {
            rest = read_labels(inner, &mut labels, &mut quoted)?;
        }
        // `promtool tsdb dump` writes the name as the label that it is stored as.
        let quoted = quoted.or_else(|| {
            let at = labels.iter().position(|(key, _)| key == "__name__")?;
            Some(labels.swap_remove(at).1)
        });
        let name = match quoted {
            Some(quoted) if name.is_empty() => quoted,
            None if named && !name.is_empty() => Cow::Borrowed(name),
            _ => return Err("does not begin with the name of a metric".to_owned()),
        };
        // An exemplar follows behind a number sign.
        let rest = rest.split(" # ").next().unwrap_or(rest);
        let mut words = rest.split_whitespace();
        let value = words.next().ok_or_else(|| "has no value".to_owned())?;
        let value = match value {
            "NaN" => f64::NAN,
            "+Inf" | "Inf" => f64::INFINITY,
            "-Inf" => f64::NEG_INFINITY,
            number => number
                .parse()
                .map_err(|_| format!("has the value {number:?}, expected a number"))?,
        };
        let time_text = words.next();
        let decimal_time = time_text.is_some_and(|text| text.contains('.'));
        let time = time_text.map(time).transpose()?;
        if words.next().is_some() {
            return Err("has more than a value and a timestamp".to_owned());
        }
        Ok(Row {
            name,
            labels,
            value,
            time,
            decimal_time,
        })
    }

    pub(super) fn label(&self, key: &str) -> Option<&str> {
        self.labels
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| &**value)
    }
}

/// Milliseconds without a point have thirteen digits in this age, seconds ten.
fn time(text: &str) -> Result<i64, String> {
    let number = Decimal::parse(text.as_bytes())
        .map_err(|_| format!("has the timestamp {text:?}, expected a number"))?;
    let shift = match number.signed(0) {
        Ok(whole) if whole.abs() < 100_000_000_000 => 9,
        _ => 6,
    };
    number
        .signed(shift)
        .map_err(|error| format!("has a timestamp that {error}"))
}

/// Reads labels up to the closing brace. A quoted text without a value is the name of the metric, as Prometheus 3 writes names that hold more than letters.
fn read_labels<'a>(
    text: &'a str,
    labels: &mut Vec<(Cow<'a, str>, Cow<'a, str>)>,
    metric: &mut Option<Cow<'a, str>>,
) -> Result<&'a str, String> {
    let broken = || "has labels that are not of the form {name=\"value\"}".to_owned();
    let mut rest = text.trim_start();
    loop {
        if let Some(behind) = rest.strip_prefix('}') {
            return Ok(behind);
        }
        let name = if rest.starts_with('"') {
            let (name, behind) = quoted(rest).ok_or_else(broken)?;
            rest = behind.trim_start();
            name
        } else {
            let (name, _) = rest.split_once('=').ok_or_else(broken)?;
            rest = &rest[name.len()..];
            Cow::Borrowed(name.trim())
        };
        if let Some(behind) = rest.strip_prefix('=') {
            let (value, behind) = quoted(behind.trim_start()).ok_or_else(broken)?;
            labels.push((name, value));
            rest = behind.trim_start();
        } else if metric.is_none() && labels.is_empty() && rest.starts_with([',', '}']) {
            *metric = Some(name);
        } else {
            return Err(broken());
        }
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
}

/// The text between the quotes that this begins with, and what stands behind them.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let inner = text.strip_prefix('"')?;
    let bytes = inner.as_bytes();
    let (mut end, mut escaped) = (0, false);
    while *bytes.get(end)? != b'"' {
        if bytes[end] == b'\\' {
            escaped = true;
            end += 1;
        }
        end += 1;
    }
    let raw = inner.get(..end)?;
    let value = if escaped {
        Cow::Owned(unescaped(raw))
    } else {
        Cow::Borrowed(raw)
    };
    Some((value, &inner[end + 1..]))
}

fn unescaped(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut letters = raw.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            text.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => text.push('\n'),
            Some(other) => text.push(other),
            None => {}
        }
    }
    text
}

/// Labels without those that tell lines of one family apart.
pub(super) fn own(row: &Row<'_>) -> Vec<(String, String)> {
    row.labels
        .iter()
        .filter(|(key, _)| !matches!(&**key, "le" | "quantile"))
        .map(|(key, value)| (key.clone().into_owned(), value.clone().into_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read() {
        let row = Row::parse(r#"a:b_c{x="1,\"}",y="z",} 1.5e3 1700000000123 # {t="u"} 1"#)
            .expect("a row");
        assert_eq!(
            (&*row.name, row.value, row.time),
            ("a:b_c", 1500.0, Some(1_700_000_000_123_000_000))
        );
        assert_eq!(row.label("x"), Some("1,\"}"));
        assert_eq!(row.label("y"), Some("z"));
        let row = Row::parse(r#"{__name__="m",x="y"} 1 5"#).expect("a row");
        assert_eq!((&*row.name, row.labels.len()), ("m", 1));
        let row = Row::parse(r#"{"jvm.gc.duration","a.b"="C:\\new\n"} 1"#).expect("a row");
        assert_eq!(
            (&*row.name, row.label("a.b")),
            ("jvm.gc.duration", Some("C:\\new\n"))
        );
        assert_eq!(
            Row::parse("m 1 1700000000.5").map(|row| row.time),
            Ok(Some(1_700_000_000_500_000_000))
        );
        for bad in [
            "",
            "m",
            "m{",
            "m{a} 1",
            "m x",
            "1m 1",
            "m 1 2 3",
            "m{a=\"\\",
            "m{a=\"b\\\"} 1",
            "{a=\"b\"} 1",
            "{\"m\",\"n\"} 1",
            "m{\"n\"} 1",
            "m{\"",
        ] {
            assert!(Row::parse(bad).is_err(), "{bad}");
        }
    }
}
