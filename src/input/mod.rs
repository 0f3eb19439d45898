//! From files to a summary: open, decompress, sniff, cut at record bounds, decode on all cores, fold. Messages come from a source instead, one by one.

mod apart;
mod brought;
mod choose;
mod compressed;
mod decode;
mod error;
mod gather;
mod messages;
mod observe;
mod one;
mod options;
mod outcome;
mod pass;
#[cfg(unix)]
mod patient;
mod place;
mod pypss;
mod reader;
mod remote;
mod seen;
mod select;
mod source;
mod split;
mod summary_file;
mod worker;

pub use choose::format_of_name;
pub use compressed::Compression;
pub use error::InputError;
pub use observe::Observing;
pub use options::{Progress, ReadOptions, Silent};
pub use outcome::{FileReport, ReadOutcome};
pub use pass::{Passed, pass};
pub use place::{Place, places};
pub use pypss::{PypssInputError, PypssOutcome, read_pypss};
pub use reader::{read, read_whatever};
pub use remote::{Remote, scheme};
pub use select::{LeftOut, Selection, instant_of};
pub use split::BLOCK;
pub use summary_file::{SummaryFileError, read_summary, summary_bytes, write_summary};
