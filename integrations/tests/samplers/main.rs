//! Samplers on real processes.

#![cfg(target_os = "linux")]

mod child;
mod cost;
mod process;
mod seen;
mod system;
mod tree;

use pss_integrations::{PLUGIN_CRATE, samplers::samplers};
use pss_metrics::{
    model::{Batch, Sample},
    score::{Plan, Planned, metrics, score},
    summary::Summariser,
};

use crate::{
    child::Running,
    seen::{poll, process},
};

#[test]
fn all_are_registered_and_say_what_they_do() {
    for sampler in samplers(&[&PLUGIN_CRATE], &Default::default()).expect("registered") {
        let meta = sampler.meta();
        assert!(!meta.emits.is_empty() && !meta.needs.is_empty());
        for signal in meta.emits {
            let family = signal.name.split('.').next().expect("a name");
            assert!(
                meta.mapping.contains(signal.name) || meta.mapping.contains(&format!("{family}.")),
                "{} does not say where {} comes from",
                meta.plugin.name,
                signal.name
            );
        }
        assert!(meta.mapping.contains("example"), "{}", meta.plugin.name);
    }
}

/// What is sampled reaches the metrics: threads that crowd the processors starve, and steady memory is steady.
#[test]
fn samples_become_scores() {
    let threads = 6 * std::thread::available_parallelism().expect("known").get();
    let child = Running::alone(&format!("busy:{threads}"));
    let samples = poll(&mut *process(&child.target()), 2000);
    let (mut batch, mut summariser) = (Batch::default(), Summariser::default());
    for seen in &samples.0 {
        batch.push_sample(&Sample {
            signal: seen.signal,
            entity: &seen.entity,
            time: Some(seen.time),
            value: seen.value,
        });
    }
    summariser.fold(&mut batch);
    let metrics = metrics(&[&pss_metrics::builtin::PLUGIN_CRATE], &Default::default());
    let plan = Plan {
        metrics: metrics
            .expect("registered")
            .into_iter()
            .map(Planned::new)
            .collect(),
        ..Plan::default()
    };
    let scored = score(&summariser.finish(), &plan);
    let of = |code: &str| {
        let found = scored.metrics.iter().zip(&plan.metrics);
        let found = found.filter(|(_, planned)| planned.metric.meta().code == code);
        found
            .filter_map(|(metric, _)| metric.outcome.score())
            .next()
    };
    println!("STARVE {:?}, MEM {:?}", of("STARVE"), of("MEM"));
    assert!(of("STARVE").is_some_and(|score| score < 0.3));
    assert!(of("MEM").is_some_and(|score| score > 0.8));
}
