//! The `pss` command.

use std::process::ExitCode;

// Summaries are many small, growing lists, for which the system's allocator is slow.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    pss::main_with(&[])
}
