//! Reads the messages of a source into one summary.

use pss_metrics::{plugin::caught, summary::Summariser};

use super::{
    brought::Brought,
    compressed::Compression,
    error::InputError,
    gather::Gather,
    options::{Progress, ReadOptions},
    outcome::FileReport,
    remote::Remote,
    seen::Seen,
};

/// Reads the messages of a source.
pub(super) fn read_messages(
    remote: &Remote,
    options: &ReadOptions<'_>,
    progress: &dyn Progress,
    all: &mut Summariser,
    seen: &mut Seen,
    notices: &mut Vec<String>,
) -> Result<FileReport, InputError> {
    let name = &remote.name;
    let mut gather = Gather::new(options);
    let taken = caught(|| remote.read(options, progress, &mut gather)).map_err(|why| {
        InputError::Bug {
            path: name.clone(),
            format: "of its messages".to_owned(),
            why,
        }
    })??;
    all.source(name);
    for field in &taken.unknown_fields {
        gather.summariser.unknown_field(field);
    }
    let mut report = FileReport::new(name, &taken.formats.join(", "), Compression::None);
    report.bytes = taken.bytes;
    let mut brought = Brought {
        report: &mut report,
        all,
        seen,
        notices,
        threads: options.threads,
    };
    brought.add(vec![gather], |bad| {
        let part = u32::try_from(bad.block).ok()?;
        Some((format!("{name}/{part}"), bad.offset))
    });
    if let Some(why) = taken.lost {
        brought.broke(taken.messages, &format!("reading stopped: {why}"));
    }
    Ok(report)
}
