//! What the `pss` command does, seen from outside: output, messages, exit codes.

mod bad_input;
mod compare;
mod config;
mod exits;
#[cfg(feature = "history")]
mod history;
mod manual;
#[cfg(not(feature = "history"))]
mod no_history;
mod plugins;
mod pypss;
mod rules;
mod select;
mod summary;
mod work;
