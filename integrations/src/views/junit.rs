//! JUnit XML: a test case for the score and one for each metric; of a comparison also one for the regression.

mod compared;

use std::io;

use pss_metrics::{
    plugin::PluginMeta,
    plugin_meta,
    report::{MetricReport, Report, VerdictOutcome},
};
use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::{
    contract::{View, ViewEntry},
    names::subject,
    numbers::{points, value},
};

static META: PluginMeta = plugin_meta!(
    View,
    "junit",
    "a test case for the score and for each metric, as JUnit XML"
);

/// The view.
#[derive(Debug)]
pub struct Junit;

inventory::submit! { ViewEntry { view: &Junit } }

impl View for Junit {
    fn meta(&self) -> &'static PluginMeta {
        &META
    }

    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut suite = TestSuite::new("pss");
        suite.add_test_case(run(report));
        suite.add_test_cases(
            report
                .compare
                .iter()
                .map(|compare| compared::case(compare, report.verdict.outcome)),
        );
        suite.add_test_cases(report.metrics.iter().map(|one| {
            let mut case = metric(one);
            if let Some(compare) = &report.compare {
                compared::add_change(&mut case, compare, &one.code);
            }
            case
        }));
        let mut document = Document::new("pss");
        document.add_test_suite(suite);
        document.serialize(&mut *out).map_err(io::Error::other)
    }
}

/// The verdict. A warning passes with its reasons; too little data to say is skipped.
fn run(report: &Report) -> TestCase {
    let reasons = report.verdict.reasons.join("\n");
    let status = match report.verdict.outcome {
        VerdictOutcome::Pass | VerdictOutcome::Warn => TestCaseStatus::success(),
        VerdictOutcome::Fail => failure(NonSuccessKind::Failure, reasons.clone()),
        VerdictOutcome::Inconclusive => skipped(reasons.clone()),
    };
    let mut case = TestCase::new("Program Stability Score", status);
    case.set_classname("pss");
    let pss = &report.pss;
    numbers(
        &mut case,
        [
            ("score", pss.score),
            ("low", pss.low),
            ("high", pss.high),
            ("fail_under", pss.gate.map(|gate| gate.least)),
        ],
    );
    case.add_property(("verdict", report.verdict.outcome.name()));
    case.add_property(("spans", report.input.spans.to_string().as_str()));
    if report.verdict.outcome == VerdictOutcome::Warn {
        case.set_system_out(reasons);
    }
    case
}

fn metric(metric: &MetricReport) -> TestCase {
    let absent = metric.no_data.as_ref().map(|reason| {
        if metric.needs.is_empty() {
            reason.clone()
        } else {
            format!("{reason}; it needs {}", metric.needs)
        }
    });
    let status = match (metric.gate, metric.score) {
        (Some(gate), Some(score)) if !gate.met => failure(
            NonSuccessKind::Failure,
            format!(
                "{} scores {score:.2}, below its threshold of {}",
                metric.code, gate.least
            ),
        ),
        (Some(gate), None) if !gate.met => failure(
            NonSuccessKind::Failure,
            format!(
                "{} is n/a, so its threshold of {} is not met: {}",
                metric.code,
                gate.least,
                absent
                    .clone()
                    .or_else(|| metric.failed.clone())
                    .unwrap_or_default()
            ),
        ),
        _ => match (&metric.failed, absent) {
            (Some(reason), _) => failure(NonSuccessKind::Error, reason.clone()),
            (None, Some(reason)) => skipped(reason),
            (None, None) => TestCaseStatus::success(),
        },
    };
    let mut case = TestCase::new(metric.code.as_str(), status);
    case.set_classname("pss.metric");
    numbers(
        &mut case,
        [
            ("score", metric.score),
            ("low", metric.low),
            ("high", metric.high),
            ("weight", Some(metric.weight)),
            ("points_lost", metric.score.map(|_| metric.points)),
            ("min_score", metric.gate.map(|gate| gate.least)),
        ],
    );
    case.add_property(("n", metric.n.to_string().as_str()));
    for factor in &metric.factors {
        numbers(
            &mut case,
            [(
                format!("factor.{}", factor.name).as_str(),
                Some(factor.value),
            )],
        );
    }
    case.set_system_out(said(metric));
    case
}

/// What a reader of a failed case wants to know first.
fn said(metric: &MetricReport) -> String {
    let mut lines = vec![metric.name.clone()];
    lines.extend(metric.flags.iter().cloned());
    for factor in &metric.factors {
        lines.push(format!(
            "{} {} (scores {:.2}; .9 at {}, .5 at {})",
            factor.name,
            value(factor.value, &factor.unit),
            factor.score,
            value(factor.good, &factor.unit),
            value(factor.mid, &factor.unit),
        ));
    }
    for worst in metric.worst.iter().filter(|worst| worst.points >= 0.05) {
        lines.push(format!(
            "{} points: {}",
            points(worst.points),
            subject(worst)
        ));
    }
    lines.join("\n")
}

fn numbers<const N: usize>(case: &mut TestCase, all: [(&str, Option<f64>); N]) {
    for (name, number) in all {
        if let Some(number) = number {
            case.add_property((name, number.to_string().as_str()));
        }
    }
}

fn failure(kind: NonSuccessKind, message: String) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(message);
    status
}

fn skipped(reason: String) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(reason);
    status
}
