//! Logs of the JVM's garbage collectors: unified logging since JDK 9 with any decorations, and what JDK 8 prints.

mod jdk_8;
mod unified;

use std::io::Read;

use pss_metrics::{
    model::{Sample, Signal},
    plugin_meta,
};

use self::{
    jdk_8::{old_duration, old_pause},
    unified::{Told, Unified, is_bare},
};

use super::{
    contract::{
        Capabilities, DecodeError, Format, FormatEntry, FormatMeta, Likeness, Reading, Sink,
        StreamDecoder,
    },
    head::Head,
    lines::{Line, each_line},
    settings::InputSettings,
};

static META: FormatMeta = FormatMeta {
    plugin: plugin_meta!(
        Format,
        "gc-log",
        "garbage collection logs of the JVM: -Xlog:gc with any decorations, and -XX:+PrintGCDetails of JDK 8"
    ),
    extensions: &["gc.log", "log", "txt"],
    media_types: &["text/plain"],
    capabilities: Capabilities::TEXT,
    mapping: "each pause of any collector (G1, Parallel, Serial, CMS, ZGC, Shenandoah): a sample of gc.pause, at its start; a pause inside another counts once; phases that run \
              beside the program are no pauses, and neither are allocation stalls of ZGC, in which single threads wait. The first and last line: samples of zero, so that the \
              log's whole length counts, where it has pauses, or is of -Xlog:gc and names no collection; a log with collections and no pause, such as ZGC's without \
              gc+phases, is refused. Times are dates where the log has them, else seconds since the program's start",
};

/// The format.
#[derive(Debug)]
pub struct GcLog;

inventory::submit! { FormatEntry { format: &GcLog } }

/// Lines looked at to tell a log.
const LOOKED_AT: usize = 400;

impl Format for GcLog {
    fn meta(&self) -> &'static FormatMeta {
        &META
    }

    fn specimen(&self) -> Option<Vec<u8>> {
        Some(include_bytes!("../specimens/gc_log.txt").to_vec())
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        let tells = |line: &str| {
            let unified = Unified::new(line);
            (unified.decorations > 0
                && (line.contains("[gc")
                    || line.contains("[safepoint")
                    || unified.message.contains("GC(")))
                || old_pause(line).is_some()
                || is_bare(line)
        };
        head.lines()
            .take(LOOKED_AT)
            .any(tells)
            .then_some(Likeness::Surely)
    }

    fn open(&self, _: &Head<'_>, _: &InputSettings) -> Result<Reading, DecodeError> {
        Ok(Reading::Stream(Box::new(Log::default())))
    }
}

/// A pause.
#[derive(Debug, Clone, Copy)]
struct Pause {
    start: i64,
    duration: u64,
    line: u64,
    /// Its number among the collections, where the log has them.
    number: Option<u64>,
}

#[derive(Default)]
struct Log {
    first: Option<i64>,
    last: Option<i64>,
    /// Whether a line is of the tag `gc` alone, which tells of every collection.
    tells_collections: bool,
    /// The first line of a collection.
    collection: Option<u64>,
    /// Whether a pause was read.
    paused: bool,
    /// Whether a pause could not be read.
    unread: bool,
    /// How often threads waited for memory, and for how long at most.
    stalls: (u64, u64),
    /// The pause before, which the next one may enclose.
    held: Option<Pause>,
    /// Time and line of a pause of JDK 8 that does not say how long it was.
    open: Option<(i64, u64)>,
}

impl StreamDecoder for Log {
    fn decode(
        mut self: Box<Self>,
        stream: &mut dyn Read,
        sink: &mut dyn Sink,
    ) -> Result<(), DecodeError> {
        let outcome = each_line(stream, |line| {
            self.line(line, sink);
            !sink.interrupted()
        });
        self.release(sink);
        self.close(sink);
        self.conclude(sink);
        outcome.map_err(DecodeError::Io)
    }
}

impl Log {
    /// No pause is a finding only where the log would have shown one.
    fn conclude(&mut self, sink: &mut dyn Sink) {
        if let (count @ 1.., longest) = self.stalls {
            sink.notice(format!(
                "has {count} allocation stalls, in which a thread waited for memory, for {} ms at most: they are no pauses of the program, and are not scored",
                longest / 1_000_000
            ));
        }
        if self.paused || (self.tells_collections && self.collection.is_none() && !self.unread) {
            for time in [self.first, self.last].into_iter().flatten() {
                push(time, 0, sink);
            }
        } else if self.unread {
            // Told line by line.
        } else if let Some(line) = self.collection {
            sink.record(
                line,
                Err("names a collection, and no line tells a pause: log with -Xlog:gc,gc+phases, which has the pauses of every collector".to_owned()),
            );
        } else if self.first.is_some() {
            sink.record(
                1,
                Err("is no line of the garbage collector that tells of collections, nor is any other: log with -Xlog:gc or -Xlog:gc,safepoint".to_owned()),
            );
        }
    }

    fn line(&mut self, line: Line<'_>, sink: &mut dyn Sink) {
        let unified = Unified::new(line.text);
        let is_unified = unified.decorations > 0 || is_bare(line.text);
        let found = if is_unified {
            if let Some(time) = unified.time {
                self.saw(time);
            }
            self.tells_collections |= unified.tells_collections();
            if unified.message.contains("GC(") {
                self.collection.get_or_insert(line.number);
            }
            match unified.told() {
                Told::Pause(duration) => Some((unified.time, duration)),
                Told::Unreadable | Told::Begun if line.unfinished => {
                    self.cannot_be_read(
                        line.number,
                        "is truncated: the log ends inside a pause",
                        sink,
                    );
                    return;
                }
                Told::Unreadable => {
                    self.cannot_be_read(
                        line.number,
                        "is a pause whose length cannot be read, expected one such as 7.097ms at its end",
                        sink,
                    );
                    return;
                }
                Told::Stall(duration) => {
                    self.stalls = (self.stalls.0 + 1, self.stalls.1.max(duration));
                    None
                }
                Told::Begun | Told::Nothing => None,
            }
        } else {
            self.old(line, sink)
        };
        if line.unfinished {
            sink.notice("ends inside a line: it may be truncated".to_owned());
        }
        let Some((time, duration)) = found else {
            return;
        };
        let Some(end) = time else {
            self.cannot_be_read(
                line.number,
                "is a pause, and has no times: log with uptime or time as decorations, as -Xlog:gc does by itself",
                sink,
            );
            return;
        };
        // Unified logging writes a line when the pause is over; JDK 8 gives the time of its start.
        let start = if unified.decorations > 0 {
            end.saturating_sub(i64::try_from(duration).unwrap_or(i64::MAX))
        } else {
            end
        };
        let pause = Pause {
            start,
            duration,
            line: line.number,
            number: unified.number(),
        };
        self.paused = true;
        // A pause may trigger another inside it, which has the higher number and is written first; times have milliseconds.
        if let Some(held) = self.held
            && pause.number < held.number
            && pause.start <= held.start.saturating_add(1_000_000)
            && pause.duration >= held.duration
        {
            sink.record(held.line, Ok(()));
            self.held = Some(pause);
            return;
        }
        self.release(sink);
        self.held = Some(pause);
    }

    fn cannot_be_read(&mut self, line: u64, why: &str, sink: &mut dyn Sink) {
        self.unread = true;
        sink.record(line, Err(why.to_owned()));
    }

    /// A line of JDK 8.
    fn old(&mut self, line: Line<'_>, sink: &mut dyn Sink) -> Option<(Option<i64>, u64)> {
        if let Some((time, duration)) = old_pause(line.text) {
            self.saw(time);
            self.close(sink);
            return match duration {
                Some(duration) => Some((Some(time), duration)),
                None if line.unfinished => {
                    self.cannot_be_read(
                        line.number,
                        "is truncated: the log ends inside a pause",
                        sink,
                    );
                    None
                }
                None => {
                    self.open = Some((time, line.number));
                    None
                }
            };
        }
        // A pause whose line was broken up by other output ends with its duration on a line of its own.
        let (open, _) = self.open?;
        let text = line.text.trim_start();
        if text.starts_with(", ") || text.contains("->") {
            let duration = old_duration(text)?;
            self.open = None;
            return Some((Some(open), duration));
        }
        None
    }

    /// Nothing said how long the pause was that is still open.
    fn close(&mut self, sink: &mut dyn Sink) {
        if let Some((_, line)) = self.open.take() {
            self.cannot_be_read(
                line,
                "is a pause whose length cannot be read, expected one such as 0.0051234 secs",
                sink,
            );
        }
    }

    fn saw(&mut self, time: i64) {
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        self.last = Some(self.last.map_or(time, |last| last.max(time)));
    }

    fn release(&mut self, sink: &mut dyn Sink) {
        if let Some(pause) = self.held.take() {
            push(pause.start, pause.duration, sink);
            sink.record(pause.line, Ok(()));
        }
    }
}

fn push(time: i64, value: u64, sink: &mut dyn Sink) {
    sink.sample(&Sample {
        signal: Signal::GC_PAUSE,
        entity: "",
        time: Some(time),
        value,
    });
}
