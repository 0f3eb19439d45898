//! What all plugins with settings have in common: a description, an example, and settings that are refused where they are wrong.

use pss_metrics::{
    conformance::Finding,
    plugin::{PluginKind, PluginMeta, canonical},
};
use serde_json::{Value, json};

use crate::fields::{Mistake, Parameter, Table, Takes};

/// The findings of a description: its kind, its name, and texts that must not be empty.
pub(super) fn described(
    meta: &PluginMeta,
    kind: PluginKind,
    texts: &[(&str, &str)],
    parameters: &[Parameter],
) -> Vec<Finding> {
    let mut wrong = Vec::new();
    if meta.kind != kind {
        wrong.push(format!("is a {}", meta.kind.name()));
    }
    if canonical(meta.name) != meta.name {
        wrong.push(format!("its name {:?} is not in lower case", meta.name));
    }
    let own = [("description", meta.description)];
    for (what, text) in own.iter().chain(texts) {
        if text.trim().is_empty() {
            wrong.push(format!("its {what} is empty"));
        }
    }
    for parameter in parameters {
        if parameter.about.trim().is_empty() {
            wrong.push(format!("does not say what `{}` does", parameter.name));
        }
    }
    wrong
        .into_iter()
        .map(|what| Finding::new("description", what))
        .collect()
}

/// An example as the table that it is in a configuration.
pub(super) fn parsed(example: &str) -> Result<Table, String> {
    toml::from_str(example).map_err(|error| format!("is no TOML: {}", error.message()))
}

/// Mistakes in one line.
pub(super) fn told(mistakes: &[Mistake]) -> String {
    let lines: Vec<String> = mistakes.iter().map(Mistake::to_string).collect();
    lines.join("; ")
}

/// Tries each parameter with a value of another type. `mistakes` says what was told of a table.
pub(super) fn refused(
    path: &str,
    parameters: &[Parameter],
    example: &Table,
    mistakes: impl Fn(&Table) -> Result<Vec<Mistake>, String>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for parameter in parameters {
        let mut table = example.clone();
        table.insert(parameter.name.to_owned(), of_another_type(parameter.takes));
        let place = format!("{path}.{}", parameter.name);
        let what = match mistakes(&table) {
            Err(panic) => format!("{place} of another type: {panic}"),
            Ok(told) if told.iter().any(|mistake| mistake.path.starts_with(&place)) => continue,
            Ok(_) => format!("{place} of another type is taken"),
        };
        findings.push(Finding::new("settings", what));
    }
    findings
}

fn of_another_type(takes: Takes) -> Value {
    match takes {
        Takes::Text | Takes::Address => json!([7]),
        _ => json!("neither this nor that"),
    }
}
