//! Counts what samples say, and the memory that spans report.

use std::collections::BTreeMap;

use super::{super::series::Series, Summariser};
use crate::model::{Batch, NO_TIME, NONE, Signal};

/// Services of a batch's operations.
#[derive(Debug, Default)]
pub(super) struct Services {
    names: Vec<Box<str>>,
    of_op: Vec<u32>,
    rows: Vec<Vec<u32>>,
}

impl Services {
    /// Knows the services of operations that are new in the table.
    fn learn(&mut self, batch: &Batch) {
        for op in &batch.ops[self.of_op.len()..] {
            let at = self
                .names
                .iter()
                .position(|name| *name == op.service)
                .unwrap_or_else(|| {
                    self.names.push(op.service.clone());
                    self.rows.push(Vec::new());
                    self.names.len() - 1
                });
            self.of_op.push(at as u32);
        }
    }
}

impl Summariser {
    /// The memory that spans report: a series per service.
    pub(super) fn fold_memory(&mut self, batch: &Batch) {
        let spans = &batch.spans;
        if spans.memory.iter().all(|memory| *memory == NONE) {
            return;
        }
        self.services.learn(batch);
        for (row, memory) in spans.memory.iter().enumerate() {
            if *memory != NONE {
                let service = self.services.of_op[spans.op[row] as usize];
                self.services.rows[service as usize].push(row as u32);
            }
        }
        let series = self
            .series
            .entry(Signal::MEMORY_SPAN.name.into())
            .or_insert_with(|| Series::new(Signal::MEMORY_SPAN));
        let reports = spans
            .start
            .iter()
            .zip(&spans.memory)
            .filter(|(start, memory)| **start != NO_TIME && **memory != NONE);
        series.occupy(reports.map(|(start, _)| *start));
        for (name, rows) in self.services.names.iter().zip(&mut self.services.rows) {
            if !rows.is_empty() {
                let samples = rows.drain(..).map(|row| row as usize).map(|row| {
                    let start = spans.start[row];
                    (
                        (start != NO_TIME).then_some(start),
                        usize::from(spans.shard[row]),
                        spans.memory[row],
                    )
                });
                series.record(name, samples);
            }
        }
    }

    pub(super) fn fold_samples(&mut self, batch: &Batch) {
        let mut rows: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (row, sample) in batch.samples.iter().enumerate() {
            rows.entry(sample.signal.name).or_default().push(row);
        }
        for (name, rows) in rows {
            let signal = batch.samples[rows[0]].signal;
            let series = self
                .series
                .entry(name.into())
                .or_insert_with(|| Series::new(signal));
            series.occupy(
                rows.iter()
                    .map(|row| batch.samples[*row].time)
                    .filter(|time| *time != NO_TIME),
            );
            for row in rows {
                let sample = &batch.samples[row];
                let time = (sample.time != NO_TIME).then_some(sample.time);
                series.record(
                    &sample.entity,
                    std::iter::once((time, usize::from(sample.shard), sample.value)),
                );
                self.facts.samples += 1;
                match time {
                    Some(time) => self.facts.saw(time),
                    None => self.facts.untimed_samples += 1,
                }
            }
        }
    }
}
