//! The load that a command was under.

use pss_metrics::report::{Report, visible};

use super::{
    super::{
        numbers::seconds,
        run_figures::{quantiles, times},
    },
    number::Number,
};

/// What the section is filled with.
pub(super) struct Load {
    pub(super) command: String,
    pub(super) started: Number,
    pub(super) planned: Number,
    pub(super) shape: String,
    pub(super) arrivals: String,
    pub(super) asked: Number,
    pub(super) achieved: Number,
    pub(super) fell_short: bool,
    pub(super) seconds: Number,
    pub(super) in_flight: Number,
    /// What became of arrivals that did not end well, with its number.
    pub(super) lost: Vec<(&'static str, Number)>,
    pub(super) failures: Vec<(String, Number)>,
    /// Times by what they are, as quantiles.
    pub(super) times: Vec<(&'static str, Vec<Number>)>,
    pub(super) warmup: Option<(Number, Number)>,
}

impl Load {
    pub(super) fn of(report: &Report) -> Option<Load> {
        let run = report.run.as_ref()?;
        let load = run.load.as_ref()?;
        let rate = |rate: f64| Number::new(rate, |rate| format!("{rate:.1}"));
        let time = |value: f64| Number::new(value, |value| format!("{value:.1} s"));
        let lost = [
            ("failed", load.failed),
            ("unfinished", load.unfinished),
            ("dropped", load.dropped),
            ("skipped", load.skipped),
        ];
        Some(Load {
            command: visible(&run.command.join(" ")),
            started: Number::count(load.started),
            planned: Number::count(load.planned),
            shape: visible(&load.shape),
            arrivals: visible(&load.arrivals),
            asked: rate(load.asked_rate),
            achieved: rate(load.achieved_rate),
            fell_short: load.fell_short(),
            seconds: time(load.seconds),
            in_flight: Number::count(load.in_flight),
            lost: lost
                .into_iter()
                .filter(|(_, n)| *n > 0)
                .map(|(how, n)| (how, Number::count(n)))
                .collect(),
            failures: load
                .failures
                .iter()
                .map(|failure| (visible(&failure.what), Number::count(failure.n)))
                .collect(),
            times: times(load)
                .into_iter()
                .map(|(_, about, times)| {
                    let numbers = quantiles(&times).map(|(_, value)| Number::new(value, seconds));
                    (about, numbers.into())
                })
                .collect(),
            warmup: load
                .warmup
                .map(|warmup| (Number::count(warmup.started), time(warmup.seconds))),
        })
    }
}
