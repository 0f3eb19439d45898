//! Branch tags of a group: the 64 with the smallest hashes by name, all others as one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Tags kept by name in one group.
const LIMIT: usize = 64;

/// Stands for all tags beyond the limit in a cell's counts.
pub const OTHER_TAG: u64 = u64::MAX;

/// The tags of a group by hash. Which are kept is a function of the set of tags, and a kept tag was never dropped before, so its counts are complete.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TagSet {
    names: BTreeMap<u64, Box<str>>,
    overflowed: bool,
}

/// What became of a tag that was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admitted {
    /// Kept under its hash.
    Kept,
    /// Kept, and another's counts must move to the rest.
    Evicting(u64),
    /// Counts with the rest.
    Other,
}

impl TagSet {
    pub(crate) fn admit(&mut self, hash: u64, name: &str) -> Admitted {
        if self.names.contains_key(&hash) {
            return Admitted::Kept;
        }
        let largest = self.names.last_key_value().map(|(hash, _)| *hash);
        match largest {
            Some(largest) if self.names.len() >= LIMIT => {
                self.overflowed = true;
                if hash > largest {
                    return Admitted::Other;
                }
                self.names.remove(&largest);
                self.names.insert(hash, name.into());
                Admitted::Evicting(largest)
            }
            _ => {
                self.names.insert(hash, name.into());
                Admitted::Kept
            }
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &str)> {
        self.names.iter().map(|(hash, name)| (*hash, &**name))
    }

    pub(crate) fn overflowed(&self) -> bool {
        self.overflowed
    }

    pub(crate) fn mark_overflowed(&mut self, overflowed: bool) {
        self.overflowed |= overflowed;
    }
}
