//! What the `pss` command does, seen from outside: output, messages, exit codes.

mod bad_input;
mod config;
mod exits;
#[cfg(all(feature = "gpu", target_os = "linux"))]
mod gpu;
mod manual;
mod plugins;
mod pypss;
mod rules;
#[cfg(unix)]
mod run;
mod select;
mod summary;
mod work;
