//! Which group an operation counts in: as many as the cap allows, coarser names beyond it.

use super::{
    super::{
        group::{Group, GroupKey},
        names::GROUP_LIMIT,
    },
    Summariser,
};
use crate::model::{Batch, Category, Coarseness};

impl Summariser {
    /// Finds the group of each operation that is new in the batch's table. Renaming forgets what was resolved, so this starts anew until nothing is renamed.
    pub(super) fn resolve(&mut self, batch: &Batch) {
        while self.resolved.len() < batch.ops.len() {
            let op = &batch.ops[self.resolved.len()];
            let category = op.classified.category;
            let (service, operation) = self.levels.apply(&op.service, &op.operation, category);
            let at = self.group(GroupKey {
                service,
                operation,
                category,
            });
            self.resolved.push(at);
            if self.live > GROUP_LIMIT || self.bucket_too_large(&op.service, category) {
                self.enforce_cap();
            }
        }
    }

    /// The index of a group, made when new.
    pub(super) fn group(&mut self, key: GroupKey) -> u32 {
        if let Some(at) = self.index.get(&key) {
            return *at;
        }
        let at = self.groups.len() as u32;
        self.index.insert(key.clone(), at);
        self.buckets
            .entry((key.service.clone(), key.category))
            .or_default()
            .groups
            .push(at);
        self.groups.push(Some((key, Group::default())));
        self.live += 1;
        at
    }

    pub(super) fn bucket_too_large(&self, service: &str, category: Category) -> bool {
        self.buckets
            .get(&(service.into(), category))
            .is_some_and(|bucket| bucket.groups.len() > self.levels.allowed())
    }

    /// Raises levels and stages until the cap holds.
    pub(super) fn enforce_cap(&mut self) {
        loop {
            let large: Vec<(Box<str>, Category)> = self
                .buckets
                .iter()
                .filter(|(_, bucket)| bucket.groups.len() > self.levels.allowed())
                .map(|(bucket, _)| bucket.clone())
                .collect();
            if !large.is_empty() {
                for (service, category) in large {
                    self.levels.raise(&service, category);
                    self.rename_bucket(&service, category);
                }
            } else if self.live > GROUP_LIMIT {
                self.levels.next_stage();
                if self.levels.allowed() == 1
                    && self.levels.level("", Category::Internal) == Coarseness::Everything
                {
                    self.rename_all();
                    return;
                }
            } else {
                return;
            }
        }
    }

    pub(super) fn rename_all(&mut self) {
        if !self.levels.coarsened() {
            return;
        }
        let buckets: Vec<(Box<str>, Category)> = self.buckets.keys().cloned().collect();
        for (service, category) in buckets {
            self.rename_bucket(&service, category);
        }
    }

    /// Moves the groups of a service and category to the names their level gives them.
    pub(super) fn rename_bucket(&mut self, service: &str, category: Category) {
        let Some(bucket) = self.buckets.remove(&(service.into(), category)) else {
            return;
        };
        self.resolved.clear();
        let mut moved = Vec::new();
        for at in bucket.groups {
            if let Some((key, group)) = self.groups[at as usize].take() {
                self.index.remove(&key);
                self.live -= 1;
                moved.push((key, group));
            }
        }
        for (key, group) in moved {
            let (service, operation) =
                self.levels
                    .apply(&key.service, &key.operation, key.category);
            let at = self.group(GroupKey {
                service,
                operation,
                category: key.category,
            });
            if let Some((_, mine)) = &mut self.groups[at as usize] {
                mine.merge(group);
            }
        }
    }
}
