//! `pss run -- CMD`: watch a program run, and score it.

use std::{
    path::Path,
    sync::{Arc, atomic::AtomicBool},
};

use pss_metrics::{
    report::{Report, RoundReport, RunReport, build},
    score::score_with,
};

use super::{
    analyze::{RECORD_LIMIT, exit, exports, on_all_cores, read_from, scoring_flags, write_all_to},
    arguments::{Common, Run},
    stdout::Stream,
};
use crate::{
    config::{Config, Flags, Keys, Profile, Resolved, load},
    error::Error,
    exit::Exit,
    input::{BLOCK, Place, ReadOptions, read},
    length::parse_length,
    machine,
    process::{Launch, Status},
    registry::Registry,
    run::{Done, Plan, Recorded, Recorder, Round, rounds},
    terminal::Bar,
};

pub(super) fn run(arguments: &Run, common: &Common, registry: &Registry) -> Result<Exit, Error> {
    let keys = Keys::new(&registry.metrics, &registry.ids());
    let config =
        load(&keys, common.config.as_deref(), &flags(arguments)?).map_err(Error::Config)?;
    let resolved = config.resolve(&registry.metrics).map_err(Error::Config)?;
    if resolved.profile != Profile::Default {
        return Err(Error::Usage(format!(
            "profile {} scores whole files: keep the run with --save run.jsonl, and analyse that",
            resolved.profile.name()
        )));
    }
    let exports = exports(&arguments.export, registry)?;
    let plan = plan(arguments, common, registry, &config)?;
    plan.launch
        .check()
        .map_err(|error| Error::Usage(error.to_string()))?;

    let save = arguments.save.as_deref();
    let failed = |error| Error::Output {
        what: match save {
            Some(path) => format!("`{}`", path.display()),
            None => "a temporary file".to_owned(),
        },
        error,
    };
    let (recorder, recorded) = Recorder::create(plan.native, save).map_err(failed)?;
    let recorder = Arc::new(recorder);
    let interrupt = AtomicBool::new(false);
    let extras: Vec<_> = resolved
        .plan
        .metrics
        .iter()
        .flat_map(|planned| planned.metric.extras())
        .collect();
    let settings = config.input_settings();
    let mut options = ReadOptions {
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        formats: &registry.formats,
        format: None,
        settings: &settings,
        rules: Arc::new(config.rules()),
        naming: config.naming().map(Arc::new),
        selection: Arc::default(),
        extras: &extras,
        record_limit: RECORD_LIMIT,
        block: BLOCK,
        interrupt: &interrupt,
    };
    let done = rounds(&plan, &recorder, &options)?;
    recorder.finish().map_err(failed)?;

    options.format = Some(plan.native);
    let bar = Bar::new(common.quiet);
    let place = place(recorded.path(), &recorded, arguments);
    let mut outcome = read(&[place], &options, &bar)?;
    bar.clear();
    outcome.interrupted = done.interrupted;
    outcome.notices.extend(done.notices.iter().cloned());
    let scored = score_with(&outcome.summary, &resolved.plan, &|n, work| {
        on_all_cores(options.threads, n, work);
    });
    let read = read_from(&outcome, &resolved);
    let mut report = build(&outcome.summary, &resolved.plan, &scored, read);
    report.run = Some(of_rounds(arguments, &done));
    report.warnings.extend(advice(&report));
    machine::stamp(&mut outcome.summary, true, None);
    write_all_to(
        Stream::Err,
        arguments.json,
        common,
        &report,
        &outcome.summary,
        &exports,
    )?;
    Ok(ended(arguments, &resolved, &report, &done))
}

fn ended(arguments: &Run, resolved: &Resolved, report: &Report, done: &Done) -> Exit {
    let mut ended = exit(resolved, report);
    if done.rounds.iter().any(Round::failed) && !arguments.ignore_failure {
        let own = done.status().map_or(4, Status::shell_code);
        ended = ended.or(Exit::Command(match own {
            // A command that ended well, and too late.
            0 => 4,
            own if arguments.exit_with_child => own,
            _ => 4,
        }));
    }
    ended
}

fn flags(arguments: &Run) -> Result<Flags, Error> {
    scoring_flags(
        &[
            ("pss.fail_under", "--fail-under", &arguments.fail_under),
            ("pss.fail_on", "--fail-on", &arguments.fail_on),
            ("pss.metrics", "--metrics", &arguments.metrics),
            ("pss.top", "--top", &arguments.top),
            ("run.interval", "--interval", &arguments.interval),
        ],
        arguments.strict,
        &arguments.weight,
    )
}

fn plan(
    arguments: &Run,
    common: &Common,
    registry: &Registry,
    config: &Config,
) -> Result<Plan, Error> {
    let length = |flag: &str, text: &Option<String>| {
        let parsed = text.as_deref().map(parse_length).transpose();
        parsed.map_err(|error| Error::Usage(format!("{flag}: {error}")))
    };
    if let Some(path) = &arguments.save {
        let name = path.display().to_string();
        let plain = name
            .strip_suffix(".gz")
            .or(name.strip_suffix(".zst"))
            .unwrap_or(&name);
        if !plain.ends_with(".jsonl") {
            return Err(Error::Usage(format!(
                "--save writes native records as they come: end `{name}` in .jsonl, .jsonl.gz or .jsonl.zst; `pss convert` makes other formats of it"
            )));
        }
    }
    Ok(Plan {
        launch: Launch {
            words: arguments.command.clone(),
            environment: Vec::new(),
        },
        runs: arguments.runs,
        warmup: arguments.warmup,
        duration: length("--duration", &arguments.duration)?,
        timeout: length("--timeout", &arguments.timeout)?,
        interval: config.length("run.interval"),
        prepare: arguments.prepare.as_deref().map(Launch::shell),
        cleanup: arguments.cleanup.as_deref().map(Launch::shell),
        otlp: arguments.otlp,
        read: arguments.read.clone(),
        samplers: registry.samplers.clone(),
        native: registry.format("native")?,
        status: !common.quiet && !arguments.no_status,
    })
}

/// The record under the name that it has for the user.
fn place(path: &Path, recorded: &Recorded, arguments: &Run) -> Place {
    match recorded {
        Recorded::Saved(path) => Place::File(path.clone()),
        Recorded::Temporary(_) => Place::Named(path.to_owned(), words(arguments).join(" ")),
    }
}

fn words(arguments: &Run) -> Vec<String> {
    let shown = |word: &std::ffi::OsString| word.to_string_lossy().into_owned();
    arguments.command.iter().map(shown).collect()
}

fn of_rounds(arguments: &Run, done: &Done) -> RunReport {
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
    RunReport::new(words(arguments), done.rounds.iter().map(round).collect())
}

/// What to do about rounds that differ.
fn advice(report: &Report) -> Option<String> {
    let share = report.run.as_ref()?.outliers.filter(|share| *share > 0.0)?;
    Some(format!(
        "{:.0} % of the rounds took far longer or shorter than the others: close what else runs on this machine, let it warm up with --warmup 3, and clear what rounds leave to each other with --prepare",
        100.0 * share
    ))
}
