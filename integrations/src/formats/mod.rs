//! Trace formats: one file (or folder) per member.

mod contract;
pub mod native;
pub mod pypss;

pub use contract::{Decoder, Format, FormatEntry, FormatMeta, Layout, formats};
