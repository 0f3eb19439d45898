//! Trace formats: one file (or folder) per member.

pub mod chrome;
mod contract;
pub mod datadog;
mod head;
pub mod jaeger;
pub mod json;
pub mod native;
pub mod otlp;
pub mod pypss;
mod settings;
pub mod signals;
pub mod xray;
pub mod zipkin;

pub use contract::{
    Capabilities, DecodeError, Decoder, FileDecoder, Format, FormatEntry, FormatMeta, Layout,
    Likeness, Reading, RecordWriter, Sink, StreamDecoder, formats,
};
pub use head::Head;
pub use settings::{Column, InputSettings};
