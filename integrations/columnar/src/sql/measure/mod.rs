//! SQL over one span: what is measured of it, for a metric that is defined in `pss.toml`.
//!
//! An expression is parsed by the parser of queries, passes the same guard, and becomes a typed tree (`node`) that is walked for each span where it is decoded.
//! Polars has no part in it, on purpose: a tree gives the same value for a span whatever batch it arrives in, so that summaries stay equal bit for bit however
//! inputs are split; it needs no columns to be built; its types and its words are known before a file is opened; and what it does not know it refuses, so that
//! there is nothing to escape through. `pss query` with the same words gives the same values, which a test holds it to.

mod cell;
mod columns;
mod compile;
mod functions;
mod like;
mod node;
mod types;

use std::sync::Arc;

use pss_metrics::{
    folded::{Measure, Measured, Measures},
    model::Decided,
};

use self::{cell::Cell, compile::compile, node::Node, types::Type};
use super::{guard::check_expression, query::QueryError};

/// Why a measure cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MeasureError {
    /// The condition.
    #[error("where: {}", .0.message())]
    Where(QueryError),
    /// The value.
    #[error("value: {}", .0.message())]
    Value(QueryError),
    /// The score.
    #[error("score: {}", .0.message())]
    Score(QueryError),
}

/// The measure of `value` over the spans for which `condition` is true.
///
/// # Errors
/// What is no expression over a span, and types that do not fit.
pub fn measure(condition: Option<&str>, value: &str) -> Result<Measure, MeasureError> {
    let asked = condition
        .map(asked)
        .transpose()
        .map_err(MeasureError::Where)?;
    let (node, of, text) = expression(value).map_err(MeasureError::Value)?;
    let measures = match of {
        Type::Truth => Measures::Truth,
        Type::Whole => Measures::Whole,
        Type::Real => Measures::Real,
        Type::Null | Type::Text => {
            return Err(MeasureError::Value(QueryError::new(format!(
                "gives {}, and a metric measures numbers or what is true",
                of.name()
            ))));
        }
    };
    let definition = match &asked {
        Some((_, condition)) => format!("{text} WHERE {condition}"),
        None => text,
    };
    let of_condition = asked
        .as_ref()
        .is_some_and(|(node, _)| node.reads_identities());
    let identities = of_condition || node.reads_identities();
    Ok(Measure {
        measures,
        definition,
        identities,
        of: Arc::new(move |span: &Decided<'_>| {
            if let Some((asked, _)) = &asked
                && !matches!(asked.of(span), Cell::Truth(true))
            {
                return None;
            }
            match node.of(span) {
                Cell::Number(number) => Some(Measured::Number(number)),
                Cell::Truth(truth) => Some(Measured::Truth(truth)),
                Cell::Null | Cell::Text(_) => None,
            }
        }),
    })
}

/// A condition over one span, in one spelling.
///
/// # Errors
/// What is none.
pub(super) fn condition(text: &str) -> Result<String, QueryError> {
    asked(text).map(|(_, text)| text)
}

fn asked(condition: &str) -> Result<(Node, String), QueryError> {
    let (node, of, text) = expression(condition)?;
    match of {
        Type::Truth => Ok((node, text)),
        of => Err(QueryError::new(format!(
            "gives {}, and a condition is true or false",
            of.name()
        ))),
    }
}

/// A tree with its type, and the text in one spelling.
fn expression(sql: &str) -> Result<(Node, Type, String), QueryError> {
    let expression = check_expression(sql)?;
    let (node, of) = compile(&expression)?;
    Ok((node, of, expression.to_string()))
}
