//! What MEM and GPU share: leaks, spikes and spread of a memory series.

use crate::{
    stats::{Trend, quantile, trend},
    summary::GaugeCell,
};

/// The part of a life dropped as warm-up, when it has enough windows.
const WARM_UP: f64 = 0.05;
/// Windows a life needs for that.
const WARM_UP_WINDOWS: usize = 20;
/// The third largest, so that two stray readings are no spike.
const SPIKE_RANK: usize = 2;

/// A memory series without its warm-up.
pub(super) struct Memory<'a> {
    windows: Vec<(f64, &'a GaugeCell)>,
    median: f64,
    seconds: f64,
    trend: Option<Trend>,
}

impl<'a> Memory<'a> {
    /// From windows as `(seconds, cell)`; `None` where memory is always zero or there is no window.
    pub(super) fn new(mut windows: Vec<(f64, &'a GaugeCell)>) -> Option<Memory<'a>> {
        if windows.len() >= WARM_UP_WINDOWS {
            let (start, end) = (windows.first()?.0, windows.last()?.0);
            let warm = start + WARM_UP * (end - start);
            windows.retain(|(time, _)| *time >= warm);
        }
        let means: Vec<(f64, f64)> = windows
            .iter()
            .filter_map(|(time, cell)| Some((*time, cell.mean()?)))
            .collect();
        let median = quantile(
            &means.iter().map(|(_, mean)| *mean).collect::<Vec<_>>(),
            0.5,
        )?;
        let seconds = windows.last()?.0 - windows.first()?.0;
        (median > 0.0).then(|| Memory {
            trend: trend(&means),
            windows,
            median,
            seconds,
        })
    }

    /// Growth over the whole run that noise does not explain, as a part of the median. `None` with fewer than 8 windows.
    pub(super) fn leak(&self) -> Option<f64> {
        self.trend
            .map(|trend| trend.lower * self.seconds / self.median)
    }

    /// How far the third largest window maximum stands above the trend, as a part of the median.
    pub(super) fn spike(&self) -> Option<f64> {
        let mut above: Vec<f64> = self
            .windows
            .iter()
            .map(|(time, cell)| cell.max as f64 - self.expected(*time))
            .collect();
        above.sort_by(|a, b| b.total_cmp(a));
        above
            .get(SPIKE_RANK)
            .map(|value| value.max(0.0) / self.median)
    }

    /// Interquartile range of window means about the trend / 1.349, as a part of the median. `None` with fewer than 4 windows.
    pub(super) fn spread(&self) -> Option<f64> {
        let rest: Vec<f64> = self
            .windows
            .iter()
            .filter_map(|(time, cell)| Some(cell.mean()? - self.expected(*time)))
            .collect();
        if rest.len() < 4 {
            return None;
        }
        Some((quantile(&rest, 0.75)? - quantile(&rest, 0.25)?) / 1.349 / self.median)
    }

    /// Median of the window means.
    pub(super) fn median(&self) -> f64 {
        self.median
    }

    fn expected(&self, time: f64) -> f64 {
        self.trend
            .map_or(self.median, |trend| trend.intercept + trend.slope * time)
    }
}
