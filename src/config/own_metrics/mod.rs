//! Metrics without a line of Rust: `[metrics.CODE]` with `value` in SQL over a span, or `score` over all of them, and perhaps `where`.
//!
//! They are read before all else of the file, because they bring keys, flags and codes of their own; whatever else is wrong with the file is said when it is read
//! in full.

mod expanded;
mod given;
mod keys;

use std::{collections::BTreeMap, path::Path};

use pss_metrics::score::Metric;
use toml::de::{DeTable, DeValue};

use self::given::Given;
use super::{error::ConfigError, layers::found_files, toml_file::line};
pub(super) use keys::keys;

/// Keys that make a table of `[metrics]` a definition.
const DEFINING: [&str; 6] = ["where", "value", "shape", "quantile", "score", "clamp"];

/// The metrics that the configuration's files define, by code; the project's file goes before the user's.
///
/// # Errors
/// All mistakes in all definitions, with their lines.
pub fn own_metrics(
    explicit: Option<&Path>,
    known: &[&'static dyn Metric],
) -> Result<Vec<&'static dyn Metric>, Vec<ConfigError>> {
    let (mut found, mut errors) = (BTreeMap::new(), Vec::new());
    for (name, path) in found_files(explicit) {
        let Ok(text) = super::files::text(&path) else {
            continue;
        };
        match defined(&name, &text, known) {
            Ok(definitions) => found.extend(definitions),
            Err(mistakes) => errors.extend(mistakes),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(found.into_values().collect())
}

/// The definitions in a file's text.
fn defined(
    name: &str,
    text: &str,
    known: &[&'static dyn Metric],
) -> Result<BTreeMap<String, &'static dyn Metric>, Vec<ConfigError>> {
    let (mut found, mut errors) = (BTreeMap::new(), Vec::new());
    let Ok(table) = DeTable::parse(text) else {
        return Ok(found);
    };
    let metrics = table.get_ref().get("metrics").map(toml::Spanned::get_ref);
    for (code, table) in metrics.and_then(DeValue::as_table).into_iter().flatten() {
        let Some(settings) = table.get_ref().as_table() else {
            continue;
        };
        let is_known = known
            .iter()
            .any(|metric| metric.meta().code.eq_ignore_ascii_case(code.get_ref()));
        if is_known || !DEFINING.iter().any(|key| settings.contains_key(*key)) {
            continue;
        }
        let at = line(text, code.span().start);
        let given = Given::new(code.get_ref(), format!("{name}:{at}"));
        let definition = given
            .with(name, text, settings)
            .and_then(|given| given.definition(name, at));
        match definition {
            Ok(definition) => {
                found.insert(code.get_ref().to_string(), definition);
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        Ok(found)
    } else {
        Err(errors)
    }
}
