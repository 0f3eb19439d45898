//! `load:replay`: arrivals as a trace file has them.

use pss_metrics::plugin_meta;

use super::{
    build::Asked,
    contract::{Load, LoadEntry, LoadMeta, Shape},
};
use crate::fields::{Fields, Parameter, Takes};

static META: LoadMeta = LoadMeta {
    plugin: plugin_meta!(Load, "replay", "the start times of a trace file's requests"),
    parameters: &[
        Parameter::required("file", Takes::Text, "the trace file, of any format"),
        Parameter::optional(
            "speed",
            Takes::Number,
            Some("1"),
            "how much faster than it was",
        ),
        Parameter::optional(
            "all",
            Takes::Bool,
            Some("false"),
            "every span is an arrival, and not only those without a parent",
        ),
    ],
    rate: "as it was: the file says it, and `rate` takes no part",
    example: "shape = \"replay\"\nfile = \"monday.jsonl\"\nspeed = 2\n",
};

/// The shape.
#[derive(Debug)]
pub struct Replay;

inventory::submit! { LoadEntry { load: &Replay } }

impl Load for Replay {
    fn meta(&self) -> &'static LoadMeta {
        &META
    }

    fn build(&self, settings: &Fields<'_>, asked: &Asked<'_>) -> Option<Box<dyn Shape>> {
        let speed = match settings.has("speed") {
            true => settings.number("speed", 1e-6..=1e6),
            false => Some(1.0),
        };
        let all = match settings.has("all") {
            true => settings.truth("all"),
            false => Some(false),
        };
        let file = settings.text("file")?;
        let (speed, all) = (speed?, all?);
        let mut starts = match (asked.starts)(file, all) {
            Ok(starts) => starts,
            Err(why) => {
                settings.wrong("file", format!("cannot be replayed: {why}"));
                return None;
            }
        };
        starts.sort_unstable();
        let Some(first) = starts.first().copied() else {
            settings.wrong("file", "has no span with a start time");
            return None;
        };
        let seconds = |start: i64| start.wrapping_sub(first) as u64 as f64 / 1e9 / speed;
        let times: Vec<f64> = starts.into_iter().map(seconds).collect();
        Some(Box::new(Record::new(times)))
    }
}

/// Arrivals at these times: the integral rises by one from each to the next.
#[derive(Debug)]
struct Record {
    times: Vec<f64>,
    length: f64,
}

impl Record {
    fn new(times: Vec<f64>) -> Record {
        let last = times.last().copied().unwrap_or(0.0);
        // Behind the last arrival, as long as one takes on average: nothing says when the next would have come.
        let gap = last / (times.len() as f64 - 1.0).max(1.0);
        let length = last + if gap > 0.0 { gap } else { 1e-3 };
        Record { times, length }
    }

    fn time(&self, arrival: usize) -> f64 {
        self.times.get(arrival).copied().unwrap_or(self.length)
    }
}

impl Shape for Record {
    fn length(&self) -> f64 {
        self.length
    }

    /// Over the second around it.
    fn rate(&self, at: f64) -> f64 {
        let (low, high) = ((at - 0.5).max(0.0), (at + 0.5).min(self.length));
        (self.expected(high) - self.expected(low)) / (high - low)
    }

    fn expected(&self, until: f64) -> f64 {
        let after = self.times.partition_point(|time| *time <= until);
        let Some(last) = after.checked_sub(1) else {
            return 0.0;
        };
        let (from, to) = (self.time(last), self.time(after));
        let part = (until - from) / (to - from);
        last as f64 + part.min(1.0)
    }

    fn when(&self, expected: f64) -> f64 {
        let whole = expected.floor();
        let (from, to) = (self.time(whole as usize), self.time(whole as usize + 1));
        from + (to - from) * (expected - whole)
    }
}
