//! FOOBAR of `samples/plugin-crate` as a plugin that is a program of its own, so that no `pss` has to be built for it:
//!
//! ```text
//! cargo build --release -p pss-sample-process --features arrow
//! pss plugins add target/release/pss-sample-process
//! pss analyze traces.jsonl
//! ```
//!
//! It is called FOOBAR_RUST, so that it can stand beside FOOBAR itself, whose score it has.

use std::process::ExitCode;

#[cfg(feature = "arrow")]
fn main() -> ExitCode {
    pss_process::serve::metric(&pss_sample_plugin::Foobar)
        .code("FOOBAR_RUST")
        .columns(&[
            "service",
            "operation",
            "category",
            "start",
            "duration",
            "error",
            "trace_id",
        ])
        .run()
}

#[cfg(not(feature = "arrow"))]
fn main() -> ExitCode {
    use std::io::Write;
    let _ = writeln!(
        std::io::stderr(),
        "built without Arrow; build it with --features arrow"
    );
    ExitCode::from(2)
}
