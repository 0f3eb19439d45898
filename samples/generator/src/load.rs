//! Load that wanders: neighbouring seconds resemble each other, as in real traffic.

use crate::random::Random;

/// How far one second's load remembers the one before: a correlation of 1/e after about ten seconds.
const MEMORY: f64 = 0.9;

/// Standard deviation of the load's logarithm; +-25 % is a calm service.
const SPREAD: f64 = 0.25;

/// The load of each second of a run, around 1.
pub(crate) struct Load {
    seconds: Vec<f64>,
    /// Arrivals' share before each second, from 0 to 1.
    before: Vec<f64>,
}

impl Load {
    /// The load of a run of so many seconds (at least one).
    pub(crate) fn new(seconds: usize, random: &mut Random) -> Load {
        let innovation = SPREAD * (1.0 - MEMORY * MEMORY).sqrt();
        let mut level = SPREAD * random.normal();
        let seconds: Vec<f64> = (0..seconds.max(1))
            .map(|_| {
                level = MEMORY * level + innovation * random.normal();
                libm::exp(level)
            })
            .collect();
        let total: f64 = seconds.iter().sum();
        let mut sum = 0.0;
        let before = seconds
            .iter()
            .map(|load| {
                let share = sum / total;
                sum += load;
                share
            })
            .collect();
        Load { seconds, before }
    }

    /// When arrivals have reached this share (0..1) of all, in seconds from the start, and the load at that time.
    pub(crate) fn arrival(&self, share: f64) -> (f64, f64) {
        let second = self
            .before
            .partition_point(|before| *before <= share)
            .saturating_sub(1);
        let start = self.before[second];
        let end = self.before.get(second + 1).copied().unwrap_or(1.0);
        let within = ((share - start) / (end - start)).clamp(0.0, 1.0);
        (second as f64 + within, self.seconds[second])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_are_ordered_and_follow_the_load() {
        let load = Load::new(600, &mut Random::new(5));
        let times: Vec<f64> = (0..60_000)
            .map(|at| load.arrival(f64::from(at) / 60_000.0).0)
            .collect();
        assert!(times.windows(2).all(|pair| pair[0] <= pair[1]));
        assert!(times[0] < 0.1 && times[59_999] > 599.9 && times[59_999] <= 600.0);
        let busiest = (0..600)
            .max_by(|a, b| load.seconds[*a].total_cmp(&load.seconds[*b]))
            .unwrap();
        let calmest = (0..600)
            .min_by(|a, b| load.seconds[*a].total_cmp(&load.seconds[*b]))
            .unwrap();
        let arrivals = |second: usize| {
            times
                .iter()
                .filter(|time| **time as usize == second)
                .count()
        };
        assert!(arrivals(busiest) > 2 * arrivals(calmest));
    }
}
