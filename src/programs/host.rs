//! Starts plugins, within the limits that the configuration sets.

use std::{
    path::Path,
    sync::{OnceLock, PoisonError, RwLock},
};

use pss_process::{Limits, Program, Programs};

use crate::{config::Config, process::start_piped};

/// Limits are read after plugins are known, since what plugins there are decides which keys there are.
fn limits() -> &'static RwLock<Limits> {
    static LIMITS: OnceLock<RwLock<Limits>> = OnceLock::new();
    LIMITS.get_or_init(RwLock::default)
}

/// Takes `[plugins]` of a configuration for the limits of all plugins.
pub fn set_limits(config: &Config) {
    let default = Limits::default();
    let set = Limits {
        timeout: config.length("plugins.timeout").unwrap_or(default.timeout),
        output: config
            .number("plugins.output_limit")
            .map_or(default.output, |bytes| bytes as u64),
        environment: config.list("plugins.environment").unwrap_or_default(),
    };
    *limits().write().unwrap_or_else(PoisonError::into_inner) = set;
}

/// Starts plugins.
#[derive(Debug)]
pub struct Starter;

impl Programs for Starter {
    fn start(
        &self,
        program: &Path,
        arguments: &[&str],
        environment: &[(String, String)],
    ) -> Result<Box<dyn Program>, String> {
        start_piped(program, arguments, environment)
    }

    fn limits(&self) -> Limits {
        limits()
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    #[expect(
        clippy::print_stderr,
        reason = "what a plugin says on standard error is said there"
    )]
    fn said(&self, plugin: &str, lines: &[String]) {
        for line in lines {
            eprintln!("plugin {plugin}: {line}");
        }
    }
}
