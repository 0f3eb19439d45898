//! Histograms: durations, bytes and counts on the logarithmic grid; shares on a linear one.

use serde::{Deserialize, Serialize};

use super::{counts::Counts, grid::Grid};

/// A histogram on the logarithmic grid. Values keep their integer unit (nanoseconds, bytes, items).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Histogram {
    counts: Counts,
}

impl Histogram {
    /// Counts one value; 0 counts as 1.
    #[inline]
    pub fn record(&mut self, value: u64) {
        self.counts.add(Grid::get().bucket(value), 1);
    }

    /// Counts values by their buckets.
    pub(crate) fn add_all(&mut self, buckets: &[u16]) {
        self.counts.add_all(buckets);
    }

    /// Number of values.
    pub fn n(&self) -> u64 {
        self.counts.total()
    }

    /// Number of values as a file has it, which may be any: added up without overflow.
    pub(crate) fn counted(&self) -> u64 {
        self.counts.counted()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Makes it quick to read, once all values are in.
    pub(crate) fn gather(&mut self) {
        self.counts.gather();
    }

    /// Buckets that hold something, ascending.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u16, u64)> + '_ {
        self.counts.iter()
    }

    /// The histogram of all values of many.
    pub fn sum<'a>(parts: impl Iterator<Item = &'a Histogram> + Clone) -> Histogram {
        Histogram {
            counts: Counts::sum(parts.map(|part| &part.counts)),
        }
    }

    /// Adds all values of another.
    pub fn merge(&mut self, other: &Histogram) {
        self.counts.merge(&other.counts);
    }

    /// Takes away all values of another that was merged in before.
    pub fn subtract(&mut self, other: &Histogram) {
        self.counts.subtract(&other.counts);
    }

    /// Natural logarithm of the `q` quantile, log-linear inside its bucket; `None` when empty.
    ///
    /// It lies in the bucket of the order statistic of rank `ceil(q n)`, so it is off by less than a bucket's width, 2 %.
    pub fn ln_quantile(&self, q: f64) -> Option<f64> {
        let rank = q * self.n() as f64;
        let (bucket, below, count) = self.counts.at_rank(rank)?;
        let inside = (rank - below as f64) / count as f64;
        Some(Grid::ln_at(bucket, inside.clamp(0.0, 1.0)))
    }

    /// The `q` quantile in the unit of the values; `None` when empty.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        self.ln_quantile(q).map(libm::exp)
    }

    /// The mean, with each value at the middle of its bucket: within 1 %; `None` when empty.
    pub fn mean(&self) -> Option<f64> {
        let sum = |(n, sum): (f64, f64), (bucket, count): (u16, u64)| {
            let count = count as f64;
            (n + count, sum + count * libm::exp(Grid::ln_at(bucket, 0.5)))
        };
        let (n, sum) = self.counts.iter().fold((0.0, 0.0), sum);
        (n > 0.0).then(|| sum / n)
    }

    /// Mean logarithm of the largest `share` of the values, with a fractional count at the cut; `None` when empty.
    pub fn ln_mean_above(&self, share: f64) -> Option<f64> {
        let wanted = share * self.n() as f64;
        if wanted <= 0.0 {
            return None;
        }
        let (mut left, mut sum) = (wanted, 0.0);
        for (bucket, count) in self.counts.iter().rev() {
            let taken = left.min(count as f64);
            // Of a bucket only partly taken, the upper end is taken.
            sum += taken * Grid::ln_at(bucket, 1.0 - 0.5 * taken / count as f64);
            left -= taken;
            if left <= 0.0 {
                break;
            }
        }
        Some(sum / wanted)
    }

    /// `(n, sum of y, sum of y^2)` with `y = ln x` at bucket middles, clipped to `[low, high]`.
    pub fn ln_moments(&self, low: f64, high: f64) -> (f64, f64, f64) {
        self.counts
            .iter()
            .fold((0.0, 0.0, 0.0), |(n, sum, squares), (bucket, count)| {
                let (y, count) = (Grid::ln_at(bucket, 0.5).clamp(low, high), count as f64);
                (n + count, sum + count * y, squares + count * y * y)
            })
    }
}

/// A histogram of shares 0..1 in 201 linear bins: bin `i` holds the shares nearest to `i / 200`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareHistogram {
    counts: Counts,
}

/// The last bin, a share of one.
const LAST_BIN: u64 = 200;

/// The bin of the share `part / whole`, at most 1. `whole` must be more than 0.
#[inline]
pub(crate) fn share_bin(part: u64, whole: u64) -> u16 {
    ratio(part.min(whole), 2 * LAST_BIN, whole) as u16
}

/// `(a * doubled + b) / 2b`: `doubled / 2` times `a / b`, rounded half up. As much as 64 bits hold.
#[inline]
pub(crate) fn ratio(a: u64, doubled: u64, b: u64) -> u64 {
    // Of what programs take, nothing needs 128 bits, which no processor divides by itself.
    if let Some(sum) = a
        .checked_mul(doubled)
        .and_then(|product| product.checked_add(b))
        && let Some(twice) = b.checked_mul(2)
    {
        return sum / twice;
    }
    let (a, b) = (u128::from(a), u128::from(b));
    u64::try_from((a * u128::from(doubled) + b) / (2 * b)).unwrap_or(u64::MAX)
}

impl ShareHistogram {
    /// Counts the share `part / whole`, at most 1; nothing when `whole` is 0. Integer arithmetic, half up.
    #[inline]
    pub fn record(&mut self, part: u64, whole: u64) {
        if whole > 0 {
            self.counts.add(share_bin(part, whole), 1);
        }
    }

    /// Counts shares by their bins.
    pub(crate) fn add_all(&mut self, bins: &[u16]) {
        self.counts.add_all(bins);
    }

    /// Number of shares.
    pub fn n(&self) -> u64 {
        self.counts.total()
    }

    /// Number of shares as a file has it, which may be any: added up without overflow.
    pub(crate) fn counted(&self) -> u64 {
        self.counts.counted()
    }

    /// Makes it quick to read, once all shares are in.
    pub(crate) fn gather(&mut self) {
        self.counts.gather();
    }

    /// The histogram of all shares of many.
    pub fn sum<'a>(parts: impl Iterator<Item = &'a ShareHistogram> + Clone) -> ShareHistogram {
        ShareHistogram {
            counts: Counts::sum(parts.map(|part| &part.counts)),
        }
    }

    /// Adds all shares of another.
    pub fn merge(&mut self, other: &ShareHistogram) {
        self.counts.merge(&other.counts);
    }

    /// Takes away all shares of another that was merged in before.
    pub fn subtract(&mut self, other: &ShareHistogram) {
        self.counts.subtract(&other.counts);
    }

    /// The `q` quantile, linear inside its bin; `None` when empty.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let rank = q * self.n() as f64;
        let (bin, below, count) = self.counts.at_rank(rank)?;
        let inside = ((rank - below as f64) / count as f64).clamp(0.0, 1.0);
        Some(((f64::from(bin) - 0.5 + inside) / LAST_BIN as f64).clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::summary::grid::LN_G as LN_ERROR;

    fn of(values: impl IntoIterator<Item = u64>) -> Histogram {
        let mut histogram = Histogram::default();
        for value in values {
            histogram.record(value);
        }
        histogram
    }

    #[test]
    fn quantiles_are_within_two_percent() {
        let histogram = of((1..=10_000).map(|i| i * 1000));
        for q in [0.01, 0.25, 0.5, 0.75, 0.99] {
            let exact = q * 10_000_000.0;
            let found = histogram.quantile(q).expect("not empty");
            assert!(
                (found / exact).ln().abs() <= LN_ERROR,
                "{q}: {found} {exact}"
            );
        }
        assert_eq!(Histogram::default().quantile(0.5), None);
    }

    #[test]
    fn the_mean_is_within_one_percent() {
        let histogram = of((1..=10_000).map(|i| i * 1000));
        let mean = histogram.mean().expect("not empty");
        assert!((mean / 5_000_500.0 - 1.0).abs() < 0.0102, "{mean}");
        assert_eq!(Histogram::default().mean(), None);
    }

    #[test]
    fn subtracting_undoes_merging() {
        let (a, b) = (of([1, 5, 1_000_000]), of((0..5000).map(|i| i * i)));
        let mut both = a.clone();
        both.merge(&b);
        both.subtract(&b);
        assert_eq!(both, a);
    }

    #[test]
    fn mean_of_the_slowest_takes_a_fraction_at_the_cut() {
        let histogram = of([vec![1_000_000; 97], vec![8_000_000; 3]].concat());
        let expected = (0.03 * 8e6f64.ln() + 0.02 * 1e6f64.ln()) / 0.05;
        let found = histogram.ln_mean_above(0.05).expect("not empty");
        assert!((found - expected).abs() < LN_ERROR, "{found} {expected}");
    }

    #[test]
    fn shares_round_to_their_nearest_bin() {
        let mut shares = ShareHistogram::default();
        for part in 0..=1000 {
            shares.record(part, 1000);
        }
        shares.record(5, 0);
        assert_eq!(shares.n(), 1001);
        for q in [0.1, 0.5, 0.9] {
            assert!((shares.quantile(q).expect("not empty") - q).abs() < 0.005);
        }
    }
}
