//! Both sides of each operation, and what only one side has.

use std::collections::BTreeMap;

use super::data::Strangers;
use crate::summary::{Cell, Group, GroupKey, Histogram, Summary};

/// All cells of a group together.
#[derive(Debug, Default)]
pub(super) struct Total {
    pub(super) n: u64,
    pub(super) errors: u64,
    pub(super) error_known: u64,
    /// Durations of spans that did not fail.
    pub(super) durations: Histogram,
}

impl Total {
    fn of(group: &Group) -> Total {
        let cells: Vec<&Cell> = group
            .timed()
            .chain(group.untimed())
            .map(|(_, cell)| cell)
            .collect();
        Total {
            n: cells.iter().map(|cell| cell.n).sum(),
            errors: cells.iter().map(|cell| cell.errors).sum(),
            error_known: cells.iter().map(|cell| cell.error_known).sum(),
            durations: Histogram::sum(cells.iter().map(|cell| &cell.durations)),
        }
    }
}

/// An operation and its totals on each side, where it has any.
pub(super) struct Pair<'a> {
    pub(super) key: &'a GroupKey,
    pub(super) base: Option<Total>,
    pub(super) head: Option<Total>,
}

/// All operations of both sides, in the order of their keys.
pub(super) fn pairs<'a>(base: &'a Summary, head: &'a Summary) -> Vec<Pair<'a>> {
    let mut pairs: BTreeMap<&GroupKey, Pair<'a>> = BTreeMap::new();
    let empty = |key| Pair {
        key,
        base: None,
        head: None,
    };
    for (key, group) in base.groups() {
        pairs.entry(key).or_insert_with(|| empty(key)).base = Some(Total::of(group));
    }
    for (key, group) in head.groups() {
        pairs.entry(key).or_insert_with(|| empty(key)).head = Some(Total::of(group));
    }
    pairs.into_values().collect()
}

/// Operations that only the head has, and those that only the base has; the most frequent first.
pub(super) fn strangers(
    pairs: &[Pair<'_>],
    base: &Summary,
    head: &Summary,
) -> (Vec<Strangers>, Vec<Strangers>) {
    let list = |of: &dyn Fn(&Pair<'_>) -> Option<u64>, roots: u64| {
        let mut list: Vec<Strangers> = pairs
            .iter()
            .filter_map(|pair| {
                let n = of(pair)?;
                Some(Strangers {
                    service: pair.key.service.to_string(),
                    operation: pair.key.operation.to_string(),
                    category: pair.key.category,
                    n,
                    per_trace: (roots > 0).then(|| n as f64 / roots as f64),
                })
            })
            .collect();
        list.sort_by_key(|stranger| std::cmp::Reverse(stranger.n));
        list
    };
    let only = |one: &Option<Total>, other: &Option<Total>| match (one, other) {
        (Some(total), None) => Some(total.n),
        _ => None,
    };
    (
        list(&|pair| only(&pair.head, &pair.base), head.facts().roots),
        list(&|pair| only(&pair.base, &pair.head), base.facts().roots),
    )
}
