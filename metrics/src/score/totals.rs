//! What all windows of a group come to, computed once and shared by every view of a summary.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    each::{ForEach, every},
    stats::LEVEL_MIN_SPANS,
    summary::{Cell, Group, Histogram, ShareHistogram, Summary},
};

/// Groups summed by one piece of work.
const AT_ONCE: usize = 64;

/// `(n, sum of y, sum of y^2)`.
pub(super) type LevelMoments = (f64, f64, f64);

/// Histograms of one group over all its cells.
#[derive(Debug)]
pub(super) struct GroupTotals {
    pub(super) durations: Histogram,
    pub(super) wait_share: ShareHistogram,
    pub(super) wait_odds: Histogram,
    pub(super) lock_odds: Histogram,
    /// Moments of each window, with `y = ln x` of its durations clipped at the 5 % and 95 % quantiles of the whole run. The bounds are frozen when a block is left
    /// out, as the blocks are.
    pub(super) levels: Vec<(usize, LevelMoments)>,
    /// Extra observations by their keys.
    pub(super) extras: BTreeMap<Box<str>, ExtraTotals>,
}

/// An extra observation of one group over all its cells.
#[derive(Debug, Default)]
pub(super) struct ExtraTotals {
    pub(super) values: Histogram,
    /// As those of durations.
    pub(super) levels: Vec<(usize, LevelMoments)>,
}

impl GroupTotals {
    fn of(group: &Group) -> GroupTotals {
        let cells: Vec<&Cell> = group
            .timed()
            .chain(group.untimed())
            .map(|(_, cell)| cell)
            .collect();
        let durations = Histogram::sum(cells.iter().map(|cell| &cell.durations));
        GroupTotals {
            levels: levels(group, &durations, |cell| Some(&cell.durations)).unwrap_or_default(),
            extras: extras(group, &cells),
            durations,
            wait_share: ShareHistogram::sum(cells.iter().map(|cell| &cell.wait_share)),
            wait_odds: Histogram::sum(cells.iter().map(|cell| &cell.wait_odds)),
            lock_odds: Histogram::sum(cells.iter().map(|cell| &cell.lock_odds)),
        }
    }
}

/// All extra observations that some cell has.
fn extras(group: &Group, cells: &[&Cell]) -> BTreeMap<Box<str>, ExtraTotals> {
    let keys: BTreeSet<&str> = cells
        .iter()
        .flat_map(|cell| cell.extras.keys().map(|key| &**key))
        .collect();
    let totals = |key: &str| {
        let values = Histogram::sum(cells.iter().filter_map(|cell| cell.extras.get(key)));
        (
            Box::from(key),
            ExtraTotals {
                levels: levels(group, &values, |cell| cell.extras.get(key)).unwrap_or_default(),
                values,
            },
        )
    };
    keys.into_iter().map(totals).collect()
}

/// The moments of each window; `None` with fewer than 60 values.
fn levels<'g>(
    group: &'g Group,
    values: &Histogram,
    of: impl Fn(&'g Cell) -> Option<&'g Histogram>,
) -> Option<Vec<(usize, LevelMoments)>> {
    if values.n() < LEVEL_MIN_SPANS {
        return None;
    }
    let (low, high) = (values.ln_quantile(0.05)?, values.ln_quantile(0.95)?);
    let moments = |(slot, cell): (usize, &'g Cell)| Some((slot, of(cell)?.ln_moments(low, high)));
    Some(group.timed().filter_map(moments).collect())
}

/// Histograms over all windows: leaving a block out is then taking it away again.
#[derive(Debug, Default)]
pub struct Totals(Vec<GroupTotals>);

impl Totals {
    /// Sums the groups of a summary.
    pub fn of(summary: &Summary) -> Totals {
        Totals(
            summary
                .groups()
                .map(|(_, group)| GroupTotals::of(group))
                .collect(),
        )
    }

    /// The same, some groups at a time by `for_each`.
    pub(super) fn of_with(summary: &Summary, for_each: ForEach<'_>) -> Totals {
        let groups: Vec<&Group> = summary.groups().map(|(_, group)| group).collect();
        let parts: Vec<&[&Group]> = groups.chunks(AT_ONCE).collect();
        let totals = every(parts.len(), for_each, &|at| {
            let part = parts[at].iter();
            part.map(|group| GroupTotals::of(group)).collect::<Vec<_>>()
        });
        Totals(totals.into_iter().flatten().collect())
    }

    pub(super) fn group(&self, at: usize) -> &GroupTotals {
        &self.0[at]
    }
}
