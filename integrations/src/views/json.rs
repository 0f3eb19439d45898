//! JSON: the report as it is, for machines.

use std::io;

use pss_metrics::{plugin::PluginMeta, plugin_meta, report::Report};

use super::contract::{View, ViewEntry};

static META: PluginMeta = plugin_meta!(
    View,
    "json",
    "the whole report as JSON, by the schema pss.report/1"
);

/// The view.
#[derive(Debug)]
pub struct Json;

inventory::submit! { ViewEntry { view: &Json } }

impl View for Json {
    fn meta(&self) -> &'static PluginMeta {
        &META
    }

    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, report)?;
        writeln!(out)
    }
}
