//! Histograms whose buckets grow by a constant factor, as OpenTelemetry has them.

use std::collections::BTreeMap;

/// Bucket `i` counts observations above `base^i` up to `base^(i+1)`, with `base = 2^(2^-scale)` (OpenTelemetry, metrics data model, exponential histogram).
#[derive(Debug, Clone, PartialEq)]
pub struct Exponential {
    /// How fine the buckets are: one more halves them.
    pub scale: i32,
    /// Observations of zero, or too close to it.
    pub zero: u64,
    /// Counts by bucket; only those that are not empty.
    pub buckets: BTreeMap<i32, u64>,
    /// Sum of the observations.
    pub sum: Option<f64>,
}

/// Scales beyond these are no scale of anybody's: OpenTelemetry's own bounds are -10 and 20.
const SCALES: std::ops::RangeInclusive<i32> = -20..=30;

impl Exponential {
    /// From the counts of adjacent buckets, the first of which is `offset`. `None` where the scale is beyond any in use, or the buckets leave the range of indices.
    pub fn new(
        scale: i32,
        zero: u64,
        offset: i32,
        counts: &[u64],
        sum: Option<f64>,
    ) -> Option<Exponential> {
        offset.checked_add(i32::try_from(counts.len()).ok()?)?;
        SCALES.contains(&scale).then(|| Exponential {
            scale,
            zero,
            buckets: (offset..)
                .zip(counts.iter().copied())
                .filter(|(_, count)| *count > 0)
                .collect(),
            sum,
        })
    }

    /// The same in coarser buckets, each of which holds whole finer ones.
    fn at(&self, scale: i32) -> BTreeMap<i32, u64> {
        let mut coarse: BTreeMap<i32, u64> = BTreeMap::new();
        for (index, count) in &self.buckets {
            let into = index >> (self.scale - scale).clamp(0, 31);
            let sum = coarse.entry(into).or_default();
            *sum = sum.saturating_add(*count);
        }
        coarse
    }

    /// What was added since an earlier one; `None` where it began anew. Their scales may differ: an exporter merges buckets as observations spread.
    pub fn since(&self, before: &Exponential) -> Option<Exponential> {
        let scale = self.scale.min(before.scale);
        let mut buckets = self.at(scale);
        for (index, was) in before.at(scale) {
            let now = buckets.get_mut(&index)?;
            *now = now.checked_sub(was)?;
        }
        buckets.retain(|_, count| *count > 0);
        Some(Exponential {
            scale,
            zero: self.zero.checked_sub(before.zero)?,
            buckets,
            sum: self
                .sum
                .zip(before.sum)
                .map(|(now, was)| (now - was).max(0.0)),
        })
    }

    /// Each bucket's middle, on the scale of logarithms, and its count.
    pub fn weighed(&self) -> Vec<(f64, u64)> {
        let width = 2f64.powi(-self.scale);
        let middle = |index: i32| ((f64::from(index) + 0.5) * width).exp2();
        (self.zero > 0)
            .then_some((0.0, self.zero))
            .into_iter()
            .chain(
                self.buckets
                    .iter()
                    .map(|(index, count)| (middle(*index), *count)),
            )
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(scale: i32, offset: i32, counts: &[u64]) -> Exponential {
        Exponential::new(scale, 1, offset, counts, Some(1.0)).expect("in range")
    }

    #[test]
    fn buckets_lie_where_the_data_model_says() {
        // Scale 0: (1, 2], (2, 4], (4, 8].
        let weighed = histogram(0, 0, &[1, 0, 3]).weighed();
        assert_eq!(
            weighed,
            [(0.0, 1), (2f64.sqrt(), 1), (4.0 * 2f64.sqrt(), 3)]
        );
        // Scale 1 halves them: bucket 3 is (2 sqrt 2, 4].
        let (middle, _) = histogram(1, 3, &[1]).weighed()[1];
        assert!((2.0 * 2f64.sqrt()..4.0).contains(&middle), "{middle}");
        // Below one the indices are negative: bucket -1 of scale 0 is (1/2, 1].
        let (middle, _) = histogram(0, -1, &[1]).weighed()[1];
        assert!((0.5..1.0).contains(&middle), "{middle}");
    }

    #[test]
    fn what_was_added_is_found_when_buckets_were_merged_meanwhile() {
        let before = histogram(1, -2, &[1, 2, 3, 4]);
        let after = histogram(0, -1, &[5, 9, 2]);
        let added = after.since(&before).expect("it only grew");
        assert_eq!(added.scale, 0);
        assert_eq!(added.buckets, BTreeMap::from([(-1, 2), (0, 2), (1, 2)]));
        assert_eq!(added.zero, 0);
        assert_eq!(before.since(&after), None, "it began anew");
        assert_eq!(
            histogram(5, 7, &[1]).since(&after),
            None,
            "buckets are gone"
        );
    }

    #[test]
    fn hostile_indices_and_scales_are_none() {
        assert_eq!(Exponential::new(0, 0, i32::MAX, &[1, 1], None), None);
        assert_eq!(Exponential::new(1000, 0, 0, &[1], None), None);
        let least = Exponential::new(-20, 0, i32::MIN, &[1], None).expect("in range");
        assert!(least.weighed()[0].0 >= 0.0);
    }
}
