//! Spans held until all are read.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use xxhash_rust::xxh3::xxh3_64;

use crate::model::{Intake, Sample, Span, template};

/// Spans held at once, of 64 bytes each.
const MOST: usize = 1 << 20;

/// One span, as far as joining needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Held {
    pub(super) trace: u64,
    pub(super) id: u64,
    /// 0 for a root.
    pub(super) parent: u64,
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) operation: u32,
}

/// Whole traces, at most so many spans of them.
#[derive(Debug)]
pub struct Traces {
    pub(super) held: Vec<Held>,
    most: usize,
    /// Traces whose hash has a one among this many lowest bits are left out.
    halvings: u32,
    pub(super) names: BTreeMap<(String, String), u32>,
    raw: HashMap<(Box<str>, Box<str>), u32>,
    /// Spans in all.
    pub(super) spans: u64,
    /// Of them, those without a time, a duration or ids, which cannot be joined.
    pub(super) loose: u64,
}

impl Default for Traces {
    fn default() -> Traces {
        Traces::holding(MOST)
    }
}

impl Traces {
    /// Holding at most so many spans.
    pub fn holding(most: usize) -> Traces {
        Traces {
            held: Vec::new(),
            most,
            halvings: 0,
            names: BTreeMap::new(),
            raw: HashMap::new(),
            spans: 0,
            loose: 0,
        }
    }

    /// The share of traces that is kept.
    pub fn share(&self) -> f64 {
        0.5f64.powi(self.halvings.cast_signed())
    }

    /// The bits that are zero in the hashes of the traces that are kept.
    fn dropped(&self) -> u64 {
        (1 << self.halvings) - 1
    }

    fn operation(&mut self, service: &str, name: &str) -> u32 {
        let key = (service.into(), name.into());
        if let Some(known) = self.raw.get(&key) {
            return *known;
        }
        let next = self.names.len() as u32;
        let templated = (service.to_owned(), template(name).into_owned());
        let id = *self.names.entry(templated).or_insert(next);
        // Names without end are looked up by their template only.
        if self.raw.len() < 1 << 16 {
            self.raw.insert(key, id);
        }
        id
    }
}

/// An identity, never 0.
fn hash(id: &str) -> u64 {
    xxh3_64(id.as_bytes()).max(1)
}

impl Intake for Traces {
    fn span(&mut self, span: &Span<'_>) {
        self.spans += 1;
        let (Some(start), Some(duration)) = (span.start, span.duration) else {
            self.loose += 1;
            return;
        };
        if span.trace_id.is_empty() || span.span_id.is_empty() {
            self.loose += 1;
            return;
        }
        let trace = hash(span.trace_id);
        if trace & self.dropped() != 0 {
            return;
        }
        let operation = self.operation(
            span.service.unwrap_or_default(),
            span.name.unwrap_or_default(),
        );
        self.held.push(Held {
            trace,
            id: hash(span.span_id),
            parent: if span.parent_id.is_empty() {
                0
            } else {
                hash(span.parent_id)
            },
            start,
            end: start.saturating_add(i64::try_from(duration).unwrap_or(i64::MAX)),
            operation,
        });
        while self.held.len() > self.most && self.halvings < 63 {
            self.halvings += 1;
            let dropped = self.dropped();
            self.held.retain(|held| held.trace & dropped == 0);
        }
    }

    fn sample(&mut self, _: &Sample<'_>) {}

    fn skipped(&mut self, _: &'static str, _: u64) {}
}
