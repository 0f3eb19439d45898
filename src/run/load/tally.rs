//! Counts what arrivals did, and records them as spans.

use std::{collections::BTreeMap, convert::Infallible, time::Duration};

use pss_metrics::{
    model::{Attribute, Parent, Span, Value},
    report::{FailureReport, TimesReport},
    summary::Histogram,
};

use super::{
    crew::{Flight, Sent},
    target::Names,
};
use crate::{config::hidden, run::record::Recorder};

/// Ways to fail that are told apart; the rest is one.
const FAILURES: usize = 20;

/// What arrivals of a phase did.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) started: u64,
    pub(super) failed: u64,
    /// The last that started.
    pub(super) last: Duration,
    latency: Histogram,
    service: Histogram,
    delay: Histogram,
    failures: BTreeMap<String, u64>,
}

impl Tally {
    /// Counts arrivals that ended, and records them. `began` is in nanoseconds since the epoch.
    pub(super) fn add(&mut self, sent: &[Sent], began: i64, names: Names<'_>, recorder: &Recorder) {
        for sent in sent {
            self.count(sent);
        }
        let Ok(()) = recorder.record(|into| {
            for sent in sent {
                let latency = nanoseconds(sent.ended - sent.scheduled.min(sent.ended));
                let service = nanoseconds(sent.ended - sent.started.min(sent.ended));
                let delay = nanoseconds(sent.started.saturating_sub(sent.scheduled));
                let cpu = sent.fired.cpu.map(nanoseconds);
                let mut attributes = vec![Attribute {
                    key: "load.delay_ns",
                    value: Value::Number(delay as f64),
                }];
                if let Some(method) = names.method {
                    attributes.push(Attribute {
                        key: "http.request.method",
                        value: Value::Text(method),
                    });
                }
                if let Some(status) = sent.fired.status {
                    attributes.push(Attribute {
                        key: "http.response.status_code",
                        value: Value::Number(f64::from(status)),
                    });
                }
                into.span(&Span {
                    service: Some(names.service),
                    name: Some(names.operation),
                    kind: Some(names.kind),
                    parent: Parent::Root,
                    start: Some(began.saturating_add_unsigned(nanoseconds(sent.scheduled))),
                    duration: Some(latency),
                    cpu,
                    // Of one thread: with several on processors at once nothing can be said.
                    wait: cpu.and_then(|cpu| service.checked_sub(cpu)),
                    error: Some(sent.fired.failed.is_some()),
                    attributes: &attributes,
                    ..Span::default()
                });
            }
            Ok::<(), Infallible>(())
        });
    }

    /// Counts arrivals that the user stopped: they were started, and of how they would have ended nothing is known.
    pub(super) fn cut_off(&mut self, flights: &[Flight]) {
        self.started += flights.len() as u64;
        let last = flights.iter().filter_map(|flight| flight.started).max();
        self.last = self.last.max(last.unwrap_or_default());
    }

    fn count(&mut self, sent: &Sent) {
        self.started += 1;
        self.last = self.last.max(sent.started);
        for (times, length) in [
            (&mut self.latency, sent.ended.saturating_sub(sent.scheduled)),
            (&mut self.service, sent.ended.saturating_sub(sent.started)),
            (&mut self.delay, sent.started.saturating_sub(sent.scheduled)),
        ] {
            times.record(nanoseconds(length));
        }
        if let Some(why) = &sent.fired.failed {
            self.failed += 1;
            let known = self.failures.contains_key(why) || self.failures.len() < FAILURES;
            let why = if known { why } else { "other" };
            *self.failures.entry(why.to_owned()).or_default() += 1;
        }
    }

    pub(super) fn times(&self) -> [Option<TimesReport>; 3] {
        [&self.latency, &self.service, &self.delay].map(TimesReport::of)
    }

    /// The most frequent first.
    pub(super) fn failures(&self) -> Vec<FailureReport> {
        let pairs = self.failures.iter();
        let mut failures: Vec<FailureReport> = pairs
            .map(|(what, n)| FailureReport {
                what: hidden(what).into_owned(),
                n: *n,
            })
            .collect();
        failures.sort_by_key(|failure| std::cmp::Reverse(failure.n));
        failures
    }
}

pub(super) fn nanoseconds(length: Duration) -> u64 {
    u64::try_from(length.as_nanos()).unwrap_or(u64::MAX)
}
