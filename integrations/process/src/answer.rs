//! What a metric plugin answers, as an outcome.

use std::borrow::Cow;

use pss_metrics::score::{FactorOutcome, MetricMeta, Outcome, Settings};
use serde::{Deserialize, Serialize};

/// Most details that are shown, and their length in characters.
const DETAILS: (usize, usize) = (20, 200);

/// The answer: exactly one of `score`, `no_data` and `failed`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Why there is not enough data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_data: Option<String>,
    /// Why it could not be computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// Records it rests on; all that were sent where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// Values of its factors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<FactorAnswer>,
    /// Remarks, shown beside the score.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
}

/// The value of a factor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactorAnswer {
    /// Its name in the manifest.
    pub name: String,
    /// What was measured.
    pub value: f64,
    /// Its score; that of its control points where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// The power with which it took part; that of its control points where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exponent: Option<f64>,
}

impl Answer {
    /// Reads an answer and turns it into an outcome. `sent` is how many records the plugin was given.
    ///
    /// # Errors
    /// What it cannot mean: a fragment that follows the plugin's name. That scores lie in [0, 1] is seen to where those of all metrics are.
    pub(crate) fn outcome(
        bytes: &[u8],
        meta: &MetricMeta,
        settings: &Settings,
        sent: u64,
    ) -> Result<Outcome, String> {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim();
        if text.is_empty() {
            return Err("answered nothing".to_owned());
        }
        let answer: Answer = serde_json::from_str(text).map_err(|error| {
            let start: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
            format!("answered with something else than one JSON object of pss-plugin/1: {error}; it begins with {start:?}")
        })?;
        let score = match (answer.score, answer.no_data, answer.failed) {
            (Some(score), None, None) => score,
            (None, Some(reason), None) => return Ok(Outcome::NoData(plain(&reason))),
            (None, None, Some(reason)) => {
                return Err(format!("says it failed: {}", plain(&reason)));
            }
            _ => {
                return Err(
                    "answered without exactly one of `score`, `no_data` and `failed`".to_owned(),
                );
            }
        };
        let mut factors = Vec::new();
        for factor in &answer.factors {
            let Some((at, _)) = meta.factor(&factor.name) else {
                return Err(format!(
                    "answered with the factor {:?}, of which its manifest knows nothing",
                    plain(&factor.name)
                ));
            };
            let curve = meta.curve(at, settings);
            let score = factor.score.unwrap_or_else(|| curve.score(factor.value));
            if !factor.value.is_finite() {
                return Err(format!(
                    "answered with the factor {} of value {}, which cannot be",
                    factor.name, factor.value
                ));
            }
            factors.push(FactorOutcome {
                factor: at,
                value: factor.value,
                score,
                exponent: factor.exponent.unwrap_or(curve.exponent),
            });
        }
        let (most, _) = DETAILS;
        Ok(Outcome::Scored {
            score,
            n: answer.n.unwrap_or(sent),
            factors,
            parts: Vec::new(),
            flags: answer
                .details
                .iter()
                .take(most)
                .map(|detail| Cow::Owned(plain(detail)))
                .collect(),
        })
    }
}

/// A text that may be shown: bounded, without control characters.
fn plain(text: &str) -> String {
    let (_, longest) = DETAILS;
    text.chars()
        .filter(|c| !c.is_control())
        .take(longest)
        .collect()
}

#[cfg(test)]
mod tests {
    use pss_metrics::{
        plugin_meta,
        score::{Curve, FactorMeta},
    };

    use super::*;

    static META: MetricMeta = MetricMeta {
        plugin: plugin_meta!(Metric, "mine", "mine"),
        code: "MINE",
        question: "?",
        weight: 0.1,
        reads: "",
        factors: &[FactorMeta {
            name: "disp",
            what: "",
            unit: "",
            curve: Curve {
                good: 0.5,
                mid: 1.25,
                exponent: 2.0,
            },
            origin: "",
        }],
        combination: "",
        needs: "",
        minimum: "",
        limits: "",
        advice: "",
        sources: &[],
        examples: &[],
    };

    fn outcome(text: &str) -> Result<Outcome, String> {
        Answer::outcome(text.as_bytes(), &META, &Settings::default(), 7)
    }

    #[test]
    fn a_score_comes_with_what_was_measured() {
        let scored = outcome(
            "{\"score\": 0.25, \"factors\": [{\"name\": \"disp\", \"value\": 1.25}], \"details\": [\"a\\u001b[2J\"]}\n",
        );
        let Ok(Outcome::Scored {
            score,
            n,
            factors,
            flags,
            ..
        }) = scored
        else {
            panic!("{scored:?}");
        };
        assert_eq!((score, n), (0.25, 7));
        assert_eq!((factors[0].score, factors[0].exponent), (0.5, 2.0));
        assert_eq!(flags, ["a[2J"]);
    }

    #[test]
    fn no_data_is_no_score_and_no_failure() {
        assert_eq!(
            outcome("{\"no_data\": \"none of them\"}"),
            Ok(Outcome::NoData("none of them".to_owned()))
        );
    }

    #[test]
    fn what_an_answer_cannot_mean_is_told() {
        for (text, says) in [
            ("", "answered nothing"),
            ("hello", "begins with \"hello\""),
            ("{\"score\": NaN}", "something else than one JSON object"),
            (
                "{\"score\": 1} {\"score\": 1}",
                "something else than one JSON object",
            ),
            ("{\"scroe\": 1}", "unknown field `scroe`"),
            ("{}", "exactly one of"),
            ("{\"score\": 1, \"no_data\": \"x\"}", "exactly one of"),
            ("{\"failed\": \"no memory\"}", "says it failed: no memory"),
            (
                "{\"score\": 1, \"factors\": [{\"name\": \"x\", \"value\": 1}]}",
                "the factor \"x\"",
            ),
        ] {
            let error = outcome(text).expect_err(text);
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
