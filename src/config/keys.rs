//! All keys there are: what may stand in `pss.toml`, with type, default and meaning. Checks, schema, template and `config show` read this one list.

use std::fmt;

use pss_integrations::formats::table::{Field, Unit};
use pss_metrics::{folded::ORIGIN, model::Category, plugin::ParameterType, score::Metric};

use super::own_metrics;

/// What a key takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Takes {
    /// A number within bounds.
    Number {
        /// Smallest.
        least: f64,
        /// Largest.
        most: f64,
    },
    /// One of these texts.
    Choice(Vec<String>),
    /// A list of these texts.
    Choices(Vec<String>),
    /// true or false.
    Bool,
    /// A share such as "0.1%" or 0.001.
    Share,
    /// A list of plugin ids; the names of those there are.
    Plugins(Vec<String>),
    /// The name of a crate.
    Crate,
    /// The name of a column.
    Column,
    /// Any text.
    Text,
    /// A list of any texts.
    Texts,
    /// How operations are named.
    Naming,
    /// A length of time such as "100ms".
    Length,
    /// Text, a number or true and false, handed on to a plugin as text.
    Passed,
    /// A table, or a list of tables, whose readers check it.
    Tree,
}

impl fmt::Display for Takes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Takes::Number { least, most } if *least == f64::MIN_POSITIVE => {
                write!(f, "a number above 0, at most {most}")
            }
            Takes::Number { least, most } => write!(f, "a number from {least} to {most}"),
            Takes::Choice(choices) => write!(f, "one of {}", choices.join(", ")),
            Takes::Choices(choices) => write!(f, "a list of {}", choices.join(", ")),
            Takes::Bool => f.write_str("true or false"),
            Takes::Share => f.write_str("a share such as \"0.1%\" or 0.001"),
            Takes::Plugins(_) => f.write_str("a list of plugins such as [\"format:parquet\"]"),
            Takes::Crate => f.write_str("the name of a crate"),
            Takes::Column => f.write_str("the name of a column"),
            Takes::Text => f.write_str("text"),
            Takes::Texts => f.write_str("a list of texts"),
            Takes::Naming => f.write_str("text such as \"{name} {http.route}\""),
            Takes::Length => f.write_str("a length of time such as \"100ms\""),
            Takes::Passed => f.write_str("text, a number, or true or false"),
            Takes::Tree => f.write_str("a table, or a list of tables"),
        }
    }
}

/// One key.
#[derive(Debug, Clone)]
pub struct Key {
    /// Dotted, such as `metrics.DB.disp.good`. One that ends in `.*` stands for every name in its table that has no key of its own.
    pub name: String,
    /// What it takes.
    pub takes: Takes,
    /// Its default, as it would be written; `None` where nothing is set.
    pub default: Option<String>,
    /// What it does.
    pub about: String,
}

/// All keys, given the registered metrics.
#[derive(Debug, Clone)]
pub struct Keys(pub Vec<Key>);

/// Names of the verdicts that `fail_on` takes.
pub(super) const VERDICTS: [&str; 3] = ["fail", "warn", "inconclusive"];

impl Keys {
    /// The keys for these metrics and plugin ids.
    pub fn new(metrics: &[&'static dyn Metric], plugins: &[String]) -> Keys {
        let owned = |texts: &[&str]| {
            texts
                .iter()
                .map(|text| (*text).to_owned())
                .collect::<Vec<_>>()
        };
        let codes: Vec<String> = metrics
            .iter()
            .map(|metric| metric.meta().code.to_owned())
            .collect();
        let mut keys = Vec::new();
        let mut add = |name: String, takes: Takes, default: Option<String>, about: &str| {
            keys.push(Key {
                name,
                takes,
                default,
                about: about.to_owned(),
            })
        };
        let number = |least: f64, most: f64| Takes::Number { least, most };
        add(
            "pss.fail_under".into(),
            number(0.0, 100.0),
            None,
            "exit 1 when the score is below this, n/a or incomplete",
        );
        add(
            "pss.fail_on".into(),
            Takes::Choices(owned(&VERDICTS)),
            Some("[\"fail\"]".into()),
            "verdicts that exit 1",
        );
        add(
            "pss.allow_incomplete".into(),
            Takes::Bool,
            Some("false".into()),
            "let a score meet its threshold although a plugin failed or required data are missing",
        );
        add(
            "pss.require".into(),
            Takes::Choices(codes.clone()),
            Some("[]".into()),
            "metrics that must have data; without it the score is incomplete",
        );
        add(
            "pss.no_data".into(),
            Takes::Choice(owned(&["exclude", "one", "fail"])),
            Some("\"exclude\"".into()),
            "a metric without data is left out, counts as 1 (as in PyPSS), or makes the score incomplete",
        );
        add(
            "pss.bad_records".into(),
            Takes::Share,
            Some("\"0.1%\"".into()),
            "exit 3 when more than this share of records and more than 10 cannot be used",
        );
        add(
            "pss.profile".into(),
            Takes::Choice(owned(&["default", "pypss", "pypss-core"])),
            Some("\"default\"".into()),
            "how to score: our own formulas, or PyPSS 1.3.1's numbers with all twelve metrics or its five pillars",
        );
        add(
            "pss.metrics".into(),
            Takes::Choices(codes.clone()),
            None,
            "score only these metrics",
        );
        add(
            "pss.top".into(),
            number(1.0, 10_000.0),
            Some("10".into()),
            "operations shown",
        );
        add(
            "run.interval".into(),
            Takes::Length,
            None,
            "time between two samples of `pss run`, such as \"100ms\"; a twenty-fifth of the time that has passed, from 20 to 500 ms, where nothing is said",
        );
        for (name, about) in [
            (
                "run.load",
                "load that `pss run` puts on the command or on a service: shape, rate, duration and more; `pss load preview` shows it",
            ),
            (
                "hooks",
                "who is told of a run's phases, as a list: name, on, timeout, queue, required, config",
            ),
            (
                "alerts",
                "rules that hooks are told of when they hold, as a list: name, when, cooldown",
            ),
        ] {
            add(name.into(), Takes::Tree, None, about);
        }
        for metric in metrics {
            let meta = metric.meta();
            add(
                format!("pss.weights.{}", meta.code),
                number(0.0, 1e6),
                Some(meta.weight.to_string()),
                meta.question,
            );
        }
        for metric in metrics {
            let meta = metric.meta();
            add(
                format!("metrics.{}.enabled", meta.code),
                Takes::Bool,
                Some("true".into()),
                "whether it is scored",
            );
            add(
                format!("metrics.{}.weight", meta.code),
                number(0.0, 1e6),
                None,
                "its weight, where [pss.weights] does not set it",
            );
            add(
                format!("metrics.{}.min_score", meta.code),
                number(0.0, 1.0),
                None,
                "exit 1 when it scores below this, or has no score",
            );
            // Points of a metric of the user's own stand beside its definition.
            let own = meta.plugin.origin == ORIGIN;
            for key in own_metrics::keys(meta.code).into_iter().filter(|_| own) {
                add(key.name, key.takes, key.default, &key.about);
            }
            for parameter in meta.plugin.parameters {
                let takes = match parameter.takes {
                    ParameterType::Number { least, most } => number(least, most),
                    ParameterType::Text => Takes::Text,
                    ParameterType::Choice(choices) => Takes::Choice(owned(choices)),
                    ParameterType::Truth => Takes::Bool,
                };
                add(
                    format!("metrics.{}.{}", meta.code, parameter.name),
                    takes,
                    parameter.default.map(str::to_owned),
                    parameter.about,
                );
            }
            for factor in meta.factors.iter().filter(|_| !own) {
                let name = |point: &str| format!("metrics.{}.{}.{point}", meta.code, factor.name);
                add(
                    name("good"),
                    number(f64::MIN_POSITIVE, 1e12),
                    Some(factor.curve.good.to_string()),
                    "the value that scores 0.9",
                );
                add(
                    name("mid"),
                    number(f64::MIN_POSITIVE, 1e12),
                    Some(factor.curve.mid.to_string()),
                    "the value that scores 0.5",
                );
                add(
                    name("exponent"),
                    number(f64::MIN_POSITIVE, 100.0),
                    Some(factor.curve.exponent.to_string()),
                    "the power with which it takes part",
                );
            }
        }
        for (kind, about) in [
            ("format", "whether inputs are read as it, and written"),
            ("sampler", "whether it takes part in `pss run`"),
            ("view", "whether reports are written as it"),
            ("load", "whether load may be shaped by it"),
            ("source", "whether it is read"),
        ] {
            let of_kind = |id: &String| {
                Some(
                    id.split_once(':')
                        .filter(|(of, _)| *of == kind)?
                        .1
                        .to_owned(),
                )
            };
            for name in plugins.iter().filter_map(of_kind) {
                add(
                    format!("{kind}s.{name}.enabled"),
                    Takes::Bool,
                    Some("true".into()),
                    about,
                );
            }
        }
        add(
            "input.operation".into(),
            Takes::Naming,
            Some("\"{name}\"".into()),
            "what tells operations apart: text with {name}, {service} and any {attribute}, such as \"{name} {http.route}\"; splits a name that mixes kinds of request",
        );
        for (field, name) in Field::ALL {
            add(
                format!("input.columns.{name}.column"),
                Takes::Column,
                None,
                "the column of CSV, Parquet or Arrow files that holds it; may be given as the value itself",
            );
            if field.is_time() {
                add(
                    format!("input.columns.{name}.unit"),
                    Takes::Choice(
                        Unit::ALL
                            .iter()
                            .map(|(_, name)| (*name).to_owned())
                            .collect(),
                    ),
                    None,
                    "the unit of that column; seconds where nothing is said",
                );
            }
        }
        for category in Category::ALL {
            add(
                format!("input.rules.{}.attributes", category.name()),
                Takes::Texts,
                None,
                "attributes, as \"key\" or \"key=value\", that make a span of this category before any built-in rule does",
            );
            add(
                format!("input.rules.{}.words", category.name()),
                Takes::Texts,
                None,
                "words of operation names that do so where no attribute decides",
            );
        }
        for (name, about) in [
            (
                "error",
                "attributes, as \"key\" or \"key=value\", that make a span a failed one, whatever its record says",
            ),
            (
                "cache_hit",
                "attributes that make a span a cache hit before any built-in rule does",
            ),
            (
                "cache_miss",
                "attributes that make it a cache miss, where none makes it a hit",
            ),
        ] {
            add(
                format!("input.rules.{name}.attributes"),
                Takes::Texts,
                None,
                about,
            );
        }
        for (name, about) in [
            (
                "kafka.bootstrap.servers",
                "brokers as HOST:PORT,..: `pss run` samples a consumer group there",
            ),
            ("kafka.group.id", "the consumer group, which is not joined"),
        ] {
            add(name.into(), Takes::Passed, None, about);
        }
        add(
            "kafka.topics".into(),
            Takes::Texts,
            None,
            "topics whose lag is sampled",
        );
        add(
            "kafka.*".into(),
            Takes::Passed,
            None,
            "any option of librdkafka by its name, such as \"security.protocol\" or \"sasl.password\"; \"${NAME}\" takes a value from the environment",
        );
        add(
            "history.path".into(),
            Takes::Text,
            Some("\".pss/history.sqlite\"".into()),
            "where `pss history` keeps runs; beside the pss.toml that says it, or the nearest one, else in the working folder",
        );
        add(
            "history.project".into(),
            Takes::Text,
            None,
            "what the runs are runs of; the name of git's origin where it is not set, else of the folder",
        );
        add(
            "history.keep".into(),
            number(1.0, 1e9),
            None,
            "runs kept of each branch: adding one drops the oldest beyond it",
        );
        add(
            "plugins.expect".into(),
            Takes::Plugins(plugins.to_vec()),
            Some("[]".into()),
            "plugins that must be in the build, such as format:parquet; without one of them nothing is read",
        );
        add(
            "plugins.timeout".into(),
            Takes::Length,
            Some("\"60s\"".into()),
            "how long a plugin that is a program may neither take its input nor answer",
        );
        add(
            "plugins.output_limit".into(),
            number(1.0, 1e18),
            Some("4294967296".into()),
            "bytes that a format that is a program may answer with",
        );
        add(
            "plugins.environment".into(),
            Takes::Texts,
            Some("[]".into()),
            "variables that plugins that are programs see beside PATH, LANG, LC_ALL, LC_CTYPE, TZ, TMPDIR and TEMP",
        );
        for id in plugins {
            add(
                format!("plugins.override.{id}"),
                Takes::Crate,
                None,
                "the crate to take it from where two bring it",
            );
        }
        Keys(keys)
    }

    /// A key by its name; metric codes in any case.
    pub fn find(&self, name: &str) -> Option<&Key> {
        self.0.iter().find(|key| key.name == name).or_else(|| {
            self.0
                .iter()
                .find(|key| key.name.eq_ignore_ascii_case(name))
        })
    }

    /// The key that stands for all names in a table that is handed on to a plugin.
    pub fn passed(&self, name: &str) -> Option<&Key> {
        self.0.iter().find(|key| {
            let table = key.name.strip_suffix('*');
            table.is_some_and(|table| name.starts_with(table) && name.len() > table.len())
        })
    }

    /// Whether some key lies below a table.
    pub fn is_table(&self, table: &str) -> bool {
        self.0.iter().any(|key| {
            key.name.len() > table.len()
                && key.name.as_bytes()[table.len()] == b'.'
                && key.name[..table.len()].eq_ignore_ascii_case(table)
        })
    }

    /// The names one level below a table, each once.
    pub fn below(&self, table: &str) -> Vec<&str> {
        let mut names = Vec::new();
        for key in &self.0 {
            let rest = if table.is_empty() {
                Some(key.name.as_str())
            } else {
                key.name
                    .get(..table.len())
                    .filter(|start| start.eq_ignore_ascii_case(table))
                    .and_then(|_| key.name[table.len()..].strip_prefix('.'))
            };
            if let Some(name) = rest.and_then(|rest| rest.split('.').next())
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        names
    }
}
