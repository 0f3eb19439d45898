//! `hook:jsonl`: a JSON object a line.

use std::{sync::Arc, time::Duration};

use pss_metrics::plugin_meta;

use super::{
    contract::{Around, Hook, HookEntry, HookMeta, Telling},
    event::Event,
};
use crate::fields::{Fields, Parameter, Takes};

static META: HookMeta = HookMeta {
    plugin: plugin_meta!(Hook, "jsonl", "a JSON object a line, appended to a file"),
    parameters: &[Parameter::required(
        "file",
        Takes::Text,
        "the file that lines are appended to",
    )],
    does: "appends {phase, time, run, command} with what is known: interrupted, score, verdict, metrics, error, alert",
    example: "name = \"jsonl\"\nconfig = { file = \"phases.jsonl\" }\n",
};

/// The hook.
#[derive(Debug)]
pub struct Jsonl;

inventory::submit! { HookEntry { hook: &Jsonl } }

impl Hook for Jsonl {
    fn meta(&self) -> &'static HookMeta {
        &META
    }

    fn build(&self, settings: &Fields<'_>, around: &Arc<dyn Around>) -> Option<Box<dyn Telling>> {
        Some(Box::new(Objects {
            file: settings.text("file")?.to_owned(),
            around: Arc::clone(around),
        }))
    }
}

#[derive(Debug)]
struct Objects {
    file: String,
    around: Arc<dyn Around>,
}

impl Telling for Objects {
    fn tell(&mut self, event: &Event, _: Duration) -> Result<(), String> {
        self.around
            .append(Some(&self.file), &event.json().to_string())
    }
}
