//! The rules for hooks. Nothing they are told reaches anybody: programs and files are only noted, and addresses lead to a server on this machine's loopback.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use pss_metrics::{
    conformance::{Finding, Rule},
    plugin::{PluginKind, caught},
};
use serde_json::{Value, json};

use super::{
    described::{described, parsed, refused, told},
    peer::{Manner, Peer},
};
use crate::{
    fields::{Fields, Mistake, Mistakes, Table, Takes},
    hooks::{Around, Event, Hook, Phase, Telling},
};

/// All rules for hooks, in the order in which they are tried.
pub const HOOK_RULES: &[Rule] = &[
    Rule {
        name: "description",
        asks: "it says what it is, what it does when it is told, and what its settings do",
    },
    Rule {
        name: "example",
        asks: "its example names it and builds one",
    },
    Rule {
        name: "settings",
        asks: "a setting of another type is refused, by its path",
    },
    Rule {
        name: "quiet",
        asks: "nothing is run, written or sent while it is built",
    },
    Rule {
        name: "tells",
        asks: "told of any phase, with whatever is known, it neither panics nor fails where all around it is well",
    },
    Rule {
        name: "failure",
        asks: "where what it needs fails, it says so in words",
    },
    Rule {
        name: "limit",
        asks: "where nobody answers, it ends within its limit",
    },
    Rule {
        name: "secrets",
        asks: "what it says of a failure shows neither user, password nor query of an address",
    },
];

/// What a hook has for each phase here.
const LIMIT: Duration = Duration::from_millis(1000);
/// Beyond its limit, for a machine that is busy.
const GRACE: Duration = Duration::from_millis(2000);
/// Stands where addresses have what is secret.
const SECRET: &str = "hunter2";

/// Tries a hook by all rules.
pub fn check_hook(hook: &dyn Hook) -> Vec<Finding> {
    let meta = hook.meta();
    let texts = [("example", meta.example), ("`does`", meta.does)];
    let mut findings = described(&meta.plugin, PluginKind::Hook, &texts, meta.parameters);
    let config = match example(hook) {
        Ok(config) => config,
        Err(why) => {
            findings.push(Finding::new("example", why));
            return findings;
        }
    };
    let unused: Arc<dyn Around> = Arc::new(Noted::new(true));
    findings.extend(refused("config", meta.parameters, &config, |table| {
        caught(|| built(hook, table, &unused).1)
    }));
    let found = caught(|| {
        well(hook, &config)
            .or_else(|| fails(hook, &config))
            .or_else(|| stalls(hook, &config))
    });
    match found {
        Ok(found) => findings.extend(found),
        Err(why) => findings.push(Finding::new("example", why)),
    }
    findings
}

/// The `config` of its example.
fn example(hook: &dyn Hook) -> Result<Table, String> {
    let meta = hook.meta();
    let mut entry = parsed(meta.example)?;
    let name = entry.get("name").and_then(Value::as_str);
    if name != Some(meta.plugin.name) {
        return Err(format!("is not of {:?}", meta.plugin.name));
    }
    match entry.remove("config") {
        Some(Value::Object(config)) => Ok(config),
        Some(_) => Err("its `config` is no table".to_owned()),
        None => Ok(Table::new()),
    }
}

fn built(
    hook: &dyn Hook,
    config: &Table,
    around: &Arc<dyn Around>,
) -> (Option<Box<dyn Telling>>, Vec<Mistake>) {
    let mistakes = Mistakes::default();
    let settings = Fields::new("config", config, &mistakes);
    settings.check(hook.meta().parameters, &[]);
    let telling = hook.build(&settings, around);
    (telling, mistakes.into_list())
}

/// Whether a server is among what it needs.
fn calls(hook: &dyn Hook) -> bool {
    let mut parameters = hook.meta().parameters.iter();
    parameters.any(|parameter| parameter.takes == Takes::Address)
}

/// The settings with all addresses leading to a port of this machine.
fn leading(hook: &dyn Hook, config: &Table, port: u16) -> Table {
    let mut config = config.clone();
    for parameter in hook.meta().parameters {
        if parameter.takes == Takes::Address {
            let address = format!("http://{SECRET}:{SECRET}@127.0.0.1:{port}/?token={SECRET}");
            config.insert(parameter.name.to_owned(), json!(address));
        }
    }
    config
}

/// All is well around it.
fn well(hook: &dyn Hook, config: &Table) -> Option<Finding> {
    let peer = match Peer::start(Manner::Answers) {
        Ok(peer) => peer,
        Err(why) => return Some(Finding::new("tells", why)),
    };
    let noted = Arc::new(Noted::new(true));
    let around: Arc<dyn Around> = noted.clone();
    let config = leading(hook, config, peer.port());
    let (telling, mistakes) = built(hook, &config, &around);
    let Some(mut telling) = telling.filter(|_| mistakes.is_empty()) else {
        let what = format!("builds nothing: {}", told(&mistakes));
        return Some(Finding::new("example", what));
    };
    if noted.count() > 0 || peer.calls() > 0 {
        let what = "something is run, written or sent while it is built";
        return Some(Finding::new("quiet", what));
    }
    for event in events() {
        let phase = event.phase.name();
        match caught(|| telling.tell(&event, LIMIT)) {
            Ok(Ok(())) => {}
            Ok(Err(why)) | Err(why) => {
                return Some(Finding::new("tells", format!("{phase}: {why}")));
            }
        }
    }
    None
}

/// Nothing is well around it.
fn fails(hook: &dyn Hook, config: &Table) -> Option<Finding> {
    let noted = Arc::new(Noted::new(false));
    let around: Arc<dyn Around> = noted.clone();
    let port = match Peer::closed() {
        Ok(port) => port,
        Err(why) => return Some(Finding::new("failure", why)),
    };
    let (telling, _) = built(hook, &leading(hook, config, port), &around);
    let mut telling = telling?;
    let mut said = Vec::new();
    for event in events() {
        let before = noted.count();
        match caught(|| telling.tell(&event, LIMIT)) {
            // One that had nothing to do for a phase has nothing to say.
            Ok(Ok(())) if noted.count() == before => {}
            Ok(Ok(())) => {
                let what = format!(
                    "{}: is told that it fails, and passes it over",
                    event.phase.name()
                );
                return Some(Finding::new("failure", what));
            }
            Ok(Err(why)) if why.trim().is_empty() => {
                return Some(Finding::new("failure", "does not say how it failed"));
            }
            Ok(Err(why)) => said.push(why),
            Err(why) => return Some(Finding::new("failure", why)),
        }
    }
    if calls(hook) && said.is_empty() {
        return Some(Finding::new(
            "failure",
            "does not say that nobody is at the address",
        ));
    }
    said.iter()
        .any(|why| why.contains(SECRET))
        .then(|| Finding::new("secrets", "shows the credentials of an address"))
}

/// The server takes the call and never answers.
fn stalls(hook: &dyn Hook, config: &Table) -> Option<Finding> {
    if !calls(hook) {
        return None;
    }
    let peer = match Peer::start(Manner::Stalls) {
        Ok(peer) => peer,
        Err(why) => return Some(Finding::new("limit", why)),
    };
    let around: Arc<dyn Around> = Arc::new(Noted::new(true));
    let (telling, _) = built(hook, &leading(hook, config, peer.port()), &around);
    let mut telling = telling?;
    let event = events()
        .into_iter()
        .find(|event| event.phase == Phase::ReportWritten)?;
    let begun = Instant::now();
    let answer = caught(|| telling.tell(&event, LIMIT));
    let took = begun.elapsed();
    // A phase that it sends nothing of says nothing about its limit.
    if peer.calls() == 0 {
        return None;
    }
    if took > LIMIT + GRACE {
        let what = format!(
            "took {:.1} s of {:.1} s",
            took.as_secs_f64(),
            LIMIT.as_secs_f64()
        );
        return Some(Finding::new("limit", what));
    }
    match answer {
        Ok(Err(why)) if why.contains(SECRET) => Some(Finding::new(
            "secrets",
            "shows the credentials of an address",
        )),
        Ok(Err(_)) => None,
        Ok(Ok(())) => Some(Finding::new("limit", "nobody answered, and all is well")),
        Err(why) => Some(Finding::new("limit", why)),
    }
}

/// Every phase, with nothing known and with all there can be, hostile texts among it.
fn events() -> Vec<Event> {
    let hostile = "<script>\"'&\u{1b}[31m\n::error::|`${x}\u{202e}";
    let facts = json!({
        "interrupted": true,
        "score": 71.5,
        "verdict": "fail",
        "metrics": { "TIME": 0.5, "DB": null },
        "error": hostile,
        "alert": { "name": hostile, "why": hostile },
    });
    let facts = facts.as_object().cloned().unwrap_or_default();
    let event = |phase, facts| Event {
        phase,
        time: 1_700_000_000_000_000_000,
        run: "1700000000000000000".to_owned(),
        command: format!("./serve --name {hostile}"),
        facts,
    };
    Phase::ALL
        .into_iter()
        .flat_map(|phase| [event(phase, Table::new()), event(phase, facts.clone())])
        .collect()
}

/// Notes what a hook would do, and says that it went well or did not.
#[derive(Debug)]
struct Noted {
    count: Mutex<usize>,
    well: bool,
}

impl Noted {
    fn new(well: bool) -> Noted {
        Noted {
            count: Mutex::new(0),
            well,
        }
    }

    fn count(&self) -> usize {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self) -> Result<(), String> {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        if self.well {
            Ok(())
        } else {
            Err("no space left on device".to_owned())
        }
    }
}

impl Around for Noted {
    fn run(&self, _: &[String], _: &[(&str, String)], _: &[u8], _: Duration) -> Result<(), String> {
        self.note()
    }

    fn append(&self, _: Option<&str>, _: &str) -> Result<(), String> {
        self.note()
    }
}
