//! Why a record cannot be used.

use pss_metrics::model::NumberError;

/// Why a record cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Not JSON; [`Reason::explain`] says where.
    #[error("is not JSON")]
    Syntax,
    /// Nested deeper than any trace is.
    #[error("is nested deeper than 128 levels")]
    TooDeep,
    /// `NaN` or `Infinity`, which Python writes and JSON does not have.
    #[error("holds NaN or Infinity, which are no JSON numbers")]
    NotFinite,
    /// An array where an object should be.
    #[error("is an array; a record is an object such as {{\"name\": \"..\", \"duration\": 0.012}}")]
    Array,
    /// A number, text, or truth value where an object should be.
    #[error(
        "is no object; a record is an object such as {{\"name\": \"..\", \"duration\": 0.012}}"
    )]
    NotAnObject,
    /// A field of the wrong type.
    #[error("`{field}` is {found}, expected {expected}")]
    Type {
        /// The field.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// `error` as text, which is true in Python whatever it says.
    #[error(
        "`error` is text, expected true or false without quotes: even \"false\" counts as an error in some languages"
    )]
    TextualError,
    /// A number its field cannot hold.
    #[error("`{field}` {error}")]
    Number {
        /// The field.
        field: &'static str,
        /// Why not.
        error: NumberError,
    },
    /// Nothing to score.
    #[error("holds nothing that can be scored: no name, duration or error, and no known metadata")]
    Nothing,
}

impl Reason {
    /// Whether a value is JSON, but not what its field can hold.
    pub fn is_about_value(self) -> bool {
        matches!(
            self,
            Reason::Type { .. } | Reason::TextualError | Reason::Number { .. }
        )
    }

    /// The reason in words. For syntax errors the record is parsed again by a library that says what is wrong.
    pub fn explain(self, record: &str) -> String {
        if self != Reason::Syntax {
            return self.to_string();
        }
        match serde_json::from_str::<serde::de::IgnoredAny>(record) {
            Err(error) if error.is_eof() => "is truncated: it ends inside a value".to_owned(),
            Err(error) => {
                let text = error.to_string();
                let what = text.split(" at line ").next().unwrap_or(&text);
                format!("is not JSON: {what}")
            }
            Ok(_) => "is not JSON: a text holds half of a surrogate pair".to_owned(),
        }
    }
}
