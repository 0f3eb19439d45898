//! Where a series of runs changed for good.

use super::student::student_beyond;

/// Runs searched together, half of which the next search shares: SCORING.md section 4.5. Longer stretches would hold a change against runs long past it.
const WINDOW: usize = 50;
/// A change is taken when chance brings one as clear with a smaller probability than this: SCORING.md section 4.5.
const CHANCE: f64 = 0.001;
/// A first split may be weaker by this factor, since a stretch with two changes hides each behind the other; what stays weak is merged away (Fleming et al., 3.3).
const WEAKER: f64 = 10.0;
/// Least runs on either side: two runs in a row are off by accident too often, as the test of steady series shows.
const LEAST_SIDE: usize = 3;
/// Least runs in which changes are looked for: SCORING.md section 4.5.
pub const LEAST_RUNS: usize = 12;

/// A change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChangePoint {
    /// Place of the first value of the new level.
    pub at: usize,
    /// Mean from the change before to this one, of at most 50 values.
    pub before: f64,
    /// Mean from here to the next change, of at most 50 values.
    pub after: f64,
    /// Probability that chance parts the two sides so clearly; the search for the place is not in it.
    pub p: f64,
}

/// The changes of a series, in its order; none with fewer than 12 values. A change of less than `least` is none.
///
/// E-divisive splits (Matteson and James 2014, with the first moment) whose significance is Student's t, searched in overlapping windows, the weakest merged
/// away first: Fleming et al., "Hunter: using change point detection to hunt for performance regressions", 2023. Nothing is random.
pub fn change_points(values: &[f64], least: f64) -> Vec<ChangePoint> {
    if values.len() < LEAST_RUNS || values.iter().any(|value| !value.is_finite()) {
        return Vec::new();
    }
    let mut places = Vec::new();
    let mut start = 0;
    loop {
        let end = (start + WINDOW).min(values.len());
        split(values, start, end, &mut places);
        if end == values.len() {
            break;
        }
        start += WINDOW / 2;
    }
    places.sort_unstable();
    places.dedup();
    merge(values, places, least)
}

/// Splits `start..end` where both sides differ most, and then each side.
fn split(values: &[f64], start: usize, end: usize, places: &mut Vec<usize>) {
    let Some(at) = most_divisive(&values[start..end]).map(|at| start + at) else {
        return;
    };
    if chance(&values[start..at], &values[at..end]) < WEAKER * CHANCE {
        split(values, start, at, places);
        places.push(at);
        split(values, at, end, places);
    }
}

/// The split with the largest energy distance between its sides, weighted by their sizes.
fn most_divisive(values: &[f64]) -> Option<usize> {
    let n = values.len();
    let mut best: Option<(f64, usize)> = None;
    // Sums of distances within the left side, between the sides, and within the right side, moved along with the split.
    let (mut left, mut across, mut right) = (0.0, 0.0, within(values));
    for at in 1..n {
        let moved = values[at - 1];
        let distance = |side: &[f64]| side.iter().map(|x| (x - moved).abs()).sum::<f64>();
        let (to_left, to_right) = (distance(&values[..at - 1]), distance(&values[at..]));
        left += to_left;
        across += to_right - to_left;
        right -= to_right;
        if at < LEAST_SIDE || n - at < LEAST_SIDE {
            continue;
        }
        let (l, r) = (at as f64, (n - at) as f64);
        let pairs = |size: f64| size * (size - 1.0) / 2.0;
        let energy = 2.0 * across / (l * r) - left / pairs(l) - right / pairs(r);
        let q = l * r / (l + r) * energy;
        if best.is_none_or(|(most, _)| q > most) {
            best = Some((q, at));
        }
    }
    best.map(|(_, at)| at)
}

/// Sum of all distances within a side.
fn within(values: &[f64]) -> f64 {
    values
        .iter()
        .enumerate()
        .map(|(at, a)| values[at + 1..].iter().map(|b| (a - b).abs()).sum::<f64>())
        .sum()
}

/// Drops the weakest change until all are clear and large enough; its neighbours are then judged by the longer stretches beside them.
fn merge(values: &[f64], mut places: Vec<usize>, least: f64) -> Vec<ChangePoint> {
    loop {
        let changes: Vec<ChangePoint> = (0..places.len())
            .map(|i| {
                let at = places[i];
                let from = if i > 0 { places[i - 1] } else { 0 };
                let to = places.get(i + 1).copied().unwrap_or(values.len());
                let before = &values[from.max(at.saturating_sub(WINDOW))..at];
                let after = &values[at..to.min(at + WINDOW)];
                ChangePoint {
                    at,
                    before: mean(before),
                    after: mean(after),
                    p: chance(before, after),
                }
            })
            .collect();
        let small = |change: &ChangePoint| (change.after - change.before).abs() < least;
        let weakest = changes
            .iter()
            .enumerate()
            .filter(|(_, change)| change.p >= CHANCE || small(change))
            .max_by(|(_, a), (_, b)| a.p.total_cmp(&b.p));
        let Some((weakest, _)) = weakest else {
            return changes;
        };
        places.remove(weakest);
    }
}

/// Probability that chance parts two sides so clearly: Student's t with a common variance, because a side of three runs has none of its own worth the name.
fn chance(before: &[f64], after: &[f64]) -> f64 {
    let freedom = (before.len() + after.len()) as f64 - 2.0;
    if before.len() < LEAST_SIDE || after.len() < LEAST_SIDE {
        return 1.0;
    }
    let (m, n) = (before.len() as f64, after.len() as f64);
    let square = |side: &[f64]| {
        let middle = mean(side);
        side.iter()
            .map(|x| (x - middle) * (x - middle))
            .sum::<f64>()
    };
    let error = libm::sqrt((square(before) + square(after)) / freedom * (1.0 / m + 1.0 / n));
    let shift = mean(after) - mean(before);
    if shift == 0.0 {
        1.0
    } else if error == 0.0 {
        0.0
    } else {
        student_beyond(shift / error, freedom)
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// About normal, with a standard deviation of 1.
    fn noise(seed: u64, n: usize) -> Vec<f64> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut unit = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        (0..n)
            .map(|_| (0..12).map(|_| unit()).sum::<f64>() - 6.0)
            .collect()
    }

    fn steps(seed: u64, levels: &[(usize, f64)]) -> Vec<f64> {
        let all: Vec<f64> = levels
            .iter()
            .flat_map(|(n, level)| std::iter::repeat_n(*level, *n))
            .collect();
        let noise = noise(seed, all.len());
        all.iter().zip(noise).map(|(level, x)| level + x).collect()
    }

    /// How many of 400 series have a change found, and how many have one within two places of each true one.
    fn found(levels: &[(usize, f64)], truth: &[usize]) -> (usize, usize) {
        let (mut any, mut right) = (0, 0);
        for seed in 1..=400 {
            let changes = change_points(&steps(seed, levels), 0.0);
            any += usize::from(!changes.is_empty());
            let near = |at: &usize| changes.iter().any(|change| change.at.abs_diff(*at) <= 2);
            right += usize::from(changes.len() == truth.len() && truth.iter().all(near));
        }
        (any, right)
    }

    #[test]
    fn steady_series_rarely_change() {
        for n in [12, 30, 50, 200] {
            let (any, _) = found(&[(n, 0.0)], &[]);
            println!("{n} steady runs: {any} of 400 series with a change");
            // The place is searched for, so the chance is above that of one test.
            assert!(any <= 400 * n.max(40) / 1000, "{n}: {any}");
        }
    }

    #[test]
    fn steps_are_found_where_they_are() {
        for (levels, truth, least) in [
            (&[(20, 0.0), (20, 3.0)][..], &[20][..], 340),
            (&[(20, 0.0), (5, 5.0)], &[20], 360),
            (&[(20, 0.0), (12, 4.0), (20, 0.0)], &[20, 32], 340),
            (&[(70, 0.0), (70, 3.0)], &[70], 320),
        ] {
            let (_, right) = found(levels, truth);
            println!("{levels:?}: {right} of 400 right");
            assert!(right >= least, "{levels:?}: {right}");
        }
    }

    #[test]
    fn steps_without_noise_are_exact_and_small_ones_are_none() {
        let mut values = vec![90.0; 12];
        values.extend([80.0; 12]);
        let found = change_points(&values, 0.5);
        assert_eq!(
            found,
            [ChangePoint {
                at: 12,
                before: 90.0,
                after: 80.0,
                p: 0.0
            }]
        );
        assert_eq!(change_points(&values, 11.0), []);
        assert_eq!(change_points(&values[6..17], 0.5), [], "too few runs");
        assert_eq!(change_points(&[5.0; 40], 0.0), []);
        values[15] = f64::NAN;
        assert_eq!(change_points(&values, 0.5), []);
    }

    #[test]
    fn one_run_off_is_no_change() {
        for at in [0, 10, 22, 23] {
            let mut values = noise(7, 24);
            values[at] += 30.0;
            assert_eq!(change_points(&values, 0.0), [], "{at}");
        }
    }

    proptest! {
        /// The running sums are those of the definition.
        #[test]
        fn the_split_is_the_most_divisive(values in proptest::collection::vec(-9.0f64..9.0, 6..30)) {
            let n = values.len();
            let q = |at: usize| {
                let (a, b) = values.split_at(at);
                let (l, r) = (a.len() as f64, b.len() as f64);
                let across: f64 = a.iter().flat_map(|x| b.iter().map(move |y| (x - y).abs())).sum();
                l * r / (l + r) * (2.0 * across / (l * r) - 2.0 * within(a) / (l * (l - 1.0)) - 2.0 * within(b) / (r * (r - 1.0)))
            };
            let most = (LEAST_SIDE..=n - LEAST_SIDE).map(q).fold(f64::NEG_INFINITY, f64::max);
            let at = most_divisive(&values).expect("long enough");
            prop_assert!((q(at) - most).abs() < 1e-9);
        }

        #[test]
        fn places_are_in_order_and_values_move_with_the_series(
            values in proptest::collection::vec(-9.0f64..9.0, 0..160), by in -50.0f64..50.0,
        ) {
            let found = change_points(&values, 0.1);
            prop_assert!(found.windows(2).all(|pair| pair[0].at + LEAST_SIDE <= pair[1].at));
            prop_assert!(found.iter().all(|change| change.p < CHANCE && (change.after - change.before).abs() >= 0.1));
            let moved: Vec<f64> = values.iter().map(|x| x + by).collect();
            let again: Vec<usize> = change_points(&moved, 0.1).iter().map(|change| change.at).collect();
            prop_assert_eq!(again, found.iter().map(|change| change.at).collect::<Vec<_>>());
        }
    }
}
