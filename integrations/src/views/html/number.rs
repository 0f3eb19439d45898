//! A number of the report: as people read it, with its unrounded value for machines.

use std::fmt::{self, Display, Write as _};

use askama::filters::HtmlSafe;

/// A number that may be absent.
pub(super) struct Number {
    value: Option<f64>,
    shown: String,
}

impl Number {
    pub(super) fn new(value: impl Into<Option<f64>>, shown: impl FnOnce(f64) -> String) -> Number {
        let value = value.into();
        Number {
            value,
            shown: value.map_or_else(|| "n/a".to_owned(), shown),
        }
    }

    pub(super) fn count(n: u64) -> Number {
        Number::new(n as f64, |_| super::super::numbers::count(n))
    }
}

/// Only numbers are written as they are; the shown text, which has a plugin's unit in it, is escaped.
impl HtmlSafe for Number {}

impl Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(value) = self.value else {
            return write!(out, "<span class=\"na\">{}</span>", self.shown);
        };
        write!(out, "<data value=\"{value}\">")?;
        for c in self.shown.chars() {
            match c {
                '<' => out.write_str("&lt;")?,
                '>' => out.write_str("&gt;")?,
                '&' => out.write_str("&amp;")?,
                // A number and its unit stay on one line.
                ' ' => out.write_char('\u{a0}')?,
                c => out.write_char(c)?,
            }
        }
        out.write_str("</data>")
    }
}

/// A coordinate of a figure, short.
pub(super) fn at(x: f64) -> String {
    let text = format!("{x:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// How many of so many do not fit into the rows there are, in words; `None` where all do.
pub(super) fn left_out(of: usize, rows: usize) -> Option<String> {
    let more = of.saturating_sub(rows);
    (more > 0).then(|| super::super::numbers::count(more as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_value_and_units_are_escaped() {
        let number = Number::new(0.125, |value| format!("{value:.1} <b>"));
        assert_eq!(
            number.to_string(),
            "<data value=\"0.125\">0.1\u{a0}&lt;b&gt;</data>"
        );
        assert_eq!(
            Number::new(None, |_| String::new()).to_string(),
            "<span class=\"na\">n/a</span>"
        );
        assert_eq!(at(10.0), "10");
    }
}
