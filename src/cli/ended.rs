//! How a command that made a report ends.

use pss_metrics::report::{InputFile, InputReport, Report};

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
    let records = judged(input);
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
    // Which verdicts fail is one question, and whether what was asked of a score is there another.
    let metrics = report.metrics.iter().map(|metric| metric.gate);
    let unmet = [report.pss.gate].into_iter().chain(metrics).flatten();
    let verdict = report.verdict.outcome.name();
    if unmet.into_iter().any(|gate| !gate.met)
        || resolved.fail_on.iter().any(|asked| asked == verdict)
    {
        exit = exit.or(Exit::Verdict);
    }
    exit
}

/// What the share of bad records is taken of: records, and of documents, each of which has many spans, what they hold.
fn judged(input: &InputReport) -> u64 {
    const ROWS: [&str; 5] = ["native", "csv", "parquet", "arrow", "summary"];
    let of_file = |file: &InputFile| match ROWS.contains(&&*file.format) {
        true => file.records,
        false => file
            .records
            .max(file.spans + file.samples + file.bad_records),
    };
    let records = input.files.iter().map(of_file).sum::<u64>();
    records.max(input.bad_records)
}
