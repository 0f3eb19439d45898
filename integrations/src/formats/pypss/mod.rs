//! Records as PyPSS reads them, for the profiles that give its numbers: what Python's `json` accepts, with Python's truth and null.
//!
//! This is no [`super::Format`]: a format fills batches for a summary, and these profiles need every row. A reader that cuts a file into records calls
//! [`decode`] for each, in any blocks it likes, and appends the blocks in file order; [`read`] takes a whole text at once.

mod document;
mod json;
mod record;
mod text;

pub use document::{Document, read};
pub use record::{RecordError, decode};
