//! A histogram of a summary, made small enough to be shown.

use super::data::Distribution;
use crate::summary::{Grid, Histogram};

/// As many as a reader tells apart in a figure as wide as a phone.
const BINS: u16 = 32;

/// The durations in seconds; `None` when there is none.
///
/// Bins are joined in pairs until they are few enough, from bounds that do not depend on the data, so that the bins of two operations never half overlap.
pub(super) fn distribution(durations: &Histogram) -> Option<Distribution> {
    let (low, _) = durations.iter().next()?;
    let (high, _) = durations.iter().next_back()?;
    let mut width = 1;
    while high / width - low / width >= BINS {
        width *= 2;
    }
    let first = low / width;
    let mut counts = vec![0; usize::from(high / width - first) + 1];
    for (bucket, n) in durations.iter() {
        counts[usize::from(bucket / width - first)] += n;
    }
    Some(Distribution {
        first: libm::exp(Grid::ln_at(first * width, 0.0)) * 1e-9,
        ratio: libm::exp(Grid::ln_at(width, 0.0)),
        counts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl IntoIterator<Item = u64>) -> Option<Distribution> {
        let mut histogram = Histogram::default();
        for value in values {
            histogram.record(value);
        }
        distribution(&histogram)
    }

    #[test]
    fn every_value_is_counted_where_it_lies() {
        assert_eq!(of([]), None);
        for values in [
            vec![1],
            vec![5_000_000; 7],
            (1..2000).map(|i| i * i * 1000).collect(),
            vec![1, 10_u64.pow(15)],
        ] {
            let shown = of(values.iter().copied()).expect("values");
            assert!(shown.counts.len() <= usize::from(BINS), "{shown:?}");
            assert!(shown.counts.first() > Some(&0) && shown.counts.last() > Some(&0));
            assert_eq!(shown.counts.iter().sum::<u64>(), values.len() as u64);
            for (at, n) in shown.counts.iter().enumerate() {
                let bound = |at: usize| 1e9 * shown.first * shown.ratio.powi(at as i32);
                let inside = values
                    .iter()
                    .filter(|value| {
                        // Bounds of buckets are rounded up to whole nanoseconds.
                        (**value as f64) >= bound(at).ceil() - 1e-3
                            && (**value as f64) < bound(at + 1).ceil() - 1e-3
                    })
                    .count();
                assert_eq!(inside as u64, *n, "{at} of {shown:?}");
            }
        }
    }
}
