//! What polars says, told with its place in the query.

use polars::prelude::PolarsError;
use pss_metrics::plugin::nearest;
use sqlparser::tokenizer::Location;

use super::{guard::Word, query::QueryError};

/// Most names that a message lists.
const NAMES: usize = 24;

/// The message of an error, with the place of the first word of the query that it quotes.
pub(super) fn blame(error: &PolarsError, words: &[Word]) -> QueryError {
    let text = message(error);
    let quoted = quoted(&text);
    let place = |wanted: &str| {
        words
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(wanted))
            .map(|(_, at)| *at)
    };
    if let (true, Some((wrong, valid))) = (is_column(error), quoted.split_first()) {
        let at = place(wrong).unwrap_or(Location::empty());
        let near = nearest(wrong, valid.iter().map(String::as_str));
        let help = near.map_or_else(|| listed(valid), |near| format!("did you mean {near}?"));
        return QueryError::at(at, format!("there is no column `{wrong}`; {help}"));
    }
    let at = quoted.iter().find_map(|word| place(word));
    if let (true, Some(twice)) = (is_twice(error), quoted.first()) {
        let at = at.unwrap_or(Location::empty());
        return QueryError::at(
            at,
            format!(
                "two columns of the result have the name `{twice}`; name them apart with AS, such as max({twice}) AS largest"
            ),
        );
    }
    QueryError::at(at.unwrap_or(Location::empty()), text)
}

fn listed(valid: &[String]) -> String {
    let shown = valid[..valid.len().min(NAMES)].join(", ");
    format!("the columns here are {shown}")
}

fn is_column(error: &PolarsError) -> bool {
    match error {
        PolarsError::ColumnNotFound(_) | PolarsError::SchemaFieldNotFound(_) => true,
        PolarsError::Context { error, .. } | PolarsError::ExprContext { error, .. } => {
            is_column(error)
        }
        _ => false,
    }
}

fn is_twice(error: &PolarsError) -> bool {
    match error {
        PolarsError::Duplicate(_) => true,
        PolarsError::Context { error, .. } | PolarsError::ExprContext { error, .. } => {
            is_twice(error)
        }
        _ => false,
    }
}

/// Without the kind of error before it, and without what polars adds below.
fn message(error: &PolarsError) -> String {
    match error {
        PolarsError::Context { error, .. } | PolarsError::ExprContext { error, .. } => {
            message(error)
        }
        PolarsError::ColumnNotFound(text)
        | PolarsError::SchemaFieldNotFound(text)
        | PolarsError::SQLInterface(text)
        | PolarsError::SQLSyntax(text)
        | PolarsError::ComputeError(text)
        | PolarsError::InvalidOperation(text)
        | PolarsError::Duplicate(text)
        | PolarsError::SchemaMismatch(text) => first_part(text),
        error => first_part(&error.to_string()),
    }
}

fn first_part(text: &str) -> String {
    text.split("\n\n").next().unwrap_or(text).trim().to_owned()
}

/// The words in quotes of any kind.
fn quoted(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['"', '\'', '`']) {
        let quote = &rest[start..=start];
        let after = &rest[start + 1..];
        let Some(end) = after.find(quote) else { break };
        words.push(after[..end].to_owned());
        rest = &after[end + 1..];
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_quotes_are_found() {
        assert_eq!(
            quoted("unable to find column \"nme\"; valid columns: [\"name\", 'x', `y`]"),
            ["nme", "name", "x", "y"]
        );
        assert_eq!(quoted("it's"), Vec::<String>::new());
    }
}
