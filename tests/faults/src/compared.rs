//! Runs held against each other: how often clean runs are called worse, faulty ones are found with the right cause first, and intervals hold.

use std::collections::BTreeMap;

use pss_metrics::{
    compare::{
        Change, Comparison, Direction, MetricChange, Policy, Quantity, SESSION, compare, judge,
    },
    report::VerdictOutcome,
    score::Plan,
    summary::Summary,
};

use crate::{
    fault::{FAULTS, Fault, Injected, Kind},
    noise::Noise,
    operation::OPERATIONS,
    scores::{on_all_cores, plan},
    world::Run,
};

/// How many of what.
pub(crate) struct Size {
    /// Same-session pairs of clean runs.
    pub(crate) pairs: usize,
    /// Clean runs against five bases of several sessions.
    pub(crate) sessions: usize,
    /// Runs per fault, at its middle dose.
    pub(crate) faulty: usize,
    /// Runs per slowed operation.
    pub(crate) slowed: usize,
    /// Indices into the table of faults.
    pub(crate) faults: Vec<usize>,
}

impl Size {
    /// As SCORING.md section 5 has it.
    pub(crate) fn full() -> Size {
        Size {
            pairs: 400,
            sessions: 100,
            faulty: 24,
            slowed: 4,
            faults: (0..FAULTS.len()).collect(),
        }
    }
}

/// Comparisons of clean runs.
#[derive(Debug, Default)]
pub(crate) struct Clean {
    pub(crate) runs: usize,
    pub(crate) regressed: usize,
    /// Comparisons in which some operation only got faster.
    pub(crate) faster: usize,
    /// Verdicts `fail`.
    pub(crate) failed: usize,
    /// Causes of kind and metric, counted.
    pub(crate) causes: BTreeMap<String, usize>,
    /// Intervals of operations' changes that contain no change, of all, by quantity in the order of [`QUANTITIES`]; and of metrics.
    pub(crate) operations: [(usize, usize); 3],
    pub(crate) metrics: (usize, usize),
    /// Mean regression score, 0..100.
    pub(crate) regression: f64,
}

/// What is said of an operation, each with an interval.
const QUANTITIES: [Quantity; 3] = [Quantity::Median, Quantity::Q90, Quantity::Errors];

/// A fault at its middle dose against three bases.
#[derive(Debug)]
pub(crate) struct Faulty {
    pub(crate) fault: Fault,
    pub(crate) runs: usize,
    pub(crate) regressed: usize,
    /// Of those, the ones whose first cause is the fault's own metric.
    pub(crate) named: usize,
    /// Mean regression score.
    pub(crate) regression: f64,
    /// Runs whose interval of the own metric's change contains the mean change of all of them, of those that have one.
    pub(crate) held: (usize, usize),
    /// Intervals of operations' odds of failing that contain the change that was put in, of all; none where it is not known.
    pub(crate) odds: (usize, usize),
    /// What else was named first.
    pub(crate) others: BTreeMap<String, usize>,
}

/// One operation of 24 half as slow again.
#[derive(Debug, Default)]
pub(crate) struct Slowed {
    pub(crate) runs: usize,
    /// The operation's median is called worse.
    pub(crate) found: usize,
    /// The first cause is that operation.
    pub(crate) first: usize,
    /// The interval of the change contains the half.
    pub(crate) covered: usize,
    /// So does that of the slow tenth.
    pub(crate) tail_covered: usize,
}

/// All of it.
pub(crate) struct Findings {
    pub(crate) pairs: Clean,
    pub(crate) sessions: Clean,
    pub(crate) faults: Vec<Faulty>,
    pub(crate) slowed_one: Slowed,
    pub(crate) slowed_three: Slowed,
}

/// By how much operations are slowed.
pub(crate) const SLOWER: f64 = 1.5;
/// The dose at which faults must be found: the middle one.
const MIDDLE: usize = 1;
/// Pools of base runs that faults are held against in turn.
const POOLS: usize = 8;

/// Simulates and compares everything.
pub(crate) fn findings(size: &Size, noise: Noise) -> Result<Findings, String> {
    let plan = plan()?;
    let run = |seed: usize, injected| Run {
        seed: seed as u64,
        noise,
        varied: true,
        injected,
    };
    let clean = |seed: usize| run(seed, None).summary();
    let same_session = Policy {
        same_session: true,
        ..Policy::default()
    };

    let jobs: Vec<usize> = (0..size.pairs).collect();
    let pairs = on_all_cores(&jobs, |at| {
        let bases = [clean(20_000 + 2 * at)];
        let comparison = compare(&bases, &clean(20_001 + 2 * at), &plan);
        clean_of(&comparison, same_session)
    });
    let jobs: Vec<usize> = (0..size.sessions).collect();
    let sessions = on_all_cores(&jobs, |at| {
        let bases: Vec<Summary> = (0..5)
            .map(|nth| {
                let mut base = clean(30_000 + 10 * at + nth);
                base.add_fingerprint(SESSION, &format!("session {nth}"));
                base
            })
            .collect();
        let comparison = compare(&bases, &clean(30_009 + 10 * at), &plan);
        clean_of(&comparison, Policy::default())
    });

    let pools: Vec<Vec<Summary>> = (0..POOLS)
        .map(|pool| (0..3).map(|nth| clean(40_000 + 3 * pool + nth)).collect())
        .collect();
    let faults = size
        .faults
        .iter()
        .map(|at| faulty(*at, size, noise, &pools, &plan, &run))
        .collect();

    let jobs: Vec<(usize, usize)> = (0..OPERATIONS.len())
        .flat_map(|operation| (0..size.slowed).map(move |nth| (operation, nth)))
        .collect();
    let slowed = on_all_cores(&jobs, |(operation, nth)| {
        let injected = Injected {
            kind: Kind::Slow(*operation),
            dose: SLOWER,
        };
        let head = run(60_000 + 100 * operation + nth, Some(injected)).summary();
        let bases = &pools[(operation + nth) % POOLS];
        [&bases[..1], &bases[..]].map(|bases| slow_of(&compare(bases, &head, &plan), *operation))
    });
    Ok(Findings {
        pairs: pairs.into_iter().fold(Clean::default(), sum),
        sessions: sessions.into_iter().fold(Clean::default(), sum),
        faults,
        slowed_one: slowed
            .iter()
            .map(|[one, _]| one)
            .fold(Slowed::default(), add),
        slowed_three: slowed
            .iter()
            .map(|[_, three]| three)
            .fold(Slowed::default(), add),
    })
}

fn faulty(
    at: usize,
    size: &Size,
    noise: Noise,
    pools: &[Vec<Summary>],
    plan: &Plan,
    run: &(dyn Fn(usize, Option<Injected>) -> Run + Sync),
) -> Faulty {
    let fault = FAULTS[at];
    let injected = Injected {
        kind: fault.kind,
        dose: fault.doses[MIDDLE],
    };
    let jobs: Vec<usize> = (0..size.faulty).collect();
    let found = on_all_cores(&jobs, |nth| {
        let head = run(50_000 + 100 * at + nth, Some(injected)).summary();
        let comparison = compare(&pools[nth % POOLS], &head, plan);
        let first = comparison.causes.first().map(what);
        let own = |metric: &&MetricChange| metric.code == fault.own;
        let change = comparison.metrics.iter().find(own);
        let interval = change.and_then(|metric| Some((metric.delta?, metric.low?, metric.high?)));
        let odds = match fault.kind {
            Kind::ErrorRate => held(&comparison, Quantity::Errors, more_errors(&injected, noise)),
            _ => (0, 0),
        };
        (comparison.regression.unwrap_or(0.0), first, interval, odds)
    });
    let changes: Vec<(f64, f64, f64)> = found.iter().filter_map(|run| run.2).collect();
    let mean = changes.iter().map(|change| change.0).sum::<f64>() / changes.len().max(1) as f64;
    let holds = |change: &&(f64, f64, f64)| (change.1..=change.2).contains(&mean);
    let mut faulty = Faulty {
        fault,
        runs: found.len(),
        regressed: 0,
        named: 0,
        regression: 0.0,
        held: (changes.iter().filter(holds).count(), changes.len()),
        odds: (0, 0),
        others: BTreeMap::new(),
    };
    for (regression, first, _, odds) in found {
        faulty.regression += regression / size.faulty as f64;
        faulty.odds = both(faulty.odds, odds);
        let Some(first) = first else { continue };
        faulty.regressed += 1;
        if first.1.as_deref() == Some(fault.own) {
            faulty.named += 1;
        } else {
            *faulty.others.entry(first.0).or_default() += 1;
        }
    }
    faulty
}

/// What a cause is, and the metric it belongs to.
fn what(cause: &pss_metrics::compare::Cause) -> (String, Option<String>) {
    let metric = cause.metric.as_deref().unwrap_or("-");
    let kind = format!("{:?}", cause.kind).to_ascii_lowercase();
    (format!("{kind} {metric}"), cause.metric.clone())
}

fn clean_of(comparison: &Comparison, policy: Policy) -> Clean {
    let mut medians = comparison
        .operations
        .iter()
        .flat_map(|operation| &operation.changes)
        .filter(|change| change.quantity == Quantity::Median);
    let metrics: Vec<bool> = comparison
        .metrics
        .iter()
        .filter_map(|metric| Some((metric.low?..=metric.high?).contains(&0.0)))
        .collect();
    let mut causes = BTreeMap::new();
    for cause in &comparison.causes {
        *causes.entry(what(cause).0).or_default() += 1;
    }
    let faster = medians.any(|change| change.direction == Direction::Better);
    Clean {
        runs: 1,
        regressed: usize::from(comparison.regressed),
        faster: usize::from(!comparison.regressed && faster),
        failed: usize::from(judge(comparison, policy).outcome == VerdictOutcome::Fail),
        causes,
        operations: QUANTITIES.map(|quantity| held(comparison, quantity, 0.0)),
        metrics: (metrics.iter().filter(|held| **held).count(), metrics.len()),
        regression: comparison.regression.unwrap_or(0.0),
    }
}

fn sum(mut all: Clean, one: Clean) -> Clean {
    all.runs += one.runs;
    all.regressed += one.regressed;
    all.faster += one.faster;
    all.failed += one.failed;
    for (cause, n) in one.causes {
        *all.causes.entry(cause).or_default() += n;
    }
    for (all, one) in all.operations.iter_mut().zip(one.operations) {
        *all = both(*all, one);
    }
    all.metrics = both(all.metrics, one.metrics);
    all.regression += (one.regression - all.regression) / all.runs as f64;
    all
}

/// How many intervals of a quantity's change, over all operations, contain this one, of how many.
fn held(comparison: &Comparison, quantity: Quantity, truth: f64) -> (usize, usize) {
    let changes = comparison
        .operations
        .iter()
        .flat_map(|operation| &operation.changes)
        .filter(|change| change.quantity == quantity);
    let within = |change: &&Change| (change.low..=change.high).contains(&truth);
    (changes.clone().filter(within).count(), changes.count())
}

/// By how much the odds of failing are larger when a share of all spans fails besides.
fn more_errors(injected: &Injected, noise: Noise) -> f64 {
    let odds = |p: f64| p / (1.0 - p);
    let failing = 1.0 - (1.0 - noise.errors) * (1.0 - injected.dose);
    odds(failing) / odds(noise.errors) - 1.0
}

fn both(a: (usize, usize), b: (usize, usize)) -> (usize, usize) {
    (a.0 + b.0, a.1 + b.1)
}

fn slow_of(comparison: &Comparison, operation: usize) -> Slowed {
    let wanted = &OPERATIONS[operation];
    let is = |service: &str, name: &str| service == wanted.service && name == wanted.name;
    let change = |quantity: Quantity| {
        let mut all = comparison.operations.iter();
        let one = all.find(|one| is(&one.service, &one.operation))?;
        one.changes
            .iter()
            .find(|change| change.quantity == quantity)
    };
    let covers = |change: Option<&Change>| {
        usize::from(
            change.is_some_and(|change| (change.low..=change.high).contains(&(SLOWER - 1.0))),
        )
    };
    let median = change(Quantity::Median);
    let first = comparison.causes.first();
    Slowed {
        runs: 1,
        found: usize::from(median.is_some_and(|change| change.direction == Direction::Worse)),
        first: usize::from(first.is_some_and(|cause| {
            is(
                cause.service.as_deref().unwrap_or_default(),
                cause.operation.as_deref().unwrap_or_default(),
            )
        })),
        covered: covers(median),
        tail_covered: covers(change(Quantity::Q90)),
    }
}

fn add(all: Slowed, one: &Slowed) -> Slowed {
    Slowed {
        runs: all.runs + one.runs,
        found: all.found + one.found,
        first: all.first + one.first,
        covered: all.covered + one.covered,
        tail_covered: all.tail_covered + one.tail_covered,
    }
}
