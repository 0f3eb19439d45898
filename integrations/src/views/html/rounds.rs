//! The rounds of a command, where one was run.

use pss_metrics::report::{Report, SpreadReport};

use super::{
    super::{
        names::visible,
        numbers::{bytes, percent, seconds},
    },
    number::Number,
};

/// What the section is filled with.
pub(super) struct Rounds {
    pub(super) command: String,
    pub(super) count: Number,
    pub(super) failed: Number,
    pub(super) has_failed: bool,
    pub(super) outliers: Option<Number>,
    pub(super) spreads: Vec<Spread>,
}

/// How one quantity is spread.
pub(super) struct Spread {
    pub(super) name: &'static str,
    pub(super) median: Number,
    pub(super) least: Number,
    pub(super) most: Number,
    pub(super) mean: Number,
    pub(super) deviation: Number,
}

impl Rounds {
    pub(super) fn of(report: &Report) -> Option<Rounds> {
        let run = report.run.as_ref().filter(|run| run.load.is_none())?;
        Some(Rounds {
            command: visible(&run.command.join(" ")),
            count: Number::count(run.rounds.len() as u64),
            failed: Number::count(run.failed),
            has_failed: run.failed > 0,
            outliers: run
                .outliers
                .filter(|share| *share > 0.0)
                .map(|share| Number::new(share, percent)),
            spreads: [
                spread("Time", run.seconds, seconds),
                spread("Time on processors", run.cpu_seconds, seconds),
                spread("Most memory of a process", run.peak_bytes, bytes),
            ]
            .into_iter()
            .flatten()
            .collect(),
        })
    }
}

fn spread(
    name: &'static str,
    spread: Option<SpreadReport>,
    show: impl Fn(f64) -> String,
) -> Option<Spread> {
    let spread = spread?;
    let number = |value: f64| Number::new(value, &show);
    Some(Spread {
        name,
        median: number(spread.median),
        least: number(spread.least),
        most: number(spread.most),
        mean: number(spread.mean),
        deviation: number(spread.deviation),
    })
}
