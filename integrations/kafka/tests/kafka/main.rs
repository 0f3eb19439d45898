//! The sampler and the source against librdkafka's mock cluster in a process of its own.

mod away;
mod cluster;
mod lag;
mod missing;
mod rounds;
mod topic;
mod watched;

/// The example `cluster`.
fn program() -> std::path::PathBuf {
    // target/debug/deps/kafka-0123 -> target/debug/examples/cluster
    let test = std::env::current_exe().expect("a path");
    let folder = test.ancestors().nth(2).expect("a folder");
    folder.join("examples/cluster")
}
