//! What was read: counts, bad records, classification, times.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::{Bad, Evidence};

/// Examples of bad records kept: those first by file and line.
const BAD_EXAMPLES: usize = 20;
/// Names of unknown fields kept: the first in the alphabet.
const UNKNOWN_FIELDS: usize = 32;
/// Names of inputs kept.
const SOURCES: usize = 1000;
/// Kinds of bad record counted apart.
const REASONS: usize = 100;

/// Facts about the inputs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Spans.
    pub spans: u64,
    /// Samples.
    pub samples: u64,
    /// Records that could not be used.
    pub bad: u64,
    /// Their reasons, counted.
    pub bad_reasons: BTreeMap<String, u64>,
    /// Examples, first by file and line.
    pub bad_examples: BTreeSet<Bad>,
    /// Spans without a time.
    pub untimed_spans: u64,
    /// Samples without a time.
    pub untimed_samples: u64,
    /// Spans without a duration.
    pub without_duration: u64,
    /// Spans whose duration was zero and counts as a nanosecond.
    pub zero_durations: u64,
    /// Root spans: traces, where parents are known.
    pub roots: u64,
    /// Spans classified by an attribute or kind.
    pub by_attribute: u64,
    /// Spans classified by a word of their name.
    pub by_name: u64,
    /// Spans nothing classified.
    pub by_nothing: u64,
    /// First and last instant, in nanoseconds since the epoch.
    pub time: Option<(i64, i64)>,
    /// Unknown field names, a capped list.
    pub unknown_fields: BTreeSet<String>,
    /// Names of the inputs, a capped list.
    pub sources: BTreeSet<String>,
}

impl Facts {
    pub(crate) fn classified(&mut self, evidence: Evidence, spans: u64) {
        match evidence {
            Evidence::Attribute => self.by_attribute += spans,
            Evidence::Name => self.by_name += spans,
            Evidence::Nothing => self.by_nothing += spans,
        }
    }

    pub(crate) fn saw(&mut self, time: i64) {
        self.time = Some(self.time.map_or((time, time), |(first, last)| {
            (first.min(time), last.max(time))
        }));
    }

    pub(crate) fn add_bad(&mut self, bad: Bad) {
        self.add_bad_reason(&bad.reason);
        self.bad_examples.insert(bad);
        cap(&mut self.bad_examples, BAD_EXAMPLES);
    }

    pub(crate) fn add_bad_reason(&mut self, reason: &str) {
        self.bad += 1;
        *self.bad_reasons.entry(reason.to_owned()).or_default() += 1;
        cap_map(&mut self.bad_reasons);
    }

    pub(crate) fn add_unknown_field(&mut self, name: &str) {
        if !self.unknown_fields.contains(name) {
            self.unknown_fields.insert(name.to_owned());
            cap(&mut self.unknown_fields, UNKNOWN_FIELDS);
        }
    }

    pub(crate) fn add_source(&mut self, name: &str) {
        self.sources.insert(name.to_owned());
        cap(&mut self.sources, SOURCES);
    }

    /// All counts, added up without overflow.
    pub(crate) fn counted(&self) -> u64 {
        [
            self.spans,
            self.samples,
            self.bad,
            self.untimed_spans,
            self.untimed_samples,
            self.without_duration,
            self.zero_durations,
            self.roots,
            self.by_attribute,
            self.by_name,
            self.by_nothing,
        ]
        .iter()
        .chain(self.bad_reasons.values())
        .fold(0, |all, n| all.saturating_add(*n))
    }

    pub(crate) fn merge(&mut self, other: Facts) {
        self.spans += other.spans;
        self.samples += other.samples;
        self.bad += other.bad;
        for (reason, n) in other.bad_reasons {
            *self.bad_reasons.entry(reason).or_default() += n;
        }
        cap_map(&mut self.bad_reasons);
        self.bad_examples.extend(other.bad_examples);
        cap(&mut self.bad_examples, BAD_EXAMPLES);
        self.untimed_spans += other.untimed_spans;
        self.untimed_samples += other.untimed_samples;
        self.without_duration += other.without_duration;
        self.zero_durations += other.zero_durations;
        self.roots += other.roots;
        self.by_attribute += other.by_attribute;
        self.by_name += other.by_name;
        self.by_nothing += other.by_nothing;
        self.time = match (self.time, other.time) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        self.unknown_fields.extend(other.unknown_fields);
        cap(&mut self.unknown_fields, UNKNOWN_FIELDS);
        self.sources.extend(other.sources);
        cap(&mut self.sources, SOURCES);
    }
}

fn cap<T: Ord>(set: &mut BTreeSet<T>, limit: usize) {
    while set.len() > limit {
        set.pop_last();
    }
}

/// Keeps the alphabetically first reasons; their counts are complete, since a reason once dropped can never be among the first again.
fn cap_map(map: &mut BTreeMap<String, u64>) {
    while map.len() > REASONS {
        map.pop_last();
    }
}
