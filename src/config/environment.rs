//! Settings from the environment: `PSS_FAIL_UNDER=80`, `PSS_METRICS=IO,DB`, `PSS_WEIGHT_IO=.25`.

use std::collections::BTreeMap;

use pss_metrics::plugin::nearest;

use super::{
    check::check,
    error::ConfigError,
    keys::{Keys, Takes},
    value::{Setting, Value},
};

/// Variables with other uses; the last is `sampler:gpu`'s, and means no harm to a build without it.
const OTHERS: [&str; 4] = ["PSS_CONFIG", "PSS_TRACE_FILE", "PSS_NVML", "PSS_RUN_ID"];

/// Settings of all variables that start with `PSS_`.
///
/// # Errors
/// Unknown variables and values that do not fit: a typo must not switch a gate off.
pub(super) fn settings(
    variables: impl Iterator<Item = (String, String)>,
    keys: &Keys,
) -> Result<BTreeMap<String, Setting>, Vec<ConfigError>> {
    let names: Vec<(String, &str)> = keys
        .0
        .iter()
        .filter_map(|key| Some((variable(&key.name)?, key.name.as_str())))
        .collect();
    let (mut settings, mut errors) = (BTreeMap::new(), Vec::new());
    for (variable, text) in
        variables.filter(|(name, _)| name.starts_with("PSS_") && !OTHERS.contains(&name.as_str()))
    {
        let place = format!("environment variable {variable}");
        let Some(key) = names
            .iter()
            .find(|(name, _)| *name == variable)
            .and_then(|(_, key)| keys.find(key))
        else {
            let error = ConfigError::new(place, "is unknown");
            let near = nearest(&variable, names.iter().map(|(name, _)| name.as_str()));
            errors.push(match near {
                Some(near) => error.help(format!("did you mean {near}?")),
                None => error.help("unset it: pss reads PSS_FAIL_UNDER and its like, and a typo must not switch a gate off"),
            });
            continue;
        };
        match check(key, from_text(&text, &key.takes), &place) {
            Ok(value) => {
                settings.insert(
                    key.name.clone(),
                    Setting {
                        value,
                        place,
                        written: None,
                    },
                );
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        Ok(settings)
    } else {
        Err(errors)
    }
}

fn variable(key: &str) -> Option<String> {
    if let Some(code) = key.strip_prefix("pss.weights.") {
        return Some(format!("PSS_WEIGHT_{}", code.to_ascii_uppercase()));
    }
    if let Some(name) = key.strip_prefix("history.") {
        return Some(format!("PSS_HISTORY_{}", name.to_ascii_uppercase()));
    }
    key.strip_prefix("pss.")
        .filter(|rest| !rest.contains('.'))
        .map(|rest| format!("PSS_{}", rest.to_ascii_uppercase()))
}

/// A value from plain text, as its key takes it.
pub(super) fn from_text(text: &str, takes: &Takes) -> Value {
    match takes {
        Takes::Number { .. } => text
            .trim()
            .parse()
            .map_or_else(|_| Value::Text(text.to_owned()), Value::Number),
        Takes::Bool => text
            .parse()
            .map_or_else(|_| Value::Text(text.to_owned()), Value::Bool),
        Takes::Choices(_) | Takes::Plugins(_) | Takes::Texts => Value::List(
            text.split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(str::to_owned)
                .collect(),
        ),
        Takes::Share => text
            .parse()
            .map_or_else(|_| Value::Text(text.to_owned()), Value::Number),
        Takes::Choice(_)
        | Takes::Crate
        | Takes::Column
        | Takes::Text
        | Takes::Naming
        | Takes::Length
        | Takes::Passed
        | Takes::Tree => Value::Text(text.to_owned()),
    }
}
