//! Means and standard deviations as Python's `statistics` gives them: rational sums, rounded once at the end.

/// A sum without any rounding: partial sums that do not overlap (Shewchuk 1997, as in Python's `math.fsum`).
#[derive(Debug, Default)]
struct ExactSum {
    parts: Vec<f64>,
}

impl ExactSum {
    fn add(&mut self, value: f64) {
        let mut carried = value;
        let mut kept = 0;
        for at in 0..self.parts.len() {
            let (sum, error) = two_sum(carried, self.parts[at]);
            if error != 0.0 {
                self.parts[kept] = error;
                kept += 1;
            }
            carried = sum;
        }
        self.parts.truncate(kept);
        if carried != 0.0 {
            self.parts.push(carried);
        }
    }

    fn twofold(&self) -> Twofold {
        self.parts
            .iter()
            .rev()
            .fold(Twofold::default(), |sum, part| sum.plus(*part))
    }
}

/// A number as the unrounded sum of two doubles, about 31 digits.
#[derive(Debug, Clone, Copy, Default)]
struct Twofold {
    high: f64,
    low: f64,
}

impl Twofold {
    fn plus(self, value: f64) -> Twofold {
        let (sum, error) = two_sum(self.high, value);
        Twofold::normal(sum, error + self.low)
    }

    fn over(self, divisor: f64) -> Twofold {
        let quotient = self.high / divisor;
        let rest = (-quotient).mul_add(divisor, self.high) + self.low;
        Twofold::normal(quotient, rest / divisor)
    }

    fn squared(self) -> Twofold {
        let product = self.high * self.high;
        let error = self.high.mul_add(self.high, -product);
        Twofold::normal(product, error + 2.0 * self.high * self.low)
    }

    /// The square root, rounded once.
    fn root(self) -> f64 {
        let root = self.high.sqrt();
        if root == 0.0 {
            return 0.0;
        }
        let rest = (-root).mul_add(root, self.high) + self.low;
        root + rest / (2.0 * root)
    }

    fn normal(high: f64, low: f64) -> Twofold {
        let sum = high + low;
        Twofold {
            high: sum,
            low: low - (sum - high),
        }
    }
}

/// Mean and sample standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moments {
    pub(super) mean: f64,
    pub(super) deviation: f64,
}

/// Mean and sample standard deviation of at least two values; NaN where a value is not finite.
pub(super) fn moments(values: &[f64]) -> Moments {
    let largest = values.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    if values.len() < 2 || !values.iter().all(|x| x.is_finite()) {
        return Moments {
            mean: f64::NAN,
            deviation: f64::NAN,
        };
    }
    // Brought near 1 by a power of two, so that squares neither overflow nor vanish. Such scaling is exact.
    let exponent = libm::frexp(largest).1;
    let (half, rest) = (-exponent / 2, -exponent - (-exponent / 2));
    let (half, rest) = (libm::ldexp(1.0, half), libm::ldexp(1.0, rest));
    let scaled = || values.iter().map(|x| x * half * rest);
    let count = values.len() as f64;

    let mut sum = ExactSum::default();
    scaled().for_each(|x| sum.add(x));
    let mean = sum.twofold().over(count);
    let squares = scaled().fold(Twofold::default(), |total, x| {
        let (difference, error) = two_sum(x, -mean.high);
        let square = Twofold::normal(difference, error - mean.low).squared();
        let sum = total.plus(square.high);
        Twofold::normal(sum.high, sum.low + square.low)
    });
    Moments {
        mean: libm::ldexp(mean.high, exponent),
        deviation: libm::ldexp(squares.over(count - 1.0).root(), exponent),
    }
}

/// Mean of at least one value.
pub(super) fn mean(values: &[f64]) -> f64 {
    match values {
        [] => f64::NAN,
        [only] => *only,
        _ => moments(values).mean,
    }
}

/// Coefficient of variation as PyPSS takes it: 0 for fewer than two values and for a mean of 0; negative where the mean is.
pub(super) fn variation(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let moments = moments(values);
    if moments.mean == 0.0 {
        0.0
    } else {
        moments.deviation / moments.mean
    }
}

fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let b_part = sum - a;
    (sum, (a - (sum - b_part)) + (b - b_part))
}

#[cfg(test)]
mod tests {
    use super::*;

    // The right-hand sides are what `statistics.mean` and `statistics.stdev` of Python 3.11 return.

    #[test]
    fn sums_do_not_lose_what_cancels() {
        assert_eq!(moments(&[1e50, 1.0, -1e50, 3.0]).mean, 1.0);
        assert_eq!(variation(&[1e300, 1.0, -1e300, -1.0]), 0.0);
        assert_eq!(variation(&[0.1, 0.2, -0.3]), variation_of_tenths());
    }

    fn variation_of_tenths() -> f64 {
        // stdev 0.2645751311064591 over mean 9.25185853854297e-18: the decimals do not cancel in binary.
        0.264_575_131_106_459_1 / 9.251_858_538_542_97e-18
    }

    #[test]
    fn spread_far_below_the_mean_is_seen() {
        let moments = moments(&[1e9 + 1e-7, 1e9, 1e9]);
        assert_eq!(moments.deviation, 6.882_551_541_204_759e-8);
        assert_eq!(variation(&[0.1; 1000]), variation(&[0.1; 2]));
    }

    #[test]
    fn neither_huge_nor_tiny_values_break_it() {
        assert_eq!(
            moments(&[1e200, 2e200]).deviation,
            7.071_067_811_865_475e199
        );
        assert_eq!(
            moments(&[1e-300, 3e-300]).deviation,
            1.414_213_562_373_095_2e-300
        );
        assert!(moments(&[f64::INFINITY, 1.0]).mean.is_nan());
        assert_eq!(variation(&[0.0, 0.0]), 0.0);
    }
}
