//! Metrics described at run time: what holds of the built-in ones must hold of them.

use std::sync::Arc;

use proptest::prelude::*;
use pss_metrics::{
    compare::{Direction, compare},
    folded::{Aggregated, Definition, Folded, Measure, Measured, Measures, Shape},
    model::{Batch, Decided, ExtraSpec, Span},
    report::{Provenance, build},
    score::{Curve, Metric, Outcome, Plan, Planned, Scored, score},
    summary::{Summariser, Summary},
};

const SECOND: i64 = 1_000_000_000;
const START: i64 = 1_700_000_000 * SECOND;

type Of = fn(&Decided<'_>) -> Option<Measured>;

fn seconds(span: &Decided<'_>) -> Option<Measured> {
    Some(Measured::Number(span.span.duration? as f64 / 1e9))
}

fn bytes(span: &Decided<'_>) -> Option<Measured> {
    Some(Measured::Number(span.span.memory? as f64))
}

fn slow(span: &Decided<'_>) -> Option<Measured> {
    Some(Measured::Truth(span.span.duration? > 50_000_000))
}

fn curve(good: f64, mid: f64) -> Curve {
    Curve {
        good,
        mid,
        exponent: 1.0,
    }
}

fn folded(
    code: &str,
    definition: &str,
    shape: Shape,
    measures: Measures,
    of: Of,
) -> &'static Folded {
    Box::leak(Box::new(Folded::new(Definition {
        code: code.to_owned(),
        question: format!("{code}?"),
        weight: 0.1,
        place: ("pss.toml".to_owned(), 1),
        reads: definition.to_owned(),
        shape,
        measure: Measure {
            measures,
            definition: definition.to_owned(),
            identities: false,
            of: Arc::new(of),
        },
    })))
}

/// One of each shape.
fn all() -> Vec<&'static Folded> {
    let real = Measures::Real;
    vec![
        folded(
            "SPREAD",
            "a",
            Shape::Dispersion(curve(0.5, 1.25)),
            real,
            seconds,
        ),
        folded("MOVES", "a", Shape::Level(curve(0.2, 0.5)), real, seconds),
        folded(
            "SLOW",
            "c",
            Shape::Ratio(curve(0.01, 0.1)),
            Measures::Truth,
            slow,
        ),
        folded(
            "TAIL",
            "a",
            Shape::Quantile(0.9, curve(0.02, 0.2)),
            real,
            seconds,
        ),
        folded(
            "SIZE",
            "d",
            Shape::Mean(curve(1e6, 1e9)),
            Measures::Whole,
            bytes,
        ),
    ]
}

fn plan(metrics: &[&'static Folded]) -> Plan {
    let planned = |metric: &&'static Folded| Planned::new(*metric);
    Plan {
        metrics: metrics.iter().map(planned).collect(),
        ..Plan::default()
    }
}

fn extras(metrics: &[&'static Folded]) -> Vec<ExtraSpec> {
    metrics.iter().flat_map(|metric| metric.extras()).collect()
}

#[derive(Debug, Clone)]
struct Call {
    name: u8,
    start: Option<i64>,
    duration: Option<u64>,
    memory: Option<u64>,
}

fn summary<'a>(calls: impl IntoIterator<Item = &'a Call>, extras: &[ExtraSpec]) -> Summary {
    let (mut batch, mut summariser) = (Batch::new(extras.to_vec()), Summariser::new(extras));
    for (at, call) in calls.into_iter().enumerate() {
        batch.push_span(&Span {
            name: Some(["check out", "look up", "render"][usize::from(call.name % 3)]),
            start: call.start,
            duration: call.duration,
            memory: call.memory,
            ..Span::default()
        });
        if at % 61 == 60 {
            summariser.fold(&mut batch);
        }
    }
    summariser.fold(&mut batch);
    summariser.finish()
}

fn run(n: u64, duration: impl Fn(u64) -> u64) -> Vec<Call> {
    let call = |at: u64| Call {
        name: 0,
        start: Some(START + at as i64 * SECOND / 10),
        duration: Some(duration(at)),
        memory: Some(1 << 20),
    };
    (0..n).map(call).collect()
}

/// A fixed sequence that looks random, 0..1.
fn noise(at: u64) -> f64 {
    let hash = (at + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 11) as f64 / (1u64 << 53) as f64
}

fn steady(at: u64) -> u64 {
    10_000_000 + (noise(at) * 2e6) as u64
}

fn of<'a>(scored: &'a Scored, plan: &Plan, code: &str) -> &'a Outcome {
    let at = plan
        .metrics
        .iter()
        .position(|planned| planned.metric.meta().code == code);
    &scored.metrics[at.expect("in the plan")].outcome
}

prop_compose! {
    fn call()(name in 0u8..3, start in prop_oneof![8 => (0i64..600_000).prop_map(|ms| Some(START + ms * 1_000_000)), 1 => Just(None)],
        duration in proptest::option::weighted(0.9, 0u64..5_000_000_000), memory in proptest::option::of(0u64..1 << 32)) -> Call {
        Call { name, start, duration, memory }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn order_and_split_change_nothing_at_all(calls in proptest::collection::vec(call(), 0..1200), shards in prop_oneof![Just(1usize), Just(2), Just(7), Just(64)], seed in any::<u64>()) {
        let metrics = all();
        let (extras, plan) = (extras(&metrics), plan(&metrics));
        let whole = summary(&calls, &extras);
        let mut shuffled = calls;
        for at in (1..shuffled.len()).rev() {
            shuffled.swap(at, (noise(seed.wrapping_add(at as u64)) * (at + 1) as f64) as usize);
        }
        prop_assert_eq!(&summary(&shuffled, &extras), &whole);
        let mut parts: Vec<Summary> = (0..shards).map(|shard| summary(shuffled.iter().skip(shard).step_by(shards), &extras)).collect();
        while parts.len() > 1 {
            let one = parts.swap_remove(seed as usize % parts.len());
            let bytes = parts.pop().expect("at least one is left").to_bytes().expect("serialises");
            parts.push(one.merge(Summary::from_bytes(&bytes).expect("reads back")));
        }
        prop_assert_eq!(&parts[0], &whole);
        let (a, b) = (score(&parts[0], &plan), score(&whole, &plan));
        prop_assert_eq!(&a, &b);
        for metric in &a.metrics {
            if let Some(score) = metric.outcome.score() {
                prop_assert!((0.01..=1.0).contains(&score), "{:?}", metric);
            }
        }
    }

    #[test]
    fn the_values_agree_with_sorted_ones(durations in proptest::collection::vec(1u64..5_000_000_000, 30..400)) {
        let calls = run(durations.len() as u64, |at| durations[at as usize]);
        let metrics = all();
        let plan = plan(&metrics);
        let scored = score(&summary(&calls, &extras(&metrics)), &plan);
        let mut sorted: Vec<f64> = durations.iter().map(|ns| *ns as f64 / 1e9).collect();
        sorted.sort_by(f64::total_cmp);
        let value = |code| match of(&scored, &plan, code) {
            Outcome::Scored { parts, .. } => parts[0].value,
            other => panic!("{other:?}"),
        };
        let exact = sorted[((0.9 * sorted.len() as f64).ceil() as usize).max(1) - 1];
        prop_assert!((value("TAIL") / exact).ln().abs() < 0.0201, "{} {}", value("TAIL"), exact);
        let slow = sorted.iter().filter(|seconds| **seconds > 0.05).count();
        prop_assert_eq!(value("SLOW"), slow as f64 / sorted.len() as f64);
    }
}

#[test]
fn every_shape_scores_with_an_interval_and_says_which_operation() {
    let metrics = all();
    let (extras, plan) = (extras(&metrics), plan(&metrics));
    let mut calls = run(2000, steady);
    // Another operation, that is all that the first is not.
    calls.extend(
        run(2000, |at| {
            let moved = if at > 1000 { 8.0 } else { 1.0 };
            (1e7 * moved * (1.0 + 20.0 * noise(at).powi(4))) as u64
        })
        .into_iter()
        .map(|call| Call {
            name: 1,
            memory: Some(1 << 33),
            ..call
        }),
    );
    let summary = summary(&calls, &extras);
    let scored = score(&summary, &plan);
    for (planned, metric) in plan.metrics.iter().zip(&scored.metrics) {
        let code = planned.metric.meta().code;
        assert!(
            metric.outcome.score().expect(code) < 0.9,
            "{code} {:?}",
            metric.outcome
        );
        assert!(metric.interval.is_some(), "{code}");
    }
    let provenance = Provenance {
        files: Vec::new(),
        partial: false,
        notices: Vec::new(),
        generator: serde_json::from_str(r#"{"name": "t", "version": "0", "profile": "default"}"#)
            .expect("a generator"),
        top: 10,
    };
    let report = build(&summary, &plan, &scored, provenance);
    for metric in &report.metrics {
        assert_eq!(
            metric.worst[0].operation.as_deref(),
            Some("look up"),
            "{}",
            metric.code
        );
    }
    assert!(
        scored
            .timeline
            .moments
            .iter()
            .any(|moment| moment.score.is_some())
    );
}

#[test]
fn a_comparison_sees_what_got_worse() {
    let metrics = all();
    let (extras, plan) = (extras(&metrics), plan(&metrics));
    let base = summary(&run(3000, steady), &extras);
    let head = summary(
        &run(3000, |at| {
            steady(at) * if noise(at + 77) < 0.2 { 30 } else { 1 }
        }),
        &extras,
    );
    let comparison = compare(&[base], &head, &plan);
    let of = |code: &str| {
        let found = comparison.metrics.iter().find(|metric| metric.code == code);
        found.expect("compared").direction
    };
    for code in ["SPREAD", "SLOW", "TAIL"] {
        assert_eq!(
            of(code),
            Direction::Worse,
            "{code} {:?}",
            comparison.metrics
        );
    }
    assert_eq!(of("SIZE"), Direction::Same);
}

#[test]
fn no_value_is_no_data_and_never_a_number() {
    let metrics = all();
    let (extras, plan) = (extras(&metrics), plan(&metrics));
    let none: Vec<Call> = run(200, steady)
        .into_iter()
        .map(|call| Call {
            duration: None,
            memory: None,
            ..call
        })
        .collect();
    let scored = score(&summary(&none, &extras), &plan);
    for metric in &scored.metrics {
        let Outcome::NoData(reason) = &metric.outcome else {
            panic!("{metric:?}");
        };
        assert!(reason.contains("null for all it takes"), "{reason}");
    }
    let few = score(&summary(&run(29, steady), &extras), &plan);
    let reason = format!("{:?}", few.metrics[0].outcome);
    assert!(reason.contains("enough values (29 in all)"), "{reason}");
}

#[test]
fn a_value_that_cannot_be_kept_fails_this_metric_alone() {
    let spread = all().remove(0);
    let negative = folded(
        "MINUS",
        "m",
        Shape::Mean(curve(1.0, 2.0)),
        Measures::Real,
        |span| {
            Some(Measured::Number(if span.span.duration? > 11_900_000 {
                -1.0
            } else {
                1.0
            }))
        },
    );
    let (both, alone) = ([spread, negative], [spread]);
    let summary_of = |metrics: &[&'static Folded]| summary(&run(2000, steady), &extras(metrics));
    let together = score(&summary_of(&both), &plan(&both));
    let Outcome::Failed(reason) = &together.metrics[1].outcome else {
        panic!("{:?}", together.metrics[1]);
    };
    assert!(reason.contains("of 2000 values are below 0"), "{reason}");
    assert!(!together.complete && together.incomplete[0].starts_with("MINUS failed"));
    let alone = score(&summary_of(&alone), &plan(&alone));
    assert_eq!(together.metrics[0].outcome, alone.metrics[0].outcome);
    assert_eq!(together.pss, alone.pss);
}

#[test]
fn what_is_found_over_the_records_is_a_score_or_says_why_not() {
    let aggregated = |clamp| Aggregated {
        code: "FOUND".to_owned(),
        question: "found?".to_owned(),
        weight: 1.0,
        place: ("pss.toml".to_owned(), 1),
        definition: "avg(duration)".to_owned(),
        clamp,
    };
    let plain = aggregated(false);
    assert_eq!(plain.outcome(Some(0.25), 7).score(), Some(0.25));
    for wrong in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        let said = format!("{:?}", plain.outcome(Some(wrong), 7));
        assert!(
            said.starts_with("Failed") && said.contains("between 0 and 1"),
            "{said}"
        );
    }
    let clamped = aggregated(true);
    assert_eq!(clamped.outcome(Some(-0.1), 7).score(), Some(0.0));
    assert_eq!(clamped.outcome(Some(7.0), 7).score(), Some(1.0));
    assert!(matches!(
        clamped.outcome(Some(f64::NAN), 7),
        Outcome::Failed(_)
    ));
    assert!(matches!(plain.outcome(None, 7), Outcome::NoData(_)));
    assert_eq!(plain.describe().code, "FOUND");
}

#[test]
fn a_summary_without_the_values_or_of_another_definition_says_so() {
    let shape = Shape::Mean(curve(0.01, 0.1));
    let now = folded("MINE", "value duration", shape, Measures::Real, seconds);
    let before = folded("MINE", "value duration * 2", shape, Measures::Real, seconds);
    let calls = run(200, steady);
    let fresh = || summary(&calls, &extras(&[now]));
    let reason = |summary: Summary| {
        let scored = score(&summary, &plan(&[now]));
        match &scored.metrics[0].outcome {
            Outcome::NoData(reason) => reason.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert!(reason(summary(&calls, &[])).contains("does not hold its values"));
    let changed = reason(summary(&calls, &extras(&[before])));
    assert!(changed.contains("another definition of MINE"), "{changed}");
    let mixed = reason(fresh().merge(summary(&calls, &[])));
    assert!(mixed.contains("not every summary"), "{mixed}");
    // The shape may change: the values are the same.
    let other = folded(
        "MINE",
        "value duration",
        Shape::Dispersion(curve(0.5, 1.25)),
        Measures::Real,
        seconds,
    );
    let scored = score(&fresh(), &plan(&[other]));
    assert!(scored.metrics[0].outcome.score().is_some());
}
