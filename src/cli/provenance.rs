//! What a report says of its inputs and of the program that made it, whatever the profile.

use pss_metrics::report::{Generator, InputFile};

use crate::{config::Profile, input::FileReport};

/// The inputs, as read.
pub(super) fn files(files: &[FileReport]) -> Vec<InputFile> {
    let file = |file: &FileReport| InputFile {
        name: file.name.clone(),
        format: file.format.clone(),
        compression: file.compression.name().to_owned(),
        bytes: file.bytes,
        records: file.records,
        bad_records: file.bad,
        spans: file.spans,
        samples: file.samples,
        skipped: file
            .skipped
            .iter()
            .map(|(what, count)| ((*what).to_owned(), *count))
            .collect(),
    };
    files.iter().map(file).collect()
}

/// This program.
pub(super) fn generator(profile: Profile) -> Generator {
    Generator {
        name: "pss".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        profile: profile.name().to_owned(),
    }
}
