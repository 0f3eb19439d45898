//! What all commands share that score: their flags, and the way from what was read to a report.

use clap::Args;
use pss_integrations::cores::on_all_cores;
use pss_metrics::{
    report::{Provenance, Report, build},
    score::score_given,
};

use super::{ci::Ci, provenance};
use crate::{
    config::{Flags, Resolved},
    error::Error,
    input::ReadOutcome,
};

/// How to score, and what to make of it.
#[derive(Debug, Args)]
pub(super) struct Scoring {
    /// Exit 1 when the score is below this (0 to 100), n/a or incomplete
    #[arg(
        long,
        visible_alias = "fail-if-below",
        value_name = "SCORE",
        allow_negative_numbers = true
    )]
    fail_under: Option<String>,
    /// Verdicts that exit 1: fail, warn, inconclusive
    #[arg(long, value_name = "VERDICTS")]
    fail_on: Option<String>,
    /// The same as --fail-on fail,warn,inconclusive
    #[arg(long, conflicts_with = "fail_on")]
    strict: bool,
    /// Let a score meet its threshold although a plugin failed or required data are missing
    #[arg(long)]
    allow_incomplete: bool,
    /// Score only these metrics, such as IO,DB
    #[arg(long, value_name = "CODES")]
    metrics: Option<String>,
    /// Set a metric's weight, such as IO=.25
    #[arg(long, value_name = "CODE=WEIGHT")]
    weight: Vec<String>,
    /// Write a view to a file, such as html=report.html or summary=run.pss; - is standard output, +PATH appends; openmetrics may go to a Pushgateway: openmetrics=http://host:9091/metrics/job/NAME; see `pss plugins list`
    #[arg(long, value_name = "VIEW=PATH")]
    pub(super) export: Vec<String>,
    /// Print the report as JSON instead of text
    #[arg(long)]
    pub(super) json: bool,
    /// Operations shown
    #[arg(long, value_name = "N")]
    top: Option<String>,
    /// Whose log is written: recognised by GITHUB_ACTIONS and GITLAB_CI where not said
    #[arg(long, value_name = "SYSTEM")]
    pub(super) ci: Option<Ci>,
}

impl Scoring {
    /// The flags as settings, with those that one command has beside them: key, flag, text.
    ///
    /// # Errors
    /// A weight that is not of the form CODE=WEIGHT.
    pub(super) fn flags(&self, more: &[(&str, &str, &Option<String>)]) -> Result<Flags, Error> {
        let mut flags = Flags::new();
        let all = self.strict.then(|| "fail,warn,inconclusive".to_owned());
        let allowed = self.allow_incomplete.then(|| "true".to_owned());
        let own = [
            ("pss.fail_under", "--fail-under", &self.fail_under),
            ("pss.fail_on", "--fail-on", &self.fail_on),
            ("pss.fail_on", "--strict", &all),
            ("pss.allow_incomplete", "--allow-incomplete", &allowed),
            ("pss.metrics", "--metrics", &self.metrics),
            ("pss.top", "--top", &self.top),
        ];
        for (key, flag, text) in own.iter().chain(more) {
            if let Some(text) = text {
                flags.push(((*key).to_owned(), (*flag).to_owned(), text.clone()));
            }
        }
        for weight in &self.weight {
            let (code, value) = weight.split_once('=').ok_or_else(|| {
                Error::Usage(format!(
                    "--weight {weight:?} is not of the form CODE=WEIGHT, such as IO=.25"
                ))
            })?;
            flags.push((
                format!("pss.weights.{}", code.to_ascii_uppercase()),
                "--weight".to_owned(),
                value.to_owned(),
            ));
        }
        Ok(flags)
    }
}

/// Scores what was read.
pub(super) fn report(outcome: &ReadOutcome, resolved: &Resolved, threads: usize) -> Report {
    let mut scored = score_given(
        &outcome.summary,
        &resolved.plan,
        &outcome.given,
        &|n, work| {
            on_all_cores(threads, n, work);
        },
    );
    scored.complete &= outcome.failed.is_empty();
    scored.incomplete.extend(outcome.failed.iter().cloned());
    let provenance = Provenance {
        files: provenance::files(&outcome.files),
        partial: outcome.interrupted,
        notices: outcome.notices.clone(),
        generator: provenance::generator(resolved.profile),
        top: resolved.top,
    };
    build(&outcome.summary, &resolved.plan, &scored, provenance)
}
