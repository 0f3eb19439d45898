//! The hooks of a run: a thread and a queue for each.

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{SyncSender, TrySendError, sync_channel},
    },
    time::{Duration, Instant},
};

use pss_metrics::{
    plugin::{canonical, nearest},
    report::HookReport,
};

use super::{
    contract::{Around, Hook, Telling},
    event::{Event, Phase},
};
use crate::fields::{Fields, Parameter, Takes};

/// A hook that the run will have.
#[derive(Debug)]
pub struct Planned {
    /// Its name.
    pub name: String,
    /// What it is told of.
    pub on: BTreeSet<Phase>,
    /// How long it has for each.
    pub limit: Duration,
    /// How many may wait for it.
    pub queue: usize,
    /// Whether the run may not begin where it fails.
    pub required: bool,
    /// The hook.
    pub telling: Box<dyn Telling>,
}

/// What is heeded while hooks are waited for.
#[derive(Clone, Copy)]
pub struct Patience<'a> {
    /// Whether the user wants to wait no longer.
    pub hurry: &'a dyn Fn() -> bool,
    /// Told once of each hook that is waited for although the user does not want to.
    pub waiting: &'a dyn Fn(&str),
}

impl Default for Patience<'_> {
    fn default() -> Self {
        Patience {
            hurry: &|| false,
            waiting: &|_| {},
        }
    }
}

/// So long each hook is still waited for where the user does not want to.
const HURRY: Duration = Duration::from_secs(1);
const LIMIT: f64 = 10.0;
const QUEUE: u64 = 64;
/// Reasons that are kept of each hook.
const REASONS: usize = 5;

/// Keys of an entry of `[[hooks]]`, whatever the hook is.
pub const ENTRY: &[Parameter] = &[
    Parameter::required(
        "name",
        Takes::Text,
        "name one of `pss plugins list`'s hooks",
    ),
    Parameter::optional(
        "on",
        Takes::Texts,
        None,
        "phases that it is told of; all where nothing is said",
    ),
    Parameter::optional(
        "timeout",
        Takes::Length,
        Some("10s"),
        "how long it has for each",
    ),
    Parameter::optional(
        "queue",
        Takes::Number,
        Some("64"),
        "phases that may wait for it; further ones are dropped and counted",
    ),
    Parameter::optional(
        "required",
        Takes::Bool,
        Some("false"),
        "the run does not begin where it fails at run_start",
    ),
    Parameter::optional(
        "enabled",
        Takes::Bool,
        Some("true"),
        "whether it is told at all",
    ),
    Parameter::optional("config", Takes::Pairs, None, "its own settings"),
];

/// Builds the hook of an entry of `[[hooks]]`.
pub fn plan(
    entry: &Fields<'_>,
    known: &[&'static dyn Hook],
    around: &Arc<dyn Around>,
) -> Option<Planned> {
    entry.check(ENTRY, &[]);
    let name = entry.text("name")?;
    let wanted = canonical(name);
    let names = || known.iter().map(|hook| hook.meta().plugin.name);
    let Some(hook) = known
        .iter()
        .find(|hook| canonical(hook.meta().plugin.name) == wanted)
    else {
        let help = nearest(name, names()).map_or_else(
            || format!("known: {}", names().collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean {near:?}?"),
        );
        entry.wrong("name", format!("names no hook; {help}"));
        return None;
    };
    let mut on = BTreeSet::new();
    let said = entry.texts("on");
    for text in said.iter().flatten() {
        let phase = Phase::ALL.into_iter().find(|phase| phase.name() == *text);
        match phase {
            Some(phase) => {
                on.insert(phase);
            }
            None => {
                let near = nearest(text, Phase::ALL.iter().map(|phase| phase.name()));
                let help = near.map_or_else(
                    || {
                        let names: Vec<&str> =
                            Phase::ALL.iter().map(|phase| phase.name()).collect();
                        format!("known: {}", names.join(", "))
                    },
                    |near| format!("did you mean {near:?}?"),
                );
                entry.wrong("on", format!("names no phase with {text:?}; {help}"));
            }
        }
    }
    if said.is_none() {
        on.extend(Phase::ALL);
    }
    let required = entry.truth("required").unwrap_or(false);
    if required {
        on.insert(Phase::RunStart);
    }
    let limit = entry.seconds("timeout").unwrap_or(LIMIT);
    let queue = entry.whole("queue", 1..=100_000).unwrap_or(QUEUE);
    let config = entry.table("config")?;
    config.check(hook.meta().parameters, &[]);
    let telling = hook.build(&config, around)?;
    // Built all the same: what is wrong with its settings is told before it is switched on.
    let enabled = entry.truth("enabled").unwrap_or(true);
    enabled.then(|| Planned {
        name: hook.meta().plugin.name.to_owned(),
        on,
        limit: Duration::from_secs_f64(limit.min(3600.0)),
        queue: queue as usize,
        required,
        telling,
    })
}

/// A hook that failed where it must not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("hook:{name} is required, and {why}")]
pub struct Failure {
    /// The hook.
    pub name: String,
    /// How it failed.
    pub why: String,
}

/// The hooks of a run.
#[derive(Debug, Default)]
pub struct Hooks {
    crew: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    name: String,
    on: BTreeSet<Phase>,
    limit: Duration,
    required: bool,
    queue: Option<SyncSender<Event>>,
    desk: Arc<Desk>,
}

#[derive(Debug, Default)]
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: u64,
    /// What it is at, and since when.
    at: Option<(Phase, Instant)>,
    told: u64,
    failed: u64,
    dropped: u64,
    failures: Vec<String>,
    /// Whether it is waited for no longer.
    left: bool,
}

impl Desk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn fail(&mut self, phase: Phase, why: &str) {
        self.failed += 1;
        if self.failures.len() < REASONS {
            self.failures.push(format!("{}: {why}", phase.name()));
        }
    }
}

impl Hooks {
    /// Starts a thread for each.
    ///
    /// # Errors
    /// What the system says about threads.
    pub fn start(planned: Vec<Planned>) -> std::io::Result<Hooks> {
        let mut crew = Vec::new();
        for planned in planned {
            let (queue, inbox) = sync_channel::<Event>(planned.queue);
            let desk = Arc::new(Desk::default());
            let (mut telling, limit) = (planned.telling, planned.limit);
            let own = Arc::clone(&desk);
            std::thread::Builder::new()
                .name("hook".to_owned())
                .spawn(move || {
                    for event in inbox {
                        if own.state().left {
                            break;
                        }
                        own.state().at = Some((event.phase, Instant::now()));
                        let tell = AssertUnwindSafe(|| telling.tell(&event, limit));
                        let outcome =
                            catch_unwind(tell).unwrap_or_else(|_| Err("it panicked".to_owned()));
                        let mut state = own.state();
                        let took = state
                            .at
                            .take()
                            .map_or(Duration::ZERO, |(_, at)| at.elapsed());
                        state.waiting -= 1;
                        if !state.left {
                            state.told += 1;
                            match outcome {
                                Err(why) => state.fail(event.phase, &why),
                                Ok(()) if took > limit => {
                                    state.fail(event.phase, &too_long(took, limit));
                                }
                                Ok(()) => {}
                            }
                        }
                        drop(state);
                        own.changed.notify_all();
                    }
                })?;
            crew.push(Member {
                name: planned.name,
                on: planned.on,
                limit,
                required: planned.required,
                queue: Some(queue),
                desk,
            });
        }
        Ok(Hooks { crew })
    }

    /// Tells everyone who wants to know. Never waits.
    pub fn tell(&self, event: &Event) {
        for member in &self.crew {
            let Some(queue) = member
                .queue
                .as_ref()
                .filter(|_| member.on.contains(&event.phase))
            else {
                continue;
            };
            let mut state = member.desk.state();
            if state.left {
                continue;
            }
            state.waiting += 1;
            if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) =
                queue.try_send(event.clone())
            {
                state.waiting -= 1;
                state.dropped += 1;
            }
        }
    }

    /// Waits for those that are required.
    ///
    /// # Errors
    /// The first that failed, or did not end in time. That the user stopped the run is none.
    pub fn ready(&self, patience: Patience<'_>) -> Result<(), Failure> {
        for member in self.crew.iter().filter(|member| member.required) {
            let idle = member.settle(patience);
            if (patience.hurry)() {
                return Ok(());
            }
            let state = member.desk.state();
            let failed = |why: String| Failure {
                name: member.name.clone(),
                why,
            };
            if let Some(why) = state.failures.first() {
                return Err(failed(format!("failed at {why}")));
            }
            if !idle {
                return Err(failed(format!(
                    "did not end within {:.3} s",
                    member.limit.as_secs_f64()
                )));
            }
        }
        Ok(())
    }

    /// Waits for all, each as long as its limit allows. Who takes longer is left behind.
    pub fn settle(&self, patience: Patience<'_>) {
        for member in &self.crew {
            member.settle(patience);
        }
    }

    /// What became of each until now.
    pub fn report(&self) -> Vec<HookReport> {
        let of = |member: &Member| {
            let state = member.desk.state();
            HookReport {
                name: member.name.clone(),
                told: state.told,
                failed: state.failed,
                dropped: state.dropped,
                failures: state.failures.clone(),
            }
        };
        self.crew.iter().map(of).collect()
    }
}

impl Member {
    /// Waits until nothing waits for it; says whether that was so within the limit of each.
    fn settle(&self, patience: Patience<'_>) -> bool {
        let mut hurried: Option<Instant> = None;
        let mut state = self.desk.state();
        while state.waiting > 0 && !state.left {
            let since = state.at.map_or(Duration::ZERO, |(_, at)| at.elapsed());
            // A little longer than its limit, so that one that keeps it says itself how it failed.
            let grace = self.limit + Duration::from_millis(500);
            if since >= grace {
                let phase = state.at.map_or(Phase::RunStart, |(phase, _)| phase);
                let why = too_long(since, self.limit);
                state.told += 1;
                state.fail(phase, &format!("{why}, and it was left behind"));
                state.dropped += state.waiting - 1;
                state.left = true;
                break;
            }
            if hurried.is_none() && (patience.hurry)() {
                (patience.waiting)(&self.name);
                hurried = Some(Instant::now());
            }
            if hurried.is_some_and(|since| since.elapsed() >= HURRY) {
                let phase = state.at.map_or(Phase::RunStart, |(phase, _)| phase);
                state.told += 1;
                state.fail(phase, "it was left behind, as the run was stopped");
                state.dropped += state.waiting - 1;
                state.left = true;
                break;
            }
            let wait = self
                .desk
                .changed
                .wait_timeout(state, (grace - since).min(Duration::from_millis(50)));
            state = wait.unwrap_or_else(PoisonError::into_inner).0;
        }
        !state.left
    }
}

fn too_long(took: Duration, limit: Duration) -> String {
    format!(
        "it took {:.3} s, longer than its {:.3} s",
        took.as_secs_f64(),
        limit.as_secs_f64()
    )
}
