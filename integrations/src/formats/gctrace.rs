//! What a Go program prints with `GODEBUG=gctrace=1`.

use std::io::Read;

use pss_metrics::{
    model::{Decimal, Sample, Signal},
    plugin_meta,
};

use super::{
    contract::{
        Capabilities, DecodeError, Format, FormatEntry, FormatMeta, Likeness, Reading, Sink,
        StreamDecoder,
    },
    head::Head,
    lines::each_line,
    settings::InputSettings,
};

static META: FormatMeta = FormatMeta {
    plugin: plugin_meta!(
        Format,
        "gctrace",
        "garbage collections of a Go program, as GODEBUG=gctrace=1 prints them"
    ),
    extensions: &["gctrace", "log", "txt"],
    media_types: &["text/plain"],
    capabilities: Capabilities::TEXT,
    mapping: "gc N @T: the first and the third of the clock times, in which the world is stopped (sweep termination, mark termination): samples of gc.pause at T seconds after the \
              program's start; other lines are passed over",
};

/// The format.
#[derive(Debug)]
pub struct GcTrace;

inventory::submit! { FormatEntry { format: &GcTrace } }

impl Format for GcTrace {
    fn meta(&self) -> &'static FormatMeta {
        &META
    }

    fn specimen(&self) -> Option<Vec<u8>> {
        Some(include_bytes!("specimens/gctrace.txt").to_vec())
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        head.lines()
            .take(1000)
            .any(|line| collection(line).is_some())
            .then_some(Likeness::Surely)
    }

    fn open(&self, _: &Head<'_>, _: &InputSettings) -> Result<Reading, DecodeError> {
        Ok(Reading::Stream(Box::new(Trace)))
    }
}

struct Trace;

impl StreamDecoder for Trace {
    fn decode(
        self: Box<Self>,
        stream: &mut dyn Read,
        sink: &mut dyn Sink,
    ) -> Result<(), DecodeError> {
        each_line(stream, |line| {
            match collection(line.text) {
                Some((time, pauses)) => {
                    for value in pauses {
                        sink.sample(&Sample {
                            signal: Signal::GC_PAUSE,
                            entity: "",
                            time: Some(time),
                            value,
                        });
                    }
                    sink.record(line.number, Ok(()));
                }
                None if is_collection(line.text) => sink.record(
                    line.number,
                    Err("is a collection that cannot be read, expected `gc N @T s P%: A+B+C ms clock`".to_owned()),
                ),
                None => {}
            }
            if line.unfinished {
                sink.notice("ends inside a line: it may be truncated".to_owned());
            }
            !sink.interrupted()
        })
        .map_err(DecodeError::Io)
    }
}

fn is_collection(line: &str) -> bool {
    line.strip_prefix("gc ")
        .and_then(|rest| rest.split_once(" @"))
        .is_some_and(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// When a collection was, and its two pauses, in nanoseconds.
fn collection(line: &str) -> Option<(i64, [u64; 2])> {
    if !is_collection(line) {
        return None;
    }
    let (_, rest) = line.split_once(" @")?;
    let (time, rest) = rest.split_once("s ")?;
    let time = Decimal::parse(time.as_bytes()).ok()?.signed(9).ok()?;
    let (_, rest) = rest.split_once(": ")?;
    let (clock, _) = rest.split_once(" ms clock")?;
    let mut phases = clock.split('+');
    let mut phase = || {
        Decimal::parse(phases.next()?.as_bytes())
            .ok()?
            .unsigned(6)
            .ok()
    };
    let (sweep, _, mark) = (phase()?, phase()?, phase()?);
    Some((time, [sweep, mark]))
}

#[cfg(test)]
mod tests {
    use super::collection;

    #[test]
    fn a_line_is_read() {
        let line = "gc 1 @0.012s 2%: 0.026+0.39+0.10 ms clock, 0.21+0.88/0.52/0+0.84 ms cpu, 4->5->1 MB, 5 MB goal, 8 P";
        assert_eq!(collection(line), Some((12_000_000, [26_000, 100_000])));
        assert_eq!(collection("gc done"), None);
        assert_eq!(collection("gc 1 @x"), None);
    }
}
