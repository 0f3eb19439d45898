//! `pss plugins example`: a piece of `pss.toml` that speaks to a plugin, and is valid as it stands.

use std::{collections::BTreeMap, fmt::Write};

use pss_metrics::{folded::ORIGIN, plugin::PluginMeta};

use super::Shelf;
use crate::config::{Key, Setting, Takes, Value};

/// Columns that an example names; of the others it would be a guess which belong together.
const COLUMNS: [&str; 4] = ["service", "name", "start", "duration"];

/// Values for keys whose type alone does not say a sensible one.
const VALUES: [(&str, &str); 6] = [
    ("kafka.bootstrap.servers", "\"localhost:9092\""),
    ("kafka.group.id", "\"billing\""),
    ("kafka.topics", "[\"orders\"]"),
    ("input.columns.service.column", "\"app\""),
    ("input.columns.name.column", "\"operation\""),
    ("input.columns.start.column", "\"ts\""),
];

pub(super) fn text(shelf: &Shelf<'_>, meta: &PluginMeta) -> String {
    if let Some(tree) = tree(shelf, meta) {
        return format!("# {}: {}\n\n{tree}", meta.id(), meta.description);
    }
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for key in shelf.keys_of(meta) {
        let set = shelf.config.settings.get(&key.name);
        // What a metric of the user's own says of itself hangs together: another key would make another metric.
        let set = set.filter(|_| meta.origin == ORIGIN);
        let hangs_together = meta.origin == ORIGIN && !key.name.ends_with(".enabled");
        if !is_shown(key) || (hangs_together && set.is_none()) {
            continue;
        }
        let (table, name) = split(shelf, key);
        let line = format!("{name} = {}", set.map_or_else(|| value(key), as_set));
        tables
            .entry(table)
            .or_default()
            .push(format!("{line:<28} # {}\n", key.about));
    }
    let mut text = format!("# {}: {}\n", meta.id(), meta.description);
    for (table, lines) in tables {
        let _ = write!(text, "\n[{table}]\n{}", lines.concat());
    }
    text
}

/// That of a load shape or a hook, which says it itself.
fn tree(shelf: &Shelf<'_>, meta: &PluginMeta) -> Option<String> {
    let id = meta.id();
    let mut loads = shelf.registry.loads.iter().map(|load| load.meta());
    let mut hooks = shelf.registry.hooks.iter().map(|hook| hook.meta());
    let load = loads.find(|load| load.plugin.id() == id);
    let hook = hooks.find(|hook| hook.plugin.id() == id);
    let load = load.map(|load| format!("[run.load]\n{}", load.example));
    load.or(hook.map(|hook| format!("[[hooks]]\n{}", hook.example)))
}

fn is_shown(key: &Key) -> bool {
    let column = key.name.strip_prefix("input.columns.");
    let column = column.and_then(|rest| rest.split('.').next());
    !key.name.ends_with('*') && column.is_none_or(|column| COLUMNS.contains(&column))
}

/// The table that a key stands in, and its name there.
fn split(shelf: &Shelf<'_>, key: &Key) -> (String, String) {
    match (shelf.keys.passed(&key.name), key.name.split_once('.')) {
        // Names that are handed on have dots of their own.
        (Some(_), Some((table, name))) if name.contains('.') => {
            (table.to_owned(), format!("\"{name}\""))
        }
        _ => match key.name.rsplit_once('.') {
            Some((table, name)) => (table.to_owned(), name.to_owned()),
            None => (String::new(), key.name.clone()),
        },
    }
}

/// What stands in the file.
fn as_set(setting: &Setting) -> String {
    match setting.written.as_ref().unwrap_or(&setting.value) {
        // A string of JSON is one of TOML.
        Value::Text(text) => serde_json::json!(text).to_string(),
        Value::List(list) => serde_json::json!(list).to_string(),
        other => other.to_string(),
    }
}

/// Its default, or else something of its type.
fn value(key: &Key) -> String {
    if let Some((_, value)) = VALUES.iter().find(|(name, _)| *name == key.name) {
        return (*value).to_owned();
    }
    if let Some(default) = &key.default {
        return default.clone();
    }
    match &key.takes {
        Takes::Number { least, most } => least.max(0.5_f64.min(*most)).to_string(),
        Takes::Choice(choices) => format!("{:?}", choices.first().map_or("", String::as_str)),
        Takes::Bool => "true".to_owned(),
        Takes::Share => "\"0.1%\"".to_owned(),
        Takes::Length => "\"100ms\"".to_owned(),
        Takes::Naming => "\"{name}\"".to_owned(),
        Takes::Choices(_) | Takes::Plugins(_) | Takes::Texts => "[]".to_owned(),
        Takes::Tree => "{}".to_owned(),
        Takes::Crate | Takes::Column | Takes::Text | Takes::Passed => "\"example\"".to_owned(),
    }
}
