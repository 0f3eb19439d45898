//! From files to a summary: open, decompress, sniff, cut at record bounds, decode on all cores, fold.

mod choose;
mod compressed;
mod error;
mod gather;
mod observe;
mod pass;
mod place;
mod pypss;
mod reader;
mod select;
mod source;
mod split;
mod summary_file;
mod worker;

pub use choose::format_of_name;
pub use compressed::Compression;
pub use error::InputError;
pub use observe::Observing;
pub use pass::{Passed, pass};
pub use place::{Place, places};
pub use pypss::{PypssInputError, PypssOutcome, read_pypss};
pub use reader::{FileReport, Progress, ReadOptions, ReadOutcome, Silent, read};
pub use select::{LeftOut, Selection, instant_of};
pub use split::BLOCK;
pub use summary_file::{SummaryFileError, read_summary, summary_bytes, write_summary};
