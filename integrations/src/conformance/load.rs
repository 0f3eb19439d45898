//! The rules for load shapes.

use pss_metrics::{
    conformance::{Finding, Rule},
    plugin::{PluginKind, caught},
};

use super::described::{described, parsed, refused, told};
use crate::{
    fields::{Fields, Mistake, Mistakes, Table},
    load::{Asked, Load, Shape},
};

/// All rules for load shapes, in the order in which they are tried.
pub const LOAD_RULES: &[Rule] = &[
    Rule {
        name: "description",
        asks: "it says what it is, its rate as a formula or in words, and what its settings do",
    },
    Rule {
        name: "example",
        asks: "its example builds one",
    },
    Rule {
        name: "settings",
        asks: "a setting of another type is refused, by its path",
    },
    Rule {
        name: "rate",
        asks: "its rate is a number of 0 or more at any time, and it has a length above 0",
    },
    Rule {
        name: "integral",
        asks: "what is expected until a time begins with 0, never falls, and is the integral of the rate",
    },
    Rule {
        name: "inverse",
        asks: "the time of arrival k is when k are expected, in order and within its length",
    },
    Rule {
        name: "deterministic",
        asks: "built again, it gives the same times",
    },
];

/// Settings of `[run.load]` that all shapes share.
const SHARED: [&str; 6] = ["shape", "rate", "duration", "count", "arrivals", "seed"];

/// Tries a load shape by all rules. `loads` are the shapes there are: some are made of others.
pub fn check_load(load: &dyn Load, loads: &[&'static dyn Load]) -> Vec<Finding> {
    let meta = load.meta();
    let texts = [("rate", meta.rate), ("example", meta.example)];
    let mut findings = described(&meta.plugin, PluginKind::Load, &texts, meta.parameters);
    let example = match parsed(meta.example) {
        Ok(example) => example,
        Err(why) => {
            findings.push(Finding::new("example", why));
            return findings;
        }
    };
    for name in example.keys() {
        let known = meta.parameters.iter().map(|parameter| parameter.name);
        if !known.chain(SHARED).any(|known| known == name) {
            let what = format!("says `{name}`, which is none of its settings");
            findings.push(Finding::new("example", what));
        }
    }
    findings.extend(refused("load", meta.parameters, &example, |table| {
        caught(|| built(load, loads, table).1)
    }));
    let build = || caught(|| built(load, loads, &example));
    match (build(), build()) {
        (Ok((Some(shape), mistakes)), Ok((Some(again), _))) if mistakes.is_empty() => {
            match caught(|| tried(&*shape, &*again)) {
                Ok(found) => findings.extend(found),
                Err(why) => findings.push(Finding::new("rate", why)),
            }
        }
        (Err(why), _) | (_, Err(why)) => findings.push(Finding::new("example", why)),
        (Ok((_, mistakes)), _) => {
            let what = format!("builds nothing: {}", told(&mistakes));
            findings.push(Finding::new("example", what));
        }
    }
    findings
}

/// Start times of an imaginary trace, in nanoseconds: neither even nor two at once.
fn starts(_: &str, _: bool) -> Result<Vec<i64>, String> {
    let begin = 1_700_000_000_000_000_000;
    Ok((0..200)
        .map(|at| begin + at * 100_000_000 + (at * 7919 % 83) * 1_000_000)
        .collect())
}

fn built(
    load: &dyn Load,
    loads: &[&'static dyn Load],
    table: &Table,
) -> (Option<Box<dyn Shape>>, Vec<Mistake>) {
    let mistakes = Mistakes::default();
    let settings = Fields::new("load", table, &mistakes);
    let asked = Asked {
        rate: settings.rate("rate"),
        length: settings.seconds("duration"),
        loads,
        starts: &starts,
    };
    let shape = load.build(&settings, &asked);
    (shape, mistakes.into_list())
}

/// Pieces that the length is cut into.
const PIECES: u32 = 20_000;
/// Arrivals that are looked at.
const ARRIVALS: u32 = 2000;
/// Looked at where a shape goes on for ever, in seconds.
const HORIZON: f64 = 60.0;
/// The share of all arrivals by which the integral of the rate, as a sum over pieces, may differ from what is expected: a rate may jump inside a piece.
const SLACK: f64 = 0.005;

fn tried(shape: &dyn Shape, again: &dyn Shape) -> Vec<Finding> {
    let length = shape.length();
    if length.is_nan() || length <= 0.0 {
        return vec![Finding::new("rate", format!("its length is {length}"))];
    }
    let end = if length.is_finite() { length } else { HORIZON };
    let found = integral(shape, end).or_else(|| inverse(shape, end));
    let times = |shape: &dyn Shape| -> Vec<u64> {
        let all = shape.expected(end);
        let place = |at| all * f64::from(at) / f64::from(ARRIVALS);
        (0..ARRIVALS)
            .map(|at| shape.when(place(at)).to_bits())
            .collect()
    };
    let differs = || Finding::new("deterministic", "two of the same settings differ");
    found
        .or_else(|| (times(shape) != times(again)).then(differs))
        .into_iter()
        .collect()
}

fn integral(shape: &dyn Shape, end: f64) -> Option<Finding> {
    let zero = shape.expected(0.0);
    let all = shape.expected(end);
    if zero != 0.0 || !all.is_finite() {
        let what = format!("{zero} are expected until 0 s, {all} until {end} s");
        return Some(Finding::new("integral", what));
    }
    let piece = end / f64::from(PIECES);
    let (mut sum, mut before) = (0.0, 0.0);
    for at in 0..PIECES {
        let middle = (f64::from(at) + 0.5) * piece;
        let rate = shape.rate(middle);
        if !rate.is_finite() || rate < 0.0 {
            let what = format!("is {rate} at {middle:.3} s");
            return Some(Finding::new("rate", what));
        }
        sum += rate * piece;
        let until = (f64::from(at) + 1.0) * piece;
        let expected = shape.expected(until);
        if expected.is_nan() || expected < before - 1e-9 * all {
            let what = format!("falls from {before} to {expected} at {until:.3} s");
            return Some(Finding::new("integral", what));
        }
        if (expected - sum).abs() > SLACK * all.max(1.0) {
            let what =
                format!("{expected} are expected until {until:.3} s, and the rate makes {sum}");
            return Some(Finding::new("integral", what));
        }
        before = expected;
    }
    None
}

fn inverse(shape: &dyn Shape, end: f64) -> Option<Finding> {
    let all = shape.expected(end);
    let mut before = 0.0;
    let found = |what: String| Some(Finding::new("inverse", what));
    for at in 0..ARRIVALS {
        let k = all * f64::from(at) / f64::from(ARRIVALS);
        let time = shape.when(k);
        if !(0.0..=end * (1.0 + 1e-9)).contains(&time) {
            return found(format!(
                "arrival {k} is at {time} s, and it ends at {end} s"
            ));
        }
        if time < before {
            return found(format!("arrival {k} is at {time} s, after {before} s"));
        }
        let expected = shape.expected(time);
        if (expected - k).abs() > 1e-6 * all.max(1.0) {
            return found(format!(
                "arrival {k} is at {time} s, where {expected} are expected"
            ));
        }
        before = time;
    }
    None
}
