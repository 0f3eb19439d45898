//! Writes generated traces to standard output. The same seed gives the same bytes on every machine: the random numbers are our own integer arithmetic, and
//! logarithms and sines come from the `libm` crate instead of the platform.

mod checkout;
mod race;
mod random;

use std::io::{self, BufWriter, Write};

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(version, about = "writes generated traces to standard output")]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Records as PyPSS writes them, about 380 bytes each: 200 operations, 5 % system records
    Race {
        /// How many records
        #[arg(long, default_value_t = 1_000_000)]
        records: u64,
        /// Seed
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// A JSON array instead of JSON lines
        #[arg(long)]
        array: bool,
    },
    /// Five minutes of a checkout service, with one bad episode and one leaking process
    Checkout {
        /// Seed
        #[arg(long, default_value_t = 7)]
        seed: u64,
    },
}

fn main() -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    match Arguments::parse().what {
        What::Race {
            records,
            seed,
            array,
        } => race::write(&mut out, records, seed, array)?,
        What::Checkout { seed } => checkout::write(&mut out, seed)?,
    }
    out.flush()
}
