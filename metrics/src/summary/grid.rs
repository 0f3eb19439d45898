//! The bucket grid: bucket `i` holds `g^i <= x < g^(i+1)` with `g = 101/99`, so that a bucket's middle is within 1 % of all it holds (the grid of DDSketch).

use std::sync::LazyLock;

/// Number of buckets: 1 .. 1e16, which is 1 ns .. 1e7 s for durations. Larger values count in the last.
pub const BUCKETS: usize = 1842;

/// Slots per octave of the look-up table. A slot is at most 1/64 = 1.6 % wide, narrower than a bucket, so it holds at most one boundary.
const SLOTS: u32 = 64;
const SLOT_BITS: u32 = 6;

/// The grid's boundaries and logarithms. Boundaries are integers, so every platform agrees on the bucket of every value.
#[derive(Debug)]
pub struct Grid {
    /// Smallest integer in each bucket or above, ascending; one past the last bucket at the end.
    bounds: Vec<u64>,
    /// First candidate bucket for each slot of each octave.
    slots: Vec<u16>,
}

static GRID: LazyLock<Grid> = LazyLock::new(Grid::build);

/// `ln(101/99)`, the width of a bucket in log space.
pub(crate) const LN_G: f64 = 0.020_000_666_706_669_43;

impl Grid {
    /// The one grid.
    pub fn get() -> &'static Grid {
        &GRID
    }

    /// The bucket of a value; 0 counts as 1.
    #[inline]
    pub fn bucket(&self, value: u64) -> u16 {
        let value = value.clamp(1, u64::MAX - 1);
        let octave = value.ilog2();
        let slot = if octave >= SLOT_BITS {
            value >> (octave - SLOT_BITS)
        } else {
            value << (SLOT_BITS - octave)
        } - u64::from(SLOTS);
        let first = self.slots[(octave * SLOTS) as usize + slot as usize];
        first + u16::from(self.bounds[first as usize + 1] <= value)
    }

    /// The natural logarithm of the point a fraction into a bucket, both ends in log space.
    #[inline]
    pub fn ln_at(bucket: u16, fraction: f64) -> f64 {
        (f64::from(bucket) + fraction) * LN_G
    }

    fn build() -> Grid {
        // 64 fractional bits: 1e16 < 2^54 leaves 10 bits for the factor before 128 bits overflow.
        let mut power = 1u128 << 64;
        let mut bounds = Vec::with_capacity(BUCKETS + 1);
        for _ in 0..BUCKETS {
            bounds.push(u64::try_from((power + ((1u128 << 64) - 1)) >> 64).unwrap_or(u64::MAX));
            power = power * 101 / 99;
        }
        bounds.push(u64::MAX);
        let mut slots = Vec::with_capacity(64 * SLOTS as usize);
        for octave in 0..64u32 {
            for slot in 0..u64::from(SLOTS) {
                let start = (u128::from(slot) + u128::from(SLOTS)) << octave >> SLOT_BITS;
                let bucket = bounds[..BUCKETS]
                    .partition_point(|bound| u128::from(*bound) <= start.max(1))
                    - 1;
                slots.push(bucket as u16);
            }
        }
        Grid { bounds, slots }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_is_that_of_one_percent_accuracy() {
        assert!((LN_G - (1.01f64 / 0.99).ln()).abs() < 1e-15);
    }

    #[test]
    fn each_value_lies_in_its_bucket() {
        let grid = Grid::get();
        let mut value = 1u64;
        while value < 10_000_000_000_000_000 {
            for near in [value - 1, value, value + 1] {
                if near == 0 {
                    continue;
                }
                let bucket = grid.bucket(near);
                let exact = (near as f64).ln() / LN_G;
                assert!(
                    (f64::from(bucket) - exact.floor()).abs()
                        <= f64::from(exact.fract() < 1e-9 || exact.fract() > 1.0 - 1e-9),
                    "{near}: {bucket} {exact}"
                );
            }
            value += value / 97 + 1;
        }
        assert_eq!(grid.bucket(0), 0);
        assert_eq!(usize::from(grid.bucket(u64::MAX)), BUCKETS - 1);
        assert_eq!(usize::from(grid.bucket(9_999_999_999_999_999)), BUCKETS - 1);
    }

    #[test]
    fn look_up_equals_search() {
        let grid = Grid::get();
        let search =
            |value: u64| grid.bounds[..BUCKETS].partition_point(|bound| *bound <= value) - 1;
        for bound in &grid.bounds[..BUCKETS] {
            for value in [bound.saturating_sub(1).max(1), *bound, bound + 1] {
                assert_eq!(usize::from(grid.bucket(value)), search(value), "{value}");
            }
        }
    }
}
