//! One operation as a metric sees it.

use std::borrow::Cow;

use super::{
    blocks::{LEVEL_BLOCKS, block},
    outcome::Subject,
    totals::{GroupTotals, LevelMoments},
    view::{MIN_RUNS, MIN_SPANS, SummaryView},
};
use crate::summary::{Cell, Group, GroupKey, Histogram, ShareHistogram};

/// One group as a metric sees it.
pub struct GroupView<'v> {
    pub(super) view: &'v SummaryView<'v>,
    pub(super) at: usize,
    pub(super) key: &'v GroupKey,
    pub(super) group: &'v Group,
}

impl<'v> GroupView<'v> {
    /// Service, operation, category.
    pub fn key(&self) -> &'v GroupKey {
        self.key
    }

    /// The group as a subject.
    pub fn subject(&self) -> Subject {
        Subject::Group(self.at)
    }

    /// All cells seen, timed and not.
    pub fn cells(&self) -> impl Iterator<Item = &'v Cell> {
        let untimed = self
            .group
            .untimed()
            .filter(|(shard, _)| self.view.sees_shard(*shard))
            .map(|(_, cell)| cell);
        self.windows().map(|(_, cell)| cell).chain(untimed)
    }

    /// The cells of windows seen, with their places.
    pub fn windows(&self) -> impl Iterator<Item = (usize, &'v Cell)> {
        let [before, after] = self.view.seen();
        self.group
            .timed_in(before)
            .chain(self.group.timed_in(after))
    }

    /// `(n, sum of y, sum of y^2)` of the windows seen, `y` the clipped logarithm of durations, with the level block each belongs to. Blocks and bounds of
    /// clipping stay as they are when a block of the interval is left out.
    pub fn level_blocks(&self) -> impl Iterator<Item = (usize, LevelMoments)> {
        self.levels_of(&self.view.totals().group(self.at).levels)
    }

    /// The same of the extra observations under a key.
    pub fn extra_level_blocks(&self, key: &str) -> impl Iterator<Item = (usize, LevelMoments)> {
        let extra = self.view.totals().group(self.at).extras.get(key);
        self.levels_of(extra.map_or(&[], |extra| &extra.levels))
    }

    fn levels_of(
        &self,
        levels: &'v [(usize, LevelMoments)],
    ) -> impl Iterator<Item = (usize, LevelMoments)> + use<'_, 'v> {
        let windows = self.view.windows();
        levels
            .iter()
            .filter(|(slot, _)| self.view.sees(*slot))
            .map(move |(slot, moments)| (block(*slot, windows, LEVEL_BLOCKS), *moments))
    }

    /// The extra observations under a key, of all spans seen that have one.
    pub fn extra(&self, key: &str) -> Cow<'v, Histogram> {
        if self.view.is_window() {
            let mut cells = self.cells().filter_map(|cell| cell.extras.get(key));
            return cells.next().map_or_else(Cow::default, Cow::Borrowed);
        }
        let Some(whole) = self.view.totals().group(self.at).extras.get(key) else {
            return Cow::default();
        };
        let left_out = self.left_out().filter_map(|cell| cell.extras.get(key));
        left_out.fold(Cow::Borrowed(&whole.values), |mut total, part| {
            total.to_mut().subtract(part);
            total
        })
    }

    /// Durations of all spans seen that did not fail.
    pub fn durations(&self) -> Cow<'v, Histogram> {
        self.total(
            |totals| &totals.durations,
            |cell| &cell.durations,
            Histogram::subtract,
        )
    }

    /// Shares of waiting.
    pub fn wait_share(&self) -> Cow<'v, ShareHistogram> {
        self.total(
            |totals| &totals.wait_share,
            |cell| &cell.wait_share,
            ShareHistogram::subtract,
        )
    }

    /// Odds of waiting, in thousandths.
    pub fn wait_odds(&self) -> Cow<'v, Histogram> {
        self.total(
            |totals| &totals.wait_odds,
            |cell| &cell.wait_odds,
            Histogram::subtract,
        )
    }

    /// Odds of waiting on locks and queues, in thousandths.
    pub fn lock_odds(&self) -> Cow<'v, Histogram> {
        self.total(
            |totals| &totals.lock_odds,
            |cell| &cell.lock_odds,
            Histogram::subtract,
        )
    }

    /// Copied only where something has to be taken away.
    fn total<H: Clone + Default + 'v>(
        &self,
        whole: impl Fn(&'v GroupTotals) -> &'v H,
        part: impl Fn(&'v Cell) -> &'v H,
        subtract: impl Fn(&mut H, &H),
    ) -> Cow<'v, H> {
        if self.view.is_window() {
            let mut cells = self.cells().map(|cell| Cow::Borrowed(part(cell)));
            return cells.next().unwrap_or_default();
        }
        let whole = whole(self.view.totals().group(self.at));
        let left_out = self.left_out().map(part);
        left_out.fold(Cow::Borrowed(whole), |mut total, part| {
            subtract(total.to_mut(), part);
            total
        })
    }

    fn left_out(&self) -> impl Iterator<Item = &'v Cell> {
        let view = self.view;
        let timed = self.group.timed_in(view.unseen());
        let untimed = self
            .group
            .untimed()
            .filter(move |(shard, _)| !view.sees_shard(*shard));
        timed.chain(untimed).map(|(_, cell)| cell)
    }

    /// Hashes and names of the branch tags.
    pub fn tags(&self) -> impl Iterator<Item = (u64, &'v str)> {
        self.group.tags()
    }

    /// Least spans this group needs.
    pub fn minimum(&self) -> u64 {
        if &*self.key.operation == "run" {
            MIN_RUNS
        } else {
            MIN_SPANS
        }
    }
}
