//! The rules for metrics.

use super::{
    finding::{Finding, Rule},
    probe::{Probe, probes},
    records,
};
use crate::{
    folded::ORIGIN,
    plugin::{ParameterType, ParameterValue, PluginKind, caught},
    score::{
        BuildError, Curve, Metric, MetricMeta, Observer, Outcome, Plan, Planned, Settings,
        SummaryView, Totals, score,
    },
    summary::Summary,
};

/// All rules for metrics, in the order in which they are tried.
pub const METRIC_RULES: &[Rule] = &[
    Rule {
        name: "description",
        asks: "it says what it asks, what it needs, and how each factor is scored",
    },
    Rule {
        name: "builds",
        asks: "it is built by its defaults",
    },
    Rule {
        name: "settings",
        asks: "it refuses settings that it does not know or that lie out of bounds, with the path to the wrong one",
    },
    Rule {
        name: "empty-input",
        asks: "an empty run gives no data, with a reason, and neither a score nor a failure",
    },
    Rule {
        name: "answers",
        asks: "it neither panics nor fails, on no run and on no part of one",
    },
    Rule {
        name: "range",
        asks: "scores lie in [0, 1], and speak of factors and operations that there are",
    },
    Rule {
        name: "deterministic",
        asks: "the same run gives the same answer, whoever built the metric",
    },
    Rule {
        name: "order",
        asks: "the order of records does not matter",
    },
    Rule {
        name: "splits",
        asks: "a run in parts, merged in any order, is scored as the whole",
    },
    Rule {
        name: "capabilities",
        asks: "one that watches records has no data of a summary, which holds none",
    },
    Rule {
        name: "examples",
        asks: "its worked examples score as they say, and at least one has a score (none is asked of metrics of pss.toml and of programs, which have no place for them)",
    },
];

/// How far a worked example may lie from what it says, to three digits.
const TOLERANCE: f64 = 5e-3;

/// Tries a metric by all rules. What it breaks first can hide what it breaks next: one that does not build is not scored. A metric that is a program is run, and
/// more than once for each run that it is tried on.
pub fn check_metric(metric: &'static dyn Metric) -> Vec<Finding> {
    let observer = match caught(|| metric.observer()) {
        Ok(observer) => observer,
        Err(why) => return vec![Finding::new("answers", why)],
    };
    let mut findings = description(metric.meta(), observer.is_some());
    let planned = Planned::new(metric);
    if let Err(why) = planned.built() {
        findings.push(Finding::new("builds", why.to_string()));
        return findings;
    }
    if let Some(observer) = observer
        && let Err(why) = caught(|| observer.ready()).and_then(|ready| ready)
    {
        findings.push(Finding::new("builds", why));
        return findings;
    }
    findings.extend(settings(metric));
    match observer {
        Some(observer) => findings.extend(records::check(metric, observer, &planned)),
        None => {
            findings.extend(empty_input(&planned));
            for probe in probes(metric.meta()) {
                findings.extend(on(metric, &planned, &probe));
            }
        }
    }
    findings.extend(examples(metric.meta(), observer, &planned));
    findings
}

/// One that watches records may answer with a score alone.
fn description(meta: &MetricMeta, watches: bool) -> Vec<Finding> {
    let mut wrong = Vec::new();
    if meta.plugin.kind != PluginKind::Metric {
        wrong.push(format!("is a {}", meta.plugin.kind.name()));
    }
    let is_code = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    if meta.code.is_empty() || !meta.code.chars().all(is_code) {
        wrong.push(format!("its code {:?} is not in capitals", meta.code));
    }
    if !(meta.weight.is_finite() && meta.weight >= 0.0) {
        wrong.push(format!("its weight is {}", meta.weight));
    }
    for (what, text) in [("question", meta.question), ("needs", meta.needs)] {
        if text.trim().is_empty() {
            wrong.push(format!("its {what} is empty"));
        }
    }
    if meta.factors.is_empty() && !watches {
        wrong.push("it has no factor".to_owned());
    }
    let factors = meta.factors.iter().map(|factor| factor.name);
    let mut names: Vec<&str> = factors
        .chain(
            meta.plugin
                .parameters
                .iter()
                .map(|parameter| parameter.name),
        )
        .collect();
    names.sort_unstable();
    for pair in names.windows(2).filter(|pair| pair[0] == pair[1]) {
        wrong.push(format!(
            "two of its factors and parameters are named {:?}",
            pair[0]
        ));
    }
    for factor in meta.factors {
        if let Err(why) = Settings::default().set(factor.name, factor.curve) {
            wrong.push(why.to_string());
        }
    }
    wrong
        .into_iter()
        .map(|what| Finding::new("description", what))
        .collect()
}

/// Settings that no metric takes, each with the path under which it must be refused.
fn wrong_settings(meta: &MetricMeta) -> Vec<(String, Settings)> {
    const UNKNOWN: &str = "no_such_setting";
    let curve = Curve {
        good: 1.0,
        mid: 2.0,
        exponent: 1.0,
    };
    let mut unknown_factor = Settings::default();
    let set = unknown_factor.set(UNKNOWN, curve);
    debug_assert!(set.is_ok(), "{set:?}");
    let one = |name: &str, value: ParameterValue| {
        let mut settings = Settings::default();
        settings.set_value(name, value);
        (name.to_owned(), settings)
    };
    let mut all = vec![
        (UNKNOWN.to_owned(), unknown_factor),
        one(UNKNOWN, ParameterValue::Truth(true)),
    ];
    for parameter in meta.plugin.parameters {
        let text = || ParameterValue::Text("\u{1}".to_owned());
        all.push(match parameter.takes {
            ParameterType::Number { most, .. } if most < f64::MAX => {
                one(parameter.name, ParameterValue::Number(f64::MAX))
            }
            ParameterType::Number { .. } => one(parameter.name, text()),
            ParameterType::Text => one(parameter.name, ParameterValue::Truth(true)),
            ParameterType::Choice(_) | ParameterType::Truth => one(parameter.name, text()),
        });
    }
    all
}

fn settings(metric: &'static dyn Metric) -> Vec<Finding> {
    let refused = |(path, settings): (String, Settings)| {
        let what = match Planned::with(metric, 1.0, settings, None).built() {
            Ok(()) => format!("takes `{path}`, which it does not have or not so"),
            Err(BuildError::Setting(wrong)) if wrong.path == path => return None,
            Err(BuildError::Setting(wrong)) => {
                format!("names `{}` as wrong where `{path}` is", wrong.path)
            }
            Err(BuildError::Failed(why)) => {
                format!("fails on a wrong `{path}` in the place of refusing it: {why}")
            }
        };
        Some(Finding::new("settings", what))
    };
    wrong_settings(metric.meta())
        .into_iter()
        .filter_map(refused)
        .collect()
}

fn whole(planned: &Planned, summary: &Summary) -> Outcome {
    let totals = Totals::of(summary);
    planned.score(&SummaryView::whole(summary, &totals))
}

fn empty_input(planned: &Planned) -> Option<Finding> {
    let what = match whole(planned, &Summary::default()) {
        Outcome::NoData(reason) if reason.trim().is_empty() => "gives no reason".to_owned(),
        Outcome::NoData(_) => return None,
        Outcome::Scored { score, .. } => format!("scores {score}"),
        Outcome::Failed(why) => why,
    };
    Some(Finding::new("empty-input", what))
}

/// One run. The rules are tried in turn, and the first that is broken ends it: an answer that cannot be compares with nothing.
fn on(metric: &'static dyn Metric, planned: &Planned, probe: &Probe) -> Option<Finding> {
    let found =
        |rule, what: String| Some(Finding::new(rule, format!("on {}: {what}", probe.title)));
    let extras = planned.extras();
    let summary = probe.story.summary_with(&extras);
    let totals = Totals::of(&summary);
    let view = SummaryView::whole(&summary, &totals);
    match planned.ask(&view) {
        Ok(Outcome::Failed(why)) | Err(why) => return found("answers", why),
        Ok(outcome) => {
            if let Some(why) = planned.wrong_answer(&outcome, &view) {
                return found("range", why);
            }
        }
    }
    let first = planned.score(&view);
    if planned.score(&view) != first {
        return found(
            "deterministic",
            "asked twice, it answers differently".to_owned(),
        );
    }
    if Planned::new(metric).score(&view) != first {
        return found(
            "deterministic",
            "built twice, it answers differently".to_owned(),
        );
    }
    let plan = Plan {
        metrics: vec![Planned::new(metric)],
        ..Plan::default()
    };
    if let Some(Outcome::Failed(why)) = score(&summary, &plan)
        .metrics
        .first()
        .map(|metric| &metric.outcome)
    {
        return found("answers", why.clone());
    }
    // Kept beside each other, so that one cannot be taken for another by the place where it lies.
    let reversed = probe.story.backwards().summary_with(&extras);
    if whole(planned, &reversed) != first {
        return found(
            "order",
            "records in the opposite order are scored differently".to_owned(),
        );
    }
    let merged = [[0, 1, 2], [2, 0, 1]].map(|order| probe.story.merged(&extras, order));
    for merged in &merged {
        if whole(planned, merged) != first {
            return found(
                "splits",
                "three parts of it, merged, are scored differently".to_owned(),
            );
        }
    }
    None
}

fn examples(meta: &MetricMeta, observer: Option<&dyn Observer>, planned: &Planned) -> Vec<Finding> {
    let mut findings = Vec::new();
    let has_place = meta.plugin.origin != ORIGIN && !meta.plugin.is_program();
    if has_place && meta.examples.iter().all(|example| example.score.is_none()) {
        findings.push(Finding::new(
            "examples",
            "none has a score, so that nothing is known of its scores",
        ));
    }
    for example in meta.examples {
        let story = (example.story)();
        let outcome = match observer {
            Some(observer) => records::told(observer, &[story]),
            None => whole(planned, &story.summary_with(&planned.extras())),
        };
        // Found by another rule.
        if let Outcome::Failed(_) = outcome {
            continue;
        }
        let found = outcome.score();
        let same = match (found, example.score) {
            (Some(found), Some(said)) => (found - said).abs() <= TOLERANCE,
            (found, said) => found == said,
        };
        if !same {
            let shown = |score: Option<f64>| {
                score.map_or("no score".to_owned(), |score| format!("{score:.3}"))
            };
            findings.push(Finding::new(
                "examples",
                format!(
                    "{:?} says {}, and gives {}",
                    example.title,
                    shown(example.score),
                    shown(found)
                ),
            ));
        }
    }
    findings
}
