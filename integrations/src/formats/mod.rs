//! Trace formats: one file (or folder) per member.

pub mod chrome;
mod contract;
pub mod csv;
pub mod datadog;
pub mod gc_log;
pub mod gctrace;
pub mod gpu_csv;
pub mod gpu_dmon;
mod head;
mod instant;
pub mod jaeger;
pub mod json;
mod lines;
mod message;
pub mod native;
pub mod otlp;
pub mod otlp_protobuf;
mod plainly;
pub mod prometheus;
pub mod pypss;
mod rows;
mod settings;
pub mod signals;
pub mod table;
pub mod xray;
pub mod zipkin;

pub use contract::{
    Capabilities, DecodeError, Decoder, FileDecoder, Format, FormatEntry, FormatMeta, Layout,
    Likeness, Reading, RecordWriter, Sink, StreamDecoder, formats,
};
pub use head::Head;
pub use instant::{instant, instant_text};
pub use message::MessageDecoder;
pub use plainly::read_plainly;
pub use settings::{Column, InputSettings};
