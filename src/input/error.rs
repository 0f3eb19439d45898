//! Why an input cannot be used: exit code 3, with the name of the input and the next step.

use pss_integrations::formats::DecodeError;

use super::{place::Place, summary_file::SummaryFileError};

/// Why an input cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// Not there.
    #[error("no such file: `{0}`; check the path, or use `-` to read from standard input")]
    Missing(String),
    /// There, but not to be read.
    #[error("cannot read `{path}`: {error}")]
    Unreadable {
        /// The input.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// A folder without traces.
    #[error(
        "no trace files in folder `{path}`: pss looks for names that end in {endings}, with .gz or .zst after it or not; name a file to read it whatever it is called"
    )]
    EmptyFolder {
        /// The folder.
        path: String,
        /// What trace files end in.
        endings: String,
    },
    /// Nothing in it.
    #[error("`{0}` is empty: no records; was the program stopped before it wrote its traces?")]
    Empty(String),
    /// No format knows it.
    #[error(
        "`{path}` is in no known format: it starts with {start}; pss reads {known} and .pss summaries, plain or compressed with gzip or zstd; {help}"
    )]
    Unknown {
        /// The input.
        path: String,
        /// Its first characters.
        start: String,
        /// Names of the formats.
        known: String,
        /// What to do next.
        help: String,
    },
    /// Several formats are sure of it.
    #[error("`{path}` may be {names}: say which, as in `--format {first}`")]
    Ambiguous {
        /// The input.
        path: String,
        /// Names of the candidates.
        names: String,
        /// One of them.
        first: &'static str,
    },
    /// A format says why it cannot be used.
    #[error("`{path}` {why}")]
    Content {
        /// The input.
        path: String,
        /// Why, as a fragment.
        why: String,
    },
    /// The configuration does not fit it.
    #[error("`{path}` {why}")]
    Settings {
        /// The input.
        path: String,
        /// Why, as a fragment.
        why: String,
    },
    /// Nobody is there to give it, or does.
    #[error("cannot read `{path}`: {why}")]
    Away {
        /// The input.
        path: String,
        /// Why, as a fragment.
        why: String,
    },
    /// Records, but none that can be used.
    #[error("no good record in {inputs}: {why}")]
    NoGoodRecord {
        /// The inputs.
        inputs: String,
        /// The first reasons.
        why: String,
    },
    /// More bad records than are allowed, in a conversion, of which half is of no use.
    #[error(
        "{bad} of {records} records cannot be used, more than the {percent} % allowed, so that nothing was written {place}; mend the input, or raise bad_records in [pss] of pss.toml"
    )]
    TooManyBad {
        /// Bad records.
        bad: u64,
        /// All records.
        records: u64,
        /// Share that is allowed, in percent.
        percent: f64,
        /// Where they should have been written, as a fragment.
        place: String,
    },
    /// A summary that cannot be read.
    #[error(transparent)]
    Summary(#[from] SummaryFileError),
    /// A format stopped with a bug.
    #[error(
        "format {format} stopped with a bug on `{path}`: it {why}; please report it with the input"
    )]
    Bug {
        /// The input.
        path: String,
        /// The format.
        format: String,
        /// What happened, as a fragment.
        why: String,
    },
}

impl InputError {
    /// Why a format refused an input.
    pub(super) fn of(place: &Place, error: DecodeError) -> InputError {
        let path = place.name();
        match error {
            DecodeError::Io(error) => InputError::Unreadable { path, error },
            DecodeError::Content(why) => InputError::Content { path, why },
            DecodeError::Settings(why) => InputError::Settings { path, why },
        }
    }
}
