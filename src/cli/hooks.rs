//! `[[hooks]]` and `[[alerts]]`: who is told of a run's phases, and of what.

use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use pss_integrations::{
    fields::{Fields, Mistakes},
    hooks::{Alert, Around, Hooks, Planned, Quiet, Rule, Rules, plan},
};
use pss_metrics::report::{HookReport, Report};
use serde_json::{Map, Value};

use super::warning::warn;
use crate::{
    config::{Config, ConfigError, hidden},
    error::Error,
    process::aside,
    registry::{Registry, feature_that_brings},
};

/// Where it is kept when which rule alerted.
const STATE: &str = ".pss/alerts.json";

/// Hooks at work, and the rules they are told of.
pub(super) struct Told {
    pub(super) hooks: Hooks,
    rules: Rules,
    state: PathBuf,
}

/// What the configuration asks for, before anything is started.
pub(super) struct Asked {
    hooks: Vec<Planned>,
    rules: Rules,
    state: PathBuf,
}

/// Reads what the configuration asks for.
///
/// # Errors
/// All mistakes.
pub(super) fn read(config: &Config, registry: &Registry) -> Result<Asked, Vec<ConfigError>> {
    let variable = |name: &str| std::env::var(name).ok();
    let mut errors = Vec::new();
    let around: Arc<dyn Around> = Arc::new(Shell);
    let hooks = entries(config, "hooks", variable, &mut errors, |entry| {
        // A hook that only another build has is no typo.
        let name = entry.has("name").then(|| entry.text("name")).flatten();
        let id = format!("hook:{}", name.unwrap_or_default());
        match feature_that_brings(&id) {
            Some(how) if !registry.ids().contains(&id) => {
                entry.wrong("name", format!("is not in this build: {how}"));
                None
            }
            _ => plan(entry, &registry.hooks, &around),
        }
    });
    let codes: Vec<&str> = registry
        .metrics
        .iter()
        .map(|metric| metric.meta().code)
        .collect();
    let rules = entries(config, "alerts", variable, &mut errors, |entry| {
        Rule::read(entry, &codes)
    });
    if !errors.is_empty() {
        return Err(errors);
    }
    let folder = config.project.as_deref().and_then(Path::parent);
    Ok(Asked {
        hooks,
        rules: Rules(rules),
        state: folder.unwrap_or(Path::new("")).join(STATE),
    })
}

impl Asked {
    /// Starts the hooks.
    pub(super) fn start(self) -> Result<Told, Error> {
        Ok(Told {
            hooks: Hooks::start(self.hooks)
                .map_err(|error| Error::Usage(format!("cannot start hooks: {error}")))?,
            rules: self.rules,
            state: self.state,
        })
    }
}

/// Reads a list of tables, all mistakes at once.
fn entries<T>(
    config: &Config,
    key: &str,
    variable: impl Fn(&str) -> Option<String>,
    errors: &mut Vec<ConfigError>,
    read: impl Fn(&Fields<'_>) -> Option<T>,
) -> Vec<T> {
    let (tree, place) = match config.tree(key, variable) {
        Ok(Some(found)) => found,
        Ok(None) => return Vec::new(),
        Err(mistakes) => {
            errors.extend(mistakes);
            return Vec::new();
        }
    };
    let table: Map<String, Value> = [(key.to_owned(), tree)].into_iter().collect();
    let mistakes = Mistakes::default();
    let fields = Fields::new("", &table, &mistakes);
    let entries = fields.tables(key).unwrap_or_default();
    let built: Vec<T> = entries.iter().filter_map(read).collect();
    let mut told: Vec<String> = Vec::new();
    for mistake in mistakes.into_list() {
        let text = mistake.to_string();
        if !told.contains(&text) {
            errors.push(ConfigError::new(place, text.clone()));
            told.push(text);
        }
    }
    built
}

impl Told {
    /// The rules that a report meets, and that are not silent.
    pub(super) fn alerts(&self, report: &Report) -> Vec<Alert> {
        if self.rules.0.is_empty() {
            return Vec::new();
        }
        let mut quiet: Quiet = std::fs::read(&self.state)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0.0, |since| since.as_secs_f64());
        let before = quiet.clone();
        let alerts = self.rules.alerts(report, now, &mut quiet);
        if quiet != before
            && let Err(error) = self.keep(&quiet)
        {
            warn(&format!(
                "`{}` cannot be written, so that alerts will not keep silent next time: {error}",
                self.state.display()
            ));
        }
        alerts
    }

    /// Written beside and renamed, so that two runs at once leave one of both.
    fn keep(&self, quiet: &Quiet) -> std::io::Result<()> {
        let folder = self.state.parent().unwrap_or(Path::new(""));
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&serde_json::to_vec(quiet)?)?;
        file.persist(&self.state).map_err(|error| error.error)?;
        Ok(())
    }

    /// What became of each until now. Where it failed is said without what variables held.
    pub(super) fn report(&self) -> Vec<HookReport> {
        let mut hooks = self.hooks.report();
        for failure in hooks.iter_mut().flat_map(|hook| &mut hook.failures) {
            *failure = hidden(failure).into_owned();
        }
        hooks
    }

    /// Says what hooks did wrong after a report was made.
    pub(super) fn late_failures(&self, before: &[HookReport]) {
        for (at, hook) in self.report().iter().enumerate() {
            let known = before.get(at).map_or(0, |before| before.failed);
            if hook.failed > known {
                let last = hook.failures.last().map_or("", String::as_str);
                warn(&format!(
                    "hook:{} failed after the report was made: {last}",
                    hook.name
                ));
            }
        }
    }
}

/// What a report warns of.
pub(super) fn warnings(hooks: &[HookReport]) -> Vec<String> {
    let mut warnings = Vec::new();
    for hook in hooks {
        if hook.failed > 0 {
            warnings.push(format!(
                "hook:{} failed {} of {} times: {}",
                hook.name,
                hook.failed,
                hook.told,
                hook.failures.join("; ")
            ));
        }
        if hook.dropped > 0 {
            warnings.push(format!(
                "hook:{} was not told of {} phases, because it was still busy; a longer `queue` holds more",
                hook.name, hook.dropped
            ));
        }
    }
    warnings
}

/// What hooks may do to the machine.
#[derive(Debug)]
struct Shell;

impl Around for Shell {
    fn run(
        &self,
        words: &[String],
        variables: &[(&str, String)],
        input: &[u8],
        limit: Duration,
    ) -> Result<(), String> {
        aside(words, variables, input, limit)
    }

    fn append(&self, file: Option<&str>, line: &str) -> Result<(), String> {
        let line = format!("{line}\n");
        match file {
            None => std::io::stderr()
                .write_all(line.as_bytes())
                .map_err(|error| error.to_string()),
            Some(path) => std::fs::File::options()
                .append(true)
                .create(true)
                .open(path)
                .and_then(|mut file| file.write_all(line.as_bytes()))
                .map_err(|error| format!("`{path}` cannot be written: {error}")),
        }
    }
}
