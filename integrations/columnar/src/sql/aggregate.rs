//! A score as one number over all spans: an expression of aggregates, wrapped into a query that polars runs.

use std::sync::Arc;

use polars::prelude::DataFrame;
use pss_integrations::sql_tables::SPANS;
use pss_metrics::model::OwnRules;

use super::{
    answer::Value,
    guard::check_expression,
    measure::{self, MeasureError},
    query::{Query, QueryError},
    tables::Tables,
};

/// What a metric's `score` is: the rows it reads, and the number it makes of them.
#[derive(Debug)]
pub struct Aggregate {
    rows: Query,
    score: Query,
    definition: String,
}

impl Aggregate {
    /// The score `score` over the spans for which `condition` is true.
    ///
    /// # Errors
    /// What is no expression of aggregates over the table of spans, a condition that is none over a span, types that do not fit.
    pub fn new(condition: Option<&str>, score: &str) -> Result<Aggregate, MeasureError> {
        let condition = condition
            .map(measure::condition)
            .transpose()
            .map_err(MeasureError::Where)?
            .unwrap_or_else(|| "true".to_owned());
        let expression = check_expression(score).map_err(MeasureError::Score)?;
        // On a line of its own, so that a comment ends, and places differ by one line.
        let asked = Query::new(&format!(
            "SELECT (\n{score}\n) AS score, COUNT(*) AS n FROM spans"
        ))
        .map_err(|error| MeasureError::Score(error.one_line_up()))?;
        let empty = asked
            .run(asked.tables(Arc::default()))
            .map_err(|error| MeasureError::Score(error.one_line_up()))?;
        let wrong = |what: &str| Err(MeasureError::Score(QueryError::new(what.to_owned())));
        if empty.height() != 1 {
            return wrong(
                "gives a number for every span, and a score is one for all: write an aggregate, such as AVG(..)",
            );
        }
        let is_null = empty.row(0).next() == Some(Value::Null);
        if !(empty.is_number(0) || is_null && empty.is_nothing(0)) {
            return wrong("gives no number, and a score is one between 0 and 1");
        }
        let read = asked.names(SPANS.columns.iter().map(|column| column.name));
        // Any column will do to count rows; this one is never null.
        let columns = if read.is_empty() {
            "category".to_owned()
        } else {
            read.join(", ")
        };
        // In an order that no input's order shows in: sums of floats depend on it.
        let rows = Query::new(&format!(
            "SELECT {columns} FROM spans WHERE {condition} ORDER BY {columns}"
        ))
        .map_err(MeasureError::Where)?;
        Ok(Aggregate {
            definition: format!("{expression} OVER spans WHERE {condition}")
                .replace(" WHERE true", ""),
            rows,
            score: asked,
        })
    }

    /// How it is defined, in one spelling.
    pub fn definition(&self) -> &str {
        &self.definition
    }

    /// Empty tables with the columns that it may read; categories follow the user's own rules first.
    pub fn tables(&self, rules: Arc<OwnRules>) -> Tables {
        self.rows.tables(rules)
    }

    /// Whether it reads the identities of spans and traces.
    pub fn reads_identities(&self) -> bool {
        self.rows.may_read_identities()
    }

    /// The score, null where it is, and over how many spans.
    ///
    /// # Errors
    /// What only the values tell.
    pub fn of(&self, tables: Tables) -> Result<(Option<f64>, u64), QueryError> {
        let rows: DataFrame = self.rows.collect(tables)?;
        let answer = self.score.run_over(SPANS.name, rows)?;
        if answer.height() != 1 {
            return Err(QueryError::new(format!(
                "gives {} numbers, and a score is one",
                answer.height()
            )));
        }
        let mut cells = answer.row(0).map(|cell| match cell {
            Value::Float(number) => Some(number),
            Value::Integer(number) => Some(number as f64),
            Value::Unsigned(number) => Some(number as f64),
            _ => None,
        });
        let (score, n) = (cells.next().flatten(), cells.next().flatten());
        Ok((score, n.unwrap_or(0.0) as u64))
    }
}
