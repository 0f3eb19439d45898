//! What is wrong with a configuration, where, and how to mend it.

use std::fmt;

/// One mistake. Exit code 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// `file:line`, a flag or an environment variable.
    pub place: String,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl ConfigError {
    /// A mistake at a place.
    pub fn new(place: impl Into<String>, what: impl Into<String>) -> ConfigError {
        ConfigError {
            place: place.into(),
            what: what.into(),
            help: None,
        }
    }

    /// With the way to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> ConfigError {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ConfigError {}
