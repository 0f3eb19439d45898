//! Counts what samples say, and the memory that spans report.

use std::collections::BTreeMap;

use super::{super::series::Series, Summariser};
use crate::model::{Batch, NO_TIME, NONE, SampleRow, Signal};

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
        let mut rows: BTreeMap<(&str, u32), Vec<&SampleRow>> = BTreeMap::new();
        for sample in &batch.samples {
            let key = (sample.signal.name, sample.entity);
            rows.entry(key).or_default().push(sample);
            self.facts.samples += 1;
            match timed(sample) {
                Some(time) => self.facts.saw(time),
                None => self.facts.untimed_samples += 1,
            }
        }
        let mut rows = rows.into_iter().peekable();
        while let Some((first, of_first)) = rows.next() {
            let mut entities = vec![(first.1, of_first)];
            while let Some(((_, entity), more)) = rows.next_if(|((name, _), _)| *name == first.0) {
                entities.push((entity, more));
            }
            let signal = entities[0].1[0].signal;
            let series = self
                .series
                .entry(first.0.into())
                .or_insert_with(|| Series::new(signal));
            let all = entities.iter().flat_map(|(_, rows)| rows);
            series.occupy(all.filter_map(|sample| timed(sample)));
            for (entity, rows) in entities {
                let samples = rows.iter().map(|sample| {
                    let shard = usize::from(sample.shard);
                    (timed(sample), shard, sample.value)
                });
                series.record(&batch.entities[entity as usize].1, samples);
            }
        }
    }
}

fn timed(sample: &SampleRow) -> Option<i64> {
    (sample.time != NO_TIME).then_some(sample.time)
}
