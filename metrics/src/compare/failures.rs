//! Odds of failing, by all spans of a run together.
//!
//! A window of time has so few failures where these are rare that a middle of its windows' odds says next to nothing: with one failure in a thousand most windows
//! have none, whatever they are counted as becomes their middle, and a ratio of such middles is drawn towards 1. So the odds are those of the sums, and the windows
//! tell how much further than by chance they differ.

use super::operation_gate::DESIGN;
use crate::{stats::memory, summary::Cell};

/// Failures of an operation in one or several runs.
#[derive(Debug, Clone)]
pub(super) struct Failures {
    pub(super) errors: u64,
    /// Runs that these are the sum of.
    runs: u64,
    /// Spans that are known to have failed or not.
    pub(super) n: u64,
    /// Share that failed, by window, in the order of time.
    pub(super) rates: Vec<f64>,
    /// By how much the sum's variance is larger than that of independent spans.
    inflation: f64,
}

impl Failures {
    pub(super) fn of(cells: &[&Cell]) -> Failures {
        let cells = || cells.iter().filter(|cell| cell.error_known > 0);
        let errors: u64 = cells().map(|cell| cell.errors).sum();
        let n: u64 = cells().map(|cell| cell.error_known).sum();
        let rates: Vec<f64> = cells()
            .map(|cell| cell.errors as f64 / cell.error_known as f64)
            .collect();
        let rate = errors as f64 / (n as f64).max(1.0);
        let chance = rate * (1.0 - rate);
        let freedom = rates.len() as f64 - 1.0;
        let mut inflation = DESIGN;
        if chance > 0.0 && freedom > 0.0 {
            let squares: f64 = cells()
                .zip(&rates)
                .map(|(cell, own)| cell.error_known as f64 * (own - rate) * (own - rate))
                .sum();
            let r = memory(&rates);
            inflation = (squares / chance / freedom * (1.0 + r) / (1.0 - r)).max(DESIGN);
        }
        Failures {
            errors,
            runs: 1,
            n,
            rates,
            inflation,
        }
    }

    /// Several runs as one, each with its own inflation by its spans; `None` of none.
    pub(super) fn together<'a>(runs: impl Iterator<Item = &'a Failures>) -> Option<Failures> {
        let mut sum: Option<Failures> = None;
        for run in runs {
            let sum = sum.get_or_insert_with(|| Failures {
                errors: 0,
                runs: 0,
                n: 0,
                rates: Vec::new(),
                inflation: 0.0,
            });
            let (before, more) = (sum.n as f64, run.n as f64);
            sum.inflation =
                (sum.inflation * before + run.inflation * more) / (before + more).max(1.0);
            sum.errors += run.errors;
            sum.runs += run.runs;
            sum.n += run.n;
        }
        sum
    }

    /// Half a failure a run is added to both sides, which takes the bias of the logarithm away (Haldane 1956, Anscombe 1956): half a run, so that any number of
    /// equal runs has the odds of one.
    pub(super) fn log_odds(&self) -> f64 {
        let (failed, done) = self.halves();
        libm::log(failed / done)
    }

    /// Variance of that (Gart 1966): large where there are few failures.
    pub(super) fn variance(&self) -> f64 {
        let (failed, done) = self.halves();
        self.inflation * (1.0 / failed + 1.0 / done)
    }

    fn halves(&self) -> (f64, f64) {
        let halves = 0.5 * self.runs as f64;
        let done = self.n.saturating_sub(self.errors);
        (self.errors as f64 + halves, done as f64 + halves)
    }
}
