//! The score window by window.

use pss_metrics::report::{SignalReport, TimelineReport};

use super::{super::numbers::clock, number::at};

/// A figure is stretched to the width there is.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 160.0;

/// The time that all figures of a run show, in seconds since the epoch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    pub(super) start: f64,
    pub(super) end: f64,
}

impl Axis {
    /// From the first to the last window of anything; `None` where nothing has a time.
    pub(super) fn of(timeline: &TimelineReport, signals: &[SignalReport]) -> Option<Axis> {
        let windows = timeline.windows.iter();
        let windows = windows.map(|window| (window.start, window.seconds));
        let series = signals.iter().flat_map(|signal| &signal.series);
        let series = series.flat_map(|series| {
            let ends = [series.start.first(), series.start.last()];
            let ends = ends.into_iter().flatten();
            ends.map(|start| (*start, series.seconds))
        });
        windows
            .chain(series)
            .map(|(start, seconds)| {
                let start = start as f64 * 1e-9;
                Axis {
                    start,
                    end: start + seconds,
                }
            })
            .reduce(|a, b| Axis {
                start: a.start.min(b.start),
                end: a.end.max(b.end),
            })
    }

    /// How much of it is over at an instant, 0..1.
    pub(super) fn share(&self, time: f64) -> f64 {
        let length = (self.end - self.start).max(f64::MIN_POSITIVE);
        ((time - self.start) / length).clamp(0.0, 1.0)
    }

    /// Times at equal distances.
    pub(super) fn ticks(&self) -> Vec<String> {
        (0..=4)
            .map(|i| clock(self.start + (self.end - self.start) * f64::from(i) / 4.0))
            .collect()
    }
}

/// Places and widths of the bad windows.
pub(super) fn shaded(
    timeline: &TimelineReport,
    bad: &[bool],
    axis: &Axis,
) -> Vec<(String, String)> {
    let x = |time: f64| WIDTH * axis.share(time);
    timeline
        .windows
        .iter()
        .zip(bad)
        .filter(|(_, bad)| **bad)
        .map(|(window, _)| {
            let from = x(window.start as f64 * 1e-9);
            (
                at(from),
                at(x(window.start as f64 * 1e-9 + window.seconds) - from),
            )
        })
        .collect()
}

/// The drawn timeline.
pub(super) struct Drawn {
    /// Least score of the axis.
    pub(super) floor: u32,
    /// Scores of the grid, from 100 down to the floor.
    pub(super) marks: Vec<(u32, String)>,
    pub(super) line: String,
    pub(super) dots: Vec<Dot>,
}

/// A window with a score.
pub(super) struct Dot {
    pub(super) x: String,
    pub(super) y: String,
    pub(super) class: &'static str,
}

/// Which windows are bad: as many as the report says, from the lowest score up.
pub(super) fn bad(timeline: &TimelineReport) -> Vec<bool> {
    let mut scored: Vec<(usize, f64)> = timeline
        .windows
        .iter()
        .enumerate()
        .filter_map(|(at, window)| Some((at, window.score?)))
        .collect();
    scored.sort_by(|a, b| a.1.total_cmp(&b.1));
    let many = (timeline.burst * scored.len() as f64).round() as usize;
    let mut bad = vec![false; timeline.windows.len()];
    for (at, _) in scored.into_iter().take(many) {
        bad[at] = true;
    }
    bad
}

/// The figure; `None` where fewer than two windows have a score.
pub(super) fn drawn(timeline: &TimelineReport, bad: &[bool], axis: &Axis) -> Option<Drawn> {
    let windows = &timeline.windows;
    let scores: Vec<f64> = windows.iter().filter_map(|window| window.score).collect();
    if scores.len() < 2 {
        return None;
    }
    let x = |time: f64| WIDTH * axis.share(time);
    let least = scores.iter().copied().fold(100.0, f64::min);
    // Room below the worst window, and never less than ten points: noise should look small.
    let (floor, step) = scale((least - 5.0).clamp(0.0, 90.0) as u32);
    let bottom = f64::from(floor);
    let y = |score: f64| HEIGHT * (1.0 - ((score - bottom) / (100.0 - bottom)).clamp(0.0, 1.0));
    let mut line = String::new();
    let mut dots = Vec::new();
    let mut broken = true;
    for (place, window) in windows.iter().enumerate() {
        let Some(score) = window.score else {
            broken = true;
            continue;
        };
        let (x, y) = (
            at(x(window.start as f64 * 1e-9 + window.seconds / 2.0)),
            at(y(score)),
        );
        line.push_str(&format!("{}{x} {y}", if broken { 'M' } else { 'L' }));
        broken = false;
        dots.push(Dot {
            x,
            y,
            class: match (bad[place], timeline.worst == Some(place)) {
                (true, _) => "poor",
                (false, true) => "worst",
                (false, false) => "usual",
            },
        });
    }
    Some(Drawn {
        floor,
        marks: (0..=(100 - floor) / step)
            .map(|i| 100 - i * step)
            .map(|mark| (mark, at(y(f64::from(mark)))))
            .collect(),
        line,
        dots,
    })
}

/// Floor and step of the axis for a least score. The floor is a whole number of steps below 100: labels stand at equal distances.
fn scale(least: u32) -> (u32, u32) {
    match least {
        80.. => (least / 10 * 10, 5),
        50.. => (least / 10 * 10, 10),
        25.. => (25, 25),
        _ => (0, 25),
    }
}

#[cfg(test)]
mod tests {
    use pss_metrics::score::Moment;

    use super::*;

    #[test]
    fn labels_end_at_the_floor() {
        for least in 0..=90 {
            let (floor, step) = scale(least);
            assert!(
                floor <= least && (100 - floor).is_multiple_of(step),
                "{least}"
            );
        }
    }

    #[test]
    fn bad_windows_are_those_the_report_counts() {
        let windows: Vec<Moment> = [Some(95.0), Some(96.0), None, Some(60.0), Some(94.0)]
            .iter()
            .enumerate()
            .map(|(i, score)| Moment {
                start: i as i64 * 1_000_000_000,
                seconds: 1.0,
                n: 50,
                score: *score,
            })
            .collect();
        let timeline = TimelineReport {
            windows,
            worst: Some(3),
            first_bad: Some(3),
            burst: 0.25,
        };
        let bad = bad(&timeline);
        assert_eq!(bad, [false, false, false, true, false]);
        let axis = Axis::of(&timeline, &[]).expect("windows");
        let drawn = drawn(&timeline, &bad, &axis).expect("a figure");
        assert_eq!(drawn.floor, 50);
        assert_eq!(
            shaded(&timeline, &bad, &axis),
            [("600".to_owned(), "200".to_owned())]
        );
        assert_eq!(drawn.line.matches('M').count(), 2);
        assert_eq!(axis.ticks().first().map(String::as_str), Some("00:00:00"));
    }
}
