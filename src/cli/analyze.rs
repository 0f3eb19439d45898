//! `pss analyze FILES`: score trace files.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use pss_integrations::views::View;
use pss_metrics::{
    plugin::nearest,
    report::{Provenance, Report, build},
    score::score_with,
    summary::Summary,
};

use super::{
    arguments::{Analyze, Common},
    joined, provenance, pypss,
    stdout::{self, Stream},
    why,
};
use crate::{
    config::{Flags, Keys, Profile, Resolved, load},
    error::Error,
    exit::Exit,
    files,
    input::{BLOCK, ReadOptions, ReadOutcome, places, read, write_summary},
    machine,
    registry::Registry,
    terminal::{Bar, Look, render},
};

/// Longest record: no span comes near it, and one that does would cost its length in memory.
pub(super) const RECORD_LIMIT: usize = 64 << 20;

pub(super) fn run(
    arguments: &Analyze,
    common: &Common,
    registry: &Registry,
) -> Result<Exit, Error> {
    let keys = Keys::new(&registry.metrics, &registry.ids());
    let config =
        load(&keys, common.config.as_deref(), &flags(arguments)?).map_err(Error::Config)?;
    let resolved = config.resolve(&registry.metrics).map_err(Error::Config)?;
    let exports = exports(&arguments.export, registry)?;
    if resolved.profile != Profile::Default
        && exports
            .iter()
            .any(|export| matches!(export, Export::Summary(_)))
    {
        return Err(Error::Usage(format!(
            "profile {} makes no summary: its numbers need every single value; export one with the default profile",
            resolved.profile.name()
        )));
    }

    let selection = arguments.select.selection()?;
    if resolved.profile != Profile::Default && !selection.is_all() {
        return Err(Error::Usage(format!(
            "profile {} scores whole files, as PyPSS does: cut them with `pss convert --since ..` first",
            resolved.profile.name()
        )));
    }
    let interrupt = listen()?;
    let extras: Vec<_> = resolved
        .plan
        .metrics
        .iter()
        .flat_map(|planned| planned.metric.extras())
        .collect();
    let bar = Bar::new(common.quiet);
    let settings = config.input_settings();
    let options = ReadOptions {
        threads: arguments
            .threads
            .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)),
        formats: &registry.formats,
        format: arguments
            .format
            .as_deref()
            .map(|name| registry.format(name))
            .transpose()?,
        settings: &settings,
        rules: Arc::new(config.rules()),
        naming: config.naming().map(Arc::new),
        selection: Arc::new(selection),
        extras: &extras,
        record_limit: RECORD_LIMIT,
        block: BLOCK,
        interrupt: &interrupt,
    };
    let places = places(&arguments.files, &registry.formats)?;
    if let Some(name) = &arguments.why_category {
        return why::run(name, &places, &options, &bar);
    }
    if arguments.self_time {
        return joined::run(&places, &options, &bar, resolved.top);
    }
    let (report, mut summary) = if resolved.profile == Profile::Default {
        let outcome = read(&places, &options, &bar)?;
        let scored = score_with(&outcome.summary, &resolved.plan, &|n, work| {
            on_all_cores(options.threads, n, work);
        });
        let read = read_from(&outcome, &resolved);
        let report = build(&outcome.summary, &resolved.plan, &scored, read);
        (report, outcome.summary)
    } else {
        pypss::report(&places, &resolved, &options, &bar)?
    };
    bar.clear();
    let here = arguments.measured_here || arguments.session.is_some();
    machine::stamp(&mut summary, here, arguments.session.as_deref());
    write_all(arguments.json, common, &report, &summary, &exports)?;
    Ok(exit(&resolved, &report))
}

/// Set by Ctrl-C; a second one ends the program at once.
pub(super) fn listen() -> Result<Arc<AtomicBool>, Error> {
    let interrupt = Arc::new(AtomicBool::new(false));
    for register in [
        signal_hook::flag::register_conditional_shutdown(
            signal_hook::consts::SIGINT,
            i32::from(Exit::Interrupted.code()),
            Arc::clone(&interrupt),
        ),
        signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&interrupt)),
    ] {
        register.map_err(|error| Error::Usage(format!("cannot listen for Ctrl-C: {error}")))?;
    }
    Ok(interrupt)
}

/// The first that applies: interrupted, too many bad records, the verdict.
pub(super) fn exit(resolved: &Resolved, report: &Report) -> Exit {
    let mut exit = Exit::Done;
    if report.input.partial {
        exit = exit.or(Exit::Interrupted);
    }
    if resolved
        .bad_limit
        .exceeded(report.input.bad_records, report.input.records)
    {
        warn(&format!(
            "{} of {} records cannot be used, more than the {} % allowed; mend the input, or raise bad_records in [pss] of pss.toml",
            report.input.bad_records,
            report.input.records,
            100.0 * resolved.bad_limit.share
        ));
        exit = exit.or(Exit::Input);
    }
    if report.input.spans + report.input.samples == 0 && !report.input.partial {
        warn(
            "there is no good record; PyPSS has a number for that, which says nothing of a program",
        );
        exit = exit.or(Exit::Input);
    }
    if resolved
        .fail_on
        .iter()
        .any(|verdict| verdict == report.verdict.outcome.name())
    {
        exit = exit.or(Exit::Verdict);
    }
    exit
}

/// Runs the parts of scoring on all cores.
pub(super) fn on_all_cores(threads: usize, n: usize, work: &(dyn Fn(usize) + Sync)) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, n.max(1)) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= n {
                        break;
                    }
                    work(at);
                }
            });
        }
    });
}

fn flags(arguments: &Analyze) -> Result<Flags, Error> {
    scoring_flags(
        &[
            ("pss.fail_under", "--fail-under", &arguments.fail_under),
            ("pss.fail_on", "--fail-on", &arguments.fail_on),
            ("pss.metrics", "--metrics", &arguments.metrics),
            ("pss.profile", "--profile", &arguments.profile),
            ("pss.top", "--top", &arguments.top),
        ],
        arguments.strict,
        &arguments.weight,
    )
}

/// Flags as settings: those with a text of their own, `--strict`, and weights.
pub(super) fn scoring_flags(
    texts: &[(&str, &str, &Option<String>)],
    strict: bool,
    weights: &[String],
) -> Result<Flags, Error> {
    let mut flags = Flags::new();
    let mut add = |key: &str, flag: &str, text: &Option<String>| {
        if let Some(text) = text {
            flags.push((key.to_owned(), flag.to_owned(), text.clone()));
        }
    };
    for (key, flag, text) in texts {
        add(key, flag, text);
    }
    let all = strict.then(|| "fail,warn,inconclusive".to_owned());
    add("pss.fail_on", "--strict", &all);
    for weight in weights {
        let (code, value) = weight.split_once('=').ok_or_else(|| {
            Error::Usage(format!(
                "--weight {weight:?} is not of the form CODE=WEIGHT, such as IO=.25"
            ))
        })?;
        flags.push((
            format!("pss.weights.{}", code.to_ascii_uppercase()),
            "--weight".to_owned(),
            value.to_owned(),
        ));
    }
    Ok(flags)
}

/// What to write where.
pub(super) enum Export<'a> {
    View(&'static dyn View, &'a str),
    Summary(&'a str),
}

pub(super) fn exports<'a>(
    arguments: &'a [String],
    registry: &Registry,
) -> Result<Vec<Export<'a>>, Error> {
    let mut names: Vec<&str> = registry.views.iter().map(|view| view.meta().name).collect();
    names.push("summary");
    let parse = |export: &'a String| {
        let (name, path) = export.split_once('=').ok_or_else(|| {
            Error::Usage(format!(
                "--export {export:?} is not of the form VIEW=PATH, such as json=report.json"
            ))
        })?;
        if name == "summary" {
            return if path == "-" {
                Err(Error::Usage(
                    "a summary is no text: give --export summary= a file".to_owned(),
                ))
            } else {
                Ok(Export::Summary(path))
            };
        }
        match registry.views.iter().find(|view| view.meta().name == name) {
            Some(view) => Ok(Export::View(*view, path)),
            None => {
                let help = nearest(name, names.iter().copied()).map_or_else(
                    || format!("known: {}", names.join(", ")),
                    |near| format!("did you mean {near}?"),
                );
                Err(Error::Usage(format!(
                    "--export knows no view {name:?}; {help}"
                )))
            }
        }
    };
    arguments.iter().map(parse).collect()
}

/// Writes every report, even when one fails; the first failure is the error.
pub(super) fn write_all(
    json: bool,
    common: &Common,
    report: &Report,
    summary: &Summary,
    exports: &[Export<'_>],
) -> Result<(), Error> {
    write_all_to(Stream::Out, json, common, report, summary, exports)
}

/// The same, with the report for people on a stream.
pub(super) fn write_all_to(
    stream: Stream,
    json: bool,
    common: &Common,
    report: &Report,
    summary: &Summary,
    exports: &[Export<'_>],
) -> Result<(), Error> {
    let mut first = Ok(());
    let mut keep = |result: Result<(), Error>| {
        if first.is_ok() {
            first = result;
        }
    };
    let mut stdout_taken = false;
    for export in exports {
        keep(match export {
            Export::Summary(path) => {
                write_summary(Path::new(path), summary).map_err(|error| Error::Output {
                    what: format!("`{path}`"),
                    error: std::io::Error::other(error),
                })
            }
            Export::View(view, "-") => {
                stdout_taken = true;
                stdout::write(|out| view.render(report, out))
            }
            Export::View(view, path) => files::export(path, |file| view.render(report, file))
                .map_err(|error| Error::Output {
                    what: format!("`{path}`"),
                    error,
                }),
        });
    }
    let taken = stdout_taken && stream == Stream::Out;
    if json {
        keep(stream.write(|out| pss_integrations::views::json::Json.render(report, out)));
    } else if !taken && !common.quiet {
        let text = render(report, &Look::of(stream == Stream::Err, common.color));
        keep(stream.write(|out| out.write_all(text.as_bytes())));
    }
    first
}

pub(super) fn read_from(outcome: &ReadOutcome, resolved: &Resolved) -> Provenance {
    Provenance {
        files: provenance::files(&outcome.files),
        partial: outcome.interrupted,
        notices: outcome.notices.clone(),
        generator: provenance::generator(resolved.profile),
        top: resolved.top,
    }
}

#[expect(
    clippy::print_stderr,
    reason = "a warning meets the user on standard error"
)]
pub(super) fn warn(text: &str) {
    eprintln!("warning: {text}");
}
