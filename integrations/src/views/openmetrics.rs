//! OpenMetrics: gauges for a textfile collector or a Pushgateway, in the form that Prometheus' older text format shares.

mod compared;

use std::{collections::BTreeSet, fmt::Write as _, io};

use pss_metrics::{
    plugin::PluginMeta,
    plugin_meta,
    report::{Report, VerdictOutcome},
};

use super::{
    contract::{View, ViewEntry},
    run_figures::figures,
};

static META: PluginMeta = plugin_meta!(
    View,
    "openmetrics",
    "scores, points and the costliest operations as gauges in OpenMetrics text"
);

/// The view.
#[derive(Debug)]
pub struct OpenMetrics;

inventory::submit! { ViewEntry { view: &OpenMetrics } }

impl View for OpenMetrics {
    fn meta(&self) -> &'static PluginMeta {
        &META
    }

    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut text = Text::default();
        run(&mut text, report);
        command(&mut text, report);
        if let Some(compare) = &report.compare {
            compared::put(&mut text, compare);
        }
        metrics(&mut text, report);
        operations(&mut text, report);
        input(&mut text, report);
        text.0.push_str("# EOF\n");
        out.write_all(text.0.as_bytes())
    }
}

fn run(text: &mut Text, report: &Report) {
    let pss = &report.pss;
    text.gauge(
        "pss_score",
        "Program Stability Score, 0 to 100; absent where no metric has data.",
        [(vec![], pss.score)],
    );
    text.gauge(
        "pss_score_interval",
        "Ends of the score's interval within this run.",
        [
            (vec![("end", "low")], pss.low),
            (vec![("end", "high")], pss.high),
        ],
    );
    text.gauge(
        "pss_threshold",
        "The least score that meets the threshold.",
        [(vec![], pss.gate.map(|gate| gate.least))],
    );
    let outcome = report.verdict.outcome;
    text.gauge(
        "pss_verdict",
        "1 for the verdict of this run, 0 for all others.",
        [
            VerdictOutcome::Pass,
            VerdictOutcome::Warn,
            VerdictOutcome::Fail,
            VerdictOutcome::Inconclusive,
        ]
        .map(|each| (vec![("verdict", each.name())], Some(flag(each == outcome)))),
    );
    text.gauge(
        "pss_complete",
        "Whether all metrics that had to have data have.",
        [(vec![], Some(flag(pss.complete)))],
    );
}

/// Rounds, or load.
fn command(text: &mut Text, report: &Report) {
    text.gauge(
        "pss_run_value",
        "What is known of the rounds of a command, or of the load it was under, in its unit.",
        report.run.iter().flat_map(figures).map(|figure| {
            let labels = [
                ("of", figure.of),
                ("name", figure.name),
                ("unit", figure.unit),
            ];
            (labels.to_vec(), Some(figure.value))
        }),
    );
}

fn metrics(text: &mut Text, report: &Report) {
    let each = |value: &dyn Fn(&pss_metrics::report::MetricReport) -> Option<f64>| {
        report
            .metrics
            .iter()
            .map(|metric| (vec![("metric", metric.code.as_str())], value(metric)))
            .collect::<Vec<_>>()
    };
    text.gauge(
        "pss_metric_score",
        "Score of a metric, 0 to 1; absent where it has no data.",
        each(&|metric| metric.score),
    );
    text.gauge(
        "pss_metric_points_lost",
        "Points of the score that a metric lost.",
        each(&|metric| metric.score.map(|_| metric.points)),
    );
    text.gauge(
        "pss_metric_weight",
        "Weight of a metric.",
        each(&|metric| Some(metric.weight)),
    );
    text.gauge(
        "pss_metric_observations",
        "Spans or samples a metric rests on.",
        each(&|metric| Some(metric.n as f64)),
    );
    text.gauge(
        "pss_metric_threshold",
        "The least score of a metric that meets its threshold.",
        each(&|metric| metric.gate.map(|gate| gate.least)),
    );
    text.gauge(
        "pss_metric_has_data",
        "Whether a metric has a score.",
        each(&|metric| Some(flag(metric.score.is_some()))),
    );
    text.gauge(
        "pss_metric_absent_info",
        "Why a metric has no score.",
        report.metrics.iter().filter_map(|metric| {
            let reason = metric.failed.as_deref().or(metric.no_data.as_deref())?;
            Some((
                vec![("metric", metric.code.as_str()), ("reason", reason)],
                Some(1.0),
            ))
        }),
    );
    text.gauge(
        "pss_factor_value",
        "What a factor of a metric measured, in its unit.",
        report.metrics.iter().flat_map(|metric| {
            metric.factors.iter().map(|factor| {
                (
                    vec![
                        ("metric", metric.code.as_str()),
                        ("factor", factor.name.as_str()),
                        ("unit", factor.unit.as_str()),
                    ],
                    Some(factor.value),
                )
            })
        }),
    );
}

fn operations(text: &mut Text, report: &Report) {
    let each = |value: &dyn Fn(&pss_metrics::report::OperationReport) -> Option<f64>| {
        report
            .operations
            .iter()
            .map(|operation| {
                (
                    vec![
                        ("service", operation.service.as_str()),
                        ("operation", operation.operation.as_str()),
                        ("category", operation.category.name()),
                    ],
                    value(operation),
                )
            })
            .collect::<Vec<_>>()
    };
    text.gauge(
        "pss_operation_points_lost",
        "Points that an operation lost, of those shown.",
        each(&|operation| Some(operation.points)),
    );
    text.gauge(
        "pss_operation_spans",
        "Spans of an operation.",
        each(&|operation| Some(operation.n as f64)),
    );
    text.gauge(
        "pss_operation_errors",
        "Failed spans of an operation.",
        each(&|operation| Some(operation.errors as f64)),
    );
    text.gauge(
        "pss_operation_median_seconds",
        "Median duration.",
        each(&|operation| operation.q50),
    );
    text.gauge(
        "pss_operation_q99_seconds",
        "99 % quantile of durations.",
        each(&|operation| operation.q99),
    );
}

fn input(text: &mut Text, report: &Report) {
    let input = &report.input;
    for (name, help, value) in [
        (
            "pss_input_records",
            "Records read, good and bad.",
            input.records as f64,
        ),
        (
            "pss_input_bad_records",
            "Records that could not be used.",
            input.bad_records as f64,
        ),
        ("pss_input_spans", "Spans read.", input.spans as f64),
        ("pss_input_samples", "Samples read.", input.samples as f64),
    ] {
        text.gauge(name, help, [(vec![], Some(value))]);
    }
    text.gauge(
        "pss_input_start_seconds",
        "First instant, since the epoch.",
        [(vec![], input.start)],
    );
    text.gauge(
        "pss_input_end_seconds",
        "Last instant, since the epoch.",
        [(vec![], input.end)],
    );
    let made = &report.generator;
    text.gauge(
        "pss_generator_info",
        "What made this.",
        [(
            vec![
                ("version", made.version.as_str()),
                ("profile", made.profile.as_str()),
            ],
            Some(1.0),
        )],
    );
}

fn flag(yes: bool) -> f64 {
    f64::from(u8::from(yes))
}

#[derive(Default)]
struct Text(String);

impl Text {
    /// A family with those of its samples that have a value; none at all where no sample has one.
    fn gauge<'a>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = (Vec<(&'a str, &'a str)>, Option<f64>)>,
    ) {
        let mut written = BTreeSet::new();
        for (labels, value) in samples {
            let Some(value) = value else { continue };
            // Writing to a string cannot fail.
            if written.is_empty() {
                let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} gauge");
            }
            let labels: Vec<String> = labels
                .iter()
                .map(|(label, text)| format!("{label}=\"{}\"", escaped(text)))
                .collect();
            let labels = labels.join(",");
            // Names that are alike once they are cut would be the same series twice, which no reader takes: the dearest comes first and stays.
            if written.contains(&labels) {
                continue;
            }
            let _ = if labels.is_empty() {
                writeln!(self.0, "{name} {value}")
            } else {
                writeln!(self.0, "{name}{{{labels}}} {value}")
            };
            written.insert(labels);
        }
    }
}

/// A label's value. What no store takes, a name of thousands of characters, is cut.
fn escaped(text: &str) -> String {
    super::names::visible(text)
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped_and_absent_values_left_out() {
        let mut text = Text::default();
        let name = "q\"\\\n";
        text.gauge(
            "a",
            "h",
            [
                (vec![("x", name)], Some(0.5)),
                (vec![], None),
                (vec![("x", "q\"\\\t")], Some(0.25)),
            ],
        );
        text.gauge("b", "h", [(vec![], None)]);
        assert_eq!(
            text.0,
            "# HELP a h\n# TYPE a gauge\na{x=\"q\\\"\\\\?\"} 0.5\n"
        );
    }
}
