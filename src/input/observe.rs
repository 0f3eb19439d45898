//! Observers of raw records: each is tapped on every thread that decodes, and brings its outcome when all is read.

use std::sync::Arc;

use pss_metrics::score::{Given, Observer, Settings, Setup, Watch};

use super::{options::ReadOptions, outcome::FileReport};

/// A metric of the plan that watches raw records.
#[derive(Clone)]
pub struct Observing<'a> {
    /// Code of the metric.
    pub code: &'static str,
    /// What watches.
    pub observer: &'a dyn Observer,
    /// The metric's settings.
    pub settings: Settings,
}

/// Begins a reading for each.
pub(super) fn watches<'a>(options: &ReadOptions<'a>) -> Vec<Box<dyn Watch + 'a>> {
    let setup = |settings: &Settings| Setup {
        settings: settings.clone(),
        rules: Arc::clone(&options.rules),
        naming: options.naming.clone(),
    };
    options
        .observers
        .iter()
        .map(|observing| observing.observer.watch(setup(&observing.settings)))
        .collect()
}

/// What they found. Records behind a summary passed nobody by.
pub(super) fn outcomes(
    observers: &[Observing<'_>],
    watches: Vec<Box<dyn Watch + '_>>,
    files: &[FileReport],
) -> Given {
    let summary = files.iter().find(|file| file.format == "summary");
    let unseen = summary.map(|file| {
        format!(
            "needs raw records, which the summary `{}` no longer holds",
            file.name
        )
    });
    observers
        .iter()
        .zip(watches)
        .map(|(observing, watch)| (observing.code, watch.finish(unseen.clone())))
        .collect()
}
