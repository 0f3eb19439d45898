//! The simulated world: 24 000 spans over 600 s under autocorrelated load, and the samples of four processes, six partitions and two devices.

use pss_metrics::{
    model::{Attribute, Batch, Kind as SpanKind, Parent, Span, Value},
    summary::{Summariser, Summary},
};

use crate::{
    effect::{Place, duration, fails},
    fault::{Injected, Kind, RARE},
    noise::Noise,
    operation::{HEAVIEST_DB, OPERATIONS, Operation, Role, SERVICES},
    random::{Random, cumulative, wander},
    samples,
};

/// Length of a run in seconds.
pub(crate) const SECONDS: usize = 600;
/// Spans of a run.
const SPANS: usize = 24_000;
/// Spans of a trace: a request and what it causes.
const TRACE: usize = 6;
/// Standard deviation of the logarithm of each operation's share of the traffic, between runs.
const MIX: f64 = 0.20;
/// Standard deviation of the logarithm of every other parameter, between runs.
const VARIATION: f64 = 0.03;
/// Load: standard deviation of its logarithm, and what a second keeps of the one before (50 s).
const LOAD: (f64, f64) = (0.25, 0.98);
/// By which power of the load durations grow.
const UNDER_LOAD: f64 = 0.20;
/// Wait share of entry spans: mean and standard deviation.
const WAIT: (f64, f64) = (0.30, 0.03);
/// Lookups that hit.
const HITS: f64 = 0.92;
/// Branches of entry operations and how often they are taken.
const BRANCHES: [(&str, f64); 3] = [("usual", 0.6), ("express", 0.3), ("fallback", 0.1)];
/// Length of a burst, of a spike.
pub(crate) const BURST_SECONDS: f64 = 30.0;
const SECOND: f64 = 1e9;

/// One run of the world.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) seed: u64,
    pub(crate) noise: Noise,
    /// Whether traffic mix and parameters differ from run to run.
    pub(crate) varied: bool,
    pub(crate) injected: Option<Injected>,
}

impl Run {
    /// Simulates and summarises it.
    pub(crate) fn summary(self) -> Summary {
        let mut parameters = Random::new(self.seed, 1);
        // Runs start anywhere between two bounds of windows.
        let start = 1_700_000_000_000_000_000 + (parameters.unit() * 3600.0 * SECOND) as i64;
        let (mut batch, mut summariser) = (Batch::default(), Summariser::default());
        self.spans(start, &mut parameters, &mut batch);
        samples::push(self, start, &mut batch);
        summariser.fold(&mut batch);
        summariser.finish()
    }

    /// A parameter as it is in this run.
    pub(crate) fn vary(self, value: f64, random: &mut Random) -> f64 {
        if self.varied {
            value * random.factor(VARIATION)
        } else {
            value
        }
    }

    /// The dose, if this is the kind of the fault.
    pub(crate) fn dose(self, kind: Kind) -> Option<f64> {
        self.injected
            .filter(|injected| injected.kind == kind)
            .map(|injected| injected.dose)
    }

    fn spans(self, start: i64, parameters: &mut Random, batch: &mut Batch) {
        let operations = OPERATIONS.map(|op| Operation {
            share: op.share * parameters.factor(if self.varied { MIX } else { 0.0 }),
            median: self.vary(op.median, parameters),
            sigma: self.vary(self.noise.sigma * op.sigma, parameters),
            ..op
        });
        let shares = |role: Option<Role>| {
            cumulative(operations.iter().map(|op| {
                if role.is_none_or(|role| op.role == role) {
                    op.share
                } else {
                    0.0
                }
            }))
        };
        let (roots, all) = (shares(Some(Role::Entry)), shares(None));
        let mut random = Random::new(self.seed, 2);
        let load: Vec<f64> = wander(&mut random, SECONDS, LOAD.1, self.noise.wander * LOAD.0)
            .into_iter()
            .map(libm::exp)
            .collect();
        let arrivals = cumulative(load.iter().copied());
        let burst = stretch(BURST_SECONDS, &mut random);
        let cold = stretch(0.2 * SECONDS as f64, &mut random);
        let hit = (random.unit() * SERVICES.len() as f64) as usize;
        for trace in 0..SPANS / TRACE {
            let id = format!("{trace:x}");
            let second = random.pick(&arrivals);
            let time = (second as f64 + random.unit()) / SECONDS as f64;
            let shared = random.factor(self.noise.shared) * libm::pow(load[second], UNDER_LOAD);
            for nth in 0..TRACE {
                let at = random.pick(if nth == 0 { &roots } else { &all });
                let op = &operations[at];
                let place = Place {
                    role: op.role,
                    heaviest_db: at == HEAVIEST_DB,
                    operation: Some(at),
                    median: op.median,
                    at: time,
                };
                let own = op.median * random.factor(op.sigma);
                let mut took = shared * duration(own, &place, self.injected, &mut random);
                let mut wait = None;
                if op.role == Role::Entry {
                    let spread = self.dose(Kind::WaitSpread).unwrap_or(0.0);
                    let spread = libm::hypot(self.noise.wander * WAIT.1, spread);
                    let share = (WAIT.0 + spread * random.normal()).clamp(0.0, 0.95);
                    let locked = match self.dose(Kind::LockWait) {
                        Some(dose) if random.chance(RARE) => dose * op.median,
                        _ => 0.0,
                    };
                    wait = Some(((took * share + locked) * SECOND) as u64);
                    took += locked;
                }
                let service_hit = op.service == SERVICES[hit];
                let error = random.chance(self.noise.errors)
                    || fails(time, service_hit, burst, self.injected, &mut random);
                let tag = (op.role == Role::Entry).then(|| self.branch(time, &mut random));
                let lost = (cold.0..cold.1).contains(&time)
                    && self
                        .dose(Kind::CacheLoss)
                        .is_some_and(|dose| random.chance(dose));
                let cached = random.chance(HITS) && !lost;
                let (kind, attributes) = role(op.role, cached);
                batch.push_span(&Span {
                    trace_id: &id,
                    parent: if nth == 0 {
                        Parent::Root
                    } else {
                        Parent::Child
                    },
                    service: Some(op.service),
                    name: Some(op.name),
                    tag,
                    kind: Some(kind),
                    start: Some(start + (time * SECONDS as f64 * SECOND) as i64),
                    duration: Some((took * SECOND) as u64),
                    wait,
                    error: Some(error),
                    attributes: &attributes[..usize::from(op.role != Role::Entry)],
                    ..Span::default()
                });
            }
        }
    }

    fn branch(self, time: f64, random: &mut Random) -> &'static str {
        let moved = self
            .dose(Kind::Drift)
            .filter(|_| time >= 0.5)
            .unwrap_or(0.0);
        let [usual, express, fallback] = BRANCHES;
        let at = random.unit();
        if at < usual.1 - moved {
            usual.0
        } else if at < usual.1 - moved + express.1 {
            express.0
        } else {
            fallback.0
        }
    }
}

/// A stretch of so many seconds somewhere in the run, as parts of it.
pub(crate) fn stretch(seconds: f64, random: &mut Random) -> (f64, f64) {
    let part = seconds / SECONDS as f64;
    let start = random.unit() * (1.0 - part);
    (start, start + part)
}

/// The kind and attribute that tell `pss` what an operation does; entry spans have no attribute.
fn role(role: Role, cached: bool) -> (SpanKind, [Attribute<'static>; 1]) {
    let text = |key, value| Attribute {
        key,
        value: Value::Text(value),
    };
    match role {
        Role::Entry => (SpanKind::Server, [text("", "")]),
        Role::Db => (SpanKind::Client, [text("db.system.name", "postgresql")]),
        Role::Net => (SpanKind::Client, [text("http.request.method", "GET")]),
        Role::Cache => (
            SpanKind::Client,
            [Attribute {
                key: "cache.hit",
                value: Value::Bool(cached),
            }],
        ),
        Role::File => (SpanKind::Internal, [text("file.path", "/srv/data")]),
    }
}
