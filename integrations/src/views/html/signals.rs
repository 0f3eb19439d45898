//! Signals over time, each a lane below the score, on one axis of time.
//!
//! A summary keeps at most 128 windows of a signal, each with its least and largest value: that is the reduction that a long series needs, made once, and no peak is lost by it.
//! So every window is drawn, as a band from least to largest with the mean as a line, and nothing has to be thinned out or scrolled by a script.

use pss_metrics::report::{SeriesReport, SignalReport};

use super::{
    super::{
        names::visible,
        numbers::{bytes, digits, percent, seconds},
    },
    number::{Number, at},
    timeline::Axis,
};

/// Lanes drawn: a page is read from top to bottom.
const SHOWN: usize = 16;
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 60.0;
/// From this share of its largest value on, the least value is the bottom of the lane: else a slow growth of a large value would be a flat line.
const NARROW: f64 = 0.5;
/// Windows further apart than so many usual distances are not joined by a line.
const GAP: f64 = 3.5;

/// What is drawn, and what is not.
pub(super) struct Lanes {
    pub(super) lanes: Vec<Lane>,
    /// Signals that are the same all the time.
    pub(super) flat: Vec<Flat>,
    /// Names of signals that would be further lanes.
    pub(super) more: Vec<String>,
}

/// A signal that moves.
pub(super) struct Lane {
    pub(super) title: String,
    /// What it was measured on, the name of each line; empty where it is known of nothing in particular.
    pub(super) entities: Vec<String>,
    /// How many more there are.
    pub(super) others: u64,
    pub(super) least: Number,
    pub(super) largest: Number,
    /// The label of the lower edge.
    pub(super) zero: bool,
    pub(super) label: String,
    pub(super) lines: Vec<Line>,
}

/// One entity.
pub(super) struct Line {
    pub(super) shade: usize,
    pub(super) band: String,
    pub(super) line: String,
    /// Windows by themselves.
    pub(super) dots: String,
    /// What happens now and then stands on the lower edge.
    pub(super) stems: String,
}

/// A signal that does not move.
pub(super) struct Flat {
    pub(super) title: String,
    pub(super) value: Number,
}

/// The lanes; `None` where there is no signal.
pub(super) fn lanes(signals: &[SignalReport], axis: &Axis) -> Option<Lanes> {
    let mut sorted: Vec<&SignalReport> = signals
        .iter()
        .filter(|signal| values(signal).next().is_some())
        .collect();
    sorted.sort_by_key(|signal| place(&signal.name));
    let mut all = Lanes {
        lanes: Vec::new(),
        flat: Vec::new(),
        more: Vec::new(),
    };
    for signal in sorted {
        let least = values(signal).fold(f64::INFINITY, f64::min);
        let largest = values(signal).fold(f64::NEG_INFINITY, f64::max);
        if least >= largest {
            all.flat.push(Flat {
                title: title(&signal.name),
                value: shown(largest, &signal.unit),
            });
        } else if all.lanes.len() < SHOWN {
            all.lanes.push(lane(signal, least, largest, axis));
        } else {
            all.more.push(title(&signal.name));
        }
    }
    (!signals.is_empty()).then_some(all)
}

fn values(signal: &SignalReport) -> impl Iterator<Item = f64> {
    let ends = |series: &'_ SeriesReport| {
        let values = series.low.iter().chain(&series.high).copied();
        values.collect::<Vec<f64>>()
    };
    signal.series.iter().flat_map(ends)
}

fn lane(signal: &SignalReport, least: f64, largest: f64, axis: &Axis) -> Lane {
    let stems = seldom(&signal.name);
    let narrow = !stems && least > NARROW * largest;
    let bottom = if narrow { least } else { least.min(0.0) };
    let y = |value: f64| HEIGHT * (1.0 - ((value - bottom) / (largest - bottom)).clamp(0.0, 1.0));
    let named = |series: &&SeriesReport| !series.entity.is_empty();
    let drawn = signal.series.len() as u64;
    let together = signal.series.iter().all(|series| series.entity.is_empty());
    let title = title(&signal.name);
    Lane {
        label: format!(
            "{title} over time, from {} to {}",
            text(least, &signal.unit),
            text(largest, &signal.unit)
        ),
        title,
        entities: signal
            .series
            .iter()
            .filter(named)
            .map(|series| visible(&series.entity))
            .collect(),
        others: if together {
            0
        } else {
            signal.entities.saturating_sub(drawn)
        },
        least: shown(least, &signal.unit),
        largest: shown(largest, &signal.unit),
        zero: !narrow,
        lines: signal
            .series
            .iter()
            .enumerate()
            .map(|(shade, series)| line(shade, series, stems, axis, &y))
            .collect(),
    }
}

fn line(
    shade: usize,
    series: &SeriesReport,
    stems: bool,
    axis: &Axis,
    y: &dyn Fn(f64) -> f64,
) -> Line {
    let x: Vec<f64> = series
        .start
        .iter()
        .map(|start| WIDTH * axis.share(*start as f64 * 1e-9 + series.seconds / 2.0))
        .collect();
    let mut drawn = Line {
        shade,
        band: String::new(),
        line: String::new(),
        dots: String::new(),
        stems: String::new(),
    };
    let rows = series.low.iter().zip(&series.mean).zip(&series.high);
    let points: Vec<(String, [String; 3])> = x
        .iter()
        .zip(rows)
        .map(|(x, ((low, mean), high))| (at(*x), [at(y(*low)), at(y(*mean)), at(y(*high))]))
        .collect();
    if stems {
        for (x, [.., high]) in &points {
            drawn.stems.push_str(&format!("M{x} {HEIGHT}V{high}"));
        }
        return drawn;
    }
    for range in pieces(&x) {
        let points = &points[range];
        if let [(x, [low, _, high])] = points {
            drawn.dots.push_str(&format!("M{x} {low}V{high}"));
            continue;
        }
        for (place, (x, [_, mean, _])) in points.iter().enumerate() {
            drawn
                .line
                .push_str(&format!("{}{x} {mean}", if place == 0 { 'M' } else { 'L' }));
        }
        if points.iter().any(|(_, [low, _, high])| low != high) {
            for (place, (x, [.., high])) in points.iter().enumerate() {
                drawn
                    .band
                    .push_str(&format!("{}{x} {high}", if place == 0 { 'M' } else { 'L' }));
            }
            for (x, [low, ..]) in points.iter().rev() {
                drawn.band.push_str(&format!("L{x} {low}"));
            }
            drawn.band.push('Z');
        }
    }
    drawn
}

/// Runs of places that are not further apart than usual.
fn pieces(x: &[f64]) -> Vec<std::ops::Range<usize>> {
    let mut apart: Vec<f64> = x.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let distances = apart.clone();
    apart.sort_by(f64::total_cmp);
    let usual = apart.get(apart.len() / 2).copied().unwrap_or(0.0);
    let mut pieces = Vec::new();
    let mut from = 0;
    for (place, distance) in distances.iter().enumerate() {
        if *distance > GAP * usual {
            pieces.push(from..place + 1);
            from = place + 1;
        }
    }
    pieces.push(from..x.len());
    pieces
}

fn shown(value: f64, unit: &str) -> Number {
    Number::new(value, |value| text(value, unit))
}

/// A value with its unit.
fn text(value: f64, unit: &str) -> String {
    match unit {
        "s" => seconds(value),
        "bytes" => bytes(value),
        "bytes/s" => format!("{}/s", bytes(value)),
        "share" => percent(value),
        "" => digits(value),
        "/s" => format!("{}/s", digits(value)),
        unit => format!("{} {}", digits(value), visible(unit)),
    }
}

/// Signals of which there are values now and then, and none between.
fn seldom(name: &str) -> bool {
    ["gc.pause", "oom", "xid", "gpu.lost"].contains(&name)
}

/// Known signals in the order in which they are looked for, with what people call them.
const TITLES: &[(&str, &str)] = &[
    ("gc.pause", "Collection pauses"),
    ("memory.rss", "Resident memory"),
    ("memory.span", "Memory as spans tell it"),
    ("loop.lag", "Lag of the event loop"),
    ("sched.run_delay", "Waiting for a processor"),
    ("sched.on_cpu", "Running on a processor"),
    ("psi.cpu.some", "Pressure of processors"),
    ("psi.io.some", "Pressure of storage"),
    ("psi.memory.some", "Pressure of memory"),
    ("cgroup.throttled", "Held back by the group's limit"),
    ("kafka.lag", "Consumer lag"),
    ("kafka.offset", "Messages consumed"),
    ("gpu.memory.used", "Device memory"),
    ("gpu.utilization", "Device busy"),
    ("gpu.temperature", "Device temperature"),
    ("oom", "Out of memory"),
    ("xid", "Driver errors"),
    ("io.read", "Read from storage"),
    ("io.written", "Written to storage"),
    ("io.delay", "Waiting for storage"),
    ("net.rtt", "Round trips"),
    ("net.retransmits", "Segments sent again"),
    ("sched.threads", "Threads"),
];

fn place(name: &str) -> usize {
    let known = TITLES.iter().position(|(known, _)| *known == name);
    known.unwrap_or(TITLES.len())
}

fn title(name: &str) -> String {
    let known = TITLES.iter().find(|(known, _)| *known == name);
    known.map_or_else(|| visible(name), |(_, title)| (*title).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(name: &str, unit: &str, values: &[(i64, [f64; 3])]) -> SignalReport {
        SignalReport {
            name: name.to_owned(),
            unit: unit.to_owned(),
            entities: 1,
            series: vec![SeriesReport {
                entity: "server".to_owned(),
                seconds: 1.0,
                start: values
                    .iter()
                    .map(|(second, _)| second * 1_000_000_000)
                    .collect(),
                low: values.iter().map(|(_, [low, ..])| *low).collect(),
                mean: values.iter().map(|(_, [_, mean, _])| *mean).collect(),
                high: values.iter().map(|(_, [.., high])| *high).collect(),
            }],
        }
    }

    const AXIS: Axis = Axis {
        start: 0.0,
        end: 10.0,
    };

    #[test]
    fn a_lane_shows_range_mean_and_gaps() {
        let memory = signal(
            "memory.rss",
            "bytes",
            &[
                (0, [80e6, 90e6, 100e6]),
                (1, [80e6, 90e6, 100e6]),
                (2, [80e6, 90e6, 120e6]),
                (8, [90e6, 90e6, 90e6]),
            ],
        );
        let all = lanes(&[memory], &AXIS).expect("lanes");
        let lane = &all.lanes[0];
        assert_eq!(lane.title, "Resident memory");
        assert!(!lane.zero, "a narrow range is not drawn from zero");
        assert_eq!(
            lane.label,
            "Resident memory over time, from 80.0 MB to 120 MB"
        );
        let line = &lane.lines[0];
        assert_eq!(line.line, "M50 45L150 45L250 45");
        assert_eq!(line.band, "M50 30L150 30L250 0L250 60L150 60L50 60Z");
        assert_eq!(line.dots, "M850 45V45");
    }

    #[test]
    fn what_is_seldom_stands_on_the_edge_and_what_never_moves_is_told() {
        let pauses = signal(
            "gc.pause",
            "s",
            &[(2, [0.9, 0.95, 1.0]), (7, [0.5, 0.5, 0.5])],
        );
        let total = signal("gpu.memory.total", "bytes", &[(0, [8e9; 3]), (1, [8e9; 3])]);
        let all = lanes(&[total, pauses], &AXIS).expect("lanes");
        assert_eq!(all.lanes.len(), 1);
        assert!(all.lanes[0].zero);
        assert_eq!(all.lanes[0].lines[0].stems, "M250 60V0M750 60V30");
        assert_eq!(all.flat[0].title, "gpu.memory.total");
    }

    #[test]
    fn more_than_fit_are_named() {
        let many: Vec<SignalReport> = (0..20)
            .map(|nth| signal(&format!("own.{nth}"), "", &[(0, [0.0; 3]), (1, [1.0; 3])]))
            .collect();
        let all = lanes(&many, &AXIS).expect("lanes");
        assert_eq!((all.lanes.len(), all.more.len()), (SHOWN, 4));
        assert!(lanes(&[], &AXIS).is_none());
    }
}
