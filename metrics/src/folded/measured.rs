//! How a value becomes the integer that a summary keeps, and back.

use crate::summary::{BUCKETS, Grid, Histogram};

/// What a measure gives for every span. Known before the first: it decides the unit that all values are kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measures {
    /// Whole numbers, kept in thousandths, so that 0 and 1 differ: 0 .. 9.8e12.
    Whole,
    /// Numbers, kept in billionths: 0 .. 9.8e6. A second is then kept in nanoseconds, as durations are.
    Real,
    /// Truth.
    Truth,
}

/// The value of one span.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measured {
    /// A number; one that is not finite is no value.
    Number(f64),
    /// Yes or no.
    Truth(bool),
}

/// What stands for no and yes: any two values of different buckets.
const NO: u64 = 1;
const YES: u64 = 1000;
/// Counts in the last bucket, which no value that fits does.
const UNFIT: u64 = u64::MAX - 1;

impl Measures {
    /// Kept integers to one.
    pub(super) fn units(self) -> f64 {
        match self {
            Measures::Whole => 1e3,
            Measures::Real => 1e9,
            Measures::Truth => 1.0,
        }
    }

    /// The integer a value is kept as; one below zero, or beyond what there is room for, counts as unfit.
    pub(super) fn keep(self, value: Measured) -> Option<u64> {
        match value {
            Measured::Truth(yes) => Some(if yes { YES } else { NO }),
            Measured::Number(number) if !number.is_finite() => None,
            Measured::Number(number) => {
                let kept = libm::round(number * self.units());
                // A cast saturates: what is beyond 64 bits is beyond the grid as well.
                let kept = if kept < 0.0 { UNFIT } else { kept as u64 };
                Some(kept.min(UNFIT))
            }
        }
    }

    /// The largest number there is room for.
    pub(super) fn largest(self) -> f64 {
        libm::exp(Grid::ln_at((BUCKETS - 1) as u16, 0.0)) / self.units()
    }
}

/// How many values did not fit.
pub(super) fn unfit(values: &Histogram) -> u64 {
    let (last, n) = values.iter().next_back().unwrap_or_default();
    if usize::from(last) == BUCKETS - 1 {
        n
    } else {
        0
    }
}

/// The share that is yes.
pub(super) fn share(values: &Histogram) -> Option<f64> {
    let n = values.n();
    let yes = Grid::get().bucket(YES);
    let found = values.iter().find(|(bucket, _)| *bucket == yes);
    (n > 0).then(|| found.map_or(0, |(_, yes)| yes) as f64 / n as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(measures: Measures, values: &[f64]) -> Histogram {
        let mut histogram = Histogram::default();
        for value in values {
            if let Some(kept) = measures.keep(Measured::Number(*value)) {
                histogram.record(kept);
            }
        }
        histogram
    }

    #[test]
    fn what_fits_comes_back_and_the_rest_is_told() {
        for (measures, value) in [
            (Measures::Whole, 1.0),
            (Measures::Whole, 9.5e12),
            (Measures::Real, 2.5e-6),
            (Measures::Real, 9.5e6),
        ] {
            let kept = of(measures, &[value]);
            assert_eq!(unfit(&kept), 0, "{measures:?} {value}");
            let back = kept.quantile(0.5).expect("not empty") / measures.units();
            assert!((back / value).ln().abs() < 0.021, "{value} {back}");
        }
        assert_eq!(unfit(&of(Measures::Real, &[-1.0, 1e7, 1e300, 1.0])), 3);
        assert_eq!(unfit(&of(Measures::Whole, &[-1.0, 1e13])), 2);
        assert!(of(Measures::Real, &[f64::NAN, f64::INFINITY]).is_empty());
        assert!((Measures::Real.largest() / 9.9e6 - 1.0).abs() < 0.02);
    }

    #[test]
    fn zero_and_one_differ_where_numbers_are_whole() {
        let kept = of(Measures::Whole, &[0.0, 0.0, 1.0]);
        let low = kept.quantile(0.3).expect("not empty") / Measures::Whole.units();
        assert!(low < 0.002, "{low}");
    }

    #[test]
    fn shares_are_exact() {
        let mut histogram = Histogram::default();
        for yes in [true, false, false, true, true, false, false] {
            histogram.record(Measures::Truth.keep(Measured::Truth(yes)).expect("kept"));
        }
        assert_eq!(share(&histogram), Some(3.0 / 7.0));
        assert_eq!(share(&Histogram::default()), None);
    }
}
