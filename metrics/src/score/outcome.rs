//! What a metric answers.

use std::{borrow::Cow, sync::Arc};

/// What a part of a score is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The whole run.
    Run,
    /// A group, by its place among the summary's groups.
    Group(usize),
    /// A service and operation.
    Operation(Arc<str>, Arc<str>),
    /// A service.
    Service(Arc<str>),
    /// A process, partition or device.
    Entity(Arc<str>),
}

/// One subject's part in one factor.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Index of the factor in the metric's description.
    pub factor: usize,
    /// What it is about.
    pub subject: Subject,
    /// Weight among the factor's subjects; frozen while the interval is computed.
    pub weight: f64,
    /// The measured value.
    pub value: f64,
    /// Its score on the factor's curve.
    pub score: f64,
    /// Spans or samples it rests on.
    pub n: u64,
    /// Share of the metric's loss; all parts' shares sum to 1, or to 0 where nothing was lost.
    pub share: f64,
}

/// A factor's part in a scored metric.
#[derive(Debug, Clone, PartialEq)]
pub struct FactorOutcome {
    /// Index in the metric's description.
    pub factor: usize,
    /// The value shown: the only subject's, or the one that, shared by all of them, would give this score.
    pub value: f64,
    /// The score over all subjects.
    pub score: f64,
    /// The exponent after renormalising over the factors with data.
    pub exponent: f64,
}

/// A metric's answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// There was enough data.
    Scored {
        /// 0..1.
        score: f64,
        /// Spans or samples it rests on.
        n: u64,
        /// Factors with data.
        factors: Vec<FactorOutcome>,
        /// All parts.
        parts: Vec<Part>,
        /// Remarks such as "rate assumed".
        flags: Vec<Cow<'static, str>>,
    },
    /// There was not, with the reason.
    NoData(String),
    /// It could not be computed, with the reason.
    Failed(String),
}

impl Outcome {
    /// The score, if there is one.
    pub fn score(&self) -> Option<f64> {
        match self {
            Outcome::Scored { score, .. } => Some(*score),
            Outcome::NoData(_) | Outcome::Failed(_) => None,
        }
    }

    /// All parts; none where nothing was scored.
    pub fn parts(&self) -> &[Part] {
        match self {
            Outcome::Scored { parts, .. } => parts,
            Outcome::NoData(_) | Outcome::Failed(_) => &[],
        }
    }

    /// The same without its parts, where many are kept.
    #[must_use]
    pub(super) fn without_parts(mut self) -> Outcome {
        if let Outcome::Scored { factors, parts, .. } = &mut self {
            *factors = Vec::new();
            *parts = Vec::new();
        }
        self
    }

    /// Adds a remark.
    #[must_use]
    pub fn flagged(mut self, flag: &'static str) -> Outcome {
        if let Outcome::Scored { flags, .. } = &mut self
            && !flags.contains(&Cow::Borrowed(flag))
        {
            flags.push(Cow::Borrowed(flag));
        }
        self
    }
}
