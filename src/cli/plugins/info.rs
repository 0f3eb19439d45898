//! `pss plugins info`: all that a plugin says of itself.

use std::fmt::Write;

use pss_metrics::{folded::ORIGIN, plugin::PluginMeta};

use super::{Described, Shelf, described::Parameter};
use crate::cli::explain;

pub(super) fn text(shelf: &Shelf<'_>, meta: &PluginMeta, json: bool) -> String {
    let plugin = shelf.describe(meta);
    if json {
        return format!("{:#}\n", serde_json::json!(plugin));
    }
    let mut text = head(&plugin, meta.is_program());
    if let Some(metric) = shelf.metric(meta) {
        text.push('\n');
        text.push_str(&explain::metric(metric.meta(), &shelf.config));
    }
    let formats = shelf.registry.formats.iter().map(|format| format.meta());
    for format in formats.filter(|format| format.plugin.id() == plugin.id) {
        let _ = writeln!(
            text,
            "\nextensions {}\nmedia types {}\ncan {}\n\n{}",
            format.extensions.join(", "),
            format.media_types.join(", "),
            plugin.capabilities.join(", "),
            format.mapping
        );
    }
    let samplers = shelf.registry.samplers.iter().map(|sampler| sampler.meta());
    for sampler in samplers.filter(|sampler| sampler.plugin.id() == plugin.id) {
        let _ = writeln!(
            text,
            "\nemits {}\nneeds {}\n\n{}",
            plugin.capabilities.join(", "),
            sampler.needs,
            sampler.mapping
        );
    }
    let sources = shelf.registry.sources.iter().map(|source| source.meta());
    for source in sources.filter(|source| source.plugin.id() == plugin.id) {
        let _ = writeln!(
            text,
            "\naddress {}\nneeds {}\n\n{}",
            source.address, source.needs, source.mapping
        );
    }
    if !plugin.parameters.is_empty() {
        text.push_str("\nin pss.toml\n");
    }
    for parameter in &plugin.parameters {
        line(&mut text, parameter);
    }
    text
}

fn head(plugin: &Described, is_program: bool) -> String {
    let state = format!("{:?}", plugin.state).to_lowercase();
    let feature = plugin
        .feature
        .map_or_else(String::new, |feature| format!(" (feature {feature})"));
    let origin = match plugin.origin {
        ORIGIN => format!("configured in {}", plugin.declared),
        origin if is_program => format!(
            "version {} of plugin {origin}, the program `{}`",
            plugin.version, plugin.declared
        ),
        _ => format!(
            "version {} from crate {}{feature}, plugin contract {}, declared at {}",
            plugin.version, plugin.origin, plugin.contract, plugin.declared
        ),
    };
    format!("{}\n{}\n{origin}\n{state}\n", plugin.id, plugin.description)
}

fn line(text: &mut String, parameter: &Parameter) {
    let set = match (&parameter.value, &parameter.default) {
        (Some(value), _) => format!(", set to {value}"),
        (None, Some(default)) => format!(", default {default}"),
        (None, None) => String::new(),
    };
    let _ = writeln!(
        text,
        "  {}: {}{set}\n    {}",
        parameter.key, parameter.takes, parameter.about
    );
}
