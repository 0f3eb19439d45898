//! Logs of the JVM's garbage collectors: unified logging since JDK 9 with any decorations, and what JDK 8 prints.

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
    instant::instant,
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
              beside the program are no pauses; the first and last line: samples of zero, so that the log's whole length counts. Times are dates where the log has them, \
              else seconds since the program's start",
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
        Some(include_bytes!("specimens/gc_log.txt").to_vec())
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        let tells = |line: &str| {
            let (decorations, _, message) = unified(line);
            (decorations > 0
                && (line.contains("[gc") || line.contains("[safepoint") || message.contains("GC(")))
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
    /// Whether a line is of the collector, so that it is known to have been logged.
    collector: bool,
    first: Option<i64>,
    last: Option<i64>,
    /// The pause before, which the next one may enclose.
    held: Option<Pause>,
    /// Time of a line of JDK 8 that began a pause and does not say how long.
    open: Option<i64>,
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
        if self.collector {
            for time in [self.first, self.last].into_iter().flatten() {
                push(time, 0, sink);
            }
        } else if self.first.is_some() {
            sink.record(
                1,
                Err("is no line of the garbage collector, nor is any other: log with -Xlog:gc or -Xlog:gc,safepoint".to_owned()),
            );
        }
        outcome.map_err(DecodeError::Io)
    }
}

impl Log {
    fn line(&mut self, line: Line<'_>, sink: &mut dyn Sink) {
        let (decorations, time, message) = unified(line.text);
        self.collector |= line.text.contains("[gc") || message.contains("GC(");
        let found = if decorations > 0 || is_bare(line.text) {
            if let Some(time) = time {
                self.saw(time);
            }
            let is_pause = message.contains("Pause ") && message.contains("GC(");
            match (duration_at_end(message), is_pause) {
                (Some(duration), true) => Some((time, duration)),
                _ if is_pause && line.unfinished => {
                    sink.record(
                        line.number,
                        Err("is truncated: the log ends inside a pause".to_owned()),
                    );
                    return;
                }
                _ => None,
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
            sink.record(
                line.number,
                Err("is a pause, and has no times: log with uptime or time as decorations, as -Xlog:gc does by itself".to_owned()),
            );
            return;
        };
        // Unified logging writes a line when the pause is over; JDK 8 gives the time of its start.
        let start = if decorations > 0 {
            end.saturating_sub(i64::try_from(duration).unwrap_or(i64::MAX))
        } else {
            end
        };
        let pause = Pause {
            start,
            duration,
            line: line.number,
            number: number(message),
        };
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

    /// A line of JDK 8.
    fn old(&mut self, line: Line<'_>, sink: &mut dyn Sink) -> Option<(Option<i64>, u64)> {
        if let Some((time, duration)) = old_pause(line.text) {
            if let Some(time) = time {
                self.saw(time);
            }
            self.collector = true;
            self.open = None;
            return match duration {
                Some(duration) => Some((time, duration)),
                None => {
                    self.open = time;
                    if line.unfinished {
                        sink.record(
                            line.number,
                            Err("is truncated: the log ends inside a pause".to_owned()),
                        );
                    }
                    None
                }
            };
        }
        // A pause whose line was broken up by other output ends with its duration on a line of its own.
        let open = self.open?;
        let text = line.text.trim_start();
        if text.starts_with(", ") || text.contains("->") {
            let duration = old_duration(text)?;
            self.open = None;
            return Some((Some(open), duration));
        }
        None
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

/// No log is older, and no program runs for longer than that.
const YEAR_1990: i64 = 631_152_000_000_000_000;

/// Decorations of a line, the time that they tell (a date before an uptime), and what stands behind them.
fn unified(line: &str) -> (usize, Option<i64>, &str) {
    let (mut count, mut date, mut uptime) = (0, None, None);
    let mut rest = line.trim_start();
    while let Some(inner) = rest.strip_prefix('[') {
        let Some((decoration, behind)) = inner.split_once(']') else {
            break;
        };
        let decoration = decoration.trim();
        if decoration.len() > 64 {
            break;
        }
        count += 1;
        date = date.or_else(|| {
            (decoration.len() > 18 && decoration.contains('T'))
                .then(|| instant(decoration))
                .flatten()
        });
        let clock = ["ms", "ns", "s"]
            .iter()
            .zip([6, 0, 9])
            .find_map(|(unit, shift)| seconds(decoration.strip_suffix(unit)?, shift))
            .and_then(|value| i64::try_from(value).ok());
        // The decoration `timemillis` counts since the epoch, and may stand behind the uptime.
        if decoration.ends_with("ms") {
            date = date.or(clock.filter(|clock| *clock >= YEAR_1990));
        }
        uptime = uptime.or(clock);
        rest = behind;
    }
    (count, date.or(uptime), rest.trim())
}

/// Whether a line is a pause that `-Xlog:gc::none` wrote, without any decoration.
fn is_bare(line: &str) -> bool {
    line.starts_with("GC(") && line.contains(") Pause ")
}

/// The number in `GC(17)`.
fn number(message: &str) -> Option<u64> {
    let (_, rest) = message.split_once("GC(")?;
    rest.split_once(')')?.0.parse().ok()
}

/// The duration in milliseconds that a message ends with.
fn duration_at_end(message: &str) -> Option<u64> {
    seconds(message.strip_suffix("ms")?.rsplit(' ').next()?, 6)
}

/// A pause as JDK 8 writes it: the time of its start, and its duration where the line has it.
fn old_pause(line: &str) -> Option<(Option<i64>, Option<u64>)> {
    let at = [
        "[GC pause",
        "[GC (",
        "[GC remark",
        "[GC cleanup",
        "[Full GC",
        "[GC--",
        "[GC ",
    ]
    .iter()
    .find_map(|word| line.find(word))?;
    let (before, pause) = line.split_at(at);
    if pause.starts_with("[GC concurrent") {
        return None;
    }
    let mut time = None;
    for word in before.split_whitespace() {
        let word = word.trim_end_matches(':');
        let is_date = word.len() > 18 && word.contains('T');
        time = time.or_else(|| if is_date { instant(word) } else { None });
        time = time.or_else(|| {
            (!is_date && word.contains(['.', ',']))
                .then(|| seconds(word, 9))
                .flatten()
                .and_then(|value| i64::try_from(value).ok())
        });
    }
    time?;
    Some((time, old_duration(pause)))
}

/// The duration before the last ` secs]` that is not of the processor times.
fn old_duration(text: &str) -> Option<u64> {
    let text = text.split("[Times:").next()?;
    let before = &text[..text.rfind(" secs")?];
    seconds(before.rsplit([' ', ',']).next()?, 9)
}

/// A decimal number, with a point or a comma, times a power of ten.
fn seconds(text: &str, shift: i32) -> Option<u64> {
    let text = text.replace(',', ".");
    Decimal::parse(text.as_bytes()).ok()?.unsigned(shift).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decorations_of_any_kind_are_read() {
        for (line, time, message) in [
            (
                "[0.207s][info][gc           ] GC(0) x",
                Some(207_000_000),
                "GC(0) x",
            ),
            ("[1,210s][info] y", Some(1_210_000_000), "y"),
            ("[233ms][gc] z", Some(233_000_000), "z"),
            (
                "[2022-01-29T16:34:51.654+0000][245ms][info][gc] w",
                Some(1_643_474_091_654_000_000),
                "w",
            ),
            (
                "[0.245s][1643474091654ms][245ms][gc] v",
                Some(1_643_474_091_654_000_000),
                "v",
            ),
            ("[gc] no time", None, "no time"),
            ("plain", None, "plain"),
        ] {
            let (_, found, rest) = unified(line);
            assert_eq!((found, rest), (time, message), "{line}");
        }
    }

    #[test]
    fn pauses_of_jdk_8_are_read() {
        assert_eq!(
            old_pause(
                "0.163: [GC (Allocation Failure) [PSYoungGen: 1K->2K(3K)] 1K->2K(3K), 0.0087570 secs] [Times: user=0.01 sys=0.00, real=0.01 secs]"
            ),
            Some((Some(163_000_000), Some(8_757_000)))
        );
        assert_eq!(old_pause("0.5: [GC concurrent-mark-end, 0.03 secs]"), None);
        assert_eq!(
            old_pause("1.5: [Full GC (System.gc()) 10M->2M(30M), 0.25 secs]"),
            Some((Some(1_500_000_000), Some(250_000_000)))
        );
    }
}
