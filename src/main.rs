//! The `pss` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    pss::main_with(&[])
}
