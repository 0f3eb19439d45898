//! Outputs of a step of GitHub Actions: `name=value` lines for later steps, made for `--export github-output=+$GITHUB_OUTPUT`.

use std::io;

use pss_metrics::{plugin::PluginMeta, plugin_meta, report::Report};

use super::contract::{View, ViewEntry};

static META: PluginMeta = plugin_meta!(
    View,
    "github-output",
    "score, low, high, band and verdict as outputs of a step of GitHub Actions; of a comparison also regression and regressed"
);

/// The view.
#[derive(Debug)]
pub struct GithubOutput;

inventory::submit! { ViewEntry { view: &GithubOutput } }

impl View for GithubOutput {
    fn meta(&self) -> &'static PluginMeta {
        &META
    }

    /// An output without a value is empty: a workflow's expression is then false, which no text such as `n/a` is.
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let pss = &report.pss;
        let number = |number: Option<f64>| number.map_or_else(String::new, |n| n.to_string());
        writeln!(out, "score={}", number(pss.score))?;
        writeln!(out, "low={}", number(pss.low))?;
        writeln!(out, "high={}", number(pss.high))?;
        writeln!(out, "band={}", pss.band.as_deref().unwrap_or_default())?;
        writeln!(out, "verdict={}", report.verdict.outcome.name())?;
        writeln!(out, "complete={}", pss.complete)?;
        if let Some(compare) = &report.compare {
            writeln!(out, "regression={}", number(compare.regression))?;
            writeln!(out, "regressed={}", compare.regressed)?;
        }
        writeln!(out, "metrics-with-data={}", pss.with_data.join(","))?;
        writeln!(out, "metrics-without-data={}", pss.without_data.join(","))
    }
}
