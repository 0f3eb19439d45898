//! A toml file as dotted keys with the line of each.

use std::{borrow::Cow, collections::BTreeMap, ops::Range};

use pss_metrics::plugin::nearest;
use toml::de::{DeTable, DeValue};

use super::{
    check::check,
    environment::from_text,
    error::ConfigError,
    keys::{Key, Keys, Takes},
    value::{Setting, Value},
    variables::expand_value,
};

/// Reads a file's text, with variables of the environment. All mistakes are found, not just the first.
///
/// # Errors
/// Text that is no toml, unknown keys, wrong types, values out of bounds, variables that are not set.
pub fn parse(
    name: &str,
    text: &str,
    keys: &Keys,
) -> Result<BTreeMap<String, Setting>, Vec<ConfigError>> {
    parse_with(name, text, keys, &|variable| std::env::var(variable).ok())
}

/// The same, with the variables that `variable` knows.
///
/// # Errors
/// As for [`parse`].
pub fn parse_with(
    name: &str,
    text: &str,
    keys: &Keys,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, Setting>, Vec<ConfigError>> {
    let file = File {
        name,
        text,
        keys,
        variable,
    };
    let table = DeTable::parse(text).map_err(|error| {
        vec![ConfigError::new(
            file.place(error.span()),
            error.message().to_owned(),
        )]
    })?;
    let mut settings = BTreeMap::new();
    let mut errors = Vec::new();
    file.table("", table.get_ref(), &mut settings, &mut errors);
    if errors.is_empty() {
        Ok(settings)
    } else {
        Err(errors)
    }
}

/// Keeps a setting, unless it is there in other letters: keys are the same in upper and lower case, and one of two would count without a word.
fn keep(
    name: String,
    setting: Result<Setting, ConfigError>,
    settings: &mut BTreeMap<String, Setting>,
    errors: &mut Vec<ConfigError>,
) {
    match setting {
        Err(error) => errors.push(error),
        Ok(setting) => match settings.get(&name) {
            Some(first) => errors.push(
                ConfigError::new(&setting.place, format!("`{name}` is set twice"))
                    .help(format!("it is set at {} already", first.place)),
            ),
            None => drop(settings.insert(name, setting)),
        },
    }
}

struct File<'a> {
    name: &'a str,
    text: &'a str,
    keys: &'a Keys,
    variable: &'a dyn Fn(&str) -> Option<String>,
}

impl File<'_> {
    fn table(
        &self,
        path: &str,
        table: &DeTable<'_>,
        settings: &mut BTreeMap<String, Setting>,
        errors: &mut Vec<ConfigError>,
    ) {
        for (key, value) in table {
            let place = self.place(Some(key.span()));
            let name: Cow<'_, str> = if path.is_empty() {
                Cow::Borrowed(key.get_ref())
            } else {
                Cow::Owned(format!("{path}.{}", key.get_ref()))
            };
            let passed = self.keys.passed(&name);
            match (value.get_ref(), self.keys.find(&name)) {
                (DeValue::Table(inner), None) if passed.is_some() => {
                    self.table(&name, inner, settings, errors)
                }
                (DeValue::Table(inner), None) if self.keys.is_table(&name) => {
                    self.table(&name, inner, settings, errors)
                }
                // `name = "column"` says what `name = { column = "column" }` says.
                (DeValue::String(text), None)
                    if self.keys.find(&format!("{name}.column")).is_some() =>
                {
                    let Some(key) = self.keys.find(&format!("{name}.column")) else {
                        continue;
                    };
                    let setting = self.setting(key, Value::Text(text.to_string()), place);
                    keep(key.name.clone(), setting, settings, errors);
                }
                (other, None) if self.keys.is_table(&name) => {
                    errors.push(
                        ConfigError::new(
                            place,
                            format!("`{name}` is {}, expected a table", other.type_str()),
                        )
                        .help(format!("write [{name}]")),
                    );
                }
                (_, None) if passed.is_none() => {
                    errors.push(self.unknown(place, path, key.get_ref()));
                }
                (other, found) => {
                    // One that is handed on keeps the name that it has in the file.
                    let key = found.cloned().or_else(|| {
                        passed.map(|passed| Key {
                            name: name.clone().into_owned(),
                            ..passed.clone()
                        })
                    });
                    let Some(key) = key else { continue };
                    // What `pss init` writes: a heading over comments sets nothing.
                    if key.takes == Takes::Tree && is_empty(other) {
                        continue;
                    }
                    let value = match key.takes {
                        Takes::Tree => tree(other).map(Value::Tree),
                        _ => plain(other),
                    };
                    let Some(value) = value else {
                        errors.push(ConfigError::new(
                            &place,
                            format!(
                                "`{name}` is a value of type {} that does not fit, expected {}",
                                other.type_str(),
                                key.takes
                            ),
                        ));
                        continue;
                    };
                    let setting = self.setting(&key, value, place);
                    keep(key.name, setting, settings, errors);
                }
            }
        }
    }

    /// What is handed on to a plugin keeps its variables until that plugin takes part: nobody is asked for a password before.
    fn setting(&self, key: &Key, written: Value, place: String) -> Result<Setting, ConfigError> {
        setting(key, written, place, |written| match key.takes {
            Takes::Passed => Ok(None),
            _ => expand_value(written, self.variable),
        })
    }

    fn unknown(&self, place: String, path: &str, key: &str) -> ConfigError {
        let valid = self.keys.below(path);
        let table = if path.is_empty() {
            "at the top".to_owned()
        } else {
            format!("in [{path}]")
        };
        let error = ConfigError::new(place, format!("unknown key `{key}` {table}"));
        match nearest(key, valid.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("known there: {}", valid.join(", "))),
        }
    }

    fn place(&self, span: Option<Range<usize>>) -> String {
        let Some(span) = span else {
            return self.name.to_owned();
        };
        format!("{}:{}", self.name, line(self.text, span.start))
    }
}

/// A value with its variables put in by `expand`, which gives none where there are none.
pub(super) fn setting(
    key: &Key,
    written: Value,
    place: String,
    expand: impl FnOnce(&Value) -> Result<Option<Value>, String>,
) -> Result<Setting, ConfigError> {
    let expanded = expand(&written)
        .map_err(|why| ConfigError::new(&place, format!("`{}` {why}", key.name)))?;
    let Some(expanded) = expanded else {
        let value = check(key, written, &place)?;
        return Ok(Setting {
            value,
            place,
            written: None,
        });
    };
    let expanded = match expanded {
        Value::Text(text) => from_text(&text, &key.takes),
        other => other,
    };
    // What is wrong with it could show what the variable holds.
    let value = check(key, expanded, &place).map_err(|_| {
        ConfigError::new(
            &place,
            format!(
                "`{}` takes {}, and {written} holds something else",
                key.name, key.takes
            ),
        )
    })?;
    Ok(Setting {
        value,
        place,
        written: Some(written),
    })
}

/// The line of a byte, from 1.
pub(super) fn line(text: &str, at: usize) -> usize {
    let before = &text.as_bytes()[..at.min(text.len())];
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

fn is_empty(value: &DeValue<'_>) -> bool {
    match value {
        DeValue::Table(table) => table.is_empty(),
        DeValue::Array(list) => list.iter().all(|item| is_empty(item.get_ref())),
        _ => false,
    }
}

/// A table, or a list of tables.
fn tree(value: &DeValue<'_>) -> Option<serde_json::Value> {
    let tables = |list: &[toml::Spanned<DeValue<'_>>]| {
        list.iter()
            .all(|item| matches!(item.get_ref(), DeValue::Table(_)))
    };
    match value {
        DeValue::Table(_) => json(value),
        DeValue::Array(list) if tables(list) => json(value),
        _ => None,
    }
}

fn json(value: &DeValue<'_>) -> Option<serde_json::Value> {
    Some(match value {
        DeValue::Table(table) => table
            .iter()
            .map(|(key, value)| Some((key.get_ref().to_string(), json(value.get_ref())?)))
            .collect::<Option<serde_json::Map<_, _>>>()?
            .into(),
        DeValue::Array(list) => list
            .iter()
            .map(|item| json(item.get_ref()))
            .collect::<Option<Vec<_>>>()?
            .into(),
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
            .ok()?
            .into(),
        DeValue::Float(float) => float.as_str().parse::<f64>().ok()?.into(),
        DeValue::String(text) => text.to_string().into(),
        DeValue::Boolean(truth) => (*truth).into(),
        DeValue::Datetime(_) => return None,
    })
}

/// A value, unless it is a table or an instant.
pub(super) fn plain(value: &DeValue<'_>) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(integer) => {
            Value::Number(i64::from_str_radix(integer.as_str(), integer.radix()).ok()? as f64)
        }
        DeValue::Float(float) => Value::Number(float.as_str().parse().ok()?),
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Array(list) => Value::List(
            list.iter()
                .map(|item| item.get_ref().as_str().map(str::to_owned))
                .collect::<Option<_>>()?,
        ),
        DeValue::Datetime(_) | DeValue::Table(_) => return None,
    })
}
