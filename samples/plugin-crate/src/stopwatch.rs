//! The lines of an imaginary tool that measures calls: `stopwatch checkout 12.5ms ok`.

use pss_integrations::formats::{
    Capabilities, DecodeError, Decoder, Format, FormatEntry, FormatMeta, Head, InputSettings,
    Layout, Likeness, Reading,
};
use pss_metrics::{
    model::{Decimal, Intake, Span},
    plugin_meta,
};

static META: FormatMeta = FormatMeta {
    plugin: plugin_meta!(
        Format,
        "stopwatch",
        "one call a line: stopwatch NAME DURATIONms ok|failed"
    ),
    extensions: &["stopwatch"],
    media_types: &["text/plain"],
    capabilities: Capabilities::TEXT,
    mapping: "the second word: operation; the third, in milliseconds: duration; the fourth: whether it failed",
};

/// The format.
#[derive(Debug)]
pub struct Stopwatch;

inventory::submit! { FormatEntry { format: &Stopwatch } }

impl Format for Stopwatch {
    fn meta(&self) -> &'static FormatMeta {
        &META
    }

    fn specimen(&self) -> Option<Vec<u8>> {
        Some(b"stopwatch checkout 12.5ms ok\nstopwatch checkout 13ms failed\n".to_vec())
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        head.lines()
            .next()?
            .starts_with("stopwatch ")
            .then_some(Likeness::Surely)
    }

    fn open(&self, _: &Head<'_>, _: &InputSettings) -> Result<Reading, DecodeError> {
        // A line needs to know of no other, so `pss` cuts and decodes on all cores.
        Ok(Reading::Records(Layout::Lines, |_| Box::new(Lines)))
    }
}

struct Lines;

impl Decoder for Lines {
    fn decode(&mut self, record: &str, into: &mut dyn Intake) -> Result<(), String> {
        let words: Vec<&str> = record.split_whitespace().collect();
        let ["stopwatch", name, duration, outcome] = words[..] else {
            return Err("is not of the form `stopwatch NAME DURATIONms ok|failed`".to_owned());
        };
        let duration = duration
            .strip_suffix("ms")
            .and_then(|number| Decimal::parse(number.as_bytes()).ok())
            .and_then(|number| number.unsigned(6).ok())
            .ok_or_else(|| {
                format!("has the duration {duration:?}, expected milliseconds as in 12.5ms")
            })?;
        let error = match outcome {
            "ok" => false,
            "failed" => true,
            other => return Err(format!("ends with {other:?}, expected ok or failed")),
        };
        into.span(&Span {
            name: Some(name),
            duration: Some(duration),
            error: Some(error),
            ..Span::default()
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_the_contract_of_formats() {
        assert_eq!(pss_integrations::conformance::check_format(&Stopwatch), []);
    }
}
