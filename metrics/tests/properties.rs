//! What must hold of every score, on random inputs (each property a named test).

use proptest::prelude::*;
use pss_metrics::{
    builtin::PLUGIN_CRATE,
    model::{Attribute, Batch, Kind, Parent, Sample, Signal, Span, Value},
    score::{Plan, Planned, Scored, metrics, score},
    summary::{Summariser, Summary},
};

/// A record that owns what it holds.
#[derive(Debug, Clone)]
enum Record {
    Span {
        service: u8,
        name: u8,
        start: Option<i64>,
        duration: Option<u64>,
        wait: Option<u64>,
        error: Option<bool>,
        tag: Option<u8>,
        root: bool,
        memory: Option<u64>,
        hit: Option<bool>,
    },
    Sample {
        signal: usize,
        entity: u8,
        time: Option<i64>,
        value: u64,
    },
}

const SECOND: i64 = 1_000_000_000;
const START: i64 = 1_700_000_000 * SECOND;

fn push(batch: &mut Batch, record: &Record, scale: u64) {
    match record {
        Record::Span {
            service,
            name,
            start,
            duration,
            wait,
            error,
            tag,
            root,
            memory,
            hit,
        } => {
            let names = [
                "db query",
                "http get",
                "handle",
                "read file",
                "cache look",
                "render",
            ];
            let service = format!("s{service}");
            let tag = tag.map(|tag| format!("branch {}", (b'a' + tag) as char));
            let hits = [Attribute {
                key: "cache.hit",
                value: Value::Bool(hit.unwrap_or_default()),
            }];
            batch.push_span(&Span {
                trace_id: "t",
                parent: if *root { Parent::Root } else { Parent::Child },
                service: Some(&service),
                name: Some(names[*name as usize % names.len()]),
                tag: tag.as_deref(),
                kind: Some(Kind::Internal),
                start: *start,
                duration: duration.map(|duration| duration * scale),
                wait: wait.map(|wait| wait * scale),
                error: *error,
                memory: *memory,
                attributes: if hit.is_some() { &hits } else { &[] },
                ..Span::default()
            });
        }
        Record::Sample {
            signal,
            entity,
            time,
            value,
        } => {
            let entity = format!("e{entity}");
            batch.push_sample(&Sample {
                signal: Signal::KNOWN[signal % Signal::KNOWN.len()],
                entity: &entity,
                time: *time,
                value: *value,
            });
        }
    }
}

fn summary_scaled<'a>(records: impl IntoIterator<Item = &'a Record>, scale: u64) -> Summary {
    let (mut batch, mut summariser) = (Batch::default(), Summariser::default());
    for (at, record) in records.into_iter().enumerate() {
        push(&mut batch, record, scale);
        if at % 97 == 96 {
            summariser.fold(&mut batch);
        }
    }
    summariser.fold(&mut batch);
    summariser.finish()
}

fn summary<'a>(records: impl IntoIterator<Item = &'a Record>) -> Summary {
    summary_scaled(records, 1)
}

fn plan() -> Plan {
    let metrics = metrics(&[&PLUGIN_CRATE], &Default::default()).expect("registry is sound");
    let metrics = metrics.into_iter().map(Planned::new).collect();
    Plan {
        metrics,
        ..Plan::default()
    }
}

fn scores(summary: &Summary) -> Scored {
    score(summary, &plan())
}

fn of(scored: &Scored, code: &str) -> Option<f64> {
    let at = plan()
        .metrics
        .iter()
        .position(|planned| planned.metric.meta().code == code)
        .expect("a built-in metric");
    scored.metrics[at].outcome.score()
}

fn instant() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![8 => (0i64..600_000).prop_map(|ms| Some(START + ms * 1_000_000)), 1 => Just(None), 1 => any::<i64>().prop_map(Some)]
}

prop_compose! {
    fn span()(service in 0u8..3, name in 0u8..6, start in instant(), duration in proptest::option::weighted(0.95, 1u64..5_000_000_000),
        waited in proptest::option::of(0.0f64..1.0), error in proptest::option::weighted(0.9, prop::bool::weighted(0.1)), tag in proptest::option::of(0u8..4), root in any::<bool>(),
        memory in proptest::option::of(1u64..1 << 32), hit in proptest::option::weighted(0.2, any::<bool>())) -> Record {
        Record::Span { service, name, start, duration, wait: duration.zip(waited).map(|(d, w)| (d as f64 * w) as u64), error, tag, root, memory, hit }
    }
}

fn record() -> impl Strategy<Value = Record> {
    prop_oneof![9 => span(), 2 => (0usize..16, 0u8..3, instant(), prop_oneof![Just(0u64), 1u64..1 << 40]).prop_map(|(signal, entity, time, value)| Record::Sample { signal, entity, time, value })]
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    proptest::collection::vec(record(), 0..1500)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn scores_are_bounded_and_finite_and_points_add_up(records in records()) {
        let scored = scores(&summary(&records));
        for metric in &scored.metrics {
            if let Some(score) = metric.outcome.score() {
                prop_assert!((0.01..=1.0).contains(&score), "{:?}", metric);
                let shares: f64 = metric.outcome.parts().iter().map(|part| part.share).sum();
                prop_assert!((shares - 1.0).abs() < 1e-9 || (score > 1.0 - 1e-12 && shares.abs() < 1e-9), "{} {:?}", shares, metric);
            }
            if let Some(interval) = metric.interval {
                prop_assert!(0.0 <= interval.low && interval.low <= interval.high && interval.high <= 1.0);
            }
        }
        match scored.pss {
            None => prop_assert!(scored.metrics.iter().all(|metric| metric.outcome.score().is_none())),
            Some(pss) => {
                let lost: f64 = scored.metrics.iter().map(|metric| metric.points).sum();
                prop_assert!((lost - (100.0 - 100.0 * pss)).abs() < 1e-9, "{} {}", lost, pss);
            }
        }
    }

    #[test]
    fn order_and_split_change_nothing_at_all(records in records(), shards in prop_oneof![Just(1usize), Just(2), Just(7), Just(64)], seed in any::<u64>()) {
        let whole = summary(&records);
        let mut shuffled = records.clone();
        let mut state = seed;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(at, (state >> 33) as usize % (at + 1));
        }
        prop_assert_eq!(&summary(&shuffled), &whole);
        let mut parts: Vec<Summary> = (0..shards).map(|shard| summary(shuffled.iter().skip(shard).step_by(shards))).collect();
        while parts.len() > 1 {
            let one = parts.swap_remove(seed as usize % parts.len());
            let other = parts.pop().expect("at least one is left");
            parts.push(one.merge(other));
        }
        prop_assert_eq!(&parts[0], &whole);
        prop_assert_eq!(scores(&parts[0]), scores(&whole));
    }

    #[test]
    fn bytes_give_the_summary_back_and_damage_is_noticed(records in records(), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let whole = summary(&records);
        let bytes = whole.to_bytes().expect("serialises");
        prop_assert_eq!(&Summary::from_bytes(&bytes).expect("reads back"), &whole);
        let mut damaged = bytes.clone();
        let at = at.index(damaged.len());
        damaged[at] ^= 1 << bit;
        prop_assert!(Summary::from_bytes(&damaged).is_err());
        prop_assert!(Summary::from_bytes(&bytes[..at]).is_err());
    }

    #[test]
    fn the_unit_of_durations_does_not_matter(records in records()) {
        let (near, far) = (scores(&summary(&records)), scores(&summary_scaled(&records, 1000)));
        for code in ["TIME", "DB", "NET"] {
            match (of(&near, code), of(&far, code)) {
                (Some(a), Some(b)) => prop_assert!((a - b).abs() <= 0.02, "{} {} {}", code, a, b),
                (a, b) => prop_assert_eq!(a, b),
            }
        }
    }
}

/// Spans of one operation, ten a second, with these durations.
fn steady(name: u8, n: usize, duration: impl Fn(usize) -> u64) -> Vec<Record> {
    let span = |at: usize| Record::Span {
        service: 0,
        name,
        start: Some(START + at as i64 * SECOND / 10),
        duration: Some(duration(at)),
        wait: Some(duration(at) / 3),
        error: Some(false),
        tag: None,
        root: true,
        memory: None,
        hit: None,
    };
    (0..n).map(span).collect()
}

/// A fixed sequence that looks random, in -1..1.
fn noise(at: usize) -> f64 {
    let hash = (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ ((at as u64) << 7).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (hash >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

#[test]
fn two_stable_operations_of_a_millisecond_and_a_second_are_perfect() {
    let mut records = steady(2, 600, |_| 1_000_000);
    records.extend(steady(5, 600, |_| 1_000_000_000));
    let time = of(&scores(&summary(&records)), "TIME").expect("enough spans");
    assert!(time > 0.9995, "{time}");
}

#[test]
fn no_data_is_no_number() {
    let scored = scores(&summary(&[]));
    assert_eq!(scored.pss, None);
    assert!(
        scored
            .metrics
            .iter()
            .all(|metric| metric.outcome.score().is_none())
    );
}

#[test]
fn a_metric_without_data_leaves_the_score_identical() {
    let records = steady(2, 600, |at| (1e7 * (1.0 + 0.3 * noise(at))) as u64);
    let summary = summary(&records);
    let all = plan();
    let mut fewer = plan();
    let scored = score(&summary, &all);
    fewer
        .metrics
        .retain(|planned| of(&scored, planned.metric.meta().code).is_some());
    assert!(fewer.metrics.len() < all.metrics.len());
    assert_eq!(score(&summary, &fewer).pss, scored.pss);
}

#[test]
fn jitter_never_raises_a_score() {
    let time = |jitter: f64| {
        let records = steady(2, 2400, |at| (1e7 * (jitter * noise(at)).exp()) as u64);
        of(&scores(&summary(&records)), "TIME").expect("enough spans")
    };
    let found: Vec<f64> = [0.0, 0.2, 0.5, 1.0, 2.0, 3.0]
        .into_iter()
        .map(time)
        .collect();
    assert!(
        found.windows(2).all(|pair| pair[1] <= pair[0] + 0.005),
        "{found:?}"
    );
    assert!(found[5] < 0.6, "{found:?}");
}

#[test]
fn a_shift_of_the_level_at_half_time_is_seen() {
    let time = |factor: f64| {
        let records = steady(2, 2400, |at| {
            (1e7 * (0.2 * noise(at)).exp() * if at < 1200 { 1.0 } else { factor }) as u64
        });
        of(&scores(&summary(&records)), "TIME").expect("enough spans")
    };
    assert!(
        time(1.0) > 0.97 && time(1.5) < time(1.0) - 0.05 && time(3.0) < 0.5,
        "{} {} {}",
        time(1.0),
        time(1.5),
        time(3.0)
    );
}

#[test]
fn more_errors_never_raise_a_score() {
    let err = |every: usize| {
        let mut records = steady(2, 2400, |_| 10_000_000);
        for (at, record) in records.iter_mut().enumerate() {
            if let Record::Span { error, .. } = record {
                *error = Some(every > 0 && at % every == 0);
            }
        }
        of(&scores(&summary(&records)), "ERR").expect("known flags")
    };
    let found: Vec<f64> = [0, 1000, 100, 20, 5, 2].into_iter().map(err).collect();
    assert!(
        found.windows(2).all(|pair| pair[1] <= pair[0] + 0.005),
        "{found:?}"
    );
    assert!(found[0] > 0.99 && found[5] < 0.45, "{found:?}");
}

/// Samples of one signal, twice a second for five minutes, of what `value` says.
fn sampled(signal: Signal, value: impl Fn(u64) -> u64) -> Vec<Record> {
    let at = Signal::KNOWN.iter().position(|known| *known == signal);
    let signal = at.expect("known");
    let sample = |step: u64| Record::Sample {
        signal,
        entity: 0,
        time: Some(START + step as i64 * SECOND / 2),
        value: value(step),
    };
    (0..600).map(sample).collect()
}

/// More of what stops or delays a program never raises the metric that is about it, and much of it costs.
#[test]
fn more_pauses_and_lag_never_raise_a_score() {
    const MS: u64 = 1_000_000;
    let falls = |code: &str, records: &dyn Fn(u64) -> Vec<Record>, loads: &[u64]| {
        let found: Vec<f64> = loads
            .iter()
            .map(|load| of(&scores(&summary(&records(*load))), code).expect("data"))
            .collect();
        assert!(
            found.windows(2).all(|pair| pair[1] <= pair[0] + 0.005),
            "{code}: {found:?}"
        );
        assert!(found[0] - found[found.len() - 1] > 0.2, "{code}: {found:?}");
    };
    falls(
        "GC",
        &|load| sampled(Signal::GC_PAUSE, |step| load * MS * (1 + step % 3)),
        &[1, 5, 20, 50, 100],
    );
    falls(
        "STARVE",
        &|load| sampled(Signal::LOOP_LAG, |step| load * MS * (1 + step % 3)),
        &[0, 1, 10, 50, 200],
    );
    falls(
        "KAFKA",
        &|load| sampled(Signal::KAFKA_LAG, |step| 100 + load * step),
        &[0, 1, 10, 100],
    );
}

#[test]
fn a_perfectly_stable_new_operation_never_lowers_a_metric() {
    let unsteady = steady(2, 1200, |at| (1e7 * noise(at).exp()) as u64);
    let before = scores(&summary(&unsteady));
    let mut more = unsteady;
    more.extend(steady(5, 1200, |_| 20_000_000));
    let after = scores(&summary(&more));
    for code in ["TIME", "IO", "CONC", "ERR"] {
        assert!(
            of(&after, code).expect("data") >= of(&before, code).expect("data") - 1e-9,
            "{code}"
        );
    }
}

#[test]
fn every_record_twice_changes_little() {
    // Own work, database calls and network calls.
    let once: Vec<Record> = [2, 0, 1]
        .into_iter()
        .flat_map(|name| steady(name, 1200, |at| (1e7 * (0.5 * noise(at)).exp()) as u64))
        .collect();
    let twice: Vec<Record> = once.iter().chain(&once).cloned().collect();
    let (once, twice) = (scores(&summary(&once)), scores(&summary(&twice)));
    for (code, most) in [
        ("IO", 0.001),
        ("CONC", 0.001),
        ("TIME", 0.02),
        ("DB", 0.02),
        ("NET", 0.02),
    ] {
        let (a, b) = (
            of(&once, code).expect("data"),
            of(&twice, code).expect("data"),
        );
        assert!((a - b).abs() <= most, "{code}: {a} {b}");
    }
}

#[test]
fn one_leaking_process_of_twenty_shows() {
    let memory = |leaking: bool| {
        let mut records = Vec::new();
        for process in 0..20u8 {
            for step in 0..300 {
                let grown = if leaking && process == 3 {
                    1.0 + step as f64 / 300.0
                } else {
                    1.0
                };
                records.push(Record::Sample {
                    signal: Signal::KNOWN
                        .iter()
                        .position(|signal| *signal == Signal::MEMORY_RSS)
                        .expect("known"),
                    entity: process,
                    time: Some(START + step * SECOND),
                    value: (2e8
                        * grown
                        * (1.0 + 0.005 * noise(step as usize * 20 + process as usize)))
                        as u64,
                });
            }
        }
        of(&scores(&summary(&records)), "MEM").expect("data")
    };
    assert!(
        memory(false) > 0.95 && memory(true) < 0.8,
        "{} {}",
        memory(false),
        memory(true)
    );
}

#[test]
fn names_beyond_the_cap_coarsen_the_same_in_any_order() {
    let fold = |order: &mut dyn Iterator<Item = u32>| {
        let (mut batch, mut summariser) = (Batch::default(), Summariser::default());
        for at in order {
            // Letters, so that templating does not join them.
            let word: String = (0..5)
                .map(|place| char::from(b'a' + (at / 26u32.pow(place) % 26) as u8))
                .collect();
            let name = format!(
                "/{}/{word}/x{}y",
                if at % 2 == 0 { "users" } else { "orders" },
                at % 7
            );
            batch.push_span(&Span {
                service: Some(if at % 50 == 0 { "quiet" } else { "noisy" }),
                name: Some(&name),
                start: Some(START),
                duration: Some(1000),
                ..Span::default()
            });
            if batch.is_full() || batch.len() >= 1000 {
                summariser.fold(&mut batch);
            }
        }
        summariser.fold(&mut batch);
        summariser.finish()
    };
    let forwards = fold(&mut (0..60_000));
    assert!(forwards.names_coarsened());
    assert!(forwards.groups().count() <= 10_000);
    assert_eq!(
        forwards
            .groups()
            .flat_map(|(_, group)| group.timed())
            .map(|(_, cell)| cell.n)
            .sum::<u64>(),
        60_000
    );
    assert_eq!(fold(&mut (0..60_000).rev()), forwards);
}

/// Scoring with threads of the caller's gives what it gives without, bit for bit.
#[test]
fn scoring_at_once_changes_nothing() {
    let summary = pss_metrics::score::Story::default()
        .calls(
            "handle",
            3000,
            40,
            |at| 9_000.0 + 4_000.0 * pss_metrics::score::even(at),
            |at, call| pss_metrics::score::Call {
                error: Some(at % 97 == 0),
                wait: Some(call.duration / 3),
                tag: Some(if at % 3 == 0 { "left" } else { "right" }),
                ..call
            },
        )
        .calls(
            "db query",
            3000,
            40,
            |at| 500.0 * (1.0 + pss_metrics::score::even(at)),
            pss_metrics::score::plain,
        )
        .summary();
    let metrics =
        pss_metrics::score::metrics(&[&pss_metrics::builtin::PLUGIN_CRATE], &Default::default())
            .expect("registry is sound")
            .into_iter()
            .map(pss_metrics::score::Planned::new)
            .collect();
    let plan = pss_metrics::score::Plan {
        metrics,
        ..Default::default()
    };
    let alone = pss_metrics::score::score(&summary, &plan);
    let at_once = pss_metrics::score::score_with(&summary, &plan, &|n, work| {
        std::thread::scope(|scope| {
            for at in (0..n).rev() {
                scope.spawn(move || work(at));
            }
        });
    });
    assert!(alone.interval.is_some());
    assert_eq!(alone, at_once);
}
