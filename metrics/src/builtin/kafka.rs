//! KAFKA: do consumers keep up?

use crate::{
    model::Signal,
    plugin_meta,
    score::{
        Curve, EntityView, Example, FactorMeta, Metric, MetricEntry, MetricMeta, Outcome, Over,
        PerSubject, Settings, Story, Subject, SummaryView, by_name, even, plain,
    },
    stats::trend,
};

const OPINION: &str = "an opinion that waits for data";

static META: MetricMeta = MetricMeta {
    plugin: plugin_meta!(Metric, "kafka", "do consumers keep up?"),
    code: "KAFKA",
    question: "do consumers keep up?",
    weight: 0.15,
    reads: "lag per group, topic and partition; the rate consumed is the growth of the committed offset per second",
    factors: &[
        FactorMeta {
            name: "lag",
            what: "median lag / rate consumed: how old the next message is. A rate of 0 with a lag scores the least",
            unit: "s",
            curve: Curve {
                good: 1.0,
                mid: 10.0,
                exponent: 0.4,
            },
            origin: OPINION,
        },
        FactorMeta {
            name: "growth",
            what: "growth of the lag that noise does not explain, per hour / rate consumed",
            unit: "s/h",
            curve: Curve {
                good: 5.0,
                mid: 60.0,
                exponent: 0.4,
            },
            origin: OPINION,
        },
        FactorMeta {
            name: "swing",
            what: "(q95 - q50)/(q50 + 1 s x rate)",
            unit: "",
            curve: Curve {
                good: 1.0,
                mid: 4.0,
                exponent: 0.2,
            },
            origin: OPINION,
        },
    ],
    combination: "lag ^ .4 x growth ^ .4 x swing ^ .2 per partition; mean and worst partition",
    needs: "samples of lag (system records with `kafka_lag`, `topic`, `partition`, `group_id`) and of the committed offset (`committed_offset`)",
    minimum: "one sample of lag; for growth 8 windows",
    limits: "without offsets the rate is assumed to be 100 messages a second, and flagged",
    advice: "growth asks for more consumers or partitions; a swing for what stalls them: rebalances, slow batches, a slow sink",
    sources: &["Apache Kafka documentation, monitoring: consumer lag"],
    examples: &[
        Example {
            title: "200 to 300 messages behind, 1000 consumed a second",
            story: steady,
            score: Some(0.988),
        },
        Example {
            title: "100 messages more behind every second",
            story: growing,
            score: Some(0.400),
        },
        Example {
            title: "500 messages behind, and nothing is consumed",
            story: stuck,
            score: Some(0.158),
        },
        Example {
            title: "500 messages behind, at a rate that nobody knows",
            story: assumed,
            score: Some(0.847),
        },
        Example {
            title: "nobody measured lag",
            story: unknown,
            score: None,
        },
    ],
};

/// The lag of one partition, every half a second, at a rate of messages per second.
fn partition(rate: f64, lag: impl Fn(u64) -> f64) -> Story {
    Story::default()
        .readings(Signal::KAFKA_LAG, "group/orders/0", 240, 500, lag)
        .readings(
            Signal::KAFKA_OFFSET,
            "group/orders/0",
            240,
            500,
            move |at| 0.5 * rate * at as f64,
        )
}

fn steady() -> Story {
    partition(1000.0, |at| 200.0 + 100.0 * even(at))
}

fn growing() -> Story {
    partition(1000.0, |at| 200.0 + 50.0 * at as f64)
}

fn stuck() -> Story {
    partition(0.0, |_| 500.0)
}

fn assumed() -> Story {
    Story::default().readings(Signal::KAFKA_LAG, "group/orders/0", 240, 500, |_| 500.0)
}

fn unknown() -> Story {
    Story::default().calls("handle", 400, 50, |_| 10_000.0, plain)
}

/// The metric.
#[derive(Debug)]
pub struct Kafka;

inventory::submit! { MetricEntry { metric: &Kafka } }

const LAG: usize = 0;
const GROWTH: usize = 1;
const SWING: usize = 2;
/// Messages per second where no offsets are known.
const ASSUMED_RATE: f64 = 100.0;

impl Metric for Kafka {
    fn meta(&self) -> &'static MetricMeta {
        &META
    }

    fn score(&self, view: &SummaryView<'_>, settings: &Settings) -> Outcome {
        let (lags, offsets) = (
            view.entities(Signal::KAFKA_LAG),
            view.entities(Signal::KAFKA_OFFSET),
        );
        let mut subjects = PerSubject::new(&META, settings, Over::Worst);
        let mut assumed = false;
        for (name, [lag, offset]) in by_name([&lags, &offsets]) {
            let Some(lag) = lag else { continue };
            let subject = if name.is_empty() {
                Subject::Run
            } else {
                Subject::Entity(name.into())
            };
            let gauge = lag.gauge();
            let (Some(median), Some(high)) = (gauge.quantile(0.5), gauge.quantile(0.95)) else {
                continue;
            };
            let known = offset
                .and_then(EntityView::growth)
                .map(|(grown, seconds)| grown / seconds);
            assumed |= known.is_none();
            let rate = known.unwrap_or(ASSUMED_RATE);
            let stuck = rate <= 0.0;
            let behind = if stuck {
                if median > 0.0 { None } else { Some(0.0) }
            } else {
                Some(median / rate)
            };
            let mut values = vec![(LAG, behind)];
            let points: Vec<(f64, f64)> = lag
                .gauges()
                .iter()
                .filter_map(|(time, cell)| Some((*time, cell.mean()?)))
                .collect();
            if let Some(trend) = trend(&points) {
                values.push((
                    GROWTH,
                    if stuck {
                        if trend.lower > 0.0 { None } else { Some(0.0) }
                    } else {
                        Some(trend.lower * 3600.0 / rate)
                    },
                ));
            }
            let scale = median + rate;
            values.push((
                SWING,
                Some(if scale > 0.0 {
                    (high - median) / scale
                } else {
                    0.0
                }),
            ));
            values.retain(|(factor, _)| view.weight(*factor, &subject, || Some(1.0)).is_some());
            if !values.is_empty() {
                subjects.add(&subject, 1.0, gauge.n, &values);
            }
        }
        let outcome = subjects.finish(|| "no samples of consumer lag".to_owned());
        if assumed {
            outcome.flagged("rate assumed: 100 messages a second")
        } else {
            outcome
        }
    }
}
