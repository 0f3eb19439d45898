//! Puts the layers on top of each other.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use toml::de::DeTable;

use super::{
    check::check,
    environment::{self, from_text},
    error::ConfigError,
    files,
    keys::Keys,
    toml_file::parse_with,
    value::Setting,
};

/// Settings that flags give, as `(key, flag, text)`.
pub type Flags = Vec<(String, String, String)>;

/// All settings that are set, by key.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The settings.
    pub settings: BTreeMap<String, Setting>,
    /// Files that were read, lowest layer first.
    pub files: Vec<PathBuf>,
    /// The project's file, where there is one.
    pub project: Option<PathBuf>,
}

/// Reads all layers. `explicit` names the project's file; else the nearest `pss.toml` upwards from the working folder is it.
///
/// # Errors
/// All mistakes in all layers.
pub fn load(
    keys: &Keys,
    explicit: Option<&Path>,
    flags: &Flags,
) -> Result<Config, Vec<ConfigError>> {
    let mut config = Config::default();
    let (mut errors, mut unread) = (Vec::new(), Vec::new());
    config.project = project_file(explicit);
    let variable = |name: &str| std::env::var(name).ok();
    for (name, path) in found_files(explicit) {
        match files::text(&path) {
            Ok(text) if DeTable::parse(&text).is_err() => {
                unread.extend(
                    parse_with(&name, &text, keys, &variable)
                        .err()
                        .into_iter()
                        .flatten(),
                );
            }
            Ok(text) => match parse_with(&name, &text, keys, &variable) {
                Ok(settings) => config.settings.extend(settings),
                Err(mistakes) => errors.extend(mistakes),
            },
            Err(error) => errors.push(ConfigError::new(&name, format!("cannot be read: {error}"))),
        }
        config.files.push(path);
    }
    // It may define what all else speaks of, so that nothing else can be told to be wrong.
    if !unread.is_empty() {
        return Err(unread);
    }
    match environment::settings(
        std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }),
        keys,
    ) {
        Ok(settings) => config.settings.extend(settings),
        Err(mistakes) => errors.extend(mistakes),
    }
    for (key, flag, text) in flags {
        let Some(key) = keys.find(key) else {
            let (table, name) = key.rsplit_once('.').unwrap_or(("", key));
            let valid = keys.below(table);
            let error = ConfigError::new(flag, format!("unknown metric {name:?}"));
            errors.push(
                match pss_metrics::plugin::nearest(name, valid.iter().copied()) {
                    Some(near) => error.help(format!("did you mean {near}?")),
                    None => error.help(format!("known: {}", valid.join(", "))),
                },
            );
            continue;
        };
        match check(key, from_text(text, &key.takes), flag) {
            Ok(value) => {
                config.settings.insert(
                    key.name.clone(),
                    Setting {
                        value,
                        place: format!("flag {flag}"),
                        written: None,
                    },
                );
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        #[cfg(all(unix, feature = "process"))]
        crate::programs::set_limits(&config);
        Ok(config)
    } else {
        Err(errors)
    }
}

/// Which crate to take a plugin from where two bring it: `[plugins.override]` of the user's file, and above it of the project's. Read before all else, because the
/// keys that the rest of a file may have depend on the plugins there are; whatever is wrong with a file is said when it is read in full.
pub fn overrides(explicit: Option<&Path>) -> BTreeMap<String, String> {
    let user = files::user(|name| std::env::var(name).ok());
    let mut overrides = BTreeMap::new();
    for path in [user, project_file(explicit)].into_iter().flatten() {
        let table = files::text(&path)
            .ok()
            .and_then(|text| text.parse::<toml::Table>().ok());
        let chosen = table
            .as_ref()
            .and_then(|table| table.get("plugins")?.get("override")?.as_table());
        let pair =
            |(id, origin): (&String, &toml::Value)| Some((id.clone(), origin.as_str()?.to_owned()));
        overrides.extend(chosen.into_iter().flatten().filter_map(pair));
    }
    overrides
}

/// The files there are, lowest layer first, each with what it is called in messages.
pub(super) fn found_files(explicit: Option<&Path>) -> Vec<(String, PathBuf)> {
    let user = files::user(|name| std::env::var(name).ok());
    [user, project_file(explicit)]
        .into_iter()
        .flatten()
        .map(|path| (shown(&path), path))
        .collect()
}

/// The project's file: the one that is named, else the nearest upwards from the working folder.
pub(crate) fn project_file(explicit: Option<&Path>) -> Option<PathBuf> {
    let named = explicit
        .map(Path::to_path_buf)
        .or_else(|| std::env::var_os("PSS_CONFIG").map(PathBuf::from));
    named.or_else(|| files::project(&std::env::current_dir().ok()?))
}

/// A path as the user would type it: relative to the working folder where it lies below.
fn shown(path: &Path) -> String {
    let below = std::env::current_dir()
        .ok()
        .and_then(|folder| path.strip_prefix(folder).map(Path::to_path_buf).ok());
    let below = below.filter(|below| !below.as_os_str().is_empty());
    below.as_deref().unwrap_or(path).display().to_string()
}
