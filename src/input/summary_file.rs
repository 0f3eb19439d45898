//! `.pss` files: a summary's bytes, compressed.

use std::{io, path::Path};

use pss_metrics::summary::{EncodeError, Summary};

/// The compression: a summary is a few hundred kilobytes, so speed is no concern.
const LEVEL: i32 = 9;
/// No summary within the caps comes near this, so more is a bomb.
const LARGEST: u64 = 4 << 30;

/// Why a summary cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SummaryFileError {
    /// Not one, or not one of ours.
    #[error("`{path}` {error}")]
    Content {
        /// The file.
        path: String,
        /// What is wrong.
        error: EncodeError,
    },
    /// The system says no.
    #[error("cannot write `{path}`: {error}")]
    Write {
        /// The file.
        path: String,
        /// What the system says.
        error: io::Error,
    },
}

/// Whether plain bytes are those of a summary.
pub(super) fn is_summary(plain: &[u8]) -> bool {
    plain.starts_with(b"PSS")
}

/// Reads the plain bytes of a summary.
pub(super) fn parse_summary(path: &str, plain: &[u8]) -> Result<Summary, SummaryFileError> {
    Summary::from_bytes(plain).map_err(|error| SummaryFileError::Content {
        path: path.to_owned(),
        error,
    })
}

/// Reads a `.pss` file's bytes.
///
/// # Errors
/// Anything but an undamaged summary of this version.
pub fn read_summary(path: &str, bytes: &[u8]) -> Result<Summary, SummaryFileError> {
    let damaged = |error: io::Error| SummaryFileError::Content {
        path: path.to_owned(),
        error: EncodeError::Content(error.to_string()),
    };
    let mut plain = Vec::new();
    io::Read::read_to_end(
        &mut io::Read::take(
            zstd::stream::read::Decoder::new(bytes).map_err(damaged)?,
            LARGEST,
        ),
        &mut plain,
    )
    .map_err(damaged)?;
    parse_summary(path, &plain)
}

/// The bytes of a `.pss` file; `name` is what messages call it.
///
/// # Errors
/// A summary that cannot be serialised, or no memory.
pub fn summary_bytes(name: &str, summary: &Summary) -> Result<Vec<u8>, SummaryFileError> {
    let plain = summary
        .to_bytes()
        .map_err(|error| SummaryFileError::Content {
            path: name.to_owned(),
            error,
        })?;
    zstd::encode_all(&plain[..], LEVEL).map_err(|error| SummaryFileError::Write {
        path: name.to_owned(),
        error,
    })
}

/// Writes a `.pss` file: to a temporary file beside it, then renamed.
///
/// # Errors
/// What the system says.
pub fn write_summary(path: &Path, summary: &Summary) -> Result<(), SummaryFileError> {
    let name = path.display().to_string();
    let compressed = summary_bytes(&name, summary)?;
    crate::files::write(path, |file| file.write_all(&compressed))
        .map_err(|error| SummaryFileError::Write { path: name, error })
}
