//! Reads inputs into one summary.

use std::{collections::BTreeSet, sync::atomic::Ordering};

use pss_integrations::cores::{on_all_cores, worthwhile};
use pss_metrics::{
    score::Given,
    summary::{Summariser, Summary},
};

use super::{
    error::InputError,
    observe::{outcomes, watches},
    one::read_one,
    options::{Progress, ReadOptions},
    outcome::{ReadOutcome, two_clocks},
    place::Place,
    seen::Seen,
};

/// Reads all inputs.
///
/// # Errors
/// The first input that cannot be used at all, or no good record anywhere.
pub fn read(
    places: &[Place],
    options: &ReadOptions<'_>,
    progress: &dyn Progress,
) -> Result<ReadOutcome, InputError> {
    match read_whatever(places, options, progress)? {
        (outcome, None) => Ok(outcome),
        (_, Some(nothing_good)) => Err(nothing_good),
    }
}

/// The same with what was seen where none of it was good, and why: a report can still say what was wrong.
///
/// # Errors
/// As for [`read`] but for that.
pub fn read_whatever(
    places: &[Place],
    options: &ReadOptions<'_>,
    progress: &dyn Progress,
) -> Result<(ReadOutcome, Option<InputError>), InputError> {
    let size = |place: &Place| {
        let meta = std::fs::metadata(place.path()?).ok()?;
        meta.is_file().then_some(meta.len())
    };
    progress.total(places.iter().map(size).sum());
    let mut all = Summariser::new(options.extras);
    let mut seen = Seen::default();
    let mut passed_over = None;
    let mut outcome = ReadOutcome {
        summary: Summary::default(),
        files: Vec::new(),
        records: 0,
        interrupted: false,
        notices: Vec::new(),
        failed: Vec::new(),
        given: Given::new(),
    };
    let watches = watches(options);
    let watched = ReadOptions {
        watches: &watches,
        ..options.clone()
    };
    for place in places {
        if options.interrupt.load(Ordering::Relaxed) {
            break;
        }
        let notices = &mut outcome.notices;
        match read_one(place, &watched, progress, &mut all, &mut seen, notices) {
            Ok(file) => {
                outcome.records += file.records;
                outcome.files.push(file);
            }
            // What had given nothing yet when the user asked for an end is no failure.
            Err(InputError::Empty(_)) if options.interrupt.load(Ordering::Relaxed) => break,
            Err(error) if place.may_be_passed_over(&error) => {
                notices.push(format!("passed over: {error}"));
                passed_over = passed_over.or(Some(error));
            }
            Err(error) => return Err(error),
        }
    }
    if let (Some(error), true) = (passed_over, outcome.files.is_empty()) {
        return Err(error);
    }
    outcome.interrupted = options.interrupt.load(Ordering::Relaxed);
    outcome.notices.extend(given_twice(places));
    outcome.notices.extend(two_clocks(&outcome.files));
    outcome.notices.extend(seen.missing_attributes(options));
    let threads = worthwhile(options.threads, all.facts().spans);
    outcome.summary = all.finish_with(&|n, work| on_all_cores(threads, n, work));
    let facts = outcome.summary.facts();
    let nothing = facts.spans + facts.samples == 0 || seen.no_service();
    if nothing && !outcome.interrupted {
        let why = nothing_good(&outcome, &seen, options);
        return Ok((outcome, Some(why)));
    }
    outcome.notices.extend(seen.missing_services(options));
    outcome.given = outcomes(options.observers, watches, &outcome.files);
    Ok((outcome, None))
}

/// A file that is named twice counts twice, which is seldom meant.
fn given_twice(places: &[Place]) -> Option<String> {
    let mut known = BTreeSet::new();
    let twice = places.iter().find(|place| {
        let path = place.path().and_then(|path| path.canonicalize().ok());
        path.is_some_and(|path| path.is_file() && !known.insert(path))
    })?;
    Some(format!(
        "`{}` is given more than once, and counts each time",
        twice.name()
    ))
}

/// Why there is nothing to score: what was not asked for, what is wrong with the first records, or what they are instead.
fn nothing_good(outcome: &ReadOutcome, seen: &Seen, options: &ReadOptions<'_>) -> InputError {
    let facts = outcome.summary.facts();
    let inputs: Vec<String> = outcome
        .files
        .iter()
        .map(|file| format!("`{}`", file.name))
        .collect();
    let why = facts
        .bad_examples
        .iter()
        .take(3)
        .map(|bad| format!("{}:{} {}", bad.file, bad.line, bad.reason))
        .collect::<Vec<_>>();
    let skipped: Vec<String> = outcome
        .files
        .iter()
        .flat_map(|file| &file.skipped)
        .map(|(what, count)| format!("{count} {what}"))
        .collect();
    let why = if let Some(unasked) = seen.nothing_asked_for(options) {
        unasked
    } else if why.is_empty() && skipped.is_empty() {
        "there is no record at all".to_owned()
    } else if why.is_empty() {
        format!(
            "there are only {}, which pss does not score; it needs spans or samples",
            skipped.join(", ")
        )
    } else {
        why.join("; ")
    };
    InputError::NoGoodRecord {
        inputs: inputs.join(", "),
        why,
    }
}
