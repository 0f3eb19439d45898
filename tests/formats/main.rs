//! Formats end to end: real files, what each brings, and what happens when they are cut short.

mod choice;
mod chrome;
mod duplicates;
mod otlp;
mod pinned;
mod protobuf;
mod reading;
mod same;
mod signals;
mod tables;
mod tracers;
mod truncation;
