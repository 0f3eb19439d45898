//! What TIME, DB and NET share: the steadiness of durations of one category of work.

use crate::{
    model::Category,
    score::{
        Curve, Example, FactorMeta, MetricMeta, Outcome, Over, Product, Settings, Story,
        SummaryView, even, plain,
    },
    stats::{LEVEL_MIN_SPANS, dispersion, level, weight},
};

const CALIBRATED: &str = "61 healthy windows of two real microservice systems have a 90th percentile of 1.24 and 1.29, hence mid 1.25";
const OPINION: &str = "an opinion that waits for data";

/// The two factors. Either kind of unsteadiness alone can use the whole range, so both exponents are 1.
pub(super) const FACTORS: &[FactorMeta] = &[
    FactorMeta {
        name: "disp",
        what: "dispersion of durations: sqrt((s^2 + t^2)/2), s = ln(q75/q25)/1.349, t = (mean of ln x over the slowest 5 % - ln q50)/2.0627; sigma, for a log-normal",
        unit: "",
        curve: Curve {
            good: 0.50,
            mid: 1.25,
            exponent: 1.0,
        },
        origin: CALIBRATED,
    },
    FactorMeta {
        name: "lev",
        what: "movement of the level over 8 blocks of time, in ln units, beyond what chance gives",
        unit: "",
        curve: Curve {
            good: 0.20,
            mid: 0.50,
            exponent: 1.0,
        },
        origin: OPINION,
    },
];

pub(super) const COMBINATION: &str =
    "disp (mean over operations, weight n sqrt(median)) x lev (mean and worst operation)";
pub(super) const MINIMUM: &str =
    "30 spans of an operation that did not fail; for lev 60 spans in 4 of 8 blocks of time";
pub(super) const LIMITS: &str =
    "an operation that mixes kinds of request reads as dispersion: split it by a finer name";

/// Worked examples of a metric: [`steady`], [`tail`], [`shift`] and [`few`] of an operation of its category.
pub(super) const fn examples(stories: [fn() -> Story; 4]) -> [Example; 4] {
    let [steady, tail, shift, few] = stories;
    [
        Example {
            title: "every call takes 9 to 11 ms",
            story: steady,
            score: Some(0.999),
        },
        Example {
            title: "one call of twenty takes 400 ms more",
            story: tail,
            score: Some(0.489),
        },
        Example {
            title: "calls take three times as long from half time on",
            story: shift,
            score: Some(0.395),
        },
        Example {
            title: "twenty calls",
            story: few,
            score: None,
        },
    ]
}

/// About 10 ms in microseconds, as a call takes that nothing disturbs.
fn undisturbed(at: u64) -> f64 {
    9_000.0 + 2_000.0 * even(at)
}

pub(super) fn steady(operation: &'static str) -> Story {
    Story::default().calls(operation, 400, 50, undisturbed, plain)
}

pub(super) fn tail(operation: &'static str) -> Story {
    let slow = |at| undisturbed(at) + if at % 20 == 7 { 400_000.0 } else { 0.0 };
    Story::default().calls(operation, 400, 50, slow, plain)
}

pub(super) fn shift(operation: &'static str) -> Story {
    let moved = |at| undisturbed(at) * if at < 200 { 1.0 } else { 3.0 };
    Story::default().calls(operation, 400, 50, moved, plain)
}

pub(super) fn few(operation: &'static str) -> Story {
    Story::default().calls(operation, 20, 50, |_| 9_000.0, plain)
}

const DISP: usize = 0;
const LEV: usize = 1;

/// Scores the durations of one category.
pub(super) fn score(
    meta: &'static MetricMeta,
    category: Category,
    view: &SummaryView<'_>,
    settings: &Settings,
) -> Outcome {
    let mut product = Product::new(meta, settings, &[Over::Mean, Over::Worst], false);
    let (mut n, mut seen) = (0, 0);
    for group in view
        .groups()
        .filter(|group| group.key().category == category)
    {
        let durations = group.durations();
        let count = durations.n();
        seen += count;
        let subject = group.subject();
        let enough = count >= group.minimum();
        let Some(w) = view.weight(DISP, &subject, || {
            if enough { weight(&durations) } else { None }
        }) else {
            continue;
        };
        let Some(disp) = dispersion(&durations) else {
            continue;
        };
        product.add(DISP, subject.clone(), w, disp, count);
        n += count;
        if let Some(w) = view.weight(LEV, &subject, || (count >= LEVEL_MIN_SPANS).then_some(w))
            && !view.is_window()
            && let Some(lev) = level(group.level_blocks())
        {
            product.add(LEV, subject, w, lev, count);
        }
    }
    product.finish(n, || match seen {
        0 => format!("no spans of category {} with a duration", category.name()),
        _ => format!(
            "no operation of category {} has 30 spans ({seen} spans in all)",
            category.name()
        ),
    })
}
