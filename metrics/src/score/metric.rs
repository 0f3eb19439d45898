//! The contract of a metric: a static description and one pure function.

use super::{
    example::Example,
    observer::Observer,
    outcome::Outcome,
    settings::{Curve, Settings},
    view::SummaryView,
};
use crate::{
    model::ExtraSpec,
    plugin::{PluginMeta, WrongSetting},
};

/// How a factor's scores over many subjects become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Weighted geometric mean: every subject counts by its weight.
    Mean,
    /// Geometric mean with the worst subject: one bad one of many must show.
    Worst,
}

/// One factor of a metric.
#[derive(Debug, Clone, Copy)]
pub struct FactorMeta {
    /// Name in settings and reports.
    pub name: &'static str,
    /// What is measured, with its formula in words.
    pub what: &'static str,
    /// Unit of the value; empty for plain ratios.
    pub unit: &'static str,
    /// Control points and exponent.
    pub curve: Curve,
    /// Where the control points come from.
    pub origin: &'static str,
}

/// What a metric says of itself; feeds `pss explain`, `pss plugins` and the reference.
#[derive(Debug, Clone, Copy)]
pub struct MetricMeta {
    /// Name, version, origin.
    pub plugin: PluginMeta,
    /// Code in reports and settings, in capitals.
    pub code: &'static str,
    /// The question it asks.
    pub question: &'static str,
    /// Default weight.
    pub weight: f64,
    /// What it reads.
    pub reads: &'static str,
    /// Its factors.
    pub factors: &'static [FactorMeta],
    /// How factors and subjects are put together.
    pub combination: &'static str,
    /// Telemetry that brings it data.
    pub needs: &'static str,
    /// Least data below which it is n/a.
    pub minimum: &'static str,
    /// What it cannot see.
    pub limits: &'static str,
    /// What to do when it is bad.
    pub advice: &'static str,
    /// Literature and practice behind it.
    pub sources: &'static [&'static str],
    /// Worked examples, run as tests.
    pub examples: &'static [Example],
}

impl MetricMeta {
    /// A factor by name.
    pub fn factor(&self, name: &str) -> Option<(usize, &FactorMeta)> {
        self.factors
            .iter()
            .enumerate()
            .find(|(_, factor)| factor.name == name)
    }

    /// A factor's points: as set, else as described.
    pub fn curve(&self, at: usize, settings: &Settings) -> Curve {
        settings
            .curve(self.factors[at].name)
            .unwrap_or(self.factors[at].curve)
    }
}

/// Why a metric cannot be made ready.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// A setting that it does not take: the user's mistake, told before anything is read.
    #[error(transparent)]
    Setting(#[from] WrongSetting),
    /// What it needs is not there: a fragment. The metric fails, and all others score.
    #[error("{0}")]
    Failed(String),
}

/// What scores: the registered metric itself, or one that it made for these settings.
pub type Built = Option<Box<dyn Metric + Send>>;

/// A metric.
pub trait Metric: Sync {
    /// Its description. Must cost nothing: it is asked for whenever plugins are listed.
    fn meta(&self) -> &'static MetricMeta;

    /// Makes it ready to score under these settings. Called once by each plan that it is part of, and never to list or describe it. Most metrics have nothing to
    /// do but to look at the settings; one that answers with another metric is scored by that.
    ///
    /// # Errors
    /// Settings that it does not take, with the path to the wrong one; what else keeps it from scoring.
    fn build(&self, settings: &Settings) -> Result<Built, BuildError> {
        settings.check(self.meta())?;
        Ok(None)
    }

    /// Scores what the view shows. Pure: the same view and settings give the same outcome.
    fn score(&self, view: &SummaryView<'_>, settings: &Settings) -> Outcome;

    /// The code of a metric that explains a fall of this one from `base` to `head`: one that asks a broader question of the same observations, and whose answer moves
    /// this one's as well. Where both fell, a comparison names that one first. None for most.
    fn explained_by(
        &self,
        _base: &SummaryView<'_>,
        _head: &SummaryView<'_>,
    ) -> Option<&'static str> {
        None
    }

    /// Observations it wants kept of each span, beyond what every summary has.
    fn extras(&self) -> Vec<ExtraSpec> {
        Vec::new()
    }

    /// What watches the raw records and answers in place of [`score`](Metric::score), for a metric that no summary can serve. Its `score` says no data then: a
    /// summary on its own, such as a kept one or a base of a comparison, holds nothing for it.
    fn observer(&self) -> Option<&dyn Observer> {
        None
    }
}

/// A registered metric: `inventory::submit! { MetricEntry { metric: &Db } }`.
#[derive(Clone, Copy)]
pub struct MetricEntry {
    /// The metric.
    pub metric: &'static dyn Metric,
}

inventory::collect!(MetricEntry);
