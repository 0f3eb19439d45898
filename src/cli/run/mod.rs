//! `pss run -- CMD`: watch a program run, and score it.

mod address;
mod told;
mod wanted;

use std::{
    path::Path,
    sync::{Arc, atomic::AtomicBool},
};

use pss_integrations::hooks::Phase;
use pss_metrics::{
    compare::{Policy, compare},
    report::compared,
};
use serde_json::json;

use self::{
    address::shown,
    told::{advice, ended, facts, load_warnings, of_rounds},
    wanted::{Wanted, flags, wanted},
};
use super::{
    arguments::{Common, Run},
    exports::write_all,
    hooks::{self, Told},
    scoring,
    stdout::Stream,
    warning::warn,
};
use crate::{
    config::{Config, Keys, load},
    error::Error,
    exit::Exit,
    input::{InputError, Place, ReadOptions, read},
    machine,
    process::{hurried, stop_asides},
    registry::Registry,
    run::{Done, Lane, Phases, Recorded, Recorder, load::under_load, rounds},
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

fn failed(save: Option<&Path>, error: std::io::Error) -> Error {
    Error::Output {
        what: match save {
            Some(path) => format!("`{}`", path.display()),
            None => "a temporary file".to_owned(),
        },
        error,
    }
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
