//! What a user may set of a plugin, said by the plugin itself.

use std::fmt;

/// One parameter, a key in the plugin's own table of `pss.toml`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// Name: lower case, letters, digits and `_`.
    pub name: &'static str,
    /// What it takes.
    pub takes: ParameterType,
    /// Its default, as it would be written; `None` where nothing is set.
    pub default: Option<&'static str>,
    /// What it does.
    pub about: &'static str,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ParameterType {
    /// A finite number within bounds.
    Number {
        /// Smallest.
        least: f64,
        /// Largest.
        most: f64,
    },
    /// Any text.
    Text,
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// true or false.
    Truth,
}

/// A value for a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum ParameterValue {
    /// A number.
    Number(f64),
    /// Text.
    Text(String),
    /// true or false.
    Truth(bool),
}

/// A setting that a plugin does not take. It never holds the value, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` {why}")]
pub struct WrongSetting {
    /// Where it stands in the plugin's own table, such as `disp.mid`.
    pub path: String,
    /// What is wrong, as a fragment that follows the path: "must be larger than `good`".
    pub why: String,
}

impl WrongSetting {
    /// A setting that is not taken.
    pub fn new(path: impl Into<String>, why: impl Into<String>) -> WrongSetting {
        WrongSetting {
            path: path.into(),
            why: why.into(),
        }
    }
}

impl Parameter {
    /// Whether a value is one that it takes.
    ///
    /// # Errors
    /// With its name as the path.
    pub fn check(&self, value: &ParameterValue) -> Result<(), WrongSetting> {
        let fits = match (self.takes, value) {
            (ParameterType::Number { least, most }, ParameterValue::Number(number)) => {
                (least..=most).contains(number)
            }
            (ParameterType::Text, ParameterValue::Text(_))
            | (ParameterType::Truth, ParameterValue::Truth(_)) => true,
            (ParameterType::Choice(choices), ParameterValue::Text(text)) => {
                choices.contains(&text.as_str())
            }
            _ => false,
        };
        if fits {
            Ok(())
        } else {
            Err(WrongSetting::new(
                self.name,
                format!("takes {}", self.takes),
            ))
        }
    }
}

impl fmt::Display for ParameterType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParameterType::Number { least, most } => write!(f, "a number from {least} to {most}"),
            ParameterType::Text => f.write_str("text"),
            ParameterType::Choice(choices) => write!(f, "one of {}", choices.join(", ")),
            ParameterType::Truth => f.write_str("true or false"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(takes: ParameterType) -> Parameter {
        Parameter {
            name: "x",
            takes,
            default: None,
            about: "for tests",
        }
    }

    #[test]
    fn values_of_another_type_or_out_of_bounds_are_told_by_name_and_without_the_value() {
        let number = takes(ParameterType::Number {
            least: 1.0,
            most: 3.0,
        });
        let choice = takes(ParameterType::Choice(&["a", "b"]));
        let text = |text: &str| ParameterValue::Text(text.to_owned());
        for (parameter, good) in [
            (number, ParameterValue::Number(1.0)),
            (choice, text("b")),
            (takes(ParameterType::Text), text("")),
            (takes(ParameterType::Truth), ParameterValue::Truth(false)),
        ] {
            assert_eq!(parameter.check(&good), Ok(()));
        }
        for (parameter, bad) in [
            (number, ParameterValue::Number(3.5)),
            (number, ParameterValue::Number(f64::NAN)),
            (number, text("hunter2")),
            (choice, text("hunter2")),
            (takes(ParameterType::Truth), text("true")),
        ] {
            let wrong = parameter.check(&bad).expect_err("does not fit");
            assert_eq!(wrong.path, "x");
            assert!(!wrong.to_string().contains("hunter2"), "{wrong}");
        }
    }
}
