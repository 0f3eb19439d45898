//! What passes by on its way to the record, for the line that tells how things are.

use std::collections::BTreeMap;

use pss_metrics::model::{Intake, Sample, Signal, Span};

/// The signals of one look at the processes.
#[derive(Debug, Clone, Default)]
pub(super) struct Look {
    /// Totals over all processes.
    totals: BTreeMap<&'static str, u64>,
    /// Shares in millionths, the largest over all entities.
    shares: BTreeMap<&'static str, u64>,
    /// Most memory of one process, in bytes.
    pub(super) memory: u64,
}

impl Look {
    /// The share of time that ready threads waited for a processor since an earlier look, or what some task of the machine waited for, whichever is largest.
    pub(super) fn worst(&self, before: &Look) -> Option<(&'static str, f64)> {
        let grown = |signal: Signal| {
            let now = self.totals.get(signal.name)?;
            Some(now.saturating_sub(*before.totals.get(signal.name)?) as f64)
        };
        let delayed = || {
            let (waited, ran) = (grown(Signal::RUN_DELAY)?, grown(Signal::ON_CPU)?);
            (waited + ran > 0.0).then(|| ("waits for a processor", waited / (waited + ran)))
        };
        let share =
            |signal: Signal, what| Some((what, *self.shares.get(signal.name)? as f64 * 1e-6));
        [
            delayed(),
            share(Signal::PSI_CPU_SOME, "machine short of processors"),
            share(Signal::PSI_IO_SOME, "machine waits for storage"),
            share(Signal::PSI_MEMORY_SOME, "machine short of memory"),
        ]
        .into_iter()
        .flatten()
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .filter(|(_, share)| *share >= 0.01)
    }
}

/// Hands records on and looks at them.
pub(super) struct Tap<'a> {
    pub(super) into: &'a mut (dyn Intake + Send),
    pub(super) look: &'a mut Look,
}

impl Intake for Tap<'_> {
    fn span(&mut self, span: &Span<'_>) {
        self.into.span(span);
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        let name = sample.signal.name;
        if sample.signal == Signal::RUN_DELAY || sample.signal == Signal::ON_CPU {
            *self.look.totals.entry(name).or_default() += sample.value;
        } else if sample.signal == Signal::MEMORY_RSS || sample.signal == Signal::MEMORY_PEAK {
            self.look.memory = self.look.memory.max(sample.value);
        } else if name.starts_with("psi.") {
            let share = self.look.shares.entry(name).or_default();
            *share = (*share).max(sample.value);
        }
        self.into.sample(sample);
    }

    fn skipped(&mut self, what: &'static str, count: u64) {
        self.into.skipped(what, count);
    }
}
