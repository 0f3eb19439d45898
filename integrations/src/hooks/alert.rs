//! Rules that a report is held against, and how long each keeps silent afterwards.

use std::collections::BTreeMap;

use pss_metrics::report::Report;
use serde::{Deserialize, Serialize};

use crate::fields::{Fields, Parameter, Takes};

/// A rule of `[[alerts]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// When it holds.
    pub when: Condition,
    /// The condition as it was written.
    pub text: String,
    /// Seconds for which it keeps silent after an alert.
    pub cooldown: f64,
}

/// When a rule holds. What has no value makes none hold: `[pss] require` is for that.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// The score, 0 to 100, is below or above.
    Score(Than),
    /// A metric's score, 0 to 1, is.
    Metric(String, Than),
    /// The verdict is one of these.
    Verdict(Vec<String>),
}

/// Below or above a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Than {
    /// Below it.
    Below(f64),
    /// Above it.
    Above(f64),
}

/// A rule that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// The rule's name.
    pub name: String,
    /// Its condition, and the value that met it.
    pub why: String,
}

/// All rules.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules(pub Vec<Rule>);

/// When which rule last alerted, in seconds since the epoch: what outlives a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quiet(pub BTreeMap<String, f64>);

const PARAMETERS: &[Parameter] = &[
    Parameter::required("name", Takes::Text, "give the rule a name"),
    Parameter::required(
        "when",
        Takes::Text,
        "say when it holds: \"score < 80\", \"metric.DB < 0.7\" or \"verdict = fail\"",
    ),
    Parameter::optional(
        "cooldown",
        Takes::Length,
        Some("1h"),
        "for how long it keeps silent after an alert, also over restarts",
    ),
];

const COOLDOWN: f64 = 3600.0;

impl Rule {
    /// Reads an entry of `[[alerts]]`. `codes` are those of the metrics there are.
    pub fn read(entry: &Fields<'_>, codes: &[&str]) -> Option<Rule> {
        entry.check(PARAMETERS, &[]);
        let cooldown = entry.seconds("cooldown").unwrap_or(COOLDOWN);
        let (name, text) = (entry.text("name"), entry.text("when"));
        let when = match condition(text?, codes) {
            Ok(when) => when,
            Err(why) => {
                entry.wrong("when", why);
                return None;
            }
        };
        Some(Rule {
            name: name?.to_owned(),
            when,
            text: text?.to_owned(),
            cooldown,
        })
    }
}

fn condition(text: &str, codes: &[&str]) -> Result<Condition, String> {
    let wrong = || {
        "is no condition: write \"score < 80\", \"metric.DB < 0.7\" or \"verdict = fail\""
            .to_owned()
    };
    let at = text.find(['<', '>', '=']).ok_or_else(wrong)?;
    let (subject, value) = (text[..at].trim(), text[at + 1..].trim());
    if subject == "verdict" {
        let verdicts: Vec<String> = value
            .split(',')
            .map(|word| word.trim().to_owned())
            .collect();
        let known = ["pass", "warn", "fail", "inconclusive"];
        if !text[at..].starts_with('=')
            || !verdicts.iter().all(|word| known.contains(&word.as_str()))
        {
            return Err(format!(
                "must compare the verdict with `=` to {}",
                known.join(", ")
            ));
        }
        return Ok(Condition::Verdict(verdicts));
    }
    let number: f64 = value.parse().map_err(|_| wrong())?;
    let than = match &text[at..=at] {
        "<" => Than::Below(number),
        ">" => Than::Above(number),
        _ => return Err("must compare a score with `<` or `>`".to_owned()),
    };
    if subject == "score" {
        return Ok(Condition::Score(than));
    }
    let code = subject.strip_prefix("metric.").ok_or_else(wrong)?;
    match codes.iter().find(|known| known.eq_ignore_ascii_case(code)) {
        Some(code) => Ok(Condition::Metric((*code).to_owned(), than)),
        None => Err(format!("names no metric; known: {}", codes.join(", "))),
    }
}

impl Rules {
    /// Those that hold and are not silent, which they are from then on. `now` is in seconds since the epoch.
    pub fn alerts(&self, report: &Report, now: f64, quiet: &mut Quiet) -> Vec<Alert> {
        let mut alerts = Vec::new();
        for rule in &self.0 {
            let Some(value) = rule.when.met(report) else {
                continue;
            };
            let silent = quiet
                .0
                .get(&rule.name)
                .is_some_and(|last| (0.0..rule.cooldown).contains(&(now - last)));
            if silent {
                continue;
            }
            quiet.0.insert(rule.name.clone(), now);
            alerts.push(Alert {
                name: rule.name.clone(),
                why: format!("{} ({value})", rule.text),
            });
        }
        alerts
    }
}

impl Condition {
    /// The value that meets it.
    fn met(&self, report: &Report) -> Option<String> {
        match self {
            Condition::Score(than) => than.met(report.pss.score?, 1),
            Condition::Metric(code, than) => {
                let metric = report.metrics.iter().find(|metric| metric.code == *code)?;
                than.met(metric.score?, 3)
            }
            Condition::Verdict(verdicts) => {
                let verdict = report.verdict.outcome.name();
                verdicts
                    .iter()
                    .any(|wanted| wanted == verdict)
                    .then(|| verdict.to_owned())
            }
        }
    }
}

impl Than {
    fn met(self, value: f64, digits: usize) -> Option<String> {
        let met = match self {
            Than::Below(limit) => value < limit,
            Than::Above(limit) => value > limit,
        };
        met.then(|| format!("{value:.digits$}"))
    }
}
