//! The `pss` command.

use std::process::ExitCode;

// Summaries are many small, growing lists; the system's allocator takes a tenth of the time to read a trace.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    pss::main_with(&[])
}
