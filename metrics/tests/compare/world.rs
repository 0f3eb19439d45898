//! Small runs with known truth: a few operations, durations that share the load of their second, seeded.

use pss_metrics::{
    builtin::PLUGIN_CRATE,
    model::{Attribute, Batch, Kind, Parent, Span, Value},
    score::{Plan, Planned, metrics},
    summary::{Summariser, Summary},
};

/// One span as raw values.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) operation: &'static str,
    pub(crate) root: bool,
    pub(crate) start: i64,
    pub(crate) duration: u64,
    pub(crate) error: bool,
}

/// What is done to the calls of one operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Planted {
    pub(crate) operation: &'static str,
    /// Durations are multiplied by this.
    pub(crate) slower: f64,
    /// Calls fail with this probability more.
    pub(crate) errors: f64,
}

pub(crate) const OPERATIONS: [(&str, f64, f64); 4] = [
    ("GET /orders", 40.0, 0.3),
    ("select orders", 8.0, 0.25),
    ("select stock", 3.0, 0.4),
    ("render page", 12.0, 0.2),
];

/// SplitMix64.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        random.bits();
        random
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (2.0 * std::f64::consts::PI * self.unit()).cos()
    }
}

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * SECOND;

/// A run of 1000 traces over 500 s on a day of its own; every operation's level differs by 3 % from run to run.
pub(crate) fn calls(seed: u64, planted: Option<Planted>) -> Vec<Call> {
    let mut random = Random::new(seed);
    let levels = OPERATIONS.map(|_| (0.03 * random.normal()).exp());
    let start = 1_700_000_000 * SECOND + seed as i64 * DAY;
    let mut load = 0.0;
    let mut calls = Vec::new();
    for trace in 0..1000 {
        load = 0.95 * load + 0.05 * random.normal();
        let time = start + trace * SECOND / 2;
        for (at, (operation, median, sigma)) in OPERATIONS.into_iter().enumerate() {
            let mut duration = median * levels[at] * (load + sigma * random.normal()).exp();
            let mut fails = 0.01;
            if let Some(planted) = planted.filter(|planted| planted.operation == operation) {
                duration *= planted.slower;
                fails += planted.errors;
            }
            calls.push(Call {
                operation,
                root: at == 0,
                start: time + at as i64,
                duration: (duration * 1e6) as u64,
                error: random.unit() < fails,
            });
        }
    }
    calls
}

pub(crate) fn summary<'a>(calls: impl IntoIterator<Item = &'a Call>) -> Summary {
    let (mut batch, mut summariser) = (Batch::default(), Summariser::default());
    for call in calls {
        let db = [Attribute {
            key: "db.system.name",
            value: Value::Text("postgresql"),
        }];
        batch.push_span(&Span {
            trace_id: "t",
            parent: if call.root {
                Parent::Root
            } else {
                Parent::Child
            },
            service: Some("shop"),
            name: Some(call.operation),
            kind: Some(Kind::Internal),
            start: Some(call.start),
            duration: Some(call.duration),
            error: Some(call.error),
            attributes: if call.operation.starts_with("select") {
                &db
            } else {
                &[]
            },
            ..Span::default()
        });
    }
    summariser.fold(&mut batch);
    summariser.finish()
}

pub(crate) fn run(seed: u64, planted: Option<Planted>) -> Summary {
    summary(&calls(seed, planted))
}

pub(crate) fn plan() -> Plan {
    let metrics = metrics(&[&PLUGIN_CRATE], &Default::default()).expect("registry is sound");
    Plan {
        metrics: metrics.into_iter().map(Planned::new).collect(),
        ..Plan::default()
    }
}
