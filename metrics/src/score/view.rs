//! What a metric sees of a summary: all of it, all but one block, or one window.

use std::ops::Range;

use super::{
    blocks::{BLOCKS, block, shard_block},
    entity::EntityView,
    frozen::Frozen,
    group::GroupView,
    outcome::Subject,
    totals::Totals,
};
use crate::{
    model::Signal,
    summary::{Series, SeriesCell, Summary, WindowSet},
};

/// Least spans of a group.
pub const MIN_SPANS: u64 = 30;
/// Least spans of the operation `run`, of which each is a whole run of the program.
pub(super) const MIN_RUNS: u64 = 10;

/// Which part of a summary is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    All,
    /// All but one of the blocks.
    Without(usize),
    /// Only the window that starts and ends at these instants.
    Only(i64, i64),
}

/// What a metric sees.
pub struct SummaryView<'a> {
    summary: &'a Summary,
    totals: &'a Totals,
    part: Part,
    /// The slots seen: those before and after what is left out.
    seen: [Range<usize>; 2],
    frozen: Option<&'a Frozen<'a>>,
}

impl<'a> SummaryView<'a> {
    /// The whole summary.
    pub fn whole(summary: &'a Summary, totals: &'a Totals) -> SummaryView<'a> {
        SummaryView {
            summary,
            totals,
            part: Part::All,
            seen: [0..summary.windows().len(), 0..0],
            frozen: None,
        }
    }

    /// The whole summary, with the subjects and weights of another run's outcome.
    pub fn weighed(
        summary: &'a Summary,
        totals: &'a Totals,
        frozen: &'a Frozen<'a>,
    ) -> SummaryView<'a> {
        SummaryView {
            frozen: Some(frozen),
            ..SummaryView::whole(summary, totals)
        }
    }

    /// All but one block, with the subjects and weights of a former outcome.
    pub fn without(
        summary: &'a Summary,
        totals: &'a Totals,
        left_out: usize,
        frozen: &'a Frozen<'a>,
    ) -> SummaryView<'a> {
        let windows = summary.windows().len();
        let of_block = |slot: &usize| block(*slot, windows, BLOCKS) == left_out;
        let start = (0..windows).find(of_block).unwrap_or(windows);
        let end = start + (start..windows).take_while(of_block).count();
        SummaryView {
            summary,
            totals,
            part: Part::Without(left_out),
            seen: [0..start, end..windows],
            frozen: Some(frozen),
        }
    }

    /// One window only.
    pub fn window(summary: &'a Summary, totals: &'a Totals, at: usize) -> SummaryView<'a> {
        let start = summary.windows().start(at);
        let end = start.saturating_add((summary.windows().width() * 1e9) as i64);
        SummaryView {
            summary,
            totals,
            part: Part::Only(start, end),
            seen: [at..at + 1, 0..0],
            frozen: None,
        }
    }

    /// Whether only one window is seen, so that nothing can be said of changes over time.
    pub fn is_window(&self) -> bool {
        matches!(self.part, Part::Only(..))
    }

    /// The weight of a subject in a factor: the frozen one while the interval is computed, else what `fresh` says, `None` where data do not suffice.
    pub fn weight(
        &self,
        factor: usize,
        subject: &Subject,
        fresh: impl FnOnce() -> Option<f64>,
    ) -> Option<f64> {
        match self.frozen {
            Some(frozen) => frozen.weight(factor, subject),
            None => fresh(),
        }
    }

    /// The groups.
    pub fn groups(&self) -> impl Iterator<Item = GroupView<'_>> {
        self.summary
            .groups()
            .enumerate()
            .map(|(at, (key, group))| GroupView {
                view: self,
                at,
                key,
                group,
            })
    }

    /// The entities of a signal, with what is seen of each.
    pub fn entities(&self, signal: Signal) -> Vec<EntityView<'a>> {
        let Some(series) = self.summary.series(signal.name) else {
            return Vec::new();
        };
        let mut entities = Vec::new();
        for (name, entity) in series.entities() {
            let timed: Vec<(usize, &SeriesCell)> = entity
                .timed()
                .filter(|(slot, _)| self.sees_series(series, *slot))
                .collect();
            let untimed = entity
                .untimed()
                .filter(|(shard, _)| self.sees_shard_of(*shard, series.windows()))
                .map(|(_, cell)| cell);
            let untimed: Vec<&SeriesCell> = untimed.collect();
            if !(timed.is_empty() && untimed.is_empty()) {
                entities.push(EntityView {
                    name,
                    series,
                    timed,
                    untimed,
                    seen: entity.seen(),
                });
            }
        }
        entities
    }

    /// Length of the run in seconds, from the first to the last instant.
    pub fn seconds(&self) -> Option<f64> {
        match self.part {
            Part::Only(start, end) => Some(seconds(start, end)),
            Part::All | Part::Without(_) => self
                .summary
                .facts()
                .time
                .map(|(first, last)| seconds(first, last)),
        }
    }

    /// Number of occupied windows of groups.
    pub fn windows(&self) -> usize {
        self.summary.windows().len()
    }

    /// Whether extra observations under a key are there from every input; `None` where no input kept them.
    pub fn extra_complete(&self, key: &str) -> Option<bool> {
        self.summary.extra_complete(key)
    }

    /// The keys of all extra observations that some input kept.
    pub fn extra_keys(&self) -> impl Iterator<Item = &'a str> {
        self.summary.extra_keys()
    }

    pub(super) fn totals(&self) -> &'a Totals {
        self.totals
    }

    /// Slots of the windows seen, ascending.
    pub(super) fn seen(&self) -> [Range<usize>; 2] {
        self.seen.clone()
    }

    /// Slots of the block left out.
    pub(super) fn unseen(&self) -> Range<usize> {
        match self.part {
            Part::Without(_) => self.seen[0].end..self.seen[1].start,
            Part::All | Part::Only(..) => 0..0,
        }
    }

    pub(super) fn sees(&self, slot: usize) -> bool {
        self.seen.iter().any(|slots| slots.contains(&slot))
    }

    pub(super) fn sees_shard(&self, shard: usize) -> bool {
        self.sees_shard_of(shard, self.summary.windows())
    }

    fn sees_shard_of(&self, shard: usize, windows: &WindowSet) -> bool {
        match self.part {
            Part::All => true,
            Part::Without(left_out) => shard_block(shard, windows.len()) != left_out,
            Part::Only(..) => false,
        }
    }

    fn sees_series(&self, series: &Series, slot: usize) -> bool {
        match self.part {
            Part::All => true,
            Part::Without(left_out) => block(slot, series.windows().len(), BLOCKS) != left_out,
            Part::Only(start, end) => (start..end).contains(&series.windows().start(slot)),
        }
    }
}

pub(super) fn seconds(first: i64, last: i64) -> f64 {
    // Divided, not multiplied by 1e-9, which no float is: whole seconds stay whole.
    (i128::from(last) - i128::from(first)) as f64 / 1e9
}
