//! When each arrival starts.

use std::time::Duration;

use super::{
    arrivals::{Arrivals, Places},
    contract::Shape,
};

/// When each arrival starts: a shape, arrivals around it, and a seed.
#[derive(Debug)]
pub struct Schedule {
    /// How the rate changes.
    pub shape: Box<dyn Shape>,
    /// How arrivals lie around it.
    pub arrivals: Arrivals,
    /// Which of all such schedules.
    pub seed: u64,
    /// What the seed is used for: what is drawn for one use moves no other.
    pub usage: &'static str,
    /// Seconds it is cut to, where the shape is longer.
    pub length: Option<f64>,
    /// Arrivals it is cut to.
    pub count: Option<u64>,
}

/// What an integral may be off by for rounding, in arrivals and as a share.
const ROUNDING: f64 = 1e-9;

impl Schedule {
    /// Seconds from the first to the end; infinite where only a count ends it.
    pub fn length(&self) -> f64 {
        let shape = self.shape.length();
        self.length.map_or(shape, |length| length.min(shape))
    }

    /// Whether it ends at all.
    pub fn ends(&self) -> bool {
        self.length().is_finite() || self.count.is_some()
    }

    /// Arrivals that are expected; of random ones there are more or fewer.
    pub fn expected(&self) -> f64 {
        let length = self.length();
        let expected = if length.is_finite() {
            self.shape.expected(length)
        } else {
            f64::INFINITY
        };
        self.count
            .map_or(expected, |count| expected.min(count as f64))
    }

    /// Seconds in which they are asked for: until the end, or until the count is reached.
    pub fn seconds(&self) -> f64 {
        let length = self.length();
        match self.count {
            Some(count) => self.shape.when(count as f64).min(length),
            None => length,
        }
    }

    /// The start of each arrival, from the beginning.
    pub fn starts(&self) -> Starts<'_> {
        let expected = if self.length().is_finite() {
            self.shape.expected(self.length())
        } else {
            f64::INFINITY
        };
        // Arrival k starts when k are expected, so that as many start as the integral's end rounded up: that of 1500 and a rounding error has 1500.
        let most = if self.arrivals.is_exact() && expected.is_finite() {
            (expected - ROUNDING * expected.max(1.0)).ceil() as u64
        } else {
            u64::MAX
        };
        Starts {
            schedule: self,
            places: self.arrivals.places(self.seed, self.usage),
            below: expected,
            left: most.min(self.count.unwrap_or(u64::MAX)),
        }
    }
}

/// Start times of arrivals, in their order.
#[derive(Debug)]
pub struct Starts<'a> {
    schedule: &'a Schedule,
    places: Places,
    below: f64,
    left: u64,
}

impl Iterator for Starts<'_> {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        self.left = self.left.checked_sub(1)?;
        let place = self.places.next()?;
        if place >= self.below && !self.schedule.arrivals.is_exact() {
            self.left = 0;
            return None;
        }
        let seconds = self.schedule.shape.when(place);
        Some(Duration::from_nanos((seconds * 1e9).round() as u64))
    }
}
