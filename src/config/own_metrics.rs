//! Metrics without a line of Rust: `[metrics.CODE]` with `value` in SQL over a span, or `score` over all of them, and perhaps `where`.
//!
//! They are read before all else of the file, because they bring keys, flags and codes of their own; whatever else is wrong with the file is said when it is read
//! in full.

use std::{collections::BTreeMap, path::Path};

use pss_metrics::{
    folded::{Definition, Folded, Measure, Measures, Shape},
    score::{Curve, Metric},
};
use toml::de::{DeTable, DeValue};

use super::{
    check::check,
    error::ConfigError,
    keys::{Key, Takes},
    layers::found_files,
    toml_file::{line, plain},
    value::{Setting, Value},
};

/// Keys that make a table of `[metrics]` a definition.
const DEFINING: [&str; 6] = ["where", "value", "shape", "quantile", "score", "clamp"];
/// Those of a value.
#[cfg(feature = "sql")]
const OF_VALUE: [&str; 5] = ["value", "shape", "quantile", "good", "mid"];
/// The statistics that a shape may be.
const SHAPES: [&str; 5] = ["dispersion", "level", "ratio", "quantile", "mean"];
/// Of the default weights the least, as those of third parties: who means it to weigh more says so.
const WEIGHT: f64 = 0.10;
/// The tail that most objectives are about.
const QUANTILE: f64 = 0.99;

/// The keys of a definition; the code of its metric stands before them.
pub(super) fn keys(code: &str) -> Vec<Key> {
    let key = |name: &str, takes: Takes, default: Option<String>, about: &str| Key {
        name: format!("metrics.{code}.{name}"),
        takes,
        default,
        about: about.to_owned(),
    };
    let positive = || Takes::Number {
        least: f64::MIN_POSITIVE,
        most: 1e12,
    };
    vec![
        key(
            "value",
            Takes::Text,
            None,
            "what is measured of a span, in SQL over the columns of `spans` (see `pss query --help`), such as \"duration\" or \"wait / duration > 0.5\"; null is no value",
        ),
        key(
            "where",
            Takes::Text,
            None,
            "the spans it is measured of, in SQL, such as \"name LIKE '%checkout%'\"; all where nothing is said",
        ),
        key(
            "shape",
            Takes::Choice(SHAPES.map(str::to_owned).to_vec()),
            None,
            "which statistic of an operation's values is scored: how much they differ, how far their level moves, the share that is true, a quantile, the mean",
        ),
        key(
            "quantile",
            Takes::Number {
                least: 0.0,
                most: 1.0,
            },
            Some(QUANTILE.to_string()),
            "which quantile, where that is the shape",
        ),
        key(
            "good",
            positive(),
            None,
            "the statistic that scores 0.9; dispersion and level have one of their own",
        ),
        key("mid", positive(), None, "the statistic that scores 0.5"),
        key(
            "score",
            Takes::Text,
            None,
            "instead of a value with its shape: the score itself, 0 to 1, as SQL aggregates over the spans, such as \"1 - AVG(wait / duration)\"; keeps them in memory, and has no interval and no comparison",
        ),
        key(
            "clamp",
            Takes::Bool,
            Some("false".into()),
            "whether a `score` outside 0 to 1 counts as the nearer of both, and not as a failure",
        ),
        key("question", Takes::Text, None, "what it asks, in words"),
    ]
}

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
        let Ok(text) = std::fs::read_to_string(path) else {
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
        let given = Given {
            code: code.get_ref(),
            place: format!("{name}:{at}"),
            settings: BTreeMap::new(),
        };
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

/// As registered metrics do, it lives as long as the program.
fn kept(metric: impl Metric + 'static) -> &'static dyn Metric {
    Box::leak(Box::new(metric))
}

/// What is said of one metric.
struct Given<'a> {
    code: &'a str,
    place: String,
    settings: BTreeMap<String, Setting>,
}

impl<'a> Given<'a> {
    /// With its settings, each fit for its key. Keys that are not of a definition are checked with all others.
    fn with(
        mut self,
        name: &str,
        text: &str,
        settings: &DeTable<'_>,
    ) -> Result<Given<'a>, ConfigError> {
        let keys = keys(self.code);
        for (given, value) in settings {
            let full = format!("metrics.{}.{}", self.code, given.get_ref());
            let Some(key) = keys.iter().find(|key| key.name == full) else {
                continue;
            };
            let place = format!("{name}:{}", line(text, given.span().start));
            let value = plain(value.get_ref()).ok_or_else(|| {
                ConfigError::new(
                    &place,
                    format!("`{full}` is a value of type {}", value.get_ref().type_str()),
                )
            })?;
            let value = check(key, value, &place)?;
            let setting = Setting {
                value,
                place,
                written: None,
            };
            self.settings.insert(given.get_ref().to_string(), setting);
        }
        Ok(self)
    }

    fn definition(self, file: &str, line: usize) -> Result<&'static dyn Metric, ConfigError> {
        let code = self.code;
        let of_capitals = code.starts_with(|first: char| first.is_ascii_uppercase())
            && code
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        if !of_capitals || code.len() > 32 || code == "PSS" {
            return Err(self.wrong(None, "is no code of a metric").help(
                "write it as CHECKOUT: capitals first, then digits and _ as well, at most 32, and not PSS",
            ));
        }
        let place = (file.to_owned(), u32::try_from(line).unwrap_or(u32::MAX));
        if let Some(score) = self.text("score") {
            return self.aggregate(score, place);
        }
        if self.settings.contains_key("clamp") {
            return Err(self.wrong(Some("clamp"), "is for `score`, and there is none"));
        }
        let Some(value) = self.text("value") else {
            return Err(self
                .wrong(None, "defines a metric without saying what it measures")
                .help("write value = \"duration\", or any SQL over a span"));
        };
        let measure = self.measure(self.text("where"), value)?;
        let shape = self.shape(&measure)?;
        let question = self.text("question").map_or_else(
            || format!("{}: {}", shape.name(), measure.definition),
            str::to_owned,
        );
        Ok(kept(Folded::new(Definition {
            code: code.to_owned(),
            question,
            weight: WEIGHT,
            place,
            shape,
            measure,
        })))
    }

    #[cfg(feature = "sql")]
    fn aggregate(
        &self,
        score: &str,
        place: (String, u32),
    ) -> Result<&'static dyn Metric, ConfigError> {
        use pss_columnar::sql;
        use pss_metrics::folded::Aggregated;

        if let Some(key) = OF_VALUE
            .into_iter()
            .find(|key| self.settings.contains_key(*key))
        {
            return Err(self.wrong(
                Some(key),
                "is of a value that is folded, and `score` says the whole score: leave one of both away",
            ));
        }
        let query =
            sql::Aggregate::new(self.text("where"), score).map_err(|error| self.mistake(&error))?;
        let clamp = matches!(
            self.settings.get("clamp").map(|setting| &setting.value),
            Some(Value::Bool(true))
        );
        let aggregate = Aggregated {
            code: self.code.to_owned(),
            question: self
                .text("question")
                .map_or_else(|| query.definition().to_owned(), str::to_owned),
            weight: WEIGHT,
            place,
            definition: query.definition().to_owned(),
            clamp,
        };
        Ok(kept(sql::AggregateMetric::new(&aggregate, query)))
    }

    #[cfg(not(feature = "sql"))]
    fn aggregate(&self, _: &str, _: (String, u32)) -> Result<&'static dyn Metric, ConfigError> {
        Err(self.unbuilt("score"))
    }

    #[cfg(not(feature = "sql"))]
    fn unbuilt(&self, key: &str) -> ConfigError {
        self.wrong(Some(key), "is SQL, which this build of pss does not read")
            .help(crate::registry::how("sql"))
    }

    #[cfg(feature = "sql")]
    fn measure(&self, condition: Option<&str>, value: &str) -> Result<Measure, ConfigError> {
        pss_columnar::sql::measure::measure(condition, value).map_err(|error| self.mistake(&error))
    }

    #[cfg(feature = "sql")]
    fn mistake(&self, error: &pss_columnar::sql::measure::MeasureError) -> ConfigError {
        use pss_columnar::sql::measure::MeasureError;

        let (key, error) = match error {
            MeasureError::Where(error) => ("where", error),
            MeasureError::Value(error) => ("value", error),
            MeasureError::Score(error) => ("score", error),
        };
        let at = match error.place() {
            Some((1, column)) => format!(", at character {column}: "),
            Some((line, column)) => format!(", at its line {line}, character {column}: "),
            None => ": ".to_owned(),
        };
        ConfigError::new(
            self.place_of(key),
            format!("`metrics.{}.{key}`{at}{}", self.code, error.message()),
        )
    }

    #[cfg(not(feature = "sql"))]
    fn measure(&self, _: Option<&str>, _: &str) -> Result<Measure, ConfigError> {
        Err(self.unbuilt("value"))
    }

    fn shape(&self, measure: &Measure) -> Result<Shape, ConfigError> {
        let Some(name) = self.text("shape") else {
            let usual = match measure.measures {
                Measures::Truth => "shape = \"ratio\" with good and mid",
                Measures::Whole | Measures::Real => "shape = \"dispersion\"",
            };
            return Err(self
                .wrong(None, "does not say which statistic of its values is scored")
                .help(format!("write {usual}; there are {}", SHAPES.join(", "))));
        };
        if (name == "ratio") != (measure.measures == Measures::Truth) {
            let what = if name == "ratio" {
                "is the share that is true, and `value` is a number"
            } else {
                "is of numbers, and `value` is true or false"
            };
            return Err(self
                .wrong(Some("shape"), what)
                .help("compare the value, as in \"duration > 0.5\", for shape = \"ratio\"; or CAST(.. AS BIGINT) what is true to a number for the others"));
        }
        let usual = Shape::usual(name);
        let (good, mid) = (self.number("good"), self.number("mid"));
        let missing = || {
            self.wrong(None, "has no `good` and `mid`").help(format!(
                "the {name} that scores 0.9 and the one that scores 0.5 are for you to say"
            ))
        };
        let curve = Curve {
            good: good.or(usual.map(|usual| usual.0)).ok_or_else(missing)?,
            mid: mid.or(usual.map(|usual| usual.1)).ok_or_else(missing)?,
            exponent: 1.0,
        };
        if curve.mid <= curve.good {
            let key = if mid.is_some() { "mid" } else { "good" };
            return Err(self.wrong(
                Some(key),
                &format!(
                    "must let the score fall, from 0.9 at good to 0.5 at mid: good is {}, mid {}",
                    curve.good, curve.mid
                ),
            ));
        }
        if name != "quantile" && self.settings.contains_key("quantile") {
            return Err(self
                .wrong(Some("quantile"), "has no use with this shape")
                .help("write shape = \"quantile\", or leave it away"));
        }
        Ok(match name {
            "dispersion" => Shape::Dispersion(curve),
            "level" => Shape::Level(curve),
            "ratio" => Shape::Ratio(curve),
            "mean" => Shape::Mean(curve),
            _ => Shape::Quantile(self.number("quantile").unwrap_or(QUANTILE), curve),
        })
    }

    fn wrong(&self, key: Option<&str>, what: &str) -> ConfigError {
        let (place, key) = match key {
            Some(key) => (self.place_of(key), format!(".{key}")),
            None => (self.place.as_str(), String::new()),
        };
        ConfigError::new(place, format!("`metrics.{}{key}` {what}", self.code))
    }

    fn place_of(&self, key: &str) -> &str {
        self.settings
            .get(key)
            .map_or(&self.place, |setting| &setting.place)
    }

    fn text(&self, key: &str) -> Option<&str> {
        if let Value::Text(text) = &self.settings.get(key)?.value {
            Some(text)
        } else {
            None
        }
    }

    fn number(&self, key: &str) -> Option<f64> {
        if let Value::Number(number) = self.settings.get(key)?.value {
            Some(number)
        } else {
            None
        }
    }
}
