//! Metrics that tell the same in several ways, such as quantiles of one delay: of each process one is read, and which is known only when all have come.

use std::collections::BTreeMap;

use pss_metrics::model::{Intake, Sample, Signal};

/// Processes and clients that are remembered, of each signal: as many as series, beyond which an export is no longer one of processes.
const OWNERS: usize = 1 << 16;
/// Samples that are held back, in all: some megabytes. A stream that never ends would hold ever more; what comes better after that is too late.
const HELD: usize = 1 << 16;
const PASSED_OVER: &str = "metric points beside others that tell the same better";

/// A sample that is held back.
#[derive(Debug)]
struct Held {
    entity: Box<str>,
    time: Option<i64>,
    value: u64,
}

/// What one process has brought: the lowest rank so far, and its samples.
#[derive(Debug)]
struct Brought {
    signal: Signal,
    rank: u8,
    held: Vec<Held>,
}

/// By signal and process.
#[derive(Debug, Default)]
pub(super) struct Rivals {
    owners: BTreeMap<(&'static str, Box<str>), Brought>,
    held: usize,
}

impl Rivals {
    /// Takes a sample of a metric of this rank. What has the rank 0 is pushed at once, all else when nothing better can come.
    pub(super) fn push(&mut self, rank: u8, sample: &Sample<'_>, into: &mut dyn Intake) {
        let signal = sample.signal;
        // Clients have lags of many partitions, and one that is the highest of them.
        let owner = if signal.name.starts_with("kafka.") {
            sample.entity.split('/').next().unwrap_or_default()
        } else {
            sample.entity
        };
        let key = (signal.name, owner.into());
        if self.owners.len() >= OWNERS && !self.owners.contains_key(&key) {
            into.skipped(PASSED_OVER, 1);
            return;
        }
        let brought = self.owners.entry(key).or_insert(Brought {
            signal,
            rank,
            held: Vec::new(),
        });
        if rank > brought.rank {
            into.skipped(PASSED_OVER, 1);
            return;
        }
        if rank < brought.rank {
            if !brought.held.is_empty() {
                into.skipped(PASSED_OVER, brought.held.len() as u64);
            }
            self.held -= brought.held.len();
            brought.held.clear();
            brought.rank = rank;
        }
        if rank == 0 {
            into.sample(sample);
            return;
        }
        brought.held.push(Held {
            entity: sample.entity.into(),
            time: sample.time,
            value: sample.value,
        });
        self.held += 1;
        if self.held >= HELD {
            self.flush(into);
        }
    }

    /// Pushes what is held back. Which metric each process is read by stays known.
    pub(super) fn flush(&mut self, into: &mut dyn Intake) {
        for brought in self.owners.values_mut() {
            let signal = brought.signal;
            for held in brought.held.drain(..) {
                into.sample(&Sample {
                    signal,
                    entity: &held.entity,
                    time: held.time,
                    value: held.value,
                });
            }
        }
        self.held = 0;
    }

    /// Forgets which metric each process is read by.
    pub(super) fn forget(&mut self) {
        self.owners.clear();
    }
}
