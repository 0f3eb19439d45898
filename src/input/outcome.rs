//! What was read, input by input and as a whole.

use std::collections::BTreeMap;

use pss_metrics::{score::Given, summary::Summary};

use super::compressed::Compression;

/// One input, as read.
#[derive(Debug, Clone)]
pub struct FileReport {
    /// Its name.
    pub name: String,
    /// Its format.
    pub format: String,
    /// Its compression.
    pub compression: Compression,
    /// Bytes on disk.
    pub bytes: u64,
    /// Records, good and bad.
    pub records: u64,
    /// Bad records.
    pub bad: u64,
    /// Its first and last instant, in nanoseconds since the epoch.
    pub time: Option<(i64, i64)>,
    /// Spans it brought.
    pub spans: u64,
    /// Samples it brought.
    pub samples: u64,
    /// Records that are neither, by what they are in the plural.
    pub skipped: BTreeMap<&'static str, u64>,
}

/// All inputs, as read.
#[derive(Debug)]
pub struct ReadOutcome {
    /// The summary of all.
    pub summary: Summary,
    /// Each input.
    pub files: Vec<FileReport>,
    /// Records, good and bad; those of summaries included.
    pub records: u64,
    /// Whether the user stopped it.
    pub interrupted: bool,
    /// What the user should know.
    pub notices: Vec<String>,
    /// Plugins that failed while the inputs were made, with the reason: their part of the run is missing, so that its score is incomplete.
    pub failed: Vec<String>,
    /// Outcomes of the metrics that watched.
    pub given: Given,
}

pub(super) fn spanning(a: Option<(i64, i64)>, b: Option<(i64, i64)>) -> Option<(i64, i64)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    }
}

/// Logs that count from a program's start know no date: put together with files that do, they seem to be of 1970.
pub(super) fn two_clocks(files: &[FileReport]) -> Option<String> {
    /// The year 1990: nothing that is analysed is older, and no uptime is longer.
    const DATES: i64 = 631_152_000_000_000_000;
    let without: Vec<String> = files
        .iter()
        .filter(|file| file.time.is_some_and(|(_, last)| last < DATES))
        .map(|file| format!("`{}`", file.name))
        .collect();
    let dated = files
        .iter()
        .any(|file| file.time.is_some_and(|(first, _)| first >= DATES));
    (dated && !without.is_empty()).then(|| {
        format!(
            "{}: times count from the start of a clock of its own, those of other inputs are dates; shares of time and the length of the run are not to be trusted: analyse it on its own",
            without.join(", ")
        )
    })
}
