//! Tables that are handed on to a plugin: what may stand in them is for the plugin to say, and `${VARIABLE}` takes a value from the environment.

use pss_integrations::samplers::SamplerSettings;
use serde_json::Value as Json;

use super::{
    error::ConfigError,
    layers::Config,
    value::{Setting, Value},
    variables::expand,
};

/// Tables of samplers: `[kafka]` goes to `sampler:kafka`.
const TABLES: [&str; 1] = ["kafka"];

impl Config {
    /// A table or a list of tables, with variables filled in, and where it stands.
    ///
    /// # Errors
    /// A variable that is not set.
    pub fn tree(
        &self,
        key: &str,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<(Json, &str)>, Vec<ConfigError>> {
        let Some(setting) = self.settings.get(key) else {
            return Ok(None);
        };
        let Value::Tree(tree) = &setting.value else {
            return Ok(None);
        };
        let (mut tree, mut errors) = (tree.clone(), Vec::new());
        filled(&mut tree, key, &variable, &mut |path, why| {
            errors.push(
                ConfigError::new(&setting.place, format!("`{path}` {why}"))
                    .help("a value such as \"${NAME}\" is taken from the environment"),
            );
        });
        if errors.is_empty() {
            Ok(Some((tree, &setting.place)))
        } else {
            Err(errors)
        }
    }

    /// What is said to samplers, with the variables that `variable` knows.
    ///
    /// # Errors
    /// A variable that is not set.
    pub fn sampler_settings(
        &self,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<SamplerSettings, Vec<ConfigError>> {
        let (mut settings, mut errors) = (SamplerSettings::default(), Vec::new());
        for table in TABLES {
            for (key, setting) in &self.settings {
                let Some(name) = key
                    .strip_prefix(table)
                    .and_then(|rest| rest.strip_prefix('.'))
                else {
                    continue;
                };
                match expand(&plain(&setting.value), &variable) {
                    Ok(value) => settings.set(table, name, value),
                    Err(why) => errors.push(
                        ConfigError::new(&setting.place, format!("`{key}` {why}"))
                            .help("a value such as \"${NAME}\" is taken from the environment"),
                    ),
                }
            }
        }
        if errors.is_empty() {
            Ok(settings)
        } else {
            Err(errors)
        }
    }
}

/// A setting as it may be shown: with the names of variables and not what they hold, and without a password that stands in the file itself.
pub fn shown(key: &str, setting: &Setting) -> String {
    let secret = ["password", "secret", "token", "pem", "oauthbearer.config"]
        .iter()
        .any(|word| key.contains(word));
    match setting.written.as_ref().unwrap_or(&setting.value) {
        Value::Text(text) if secret && !(text.starts_with("${") && text.ends_with('}')) => {
            "\"***\"".to_owned()
        }
        Value::Tree(tree) => hidden(tree).to_string(),
        value => value.to_string(),
    }
}

/// A tree without what may be secret: addresses of webhooks are passwords, and headers hold some.
fn hidden(tree: &Json) -> Json {
    let open = |text: &str| text.starts_with("${") && text.ends_with('}');
    match tree {
        Json::Array(list) => list.iter().map(hidden).collect(),
        Json::Object(table) => table
            .iter()
            .map(|(key, value)| {
                let secret = ["url", "headers", "password", "secret", "token", "body"]
                    .iter()
                    .any(|word| key.contains(word));
                let value = match value {
                    Json::String(text) if secret && !open(text) => Json::from("***"),
                    Json::Object(_) if secret => Json::from("***"),
                    value => hidden(value),
                };
                (key.clone(), value)
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
        value => value.clone(),
    }
}

/// Fills variables into all texts of a tree.
fn filled(
    tree: &mut Json,
    path: &str,
    variable: &impl Fn(&str) -> Option<String>,
    wrong: &mut impl FnMut(&str, String),
) {
    match tree {
        Json::String(text) => match expand(text, variable) {
            Ok(value) => *text = value,
            Err(why) => wrong(path, why),
        },
        Json::Array(list) => {
            for (at, item) in list.iter_mut().enumerate() {
                filled(item, &format!("{path}[{at}]"), variable, wrong);
            }
        }
        Json::Object(table) => {
            for (key, value) in table.iter_mut() {
                filled(value, &format!("{path}.{key}"), variable, wrong);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::List(list) => list.join(","),
        Value::Tree(tree) => tree.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(pairs: &[(&str, Value)]) -> Config {
        let mut config = Config::default();
        for (key, value) in pairs {
            let setting = Setting {
                value: value.clone(),
                place: "pss.toml:3".to_owned(),
                written: None,
            };
            config.settings.insert((*key).to_owned(), setting);
        }
        config
    }

    #[test]
    fn tables_are_handed_on_with_variables_filled_in() {
        let config = config(&[
            ("kafka.sasl.password", Value::Text("a${P}b${Q}".to_owned())),
            (
                "kafka.topics",
                Value::List(vec!["a".to_owned(), "b".to_owned()]),
            ),
            ("pss.top", Value::Number(3.0)),
        ]);
        let settings = config
            .sampler_settings(|name| Some(format!("<{name}>")))
            .expect("set");
        assert_eq!(settings.of("kafka")["sasl.password"], "a<P>b<Q>");
        assert_eq!(settings.of("kafka")["topics"], "a,b");
        assert_eq!(settings.of("kafka").len(), 2);
    }

    #[test]
    fn a_variable_that_is_not_set_is_told_with_its_key_and_without_the_rest() {
        for (text, says) in [
            ("hunter2${P}", "the environment variable P"),
            ("hunter2${P", "without a `}`"),
        ] {
            let errors = config(&[("kafka.sasl.password", Value::Text(text.to_owned()))])
                .sampler_settings(|_| None)
                .expect_err("not set");
            let told = errors[0].to_string();
            assert!(
                told.contains("`kafka.sasl.password`") && told.contains(says),
                "{told}"
            );
            assert!(!told.contains("hunter2"), "{told}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let setting = |text: &str| Setting {
            value: Value::Text(text.to_owned()),
            place: String::new(),
            written: None,
        };
        assert_eq!(shown("kafka.sasl.password", &setting("hunter2")), "\"***\"");
        assert_eq!(shown("kafka.sasl.password", &setting("${P}")), "\"${P}\"");
        assert_eq!(shown("kafka.group.id", &setting("g")), "\"g\"");
    }
}
