//! The rules for sources. Nobody is asked for anything: what is tried is what a source refuses before it asks.

use std::collections::BTreeMap;

use pss_metrics::{
    conformance::{Finding, Rule},
    plugin::{PluginKind, caught},
};

use super::described::described;
use crate::sources::{Asked, Source, SourceError};

/// All rules for sources, in the order in which they are tried.
pub const SOURCE_RULES: &[Rule] = &[
    Rule {
        name: "description",
        asks: "it says what it is, how its addresses look, what it needs, and what it reads",
    },
    Rule {
        name: "address",
        asks: "an address that is none is refused in words, and none makes it panic",
    },
    Rule {
        name: "settings",
        asks: "a setting that it does not know is refused, and its value is not shown",
    },
];

/// Addresses that lead nowhere.
const NO_ADDRESS: [&str; 4] = ["", "/", "://", " "];
/// Addresses that may be anything, and make nothing panic.
const HOSTILE: [&str; 4] = ["\0", "[::1]:99999999/x", "a,b,,:/../é\u{202e}", "%"];
/// A value that is nobody's business.
const SECRET: &str = "hunter2";

/// Tries a source by all rules.
pub fn check_source(source: &dyn Source) -> Vec<Finding> {
    let meta = source.meta();
    let texts = [
        ("address", meta.address),
        ("needs", meta.needs),
        ("mapping", meta.mapping),
    ];
    let mut findings = described(&meta.plugin, PluginKind::Source, &texts, &[]);
    let nothing = BTreeMap::new();
    let check = |address: &str, settings: &BTreeMap<String, String>| {
        let asked = Asked {
            address,
            settings,
            follow: None,
        };
        caught(|| source.check(&asked))
    };
    for address in NO_ADDRESS.iter().chain(&HOSTILE) {
        let wrong = match check(address, &nothing) {
            Err(panic) => panic,
            Ok(Ok(())) if NO_ADDRESS.contains(address) => "is taken".to_owned(),
            Ok(Err(SourceError::Settings(why))) if why.trim().is_empty() => {
                "is refused without a word".to_owned()
            }
            Ok(_) => continue,
        };
        findings.push(Finding::new("address", format!("{address:?}: {wrong}")));
        break;
    }
    let unknown = BTreeMap::from([("no such setting".to_owned(), SECRET.to_owned())]);
    let wrong = match check("localhost/there", &unknown) {
        Err(panic) => Some(panic),
        Ok(Ok(())) => Some("one that nobody knows is taken".to_owned()),
        Ok(Err(error)) if error.to_string().contains(SECRET) => {
            Some("the value of one that nobody knows is shown".to_owned())
        }
        Ok(Err(_)) => None,
    };
    findings.extend(wrong.map(|what| Finding::new("settings", what)));
    findings
}
