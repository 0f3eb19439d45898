//! `pss` with a plugin crate of one's own: everything `pss` does, and one metric more.

use std::process::ExitCode;

#[cfg(not(feature = "forgotten"))]
fn main() -> ExitCode {
    pss::main_with(&[&pss_sample_plugin::PLUGIN_CRATE])
}

/// The crate is linked, so its metric registers, but it is not in the list.
#[cfg(feature = "forgotten")]
fn main() -> ExitCode {
    let linked = pss_sample_plugin::Foobar;
    std::hint::black_box(&linked);
    pss::main_with(&[])
}
