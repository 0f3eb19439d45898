//! A query: checked against empty tables first, then run over full ones.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use polars::prelude::*;
use polars_lazy::prelude::*;
use polars_sql::SQLContext;
use pss_metrics::model::OwnRules;
use sqlparser::tokenizer::Location;

use super::{
    answer::Answer,
    blame::blame,
    guard::{Word, check},
    spans::IDENTITIES,
    tables::Tables,
};

/// A query that reads the tables and nothing else.
#[derive(Debug)]
pub struct Query {
    sql: String,
    words: Vec<Word>,
}

/// Why a query cannot be used, with its place in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    message: String,
    at: Option<(u64, u64)>,
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// What is no SELECT over the tables, and what polars cannot plan: unknown columns, functions, types that do not fit.
    pub fn new(sql: &str) -> Result<Query, QueryError> {
        let query = Query {
            sql: sql.to_owned(),
            words: check(sql)?,
        };
        // With all columns, so that a message can name each.
        let empty = Tables::new(true, Arc::default());
        query.caught(|| query.plan(empty)?.collect_schema().map(drop))?;
        Ok(query)
    }

    /// Empty tables with the columns that it may read; categories follow the user's own rules first.
    pub fn tables(&self, rules: Arc<OwnRules>) -> Tables {
        Tables::new(self.may_read_identities(), rules)
    }

    /// Whether the text names an identity, or has words that stand for columns it does not name. A column that is left out wrongly is an error and no null.
    pub(super) fn may_read_identities(&self) -> bool {
        let text: String = self.sql.to_lowercase().split_whitespace().collect();
        let text = text.replace("count(*)", "");
        ["*", "columns", "natural"]
            .iter()
            .chain(&IDENTITIES)
            .any(|word| text.contains(word))
    }

    /// Runs it.
    ///
    /// # Errors
    /// What only the values tell, such as a text that is no number.
    pub fn run(&self, tables: Tables) -> Result<Answer, QueryError> {
        self.caught(|| Answer::new(self.plan(tables)?.collect()?))
    }

    /// The rows of it, as one piece.
    pub(super) fn collect(&self, tables: Tables) -> Result<DataFrame, QueryError> {
        self.caught(|| {
            let mut frame = self.plan(tables)?.collect()?;
            frame.rechunk_mut();
            Ok(frame)
        })
    }

    /// Runs it over one table of these rows.
    pub(super) fn run_over(&self, name: &str, rows: DataFrame) -> Result<Answer, QueryError> {
        self.caught(|| Answer::new(self.plan_over([(name, rows.lazy())])?.collect()?))
    }

    /// Which of these names the text has among its words.
    pub(super) fn names<'a>(&self, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
        let has = |name: &&str| self.words.iter().any(|(word, _)| word == name);
        names.filter(has).collect()
    }

    fn plan(&self, tables: Tables) -> PolarsResult<LazyFrame> {
        self.plan_over(tables.frames()?)
    }

    fn plan_over<'a>(
        &self,
        frames: impl IntoIterator<Item = (&'a str, LazyFrame)>,
    ) -> PolarsResult<LazyFrame> {
        let mut context = SQLContext::new();
        for (name, frame) in frames {
            context.register(name, frame);
        }
        context.execute(&self.sql)
    }

    fn caught<T>(&self, work: impl FnOnce() -> PolarsResult<T>) -> Result<T, QueryError> {
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(done) => done.map_err(|error| blame(&error, &self.words)),
            Err(_) => Err(QueryError::new(
                "made polars stop with a bug; please report it with the query".to_owned(),
            )),
        }
    }
}

impl QueryError {
    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Line and column in the text, from 1, where they are known.
    pub fn place(&self) -> Option<(u64, u64)> {
        self.at
    }

    /// The same in a text that lacks the first line.
    pub(super) fn one_line_up(mut self) -> QueryError {
        self.at = self
            .at
            .map(|(line, column)| (line.saturating_sub(1), column));
        self
    }

    pub(super) fn new(message: String) -> QueryError {
        QueryError { message, at: None }
    }

    /// With a place; none is known where the line is 0.
    pub(super) fn at(at: Location, message: String) -> QueryError {
        QueryError {
            message,
            at: (at.line > 0).then_some((at.line, at.column)),
        }
    }
}

impl std::error::Error for QueryError {}

impl std::fmt::Display for QueryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.at {
            Some((line, column)) => write!(f, "query:{line}:{column} {}", self.message),
            None => write!(f, "query: {}", self.message),
        }
    }
}
