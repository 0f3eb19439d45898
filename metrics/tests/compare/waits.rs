//! Which of the two metrics that read waits is named first.

use pss_metrics::{
    compare::{Cause, CauseKind, compare},
    model::{Batch, Kind, Parent, Span},
    summary::{Summariser, Summary},
};

use crate::world::{Random, plan};

/// How requests wait: `spread` is the standard deviation of the share waited, `locked` the share of requests that wait three medians more, `measured` whether
/// the wait is known to be for a lock.
#[derive(Clone, Copy)]
struct Waits {
    spread: f64,
    locked: f64,
    measured: bool,
}

const STEADY: Waits = Waits {
    spread: 0.03,
    locked: 0.0,
    measured: false,
};
const MEDIAN: f64 = 40e6;

fn run(seed: u64, waits: Waits) -> Summary {
    let mut random = Random::new(seed);
    let (mut batch, mut summariser) = (Batch::default(), Summariser::default());
    for at in 0..4000 {
        let work = MEDIAN * (0.2 * random.normal()).exp();
        let share = (0.3 + waits.spread * random.normal()).clamp(0.0, 0.95);
        let locked = if random.unit() < waits.locked {
            3.0 * MEDIAN
        } else {
            0.0
        };
        let wait = (work * share + locked) as u64;
        batch.push_span(&Span {
            trace_id: "t",
            parent: Parent::Root,
            service: Some("shop"),
            name: Some("GET /orders"),
            kind: Some(Kind::Server),
            start: Some(
                1_700_000_000_000_000_000 + seed as i64 * 86_400_000_000_000 + at * 100_000_000,
            ),
            duration: Some((work + locked) as u64),
            wait: Some(wait),
            lock_wait: waits.measured.then_some(wait),
            error: Some(false),
            ..Span::default()
        });
    }
    summariser.fold(&mut batch);
    summariser.finish()
}

/// The metrics among the causes, in their order.
fn named(base: Waits, head: Waits) -> Vec<(String, String)> {
    let bases: Vec<Summary> = (1..4).map(|seed| run(seed, base)).collect();
    let comparison = compare(&bases, &run(8, head), &plan());
    let metric = |cause: &Cause| {
        let metric = cause.kind == CauseKind::Metric;
        metric.then(|| Some((cause.metric.clone()?, cause.text.clone())))?
    };
    comparison.causes.iter().filter_map(metric).collect()
}

fn codes(named: &[(String, String)]) -> Vec<&str> {
    let waits = |code: &&str| ["IO", "CONC"].contains(code);
    let codes = named.iter().map(|(code, _)| code.as_str());
    codes.filter(waits).collect()
}

#[test]
fn a_spread_of_all_waits_is_named_as_io_and_explains_conc() {
    for spread in [0.1, 0.15, 0.2, 0.25] {
        let named = named(STEADY, Waits { spread, ..STEADY });
        assert_eq!(codes(&named), ["IO", "CONC"], "{spread}: {named:?}");
        let conc = named.iter().find(|(code, _)| code == "CONC");
        assert!(conc.is_some_and(|(_, text)| text.ends_with("; the fall of IO explains it")));
    }
}

#[test]
fn a_lock_that_few_requests_meet_is_named_as_conc() {
    // Of one in eight the share's 90 % quantile knows as well: IO falls, and does not explain it.
    for locked in [0.02, 0.05, 0.12] {
        let named = named(STEADY, Waits { locked, ..STEADY });
        assert_eq!(codes(&named).first(), Some(&"CONC"), "{locked}: {named:?}");
        assert!(
            named.iter().all(|(_, text)| !text.contains("explains")),
            "{named:?}"
        );
    }
}

#[test]
fn what_is_measured_as_waiting_for_a_lock_is_conc() {
    let measured = Waits {
        measured: true,
        ..STEADY
    };
    let spread = Waits {
        spread: 0.2,
        ..measured
    };
    let named = named(measured, spread);
    assert_eq!(codes(&named), ["CONC", "IO"], "{named:?}");
    assert!(
        named.iter().all(|(_, text)| !text.contains("explains")),
        "{named:?}"
    );
}
