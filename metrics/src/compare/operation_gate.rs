//! The operation gate: which operations got slower, or fail more often, by more than chance and run-to-run differences explain.
//!
//! Windows are compared, never spans: load wanders, so spans that are near in time are alike, and a rank test over spans rejects 70 % of identical runs.

use std::collections::HashMap;

use super::{
    data::{Change, Direction, Quantity},
    failures::Failures,
};
use crate::{
    stats::{false_discovery, median, middle_error, rank_shift, student_beyond, student_quantile},
    summary::{Cell, Group, GroupKey, Histogram, Summary},
};

/// Standard deviation of an operation's logarithms between runs of one program, with one or two base runs: an opinion.
const TAU: f64 = 0.10;
/// With three or more their own spread is heard, drawn towards this.
const TAU_HEARD: f64 = 0.05;
/// Degrees of freedom that opinion is worth.
const TAU_FREEDOM: f64 = 4.0;
/// Base runs from which their own spread is heard.
const RUNS_HEARD: usize = 3;
/// Least windows on each side: fewer have no spread to speak of.
const LEAST_WINDOWS: usize = 4;
/// Least spans of a window whose 90 % quantile is taken.
const LEAST_Q90: u64 = 20;
/// Efficiency of a median against a mean under normal noise, as a factor of the standard error.
const MEDIAN_ERROR: f64 = 1.2533;
/// The same for a 90 % quantile: sqrt(.9 * .1) over the normal density there, .1755.
const Q90_ERROR: f64 = 1.7094;
/// Spans of one trace are alike: the design effect of sampling them in clusters, on variances.
pub(super) const DESIGN: f64 = 2.0;
/// The interquartile range of a normal distribution in standard deviations.
const IQR: f64 = 1.349;
/// Failures on the side that has more of them, below which their odds are shown and never found to have changed: a normal distribution of so few is none.
const LEAST_FAILURES: u64 = 5;
/// Share of false findings.
const FALSE_SHARE: f64 = 0.05;
/// A smaller change matters to nobody, however sure: 10 %.
const LEAST_CHANGE: f64 = 1.10;

/// One quantity of one operation in one run.
struct Side {
    /// Window values in the order of time.
    values: Vec<f64>,
    /// Standard error of their middle.
    error: f64,
    /// Of the quantity that counts failures, whose windows have too few each to say anything.
    failures: Option<Failures>,
}

impl Side {
    fn middle(&self) -> Option<f64> {
        match &self.failures {
            Some(failures) => Some(failures.log_odds()),
            None => median(&self.values),
        }
    }
}

const QUANTITIES: [Quantity; 3] = [Quantity::Median, Quantity::Q90, Quantity::Errors];

/// One quantity of one operation in all runs.
struct Sides {
    operation: usize,
    quantity: Quantity,
    bases: Vec<Side>,
    head: Side,
    /// Variance of the base runs' shifts, with its degrees of freedom.
    between: Option<(f64, f64)>,
}

/// Tests every quantity of every operation that both sides have; changes by operation, as given.
pub(super) fn operation_gate(
    bases: &[&Summary],
    head: &Summary,
    operations: &[&GroupKey],
) -> Vec<Vec<Change>> {
    let mut all: Vec<Sides> = Vec::new();
    let tables: Vec<HashMap<&GroupKey, &Group>> =
        bases.iter().map(|base| base.groups().collect()).collect();
    let heads: HashMap<&GroupKey, &Group> = head.groups().collect();
    for (operation, key) in operations.iter().enumerate() {
        let Some(head) = heads.get(*key) else {
            continue;
        };
        for quantity in QUANTITIES {
            let Some(head) = side(head, quantity) else {
                continue;
            };
            let bases: Vec<Side> = tables
                .iter()
                .filter_map(|table| side(table.get(*key)?, quantity))
                .collect();
            if bases.is_empty() {
                continue;
            }
            all.push(Sides {
                operation,
                quantity,
                between: (bases.len() >= 2).then(|| spread(&bases)),
                bases,
                head,
            });
        }
    }
    let mut changes: Vec<Vec<Change>> = operations.iter().map(|_| Vec::new()).collect();
    let pooled = QUANTITIES.map(|quantity| pooled(&all, quantity));
    let mut tested: Vec<(usize, bool, Change)> = all
        .iter()
        .map(|sides| {
            let pooled = if bases.len() >= RUNS_HEARD {
                // Never below what this operation itself shows.
                let own = sides.between.map_or(0.0, |(variance, _)| variance);
                pooled[sides.quantity as usize].max(own)
            } else {
                TAU * TAU
            };
            (sides.operation, enough(sides), test(sides, pooled))
        })
        .collect();
    let p: Vec<f64> = tested.iter().map(|(_, _, change)| change.p).collect();
    for ((_, enough, change), q) in tested.iter_mut().zip(false_discovery(&p)) {
        change.q = q;
        let factor = 1.0 + change.change;
        change.direction = if q > FALSE_SHARE || !*enough {
            Direction::Same
        } else if factor > LEAST_CHANGE {
            Direction::Worse
        } else if factor < 1.0 / LEAST_CHANGE {
            Direction::Better
        } else {
            Direction::Same
        };
    }
    for (operation, _, change) in tested {
        changes[operation].push(change);
    }
    changes
}

fn test(sides: &Sides, between: f64) -> Change {
    let r = sides.bases.len() as f64;
    let (shift, within) = shift(sides);
    let error = libm::sqrt(within + (1.0 + 1.0 / r) * between);
    let windows = sides.bases.iter().map(|base| base.values.len());
    let fewest = windows.min().unwrap_or(0).min(sides.head.values.len());
    let freedom = fewest as f64 - 1.0;
    let half = student_quantile(0.975, freedom) * error;
    Change {
        quantity: sides.quantity,
        change: libm::expm1(shift),
        low: libm::expm1(shift - half),
        high: libm::expm1(shift + half),
        windows: sides.head.values.len() as u64,
        p: student_beyond(shift / error, freedom),
        q: 1.0,
        direction: Direction::Same,
    }
}

/// How far the head lies from the base runs, and the variance of that by what is within them.
fn shift(sides: &Sides) -> (f64, f64) {
    let failures = sides.bases.iter().filter_map(|base| base.failures.as_ref());
    if let (Some(head), Some(bases)) = (&sides.head.failures, Failures::together(failures)) {
        let shift = head.log_odds() - bases.log_odds();
        return (shift, head.variance() + bases.variance());
    }
    let r = sides.bases.len() as f64;
    let shifts = sides
        .bases
        .iter()
        .filter_map(|base| rank_shift(&base.values, &sides.head.values));
    let shift = shifts.sum::<f64>() / r;
    let of_bases: f64 = sides.bases.iter().map(|base| base.error * base.error).sum();
    (
        shift,
        sides.head.error * sides.head.error + of_bases / (r * r),
    )
}

/// Whether there are enough failures for their odds to have changed.
fn enough(sides: &Sides) -> bool {
    let Some(head) = &sides.head.failures else {
        return true;
    };
    let of_bases = sides.bases.iter().filter_map(|base| base.failures.as_ref());
    head.errors.max(of_bases.map(|base| base.errors).sum()) >= LEAST_FAILURES
}

/// Variance of the base runs about their mean, each by its middle, with its degrees of freedom.
fn spread(bases: &[Side]) -> (f64, f64) {
    let middles: Vec<f64> = bases.iter().filter_map(Side::middle).collect();
    let mean = middles.iter().sum::<f64>() / middles.len() as f64;
    let freedom = middles.len() as f64 - 1.0;
    let squares: f64 = middles.iter().map(|x| (x - mean) * (x - mean)).sum();
    // A few failures more or less are chance, which is counted already; windows of durations say too little of theirs to be taken off.
    let failures = bases.iter().filter_map(|base| base.failures.as_ref());
    let chance: f64 = failures.map(Failures::variance).sum::<f64>() / middles.len() as f64;
    (squares / freedom - chance, freedom)
}

/// What all operations together say of the variance between runs, drawn towards an opinion.
fn pooled(all: &[Sides], quantity: Quantity) -> f64 {
    let of = all.iter().filter(|sides| sides.quantity == quantity);
    let (squares, freedom) = of
        .filter_map(|sides| sides.between)
        .fold((0.0, 0.0), |(squares, sum), (variance, freedom)| {
            (squares + variance * freedom, sum + freedom)
        });
    (TAU_FREEDOM * TAU_HEARD * TAU_HEARD + squares.max(0.0)) / (TAU_FREEDOM + freedom)
}

/// A quantity in the windows of a run; `None` with too few of them.
fn side(group: &Group, quantity: Quantity) -> Option<Side> {
    let cells: Vec<&Cell> = group.timed().map(|(_, cell)| cell).collect();
    let least = if quantity == Quantity::Q90 {
        LEAST_Q90
    } else {
        1
    };
    let taken: Vec<&Histogram> = cells
        .iter()
        .map(|cell| &cell.durations)
        .filter(|durations| durations.n() >= least)
        .collect();
    let at = |q: f64| {
        taken
            .iter()
            .filter_map(|durations| durations.ln_quantile(q))
            .collect()
    };
    let failures = (quantity == Quantity::Errors).then(|| Failures::of(&cells));
    let values: Vec<f64> = match (quantity, &failures) {
        (Quantity::Q90, _) => at(0.9),
        (_, Some(failures)) => failures.rates.clone(),
        (_, None) => at(0.5),
    };
    if values.len() < LEAST_WINDOWS {
        return None;
    }
    let error = match &failures {
        Some(failures) => libm::sqrt(failures.variance()),
        None => {
            let factor = if quantity == Quantity::Q90 {
                Q90_ERROR
            } else {
                MEDIAN_ERROR
            };
            middle_error(&values)?.max(factor * sampling(&taken)?)
        }
    };
    Some(Side {
        values,
        error,
        failures,
    })
}

/// Spread of the logarithm over the root of the spans, spans of a trace being alike.
fn sampling(durations: &[&Histogram]) -> Option<f64> {
    let durations = Histogram::sum(durations.iter().copied());
    let spread = (durations.ln_quantile(0.75)? - durations.ln_quantile(0.25)?) / IQR;
    Some(spread * libm::sqrt(DESIGN / durations.n() as f64))
}
