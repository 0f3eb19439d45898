//! Time windows: powers of two of a second, aligned to the epoch, as narrow as the number of occupied ones allows.

use serde::{Deserialize, Serialize};

/// Narrowest window: 2^-9 s, which is a whole number of nanoseconds.
pub const TICK: i64 = 1_953_125;
/// At most this many occupied windows for groups.
pub const GROUP_WINDOWS: usize = 32;
/// At most this many occupied windows for a series.
pub const SERIES_WINDOWS: usize = 128;

/// Old slot -> new slot, after windows were joined.
pub(crate) type Moves = Vec<usize>;

/// The occupied windows of a table, at the smallest width at which there are at most `limit`.
///
/// That width depends only on the set of instants seen: joining pairs is exact, and a superset never needs a smaller width. One stray instant occupies one
/// window and leaves the others as they were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowSet {
    limit: usize,
    shift: u32,
    /// Window numbers by slot; in the order of arrival until [`WindowSet::sort`].
    numbers: Vec<i64>,
}

impl WindowSet {
    /// No windows yet, and at most `limit` later.
    pub fn new(limit: usize) -> WindowSet {
        WindowSet {
            limit,
            shift: 0,
            numbers: Vec::new(),
        }
    }

    /// Number of occupied windows.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether none is occupied.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Width of a window in seconds.
    pub fn width(&self) -> f64 {
        libm::exp2(f64::from(self.shift) - 9.0)
    }

    /// Start of the window at a slot, in nanoseconds since the epoch.
    pub fn start(&self, slot: usize) -> i64 {
        let start = (i128::from(self.numbers[slot]) << self.shift) * i128::from(TICK);
        start.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
    }

    /// Whether a set read from bytes is one that could have been written.
    pub(crate) fn is_sound(&self, limit: usize) -> bool {
        // Of the first and the last instant that there is.
        let number = |time: i64| time.div_euclid(TICK) >> self.shift;
        self.limit == limit
            && self.shift < 64
            && self.numbers.len() <= limit
            && self
                .numbers
                .iter()
                .all(|at| (number(i64::MIN)..=number(i64::MAX)).contains(at))
            && self.numbers.windows(2).all(|pair| pair[0] < pair[1])
    }

    /// The slot of an instant, remembering the last one found: neighbours in a file are neighbours in time.
    #[inline]
    pub(crate) fn slot_near(&self, time: i64, last: &mut Option<(i64, usize)>) -> Option<usize> {
        let number = time.div_euclid(TICK) >> self.shift;
        match *last {
            Some((before, slot)) if before == number => Some(slot),
            _ => {
                let slot = self.numbers.iter().position(|at| *at == number)?;
                *last = Some((number, slot));
                Some(slot)
            }
        }
    }

    /// Occupies the windows of all instants. When windows had to be joined, says where each slot went.
    pub(crate) fn occupy(&mut self, times: impl Iterator<Item = i64>) -> Option<Moves> {
        let mut moves: Option<Moves> = None;
        let mut last = None;
        for time in times {
            let tick = time.div_euclid(TICK);
            let number = tick >> self.shift;
            if last == Some(number) {
                continue;
            }
            last = Some(number);
            if !self.numbers.contains(&number) {
                self.numbers.push(number);
                while self.numbers.len() > self.limit {
                    self.join(&mut moves);
                    last = None;
                }
            }
        }
        moves
    }

    /// Occupies another set's windows too. Says where the slots of both went.
    pub(crate) fn unite(&mut self, other: &WindowSet) -> (Option<Moves>, Moves) {
        let mut moves: Option<Moves> = None;
        while self.shift < other.shift {
            self.join(&mut moves);
        }
        for number in &other.numbers {
            let number = number >> (self.shift - other.shift);
            if !self.numbers.contains(&number) {
                self.numbers.push(number);
                while self.numbers.len() > self.limit {
                    self.join(&mut moves);
                }
            }
        }
        let theirs = other
            .numbers
            .iter()
            .map(|number| {
                let number = number >> (self.shift - other.shift);
                self.numbers
                    .iter()
                    .position(|at| *at == number)
                    .unwrap_or(0)
            })
            .collect();
        (moves, theirs)
    }

    /// Puts the slots in the order of time. Says where each went, when one did.
    pub(crate) fn sort(&mut self) -> Option<Moves> {
        if self.numbers.is_sorted() {
            return None;
        }
        let before = self.numbers.clone();
        self.numbers.sort_unstable();
        Some(
            before
                .iter()
                .map(|number| self.numbers.partition_point(|at| at < number))
                .collect(),
        )
    }

    /// Doubles the width.
    fn join(&mut self, moves: &mut Option<Moves>) {
        let before = std::mem::take(&mut self.numbers);
        self.shift += 1;
        let step: Moves = before
            .iter()
            .map(|number| {
                let number = number >> 1;
                self.numbers
                    .iter()
                    .position(|at| *at == number)
                    .unwrap_or_else(|| {
                        self.numbers.push(number);
                        self.numbers.len() - 1
                    })
            })
            .collect();
        // The newest number has no content under an old slot yet, so slots beyond those known before are simply carried along.
        *moves = Some(match moves.take() {
            None => step,
            Some(earlier) => earlier.iter().map(|slot| step[*slot]).collect(),
        });
    }
}

/// Moves cells to their new slots, joining those that meet.
pub(crate) fn move_cells<C>(
    cells: &mut Vec<Option<Box<C>>>,
    moves: &Moves,
    join: impl Fn(&mut C, C),
) {
    let before = std::mem::take(cells);
    for (slot, cell) in before.into_iter().enumerate() {
        let Some(cell) = cell else { continue };
        let to = moves[slot];
        if cells.len() <= to {
            cells.resize_with(to + 1, || None);
        }
        match &mut cells[to] {
            Some(there) => join(there, *cell),
            empty => *empty = Some(cell),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sorted(mut set: WindowSet) -> WindowSet {
        set.sort();
        set
    }

    fn smallest(times: &[i64], limit: usize) -> (u32, Vec<i64>) {
        for shift in 0..64 {
            let mut numbers: Vec<i64> = times
                .iter()
                .map(|time| time.div_euclid(TICK) >> shift)
                .collect();
            numbers.sort_unstable();
            numbers.dedup();
            if numbers.len() <= limit {
                return (shift, numbers);
            }
        }
        unreachable!("all instants share two windows at the latest")
    }

    proptest! {
        #[test]
        fn width_is_the_smallest_that_fits_in_any_order_and_split(
            times in proptest::collection::vec(prop_oneof![any::<i64>(), 1_700_000_000_000_000_000i64..1_700_000_600_000_000_000], 0..200),
            at in 0usize..200,
        ) {
            let (shift, numbers) = smallest(&times, 32);
            let mut whole = WindowSet::new(32);
            whole.occupy(times.iter().copied());
            let whole = sorted(whole);
            prop_assert_eq!((whole.shift, &whole.numbers), (shift, &numbers));
            let (left, right) = times.split_at(at.min(times.len()));
            let (mut a, mut b) = (WindowSet::new(32), WindowSet::new(32));
            b.occupy(left.iter().copied());
            a.occupy(right.iter().copied());
            let (_, theirs) = a.unite(&b);
            for (slot, to) in theirs.iter().enumerate() {
                prop_assert_eq!(b.numbers[slot] >> (a.shift - b.shift), a.numbers[*to]);
            }
            prop_assert_eq!(sorted(a), whole);
        }
    }

    #[test]
    fn a_stray_instant_takes_one_window() {
        let mut set = WindowSet::new(32);
        set.occupy((0..600).map(|second| 1_700_000_000_000_000_000 + second * 1_000_000_000));
        let width = set.width();
        assert!((16.0..=64.0).contains(&width), "{width}");
        set.occupy(std::iter::once(0));
        assert!(set.width() <= 2.0 * width);
    }
}
