//! `hook:exec`: a program.

use std::{sync::Arc, time::Duration};

use pss_metrics::plugin_meta;

use super::{
    contract::{Around, Hook, HookEntry, HookMeta, Telling},
    event::Event,
};
use crate::fields::{Fields, Parameter, Takes};

static META: HookMeta = HookMeta {
    plugin: plugin_meta!(Hook, "exec", "a program"),
    parameters: &[Parameter::required(
        "command",
        Takes::Texts,
        "the program and its arguments, such as [\"./notify.sh\"]",
    )],
    does: "starts the program with the phase in PSS_PHASE and the JSON object of hook:jsonl to read; one that does not end in time is stopped, with all it started",
    example: "name = \"exec\"\nconfig = { command = [\"./notify.sh\"] }\n",
};

/// The hook.
#[derive(Debug)]
pub struct Exec;

inventory::submit! { HookEntry { hook: &Exec } }

impl Hook for Exec {
    fn meta(&self) -> &'static HookMeta {
        &META
    }

    fn build(&self, settings: &Fields<'_>, around: &Arc<dyn Around>) -> Option<Box<dyn Telling>> {
        let words = settings.texts("command")?;
        if words.first().is_none_or(|word| word.is_empty()) {
            settings.wrong("command", "is empty: name a program");
            return None;
        }
        Some(Box::new(Program {
            words: words.into_iter().map(str::to_owned).collect(),
            around: Arc::clone(around),
        }))
    }
}

#[derive(Debug)]
struct Program {
    words: Vec<String>,
    around: Arc<dyn Around>,
}

impl Telling for Program {
    fn tell(&mut self, event: &Event, limit: Duration) -> Result<(), String> {
        let phase = ("PSS_PHASE", event.phase.name().to_owned());
        let input = format!("{}\n", event.json());
        self.around
            .run(&self.words, &[phase], input.as_bytes(), limit)
    }
}
