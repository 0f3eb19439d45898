//! What is told of a run when it has ended: to hooks, in the report, by the exit code.

use pss_metrics::report::{LoadReport, Report, RoundReport, RunReport};
use serde_json::{Map, Value, json};

use super::{
    super::{arguments::Run, ended::exit},
    words,
};
use crate::{
    config::Resolved,
    exit::Exit,
    process::Status,
    run::{Done, Plan, Round},
};

/// What the user should know of a load.
pub(super) fn load_warnings(load: &LoadReport, done: &Done) -> Vec<String> {
    if !done.interrupted || load.unfinished == 0 {
        return load.warnings();
    }
    // They were stopped, and did not take too long.
    let ended = LoadReport {
        unfinished: 0,
        ..load.clone()
    };
    let mut warnings = ended.warnings();
    warnings.push(format!(
        "{} arrivals were in flight when the run was stopped: they are in no score",
        load.unfinished
    ));
    warnings
}

/// What hooks are told of a report.
pub(super) fn facts(report: &Report) -> Map<String, Value> {
    let metrics: Map<String, Value> = report
        .metrics
        .iter()
        .map(|metric| (metric.code.clone(), json!(metric.score)))
        .collect();
    [
        ("score", json!(report.pss.score)),
        ("verdict", json!(report.verdict.outcome.name())),
        ("metrics", metrics.into()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}

/// The rounds of the command itself.
pub(super) fn of_rounds(plan: &Plan, done: &Done) -> RunReport {
    let round = |round: &Round| {
        let (code, signal) = match round.ended.status {
            Status::Code(code) => (Some(code), None),
            Status::Signal(signal) => (None, Some(signal)),
        };
        RoundReport {
            start: round.began as f64 * 1e-9,
            seconds: round.ended.wall.as_secs_f64(),
            cpu_seconds: round.ended.cpu.as_secs_f64(),
            peak_bytes: round.ended.peak,
            code,
            signal,
            timed_out: round.ended.timed_out,
        }
    };
    let command = plan.lanes.first().map(|lane| words(&lane.launch.words));
    let rounds = done.rounds.first().into_iter().flatten().map(round);
    let mut run = RunReport::new(command.unwrap_or_default(), rounds.collect());
    run.load.clone_from(&done.load);
    run
}

/// What to do about rounds that differ.
pub(super) fn advice(report: &Report) -> Option<String> {
    let share = report.run.as_ref()?.outliers.filter(|share| *share > 0.0)?;
    Some(format!(
        "{:.0} % of the rounds took far longer or shorter than the others: close what else runs on this machine, let it warm up with --warmup 3, and clear what rounds leave to each other with --prepare",
        100.0 * share
    ))
}

pub(super) fn ended(arguments: &Run, resolved: &Resolved, report: &Report, done: &Done) -> Exit {
    let ended = exit(resolved, report);
    // Under load single failures are what is scored; where nothing went well there was nothing to score.
    if let Some(load) = &done.load {
        let none = load.started > 0 && load.failed == load.started;
        return if none && !arguments.ignore_failure {
            ended.or(Exit::Command(4))
        } else {
            ended
        };
    }
    let all = || done.rounds.iter().flatten();
    let Some(failed) = all().rev().find(|round| round.failed()) else {
        return ended;
    };
    if arguments.ignore_failure {
        return ended;
    }
    // A command that ended well and too late has no code of its own.
    let own = Some(failed.ended.status.shell_code()).filter(|own| *own != 0);
    let code = own.filter(|_| arguments.exit_with_child).unwrap_or(4);
    ended.or(Exit::Command(code))
}
