//! A run under load: warm-up, load, and what is said of both.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use pss_integrations::samplers::{Sampler, Target as Watched};
use pss_metrics::report::{LoadReport, WarmupReport};

use super::{
    command::Command,
    phase::{Passed, Phase},
    settings::LoadSettings,
    target::Target,
};
use crate::{
    error::Error,
    process::Host,
    run::{
        open::Open,
        phases::Phases,
        plan::{Lane, Plan},
        record::Recorder,
        rounds::{Beside, beside},
        samplers::Samplers,
        watch::Watch,
    },
    terminal::StatusLine,
};

/// Between two looks whether to stop, while nothing is done but wait.
const LOOK: Duration = Duration::from_millis(20);

/// What became of a run under load.
#[derive(Debug)]
pub struct Loaded {
    /// Its numbers.
    pub report: LoadReport,
    /// What the user should know.
    pub notices: Vec<String>,
    /// Samplers that failed, with the reason.
    pub failed: BTreeSet<String>,
    /// Whether the user stopped it.
    pub interrupted: bool,
}

/// Runs the warm-up and the load against the plan's first command, or the service that the settings name.
///
/// # Errors
/// What cannot be started; a hook that is required and failed.
pub fn under_load(
    plan: &Plan,
    settings: &LoadSettings,
    phases: &Phases<'_>,
) -> Result<Loaded, Error> {
    let system = |error: std::io::Error| Error::Usage(format!("cannot generate load: {error}"));
    let Some(lane) = plan.lanes.first() else {
        return Err(Error::Usage("there is no command".to_owned()));
    };
    let mut host = Host::new().map_err(system)?;
    let mut notices = Vec::new();
    let open = match settings.http {
        None => Some(Open::new(lane, &plan.otlp, &mut notices).map_err(system)?),
        Some(_) => None,
    };
    let target = target(plan, lane, settings, open.as_ref(), &host)?;
    phases.start(&|| host.interrupted())?;
    beside(&mut host, plan.prepare.as_ref(), Beside::Before)?;
    let stop = || host.interrupted();
    let phase = |name, schedule| Phase {
        name,
        schedule,
        target: &target,
        recorder: &lane.recorder,
        behind: settings.behind,
        max_in_flight: settings.max_in_flight,
        grace: settings.grace,
        status: plan.status,
    };
    let mut warmup = None;
    if let Some(schedule) = &settings.warmup {
        let _warming = phases.warmup();
        lane.recorder.turn(false);
        let began = Instant::now();
        let passed = phase("warm-up", schedule)
            .run(&stop, || {})
            .map_err(system)?;
        warmup = Some(WarmupReport {
            seconds: schedule.seconds(),
            started: passed.tally.started,
            failed: passed.tally.failed,
        });
        // Its last arrival is not its end: the load begins when the next would have started.
        let rest = Duration::from_secs_f64(schedule.seconds()).saturating_sub(began.elapsed());
        if stop() {
            phases.interrupt();
        }
        let until = Instant::now() + rest;
        while !stop() && Instant::now() < until {
            std::thread::sleep(LOOK.min(until.saturating_duration_since(Instant::now())));
        }
        notices.extend(target.clean());
    }
    lane.recorder.turn(true);
    let mut failed = BTreeSet::new();
    let watch = samplers(plan, &lane.recorder).map_err(system)?;
    let passed = {
        let loading = phases.load();
        let passed = phase("load", &settings.schedule)
            .run(&stop, || loading.sending_complete())
            .map_err(system)?;
        if stop() {
            phases.interrupt();
        }
        passed
    };
    if let Some(watch) = watch {
        let seen = watch.finish();
        notices.extend(seen.notices);
        notices.extend(seen.absent);
        notices.extend(
            seen.late
                .iter()
                .map(|name| format!("sampler:{name} was not ready before the load ended")),
        );
        failed.extend(seen.failed);
    }
    notices.extend(target.clean());
    beside(&mut host, plan.cleanup.as_ref(), Beside::After)?;
    if let Some(open) = open {
        notices.extend(open.close());
    }
    lane.recorder.turn(false);
    notices.sort();
    notices.dedup();
    Ok(Loaded {
        report: report(settings, passed, warmup),
        notices,
        failed,
        // What follows reads, scores and writes; there is nothing more to stop in an orderly way.
        interrupted: host.close(),
    })
}

fn target(
    plan: &Plan,
    lane: &Lane,
    settings: &LoadSettings,
    open: Option<&Open<'_>>,
    host: &Host,
) -> Result<Arc<dyn Target>, Error> {
    if let Some(http) = &settings.http {
        return service(http, settings.timeout, settings.max_in_flight);
    }
    let mut launch = lane.launch.clone();
    if let Some(open) = open {
        launch.environment.extend(open.environment.clone());
    }
    Ok(Arc::new(Command {
        swarm: host.swarm(),
        launch,
        limit: settings.timeout,
        service: plan.service(),
    }))
}

#[cfg(feature = "http")]
fn service(
    http: &super::settings::HttpSettings,
    timeout: Option<Duration>,
    connections: usize,
) -> Result<Arc<dyn Target>, Error> {
    let service = super::http::Service::new(http, timeout, connections).map_err(Error::Usage)?;
    Ok(Arc::new(service))
}

#[cfg(not(feature = "http"))]
fn service(
    _: &super::settings::HttpSettings,
    _: Option<Duration>,
    _: usize,
) -> Result<Arc<dyn Target>, Error> {
    Err(Error::Usage(format!(
        "--http is not in this build: {}",
        crate::registry::how("http")
    )))
}

/// Those that are told what to watch: the commands of arrivals are too short for the others, and a service is none of ours.
fn samplers(plan: &Plan, recorder: &Arc<Recorder>) -> std::io::Result<Option<Watch>> {
    let target = Watched::new(std::process::id()).with_settings(Arc::clone(&plan.settings));
    let told =
        |sampler: &&&'static dyn Sampler| !target.settings(sampler.meta().plugin.name).is_empty();
    let samplers: Vec<_> = plan.samplers.iter().filter(told).copied().collect();
    if samplers.is_empty() {
        return Ok(None);
    }
    Watch::start(crate::run::watch::Watched {
        samplers: Samplers::start(&samplers, &target)?,
        recorder: Arc::clone(recorder),
        interval: plan.interval,
        suffix: String::new(),
        status: StatusLine::new(false),
    })
    .map(Some)
}

fn report(settings: &LoadSettings, passed: Passed, warmup: Option<WarmupReport>) -> LoadReport {
    let schedule = &settings.schedule;
    let Passed {
        paced,
        tally,
        dropped,
        unfinished,
        in_flight,
    } = passed;
    let last = tally.last.as_secs_f64();
    // One that was stopped asked until then.
    let seconds = if paced.stopped {
        last
    } else {
        schedule.seconds()
    };
    let rate = |n: u64, seconds: f64| {
        if seconds > 0.0 {
            n as f64 / seconds
        } else {
            n as f64
        }
    };
    let [latency, service, delay] = tally.times();
    LoadReport {
        shape: settings.shape.clone(),
        arrivals: schedule.arrivals.to_string(),
        seed: schedule.seed,
        seconds,
        planned: paced.planned,
        started: tally.started,
        dropped,
        skipped: paced.skipped,
        failed: tally.failed,
        unfinished,
        moved_seconds: paced.moved.as_secs_f64(),
        asked_rate: rate(paced.planned, seconds),
        achieved_rate: rate(tally.started, seconds.max(last)),
        in_flight: in_flight as u64,
        max_in_flight: settings.max_in_flight as u64,
        latency,
        service,
        delay,
        failures: tally.failures(),
        warmup,
    }
}
