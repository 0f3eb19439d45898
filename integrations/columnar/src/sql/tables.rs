//! Records as tables, in memory.

use std::sync::Arc;

use polars::prelude::*;
use polars_lazy::prelude::*;
use pss_integrations::sql_tables::{SAMPLES, SPANS, SqlTable};
use pss_metrics::model::{Intake, OwnRules, Sample, Span};

use super::{samples::Samples, spans::Spans};

/// What a query is asked of: every record that was pushed, as columns.
pub struct Tables {
    spans: Spans,
    samples: Samples,
    rules: Arc<OwnRules>,
    counts: (u64, u64),
}

impl Tables {
    /// Empty tables, with or without the identities of spans; categories follow the user's own rules first.
    pub(super) fn new(identities: bool, rules: Arc<OwnRules>) -> Tables {
        Tables {
            spans: Spans::new(identities),
            samples: Samples::new(),
            rules,
            counts: (0, 0),
        }
    }

    /// How many spans and samples there are.
    pub fn counts(&self) -> (u64, u64) {
        self.counts
    }

    /// The tables by name, their columns as described.
    pub(super) fn frames(self) -> PolarsResult<[(&'static str, LazyFrame); 2]> {
        Ok([
            (SPANS.name, described(self.spans.frame()?, &SPANS, "start")),
            (
                SAMPLES.name,
                described(self.samples.frame()?, &SAMPLES, "time"),
            ),
        ])
    }
}

impl std::fmt::Debug for Tables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tables")
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}

impl Intake for Tables {
    fn span(&mut self, span: &Span<'_>) {
        self.counts.0 += 1;
        self.spans.push(span, &self.rules);
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        self.counts.1 += 1;
        self.samples.push(sample);
    }

    fn skipped(&mut self, _: &'static str, _: u64) {}
}

/// The described columns in their order. The seconds beside an instant are made only where a query asks for them.
fn described(frame: DataFrame, table: &SqlTable, instant: &str) -> LazyFrame {
    let seconds = col(instant).cast(DataType::Int64).cast(DataType::Float64) / lit(1e9);
    let columns: Vec<Expr> = table
        .columns
        .iter()
        .map(|column| column.name)
        .filter(|name| *name == "timestamp" || frame.schema().contains(name))
        .map(col)
        .collect();
    frame
        .lazy()
        .with_column(seconds.alias("timestamp"))
        .select(columns)
}

/// Seconds from nanoseconds.
pub(super) fn seconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e9
}

/// A column of instants from nanoseconds since 1970.
pub(super) fn instants(column: PrimitiveChunkedBuilder<Int64Type>) -> Column {
    column
        .finish()
        .into_datetime(TimeUnit::Nanoseconds, None)
        .into_column()
}
