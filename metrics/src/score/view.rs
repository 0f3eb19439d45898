//! What a metric sees of a summary: all of it, all but one block, or one window.

use std::collections::{BTreeMap, HashMap};

use super::{
    blocks::{BLOCKS, LEVEL_BLOCKS, block, shard_block},
    outcome::{Outcome, Subject},
};
use crate::{
    model::Signal,
    stats::LEVEL_MIN_SPANS,
    summary::{
        Cell, CounterCell, GaugeCell, Group, GroupKey, Histogram, Series, SeriesCell,
        ShareHistogram, Summary, WindowSet,
    },
};

/// Least spans of a group.
pub const MIN_SPANS: u64 = 30;
/// Least spans of the operation `run`, of which each is a whole run of the program.
const MIN_RUNS: u64 = 10;

/// Which part of a summary is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    All,
    /// All but one of the blocks.
    Without(usize),
    /// Only the window at this place, which starts and ends at these instants.
    Only(usize, i64, i64),
}

/// Histograms of one group over several cells.
#[derive(Debug, Clone, Default)]
struct GroupTotals {
    durations: Histogram,
    wait_share: ShareHistogram,
    wait_odds: Histogram,
    lock_odds: Histogram,
    /// `(n, sum of y, sum of y^2)` of each window, with `y = ln x` of its durations clipped at the 5 % and 95 % quantiles of the whole run. The bounds are frozen
    /// when a block is left out, as the blocks are.
    levels: Vec<(usize, LevelMoments)>,
}

/// `(n, sum of y, sum of y^2)`.
type LevelMoments = (f64, f64, f64);

impl GroupTotals {
    fn of<'a>(cells: impl Iterator<Item = &'a Cell>) -> GroupTotals {
        let mut totals = GroupTotals::default();
        for cell in cells {
            totals.durations.merge(&cell.durations);
            totals.wait_share.merge(&cell.wait_share);
            totals.wait_odds.merge(&cell.wait_odds);
            totals.lock_odds.merge(&cell.lock_odds);
        }
        totals
    }
}

/// Histograms over all windows, computed once and shared by the views of one summary: leaving a block out is then taking it away again.
#[derive(Debug, Default)]
pub struct Totals(Vec<GroupTotals>);

impl Totals {
    /// Sums the groups of a summary.
    pub fn of(summary: &Summary) -> Totals {
        let of = |group: &Group| {
            let mut totals =
                GroupTotals::of(group.timed().chain(group.untimed()).map(|(_, cell)| cell));
            if totals.durations.n() >= LEVEL_MIN_SPANS
                && let (Some(low), Some(high)) = (
                    totals.durations.ln_quantile(0.05),
                    totals.durations.ln_quantile(0.95),
                )
            {
                totals.levels = group
                    .timed()
                    .map(|(slot, cell)| (slot, cell.durations.ln_moments(low, high)))
                    .collect();
            }
            totals
        };
        Totals(summary.groups().map(|(_, group)| of(group)).collect())
    }
}

/// What a metric sees.
pub struct SummaryView<'a> {
    summary: &'a Summary,
    totals: &'a Totals,
    part: Part,
    /// Weights of the scored subjects, when they are frozen.
    frozen: Option<HashMap<(usize, &'a Subject), f64>>,
}

impl<'a> SummaryView<'a> {
    /// The whole summary.
    pub fn whole(summary: &'a Summary, totals: &'a Totals) -> SummaryView<'a> {
        SummaryView {
            summary,
            totals,
            part: Part::All,
            frozen: None,
        }
    }

    /// All but one block, with the subjects and weights of a former outcome.
    pub fn without(
        summary: &'a Summary,
        totals: &'a Totals,
        left_out: usize,
        full: &'a Outcome,
    ) -> SummaryView<'a> {
        let frozen = full
            .parts()
            .iter()
            .map(|part| ((part.factor, &part.subject), part.weight))
            .collect();
        SummaryView {
            summary,
            totals,
            part: Part::Without(left_out),
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
            part: Part::Only(at, start, end),
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
        match &self.frozen {
            Some(frozen) => frozen.get(&(factor, subject)).copied(),
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
                .filter(|(shard, _)| self.sees_shard(*shard, series.windows()))
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
            Part::Only(_, start, end) => Some(seconds(start, end)),
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

    /// Whether extra observations of a metric are there from every input; `None` where there are none.
    pub fn extra_complete(&self, code: &str) -> Option<bool> {
        self.summary.extra_complete(code)
    }

    fn sees(&self, slot: usize) -> bool {
        match self.part {
            Part::All => true,
            Part::Without(left_out) => block(slot, self.windows(), BLOCKS) != left_out,
            Part::Only(at, ..) => slot == at,
        }
    }

    fn sees_shard(&self, shard: usize, windows: &WindowSet) -> bool {
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
            Part::Only(_, start, end) => (start..end).contains(&series.windows().start(slot)),
        }
    }
}

fn seconds(first: i64, last: i64) -> f64 {
    // Divided, not multiplied by 1e-9, which no float is: whole seconds stay whole.
    (i128::from(last) - i128::from(first)) as f64 / 1e9
}

/// One group as a metric sees it.
pub struct GroupView<'v> {
    view: &'v SummaryView<'v>,
    at: usize,
    key: &'v GroupKey,
    group: &'v Group,
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
            .filter(|(shard, _)| self.view.sees_shard(*shard, self.view.summary.windows()))
            .map(|(_, cell)| cell);
        self.windows().map(|(_, cell)| cell).chain(untimed)
    }

    /// The cells of windows seen, with their places.
    pub fn windows(&self) -> impl Iterator<Item = (usize, &'v Cell)> {
        self.group.timed().filter(|(slot, _)| self.view.sees(*slot))
    }

    /// `(n, sum of y, sum of y^2)` of the windows seen, `y` the clipped logarithm of durations, with the level block each belongs to. Blocks and bounds of
    /// clipping stay as they are when a block of the interval is left out.
    pub fn level_blocks(&self) -> impl Iterator<Item = (usize, (f64, f64, f64))> {
        let windows = self.view.windows();
        self.view.totals.0[self.at]
            .levels
            .iter()
            .filter(|(slot, _)| self.view.sees(*slot))
            .map(move |(slot, moments)| (block(*slot, windows, LEVEL_BLOCKS), *moments))
    }

    /// Durations of all spans seen that did not fail.
    pub fn durations(&self) -> Histogram {
        self.total(
            |totals| &totals.durations,
            |cell| &cell.durations,
            Histogram::merge,
            Histogram::subtract,
        )
    }

    /// Shares of waiting.
    pub fn wait_share(&self) -> ShareHistogram {
        self.total(
            |totals| &totals.wait_share,
            |cell| &cell.wait_share,
            ShareHistogram::merge,
            ShareHistogram::subtract,
        )
    }

    /// Odds of waiting, in thousandths.
    pub fn wait_odds(&self) -> Histogram {
        self.total(
            |totals| &totals.wait_odds,
            |cell| &cell.wait_odds,
            Histogram::merge,
            Histogram::subtract,
        )
    }

    /// Odds of waiting on locks and queues, in thousandths.
    pub fn lock_odds(&self) -> Histogram {
        self.total(
            |totals| &totals.lock_odds,
            |cell| &cell.lock_odds,
            Histogram::merge,
            Histogram::subtract,
        )
    }

    fn total<H: Clone + Default + 'v>(
        &self,
        whole: impl Fn(&'v GroupTotals) -> &'v H,
        part: impl Fn(&'v Cell) -> &'v H,
        merge: impl Fn(&mut H, &H),
        subtract: impl Fn(&mut H, &H),
    ) -> H {
        if let Part::Only(..) = self.view.part {
            let mut sum = H::default();
            for cell in self.cells() {
                merge(&mut sum, part(cell));
            }
            return sum;
        }
        let mut total = whole(&self.view.totals.0[self.at]).clone();
        if let Part::Without(_) = self.view.part {
            let windows = self.view.summary.windows();
            let timed = self
                .group
                .timed()
                .filter(|(slot, _)| !self.view.sees(*slot));
            let untimed = self
                .group
                .untimed()
                .filter(|(shard, _)| !self.view.sees_shard(*shard, windows));
            for (_, cell) in timed.chain(untimed) {
                subtract(&mut total, part(cell));
            }
        }
        total
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

/// One entity of a signal as a metric sees it.
pub struct EntityView<'a> {
    /// Name; empty where records name none.
    pub name: &'a str,
    series: &'a Series,
    timed: Vec<(usize, &'a SeriesCell)>,
    untimed: Vec<&'a SeriesCell>,
    seen: Option<(i64, i64)>,
}

impl EntityView<'_> {
    /// The subject it is.
    pub fn subject(&self) -> Subject {
        Subject::Entity(if self.name.is_empty() {
            "(unnamed)".into()
        } else {
            self.name.into()
        })
    }

    /// All gauge values together, those without a time included.
    pub fn gauge(&self) -> GaugeCell {
        let mut total = GaugeCell::default();
        for cell in self
            .timed
            .iter()
            .map(|(_, cell)| *cell)
            .chain(self.untimed.iter().copied())
        {
            if let SeriesCell::Gauge(gauge) = cell {
                total.merge(gauge);
            }
        }
        total
    }

    /// Gauges by window, in the order of time: the window's start in seconds after the first window's, and the cell.
    pub fn gauges(&self) -> Vec<(f64, &GaugeCell)> {
        self.cells()
            .filter_map(|(at, cell)| {
                if let SeriesCell::Gauge(gauge) = cell {
                    Some((at, gauge))
                } else {
                    None
                }
            })
            .collect()
    }

    /// How much a counter grew, and over how many seconds; a drop is a reset. `None` with fewer than two readings.
    pub fn growth(&self) -> Option<(f64, f64)> {
        let cells: Vec<&CounterCell> = self
            .timed
            .iter()
            .filter_map(|(_, cell)| {
                if let SeriesCell::Counter(counter) = cell {
                    Some(counter)
                } else {
                    None
                }
            })
            .collect();
        let (first, last) = (cells.first()?, cells.last()?);
        let time = seconds(first.first.0, last.last.0);
        if time <= 0.0 {
            return None;
        }
        let mut grown = 0.0;
        let mut before = first.first.1;
        for value in cells.iter().flat_map(|cell| [cell.first.1, cell.last.1]) {
            grown += if value >= before {
                (value - before) as f64
            } else {
                value as f64
            };
            before = value;
        }
        Some((grown, time))
    }

    /// Seconds from the first to the last time seen.
    pub fn life(&self) -> Option<f64> {
        self.seen.map(|(first, last)| seconds(first, last))
    }

    /// Samples seen.
    pub fn n(&self) -> u64 {
        let count = |cell: &SeriesCell| match cell {
            SeriesCell::Gauge(gauge) => gauge.n,
            SeriesCell::Counter(counter) => counter.n,
        };
        self.timed
            .iter()
            .map(|(_, cell)| count(cell))
            .chain(self.untimed.iter().map(|cell| count(cell)))
            .sum()
    }

    fn cells(&self) -> impl Iterator<Item = (f64, &SeriesCell)> {
        let origin = if self.series.windows().is_empty() {
            0
        } else {
            self.series.windows().start(0)
        };
        self.timed
            .iter()
            .map(move |(slot, cell)| (seconds(origin, self.series.windows().start(*slot)), *cell))
    }
}

/// The names of entities over several signals, each with what is seen of every signal.
pub fn by_name<'a, 'v, const N: usize>(
    signals: [&'v [EntityView<'a>]; N],
) -> BTreeMap<&'a str, [Option<&'v EntityView<'a>>; N]> {
    let mut names: BTreeMap<&str, [Option<&EntityView<'_>>; N]> = BTreeMap::new();
    for (at, entities) in signals.iter().enumerate() {
        for entity in *entities {
            names.entry(entity.name).or_insert([None; N])[at] = Some(entity);
        }
    }
    names
}
