//! What the `pss` command does, seen from outside: output, messages, exit codes.

mod bad_input;
mod config;
mod exits;
#[cfg(unix)]
mod kafka;
mod manual;
mod plugins;
mod pypss;
mod rules;
#[cfg(unix)]
mod run;
mod select;
mod summary;
mod work;
