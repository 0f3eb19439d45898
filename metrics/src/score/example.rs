//! Worked examples: small stories told in raw values, from which a summary and a naive oracle can both start.

use crate::{
    model::{Batch, ExtraSpec, Intake, Sample, Signal, Span},
    summary::{Summariser, Summary},
};

/// A worked example: a story, and the score that the formulas on its raw values give it.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// What the story shows.
    pub title: &'static str,
    /// The story.
    pub story: fn() -> Story,
    /// The score to three digits, as the naive oracle of the tests computes it; `None` where there is not enough data.
    pub score: Option<f64>,
}

/// When stories begin: an instant in nanoseconds since the epoch that no window divides.
const BEGIN: i64 = 1_700_000_000_123_000_000;

/// One span of a story.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Call {
    /// Start in nanoseconds since the epoch.
    pub start: i64,
    /// The service.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// Nanoseconds.
    pub duration: u64,
    /// Nanoseconds.
    pub wait: Option<u64>,
    /// Whether it failed, where that is known.
    pub error: Option<bool>,
    /// The branch taken, or a cache outcome.
    pub tag: Option<&'static str>,
}

/// One sample of a story.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The signal.
    pub signal: Signal,
    /// What it was measured on.
    pub entity: &'static str,
    /// When, in nanoseconds since the epoch.
    pub time: i64,
    /// The value, in the signal's unit.
    pub value: u64,
}

/// What happened, in raw values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Story {
    /// Spans.
    pub calls: Vec<Call>,
    /// Samples.
    pub readings: Vec<Reading>,
}

impl Story {
    /// Adds `n` calls of an operation, one every `every` milliseconds, of which `duration` gives the microseconds; `with` adds what else is known.
    #[must_use]
    pub fn calls(
        mut self,
        operation: &'static str,
        n: u64,
        every: u64,
        duration: impl Fn(u64) -> f64,
        with: impl Fn(u64, Call) -> Call,
    ) -> Story {
        self.calls.extend((0..n).map(|at| {
            let call = Call {
                start: BEGIN + (at * every * 1_000_000) as i64,
                service: "shop",
                operation,
                duration: (duration(at) * 1e3) as u64,
                ..Call::default()
            };
            with(at, call)
        }));
        self
    }

    /// Adds `n` samples of a signal on one entity, one every `every` milliseconds.
    #[must_use]
    pub fn readings(
        mut self,
        signal: Signal,
        entity: &'static str,
        n: u64,
        every: u64,
        value: impl Fn(u64) -> f64,
    ) -> Story {
        self.readings.extend((0..n).map(|at| Reading {
            signal,
            entity,
            time: BEGIN + (at * every * 1_000_000) as i64,
            value: value(at) as u64,
        }));
        self
    }

    /// Its summary.
    pub fn summary(&self) -> Summary {
        self.summary_with(&[])
    }

    /// The same, with observations that a metric wants kept of each span.
    pub fn summary_with(&self, extras: &[ExtraSpec]) -> Summary {
        let (mut batch, mut summariser) = (Batch::new(extras.to_vec()), Summariser::new(extras));
        self.tell(&mut batch);
        summariser.fold(&mut batch);
        summariser.finish()
    }

    /// Its records, one after the other.
    pub fn tell(&self, intake: &mut dyn Intake) {
        for call in &self.calls {
            intake.span(&Span {
                service: Some(call.service),
                name: Some(call.operation),
                start: Some(call.start),
                duration: Some(call.duration),
                wait: call.wait,
                error: call.error,
                tag: call.tag,
                ..Span::default()
            });
        }
        for reading in &self.readings {
            intake.sample(&Sample {
                signal: reading.signal,
                entity: reading.entity,
                time: Some(reading.time),
                value: reading.value,
            });
        }
    }
}

/// Numbers between 0 and 1 that fill the interval evenly and without order: the fractions of multiples of the golden ratio.
pub fn even(at: u64) -> f64 {
    (at as f64 * 0.618_033_988_749_894_9).fract()
}

/// Nothing more is known of a call.
pub fn plain(_: u64, call: Call) -> Call {
    call
}
