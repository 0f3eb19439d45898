//! The rules for metrics that watch the records: one keeps them all, and each is broken by another.

use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};

use pss_metrics::{
    conformance::check_metric,
    model::{Intake, Sample, Span},
    plugin_meta,
    score::{Metric, MetricMeta, Observer, Outcome, Settings, Setup, SummaryView, Watch},
};

/// As a program says it of itself: without a line in a source file, factors and examples.
static META: MetricMeta = {
    let mut plugin = plugin_meta!(Metric, "watcher", "watches, for tests");
    plugin.line = 0;
    plugin.origin = "mine";
    MetricMeta {
        plugin,
        code: "WATCHER",
        question: "does anything pass by?",
        weight: 0.1,
        reads: "spans",
        factors: &[],
        combination: "",
        needs: "spans",
        minimum: "",
        limits: "",
        advice: "",
        sources: &[],
        examples: &[],
    }
};

/// The same of a crate.
static NATIVE: MetricMeta = MetricMeta {
    plugin: plugin_meta!(Metric, "watcher", "watches, for tests"),
    ..META
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    NotReady,
    ScoresNothing,
    FailsOnNothing,
    NoReason,
    Fails,
    Panics,
    Range,
    Factor,
    Counts,
    Order,
    Splits,
    OfSummaries,
    NoExample,
}

struct Bad {
    fault: Fault,
    calls: AtomicU64,
}

struct Watching<'a> {
    of: &'a Bad,
    /// Durations as they passed by, by tap.
    seen: Mutex<Vec<Vec<u64>>>,
}

struct Tap<'a> {
    of: &'a Watching<'a>,
    seen: Vec<u64>,
}

impl Metric for Bad {
    fn meta(&self) -> &'static MetricMeta {
        match self.fault {
            Fault::NoExample => &NATIVE,
            _ => &META,
        }
    }

    fn score(&self, _: &SummaryView<'_>, _: &Settings) -> Outcome {
        match self.fault {
            Fault::OfSummaries => scored(0.5, 1),
            _ => Outcome::NoData("a summary holds no records".to_owned()),
        }
    }

    fn observer(&self) -> Option<&dyn Observer> {
        Some(self)
    }
}

fn scored(score: f64, n: u64) -> Outcome {
    Outcome::Scored {
        score,
        n,
        factors: Vec::new(),
        parts: Vec::new(),
        flags: Vec::new(),
    }
}

impl Observer for Bad {
    fn ready(&self) -> Result<(), String> {
        match self.fault {
            Fault::NotReady => Err("its file changed".to_owned()),
            _ => Ok(()),
        }
    }

    fn wants_identities(&self) -> bool {
        false
    }

    fn watch(&self, _: Setup) -> Box<dyn Watch + '_> {
        Box::new(Watching {
            of: self,
            seen: Mutex::default(),
        })
    }
}

impl Watch for Watching<'_> {
    fn tap(&self) -> Box<dyn Intake + Send + '_> {
        Box::new(Tap {
            of: self,
            seen: Vec::new(),
        })
    }

    fn finish(self: Box<Self>, _: Option<String>) -> Outcome {
        let taps = self.seen.into_inner().expect("no tap panicked");
        let n: usize = taps.iter().map(Vec::len).sum();
        let first = taps.iter().flatten().next().copied();
        let Some(first) = first else {
            return match self.of.fault {
                Fault::ScoresNothing => scored(1.0, 0),
                Fault::FailsOnNothing => Outcome::Failed("nothing came".to_owned()),
                Fault::NoReason => Outcome::NoData(" ".to_owned()),
                _ => Outcome::NoData("there is no span".to_owned()),
            };
        };
        let calls = self.of.calls.fetch_add(1, Ordering::Relaxed);
        let slightly = |by: u64| 0.5 + by as f64 * 1e-8;
        match self.of.fault {
            Fault::Fails => Outcome::Failed("knows nothing".to_owned()),
            Fault::Range => scored(1.5, 1),
            Fault::Factor => {
                let mut outcome = scored(0.5, 1);
                if let Outcome::Scored { factors, .. } = &mut outcome {
                    factors.push(pss_metrics::score::FactorOutcome {
                        factor: 0,
                        value: 1.0,
                        score: 0.5,
                        exponent: 1.0,
                    });
                }
                outcome
            }
            Fault::Counts => scored(slightly(calls), n as u64),
            Fault::Order => scored(slightly(u64::from(first == 1)), n as u64),
            Fault::Splits => scored(slightly(taps.len() as u64), n as u64),
            _ => scored(slightly(0), n as u64),
        }
    }
}

impl Intake for Tap<'_> {
    fn span(&mut self, span: &Span<'_>) {
        assert!(self.of.of.fault != Fault::Panics, "sees a span");
        self.seen.extend(span.duration);
    }

    fn sample(&mut self, _: &Sample<'_>) {}

    fn skipped(&mut self, _: &'static str, _: u64) {}
}

impl Drop for Tap<'_> {
    fn drop(&mut self) {
        let mut seen = self.of.seen.lock().expect("no tap panicked");
        seen.push(std::mem::take(&mut self.seen));
    }
}

#[test]
fn each_rule_catches_the_watcher_that_breaks_it_and_no_other_does() {
    let check = |fault| {
        check_metric(Box::leak(Box::new(Bad {
            fault,
            calls: AtomicU64::new(0),
        })))
    };
    assert_eq!(check(Fault::None), []);
    for (fault, rule, says) in [
        (Fault::NotReady, "builds", "its file changed"),
        (Fault::ScoresNothing, "empty-input", "scores 1"),
        (
            Fault::FailsOnNothing,
            "answers",
            "on no record: nothing came",
        ),
        (Fault::NoReason, "empty-input", "no reason"),
        (Fault::Fails, "answers", "knows nothing"),
        (Fault::Panics, "answers", "panicked: sees a span"),
        (Fault::Range, "range", "plugin mine answered a score of 1.5"),
        (Fault::Factor, "range", "answered for factor 0"),
        (Fault::Counts, "deterministic", "asked twice"),
        (Fault::Order, "order", "opposite order"),
        (Fault::Splits, "splits", "three parts"),
        (
            Fault::OfSummaries,
            "capabilities",
            "of a summary it answers 0.5",
        ),
        (Fault::NoExample, "examples", "none has a score"),
    ] {
        let findings = check(fault);
        assert!(!findings.is_empty(), "{fault:?} is not caught");
        let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(
            findings.iter().all(|finding| finding.rule == rule),
            "{fault:?}: {told:?}"
        );
        assert!(told.join("\n").contains(says), "{fault:?}: {told:?}");
    }
}
