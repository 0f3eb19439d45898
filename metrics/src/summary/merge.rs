//! The summary itself, in canonical form.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    facts::Facts,
    group::{Group, GroupKey},
    names::Levels,
    series::Series,
    summariser::Summariser,
    windows::WindowSet,
};

/// What is kept of all inputs. Two summaries of the same records are equal, however the records were ordered and split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub(crate) windows: WindowSet,
    pub(crate) levels: Levels,
    pub(crate) groups: BTreeMap<GroupKey, Group>,
    pub(crate) series: BTreeMap<Box<str>, Series>,
    /// Keys of extra observations, and whether every input kept them.
    pub(crate) extras: BTreeMap<Box<str>, bool>,
    pub(crate) facts: Facts,
    /// What ran: key and values, such as `cpu.model`. More than one value where summaries of several machines were merged.
    pub(crate) fingerprint: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
    /// Records of the inputs, whatever came of them: one may hold a span and samples, several of either, or nothing of use.
    pub(crate) records: u64,
}

impl Default for Summary {
    fn default() -> Summary {
        Summariser::default().finish()
    }
}

impl Summary {
    /// Records of the inputs, whatever came of them.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// The occupied windows of groups.
    pub fn windows(&self) -> &WindowSet {
        &self.windows
    }

    /// All groups, in the order of their keys.
    pub fn groups(&self) -> impl Iterator<Item = (&GroupKey, &Group)> {
        self.groups.iter()
    }

    /// A signal, if it was seen.
    pub fn series(&self, signal: &str) -> Option<&Series> {
        self.series.get(signal)
    }

    /// Names of the signals seen.
    pub fn signals(&self) -> impl Iterator<Item = &str> {
        self.series.keys().map(|name| &**name)
    }

    /// Whether every input kept the extra observations under a key; `None` where none did.
    pub fn extra_complete(&self, key: &str) -> Option<bool> {
        self.extras.get(key).copied()
    }

    /// The keys of all extra observations that some input kept.
    pub fn extra_keys(&self) -> impl Iterator<Item = &str> {
        self.extras.keys().map(|key| &**key)
    }

    /// Whether names had to be coarsened to keep within the cap on groups.
    pub fn names_coarsened(&self) -> bool {
        self.levels.coarsened()
    }

    /// Forgets what the inputs were called, to compare what they hold.
    pub fn forget_sources(&mut self) {
        self.facts.sources.clear();
    }

    /// Facts about the inputs.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// What ran and where, by key.
    pub fn fingerprint(&self) -> impl Iterator<Item = (&str, impl Iterator<Item = &str>)> {
        self.fingerprint
            .iter()
            .map(|(key, values)| (&**key, values.iter().map(|value| &**value)))
    }

    /// Notes a fact about what ran.
    pub fn add_fingerprint(&mut self, key: &str, value: &str) {
        self.fingerprint
            .entry(key.into())
            .or_default()
            .insert(value.into());
    }

    /// The summary of both inputs together.
    #[must_use]
    pub fn merge(self, other: Summary) -> Summary {
        let mut both = Summariser::default();
        both.absorb(self);
        both.absorb(other);
        both.finish()
    }
}
