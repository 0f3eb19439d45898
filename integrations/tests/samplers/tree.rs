//! Which processes belong to the one that is watched.

use std::{os::unix::process::CommandExt, process::Command, time::Duration};

use pss_integrations::samplers::{Facts, Target};
use pss_metrics::model::Signal;
use rustix::process::{
    Pid, Signal as Kill, WaitId, WaitIdOptions, WaitOptions, kill_process, set_child_subreaper,
    waitid, waitpid,
};

use crate::{
    child::Running,
    seen::{Samples, Seen, now, poll, poll_until, process},
};

#[test]
fn a_grandchild_that_outlives_its_parent_is_found() {
    set_child_subreaper(Some(rustix::process::getpid())).expect("allowed");
    let mut child = Running::alone("leave");
    let target = child.target();
    // Not polled while the parent lives: all there is to find it by is that it was left to us.
    child.child.wait().expect("ended");
    let mut sampler = process(&target);
    let mut samples = Samples::default();
    let found = poll_until(&mut *sampler, &mut samples, 5000, |samples| {
        samples.entities(Signal::MEMORY_RSS).contains(&"sleep")
    });
    for pid in target.pids(now()) {
        if let Some(pid) = Pid::from_raw(pid as i32) {
            kill_process(pid, Kill::KILL).ok();
            // Else it were an orphan for the next test as well.
            waitpid(Some(pid), WaitOptions::empty()).ok();
        }
    }
    assert!(found, "{:?}", samples.entities(Signal::MEMORY_RSS));
}

#[test]
fn what_is_left_is_told_at_once() {
    let child = Running::alone("busy");
    let target = child.target();
    assert_eq!(target.pids(now()), [child.child.id()]);
    // Into the group of the tree, as a shell's job would be.
    let mut other = Command::new("sleep")
        .arg("60")
        .process_group(child.child.id() as i32)
        .spawn()
        .expect("sleep");
    let left = target.pids(now());
    other.kill().expect("killed");
    other.wait().expect("reaped");
    assert!(left.contains(&other.id()), "{left:?}");
}

#[test]
fn children_of_ours_that_are_not_of_the_tree_are_left_out() {
    let child = Running::alone("busy");
    let target = child.target();
    let stranger = Running::beside("busy");
    let mut sampler = process(&target);
    poll(&mut *sampler, 200);
    assert_eq!(target.pids(now()), [child.child.id()]);
    drop(stranger);
}

#[test]
fn a_process_that_vanishes_is_no_failure() {
    let mut child = Running::alone("busy");
    let mut sampler = process(&child.target());
    let mut samples = poll(&mut *sampler, 150);
    let before = samples.last(Signal::ON_CPU);
    child.child.kill().expect("killed");
    let pid = Pid::from_raw(child.child.id() as i32).expect("above 0");
    let only_look = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    waitid(WaitId::Pid(pid), only_look).expect("ended");
    // A zombie: counters stand, memory is no zero. On a busy machine a poll may have been dear, and the sampler rests after it.
    samples.0.clear();
    poll_until(&mut *sampler, &mut samples, 30_000, |samples| {
        !samples.0.is_empty()
    });
    assert!(samples.last(Signal::ON_CPU) >= before);
    assert!(samples.of(Signal::MEMORY_RSS).is_empty());
    child.child.wait().expect("reaped");
    samples.0.clear();
    sampler.finish(now(), &mut samples);
    assert_eq!(samples.0, []);
    let facts = sampler.facts().expect("of processes");
    assert_eq!(
        facts,
        Facts {
            on_cpu: facts.on_cpu,
            ..Facts::default()
        }
    );
    assert!(facts.on_cpu >= before, "{facts:?}, {before}");
    // And one that was gone before anyone looked.
    let gone = Target::new(child.child.id());
    assert!(poll(&mut *process(&gone), 100).0.is_empty());
}

#[test]
fn a_storm_of_short_processes_is_no_failure() {
    let child = Running::alone("storm");
    let mut sampler = process(&child.target());
    let mut samples = Samples::default();
    for _ in 0..200 {
        sampler.poll(now(), &mut samples);
        std::thread::sleep(Duration::from_millis(3));
    }
    let entities = samples.entities(Signal::FAULTS_MINOR);
    println!("{} samples of {entities:?}", samples.0.len());
    assert!((1..40).contains(&entities.len()), "{entities:?}");
    for entity in entities {
        let faults = samples.of(Signal::FAULTS_MINOR).into_iter();
        let faults: Vec<u64> = faults
            .filter(|seen| seen.entity == entity)
            .map(|seen| seen.value)
            .collect();
        assert!(faults.is_sorted(), "{entity}: {faults:?}");
    }
}

#[test]
fn workers_one_after_the_other_are_one_entity() {
    let child = Running::alone("workers");
    let mut samples = Samples::default();
    poll_until(
        &mut *process(&child.target()),
        &mut samples,
        8000,
        |samples| {
            let sleeps = samples.of(Signal::FAULTS_MINOR);
            sleeps.iter().filter(|seen| seen.entity == "sleep").count() > 8
        },
    );
    let entities = samples.entities(Signal::MEMORY_RSS);
    assert_eq!(entities.len(), 2, "{entities:?}");
    assert!(entities.contains(&"sleep"), "{entities:?}");
    let faults: Vec<u64> = samples
        .of(Signal::FAULTS_MINOR)
        .iter()
        .filter(|seen| seen.entity == "sleep")
        .map(|seen| seen.value)
        .collect();
    assert!(faults.is_sorted() && faults.len() > 4, "{faults:?}");
}

#[test]
fn a_copy_of_its_parent_is_an_entity_once_it_stays_one() {
    let child = Running::alone("copy");
    let mut sampler = process(&child.target());
    let mut samples = Samples::default();
    let second = |samples: &Samples| {
        let entities = samples.entities(Signal::MEMORY_RSS);
        entities.iter().any(|entity| entity.ends_with("sh#2"))
    };
    assert!(
        poll_until(&mut *sampler, &mut samples, 8000, second),
        "{:?}",
        samples.entities(Signal::MEMORY_RSS)
    );
    assert_eq!(samples.entities(Signal::MEMORY_RSS).len(), 3);
}

#[test]
fn what_runs_another_program_is_another_entity() {
    let child = Running::alone("exec");
    let mut samples = Samples::default();
    poll_until(
        &mut *process(&child.target()),
        &mut samples,
        8000,
        |samples| samples.entities(Signal::ON_CPU).len() > 1,
    );
    let entities = samples.entities(Signal::ON_CPU);
    assert_eq!(entities.len(), 2, "{entities:?}");
    // What the first program used is not the second's.
    let sleep: Vec<&Seen> = samples
        .of(Signal::FAULTS_MINOR)
        .into_iter()
        .filter(|seen| seen.entity == "sleep")
        .collect();
    assert!(!sleep.is_empty() && sleep[0].value < 1000, "{sleep:?}");
}
