//! The report of the `pypss` profiles: PyPSS 1.3.1's own numbers in our form.

use std::path::Path;

use pss_metrics::{
    pypss::{Profile as Scoring, Scores, score},
    report::{
        BadExample, Classification, Gate, InputReport, MetricReport, Pss, Report, SCHEMA,
        TimelineReport, Verdict, VerdictOutcome,
    },
    score::{Confidence, Level},
    summary::Summary,
};

use super::{provenance, warning::warn};
use crate::{
    config::{Profile, Resolved, read_pypss_file},
    error::Error,
    input::{Place, Progress, PypssInputError, PypssOutcome, ReadOptions, read_pypss},
};

/// Reads and scores by a `pypss` profile. The summary beside the report holds facts about the input only.
pub(super) fn report(
    places: &[Place],
    resolved: &Resolved,
    options: &ReadOptions<'_>,
    progress: &dyn Progress,
) -> Result<(Report, Summary), Error> {
    let outcome = read_pypss(places, options, progress).map_err(|error| match error {
        PypssInputError::Input(error) => Error::Input(error),
        summary @ PypssInputError::Summary(_) => Error::Usage(summary.to_string()),
    })?;
    let profile = if resolved.profile == Profile::PypssCore {
        Scoring::Core
    } else {
        Scoring::Full
    };
    let file = read_pypss_file(Path::new(".")).map_err(Error::Config)?;
    for warning in &file.warnings {
        warn(warning);
    }
    let mut settings = file.settings;
    for planned in &resolved.plan.metrics {
        // Only weights that were set: PyPSS's own defaults are not ours.
        if planned.weight != planned.metric.meta().weight
            && let Some(key) = weight_key(planned.metric.meta().code)
        {
            settings
                .set(key, planned.weight)
                .map_err(|error| Error::Usage(error.to_string()))?;
        }
    }
    let scores = score(&outcome.records, &settings, profile)
        .map_err(|error| Error::Usage(error.to_string()))?;
    Ok((fill(&outcome, &scores, resolved), outcome.summary))
}

/// PyPSS's name for the weight of one of our codes.
fn weight_key(code: &str) -> Option<&'static str> {
    Some(match code {
        "TIME" => "w_ts",
        "MEM" => "w_ms",
        "ERR" => "w_ev",
        "BRANCH" => "w_be",
        "CONC" => "w_cc",
        "IO" => "custom_metric_weights_IO",
        "DB" => "custom_metric_weights_DB",
        "GC" => "custom_metric_weights_GC",
        "CACHE" => "custom_metric_weights_CACHE",
        "STARVE" => "custom_metric_weights_STARVE",
        "NET" => "custom_metric_weights_NET",
        "KAFKA" => "custom_metric_weights_KAFKA",
        _ => return None,
    })
}

fn fill(outcome: &PypssOutcome, scores: &Scores, resolved: &Resolved) -> Report {
    let weights: f64 = scores.metrics.iter().map(|metric| metric.weight).sum();
    // Without a record PyPSS prints a score of its own, which is not the mean.
    let unrounded = if outcome.records.is_empty() {
        f64::from(scores.pss)
    } else {
        100.0 * scores.raw
    };
    let metrics: Vec<MetricReport> = scores
        .metrics
        .iter()
        .map(|metric| MetricReport {
            code: metric.code.to_owned(),
            name: metric.key.to_owned(),
            weight: metric.weight,
            score: Some(metric.raw),
            low: None,
            high: None,
            points: 100.0 * metric.weight * (1.0 - metric.raw) / weights,
            n: metric.n as u64,
            no_data: None,
            failed: None,
            needs: String::new(),
            flags: vec![format!("PyPSS prints {:.2}", metric.printed)],
            factors: Vec::new(),
            worst: Vec::new(),
            gate: resolved
                .plan
                .metrics
                .iter()
                .find(|planned| planned.metric.meta().code == metric.code)
                .and_then(|planned| planned.min_score)
                .map(|least| Gate {
                    least,
                    met: metric.raw >= least,
                }),
        })
        .collect();
    let reason =
        "PyPSS counts a metric without data as perfect, pools all operations, and has no interval";
    Report {
        schema: SCHEMA.to_owned(),
        pss: Pss {
            score: Some(unrounded),
            low: None,
            high: None,
            band: Some(format!("PyPSS prints {}", scores.pss)),
            confidence: Confidence {
                level: Level::Low,
                reasons: vec![reason.to_owned()],
            },
            complete: true,
            incomplete: Vec::new(),
            with_data: scores
                .metrics
                .iter()
                .map(|metric| metric.code.to_owned())
                .collect(),
            without_data: Vec::new(),
            gate: resolved.plan.fail_under.map(|least| Gate {
                least,
                met: f64::from(scores.pss) >= least,
            }),
        },
        verdict: verdict(scores, resolved, outcome.interrupted),
        metrics,
        operations: Vec::new(),
        timeline: TimelineReport {
            windows: Vec::new(),
            worst: None,
            first_bad: None,
            burst: 0.0,
        },
        input: input(outcome),
        signals: Vec::new(),
        run: None,
        warnings: Vec::new(),
        generator: provenance::generator(resolved.profile),
        compare: None,
    }
}

/// As PyPSS, the whole number it prints is compared.
fn verdict(scores: &Scores, resolved: &Resolved, partial: bool) -> Verdict {
    let mut reasons = Vec::new();
    if let Some(least) = resolved
        .plan
        .fail_under
        .filter(|least| f64::from(scores.pss) < *least)
    {
        reasons.push(format!(
            "the score {} is below the threshold of {least}",
            scores.pss
        ));
    }
    for planned in &resolved.plan.metrics {
        let code = planned.metric.meta().code;
        let found = scores
            .metrics
            .iter()
            .find(|metric| metric.code == code)
            .map(|metric| metric.raw);
        match (planned.min_score, found) {
            (Some(least), Some(score)) if score < least => reasons.push(format!(
                "{code} scores {score:.2}, below its threshold of {least}"
            )),
            (Some(least), None) => reasons.push(format!(
                "{code} has no score in this profile, so its threshold of {least} is not met"
            )),
            _ => {}
        }
    }
    for code in &resolved.plan.require {
        if scores.metrics.iter().all(|metric| metric.code != code) {
            reasons.push(format!(
                "{code}, which `require` names, has no score in this profile"
            ));
        }
    }
    if !reasons.is_empty() {
        return Verdict {
            outcome: VerdictOutcome::Fail,
            reasons,
        };
    }
    if partial {
        return Verdict {
            outcome: VerdictOutcome::Warn,
            reasons: vec!["reading was stopped before the end: the report is partial".to_owned()],
        };
    }
    Verdict {
        outcome: VerdictOutcome::Pass,
        reasons,
    }
}

fn input(outcome: &PypssOutcome) -> InputReport {
    let facts = outcome.summary.facts();
    let traces = outcome.records.traces() as u64;
    InputReport {
        files: provenance::files(&outcome.files),
        records: outcome.files.iter().map(|file| file.records).sum(),
        spans: traces,
        samples: outcome.records.len() as u64 - traces,
        bad_records: facts.bad,
        bad: facts
            .bad_examples
            .iter()
            .map(|bad| BadExample {
                file: bad.file.clone(),
                line: bad.line,
                reason: bad.reason.clone(),
            })
            .collect(),
        start: None,
        end: None,
        untimed: 0,
        partial: outcome.interrupted,
        classified: Classification {
            attribute: 0.0,
            name: 0.0,
            nothing: 0.0,
        },
        unknown_fields: Vec::new(),
    }
}
