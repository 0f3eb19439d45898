//! How a command that made a report ends.

use pss_metrics::report::Report;

use super::warning::warn;
use crate::{config::Resolved, error::Error, exit::Exit};

/// The same where a report may not have been written: that is told, and counts for what it is among all else.
///
/// # Errors
/// What could not be written, where nothing that comes first is wrong.
pub(super) fn written(
    written: Result<(), Error>,
    resolved: &Resolved,
    report: &Report,
) -> Result<Exit, Error> {
    let ended = exit(resolved, report);
    match written {
        Ok(()) => Ok(ended),
        Err(error) if ended.or(error.exit()) == error.exit() => Err(error),
        Err(error) => {
            warn(&error.to_string());
            Ok(ended)
        }
    }
}

/// The first that applies: interrupted, too many bad records, the verdict.
pub(super) fn exit(resolved: &Resolved, report: &Report) -> Exit {
    let mut exit = Exit::Done;
    if report.input.partial {
        exit = exit.or(Exit::Interrupted);
    }
    let input = &report.input;
    // A document with many spans is one record; what it holds is what the share is taken of.
    let records = input
        .records
        .max(input.spans + input.samples + input.bad_records);
    if resolved.bad_limit.exceeded(input.bad_records, records) {
        warn(&format!(
            "{} of {} records cannot be used, more than the {} % allowed; mend the input, or raise bad_records in [pss] of pss.toml",
            input.bad_records,
            records,
            100.0 * resolved.bad_limit.share
        ));
        exit = exit.or(Exit::Input);
    }
    if report.input.spans + report.input.samples == 0 && !report.input.partial {
        warn(
            "there is no good record; PyPSS has a number for that, which says nothing of a program",
        );
        exit = exit.or(Exit::Input);
    }
    if resolved
        .fail_on
        .iter()
        .any(|verdict| verdict == report.verdict.outcome.name())
    {
        exit = exit.or(Exit::Verdict);
    }
    exit
}
