//! What the `pss` command does, seen from outside: output, messages, exit codes.

mod bad_input;
mod ci;
mod compare;
mod config;
mod exits;
mod explain;
#[cfg(all(feature = "gpu", target_os = "linux"))]
mod gpu;
#[cfg(feature = "history")]
mod history;
#[cfg(unix)]
mod kafka;
mod manual;
#[cfg(not(feature = "history"))]
mod no_history;
mod plugins;
mod push;
mod pypss;
#[cfg(feature = "sql")]
mod query;
#[cfg(feature = "sql")]
mod query_safety;
mod rules;
#[cfg(unix)]
mod run;
mod select;
mod summary;
mod work;
