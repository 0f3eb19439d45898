//! Hooks.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
    time::Duration,
};

use pss_integrations::{
    PLUGIN_CRATE,
    conformance::{HOOK_RULES, check_hook},
    fields::{Fields, Parameter, Takes},
    hooks::{Around, Event, Hook, HookMeta, Phase, Telling, hooks},
};
use pss_metrics::plugin_meta;

use super::each_catches;

#[test]
fn built_in_hooks_keep_every_rule() {
    let hooks = hooks(&[&PLUGIN_CRATE], &Default::default()).expect("registry is sound");
    assert!(hooks.len() >= 3, "log, jsonl and exec at least");
    for hook in hooks {
        assert_eq!(check_hook(hook), [], "{}", hook.meta().plugin.name);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    NoDoes,
    OfAnother,
    BuildsNothing,
    TakesAll,
    WritesWhenBuilt,
    PanicsOnAlert,
    FailsOnText,
    PassesOver,
    FailsWithoutWords,
    Waits,
    BelievesSilence,
    Tells,
}

struct Fake(Fault);

const META: HookMeta = HookMeta {
    plugin: plugin_meta!(Hook, "fake", "for tests"),
    parameters: &[
        Parameter::required("to", Takes::Address, "where to"),
        Parameter::optional("file", Takes::Text, None, "and where else"),
    ],
    does: "says hello",
    example: "name = \"fake\"\nconfig = { to = \"http://127.0.0.1:1\", file = \"x\" }\n",
};
static SOUND: HookMeta = META;
static NO_DOES: HookMeta = HookMeta { does: " ", ..META };
static OF_ANOTHER: HookMeta = HookMeta {
    example: "name = \"other\"\n",
    ..META
};

impl Hook for Fake {
    fn meta(&self) -> &'static HookMeta {
        match self.0 {
            Fault::NoDoes => &NO_DOES,
            Fault::OfAnother => &OF_ANOTHER,
            _ => &SOUND,
        }
    }

    fn build(&self, settings: &Fields<'_>, around: &Arc<dyn Around>) -> Option<Box<dyn Telling>> {
        let to = settings.text("to")?.to_owned();
        if self.0 != Fault::TakesAll {
            settings.text("file");
        }
        if self.0 == Fault::BuildsNothing {
            settings.wrong("to", "is never right");
        }
        if self.0 == Fault::WritesWhenBuilt {
            let _ = around.append(None, "hello");
        }
        Some(Box::new(Caller {
            fault: self.0,
            to,
            around: Arc::clone(around),
        }))
    }
}

#[derive(Debug)]
struct Caller {
    fault: Fault,
    to: String,
    around: Arc<dyn Around>,
}

impl Telling for Caller {
    fn tell(&mut self, event: &Event, limit: Duration) -> Result<(), String> {
        if self.fault == Fault::PanicsOnAlert && event.phase == Phase::Alert {
            panic!("an alert");
        }
        let error = event.facts.get("error").and_then(|error| error.as_str());
        if self.fault == Fault::FailsOnText && error.is_some_and(|text| text.contains('\n')) {
            return Err("two lines".to_owned());
        }
        let appended = self.around.append(Some("x"), &event.line());
        match self.fault {
            Fault::PassesOver => {}
            Fault::FailsWithoutWords => appended.map_err(|_| String::new())?,
            _ => appended?,
        }
        if self.to.is_empty() {
            return Ok(());
        }
        let limit = if self.fault == Fault::Waits {
            limit * 4
        } else {
            limit
        };
        match call(&self.to, limit) {
            Err(_) if self.fault == Fault::BelievesSilence => Ok(()),
            Err(why) if self.fault == Fault::Tells => Err(format!("{}: {why}", self.to)),
            outcome => outcome,
        }
    }
}

fn call(to: &str, limit: Duration) -> Result<(), String> {
    let words = |error: std::io::Error| error.to_string();
    let host = to.split(['@', '/']).find(|part| part.starts_with("127."));
    let mut stream = TcpStream::connect(host.unwrap_or_default()).map_err(words)?;
    stream.set_read_timeout(Some(limit)).map_err(words)?;
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").map_err(words)?;
    stream.read(&mut [0; 16]).map(drop).map_err(words)
}

#[test]
fn each_rule_catches_the_hook_that_breaks_it_and_no_other_does() {
    let check = |fault| check_hook(&Fake(fault));
    assert_eq!(check(Fault::None), []);
    each_catches(
        HOOK_RULES,
        &[
            (Fault::NoDoes, "description", "its `does` is empty"),
            (Fault::OfAnother, "example", "is not of \"fake\""),
            (
                Fault::BuildsNothing,
                "example",
                "`config.to` is never right",
            ),
            (
                Fault::TakesAll,
                "settings",
                "config.file of another type is taken",
            ),
            (Fault::WritesWhenBuilt, "quiet", "while it is built"),
            (Fault::PanicsOnAlert, "tells", "alert: panicked"),
            (Fault::FailsOnText, "tells", "run_start: two lines"),
            (Fault::FailsWithoutWords, "failure", "does not say how"),
            (Fault::Waits, "limit", "took 4."),
            (Fault::BelievesSilence, "limit", "all is well"),
            (Fault::Tells, "secrets", "credentials"),
        ],
        check,
    );
}

/// It writes, and says that all is well whatever becomes of it.
struct Careless;

static CARELESS: HookMeta = HookMeta {
    plugin: plugin_meta!(Hook, "careless", "for tests"),
    parameters: &[],
    does: "writes",
    example: "name = \"careless\"\n",
};

impl Hook for Careless {
    fn meta(&self) -> &'static HookMeta {
        &CARELESS
    }

    fn build(&self, _: &Fields<'_>, around: &Arc<dyn Around>) -> Option<Box<dyn Telling>> {
        Some(Box::new(Caller {
            fault: Fault::PassesOver,
            to: String::new(),
            around: Arc::clone(around),
        }))
    }
}

#[test]
fn a_disk_that_is_full_is_passed_over_by_none() {
    let findings: Vec<String> = check_hook(&Careless)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        findings,
        ["failure: run_start: is told that it fails, and passes it over"]
    );
}
