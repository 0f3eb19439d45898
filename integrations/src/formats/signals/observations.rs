//! Observations of histograms as samples.

/// Samples that one point may become: the observations of a busy histogram are thinned in proportion.
const SAMPLES: u64 = 1000;

/// Calls with how many samples stand for how many observations.
pub(super) fn spread(
    count: u64,
    each: &mut dyn FnMut(u64, u64) -> Result<(), String>,
) -> Result<(), String> {
    if count == 0 {
        return Ok(());
    }
    let samples = count.min(SAMPLES);
    each(samples, samples)
}

/// The middle of each bucket, and its count.
pub(super) fn weighed(bounds: &[f64], counts: &[u64]) -> Vec<(f64, u64)> {
    let middle = |at: usize| match (
        at.checked_sub(1).and_then(|at| bounds.get(at)),
        bounds.get(at),
    ) {
        (None, Some(high)) => high / 2.0,
        (Some(low), Some(high)) => f64::midpoint(*low, *high),
        (Some(low), None) => *low,
        (None, None) => 1.0,
    };
    let of = |(at, count): (usize, &u64)| (middle(at), *count);
    counts.iter().enumerate().map(of).collect()
}

/// The observations of a histogram: each as the middle of its bucket, all of them scaled so that their sum is the histogram's.
pub(super) fn observations(
    weighed: &[(f64, u64)],
    sum: Option<f64>,
    each: &mut dyn FnMut(f64) -> Result<(), String>,
) -> Result<(), String> {
    let total: u128 = weighed.iter().map(|(_, count)| u128::from(*count)).sum();
    if total == 0 {
        // Nobody paused, and somebody looked.
        return each(0.0);
    }
    let estimate: f64 = weighed
        .iter()
        .map(|(middle, count)| middle * *count as f64)
        .sum();
    let scale = match sum {
        Some(sum) if estimate > 0.0 && sum >= 0.0 => sum / estimate,
        _ => 1.0,
    };
    // Thinned, each stands for equally many, those at equal distances: what is missing in number is made up for in no way.
    let samples = total.min(u128::from(SAMPLES));
    let (mut at, mut passed) = (0, 0);
    for sample in 0..samples {
        let rank = (2 * sample + 1) * total / (2 * samples);
        while passed + u128::from(weighed[at].1) <= rank {
            passed += u128::from(weighed[at].1);
            at += 1;
        }
        each(weighed[at].0 * scale)?;
    }
    Ok(())
}
