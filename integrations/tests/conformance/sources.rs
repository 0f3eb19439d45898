//! Sources. The one there is stands in the crate of Kafka.

use pss_integrations::{
    conformance::{SOURCE_RULES, check_source},
    sources::{Asked, Source, SourceError, SourceMeta, Take},
};
use pss_metrics::plugin_meta;

use super::each_catches;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    NoNeeds,
    TakesNothing,
    NoWords,
    PanicsOnNul,
    TakesAll,
    Shows,
}

struct Fake(Fault);

const META: SourceMeta = SourceMeta {
    plugin: plugin_meta!(Source, "fake", "for tests"),
    address: "fake://HOST/NAME",
    needs: "nothing",
    mapping: "a message is a record",
};
static SOUND: SourceMeta = META;
static NO_NEEDS: SourceMeta = SourceMeta { needs: "", ..META };

impl Source for Fake {
    fn meta(&self) -> &'static SourceMeta {
        match self.0 {
            Fault::NoNeeds => &NO_NEEDS,
            _ => &SOUND,
        }
    }

    fn check(&self, asked: &Asked<'_>) -> Result<(), SourceError> {
        assert!(
            self.0 != Fault::PanicsOnNul || !asked.address.contains('\0'),
            "a NUL"
        );
        let whole = asked
            .address
            .split_once('/')
            .filter(|(host, name)| !host.trim().is_empty() && !name.is_empty() && *host != ":");
        match (whole, self.0) {
            (None, Fault::TakesNothing) => return Ok(()),
            (None, Fault::NoWords) => return Err(SourceError::Settings(String::new())),
            (None, _) => return Err(SourceError::Settings("is no HOST/NAME".to_owned())),
            (Some(_), _) => {}
        }
        match (asked.settings.first_key_value(), self.0) {
            (None, _) | (_, Fault::TakesAll) => Ok(()),
            (Some((key, value)), Fault::Shows) => {
                Err(SourceError::Settings(format!("{key} = {value} is unknown")))
            }
            (Some((key, _)), _) => Err(SourceError::Settings(format!("{key} is unknown"))),
        }
    }

    fn read(&self, _: &Asked<'_>, _: &mut dyn Take) -> Result<(), SourceError> {
        unreachable!("nothing is read to check a source")
    }
}

#[test]
fn each_rule_catches_the_source_that_breaks_it_and_no_other_does() {
    let check = |fault| check_source(&Fake(fault));
    assert_eq!(check(Fault::None), []);
    each_catches(
        SOURCE_RULES,
        &[
            (Fault::NoNeeds, "description", "its needs is empty"),
            (Fault::TakesNothing, "address", "\"\": is taken"),
            (Fault::NoWords, "address", "without a word"),
            (Fault::PanicsOnNul, "address", "a NUL"),
            (Fault::TakesAll, "settings", "is taken"),
            (Fault::Shows, "settings", "is shown"),
        ],
        check,
    );
}
