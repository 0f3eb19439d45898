//! The metric of an [`Aggregate`]: it keeps the spans that pass by, and asks its query when all have.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use pss_metrics::{
    folded::Aggregated,
    model::{Intake, Sample, Span},
    score::{Metric, MetricMeta, Observer, Outcome, Settings, Setup, SummaryView, Watch},
};

use super::{aggregate::Aggregate, tables::Tables};

/// A metric whose score is a query over the spans.
#[derive(Debug)]
pub struct AggregateMetric {
    meta: &'static MetricMeta,
    said: Aggregated,
    query: Aggregate,
}

impl AggregateMetric {
    /// The metric of what is said of it. Its description is never freed: make one for each metric of a configuration.
    pub fn new(said: &Aggregated, query: Aggregate) -> AggregateMetric {
        AggregateMetric {
            meta: said.describe(),
            said: said.clone(),
            query,
        }
    }
}

impl Metric for AggregateMetric {
    fn meta(&self) -> &'static MetricMeta {
        self.meta
    }

    fn score(&self, _: &SummaryView<'_>, _: &Settings) -> Outcome {
        Aggregated::unseen()
    }

    fn observer(&self) -> Option<&dyn Observer> {
        Some(self)
    }
}

impl Observer for AggregateMetric {
    fn wants_identities(&self) -> bool {
        self.query.reads_identities()
    }

    fn watch(&self, setup: Setup) -> Box<dyn Watch + '_> {
        Box::new(Watched {
            metric: self,
            tables: Mutex::new(self.query.tables(setup.rules)),
            any: AtomicBool::new(false),
        })
    }
}

/// The spans of one reading.
struct Watched<'a> {
    metric: &'a AggregateMetric,
    tables: Mutex<Tables>,
    any: AtomicBool,
}

impl Watch for Watched<'_> {
    fn tap(&self) -> Box<dyn Intake + Send + '_> {
        Box::new(Tap(&self.tables, &self.any))
    }

    fn finish(self: Box<Self>, unseen: Option<String>) -> Outcome {
        if unseen.is_some() {
            return Aggregated::unseen();
        }
        // Such as COUNT(*) is a number over nothing as well, and a run of which nothing is known has no score.
        if !self.any.into_inner() {
            return Outcome::NoData("there is no span".to_owned());
        }
        let tables = self.tables.into_inner();
        let tables = tables.unwrap_or_else(PoisonError::into_inner);
        match self.metric.query.of(tables) {
            Ok((found, n)) => self.metric.said.outcome(found, n),
            Err(error) => Outcome::Failed(error.message().to_owned()),
        }
    }
}

/// All threads fill one table, span by span: rows of several would have to be put together, and polars sorts them anyway.
struct Tap<'a>(&'a Mutex<Tables>, &'a AtomicBool);

impl Intake for Tap<'_> {
    fn span(&mut self, span: &Span<'_>) {
        let mut tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tables.span(span);
        self.1.store(true, Ordering::Relaxed);
    }

    // A score is over spans.
    fn sample(&mut self, _: &Sample<'_>) {}

    fn skipped(&mut self, _: &'static str, _: u64) {}
}
