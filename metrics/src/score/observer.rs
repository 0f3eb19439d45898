//! Metrics that no summary can serve: they watch the raw records as these are read, and bring their outcome themselves.
//!
//! Records go to an observer in the same pass that folds them into the summary: one [`tap`](Watch::tap) for each thread that decodes. The outcome joins the others
//! through [`score_given`](super::score_given); weight, threshold and report are those of any metric.

use std::sync::Arc;

use super::{outcome::Outcome, settings::Settings};
use crate::model::{Intake, Naming, OwnRules};

/// What a reading is done by: the same that the summary is made by.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// The metric's settings.
    pub settings: Settings,
    /// The user's own rules for categories.
    pub rules: Arc<OwnRules>,
    /// How operations are named; by the span's name where nothing is said.
    pub naming: Option<Arc<Naming>>,
}

/// Watches raw records.
pub trait Observer: Sync {
    /// Whether it can: asked before anything is read, because what is wrong here is for the user to mend.
    ///
    /// # Errors
    /// What is wrong, where, and how to mend it.
    fn ready(&self) -> Result<(), String> {
        Ok(())
    }

    /// Whether it reads identities of traces and spans, which formats may else leave unread.
    fn wants_identities(&self) -> bool;

    /// A reading begins. Costs nothing before the first tap.
    fn watch(&self, setup: Setup) -> Box<dyn Watch + '_>;
}

/// One reading, watched.
pub trait Watch: Sync {
    /// Takes the records of one thread, in any order; done when it is dropped.
    fn tap(&self) -> Box<dyn Intake + Send + '_>;

    /// All taps are dropped: the outcome. `unseen` says why some records did not pass by, such as those behind a summary; there is no data then.
    fn finish(self: Box<Self>, unseen: Option<String>) -> Outcome;
}
