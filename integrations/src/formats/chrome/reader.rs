//! Reads events in their order, and hands on what they make.

use std::{
    collections::{BTreeMap, HashMap},
    io::Read,
};

use pss_metrics::model::{Attribute, Sample, Signal, Span, Value};
use serde::Deserialize;

use super::{
    super::{
        contract::{DecodeError, Sink, StreamDecoder},
        json::{Pull, PullError},
    },
    event::Event,
    signals::{is_gc, samples},
    slices::{Open, Slices},
};

/// Longest event.
const EVENT_LIMIT: usize = 16 << 20;
/// Spans held back until the names of their processes are known.
pub(super) const HELD: usize = 1 << 16;
/// Processes whose names are kept.
const PROCESSES: usize = 1 << 16;

/// What was read so far.
#[derive(Default)]
pub(super) struct Reader {
    slices: Slices,
    names: HashMap<Box<str>, Box<str>>,
    /// Spans and samples that wait for names; `None` once no more are held back.
    held: Vec<Made>,
    flowing: bool,
    /// End of the last collection of each thread.
    collected: HashMap<(Box<str>, Box<str>), i64>,
    skipped: BTreeMap<&'static str, u64>,
    memory_total: Vec<(String, u64)>,
    first: Option<i64>,
    /// What `ts` counts from, in nanoseconds since the epoch, where the file says so.
    base: i64,
    places: u64,
    /// Whether the events stand one behind the other, without a list around them.
    lines: bool,
}

/// A span or sample without the name of its process.
#[derive(Debug)]
struct Made {
    process: Box<str>,
    what: What,
}

#[derive(Debug)]
enum What {
    Span {
        name: Box<str>,
        category: Box<str>,
        start: i64,
        duration: u64,
        cpu: Option<u64>,
    },
    Sample {
        signal: Signal,
        entity: String,
        time: Option<i64>,
        value: u64,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Device {
    #[serde(default)]
    id: Option<i64>,
    #[serde(default)]
    total_global_mem: Option<u64>,
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    name: Option<serde_json::Value>,
}

impl StreamDecoder for Reader {
    fn decode(
        mut self: Box<Self>,
        stream: &mut dyn Read,
        sink: &mut dyn Sink,
    ) -> Result<(), DecodeError> {
        let mut pull = Pull::new(stream, EVENT_LIMIT);
        let outcome = self.document(&mut pull, sink);
        self.finish(sink);
        match outcome {
            Ok(()) => Ok(()),
            Err(PullError::Io(error)) => Err(DecodeError::Io(error)),
            Err(error) => {
                self.places += 1;
                let reason = match error {
                    PullError::Truncated => "is truncated: the file ends inside it",
                    PullError::TooLong => "is longer than 16 MiB; nothing behind it could be read",
                    _ => "is no event, and nothing behind it could be read",
                };
                sink.record(self.places, Err(reason.to_owned()));
                Ok(())
            }
        }
    }
}

impl Reader {
    pub(super) fn new(lines: bool) -> Reader {
        Reader {
            lines,
            ..Reader::default()
        }
    }

    fn document(&mut self, pull: &mut Pull<'_>, sink: &mut dyn Sink) -> Result<(), PullError> {
        // A byte order mark is no JSON, and not of ours to mind.
        while matches!(pull.peek()?, Some(0xef | 0xbb | 0xbf)) {
            pull.step_over();
        }
        if self.lines || pull.eat(b'[')? {
            // By its definition this form may have no closing bracket: writers that crash leave a good file.
            self.events(pull, sink)?;
            return Ok(());
        }
        if !pull.eat(b'{')? {
            return Err(PullError::Syntax);
        }
        loop {
            if pull.eat(b'}')? {
                return Ok(());
            }
            if pull.peek()?.is_none() {
                sink.notice("ends before the object around its events is closed: it is truncated, or its writer stopped".to_owned());
                return Ok(());
            }
            let key = pull.value()?.to_vec();
            if !pull.eat(b':')? {
                return Err(if pull.peek()?.is_none() {
                    PullError::Truncated
                } else {
                    PullError::Syntax
                });
            }
            if key == b"\"traceEvents\"" && pull.eat(b'[')? {
                if !self.events(pull, sink)? {
                    sink.notice("ends before the list of its events is closed: it is truncated, or its writer stopped".to_owned());
                    return Ok(());
                }
            } else {
                let value = pull.value()?;
                if key == b"\"baseTimeNanoseconds\""
                    && let Ok(base) = serde_json::from_slice::<i64>(value)
                {
                    if self.places > 0 && base != 0 {
                        sink.notice("says what its times count from only behind its events: they are taken as they stand".to_owned());
                    }
                    self.base = base;
                }
                if key == b"\"deviceProperties\""
                    && let Ok(devices) = serde_json::from_slice::<Vec<Device>>(value)
                {
                    self.memory_total = devices
                        .into_iter()
                        .filter_map(|device| {
                            Some((device.id?.to_string(), device.total_global_mem?))
                        })
                        .collect();
                }
            }
            pull.eat(b',')?;
        }
    }

    /// Reads events; says whether their list was closed.
    fn events(&mut self, pull: &mut Pull<'_>, sink: &mut dyn Sink) -> Result<bool, PullError> {
        loop {
            if pull.eat(b']')? {
                return Ok(true);
            }
            if pull.peek()?.is_none() || sink.interrupted() {
                return Ok(false);
            }
            self.places += 1;
            let outcome = match pull.value() {
                Ok(bytes) => match std::str::from_utf8(bytes) {
                    Ok(text) => Event::parse(text).and_then(|mut event| {
                        event.time = event.time.map(|time| time.saturating_add(self.base));
                        self.event(&event, sink)
                    }),
                    Err(_) => Err("is no valid UTF-8".to_owned()),
                },
                Err(PullError::Syntax) => {
                    // Two commas, or a bracket that closes nothing: the next event may be good.
                    pull.step_over();
                    Err("is missing: there is punctuation where an event should be".to_owned())
                }
                Err(error) => {
                    self.places -= 1;
                    return Err(error);
                }
            };
            sink.record(self.places, outcome);
            pull.eat(b',')?;
        }
    }

    fn event(&mut self, event: &Event<'_>, sink: &mut dyn Sink) -> Result<(), String> {
        let time = || {
            event
                .time
                .ok_or_else(|| "has no `ts`, the time in microseconds".to_owned())
        };
        match event.phase {
            b'X' => {
                let start = time()?;
                match event.duration {
                    Some(duration) => {
                        let open = Open {
                            name: event.name.as_ref().into(),
                            category: event.category.as_ref().into(),
                            start,
                            thread_time: None,
                            is_gc: is_gc(&event.name),
                        };
                        self.slice(event, open, duration, event.thread_duration, sink);
                    }
                    None => self.slices.unended += 1,
                }
            }
            b'B' => self.slices.begin(event, time()?, is_gc(&event.name)),
            b'E' => {
                let end = time()?;
                match self.slices.end(event) {
                    Some(open) => self.ended(event, open, end, sink)?,
                    None => self.skip("ends without a beginning"),
                }
            }
            b'b' | b'S' => self.slices.begin_asynchronous(event, time()?),
            b'e' | b'F' => {
                let end = time()?;
                match self.slices.end_asynchronous(event) {
                    Some(open) => self.ended(event, open, end, sink)?,
                    None => self.skip("ends without a beginning"),
                }
            }
            b'C' => self.measured(event, "counter values of no known signal", sink),
            b'i' | b'I' | b'R' => self.measured(event, "instant events", sink),
            b'M' => {
                if event.name == "process_name"
                    && self.names.len() < PROCESSES
                    && let Some(Ok(named)) = event.arguments.map(serde_json::from_str::<Named>)
                    && let Some(serde_json::Value::String(name)) = named.name
                {
                    self.names.insert(event.process.into(), name.into());
                }
            }
            b's' | b't' | b'f' => self.skip("flow events"),
            b'n' | b'T' | b'p' => self.skip("steps of asynchronous slices"),
            b'N' | b'O' | b'D' => self.skip("object snapshots"),
            b'v' | b'V' => self.skip("memory dumps"),
            b'P' => self.skip("profile samples"),
            b'c' | b'(' | b')' => self.skip("clock and context events"),
            _ => return Err("has no known phase `ph`: X, B, E, b, e, C ..".to_owned()),
        }
        Ok(())
    }

    fn ended(
        &mut self,
        event: &Event<'_>,
        open: Open,
        end: i64,
        sink: &mut dyn Sink,
    ) -> Result<(), String> {
        let duration = u64::try_from(i128::from(end) - i128::from(open.start))
            .map_err(|_| format!("ends {:?} before it began", open.name))?;
        let cpu = match (open.thread_time, event.thread_time) {
            (Some(before), Some(after)) if matches!(event.phase, b'E') => {
                u64::try_from(i128::from(after) - i128::from(before)).ok()
            }
            _ => None,
        };
        self.slice(event, open, duration, cpu, sink);
        Ok(())
    }

    /// A whole slice: a pause where it is the outermost collection of its thread, else a span.
    fn slice(
        &mut self,
        event: &Event<'_>,
        open: Open,
        duration: u64,
        cpu: Option<u64>,
        sink: &mut dyn Sink,
    ) {
        let what = if open.is_gc {
            let thread = (event.process.into(), event.thread.into());
            let collected = self.collected.get(&thread).copied().unwrap_or(i64::MIN);
            if open.start < collected || self.slices.in_gc(event) {
                return self.skip("parts of garbage collections");
            }
            let end = open
                .start
                .saturating_add(i64::try_from(duration).unwrap_or(i64::MAX));
            if self.collected.len() < PROCESSES {
                self.collected.insert(thread, end);
            }
            What::Sample {
                signal: Signal::GC_PAUSE,
                entity: String::new(),
                time: Some(open.start),
                value: duration,
            }
        } else {
            What::Span {
                name: open.name,
                category: open.category,
                start: open.start,
                duration,
                cpu,
            }
        };
        self.make(event, what, sink);
    }

    fn measured(&mut self, event: &Event<'_>, otherwise: &'static str, sink: &mut dyn Sink) {
        let samples = samples(&event.name, event.arguments);
        if samples.is_empty() {
            return self.skip(otherwise);
        }
        for (signal, entity, value) in samples {
            self.make(
                event,
                What::Sample {
                    signal,
                    entity,
                    time: event.time,
                    value,
                },
                sink,
            );
        }
    }

    fn make(&mut self, event: &Event<'_>, what: What, sink: &mut dyn Sink) {
        self.first = match (self.first, event.time) {
            (Some(first), Some(time)) => Some(first.min(time)),
            (first, time) => first.or(time),
        };
        let made = Made {
            process: event.process.into(),
            what,
        };
        if self.flowing {
            push(&self.names, &made, sink);
            return;
        }
        self.held.push(made);
        if self.held.len() >= HELD {
            self.flow(sink);
        }
    }

    /// Lets go of what was held back.
    fn flow(&mut self, sink: &mut dyn Sink) {
        for made in std::mem::take(&mut self.held) {
            push(&self.names, &made, sink);
        }
        self.flowing = true;
    }

    fn skip(&mut self, what: &'static str) {
        *self.skipped.entry(what).or_default() += 1;
    }

    fn finish(&mut self, sink: &mut dyn Sink) {
        self.flow(sink);
        for (device, total) in &self.memory_total {
            sink.sample(&Sample {
                signal: Signal::GPU_MEMORY_TOTAL,
                entity: device,
                time: self.first,
                value: *total,
            });
        }
        let never = self.slices.never_ended();
        if never > 0 {
            self.skipped.insert("slices that never end", never);
        }
        for (what, count) in &self.skipped {
            sink.skipped(what, *count);
        }
    }
}

fn push(names: &HashMap<Box<str>, Box<str>>, made: &Made, sink: &mut dyn Sink) {
    let service = names.get(&made.process).map(|name| &**name);
    match &made.what {
        What::Span {
            name,
            category,
            start,
            duration,
            cpu,
        } => {
            let attribute = [Attribute {
                key: "cat",
                value: Value::Text(category),
            }];
            sink.span(&Span {
                service,
                name: Some(name),
                start: Some(*start),
                duration: Some(*duration),
                cpu: *cpu,
                attributes: if category.is_empty() { &[] } else { &attribute },
                ..Span::default()
            });
        }
        What::Sample {
            signal,
            entity,
            time,
            value,
        } => sink.sample(&Sample {
            signal: *signal,
            entity: if entity.is_empty() {
                service.unwrap_or_default()
            } else {
                entity
            },
            time: *time,
            value: *value,
        }),
    }
}
