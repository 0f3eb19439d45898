//! Threads, queues and limits of hooks.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use pss_integrations::hooks::{Event, Hooks, Patience, Phase, Planned, Telling};

#[derive(Debug, Clone, Default)]
struct Slow {
    told: Arc<Mutex<Vec<Phase>>>,
    takes: Duration,
    fails: bool,
    panics: bool,
}

impl Telling for Slow {
    fn tell(&mut self, event: &Event, _: Duration) -> Result<(), String> {
        std::thread::sleep(self.takes);
        self.told
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .push(event.phase);
        assert!(!self.panics, "as it was told to");
        if self.fails {
            return Err("it was told to".to_owned());
        }
        Ok(())
    }
}

fn planned(slow: &Slow, limit: u64, queue: usize, required: bool) -> Planned {
    Planned {
        name: "slow".to_owned(),
        on: BTreeSet::from(Phase::ALL),
        limit: Duration::from_millis(limit),
        queue,
        required,
        telling: Box::new(slow.clone()),
    }
}

fn event(phase: Phase) -> Event {
    Event {
        phase,
        time: 0,
        run: "1".to_owned(),
        command: "true".to_owned(),
        facts: serde_json::Map::new(),
    }
}

#[test]
fn telling_never_waits_and_what_is_too_much_is_counted() {
    let slow = Slow {
        takes: Duration::from_millis(300),
        ..Slow::default()
    };
    let hooks = Hooks::start(vec![planned(&slow, 10_000, 2, false)]).expect("threads");
    let began = Instant::now();
    for _ in 0..10 {
        hooks.tell(&event(Phase::LoadStart));
    }
    assert!(
        began.elapsed() < Duration::from_millis(300),
        "{:?}",
        began.elapsed()
    );
    hooks.settle(Patience::default());
    let report = &hooks.report()[0];
    // Two wait; the first may or may not have been begun before the third came.
    assert!((2..=3).contains(&report.told), "{report:?}");
    assert_eq!(report.told + report.dropped, 10);
    assert_eq!(report.failed, 0);
}

#[test]
fn one_that_hangs_is_left_behind_and_told() {
    let slow = Slow {
        takes: Duration::from_secs(3600),
        ..Slow::default()
    };
    let hooks = Hooks::start(vec![planned(&slow, 100, 9, false)]).expect("threads");
    let began = Instant::now();
    hooks.tell(&event(Phase::LoadStart));
    hooks.tell(&event(Phase::LoadEnd));
    hooks.settle(Patience::default());
    assert!(began.elapsed() < Duration::from_secs(10));
    let report = &hooks.report()[0];
    assert_eq!((report.failed, report.dropped), (1, 1), "{report:?}");
    assert!(
        report.failures[0].starts_with("load_start: it took"),
        "{report:?}"
    );
    // Nobody waits for it a second time.
    let began = Instant::now();
    hooks.tell(&event(Phase::ReportWritten));
    hooks.settle(Patience::default());
    assert!(began.elapsed() < Duration::from_millis(100));
}

#[test]
fn failures_and_panics_are_told_and_end_nothing() {
    for (slow, says) in [
        (
            Slow {
                fails: true,
                ..Slow::default()
            },
            "load_start: it was told to",
        ),
        (
            Slow {
                panics: true,
                ..Slow::default()
            },
            "load_start: it panicked",
        ),
    ] {
        let hooks = Hooks::start(vec![planned(&slow, 10_000, 9, false)]).expect("threads");
        hooks.tell(&event(Phase::LoadStart));
        hooks.tell(&event(Phase::LoadEnd));
        hooks.settle(Patience::default());
        let report = &hooks.report()[0];
        assert_eq!((report.told, report.failed), (2, 2));
        assert_eq!(report.failures[0], says);
    }
}

#[test]
fn a_required_hook_that_fails_or_hangs_is_not_ready() {
    let good = Slow::default();
    let hooks = Hooks::start(vec![planned(&good, 10_000, 9, true)]).expect("threads");
    hooks.tell(&event(Phase::RunStart));
    assert!(hooks.ready(Patience::default()).is_ok());
    for (slow, says) in [
        (
            Slow {
                fails: true,
                ..Slow::default()
            },
            "failed at run_start",
        ),
        (
            Slow {
                takes: Duration::from_secs(3600),
                ..Slow::default()
            },
            "failed at run_start: it took",
        ),
    ] {
        let hooks = Hooks::start(vec![planned(&slow, 100, 9, true)]).expect("threads");
        hooks.tell(&event(Phase::RunStart));
        let failure = hooks
            .ready(Patience::default())
            .expect_err("not ready")
            .to_string();
        assert!(failure.contains(says), "{failure}");
    }
}

#[test]
fn nobody_who_wants_to_stop_waits_for_long() {
    let slow = Slow {
        takes: Duration::from_secs(3600),
        ..Slow::default()
    };
    let hooks = Hooks::start(vec![planned(&slow, 60_000, 9, true)]).expect("threads");
    hooks.tell(&event(Phase::RunStart));
    hooks.tell(&event(Phase::LoadStart));
    let said = Mutex::new(Vec::new());
    let patience = Patience {
        hurry: &|| true,
        waiting: &|name| said.lock().expect("sound").push(name.to_owned()),
    };
    let began = Instant::now();
    assert!(
        hooks.ready(patience).is_ok(),
        "a run that was stopped fails for no hook"
    );
    hooks.settle(patience);
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(*said.lock().expect("sound"), ["slow"]);
    let report = &hooks.report()[0];
    assert_eq!((report.failed, report.dropped), (1, 1), "{report:?}");
    assert!(
        report.failures[0].contains("as the run was stopped"),
        "{report:?}"
    );
}
