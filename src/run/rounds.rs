//! The rounds of a run.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Instant, SystemTime},
};

use pss_integrations::samplers::{Sampler, Target};
use pss_metrics::model::{Kind, Parent, Span};

use super::{
    lacking::Lacking,
    open::Open,
    phases::Phases,
    plan::{Otlp, Plan},
    record::Recorder,
    samplers::Samplers,
    shift::Shift,
    trace_file::{TRACE_FILE, TraceFile},
    watch::{Watch, Watched, now},
};
use crate::{
    error::Error,
    input::{Place, ReadOptions, Silent, pass},
    process::{Ended, Host, Launch, stop_strays},
    terminal::StatusLine,
};

/// One round that counted.
#[derive(Debug, Clone, Copy)]
pub struct Round {
    /// When it began, in nanoseconds since the epoch.
    pub began: i64,
    /// How it ended.
    pub ended: Ended,
}

/// All rounds.
#[derive(Debug, Default)]
pub struct Done {
    /// Those that counted, by the lane.
    pub rounds: Vec<Vec<Round>>,
    /// What the user should know.
    pub notices: Vec<String>,
    /// Samplers that failed, with the reason.
    pub failed: BTreeSet<String>,
    /// Whether the user stopped it.
    pub interrupted: bool,
    /// What a load was like, where there was one.
    pub load: Option<pss_metrics::report::LoadReport>,
}

impl Round {
    /// Whether it did not end well, or not in time.
    pub fn failed(&self) -> bool {
        !self.ended.status.success() || self.ended.timed_out
    }
}

/// Runs all rounds, the lanes in turn; what they bring goes to their recorders.
///
/// # Errors
/// A command that cannot be started, a file that cannot be read.
pub fn rounds(plan: &Plan, options: &ReadOptions<'_>, phases: &Phases<'_>) -> Result<Done, Error> {
    let system = |error: std::io::Error| Error::Usage(format!("cannot watch a command: {error}"));
    let traces = tempfile::Builder::new()
        .prefix("pss-traces-")
        .tempdir()
        .map_err(system)?;
    let mut host = Host::new().map_err(system)?;
    let mut done = Done {
        rounds: vec![Vec::new(); plan.lanes.len()],
        ..Done::default()
    };
    let mut lacking = Lacking::default();
    let mut open = Vec::new();
    for lane in &plan.lanes {
        open.push(Open::new(lane, &plan.otlp, &mut done.notices).map_err(system)?);
    }
    phases.start(&|| host.interrupted())?;
    let began = Instant::now();
    let wanted = |rounds: usize| match plan.duration {
        Some(duration) => began.elapsed() < duration || rounds == 0,
        None => (rounds as u64) < plan.runs,
    };
    let several = plan.runs > 1 || plan.duration.is_some();
    let mut warmup = plan.warmup;
    let mut turn = 0;
    let mut warming = (warmup > 0).then(|| phases.warmup());
    let mut loading = None;
    while (warmup > 0 || wanted(turn)) && !host.interrupted() {
        let counts = warmup == 0;
        if counts && loading.is_none() {
            drop(warming.take());
            loading = Some(phases.load());
        }
        let number = if counts { turn + 1 } else { 0 };
        for (place, lane) in open.iter().enumerate() {
            beside(&mut host, plan.prepare.as_ref(), Beside::Before)?;
            if host.interrupted() {
                break;
            }
            let file = |kind: &str| traces.path().join(format!("{kind}-{place}-{number}.jsonl"));
            let trace = TraceFile::new(std::env::var_os(TRACE_FILE), file("lane"));
            done.notices.extend(trace.notice());
            let mut launch = lane.lane.launch.clone();
            launch.environment.extend(lane.environment.clone());
            launch.environment.extend(trace.variable());
            lane.lane.recorder.turn(counts);
            let round = One {
                plan,
                recorder: &lane.lane.recorder,
                suffix: if several {
                    format!(" run {number}")
                } else {
                    String::new()
                },
            };
            let ran = round.run(&mut host, &launch, &mut lacking, &mut done)?;
            if counts {
                match trace.written(&file("appended")) {
                    Ok(Some(place)) => {
                        round.take(place, ran.began, options, &mut done.notices)?;
                    }
                    Ok(None) => {}
                    Err(error) => done
                        .notices
                        .push(format!("what {TRACE_FILE} names cannot be read: {error}")),
                }
                round.read(&plan.read, ran.began, options, &mut done.notices)?;
                done.rounds[place].push(ran);
            }
            beside(&mut host, plan.cleanup.as_ref(), Beside::After)?;
        }
        if counts {
            turn += 1;
        } else {
            warmup -= 1;
        }
    }
    if host.interrupted() {
        phases.interrupt();
    }
    drop(warming);
    if let Some(loading) = loading {
        loading.sending_complete();
    }
    for lane in open {
        done.notices.extend(lane.close());
    }
    // What follows reads, scores and writes; there is nothing more to stop in an orderly way.
    done.interrupted = host.close();
    done.notices.extend(lacking.notices());
    done.notices.sort();
    done.notices.dedup();
    Ok(done)
}

/// When a command beside the rounds runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    /// `--prepare`.
    Before,
    /// `--cleanup`, also of a round that the user stopped.
    After,
}

/// Runs what the user wants before or after a round.
pub(super) fn beside(host: &mut Host, launch: Option<&Launch>, when: Beside) -> Result<(), Error> {
    let Some(launch) = launch.filter(|_| when == Beside::After || !host.interrupted()) else {
        return Ok(());
    };
    let (flag, follows) = match when {
        Beside::Before => ("--prepare", "what it was to set up is missing"),
        Beside::After => ("--cleanup", "what it was to clear is still there"),
    };
    let ended = match when {
        Beside::Before => host.run(launch),
        Beside::After => host.clear_up(launch),
    };
    let ended = ended.map_err(|error| Error::Usage(error.to_string()))?;
    if ended.status.success() || host.interrupted() {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "the command of {flag} failed ({}); {follows}",
        ended.status
    )))
}

/// One round.
struct One<'a> {
    plan: &'a Plan,
    recorder: &'a Arc<Recorder>,
    suffix: String,
}

impl One<'_> {
    fn run(
        &self,
        host: &mut Host,
        launch: &Launch,
        lacking: &mut Lacking,
        done: &mut Done,
    ) -> Result<Round, Error> {
        let plan = self.plan;
        let failed = |error: std::io::Error| Error::Usage(format!("cannot await it: {error}"));
        let began = now();
        let mut running = host
            .start(launch, plan.timeout)
            .map_err(|error| Error::Usage(error.to_string()))?;
        let target = Target::new(running.id()).with_settings(Arc::clone(&plan.settings));
        let watch = Watch::start(Watched {
            samplers: self.samplers(&target).map_err(failed)?,
            recorder: Arc::clone(self.recorder),
            interval: plan.interval,
            suffix: self.suffix.clone(),
            status: StatusLine::new(plan.status),
        })
        .map_err(failed)?;
        running.ends().map_err(failed)?;
        let seen = watch.finish();
        done.notices.extend(seen.notices);
        lacking.add(seen.absent, seen.late);
        done.failed.extend(seen.failed);
        let group = running.id();
        let left = descendants(&target, group);
        let mut ended = running.reap().map_err(failed)?;
        ended.peak = ended.peak.or(Some(seen.memory).filter(|peak| *peak > 0));
        let strays = stop_strays(group, &left);
        if strays > 0 {
            done.notices.push(format!(
                "{strays} processes outlived the command{}, and were stopped",
                self.suffix
            ));
        }
        let round = Round { began, ended };
        self.span(&round);
        Ok(round)
    }

    fn samplers(&self, target: &Target) -> std::io::Result<Samplers> {
        let only = self.plan.otlp == Otlp::Only;
        let told = |sampler: &&&'static dyn Sampler| {
            !only || !target.settings(sampler.meta().plugin.name).is_empty()
        };
        let samplers: Vec<_> = self.plan.samplers.iter().filter(told).copied().collect();
        Samplers::start(&samplers, target)
    }

    /// The round itself, as a span of the operation `run`.
    fn span(&self, round: &Round) {
        let nanoseconds =
            |length: std::time::Duration| u64::try_from(length.as_nanos()).unwrap_or(u64::MAX);
        let (wall, cpu) = (nanoseconds(round.ended.wall), nanoseconds(round.ended.cpu));
        let service = self.plan.service();
        let Ok(()) = self.recorder.record(|into| {
            into.span(&Span {
                service: Some(&service),
                name: Some("run"),
                kind: Some(Kind::Internal),
                parent: Parent::Root,
                start: Some(round.began),
                duration: Some(wall),
                cpu: Some(cpu),
                // Of one thread: with several on processors at once nothing can be said.
                wait: (cpu <= wall).then(|| wall - cpu),
                memory: round.ended.peak,
                error: Some(round.failed()),
                ..Span::default()
            });
            Ok::<(), Infallible>(())
        });
    }

    /// Reads files that the round wrote.
    fn read(
        &self,
        files: &[PathBuf],
        began: i64,
        options: &ReadOptions<'_>,
        notices: &mut Vec<String>,
    ) -> Result<(), Error> {
        for path in files {
            if is_of_round(path, began) {
                self.take(Place::File(path.clone()), began, options, notices)?;
            } else {
                notices.push(format!(
                    "`{}` was not written by the command, so nothing of it is used",
                    path.display()
                ));
            }
        }
        Ok(())
    }

    /// Records what an input holds.
    fn take(
        &self,
        place: Place,
        began: i64,
        options: &ReadOptions<'_>,
        notices: &mut Vec<String>,
    ) -> Result<(), Error> {
        let name = place.name();
        let passed = self.recorder.record(|into| {
            let mut shift = Shift {
                into,
                began,
                suffix: &self.suffix,
            };
            pass(&[place], options, &Silent, &mut shift)
        })?;
        notices.extend(passed.notices);
        if passed.bad > 0 {
            let first = passed.examples.first().map_or_else(String::new, |bad| {
                format!(", the first in line {}: {}", bad.line, bad.reason)
            });
            notices.push(format!(
                "{} of {} records of `{name}` cannot be used{first}",
                passed.bad, passed.records,
            ));
        }
        Ok(())
    }
}

/// Whether a file has something in it, and was written since then.
fn is_of_round(path: &Path, began: i64) -> bool {
    let Ok(meta) = std::fs::metadata(path) else {
        return false;
    };
    let written = meta.modified().map_or(i64::MAX, |time| {
        time.duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| {
                i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
            })
    });
    // File systems know the time to a few milliseconds only.
    meta.len() > 0 && written >= began - 50_000_000
}

/// Processes of the tree that live, the command itself left out.
fn descendants(target: &Target, root: u32) -> Vec<u32> {
    #[cfg(target_os = "linux")]
    let pids = target.pids(now());
    #[cfg(not(target_os = "linux"))]
    let pids = vec![target.root()];
    pids.into_iter().filter(|pid| *pid != root).collect()
}
