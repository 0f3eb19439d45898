//! Trace formats: one file (or folder) per member.

mod contract;
pub mod native;

pub use contract::{Decoder, Format, FormatEntry, FormatMeta, Layout, formats};
