//! The sampler and the source against librdkafka's mock cluster in a process of its own.

mod away;
mod cluster;
mod lag;
mod missing;
mod rounds;
mod topic;
mod watched;
