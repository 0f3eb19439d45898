//! The rules for metrics: the built-in ones keep them all, and for each there is a metric that breaks it alone.

use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};

use pss_metrics::{
    builtin::PLUGIN_CRATE,
    conformance::{METRIC_RULES, check_metric},
    plugin::{Parameter, ParameterType, PluginMeta, WrongSetting},
    plugin_meta,
    score::{
        BuildError, Built, Curve, Example, FactorMeta, Metric, MetricMeta, Outcome, Over,
        PerSubject, Settings, Story, Subject, SummaryView, metrics, plain,
    },
};

#[test]
fn built_in_metrics_keep_every_rule() {
    let metrics = metrics(&[&PLUGIN_CRATE], &Default::default()).expect("registry is sound");
    for metric in metrics {
        assert_eq!(check_metric(metric), [], "{}", metric.meta().code);
    }
}

const PLUGIN: PluginMeta = plugin_meta!(
    Metric,
    "half",
    "half of everything, for tests",
    &[Parameter {
        name: "level",
        takes: ParameterType::Number {
            least: 0.0,
            most: 1.0,
        },
        default: Some("0.5"),
        about: "for tests",
    }]
);

/// A value of `mid` scores a half.
const GOOD: MetricMeta = MetricMeta {
    plugin: PLUGIN,
    code: "HALF",
    question: "is there anything?",
    weight: 0.5,
    reads: "spans",
    factors: &[FactorMeta {
        name: "x",
        what: "one",
        unit: "",
        curve: Curve {
            good: 0.5,
            mid: 1.0,
            exponent: 1.0,
        },
        origin: "a test",
    }],
    combination: "x",
    needs: "spans",
    minimum: "30 spans",
    limits: "",
    advice: "",
    sources: &[],
    examples: &[Example {
        title: "a hundred calls",
        story: hundred,
        score: Some(0.5),
    }],
};

static GOOD_META: MetricMeta = GOOD;
static BAD_CODE: MetricMeta = MetricMeta {
    code: "half of it",
    ..GOOD
};
static BAD_EXAMPLE: MetricMeta = MetricMeta {
    examples: &[Example {
        title: "a hundred calls",
        story: hundred,
        score: Some(0.6),
    }],
    ..GOOD
};
static NO_EXAMPLE: MetricMeta = MetricMeta {
    examples: &[],
    ..GOOD
};

fn hundred() -> Story {
    Story::default().calls("mine", 100, 50, |_| 9_000.0, plain)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    Code,
    Build,
    BuildPanics,
    TakesAll,
    NamesOther,
    FailsOnWrong,
    ScoresNothing,
    FailsOnNothing,
    NoReason,
    Panics,
    Fails,
    PanicsOnWindows,
    Range,
    Factor,
    Counts,
    CountsBuilds,
    Order,
    Splits,
    Example,
    NoExample,
}

struct Bad {
    fault: Fault,
    calls: AtomicU64,
    /// Where the operations of each run lay that it was shown.
    seen: Mutex<Vec<usize>>,
}

impl Bad {
    fn leaked(fault: Fault) -> &'static Bad {
        Box::leak(Box::new(Bad {
            fault,
            calls: AtomicU64::new(0),
            seen: Mutex::default(),
        }))
    }

    /// The how manieth run of its own example this is, from 0.
    fn run(&self, view: &SummaryView<'_>) -> Option<usize> {
        let group = view
            .groups()
            .find(|group| &*group.key().operation == "mine")?;
        let place = std::ptr::from_ref(group.key()).addr();
        let mut seen = self.seen.lock().expect("no panic while it is held");
        if !seen.contains(&place) {
            seen.push(place);
        }
        seen.iter().position(|known| *known == place)
    }
}

/// One that is made with a number of its own.
struct Numbered(u64);

impl Metric for Numbered {
    fn meta(&self) -> &'static MetricMeta {
        &GOOD_META
    }

    fn score(&self, view: &SummaryView<'_>, settings: &Settings) -> Outcome {
        scored(view, settings, 1.0 + 1e-6 * self.0 as f64)
    }
}

fn scored(view: &SummaryView<'_>, settings: &Settings, value: f64) -> Outcome {
    let n: u64 = view.groups().map(|group| group.durations().n()).sum();
    let mut subjects = PerSubject::new(&GOOD_META, settings, Over::Mean);
    let weight = view.weight(0, &Subject::Run, || (n >= 30).then_some(1.0));
    if let Some(weight) = weight {
        subjects.add(&Subject::Run, weight, n, &[(0, Some(value))]);
    }
    subjects.finish(|| "fewer than 30 spans".to_owned())
}

impl Metric for Bad {
    fn meta(&self) -> &'static MetricMeta {
        match self.fault {
            Fault::Code => &BAD_CODE,
            Fault::Example => &BAD_EXAMPLE,
            Fault::NoExample => &NO_EXAMPLE,
            _ => &GOOD_META,
        }
    }

    fn build(&self, settings: &Settings) -> Result<Built, BuildError> {
        let checked = settings.check(self.meta());
        match self.fault {
            Fault::Build => return Err(BuildError::Failed("the model is not there".to_owned())),
            Fault::BuildPanics => panic!("cannot be built"),
            Fault::TakesAll => return Ok(None),
            Fault::NamesOther => checked.map_err(|wrong| WrongSetting::new("other", wrong.why))?,
            Fault::FailsOnWrong => {
                checked.map_err(|wrong| BuildError::Failed(wrong.to_string()))?;
            }
            Fault::CountsBuilds => {
                checked?;
                let number = self.calls.fetch_add(1, Ordering::Relaxed);
                return Ok(Some(Box::new(Numbered(number))));
            }
            _ => checked?,
        }
        Ok(None)
    }

    fn score(&self, view: &SummaryView<'_>, settings: &Settings) -> Outcome {
        let nothing = view.groups().next().is_none();
        let sql = view
            .groups()
            .any(|group| group.key().operation.starts_with("sql"));
        let slightly = 1.0001;
        let value = match self.fault {
            Fault::Counts => 1.0 + 1e-6 * self.calls.fetch_add(1, Ordering::Relaxed) as f64,
            Fault::Order if self.run(view) == Some(1) => slightly,
            Fault::Splits if self.run(view).is_some_and(|run| run > 1) => slightly,
            _ => 1.0,
        };
        let mut outcome = scored(view, settings, value);
        match (self.fault, &mut outcome) {
            (Fault::ScoresNothing, Outcome::NoData(_)) if nothing => {
                let mut subjects = PerSubject::new(&GOOD_META, settings, Over::Mean);
                subjects.add(&Subject::Run, 1.0, 0, &[(0, Some(0.1))]);
                return subjects.finish(String::new);
            }
            (Fault::FailsOnNothing, Outcome::NoData(why)) if nothing => {
                return Outcome::Failed(why.clone());
            }
            (Fault::NoReason, Outcome::NoData(why)) => why.clear(),
            (Fault::Panics, _) if sql => panic!("does not know SQL"),
            (Fault::Fails, _) if sql => return Outcome::Failed("does not know SQL".to_owned()),
            (Fault::PanicsOnWindows, _) if view.is_window() => panic!("too small"),
            (Fault::Range, Outcome::Scored { score, .. }) => *score = 1.5,
            (Fault::Factor, Outcome::Scored { factors, .. }) => factors[0].factor = 1,
            _ => {}
        }
        outcome
    }
}

#[test]
fn each_rule_catches_the_metric_that_breaks_it_and_no_other_does() {
    assert_eq!(check_metric(Bad::leaked(Fault::None)), []);
    let faults = [
        (Fault::Code, "description", "half of it"),
        (Fault::Build, "builds", "the model is not there"),
        (Fault::BuildPanics, "builds", "panicked: cannot be built"),
        (Fault::TakesAll, "settings", "takes `level`"),
        (Fault::NamesOther, "settings", "names `other`"),
        (Fault::FailsOnWrong, "settings", "in the place of refusing"),
        (Fault::ScoresNothing, "empty-input", "scores 0.9"),
        (Fault::FailsOnNothing, "empty-input", "fewer than 30 spans"),
        (Fault::NoReason, "empty-input", "no reason"),
        (Fault::Panics, "answers", "panicked: does not know SQL"),
        (Fault::Fails, "answers", "does not know SQL"),
        (Fault::PanicsOnWindows, "answers", "on a window"),
        (Fault::Range, "range", "a score of 1.5"),
        (Fault::Factor, "range", "factor 1"),
        (Fault::Counts, "deterministic", "asked twice"),
        (Fault::CountsBuilds, "deterministic", "built twice"),
        (Fault::Order, "order", "opposite order"),
        (Fault::Splits, "splits", "three parts"),
        (Fault::Example, "examples", "says 0.600, and gives 0.500"),
        (Fault::NoExample, "examples", "none has a score"),
    ];
    for (fault, rule, says) in faults {
        let findings = check_metric(Bad::leaked(fault));
        assert!(!findings.is_empty(), "{fault:?} is not caught");
        assert!(
            findings.iter().all(|finding| finding.rule == rule),
            "{fault:?}: {findings:?}"
        );
        let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(told.join("\n").contains(says), "{fault:?}: {told:?}");
    }
    // What watches records stands in `observed.rs`.
    let others = METRIC_RULES.iter();
    for rule in others.filter(|rule| rule.name != "capabilities") {
        assert!(
            faults.iter().any(|(_, of, _)| *of == rule.name),
            "nothing breaks {}",
            rule.name
        );
    }
}
