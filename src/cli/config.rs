//! `pss config check|show|schema`.

use super::{
    arguments::{Common, ConfigAction, ConfigCommand},
    stdout,
};
#[cfg(unix)]
use super::{hooks, load as under};
use crate::{
    config::{Config, ConfigError, Keys, load, schema, shown},
    error::Error,
    exit::Exit,
    registry::Registry,
};

pub(super) fn run(
    arguments: &ConfigCommand,
    common: &Common,
    registry: &Registry,
) -> Result<Exit, Error> {
    let keys = Keys::new(&registry.metrics, &registry.ids());
    let config = || load(&keys, common.config.as_deref(), &Vec::new()).map_err(Error::Config);
    let text = match arguments.command {
        ConfigAction::Schema => format!("{:#}\n", schema(&keys)),
        ConfigAction::Check => {
            let config = config()?;
            let mistakes = mistakes(&config, registry);
            if !mistakes.is_empty() {
                return Err(Error::Config(mistakes));
            }
            let files: Vec<String> = config
                .files
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            match files.as_slice() {
                [] => {
                    "no pss.toml here or above; defaults hold. `pss init` writes one\n".to_owned()
                }
                files => format!(
                    "{}: fine, {} settings\n",
                    files.join(", "),
                    config.settings.len()
                ),
            }
        }
        ConfigAction::Show => {
            let config = config()?;
            let mut text = String::new();
            for key in &keys.0 {
                if let Some(table) = key.name.strip_suffix('*') {
                    let known = |name: &str| keys.find(name).is_some();
                    for (name, setting) in &config.settings {
                        if name.starts_with(table) && !known(name) {
                            text.push_str(&format!(
                                "{name} = {}  # {}\n",
                                shown(name, setting),
                                setting.place
                            ));
                        }
                    }
                }
                let line = match (config.settings.get(&key.name), &key.default) {
                    (Some(setting), _) => {
                        format!(
                            "{} = {}  # {}\n",
                            key.name,
                            shown(&key.name, setting),
                            setting.place
                        )
                    }
                    (None, Some(default)) => format!("{} = {default}  # default\n", key.name),
                    (None, None) => format!("# {} is not set: {}\n", key.name, key.about),
                };
                text.push_str(&line);
            }
            text
        }
    };
    stdout::text(&text)?;
    Ok(Exit::Done)
}

/// What `pss run` would find wrong before it starts anything.
fn mistakes(config: &Config, registry: &Registry) -> Vec<ConfigError> {
    let mut mistakes = config.resolve(&registry.metrics).err().unwrap_or_default();
    #[cfg(unix)]
    {
        let registry = &registry.enabled(config);
        mistakes.extend(hooks::read(config, registry).err().unwrap_or_default());
        mistakes.extend(under::mistakes(config, registry));
    }
    mistakes
}
