//! The `pss` command.
fn main() {}
