//! A table of settings with its path.

use std::{collections::BTreeSet, ops::RangeInclusive};

use pss_metrics::plugin::nearest;
use serde_json::{Map, Value};

use super::{
    mistake::Mistakes,
    parameter::{Parameter, Takes},
};
use crate::length::parse_length;

/// A table of settings, as a configuration file or flags give it.
pub type Table = Map<String, Value>;

/// A table that a plugin takes its settings from. What does not fit becomes a mistake and is told as nothing.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    path: String,
    table: &'a Table,
    mistakes: &'a Mistakes,
}

impl<'a> Fields<'a> {
    /// A table at a path, such as `load`.
    pub fn new(path: impl Into<String>, table: &'a Table, mistakes: &'a Mistakes) -> Fields<'a> {
        Fields {
            path: path.into(),
            table,
            mistakes,
        }
    }

    /// The path of the table.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether a field is there.
    pub fn has(&self, name: &str) -> bool {
        self.table.contains_key(name)
    }

    /// Says that a field is wrong: a fragment such as "must be above 0".
    pub fn wrong(&self, name: &str, what: impl Into<String>) {
        self.mistakes.add(self.of(name), what);
    }

    /// A number within bounds.
    pub fn number(&self, name: &str, within: RangeInclusive<f64>) -> Option<f64> {
        let value = self.table.get(name)?;
        let Some(number) = number(value) else {
            self.expected(name, value, Takes::Number);
            return None;
        };
        if within.contains(&number) {
            return Some(number);
        }
        let (least, most) = (within.start(), within.end());
        self.wrong(name, format!("must lie between {least} and {most}"));
        None
    }

    /// A whole number within bounds.
    pub fn whole(&self, name: &str, within: RangeInclusive<u64>) -> Option<u64> {
        let number = self.number(name, *within.start() as f64..=*within.end() as f64)?;
        if number.fract() == 0.0 {
            return Some(number as u64);
        }
        self.wrong(name, "must be a whole number");
        None
    }

    /// Arrivals a second: 50, "50/s", "3000/m", "100/h".
    pub fn rate(&self, name: &str) -> Option<f64> {
        let value = self.table.get(name)?;
        let rate = match value {
            Value::String(text) => rate(text),
            other => other.as_f64(),
        };
        match rate {
            None => {
                let kind = kind(value);
                self.wrong(
                    name,
                    format!("is {kind}, expected a rate such as 50 or 3000/m"),
                );
                None
            }
            // Nobody starts more, and schedules stay exact to the nanosecond.
            Some(rate) if !(0.0..=1e7).contains(&rate) => {
                self.wrong(name, "must lie between 0 and 10000000 a second");
                None
            }
            rate => rate,
        }
    }

    /// Seconds, of a length of time such as "30s".
    pub fn seconds(&self, name: &str) -> Option<f64> {
        let value = self.table.get(name)?;
        let length = match value {
            Value::String(text) => parse_length(text).ok(),
            Value::Number(number) => parse_length(&number.to_string()).ok(),
            _ => None,
        };
        if length.is_none() {
            self.wrong(
                name,
                "must be a length of time: write it as \"250ms\", \"1.5s\", \"2m\" or \"1h\"",
            );
        }
        length.map(|length| length.as_nanos() as f64 / 1e9)
    }

    /// Text that is not empty.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        let value = self.table.get(name)?;
        match value.as_str() {
            Some("") => {
                self.wrong(name, "is empty");
                None
            }
            Some(text) => Some(text),
            None => {
                self.expected(name, value, Takes::Text);
                None
            }
        }
    }

    /// One of several texts.
    pub fn choice<T: Copy>(&self, name: &str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(name)?;
        let known = choices
            .iter()
            .find(|(choice, _)| choice.eq_ignore_ascii_case(text));
        if known.is_none() {
            let names: Vec<&str> = choices.iter().map(|(choice, _)| *choice).collect();
            self.wrong(name, format!("must be one of {}", names.join(", ")));
        }
        known.map(|(_, value)| *value)
    }

    /// true or false.
    pub fn truth(&self, name: &str) -> Option<bool> {
        let value = self.table.get(name)?;
        let truth = value.as_bool();
        if truth.is_none() {
            self.expected(name, value, Takes::Bool);
        }
        truth
    }

    /// A list of texts.
    pub fn texts(&self, name: &str) -> Option<Vec<&'a str>> {
        let value = self.table.get(name)?;
        let list = value.as_array().and_then(|list| {
            let texts = list.iter().map(Value::as_str);
            texts.collect::<Option<Vec<_>>>()
        });
        if list.is_none() {
            self.expected(name, value, Takes::Texts);
        }
        list
    }

    /// A list of texts, in which whole numbers are taken as they are written.
    pub fn words(&self, name: &str) -> Option<Vec<String>> {
        let value = self.table.get(name)?;
        let word = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) if number.is_u64() => Some(number.to_string()),
            _ => None,
        };
        let list = value
            .as_array()
            .and_then(|list| list.iter().map(word).collect::<Option<Vec<_>>>());
        if list.is_none() {
            self.expected(name, value, Takes::Texts);
        }
        list
    }

    /// A list of numbers that are not negative.
    pub fn numbers(&self, name: &str) -> Option<Vec<f64>> {
        let value = self.table.get(name)?;
        let list = value.as_array().and_then(|list| {
            let numbers = list
                .iter()
                .map(|value| number(value).filter(|number| *number >= 0.0 && number.is_finite()));
            numbers.collect::<Option<Vec<_>>>()
        });
        if list.is_none() {
            self.wrong(
                name,
                "must be a list of numbers that are not negative, such as [10, 20]",
            );
        }
        list
    }

    /// A table of texts.
    pub fn pairs(&self, name: &str) -> Option<Vec<(&'a str, &'a str)>> {
        let value = self.table.get(name)?;
        let pairs = value.as_object().and_then(|table| {
            let pairs = table
                .iter()
                .map(|(key, value)| Some((key.as_str(), value.as_str()?)));
            pairs.collect::<Option<Vec<_>>>()
        });
        if pairs.is_none() {
            self.expected(name, value, Takes::Pairs);
        }
        pairs
    }

    /// A list of tables, each with its own path.
    pub fn tables(&self, name: &str) -> Option<Vec<Fields<'a>>> {
        let value = self.table.get(name)?;
        let Some(list) = value.as_array() else {
            self.expected(name, value, Takes::Tables);
            return None;
        };
        let mut tables = Vec::new();
        for (at, value) in list.iter().enumerate() {
            let path = format!("{}[{at}]", self.of(name));
            match value.as_object() {
                Some(table) => tables.push(Fields::new(path, table, self.mistakes)),
                None => self
                    .mistakes
                    .add(path, format!("is {}, expected a table", kind(value))),
            }
        }
        (tables.len() == list.len()).then_some(tables)
    }

    /// A table in this one; an empty one where it is left out.
    pub fn table(&self, name: &str) -> Option<Fields<'a>> {
        static NONE: std::sync::LazyLock<Table> = std::sync::LazyLock::new(Table::new);
        let Some(value) = self.table.get(name) else {
            return Some(Fields::new(self.of(name), &NONE, self.mistakes));
        };
        let table = value.as_object();
        if table.is_none() {
            self.wrong(name, format!("is {}, expected a table", kind(value)));
        }
        Some(Fields::new(self.of(name), table?, self.mistakes))
    }

    /// Says which fields nobody knows, and which are missing.
    pub fn check(&self, parameters: &[Parameter], others: &[&str]) {
        let known = || parameters.iter().map(|parameter| parameter.name);
        for name in self.table.keys() {
            if known().any(|known| known == name) || others.contains(&name.as_str()) {
                continue;
            }
            let mut names: Vec<&str> = known().chain(others.iter().copied()).collect();
            let mut before = BTreeSet::new();
            names.retain(|name| before.insert(*name));
            self.wrong(
                name,
                match nearest(name, names.iter().copied()) {
                    Some(near) => format!("is unknown; did you mean `{near}`?"),
                    None => format!("is unknown; known there: {}", names.join(", ")),
                },
            );
        }
        for parameter in parameters {
            if parameter.required && !self.has(parameter.name) {
                self.wrong(parameter.name, format!("is missing: {}", parameter.about));
            }
        }
    }

    fn expected(&self, name: &str, value: &Value, takes: Takes) {
        self.wrong(
            name,
            format!("is {}, expected {}", kind(value), takes.name()),
        );
    }

    fn of(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }
}

/// A number, or the text of one: flags give texts.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text
            .trim()
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite()),
        other => other.as_f64(),
    }
}

fn rate(text: &str) -> Option<f64> {
    let (number, seconds) = match text.split_once('/') {
        None => (text, 1.0),
        Some((number, "s")) => (number, 1.0),
        Some((number, "m")) => (number, 60.0),
        Some((number, "h")) => (number, 3600.0),
        Some(_) => return None,
    };
    let number: f64 = number.trim().parse().ok()?;
    number.is_finite().then_some(number / seconds)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn mistakes_have_the_path_of_their_field_and_not_its_value() {
        let table = json!({ "rate": "hunter2", "parts": [{ "weight": true }, 3], "colour": 1 });
        let mistakes = Mistakes::default();
        let fields = Fields::new("load", table.as_object().expect("a table"), &mistakes);
        assert_eq!(fields.rate("rate"), None);
        assert!(fields.tables("parts").is_none());
        fields.check(
            &[
                Parameter::required("steps", Takes::Number, "how many steps"),
                Parameter::optional("parts", Takes::Tables, None, "parts"),
            ],
            &["rate", "color"],
        );
        let told: Vec<String> = mistakes
            .into_list()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            told,
            [
                "`load.rate` is text, expected a rate such as 50 or 3000/m",
                "`load.parts[1]` is a number, expected a table",
                "`load.colour` is unknown; did you mean `color`?",
                "`load.steps` is missing: how many steps",
            ]
        );
    }

    #[test]
    fn rates_and_lengths_have_units() {
        let table = json!({ "a": "3000/m", "b": 50, "c": "250ms", "d": 2, "e": "50/d", "f": -1 });
        let mistakes = Mistakes::default();
        let fields = Fields::new("", table.as_object().expect("a table"), &mistakes);
        assert_eq!(
            (fields.rate("a"), fields.rate("b")),
            (Some(50.0), Some(50.0))
        );
        assert_eq!(
            (fields.seconds("c"), fields.seconds("d")),
            (Some(0.25), Some(2.0))
        );
        assert_eq!((fields.rate("e"), fields.rate("f")), (None, None));
        assert_eq!(mistakes.into_list().len(), 2);
    }
}
