//! `pss run -- CMD`: watch a program run, and score it.

use std::{
    path::Path,
    sync::{Arc, atomic::AtomicBool},
};

use pss_integrations::{
    hooks::Phase,
    samplers::{Sampler, SamplerSettings},
};
use pss_metrics::{
    compare::{Policy, compare},
    plugin::caught,
    report::{LoadReport, Report, RoundReport, RunReport, compared},
};

use serde_json::{Map, Value, json};

use super::{
    arguments::{Common, Run},
    ended::exit,
    exports::{Export, exports, write_all},
    hooks::{self, Told},
    load_flags::Shared,
    scoring,
    stdout::Stream,
    warning::warn,
};
use crate::{
    config::{Config, Flags, Keys, Profile, Resolved, hidden, load},
    error::Error,
    exit::Exit,
    input::{InputError, Place, ReadOptions, read},
    length::parse_length,
    machine,
    process::{Launch, Status, hurried, stop_asides},
    registry::{Registry, feature_that_brings},
    run::{
        Done, Lane, Phases, Plan, Recorded, Recorder, Round,
        load::{LoadSettings, under_load},
        rounds,
    },
    terminal::Bar,
};

pub(super) fn run(arguments: &Run, common: &Common, registry: &Registry) -> Result<Exit, Error> {
    let keys = Keys::new(&registry.metrics, &registry.ids());
    let config =
        load(&keys, common.config.as_deref(), &flags(arguments)?).map_err(Error::Config)?;
    let registry = &registry.enabled(&config);
    let (told, wanted) = wanted(arguments, common, registry, &config)?;
    let told = told.start()?;
    let what = match wanted.under.as_ref().and_then(|load| load.http.as_ref()) {
        Some(http) => shown(&http.url),
        None => words(&arguments.command).join(" "),
    };
    let phases = Phases::new(&told.hooks, what);
    let exit = scored(arguments, common, registry, &config, wanted, &told, &phases);
    if let Err(error) = &exit {
        phases.failed(error);
        phases.settle();
        for warning in hooks::warnings(&told.report()) {
            warn(&warning);
        }
    }
    stop_asides();
    exit
}

/// What is asked for, as far as it can be known before anything starts.
struct Wanted<'a> {
    resolved: Resolved,
    exports: Vec<Export<'a>>,
    under: Option<LoadSettings>,
    launches: Vec<Launch>,
    plan: Plan,
}

/// Reads all that is asked for.
///
/// # Errors
/// All mistakes.
fn wanted<'a>(
    arguments: &'a Run,
    common: &Common,
    registry: &'a Registry,
    config: &'a Config,
) -> Result<(hooks::Asked, Wanted<'a>), Error> {
    let mut wrong = Vec::new();
    let resolved = kept(
        config.resolve(&registry.metrics).map_err(Error::Config),
        &mut wrong,
    );
    if let Some(resolved) = &resolved
        && resolved.profile != Profile::Default
    {
        wrong.push(Error::Usage(format!(
            "profile {} scores whole files: keep the run with --save run.jsonl, and analyse that",
            resolved.profile.name()
        )));
    }
    let hooks = kept(
        hooks::read(config, registry).map_err(Error::Config),
        &mut wrong,
    );
    let exports = kept(exports(&arguments.scoring, registry), &mut wrong);
    let before = wrong.len();
    let under = under(arguments, config, registry, &mut wrong);
    // Whether a load that cannot be read would have needed a command nobody knows.
    let known = wrong.len() == before;
    let launches = launches(arguments, under.as_ref());
    let service = under.as_ref().is_some_and(|load| load.http.is_some());
    if known && !service {
        if arguments.command.is_empty() {
            wrong.push(Error::Usage(
                "there is no command: write it behind `--`, as in pss run -- <CMD>".to_owned(),
            ));
        } else {
            for launch in &launches {
                let checked = launch.check();
                kept(
                    checked.map_err(|error| Error::Usage(error.to_string())),
                    &mut wrong,
                );
            }
        }
    }
    let under_load = under.is_some() || !known;
    let plan = plan(arguments, common, registry, config, under_load, &mut wrong);
    match (resolved, hooks, exports, plan) {
        (Some(resolved), Some(hooks), Some(exports), Some(plan)) if wrong.is_empty() => {
            let wanted = Wanted {
                resolved,
                exports,
                under,
                launches,
                plan,
            };
            Ok((hooks, wanted))
        }
        _ => Err(Error::of(wrong)),
    }
}

/// What was read, or one more mistake.
fn kept<T>(read: Result<T, Error>, wrong: &mut Vec<Error>) -> Option<T> {
    read.map_err(|error| wrong.push(error)).ok()
}

fn scored(
    arguments: &Run,
    common: &Common,
    registry: &Registry,
    config: &Config,
    wanted: Wanted<'_>,
    told: &Told,
    phases: &Phases<'_>,
) -> Result<Exit, Error> {
    let Wanted {
        resolved,
        exports,
        under,
        launches,
        mut plan,
    } = wanted;
    let native = registry.format("native")?;
    let mut recorded = Vec::new();
    for launch in launches {
        let save = arguments.save.as_deref();
        let (recorder, record) =
            Recorder::create(native, save).map_err(|error| failed(save, error))?;
        plan.lanes.push(Lane {
            launch,
            recorder: Arc::new(recorder),
        });
        recorded.push(record);
    }
    let interrupt = AtomicBool::new(false);
    let extras = resolved.extras();
    let observers = resolved.observers().map_err(Error::Config)?;
    let settings = config.input_settings();
    let mut options = ReadOptions {
        rules: Arc::new(config.rules()),
        naming: config.naming().map(Arc::new),
        extras: &extras,
        observers: &observers,
        ..ReadOptions::new(&registry.formats, &settings, &interrupt)
    };
    let done = match &under {
        Some(load) => {
            let loaded = under_load(&plan, load, phases)?;
            Done {
                notices: loaded.notices,
                failed: loaded.failed,
                interrupted: loaded.interrupted,
                load: Some(loaded.report),
                ..Done::default()
            }
        }
        None => rounds(&plan, &options, phases)?,
    };
    let mut analyzing = phases.analyze();

    options.format = Some(native);
    let none = AtomicBool::new(true);
    let stopped = ReadOptions {
        interrupt: &none,
        ..options.clone()
    };
    let bar = Bar::new(common.quiet);
    let mut outcomes = Vec::new();
    for (lane, record) in plan.lanes.iter().zip(&recorded) {
        lane.recorder
            .finish()
            .map_err(|error| failed(arguments.save.as_deref(), error))?;
        let places = [place(record, &words(&lane.launch.words))];
        let mut outcome = match read(&places, &options, &bar) {
            // It was stopped before there was anything: that is what a report says then.
            Err(InputError::Empty(_) | InputError::NoGoodRecord { .. }) if done.interrupted => {
                read(&[], &stopped, &bar)?
            }
            read => read?,
        };
        machine::stamp(&mut outcome.summary, true, None);
        outcomes.push(outcome);
    }
    bar.clear();
    let base = if outcomes.len() > 1 {
        outcomes.pop()
    } else {
        None
    };
    let Some(mut head) = outcomes.pop() else {
        return Err(Error::Usage("there is no command".to_owned()));
    };
    head.interrupted = done.interrupted;
    head.notices.extend(done.notices.iter().cloned());
    head.failed.extend(done.failed.iter().cloned());
    let mut report = scoring::report(&head, &resolved, options.threads);
    if let Some(base) = base {
        let comparison = compare(&[base.summary], &head.summary, &resolved.plan);
        let policy = Policy {
            same_session: true,
            interleaved: true,
            allow_incomplete: resolved.plan.allow_incomplete,
        };
        report = compared(report, comparison, policy, resolved.top);
    }
    report.run = Some(of_rounds(&plan, &done));
    report.warnings.extend(advice(&report));
    if let Some(load) = &done.load {
        report.warnings.extend(load_warnings(load, &done));
    }
    let facts = facts(&report);
    analyzing.facts.clone_from(&facts);
    drop(analyzing);
    for alert in told.alerts(&report) {
        let mut facts = facts.clone();
        facts.insert("alert".to_owned(), json!(alert));
        phases.tell(Phase::Alert, facts);
    }
    // Nothing is measured any more, so that hooks may be waited for: their failures belong in the report.
    phases.settle();
    let hooks = told.report();
    report.warnings.extend(hooks::warnings(&hooks));
    if let Some(run) = &mut report.run {
        run.hooks.clone_from(&hooks);
    }
    let written = write_all(
        Stream::Err,
        &arguments.scoring,
        common,
        &report,
        &head.summary,
        &exports,
    );
    let ended = ended(arguments, &resolved, &report, &done);
    match written {
        Ok(()) => phases.tell(Phase::ReportWritten, facts),
        Err(error) if ended.or(error.exit()) == error.exit() => return Err(error),
        Err(error) => warn(&error.to_string()),
    }
    phases.settle();
    told.late_failures(&hooks);
    Ok(if hurried() { Exit::Interrupted } else { ended })
}

/// What the user should know of a load.
fn load_warnings(load: &LoadReport, done: &Done) -> Vec<String> {
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
fn facts(report: &Report) -> Map<String, Value> {
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

/// The load to put on the command or a service, if any.
fn under(
    arguments: &Run,
    config: &Config,
    registry: &Registry,
    wrong: &mut Vec<Error>,
) -> Option<LoadSettings> {
    let shared = Shared {
        duration: arguments.duration.as_deref(),
        warmup: arguments.warmup.as_deref(),
        timeout: arguments.timeout.as_deref(),
    };
    let (table, place) = arguments
        .load
        .table(config, &shared, Some(&arguments.target), wrong)?;
    let settings = super::load::settings(&table, &place, config, registry);
    let settings = kept(settings.map_err(Error::Config), wrong);
    for (flag, given) in [
        ("--against", arguments.against.is_some()),
        ("--runs", arguments.runs > 1),
        ("--read", !arguments.read.is_empty()),
    ] {
        if given {
            wrong.push(Error::Usage(format!(
                "{flag} is for rounds, and a load has none: leave it out, or the load with --load off"
            )));
        }
    }
    let settings = settings?;
    if settings.http.is_some() && !arguments.command.is_empty() {
        wrong.push(Error::Usage(
            "arrivals are requests to a service or commands, and not both: start the service before, and leave the command out".to_owned(),
        ));
    }
    Some(settings)
}

fn failed(save: Option<&Path>, error: std::io::Error) -> Error {
    Error::Output {
        what: match save {
            Some(path) => format!("`{}`", path.display()),
            None => "a temporary file".to_owned(),
        },
        error,
    }
}

/// The command, and what it is held against.
fn launches(arguments: &Run, under: Option<&LoadSettings>) -> Vec<Launch> {
    let command = Launch {
        words: match under.and_then(|load| load.http.as_ref()) {
            Some(http) => vec![http.method.clone().into(), shown(&http.url).into()],
            None => arguments.command.clone(),
        },
        environment: Vec::new(),
    };
    let against = arguments.against.as_deref().map(Launch::shell);
    [Some(command), against].into_iter().flatten().collect()
}

fn ended(arguments: &Run, resolved: &Resolved, report: &Report, done: &Done) -> Exit {
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

fn flags(arguments: &Run) -> Result<Flags, Error> {
    let topics = (!arguments.topic.is_empty()).then(|| arguments.topic.join(","));
    arguments.scoring.flags(&[
        ("run.interval", "--interval", &arguments.interval),
        ("kafka.bootstrap.servers", "--kafka", &arguments.kafka),
        ("kafka.group.id", "--group", &arguments.group),
        ("kafka.topics", "--topic", &topics),
    ])
}

/// The samplers that take part, and what the user says to them.
fn samplers(
    arguments: &Run,
    registry: &Registry,
    config: &Config,
) -> Result<(Vec<&'static dyn Sampler>, SamplerSettings), Error> {
    let kafka = config.settings.contains_key("kafka.bootstrap.servers");
    // Where no cluster is watched, nobody is asked for its passwords.
    let settings = if kafka {
        config
            .sampler_settings(|name| std::env::var(name).ok())
            .map_err(Error::Config)?
    } else {
        SamplerSettings::default()
    };
    if kafka && !registry.has_sampler("kafka") {
        if let Some(why) = registry.switched_off("sampler:kafka") {
            return Err(Error::Usage(format!("--kafka needs sampler:kafka: {why}")));
        }
        let how = feature_that_brings("sampler:kafka").unwrap_or_default();
        return Err(Error::Usage(format!(
            "--kafka needs sampler:kafka, which is not in this build: {how}"
        )));
    }
    if !kafka && (arguments.group.is_some() || !arguments.topic.is_empty()) {
        return Err(Error::Usage(
            "--group and --topic need a cluster: name its brokers with --kafka HOST:PORT"
                .to_owned(),
        ));
    }
    let mut wanted = Vec::new();
    for sampler in &registry.samplers {
        let name = sampler.meta().plugin.name;
        // One that panics here panics again at its start, where that is told.
        match caught(|| sampler.wanted(settings.of(name))) {
            Ok(Ok(true)) | Err(_) => wanted.push(*sampler),
            Ok(Ok(false)) => {}
            Ok(Err(why)) => return Err(Error::Usage(format!("sampler:{name}: {why}"))),
        }
    }
    Ok((wanted, settings))
}

fn plan(
    arguments: &Run,
    common: &Common,
    registry: &Registry,
    config: &Config,
    under_load: bool,
    wrong: &mut Vec<Error>,
) -> Option<Plan> {
    // Under load it is one of its settings, and is told among them.
    let duration = arguments.duration.as_deref().filter(|_| !under_load);
    let timeout = arguments.timeout.as_deref().filter(|_| !under_load);
    let [duration, timeout] =
        [("--duration", duration), ("--timeout", timeout)].map(|(flag, text)| {
            let parsed = text.map(parse_length).transpose();
            let parsed = parsed.map_err(|error| Error::Usage(format!("{flag}: {error}")));
            kept(parsed, wrong).flatten()
        });
    if let Some(path) = &arguments.save {
        let name = path.display().to_string();
        let plain = name
            .strip_suffix(".gz")
            .or(name.strip_suffix(".zst"))
            .unwrap_or(&name);
        if !plain.ends_with(".jsonl") {
            wrong.push(Error::Usage(format!(
                "--save writes native records as they come: end `{name}` in .jsonl, .jsonl.gz or .jsonl.zst; `pss convert` makes other formats of it"
            )));
        }
    }
    let samplers = kept(samplers(arguments, registry, config), wrong);
    let warmup = match under_load {
        true => Some(0),
        false => kept(warmup(arguments), wrong),
    };
    let (samplers, settings) = samplers?;
    Some(Plan {
        lanes: Vec::new(),
        runs: arguments.runs,
        warmup: warmup?,
        duration,
        timeout,
        interval: config.length("run.interval"),
        prepare: arguments.prepare.as_deref().map(Launch::shell),
        cleanup: arguments.cleanup.as_deref().map(Launch::shell),
        otlp: arguments.otlp.clone(),
        read: arguments.read.clone(),
        samplers,
        settings: Arc::new(settings),
        status: !common.quiet && !arguments.no_status,
    })
}

/// Rounds that do not count.
fn warmup(arguments: &Run) -> Result<u64, Error> {
    let Some(text) = &arguments.warmup else {
        return Ok(0);
    };
    let rounds = text.parse().ok().filter(|rounds| *rounds <= 100_000);
    rounds.ok_or_else(|| {
        Error::Usage(format!(
            "--warmup {text:?} is no number of rounds up to 100000; only under --load it is a length of time"
        ))
    })
}

/// The record under the name that it has for the user.
fn place(recorded: &Recorded, words: &[String]) -> Place {
    match recorded {
        Recorded::Saved(path) => Place::File(path.clone()),
        Recorded::Temporary(path) => Place::Named(path.to_path_buf(), words.join(" ")),
    }
}

fn words(words: &[std::ffi::OsString]) -> Vec<String> {
    let shown = |word: &std::ffi::OsString| word.to_string_lossy().into_owned();
    words.iter().map(shown).collect()
}

/// The rounds of the command itself.
fn of_rounds(plan: &Plan, done: &Done) -> RunReport {
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

/// An address without what may be secret.
fn shown(url: &str) -> String {
    let plain = url.split(['?', '#']).next().unwrap_or_default();
    let shown = match plain.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let host = host.rsplit('@').next().unwrap_or(host);
            format!("{scheme}://{host}{path}")
        }
        None => plain.to_owned(),
    };
    hidden(&shown).into_owned()
}

/// What to do about rounds that differ.
fn advice(report: &Report) -> Option<String> {
    let share = report.run.as_ref()?.outliers.filter(|share| *share > 0.0)?;
    Some(format!(
        "{:.0} % of the rounds took far longer or shorter than the others: close what else runs on this machine, let it warm up with --warmup 3, and clear what rounds leave to each other with --prepare",
        100.0 * share
    ))
}
