//! The sampler against librdkafka's mock cluster in a process of its own.

mod away;
mod cluster;
mod lag;
mod missing;
mod watched;
