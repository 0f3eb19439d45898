//! What to score and how: resolved by the shell from configuration and flags, read by the core.

use super::{
    answer::wrong,
    metric::{BuildError, Built, Metric},
    outcome::Outcome,
    settings::Settings,
    view::SummaryView,
};
use crate::{
    model::ExtraSpec,
    plugin::{WrongSetting, caught},
};

/// What a metric without data does to the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NoDataPolicy {
    /// It is left out.
    #[default]
    Exclude,
    /// It counts as a perfect score, as in PyPSS; marked in the report.
    One,
    /// It makes the score incomplete.
    Fail,
}

/// One metric of the plan, made ready.
pub struct Planned {
    /// The metric, as it is registered.
    pub metric: &'static dyn Metric,
    /// Its weight.
    pub weight: f64,
    /// Its settings.
    pub settings: Settings,
    /// Gate on this metric alone.
    pub min_score: Option<f64>,
    built: Result<Built, BuildError>,
}

impl Planned {
    /// A metric with the weight and the control points of its description. Builds it.
    pub fn new(metric: &'static dyn Metric) -> Planned {
        Planned::with(metric, metric.meta().weight, Settings::default(), None)
    }

    /// A metric with settings. Builds it: what keeps it from being built is its answer whenever it is asked for a score.
    pub fn with(
        metric: &'static dyn Metric,
        weight: f64,
        settings: Settings,
        min_score: Option<f64>,
    ) -> Planned {
        let built = caught(|| metric.build(&settings))
            .unwrap_or_else(|panicked| Err(BuildError::Failed(panicked)));
        Planned {
            metric,
            weight,
            settings,
            min_score,
            built,
        }
    }

    /// The setting that the metric does not take, if there is one.
    pub fn wrong_setting(&self) -> Option<&WrongSetting> {
        match &self.built {
            Err(BuildError::Setting(wrong)) => Some(wrong),
            _ => None,
        }
    }

    /// Whether it was built, or else why not.
    ///
    /// # Errors
    /// A setting that it does not take, or what it lacks.
    pub fn built(&self) -> Result<(), &BuildError> {
        self.built.as_ref().map(drop)
    }

    /// Observations that it wants kept of each span. A metric that fails to say wants none, and fails when it scores.
    pub fn extras(&self) -> Vec<ExtraSpec> {
        let asked = match &self.built {
            Ok(Some(own)) => caught(|| own.extras()),
            Ok(None) => caught(|| self.metric.extras()),
            Err(_) => return Vec::new(),
        };
        asked.unwrap_or_default()
    }

    /// What the metric answers. An answer that cannot be, an error and a panic are [`Outcome::Failed`].
    pub fn score(&self, view: &SummaryView<'_>) -> Outcome {
        match self.ask(view) {
            Ok(outcome) => self.checked(outcome, view),
            Err(why) => Outcome::Failed(why),
        }
    }

    /// An answer, or a failure where it cannot be.
    pub(super) fn checked(&self, outcome: Outcome, view: &SummaryView<'_>) -> Outcome {
        match self.wrong_answer(&outcome, view) {
            Some(why) => Outcome::Failed(why),
            None => outcome,
        }
    }

    /// The metric's own answer, whatever it holds.
    pub(crate) fn ask(&self, view: &SummaryView<'_>) -> Result<Outcome, String> {
        let metric: &dyn Metric = match &self.built {
            Ok(Some(own)) => &**own,
            Ok(None) => self.metric,
            Err(why) => return Err(format!("could not be built: {why}")),
        };
        caught(|| metric.score(view, &self.settings))
    }

    /// What cannot be in an answer.
    pub(crate) fn wrong_answer(&self, outcome: &Outcome, view: &SummaryView<'_>) -> Option<String> {
        wrong(self.metric.meta(), outcome, || view.groups().count())
    }
}

/// What to score and how.
#[derive(Default)]
pub struct Plan {
    /// The selected metrics, in report order.
    pub metrics: Vec<Planned>,
    /// What a metric without data does.
    pub no_data: NoDataPolicy,
    /// Codes of metrics that must have data.
    pub require: Vec<String>,
    /// Least score that passes, 0..100.
    pub fail_under: Option<f64>,
    /// Whether a score that is incomplete may meet it.
    pub allow_incomplete: bool,
}
