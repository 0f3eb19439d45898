//! The cap on groups: when there are too many, the names of the services and categories with the most operations coarsen first.
//!
//! A stage sets how many names one service and category may have; each coarsens to the finest level that keeps within it, and the stage is the lowest at which all
//! groups together keep within the cap. Stages and levels only ever rise with more names, so both are functions of the set of names.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Category, Coarseness, coarsen};

/// At most this many groups in a summary.
pub(crate) const GROUP_LIMIT: usize = 10_000;

/// Names allowed per service and category, by stage; after the last, services are joined as well.
const STAGES: [usize; 5] = [10_000, 1_000, 100, 10, 1];

/// How names are coarsened now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Levels {
    stage: usize,
    /// Levels above the finest, by service and category.
    raised: BTreeMap<(Box<str>, Category), Coarseness>,
}

impl Levels {
    pub(crate) fn level(&self, service: &str, category: Category) -> Coarseness {
        if self.stage >= STAGES.len() {
            Coarseness::Everything
        } else if self.raised.is_empty() {
            Coarseness::Full
        } else {
            self.raised
                .get(&(service.into(), category))
                .copied()
                .unwrap_or_default()
        }
    }

    /// Names allowed per service and category.
    pub(crate) fn allowed(&self) -> usize {
        STAGES.get(self.stage).copied().unwrap_or(1)
    }

    pub(crate) fn next_stage(&mut self) {
        self.stage += 1;
        if self.stage >= STAGES.len() {
            self.raised.clear();
        }
    }

    pub(crate) fn raise(&mut self, service: &str, category: Category) {
        let level = self.raised.entry((service.into(), category)).or_default();
        *level = level.next();
    }

    /// Takes over the higher of both stages and levels.
    pub(crate) fn unite(&mut self, other: &Levels) {
        self.stage = self.stage.max(other.stage);
        for (bucket, level) in &other.raised {
            let mine = self.raised.entry(bucket.clone()).or_default();
            *mine = (*mine).max(*level);
        }
        if self.stage >= STAGES.len() {
            self.raised.clear();
        }
    }

    /// Service and operation under which a group is kept now.
    pub(crate) fn apply(
        &self,
        service: &str,
        operation: &str,
        category: Category,
    ) -> (Box<str>, Box<str>) {
        let level = self.level(service, category);
        let service = if level == Coarseness::Everything {
            "(all)"
        } else {
            service
        };
        (service.into(), coarsen(operation, level).into())
    }

    pub(crate) fn coarsened(&self) -> bool {
        self.stage > 0 || !self.raised.is_empty()
    }
}
