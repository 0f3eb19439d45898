//! FOOBAR: do operations with "foobar" in their name take a steady time?

use pss_metrics::{
    plugin_meta,
    score::{
        Curve, Example, FactorMeta, Metric, MetricEntry, MetricMeta, Outcome, Over, PerSubject,
        Settings, Story, SummaryView, even, plain,
    },
    stats::{dispersion, weight},
};

static META: MetricMeta = MetricMeta {
    plugin: plugin_meta!(
        Metric,
        "foobar",
        "do operations with \"foobar\" in their name take a steady time?"
    ),
    code: "FOOBAR",
    question: "do operations with \"foobar\" in their name take a steady time?",
    weight: 0.10,
    reads: "durations of spans whose operation has \"foobar\" in its name, of any category",
    factors: &[FactorMeta {
        name: "disp",
        what: "dispersion of durations, as disp of TIME",
        unit: "",
        curve: Curve {
            good: 0.50,
            mid: 1.25,
            exponent: 1.0,
        },
        origin: "as disp of TIME",
    }],
    combination: "disp (mean over operations, weight n sqrt(median))",
    needs: "spans of operations with \"foobar\" in their name",
    minimum: "30 spans of an operation that did not fail",
    limits: "a sample: it shows the shape of a third-party metric",
    advice: "look at the operation with the most points",
    sources: &[],
    examples: &[
        Example {
            title: "every call takes 9 to 11 ms",
            story: steady,
            score: Some(0.999),
        },
        Example {
            title: "no operation of that name",
            story: none,
            score: None,
        },
    ],
};

fn steady() -> Story {
    Story::default().calls("foobar", 400, 50, |at| 9_000.0 + 2_000.0 * even(at), plain)
}

fn none() -> Story {
    Story::default().calls("other", 400, 50, |_| 9_000.0, plain)
}

/// The metric.
#[derive(Debug)]
pub struct Foobar;

inventory::submit! { MetricEntry { metric: &Foobar } }

impl Metric for Foobar {
    fn meta(&self) -> &'static MetricMeta {
        &META
    }

    fn score(&self, view: &SummaryView<'_>, settings: &Settings) -> Outcome {
        let mut subjects = PerSubject::new(&META, settings, Over::Mean);
        for group in view
            .groups()
            .filter(|group| group.key().operation.contains("foobar"))
        {
            let durations = group.durations();
            let (n, subject) = (durations.n(), group.subject());
            let enough = || {
                if n >= group.minimum() {
                    weight(&durations)
                } else {
                    None
                }
            };
            if let Some(weight) = view.weight(0, &subject, enough)
                && let Some(value) = dispersion(&durations)
            {
                subjects.add(&subject, weight, n, &[(0, Some(value))]);
            }
        }
        subjects.finish(|| "no operation with \"foobar\" in its name has 30 spans".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Its worked examples score as they say, an empty run gives no data, and whatever else a metric must keep to.
    #[test]
    fn it_keeps_the_contract_of_metrics() {
        assert_eq!(pss_metrics::conformance::check_metric(&Foobar), []);
    }
}
