//! What must hold for any bytes. The fuzzer calls these, and so does a test of the workspace with the corpus.

mod config;
mod formats;
mod native;
mod pypss;
mod reader;
mod summary;

pub(crate) use config::config;
pub(crate) use formats::formats;
pub(crate) use native::native;
pub(crate) use pypss::pypss;
pub(crate) use reader::reader;
pub(crate) use summary::summary;
