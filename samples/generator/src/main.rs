//! Writes traces to standard output: a large one to measure speed with, a small one that tells a story.
//!
//! The same arguments give the same bytes on every machine: random numbers come from [`random`], logarithms and exponentials from `libm`, because those of the
//! platform differ in their last bit.
#![forbid(unsafe_code)]

mod checkout;
mod load;
mod number;
mod race;
mod random;

use std::io::{self, BufWriter, ErrorKind, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Writes sample traces to standard output.
#[derive(Parser)]
#[command(name = "pss-generator", version)]
struct Arguments {
    #[command(subcommand)]
    trace: Trace,
}

#[derive(Subcommand)]
enum Trace {
    /// Many records as PyPSS writes them, to measure speed with
    Race(race::Settings),
    /// Five minutes of a shop's checkout, in which something goes wrong
    Checkout(checkout::Settings),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let written = match &arguments.trace {
        Trace::Race(settings) => race::write(settings, &mut out),
        Trace::Checkout(settings) => checkout::write(settings, &mut out),
    };
    match written.and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        // `pss-generator .. | head` is no failure.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to tell if standard error is closed as well.
            let _ = writeln!(io::stderr(), "failed to write the trace: {error}");
            ExitCode::FAILURE
        }
    }
}
