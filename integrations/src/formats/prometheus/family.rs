//! Lines that are one histogram or summary.

use super::super::signals::PointValue;

/// A histogram or summary whose lines are still coming.
pub(super) struct Family {
    pub(super) name: String,
    pub(super) labels: Vec<(String, String)>,
    pub(super) time: Option<i64>,
    pub(super) buckets: Vec<(f64, f64)>,
    pub(super) sum: Option<f64>,
    pub(super) count: Option<f64>,
    pub(super) line: u64,
}

/// What a series was first read by. Later lines that tell the same observations in the other way are passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Buckets,
    CountAndSum,
}

/// A count or a sum whose other half stands elsewhere in the file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Half {
    Count(f64),
    Sum(f64),
}

impl Family {
    /// What it can be read by as it is. One bucket alone tells nothing.
    pub(super) fn by(&self) -> Option<By> {
        let endless = |(bound, _): &(f64, f64)| bound.is_infinite() && *bound > 0.0;
        if self.buckets.len() > 1 && self.buckets.iter().any(endless) {
            Some(By::Buckets)
        } else {
            (self.count.is_some() && self.sum.is_some()).then_some(By::CountAndSum)
        }
    }

    pub(super) fn value(&mut self, by: By) -> Result<Option<PointValue>, String> {
        match by {
            By::Buckets => self.histogram().map(Some),
            By::CountAndSum => Ok(self
                .count
                .zip(self.sum)
                .and_then(|(count, sum)| total(count, sum))),
        }
    }

    fn histogram(&mut self) -> Result<PointValue, String> {
        // Federation orders the bounds as text.
        self.buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
        let finite = self
            .buckets
            .iter()
            .all(|(bound, count)| !bound.is_nan() && count.is_finite() && *count >= 0.0);
        let rising = self
            .buckets
            .windows(2)
            .all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
        if !finite || !rising {
            return Err(format!(
                "`{}` is a histogram whose buckets do not rise",
                self.name
            ));
        }
        let mut before = 0.0;
        let (mut bounds, mut counts) = (Vec::new(), Vec::new());
        for (bound, total) in &self.buckets {
            if bound.is_finite() {
                bounds.push(*bound);
            }
            counts.push((total - before) as u64);
            before = *total;
        }
        Ok(PointValue::Histogram {
            bounds,
            counts,
            sum: self.sum.filter(|sum| sum.is_finite()),
        })
    }
}

pub(super) fn total(count: f64, sum: f64) -> Option<PointValue> {
    (count.is_finite() && count >= 0.0).then_some(PointValue::Total {
        count: count as u64,
        sum,
    })
}
