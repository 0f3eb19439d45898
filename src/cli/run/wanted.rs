//! What a run is asked for, read in full before anything starts.

use std::sync::Arc;

use pss_integrations::samplers::{Sampler, SamplerSettings};
use pss_metrics::plugin::caught;

use super::{
    super::{
        arguments::{Common, Run},
        exports::{Export, exports},
        hooks,
        load_flags::Shared,
    },
    address::shown,
};
use crate::{
    config::{Config, Flags, Profile, Resolved},
    error::Error,
    length::parse_length,
    process::Launch,
    registry::{Registry, feature_that_brings},
    run::{Plan, load::LoadSettings},
};

/// What is asked for, as far as it can be known before anything starts.
pub(super) struct Wanted<'a> {
    pub(super) resolved: Resolved,
    pub(super) exports: Vec<Export<'a>>,
    pub(super) under: Option<LoadSettings>,
    pub(super) launches: Vec<Launch>,
    pub(super) plan: Plan,
}

/// Reads all that is asked for.
///
/// # Errors
/// All mistakes.
pub(super) fn wanted<'a>(
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
    let settings = super::super::load::settings(&table, &place, config, registry);
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

pub(super) fn flags(arguments: &Run) -> Result<Flags, Error> {
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
