//! `pss plugins list`: every plugin of the build in a line, those that an override puts aside included.

use pss_metrics::folded::ORIGIN;

use super::{Described, Shelf, described::State};

pub(super) fn text(shelf: &Shelf<'_>, json: bool) -> String {
    let all = shelf.registry.all();
    let aside = shelf.registry.overridden.iter();
    let all: Vec<Described> = all
        .iter()
        .chain(aside)
        .map(|meta| shelf.describe(meta))
        .collect();
    if json {
        return format!("{:#}\n", serde_json::json!(all));
    }
    let width = all.iter().map(|plugin| plugin.id.len()).max().unwrap_or(0);
    all.iter().map(|plugin| line(plugin, width)).collect()
}

fn line(plugin: &Described, width: usize) -> String {
    let state = match plugin.state {
        State::Available => "",
        // Where it is configured says that it is.
        State::Configured if plugin.origin == ORIGIN => "",
        State::Configured => "configured, ",
        State::Disabled => "disabled, ",
        State::Overridden => "overridden, ",
        State::Built => "built, ",
        State::Failed => "failed, ",
    };
    let feature = plugin
        .feature
        .map_or_else(String::new, |feature| format!(", feature {feature}"));
    if plugin.origin == ORIGIN {
        return format!(
            "{:<width$}  {} ({state}configured in {})\n",
            plugin.id, plugin.description, plugin.declared
        );
    }
    format!(
        "{:<width$}  {} ({state}{} {}{feature})\n",
        plugin.id, plugin.description, plugin.origin, plugin.version
    )
}
