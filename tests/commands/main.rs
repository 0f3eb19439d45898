//! What the `pss` command does, seen from outside: output, messages, exit codes.

mod bad_input;
mod ci;
#[cfg(feature = "kafka")]
mod cluster;
mod compare;
mod config;
#[cfg(unix)]
mod convert;
mod exits;
mod explain;
#[cfg(all(feature = "gpu", target_os = "linux"))]
mod gpu;
#[cfg(feature = "history")]
mod history;
#[cfg(unix)]
mod hooks;
#[cfg(unix)]
mod kafka;
#[cfg(unix)]
mod kafka_topic;
mod load;
#[cfg(all(unix, feature = "http"))]
mod load_http;
#[cfg(unix)]
mod load_speed;
mod manual;
#[cfg(not(feature = "history"))]
mod no_history;
#[cfg(feature = "sql")]
mod own_metrics;
mod plugins;
#[cfg(all(unix, feature = "process"))]
mod process;
#[cfg(all(unix, feature = "process"))]
mod process_formats;
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
#[cfg(all(unix, feature = "http"))]
mod service;
mod summary;
mod work;
