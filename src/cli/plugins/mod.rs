//! `pss plugins list|info|example|check`. Only `check` builds anything: what is listed and described is what plugins say of themselves.

mod check;
mod described;
mod example;
mod info;
mod list;

use pss_metrics::plugin::{PluginMeta, canonical, nearest};

use super::{
    arguments::{Common, Plugins, PluginsCommand},
    stdout,
    warning::warn,
};
use crate::{
    config::{Config, Flags, Keys, load},
    error::Error,
    exit::Exit,
    registry::{Registry, feature_that_brings},
};
use described::Described;

/// What the plugins of this build are looked at with.
struct Shelf<'a> {
    registry: &'a Registry,
    keys: Keys,
    config: Config,
}

pub(super) fn run(
    arguments: &Plugins,
    common: &Common,
    registry: &Registry,
) -> Result<Exit, Error> {
    let keys = Keys::new(&registry.metrics, &registry.ids());
    // A mistake in the configuration hides no plugin; it may be what is looked for.
    let config = load(&keys, common.config.as_deref(), &Flags::new()).unwrap_or_else(|mistakes| {
        for mistake in mistakes {
            warn(&format!("{mistake}; the plugins are shown without it"));
        }
        Config::default()
    });
    let shelf = Shelf {
        registry,
        keys,
        config,
    };
    let text = match &arguments.command {
        PluginsCommand::List { json } => list::text(&shelf, *json),
        PluginsCommand::Info { plugin, json } => info::text(&shelf, &shelf.find(plugin)?, *json),
        PluginsCommand::Example { plugin } => example::text(&shelf, &shelf.find(plugin)?),
        PluginsCommand::Check { plugin, json } => {
            let chosen = match plugin {
                Some(plugin) => vec![shelf.find(plugin)?],
                None => shelf.registry.all(),
            };
            return check::run(&shelf, &chosen, *json);
        }
        // Added before the plugins that were added are looked at.
        PluginsCommand::Add { .. } => String::new(),
    };
    stdout::text(&text)?;
    Ok(Exit::Done)
}

impl Shelf<'_> {
    fn describe(&self, meta: &PluginMeta) -> Described {
        Described::of(self, meta)
    }

    /// A plugin by `kind:name`, or by a name that only one kind has.
    fn find(&self, plugin: &str) -> Result<PluginMeta, Error> {
        let wanted = canonical(plugin);
        let all = self.registry.all();
        let of_id = all.iter().find(|meta| canonical(&meta.id()) == wanted);
        let of_name: Vec<&PluginMeta> = all
            .iter()
            .filter(|meta| canonical(meta.name) == wanted)
            .collect();
        match (of_id, &of_name[..]) {
            (Some(found), _) => Ok(*found),
            (None, [only]) => Ok(**only),
            (None, []) => {
                if let Some(how) = feature_that_brings(plugin) {
                    return Err(Error::Usage(format!(
                        "plugin {plugin} is not in this build: {how}"
                    )));
                }
                let ids: Vec<String> = all.iter().map(PluginMeta::id).collect();
                let names = all.iter().map(|meta| meta.name);
                let near = nearest(plugin, ids.iter().map(String::as_str).chain(names))
                    .map_or(String::new(), |near| format!("; did you mean {near}?"));
                Err(Error::Usage(format!(
                    "no plugin {plugin:?}{near}; `pss plugins list` lists all"
                )))
            }
            (None, several) => {
                let ids: Vec<String> = several.iter().map(|meta| meta.id()).collect();
                Err(Error::Usage(format!(
                    "{plugin:?} may be {}: give it with its kind",
                    ids.join(" or ")
                )))
            }
        }
    }
}
