//! What the `pss` command does, seen from outside: output, messages, exit codes.

mod bad_input;
mod config;
mod exits;
mod plugins;
mod pypss;
#[cfg(feature = "sql")]
mod query;
#[cfg(feature = "sql")]
mod query_safety;
mod rules;
mod summary;
mod work;
