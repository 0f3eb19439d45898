//! What a process does: time, memory, bytes.

use std::time::Instant;

use pss_metrics::model::Signal;

use crate::{
    child::Running,
    seen::{Samples, poll, poll_until, process},
};

#[test]
fn a_busy_child_runs_about_all_the_time_it_has() {
    let child = Running::alone("busy");
    let mut sampler = process(&child.target());
    let start = Instant::now();
    let samples = poll(&mut *sampler, 1500);
    let wall = start.elapsed().as_nanos() as f64;
    // Ready is ready: on a machine that others use as well, the rest is run delay.
    let (ran, waited) = (
        samples.last(Signal::ON_CPU),
        samples.last(Signal::RUN_DELAY),
    );
    let share = (ran + waited) as f64 / wall;
    println!("ran {ran} ns, waited {waited} ns of {wall} ns");
    assert!((0.8..1.3).contains(&share), "{share}");
    assert!(ran > 10_000_000, "{ran}");
    let first = samples.of(Signal::ON_CPU)[0];
    assert_eq!(first.value, 0, "a counter begins with the process");
    let entities = samples.entities(Signal::ON_CPU);
    assert_eq!(entities.len(), 1, "{entities:?}");
    let facts = sampler.facts().expect("of processes");
    assert!(facts.processes == 1 && facts.rss > 1 << 20, "{facts:?}");
    assert!(
        facts.on_cpu.abs_diff(ran) < 100_000_000,
        "{facts:?} after {ran}"
    );
}

#[test]
fn more_busy_threads_than_processors_wait() {
    let threads = 4 * std::thread::available_parallelism().expect("known").get();
    let child = Running::alone(&format!("busy:{threads}"));
    let samples = poll(&mut *process(&child.target()), 1500);
    let (ran, waited) = (
        samples.last(Signal::ON_CPU) as f64,
        samples.last(Signal::RUN_DELAY) as f64,
    );
    println!("{threads} threads ran {ran} ns and waited {waited} ns");
    assert!(waited / (waited + ran) > 0.5, "{waited} of {ran}");
}

#[test]
fn counters_never_fall_while_threads_come_and_go() {
    let child = Running::alone("short-threads");
    let samples = poll(&mut *process(&child.target()), 1000);
    for signal in [
        Signal::ON_CPU,
        Signal::RUN_DELAY,
        Signal::SWITCHES_VOLUNTARY,
    ] {
        let values: Vec<u64> = samples.of(signal).iter().map(|seen| seen.value).collect();
        assert!(values.is_sorted(), "{}: {values:?}", signal.name);
    }
    assert!(samples.last(Signal::ON_CPU) > 10_000_000);
}

#[test]
fn allocated_memory_shows() {
    let child = Running::alone("memory:64");
    let mut sampler = process(&child.target());
    let mut samples = Samples::default();
    let shows = |samples: &Samples| {
        let memory = samples.of(Signal::MEMORY_RSS);
        // Pages of the program's file may be dropped meanwhile.
        memory
            .last()
            .is_some_and(|last| last.value >= memory[0].value + (60 << 20))
    };
    assert!(
        poll_until(&mut *sampler, &mut samples, 8000, shows),
        "{}",
        samples.last(Signal::MEMORY_RSS)
    );
    samples.0.clear();
    assert!(poll_until(&mut *sampler, &mut samples, 3000, |samples| {
        samples.last(Signal::MEMORY_PEAK) > 64 << 20
    }));
    assert!(samples.last(Signal::FAULTS_MINOR) > 16_000);
}

#[test]
fn bytes_written_show() {
    let child = Running::alone("write:8");
    let mut samples = Samples::default();
    let written = poll_until(
        &mut *process(&child.target()),
        &mut samples,
        8000,
        |samples| samples.last(Signal::IO_WRITTEN) >= 8 << 20,
    );
    // On a file system in memory nothing goes to storage.
    println!(
        "written {} (seen: {written})",
        samples.last(Signal::IO_WRITTEN)
    );
    assert!(!samples.of(Signal::IO_WRITTEN).is_empty());
}
