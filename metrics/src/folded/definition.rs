//! What the user says of a metric of their own.

use std::{fmt, sync::Arc};

use xxhash_rust::xxh3::xxh3_64;

use super::{
    measured::{Measured, Measures},
    shape::Shape,
};
use crate::model::Decided;

/// The value of a span; `None` for one that is not meant, or has none.
pub type ValueOf = dyn Fn(&Decided<'_>) -> Option<Measured> + Send + Sync;

/// What is measured of every span.
#[derive(Clone)]
pub struct Measure {
    /// What it gives.
    pub measures: Measures,
    /// How it is defined, in one spelling: two measures of the same text must give the same values. Part of the key that values are kept under.
    pub definition: String,
    /// Whether it reads identities of spans and traces.
    pub identities: bool,
    /// The value. Must depend on nothing but its argument.
    pub of: Arc<ValueOf>,
}

impl fmt::Debug for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Measure")
            .field("definition", &self.definition)
            .field("measures", &self.measures)
            .finish_non_exhaustive()
    }
}

/// A metric of the user's own.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Its code, in capitals.
    pub code: String,
    /// The question it asks.
    pub question: String,
    /// Its weight where nothing else is said.
    pub weight: f64,
    /// The file that defines it, and the line.
    pub place: (String, u32),
    /// How it is defined, for the description; the measure's own definition may hold what is shown to nobody.
    pub reads: String,
    /// Which statistic is scored, with its control points.
    pub shape: Shape,
    /// What is measured.
    pub measure: Measure,
}

impl Definition {
    /// What its values are kept under. Summaries of another definition have another key, so that a changed metric never mixes with what it was before.
    pub(super) fn key(&self) -> String {
        let text = format!("{:?} {}", self.measure.measures, self.measure.definition);
        format!("{}@{:016x}", self.code, xxh3_64(text.as_bytes()))
    }
}
