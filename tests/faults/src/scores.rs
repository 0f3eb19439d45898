//! Scores of runs, many at a time.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use pss_metrics::{
    builtin::PLUGIN_CRATE,
    score::{Interval, Plan, Planned, metrics, score},
    summary::Summary,
};

/// What one run scored: `PSS` and each metric that has data.
pub(crate) type Scores = BTreeMap<&'static str, (f64, Option<Interval>)>;

/// The name under which the whole score stands beside the metrics.
pub(crate) const WHOLE: &str = "PSS";

/// All built-in metrics at their defaults.
pub(crate) fn plan() -> Result<Plan, String> {
    let registered = metrics(&[&PLUGIN_CRATE], &BTreeMap::new()).map_err(|errors| {
        let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
        texts.join("; ")
    })?;
    Ok(Plan {
        metrics: registered.into_iter().map(Planned::new).collect(),
        ..Plan::default()
    })
}

/// Scores a summary with all built-in metrics at their defaults.
pub(crate) fn scores(summary: &Summary) -> Result<Scores, String> {
    let plan = plan()?;
    let scored = score(summary, &plan);
    let mut all: Scores = plan
        .metrics
        .iter()
        .zip(&scored.metrics)
        .filter_map(|(planned, metric)| {
            Some((
                planned.metric.meta().code,
                (metric.outcome.score()?, metric.interval),
            ))
        })
        .collect();
    all.extend(scored.pss.map(|pss| (WHOLE, (pss, scored.interval))));
    Ok(all)
}

/// Does all jobs on all cores; the answers are in the order of the jobs.
pub(crate) fn on_all_cores<J: Sync, A: Send>(jobs: &[J], work: impl Fn(&J) -> A + Sync) -> Vec<A> {
    let next = AtomicUsize::new(0);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut answers: Vec<(usize, A)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores)
            .map(|_| {
                scope.spawn(|| {
                    let mut done = Vec::new();
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        match jobs.get(at) {
                            Some(job) => done.push((at, work(job))),
                            None => return done,
                        }
                    }
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| match worker.join() {
                Ok(done) => done,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    });
    answers.sort_by_key(|(at, _)| *at);
    answers.into_iter().map(|(_, answer)| answer).collect()
}
