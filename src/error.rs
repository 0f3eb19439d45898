//! Expected errors, each with its exit code.

use crate::{config::ConfigError, exit::Exit, input::InputError};

/// An expected error.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Mistakes in configuration or flags.
    #[error("{}", join(.0))]
    Config(Vec<ConfigError>),
    /// Wrong use.
    #[error("{0}")]
    Usage(String),
    /// Several, all told at once.
    #[error("{}", join(.0))]
    Several(Vec<Error>),
    /// The registry of plugins is not as it must be.
    #[error("{}", join(.0))]
    Registry(Vec<pss_metrics::plugin::RegistryError>),
    /// An input that cannot be used.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A history that cannot be used.
    #[cfg(feature = "history")]
    #[error(transparent)]
    History(#[from] crate::history::HistoryError),
    /// A report that could not be written.
    #[error("cannot write {what}: {error}")]
    Output {
        /// What should have been written.
        what: String,
        /// What the system says.
        error: std::io::Error,
    },
}

impl Error {
    /// All of them as one.
    pub fn of(mut errors: Vec<Error>) -> Error {
        match errors.len() {
            1 => errors.remove(0),
            _ => Error::Several(errors),
        }
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            Error::Config(_) | Error::Usage(_) | Error::Registry(_) => Exit::Usage,
            Error::Input(InputError::Settings { .. } | InputError::Ambiguous { .. }) => Exit::Usage,
            // The first that applies, as for all exit codes.
            Error::Several(errors) => errors.iter().map(Error::exit).fold(Exit::Done, Exit::or),
            Error::Input(_) => Exit::Input,
            #[cfg(feature = "history")]
            Error::History(error) => error.exit(),
            Error::Output { .. } => Exit::Output,
        }
    }
}

fn join<T: std::fmt::Display>(errors: &[T]) -> String {
    errors
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\nerror: ")
}
