//! What is said of one metric, and the metric that it makes.

use std::collections::BTreeMap;

use pss_metrics::{
    folded::{Definition, Folded, Measure, Measures, Shape},
    score::{Curve, Metric},
};
use toml::de::DeTable;

use super::{
    super::{
        error::ConfigError,
        toml_file::{line, plain, setting},
        value::{Setting, Value},
    },
    expanded::{SQL, expanded},
    keys::{QUANTILE, SHAPES, WEIGHT, keys},
};

/// Those of a value.
#[cfg(feature = "sql")]
const OF_VALUE: [&str; 5] = ["value", "shape", "quantile", "good", "mid"];

/// What is said of one metric.
pub(super) struct Given<'a> {
    code: &'a str,
    place: String,
    settings: BTreeMap<String, Setting>,
}

impl<'a> Given<'a> {
    /// Nothing yet of a metric, defined at `FILE:LINE`.
    pub(super) fn new(code: &'a str, place: String) -> Given<'a> {
        Given {
            code,
            place,
            settings: BTreeMap::new(),
        }
    }

    /// With its settings, each with its variables put in and fit for its key. Keys that are not of a definition are checked with all others.
    pub(super) fn with(
        mut self,
        name: &str,
        text: &str,
        settings: &DeTable<'_>,
    ) -> Result<Given<'a>, ConfigError> {
        let keys = keys(self.code);
        let variable = |name: &str| std::env::var(name).ok();
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
            let setting = setting(key, value, place, |written| {
                expanded(given.get_ref(), written, &variable)
            })?;
            self.settings.insert(given.get_ref().to_string(), setting);
        }
        Ok(self)
    }

    pub(super) fn definition(
        self,
        file: &str,
        line: usize,
    ) -> Result<&'static dyn Metric, ConfigError> {
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
        let reads = self.shown(&measure.definition);
        let question = self
            .text("question")
            .map_or_else(|| format!("{}: {reads}", shape.name()), str::to_owned);
        Ok(kept(Folded::new(Definition {
            code: code.to_owned(),
            question,
            weight: WEIGHT,
            place,
            reads,
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
        let definition = self.shown(query.definition());
        let aggregate = Aggregated {
            code: self.code.to_owned(),
            question: self.text("question").unwrap_or(&definition).to_owned(),
            weight: WEIGHT,
            place,
            definition,
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
        // It says words of the SQL, and what a variable holds is shown to nobody.
        if let Some(written) = self.written(key) {
            return self.wrong(
                Some(key),
                &format!("is no such SQL as it takes, with what the variables of {written} hold"),
            )
            .help("write the value in the place of the variable to see what is wrong, and a variable of text in quotes: name = '${NAME}'");
        }
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

    /// The definition in words: as it stands in the file where that asks for variables, which are shown to nobody.
    fn shown(&self, definition: &str) -> String {
        if SQL.into_iter().all(|key| self.written(key).is_none()) {
            return definition.to_owned();
        }
        let text = |key| match (self.written(key), self.text(key)) {
            (Some(Value::Text(text)), _) => Some(text.as_str()),
            (_, text) => text,
        };
        let what = text("value").or(text("score")).unwrap_or_default();
        text("where").map_or(what.to_owned(), |condition| {
            format!("{what} WHERE {condition}")
        })
    }

    /// What stands in the file, where that asks for variables.
    fn written(&self, key: &str) -> Option<&Value> {
        self.settings.get(key)?.written.as_ref()
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

/// As registered metrics do, it lives as long as the program.
fn kept(metric: impl Metric + 'static) -> &'static dyn Metric {
    Box::leak(Box::new(metric))
}
