//! `pss plugins list|info`.

use pss_metrics::{
    folded::ORIGIN,
    plugin::{PluginMeta, canonical, nearest},
};

use super::{
    arguments::{Plugins, PluginsCommand},
    explain, stdout,
};
use crate::{error::Error, exit::Exit, registry::Registry};

pub(super) fn run(arguments: &Plugins, registry: &Registry) -> Result<Exit, Error> {
    let all = registry.all();
    let text = match &arguments.command {
        PluginsCommand::List { json: true } => {
            let list: Vec<serde_json::Value> = all
                .iter()
                .map(|meta| {
                    serde_json::json!({ "id": meta.id(), "kind": meta.kind.name(), "name": meta.name, "version": meta.version, "description": meta.description,
                        "crate": meta.origin, "contract": meta.contract })
                })
                .collect();
            format!("{:#}\n", serde_json::Value::from(list))
        }
        PluginsCommand::List { json: false } => {
            let width = all.iter().map(|meta| meta.id().len()).max().unwrap_or(0);
            all.iter()
                .map(|meta| {
                    format!(
                        "{:<width$}  {} ({})\n",
                        meta.id(),
                        meta.description,
                        from(meta)
                    )
                })
                .collect()
        }
        PluginsCommand::Info { plugin } => info(plugin, registry)?,
        // Added before the plugins that were added are looked at.
        PluginsCommand::Add { .. } => String::new(),
    };
    stdout::text(&text)?;
    Ok(Exit::Done)
}

/// What brought it: a crate, or the configuration.
fn from(meta: &PluginMeta) -> String {
    if meta.origin == ORIGIN {
        format!("configured in {}:{}", meta.file, meta.line)
    } else {
        format!("{} {}", meta.origin, meta.version)
    }
}

fn info(plugin: &str, registry: &Registry) -> Result<String, Error> {
    let wanted = canonical(plugin);
    let all = registry.all();
    let found = all
        .iter()
        .find(|meta| canonical(&meta.id()) == wanted || canonical(meta.name) == wanted);
    let Some(meta) = found else {
        let ids: Vec<String> = all.iter().map(PluginMeta::id).collect();
        let near = nearest(plugin, ids.iter().map(String::as_str))
            .map_or(String::new(), |near| format!("; did you mean {near}?"));
        return Err(Error::Usage(format!(
            "no plugin {plugin:?}{near} `pss plugins list` lists all"
        )));
    };
    let origin = if meta.origin == ORIGIN {
        from(meta)
    } else if meta.line == 0 {
        format!(
            "version {} of plugin {}, the program `{}`",
            meta.version, meta.origin, meta.file
        )
    } else {
        format!(
            "version {} from crate {}, plugin contract {}, declared at {}:{}",
            meta.version, meta.origin, meta.contract, meta.file, meta.line
        )
    };
    let mut text = format!("{}\n{}\n{origin}\n", meta.id(), meta.description);
    if let Some(metric) = registry
        .metrics
        .iter()
        .find(|metric| metric.meta().plugin.id() == meta.id())
    {
        text.push('\n');
        text.push_str(&explain::metric(metric.meta()));
    }
    if let Some(format) = registry
        .formats
        .iter()
        .find(|format| format.meta().plugin.id() == meta.id())
    {
        let format = format.meta();
        text.push_str(&format!(
            "\nextensions {}\nmedia types {}\ncan {}\n\n{}\n",
            format.extensions.join(", "),
            format.media_types.join(", "),
            format
                .capabilities
                .list()
                .iter()
                .filter(|(_, can)| *can)
                .map(|(name, _)| *name)
                .collect::<Vec<_>>()
                .join(", "),
            format.mapping
        ));
    }
    if let Some(sampler) = registry
        .samplers
        .iter()
        .find(|sampler| sampler.meta().plugin.id() == meta.id())
    {
        let sampler = sampler.meta();
        text.push_str(&format!(
            "\nemits {}\nneeds {}\n\n{}\n",
            sampler
                .emits
                .iter()
                .map(|signal| signal.name)
                .collect::<Vec<_>>()
                .join(", "),
            sampler.needs,
            sampler.mapping
        ));
    }
    if let Some(source) = registry
        .sources
        .iter()
        .find(|source| source.meta().plugin.id() == meta.id())
    {
        let source = source.meta();
        text.push_str(&format!(
            "\naddress {}\nneeds {}\n\n{}\n",
            source.address, source.needs, source.mapping
        ));
    }
    Ok(text)
}
