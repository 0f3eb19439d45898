//! From settings to what is done: the plan of metrics, thresholds and limits.

use pss_integrations::formats::{Column, InputSettings, table::Field};
use pss_metrics::model::{Category, ExtraSpec, Naming, OwnOutcomes, OwnRule, OwnRules};
use pss_metrics::{
    plugin::{ParameterValue, WrongSetting},
    score::{Curve, Metric, NoDataPolicy, Plan, Planned, Settings},
};

use std::time::Duration;

use crate::{input::Observing, length::parse_length};

use super::{
    error::ConfigError,
    layers::Config,
    value::{Setting, Value},
};

/// How to score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// Our own formulas.
    #[default]
    Default,
    /// PyPSS 1.3.1 with all twelve metrics.
    Pypss,
    /// PyPSS 1.3.1's five pillars.
    PypssCore,
}

impl Profile {
    /// The name in settings and reports.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Default => "default",
            Profile::Pypss => "pypss",
            Profile::PypssCore => "pypss-core",
        }
    }
}

/// How many bad records are allowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BadLimit {
    /// Share of all records.
    pub share: f64,
}

impl BadLimit {
    /// So many are always allowed: in a small file one bad record is a large share.
    const ALWAYS: u64 = 10;

    /// Whether there are too many.
    pub fn exceeded(self, bad: u64, records: u64) -> bool {
        bad > Self::ALWAYS && bad as f64 > self.share * records as f64
    }
}

/// All settings, resolved.
pub struct Resolved {
    /// What to score.
    pub plan: Plan,
    /// How.
    pub profile: Profile,
    /// Verdicts that exit 1.
    pub fail_on: Vec<String>,
    /// How many bad records are allowed.
    pub bad_limit: BadLimit,
    /// Operations shown.
    pub top: usize,
}

impl Resolved {
    /// What the metrics want kept beside what every summary keeps.
    pub fn extras(&self) -> Vec<ExtraSpec> {
        let metrics = self.plan.metrics.iter();
        metrics.flat_map(Planned::extras).collect()
    }

    /// The metrics that watch the raw records.
    ///
    /// # Errors
    /// Those that cannot, each with what is wrong.
    pub fn observers(&self) -> Result<Vec<Observing<'_>>, Vec<ConfigError>> {
        let (mut observers, mut errors) = (Vec::new(), Vec::new());
        for planned in &self.plan.metrics {
            let Some(observer) = planned.metric.observer() else {
                continue;
            };
            let code = planned.metric.meta().code;
            if let Err(why) = observer.ready() {
                errors.push(ConfigError::new(format!("metric {code}"), why));
            }
            observers.push(Observing {
                code,
                observer,
                settings: planned.settings.clone(),
            });
        }
        if errors.is_empty() {
            Ok(observers)
        } else {
            Err(errors)
        }
    }
}

impl Config {
    /// Resolves settings against the registered metrics.
    ///
    /// # Errors
    /// Curves that do not fall, weights that sum to zero.
    pub fn resolve(&self, metrics: &[&'static dyn Metric]) -> Result<Resolved, Vec<ConfigError>> {
        let mut errors = Vec::new();
        let selected = self.list("pss.metrics");
        let mut plan = Plan {
            no_data: match self.text("pss.no_data") {
                Some("one") => NoDataPolicy::One,
                Some("fail") => NoDataPolicy::Fail,
                _ => NoDataPolicy::Exclude,
            },
            require: self.list("pss.require").unwrap_or_default(),
            fail_under: self.number("pss.fail_under"),
            allow_incomplete: self.truth("pss.allow_incomplete") == Some(true),
            metrics: Vec::new(),
        };
        for metric in metrics {
            let code = metric.meta().code;
            let wanted = selected
                .as_ref()
                .is_none_or(|selected| selected.iter().any(|wanted| wanted == code));
            if !wanted || self.truth(&format!("metrics.{code}.enabled")) == Some(false) {
                errors.extend(self.asked_all_the_same(code, &plan.require));
                continue;
            }
            let weight = self
                .number(&format!("pss.weights.{code}"))
                .or_else(|| self.number(&format!("metrics.{code}.weight")))
                .unwrap_or(metric.meta().weight);
            let settings = self.settings_of(*metric, &mut errors);
            let min_score = self.number(&format!("metrics.{code}.min_score"));
            let planned = Planned::with(*metric, weight, settings, min_score);
            if let Some(wrong) = planned.wrong_setting() {
                errors.push(self.wrong(code, wrong));
            }
            plan.metrics.push(planned);
        }
        let sum: f64 = plan.metrics.iter().map(|planned| planned.weight).sum();
        if sum <= 0.0 {
            let place = self.settings.iter().find(|(key, _)| {
                key.starts_with("pss.weights.") || key.ends_with(".weight") || *key == "pss.metrics"
            });
            let place = place.map_or("weights".to_owned(), |(_, setting)| setting.place.clone());
            errors.push(
                ConfigError::new(place, "the weights of the metrics scored sum to zero")
                    .help("give at least one of them a weight above 0"),
            );
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Resolved {
            plan,
            profile: match self.text("pss.profile") {
                Some("pypss") => Profile::Pypss,
                Some("pypss-core") => Profile::PypssCore,
                _ => Profile::Default,
            },
            fail_on: self
                .list("pss.fail_on")
                .unwrap_or_else(|| vec!["fail".to_owned()]),
            bad_limit: self.bad_limit(),
            top: self.number("pss.top").unwrap_or(10.0) as usize,
        })
    }

    /// How many bad records are allowed.
    pub fn bad_limit(&self) -> BadLimit {
        BadLimit {
            share: self.number("pss.bad_records").unwrap_or(0.001),
        }
    }

    /// What asks for the score of a metric that is not scored: no gate goes without a word.
    fn asked_all_the_same(&self, code: &str, require: &[String]) -> Vec<ConfigError> {
        let gate = format!("metrics.{code}.min_score");
        let keys = [
            (
                "pss.require",
                require.iter().any(|required| required == code),
            ),
            (&*gate, self.number(&gate).is_some()),
        ];
        let asking = keys.into_iter().filter(|(_, asks)| *asks);
        let error = |(key, _): (&str, bool)| {
            let place = self.settings.get(key).map_or(key, |setting| &setting.place);
            ConfigError::new(
                place,
                format!("`{key}` asks for {code}, which is not among the metrics scored"),
            )
        };
        asking.map(error).collect()
    }

    /// What `[metrics.CODE]` says to a metric: the control points of its factors, and parameters of its own.
    fn settings_of(&self, metric: &'static dyn Metric, errors: &mut Vec<ConfigError>) -> Settings {
        let mut settings = Settings::default();
        let meta = metric.meta();
        for factor in meta.factors {
            let key = |point: &str| format!("metrics.{}.{}.{point}", meta.code, factor.name);
            let point = |name: &str, default: f64| self.number(&key(name)).unwrap_or(default);
            let curve = Curve {
                good: point("good", factor.curve.good),
                mid: point("mid", factor.curve.mid),
                exponent: point("exponent", factor.curve.exponent),
            };
            if curve != factor.curve
                && let Err(wrong) = settings.set(factor.name, curve)
            {
                errors.push(self.wrong(meta.code, &wrong));
            }
        }
        for parameter in meta.plugin.parameters {
            let key = format!("metrics.{}.{}", meta.code, parameter.name);
            let value = match self.settings.get(&key).map(|setting| &setting.value) {
                Some(Value::Number(number)) => ParameterValue::Number(*number),
                Some(Value::Text(text)) => ParameterValue::Text(text.clone()),
                Some(Value::Bool(truth)) => ParameterValue::Truth(*truth),
                Some(Value::List(_) | Value::Tree(_)) | None => continue,
            };
            settings.set_value(parameter.name, value);
        }
        settings
    }

    /// A setting that a metric does not take, at the place where it, or else its table, is set.
    fn wrong(&self, code: &str, wrong: &WrongSetting) -> ConfigError {
        let key = format!("metrics.{code}.{}", wrong.path);
        let table = key.rsplit_once('.').map_or("", |(table, _)| table);
        let below = |name: &str| {
            name.strip_prefix(table)
                .is_some_and(|rest| rest.starts_with('.'))
        };
        let place = self
            .settings
            .get(&key)
            .or_else(|| {
                self.settings
                    .iter()
                    .find(|(name, _)| below(name))
                    .map(|(_, setting)| setting)
            })
            .map_or("pss.toml", |setting| &setting.place);
        ConfigError::new(place, format!("`{key}` {}", wrong.why))
    }

    /// The user's own rules for categories, in the order of the categories, and for outcomes.
    pub fn rules(&self) -> OwnRules {
        let rule = |category: Category| {
            let key = |what: &str| format!("input.rules.{}.{what}", category.name());
            let place = |what: &str| Some(self.settings.get(&key(what))?.place.clone());
            let (attributes, words) = (self.list(&key("attributes")), self.list(&key("words")));
            (attributes.is_some() || words.is_some()).then(|| OwnRule {
                category,
                source: place("attributes")
                    .or_else(|| place("words"))
                    .unwrap_or_default(),
                attributes: attributes.unwrap_or_default(),
                words: words.unwrap_or_default(),
            })
        };
        let outcome = |name: &str| {
            let wanted = self.list(&format!("input.rules.{name}.attributes"));
            wanted.unwrap_or_default()
        };
        OwnRules(
            Category::ALL.into_iter().filter_map(rule).collect(),
            OwnOutcomes {
                error: outcome("error"),
                cache_hit: outcome("cache_hit"),
                cache_miss: outcome("cache_miss"),
            },
        )
    }

    /// How operations are named, where the user says it.
    pub fn naming(&self) -> Option<Naming> {
        Naming::parse(self.text("input.operation")?).ok()
    }

    /// What is said of the inputs.
    pub fn input_settings(&self) -> InputSettings {
        let mut settings = InputSettings::default();
        for (_, field) in Field::ALL {
            if let Some(name) = self.text(&format!("input.columns.{field}.column")) {
                settings.columns.insert(
                    (*field).to_owned(),
                    Column {
                        name: name.to_owned(),
                        unit: self
                            .text(&format!("input.columns.{field}.unit"))
                            .map(str::to_owned),
                    },
                );
            }
        }
        settings
    }

    /// A length of time.
    pub fn length(&self, key: &str) -> Option<Duration> {
        parse_length(self.text(key)?).ok()
    }

    pub(crate) fn number(&self, key: &str) -> Option<f64> {
        if let Some(Setting {
            value: Value::Number(number),
            ..
        }) = self.settings.get(key)
        {
            Some(*number)
        } else {
            None
        }
    }

    /// The place that sets a key to false.
    pub(crate) fn switched_off(&self, key: &str) -> Option<&str> {
        let setting = self.settings.get(key)?;
        (setting.value == Value::Bool(false)).then_some(setting.place.as_str())
    }

    fn truth(&self, key: &str) -> Option<bool> {
        if let Some(Setting {
            value: Value::Bool(truth),
            ..
        }) = self.settings.get(key)
        {
            Some(*truth)
        } else {
            None
        }
    }

    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        if let Some(Setting {
            value: Value::Text(text),
            ..
        }) = self.settings.get(key)
        {
            Some(text)
        } else {
            None
        }
    }

    pub(crate) fn list(&self, key: &str) -> Option<Vec<String>> {
        if let Some(Setting {
            value: Value::List(list),
            ..
        }) = self.settings.get(key)
        {
            Some(list.clone())
        } else {
            None
        }
    }
}
