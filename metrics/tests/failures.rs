//! Metrics that fail, in every way there is: each is shown as failed, leaves the others as they are, and lets nothing pass.

use pss_metrics::{
    builtin::time::Time,
    compare::{Policy, compare},
    plugin::WrongSetting,
    plugin_meta,
    report::{Generator, Provenance, Report, VerdictOutcome, build, compared},
    score::{
        BuildError, Built, Curve, FactorMeta, Metric, MetricMeta, Outcome, Over, PerSubject, Plan,
        Planned, Scored, Settings, Story, Subject, SummaryView, even, plain, score,
    },
    summary::Summary,
};

static META: MetricMeta = MetricMeta {
    plugin: plugin_meta!(Metric, "bad", "fails, for tests"),
    code: "BAD",
    question: "fails, for tests",
    weight: 0.5,
    reads: "",
    factors: &[FactorMeta {
        name: "x",
        what: "",
        unit: "",
        curve: Curve {
            good: 0.5,
            mid: 1.0,
            exponent: 1.0,
        },
        origin: "",
    }],
    combination: "",
    needs: "nothing",
    minimum: "",
    limits: "",
    advice: "",
    sources: &[],
    examples: &[],
};

/// In which way it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Error,
    Panic,
    Score(u64),
    FactorUnknown,
    GroupUnknown,
    WithoutBlock,
    InWindow,
    Build,
    BuildPanic,
    BuildOwn,
    Setting,
}

struct Bad(Fault);

impl Metric for Bad {
    fn meta(&self) -> &'static MetricMeta {
        &META
    }

    fn build(&self, settings: &Settings) -> Result<Built, BuildError> {
        settings.check(&META)?;
        match self.0 {
            Fault::Build => Err(BuildError::Failed("the model file is not there".to_owned())),
            Fault::BuildPanic => panic!("cannot be built"),
            Fault::BuildOwn => Ok(Some(Box::new(Bad(Fault::Panic)))),
            Fault::Setting => Err(WrongSetting::new("x.mid", "is odd").into()),
            _ => Ok(None),
        }
    }

    fn score(&self, view: &SummaryView<'_>, settings: &Settings) -> Outcome {
        let mut subjects = PerSubject::new(&META, settings, Over::Mean);
        subjects.add(&Subject::Run, 1.0, 7, &[(0, Some(0.25))]);
        let mut fine = subjects.finish(|| "nothing".to_owned());
        let Outcome::Scored {
            score,
            factors,
            parts,
            ..
        } = &mut fine
        else {
            return fine;
        };
        match self.0 {
            Fault::Error => return Outcome::Failed("division by nothing".to_owned()),
            Fault::Panic => panic!("lost my way"),
            Fault::Score(bits) => *score = f64::from_bits(bits),
            Fault::FactorUnknown => factors[0].factor = 3,
            Fault::GroupUnknown => parts[0].subject = Subject::Group(1000),
            Fault::WithoutBlock => assert!(
                view.is_window() || view.weight(0, &Subject::Run, || None).is_none(),
                "a hole"
            ),
            Fault::InWindow => assert!(!view.is_window(), "too small"),
            Fault::Build | Fault::BuildPanic | Fault::BuildOwn | Fault::Setting => {
                unreachable!("was not built")
            }
        }
        fine
    }
}

fn summary() -> Summary {
    Story::default()
        .calls("handle", 800, 50, |at| 9_000.0 + 9_000.0 * even(at), plain)
        .summary()
}

fn plan(fault: Option<Fault>) -> Plan {
    let mut metrics = vec![Planned::new(&Time)];
    metrics.extend(fault.map(|fault| Planned::new(Box::leak(Box::new(Bad(fault))))));
    Plan {
        metrics,
        fail_under: Some(10.0),
        ..Plan::default()
    }
}

fn report(summary: &Summary, plan: &Plan, scored: &Scored) -> Report {
    build(
        summary,
        plan,
        scored,
        Provenance {
            files: Vec::new(),
            partial: false,
            notices: Vec::new(),
            generator: Generator {
                name: "pss".to_owned(),
                version: "0".to_owned(),
                profile: "default".to_owned(),
            },
            top: 10,
        },
    )
}

const FAULTS: [(Fault, &str); 12] = [
    (Fault::Error, "division by nothing"),
    (Fault::Panic, "panicked: lost my way"),
    (Fault::Score(0x7ff8_0000_0000_0000), "a score of NaN"),
    (
        Fault::Score(0x3ff0_0000_0000_0001),
        "a score of 1.0000000000000002",
    ),
    (Fault::FactorUnknown, "answered for factor 3"),
    (Fault::GroupUnknown, "answered for operation 1000"),
    (
        Fault::WithoutBlock,
        "with a part of the run left out: panicked: a hole",
    ),
    (
        Fault::InWindow,
        "on a window of the run: panicked: too small",
    ),
    (
        Fault::Build,
        "could not be built: the model file is not there",
    ),
    (
        Fault::BuildPanic,
        "could not be built: panicked: cannot be built",
    ),
    (Fault::BuildOwn, "panicked: lost my way"),
    (Fault::Setting, "could not be built: `x.mid` is odd"),
];

#[test]
fn a_metric_that_fails_says_why_and_leaves_the_others_as_they_are() {
    let summary = summary();
    let alone = score(&summary, &plan(None));
    assert!(alone.pss.is_some_and(|pss| pss > 0.1) && alone.interval.is_some());
    for (fault, says) in FAULTS {
        let scored = score(&summary, &plan(Some(fault)));
        let Outcome::Failed(reason) = &scored.metrics[1].outcome else {
            panic!("{fault:?}: {:?}", scored.metrics[1].outcome);
        };
        assert!(reason.contains(says), "{fault:?}: {reason}");
        assert_eq!(scored.metrics[0], alone.metrics[0], "{fault:?}");
        assert_eq!(
            (scored.pss, scored.interval),
            (alone.pss, alone.interval),
            "{fault:?}"
        );
        assert_eq!(scored.timeline, alone.timeline, "{fault:?}");
        assert!(!scored.complete, "{fault:?}");
        assert_eq!(scored.incomplete, [format!("BAD failed: {reason}")]);
    }
}

#[test]
fn with_a_failure_no_threshold_is_met_unless_that_is_allowed() {
    let summary = summary();
    for (fault, says) in FAULTS {
        let mut plan = plan(Some(fault));
        let scored = score(&summary, &plan);
        let told = report(&summary, &plan, &scored);
        assert_eq!(told.verdict.outcome, VerdictOutcome::Fail, "{fault:?}");
        assert!(
            told.verdict.reasons[0].contains("incomplete")
                && told.verdict.reasons[0].contains(says),
            "{:?}",
            told.verdict
        );
        assert!(!told.pss.complete && told.pss.incomplete[0].contains(says));
        assert!(
            told.metrics[1]
                .failed
                .as_ref()
                .is_some_and(|why| why.contains(says))
        );
        plan.allow_incomplete = true;
        let told = report(&summary, &plan, &scored);
        assert_eq!(told.verdict.outcome, VerdictOutcome::Warn, "{fault:?}");
        assert!(told.verdict.reasons[0].contains(says));
        assert!(told.pss.gate.is_some_and(|gate| gate.met));
        plan.metrics[1].min_score = Some(0.1);
        let told = report(&summary, &plan, &scored);
        assert_eq!(told.verdict.outcome, VerdictOutcome::Fail, "{fault:?}");
        assert!(told.verdict.reasons[0].contains("BAD failed"));
    }
}

#[test]
fn a_comparison_with_a_failure_does_not_pass() {
    let (base, head) = (summary(), summary());
    let judged = |plan: &Plan, allow_incomplete| {
        let own = report(&head, plan, &score(&head, plan));
        let comparison = compare(std::slice::from_ref(&base), &head, plan);
        let policy = Policy {
            allow_incomplete,
            ..Policy::default()
        };
        compared(own, comparison, policy, 10)
    };
    assert_eq!(
        judged(&plan(None), false).verdict.outcome,
        VerdictOutcome::Pass
    );
    for (fault, says) in FAULTS {
        // What only fails on windows does so in no comparison, and is told by the head's own report.
        let (fault, mut plan) = (fault, plan(Some(fault)));
        plan.allow_incomplete = true;
        if fault == Fault::InWindow {
            continue;
        }
        let told = judged(&plan, false);
        assert_eq!(told.verdict.outcome, VerdictOutcome::Fail, "{fault:?}");
        assert!(told.verdict.reasons[0].starts_with("BAD cannot be compared"));
        let change = &told.compare.as_ref().expect("a comparison").metrics[2];
        assert!(change.failed, "{change:?}");
        let why = change.no_test.as_deref().unwrap_or_default();
        let says = says.trim_start_matches("with a part of the run left out: ");
        assert!(why.contains(says), "{fault:?}: {why}");
        assert_eq!(
            judged(&plan, true).verdict.outcome,
            VerdictOutcome::Warn,
            "{fault:?}"
        );
    }
}

#[test]
fn a_wrong_setting_is_told_apart_from_a_failure() {
    for (fault, _) in FAULTS {
        let planned = Planned::new(Box::leak(Box::new(Bad(fault))));
        assert_eq!(
            planned.wrong_setting().is_some(),
            fault == Fault::Setting,
            "{fault:?}"
        );
    }
}
