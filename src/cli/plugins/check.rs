//! `pss plugins check`: whether plugins keep their contracts. Builds each, and tries it by the rules of its kind.

use std::fmt::Write;

use pss_integrations::{
    conformance::{
        FORMAT_RULES, Finding, HOOK_RULES, LOAD_RULES, Rule, SAMPLER_RULES, SOURCE_RULES,
        VIEW_RULES, check_format, check_hook, check_load, check_sampler, check_source, check_view,
    },
    load::Load,
    samplers::Sampler,
};
use pss_metrics::{
    conformance::{METRIC_RULES, check_metric},
    plugin::{PluginKind, PluginMeta},
};
use serde::Serialize;

use super::{Shelf, described::State};
use crate::{cli::stdout, error::Error, exit::Exit};

/// One plugin, tried.
#[derive(Debug, Serialize)]
struct Checked {
    id: String,
    state: State,
    /// The rules that were tried.
    rules: Vec<&'static str>,
    findings: Vec<Found>,
}

/// A rule that is not kept.
#[derive(Debug, Serialize)]
struct Found {
    rule: &'static str,
    what: String,
    /// What the rule asks.
    asks: &'static str,
}

/// Exit code 1 where a plugin does not keep its contract: a threshold that is not met.
pub(super) fn run(shelf: &Shelf<'_>, chosen: &[PluginMeta], json: bool) -> Result<Exit, Error> {
    let checked: Vec<Checked> = chosen.iter().map(|meta| checked(shelf, meta)).collect();
    let failed = checked
        .iter()
        .filter(|checked| !checked.findings.is_empty())
        .count();
    if json {
        stdout::text(&format!("{:#}\n", serde_json::json!(checked)))?;
    } else {
        let mut text: String = checked.iter().map(shown).collect();
        let _ = writeln!(text, "{} plugins, {failed} failed", checked.len());
        stdout::text(&text)?;
    }
    Ok(if failed > 0 {
        Exit::Verdict
    } else {
        Exit::Done
    })
}

fn shown(checked: &Checked) -> String {
    let mut text = format!(
        "{}: {}\n",
        checked.id,
        if checked.findings.is_empty() {
            format!("keeps {} rules", checked.rules.len())
        } else {
            "failed".to_owned()
        }
    );
    for found in &checked.findings {
        // What a plugin says may hold anything, and a control character must not reach the terminal.
        let what: String = found
            .what
            .chars()
            .map(|c| if c.is_control() { '?' } else { c })
            .collect();
        let _ = writeln!(text, "  {}: {what} (the rule: {})", found.rule, found.asks);
    }
    text
}

fn checked(shelf: &Shelf<'_>, meta: &PluginMeta) -> Checked {
    let (rules, findings) = tried(shelf, meta);
    let asks = |name: &str| {
        rules
            .iter()
            .find(|rule| rule.name == name)
            .map_or("", |rule| rule.asks)
    };
    Checked {
        id: meta.id(),
        state: if findings.is_empty() {
            State::Built
        } else {
            State::Failed
        },
        rules: rules.iter().map(|rule| rule.name).collect(),
        findings: findings
            .into_iter()
            .map(|finding| Found {
                rule: finding.rule,
                asks: asks(finding.rule),
                what: finding.what,
            })
            .collect(),
    }
}

fn tried(shelf: &Shelf<'_>, meta: &PluginMeta) -> (&'static [Rule], Vec<Finding>) {
    let id = meta.id();
    let registry = shelf.registry;
    match meta.kind {
        PluginKind::Metric => {
            let metric = shelf.metric(meta);
            (METRIC_RULES, metric.map(check_metric).unwrap_or_default())
        }
        PluginKind::Format => {
            let mut formats = registry.formats.iter();
            let format = formats.find(|format| format.meta().plugin.id() == id);
            (
                FORMAT_RULES,
                format
                    .map(|format| check_format(*format))
                    .unwrap_or_default(),
            )
        }
        PluginKind::Sampler => {
            let mut samplers = registry.samplers.iter();
            let sampler = samplers.find(|sampler| sampler.meta().plugin.id() == id);
            // Nothing is said to it: what is tried is the plugin, and not the cluster that the user names.
            let settings = std::collections::BTreeMap::new();
            let check = |sampler: &&'static dyn Sampler| check_sampler(*sampler, &settings);
            (SAMPLER_RULES, sampler.map(check).unwrap_or_default())
        }
        PluginKind::View => {
            let mut views = registry.views.iter();
            let view = views.find(|view| view.meta().id() == id);
            (
                VIEW_RULES,
                view.map(|view| check_view(*view)).unwrap_or_default(),
            )
        }
        PluginKind::Load => {
            let mut loads = registry.loads.iter();
            let load = loads.find(|load| load.meta().plugin.id() == id);
            let check = |load: &&'static dyn Load| check_load(*load, &registry.loads);
            (LOAD_RULES, load.map(check).unwrap_or_default())
        }
        PluginKind::Hook => {
            let mut hooks = registry.hooks.iter();
            let hook = hooks.find(|hook| hook.meta().plugin.id() == id);
            (
                HOOK_RULES,
                hook.map(|hook| check_hook(*hook)).unwrap_or_default(),
            )
        }
        PluginKind::Source => {
            let mut sources = registry.sources.iter();
            let source = sources.find(|source| source.meta().plugin.id() == id);
            (
                SOURCE_RULES,
                source
                    .map(|source| check_source(*source))
                    .unwrap_or_default(),
            )
        }
    }
}
