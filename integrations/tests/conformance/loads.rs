//! Load shapes.

use std::sync::atomic::{AtomicU64, Ordering};

use pss_integrations::{
    PLUGIN_CRATE,
    conformance::{LOAD_RULES, check_load},
    fields::{Fields, Parameter, Takes},
    load::{Asked, Load, LoadMeta, Shape, loads},
};
use pss_metrics::plugin_meta;

use super::each_catches;

#[test]
fn built_in_shapes_keep_every_rule() {
    let loads = loads(&[&PLUGIN_CRATE], &Default::default()).expect("registry is sound");
    for load in &loads {
        assert_eq!(check_load(*load, &loads), [], "{}", load.meta().plugin.name);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    NoRate,
    NoToml,
    SaysWhatItHasNot,
    BuildsNothing,
    PanicsWhenBuilt,
    TakesAll,
    PanicsOnType,
    NoLength,
    NegativeRate,
    PanicsOnRate,
    BeginsLate,
    Falls,
    AnotherIntegral,
    BeyondItsEnd,
    Backwards,
    AnotherInverse,
    Counts,
}

struct Fake {
    fault: Fault,
    built: AtomicU64,
}

const META: LoadMeta = LoadMeta {
    plugin: plugin_meta!(Load, "fake", "for tests"),
    parameters: &[Parameter::optional(
        "share",
        Takes::Number,
        Some("1"),
        "of the rate",
    )],
    rate: "rate",
    example: "shape = \"fake\"\nrate = 50\nduration = \"20s\"\nshare = 1\n",
};
static SOUND: LoadMeta = META;
static NO_RATE: LoadMeta = LoadMeta { rate: "", ..META };
static NO_TOML: LoadMeta = LoadMeta {
    example: "shape = ",
    ..META
};
static HAS_NOT: LoadMeta = LoadMeta {
    example: "shape = \"fake\"\nrate = 50\nduration = \"20s\"\nshard = 1\n",
    ..META
};

impl Load for Fake {
    fn meta(&self) -> &'static LoadMeta {
        match self.fault {
            Fault::NoRate => &NO_RATE,
            Fault::NoToml => &NO_TOML,
            Fault::SaysWhatItHasNot => &HAS_NOT,
            _ => &SOUND,
        }
    }

    fn build(&self, settings: &Fields<'_>, asked: &Asked<'_>) -> Option<Box<dyn Shape>> {
        let built = self.built.fetch_add(1, Ordering::Relaxed);
        match self.fault {
            Fault::BuildsNothing if settings.number("share", 0.0..=9.0) == Some(1.0) => {
                settings.wrong("share", "is never right");
                return None;
            }
            Fault::PanicsWhenBuilt if settings.number("share", 0.0..=9.0) == Some(1.0) => {
                panic!("no share")
            }
            Fault::PanicsOnType => {
                settings.number("share", 0.0..=9.0).expect("a number");
            }
            Fault::TakesAll => {}
            _ => {
                settings.number("share", 0.0..=9.0);
            }
        }
        Some(Box::new(Flat {
            fault: self.fault,
            rate: asked.rate(settings)?,
            length: asked.length(settings)?,
            built,
        }))
    }
}

#[derive(Debug)]
struct Flat {
    fault: Fault,
    rate: f64,
    length: f64,
    built: u64,
}

impl Shape for Flat {
    fn length(&self) -> f64 {
        match self.fault {
            Fault::NoLength => 0.0,
            _ => self.length,
        }
    }

    fn rate(&self, at: f64) -> f64 {
        match self.fault {
            Fault::NegativeRate if at > 10.0 => -self.rate,
            Fault::PanicsOnRate if at > 10.0 => panic!("too late"),
            _ => self.rate,
        }
    }

    fn expected(&self, until: f64) -> f64 {
        let expected = self.rate * until;
        match self.fault {
            Fault::BeginsLate => expected + 1.0,
            // Within what an integral may be off, and yet wrong.
            Fault::Falls if until > 10.0 => expected - 1.0,
            Fault::AnotherIntegral => expected * 1.1,
            _ => expected,
        }
    }

    fn when(&self, expected: f64) -> f64 {
        let time = expected / self.rate;
        match self.fault {
            Fault::BeyondItsEnd if time > 19.9 => time + 1.0,
            Fault::Backwards if time > 10.0 => time - 1.0,
            Fault::AnotherInverse => time * 0.99,
            // Less than what an arrival may be off.
            Fault::Counts => time * (1.0 + 1e-12 * self.built as f64),
            _ => time,
        }
    }
}

#[test]
fn each_rule_catches_the_shape_that_breaks_it_and_no_other_does() {
    let check = |fault| {
        let fake = Fake {
            fault,
            built: AtomicU64::new(0),
        };
        check_load(&fake, &[])
    };
    assert_eq!(check(Fault::None), []);
    each_catches(
        LOAD_RULES,
        &[
            (Fault::NoRate, "description", "its rate is empty"),
            (Fault::NoToml, "example", "is no TOML"),
            (Fault::SaysWhatItHasNot, "example", "says `shard`"),
            (
                Fault::BuildsNothing,
                "example",
                "`load.share` is never right",
            ),
            (Fault::PanicsWhenBuilt, "example", "panicked: no share"),
            (
                Fault::TakesAll,
                "settings",
                "load.share of another type is taken",
            ),
            (Fault::PanicsOnType, "settings", "panicked"),
            (Fault::NoLength, "rate", "its length is 0"),
            (Fault::NegativeRate, "rate", "is -50 at 10.0"),
            (Fault::PanicsOnRate, "rate", "panicked: too late"),
            (Fault::BeginsLate, "integral", "1 are expected until 0 s"),
            (Fault::Falls, "integral", "falls from 500"),
            (Fault::AnotherIntegral, "integral", "the rate makes"),
            (Fault::BeyondItsEnd, "inverse", "it ends at 20 s"),
            (Fault::Backwards, "inverse", "s, after"),
            (Fault::AnotherInverse, "inverse", "are expected"),
            (Fault::Counts, "deterministic", "differ"),
        ],
        check,
    );
}
