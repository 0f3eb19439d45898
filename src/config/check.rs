//! Whether a value fits its key.

use pss_metrics::{
    model::Naming,
    plugin::{canonical, nearest},
};

use super::{
    error::ConfigError,
    keys::{Key, Takes},
    value::Value,
};
use crate::{length::parse_length, registry::feature_that_brings};

/// Checks a value, and brings it into the form the key has: codes in capitals, lists as lists.
///
/// # Errors
/// The wrong type, a number out of bounds, a name that does not exist.
pub(super) fn check(key: &Key, value: Value, place: &str) -> Result<Value, ConfigError> {
    let wrong = |expected: &str| {
        Err(ConfigError::new(
            place,
            format!(
                "`{}` is {} ({value}), expected {expected}",
                key.name,
                value.kind()
            ),
        ))
    };
    match (&key.takes, &value) {
        (Takes::Number { least, most }, Value::Number(number)) => {
            if number.is_nan() || number < least || number > most {
                let bound = if *number < 0.0 && *least == 0.0 {
                    "must not be negative".to_owned()
                } else if *least == f64::MIN_POSITIVE {
                    format!("must be above 0, at most {most}")
                } else {
                    format!("must lie between {least} and {most}")
                };
                return Err(ConfigError::new(
                    place,
                    format!("`{}` is {value} and {bound}", key.name),
                ));
            }
            Ok(value)
        }
        (Takes::Number { .. }, _) => wrong("a number"),
        (Takes::Bool, Value::Bool(_)) => Ok(value),
        (Takes::Bool, _) => wrong("true or false without quotes"),
        (Takes::Choice(choices), Value::Text(text)) => {
            Ok(Value::Text(choose(key, text, choices, place)?))
        }
        (Takes::Choice(choices), _) => wrong(&format!("one of {}", choices.join(", "))),
        (Takes::Choices(choices), Value::List(list)) => Ok(Value::List(
            list.iter()
                .map(|text| choose(key, text, choices, place))
                .collect::<Result<_, _>>()?,
        )),
        (Takes::Choices(_), _) => wrong("a list such as [\"..\", \"..\"]"),
        (Takes::Plugins(there), Value::List(list)) => Ok(Value::List(
            list.iter()
                .map(|id| plugin(key, id, there, place))
                .collect::<Result<_, _>>()?,
        )),
        (Takes::Plugins(_), _) => wrong("a list such as [\"format:parquet\"]"),
        (Takes::Share, Value::Number(number)) if (0.0..=1.0).contains(number) => Ok(value),
        (Takes::Share, Value::Text(text)) => match text
            .strip_suffix('%')
            .and_then(|percent| percent.trim().parse::<f64>().ok())
        {
            Some(percent) if (0.0..=100.0).contains(&percent) => Ok(Value::Number(percent / 100.0)),
            _ => wrong("a share such as \"0.1%\" or 0.001"),
        },
        (Takes::Share, _) => wrong("a share such as \"0.1%\" or 0.001"),
        (Takes::Crate, Value::Text(_)) => Ok(value),
        (Takes::Crate, _) => wrong("the name of a crate"),
        (Takes::Column, Value::Text(_)) => Ok(value),
        (Takes::Column, _) => wrong("the name of a column"),
        (Takes::Text, Value::Text(text)) if !text.trim().is_empty() => Ok(value),
        (Takes::Text, _) => wrong("text"),
        (Takes::Naming, Value::Text(text)) => match Naming::parse(text) {
            Ok(_) => Ok(value),
            Err(error) => Err(
                ConfigError::new(place, format!("`{}` {error}", key.name)).help(
                    "write it as \"{name} {http.route}\", with keys of attributes between braces",
                ),
            ),
        },
        (Takes::Naming, _) => wrong("text such as \"{name} {http.route}\""),
        (Takes::Length, Value::Text(text)) => match parse_length(text) {
            Ok(_) => Ok(value),
            Err(error) => Err(ConfigError::new(place, format!("`{}`: {error}", key.name))),
        },
        (Takes::Length, _) => wrong("a length of time such as \"100ms\""),
        (Takes::Passed, Value::Text(_)) => Ok(value),
        (Takes::Passed, Value::Number(number)) => Ok(Value::Text(number.to_string())),
        (Takes::Passed, Value::Bool(truth)) => Ok(Value::Text(truth.to_string())),
        // Without the value, which may be a secret.
        (Takes::Passed, Value::List(_)) => Err(ConfigError::new(
            place,
            format!("`{}` is a list, expected text", key.name),
        )),
        // Without the value, which may be a secret.
        (Takes::Passed, Value::Tree(_)) => Err(ConfigError::new(
            place,
            format!("`{}` is a table, expected text", key.name),
        )),
        (Takes::Tree, Value::Tree(_)) => Ok(value),
        (Takes::Tree, _) => Err(ConfigError::new(
            place,
            format!("`{}` is {}, expected a table", key.name, value.kind()),
        )),
        (Takes::Texts, Value::List(_)) => Ok(value),
        (Takes::Texts, _) => wrong("a list such as [\"..\", \"..\"]"),
    }
}

fn choose(key: &Key, text: &str, choices: &[String], place: &str) -> Result<String, ConfigError> {
    if let Some(choice) = choices
        .iter()
        .find(|choice| choice.eq_ignore_ascii_case(text))
    {
        return Ok(choice.clone());
    }
    let error = ConfigError::new(place, format!("`{}` does not know {text:?}", key.name));
    Err(match nearest(text, choices.iter().map(String::as_str)) {
        Some(near) => error.help(format!("did you mean {near:?}?")),
        None => error.help(format!("it takes {}", choices.join(", "))),
    })
}

/// A plugin that is expected, and what would bring it where it is not there.
fn plugin(key: &Key, id: &str, there: &[String], place: &str) -> Result<String, ConfigError> {
    let wanted = canonical(id);
    if let Some(found) = there.iter().find(|known| canonical(known) == wanted) {
        return Ok(found.clone());
    }
    let error = ConfigError::new(
        place,
        format!(
            "`{}` wants {id:?}, which this build of pss does not have",
            key.name
        ),
    );
    let help = if let Some(how) = feature_that_brings(id) {
        how
    } else if let Some(near) = nearest(id, there.iter().map(String::as_str)) {
        format!("did you mean {near:?}?")
    } else {
        "a crate that brings it joins in a build of one's own, by pss::main_with; `pss plugins list` lists what is there".to_owned()
    };
    Err(error.help(help))
}
