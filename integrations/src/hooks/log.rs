//! `hook:log`: a line for people.

use std::{sync::Arc, time::Duration};

use pss_metrics::plugin_meta;

use super::{
    contract::{Around, Hook, HookEntry, HookMeta, Telling},
    event::Event,
};
use crate::fields::{Fields, Parameter, Takes};

static META: HookMeta = HookMeta {
    plugin: plugin_meta!(
        Hook,
        "log",
        "a line for people, on standard error or in a file"
    ),
    parameters: &[Parameter::optional(
        "file",
        Takes::Text,
        None,
        "a file that lines are appended to, instead of standard error",
    )],
    does: "writes the time, the phase, the command, and what is known of the run",
    example: "name = \"log\"\n",
};

/// The hook.
#[derive(Debug)]
pub struct Log;

inventory::submit! { HookEntry { hook: &Log } }

impl Hook for Log {
    fn meta(&self) -> &'static HookMeta {
        &META
    }

    fn build(&self, settings: &Fields<'_>, around: &Arc<dyn Around>) -> Option<Box<dyn Telling>> {
        Some(Box::new(Lines {
            file: settings.text("file").map(str::to_owned),
            around: Arc::clone(around),
        }))
    }
}

#[derive(Debug)]
struct Lines {
    file: Option<String>,
    around: Arc<dyn Around>,
}

impl Telling for Lines {
    fn tell(&mut self, event: &Event, _: Duration) -> Result<(), String> {
        let line = format!("{} {}", event.clock(), event.line());
        self.around.append(self.file.as_deref(), &line)
    }
}
