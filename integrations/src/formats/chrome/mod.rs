//! Chrome's trace events, as browsers, Node, PyTorch, Bazel, nextest and many tracing libraries write them.

mod event;
mod reader;
mod signals;
mod slices;

use pss_metrics::plugin_meta;

use super::{
    contract::{Capabilities, DecodeError, Format, FormatEntry, FormatMeta, Likeness, Reading},
    head::Head,
    json::{Outline, Shape},
    settings::InputSettings,
};

static META: FormatMeta = FormatMeta {
    plugin: plugin_meta!(
        Format,
        "chrome",
        "Chrome trace events as {\"traceEvents\": [..]}, an array that may have no end, or one a line"
    ),
    extensions: &[
        "trace.json",
        "pt.trace.json",
        "chrome.json",
        "json",
        "trace",
    ],
    media_types: &["application/json"],
    capabilities: Capabilities::TEXT,
    mapping: "ts, dur: microseconds, whatever displayTimeUnit says, from baseTimeNanoseconds on where it stands before the events; X, B with E (by the stack of a process's thread), b with e and S with F (by category, scope and id, where id2.local counts within its process, and by name where slices of one id overlap): spans, whose \
              operation is the name and whose service is the name of the process where a process_name event among the first 65 536 says it; tdur, or the difference of tts: time \
              on the processor; V8.GC*, BlinkGC.*, MinorGC, MajorGC, minor GC, major GC: samples of gc.pause, the outermost of a thread and none of other threads; C: memory.rss where a \
              counter is named for resident memory; [memory] of PyTorch's CUDA devices: gpu.memory.used, with totalGlobalMem of deviceProperties as gpu.memory.total. Flow, \
              instant, object and memory dump events are passed over, and counted",
};

/// Keys that only this format has beside its events. They may stand before these, and what they hold may be longer than the head: devices (PyTorch), stacks,
/// logs of the system.
const FIRST: [&str; 8] = [
    "schemaVersion",
    "deviceProperties",
    "displayTimeUnit",
    "baseTimeNanoseconds",
    "stackFrames",
    "otherData",
    "systemTraceEvents",
    "powerTraceAsString",
];

/// The format.
#[derive(Debug)]
pub struct Chrome;

inventory::submit! { FormatEntry { format: &Chrome } }

impl Format for Chrome {
    fn meta(&self) -> &'static FormatMeta {
        &META
    }

    fn specimen(&self) -> Option<Vec<u8>> {
        Some(include_bytes!("../specimens/chrome.json").to_vec())
    }

    fn holds_back(&self) -> usize {
        reader::HELD
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        let root = head.json()?;
        let events = match root.shape() {
            Shape::Array => root,
            _ => match root.get("traceEvents") {
                Some(events) => events,
                None if is_event(&root) => return Some(Likeness::Surely),
                None => {
                    let surely = root.has(&FIRST) || begins_with_much_metadata(&root, head);
                    return surely.then_some(Likeness::Surely);
                }
            },
        };
        match events.first() {
            Some(event) => event.has(&["ph"]).then_some(Likeness::Surely),
            None if root.shape() == Shape::Object => Some(Likeness::Surely),
            None => None,
        }
    }

    fn open(&self, head: &Head<'_>, _: &InputSettings) -> Result<Reading, DecodeError> {
        let lines = head.json().is_some_and(|root| is_event(&root));
        Ok(Reading::Stream(Box::new(reader::Reader::new(lines))))
    }
}

/// Whether an object is an event itself: they stand one a line then, without a list around them.
fn is_event(value: &Outline<'_>) -> bool {
    value.has(&["ph"]) && value.has(&["ts"])
}

/// Whether all that is seen is the beginning of `metadata`, before which browsers' developer tools put nothing, and which holds whole sources. Other formats have
/// that key too, but a few fields in it.
fn begins_with_much_metadata(root: &Outline<'_>, head: &Head<'_>) -> bool {
    let first = root.members().next();
    !head.is_complete()
        && first.is_some_and(|(key, value)| key == b"metadata" && value.end().is_none())
}
