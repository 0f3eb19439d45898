//! The rules for samplers. They are tried on the process that runs the rules.

use std::collections::BTreeMap;

use pss_metrics::{
    conformance::{Finding, Rule},
    model::{Intake, Sample, Signal, Span},
    plugin::{PluginKind, canonical, caught},
};

use crate::samplers::{Polling, Sampler, Target};

/// All rules for samplers, in the order in which they are tried.
pub const SAMPLER_RULES: &[Rule] = &[
    Rule {
        name: "description",
        asks: "it says what it emits, what it needs, and what it reads where",
    },
    Rule {
        name: "wanted",
        asks: "it says whether it takes part where nothing is set, and does not panic",
    },
    Rule {
        name: "start",
        asks: "it starts, or says in words what the machine does not offer",
    },
    Rule {
        name: "poll",
        asks: "it neither panics when it is polled, nor when it finishes, nor when it is asked for notices",
    },
    Rule {
        name: "emits",
        asks: "it pushes the signals that it says, and no spans",
    },
    Rule {
        name: "time",
        asks: "samples carry the time that it is polled with, which never lies ahead",
    },
];

/// Tries a sampler by all rules, with these settings for it. One that wants no part in the run, or for which the machine offers nothing, is not polled.
pub fn check_sampler(sampler: &dyn Sampler, settings: &BTreeMap<String, String>) -> Vec<Finding> {
    let mut findings = description(sampler);
    match caught(|| sampler.wanted(settings)) {
        Ok(Ok(true)) => {}
        Ok(Ok(false)) => return findings,
        Ok(Err(why)) => {
            findings.push(Finding::new("wanted", why.to_string()));
            return findings;
        }
        Err(why) => {
            findings.push(Finding::new("wanted", why));
            return findings;
        }
    }
    let target = Target::new(std::process::id());
    match caught(|| sampler.start(&target)) {
        Ok(Ok(polling)) => findings.extend(polled(sampler, polling)),
        Ok(Err(absent)) if absent.0.trim().is_empty() => {
            findings.push(Finding::new(
                "start",
                "does not say what the machine does not offer",
            ));
        }
        Ok(Err(_)) => {}
        Err(why) => findings.push(Finding::new("start", why)),
    }
    findings
}

fn description(sampler: &dyn Sampler) -> Vec<Finding> {
    let meta = sampler.meta();
    let mut wrong = Vec::new();
    if meta.plugin.kind != PluginKind::Sampler {
        wrong.push(format!("is a {}", meta.plugin.kind.name()));
    }
    if canonical(meta.plugin.name) != meta.plugin.name {
        wrong.push(format!(
            "its name {:?} is not in lower case",
            meta.plugin.name
        ));
    }
    if meta.emits.is_empty() {
        wrong.push("it emits nothing".to_owned());
    }
    for (what, text) in [("needs", meta.needs), ("mapping", meta.mapping)] {
        if text.trim().is_empty() {
            wrong.push(format!("its {what} is empty"));
        }
    }
    wrong
        .into_iter()
        .map(|what| Finding::new("description", what))
        .collect()
}

/// A moment in the past, and how far polls lie apart.
const BEGIN: i64 = 1_700_000_000_000_000_000;
const APART: i64 = 100_000_000;
const POLLS: i64 = 5;

fn polled(sampler: &dyn Sampler, mut polling: Box<dyn Polling>) -> Vec<Finding> {
    let mut seen = Seen {
        emits: sampler.meta().emits,
        now: 0,
        findings: Vec::new(),
    };
    let asked = caught(|| {
        for at in 0..POLLS {
            seen.now = BEGIN + at * APART;
            polling.poll(seen.now, &mut seen);
        }
        seen.now = BEGIN + POLLS * APART;
        polling.finish(seen.now, &mut seen);
        let _ = (polling.facts(), polling.notices());
    });
    let mut findings = seen.findings;
    findings.extend(asked.err().map(|why| Finding::new("poll", why)));
    findings.dedup();
    findings
}

struct Seen {
    emits: &'static [Signal],
    now: i64,
    findings: Vec<Finding>,
}

impl Intake for Seen {
    fn span(&mut self, _: &Span<'_>) {
        self.findings.push(Finding::new("emits", "pushes spans"));
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        if !self.emits.contains(&sample.signal) {
            let what = format!("pushes {}, which it does not say", sample.signal.name);
            self.findings.push(Finding::new("emits", what));
        }
        // What happened between two polls may be told at its own time.
        if sample.time.is_some_and(|time| time > self.now) {
            let what = format!("{} lies ahead of the poll", sample.signal.name);
            self.findings.push(Finding::new("time", what));
        }
        if sample.time.is_none() {
            let what = format!("{} has no time", sample.signal.name);
            self.findings.push(Finding::new("time", what));
        }
    }

    fn skipped(&mut self, _: &'static str, _: u64) {}
}
