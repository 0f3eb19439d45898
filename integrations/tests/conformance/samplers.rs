//! Samplers.

use std::collections::BTreeMap;

use pss_integrations::{
    PLUGIN_CRATE,
    conformance::{SAMPLER_RULES, check_sampler},
    samplers::{Absent, Polling, Sampler, SamplerMeta, Target, Unusable, samplers},
};
use pss_metrics::{
    model::{Intake, Sample, Signal, Span},
    plugin_meta,
};

use super::each_catches;

#[test]
fn built_in_samplers_keep_every_rule() {
    let samplers = samplers(&[&PLUGIN_CRATE], &Default::default()).expect("registry is sound");
    for sampler in samplers {
        let name = sampler.meta().plugin.name;
        assert_eq!(check_sampler(sampler, &BTreeMap::new()), [], "{name}");
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    Unwanted,
    EmitsNothing,
    NoNeeds,
    Refuses,
    WantedPanics,
    StartPanics,
    AbsentWithoutWords,
    PollPanics,
    FinishPanics,
    NoticesPanic,
    OtherSignal,
    PushesSpans,
    Ahead,
    NoTime,
}

struct Fake {
    fault: Fault,
    meta: &'static SamplerMeta,
}

fn fake(fault: Fault) -> Fake {
    let meta = SamplerMeta {
        plugin: plugin_meta!(Sampler, "fake", "for tests"),
        emits: if fault == Fault::EmitsNothing {
            &[]
        } else {
            &[Signal::GC_PAUSE]
        },
        needs: if fault == Fault::NoNeeds {
            " "
        } else {
            "nothing"
        },
        mapping: "nothing: gc.pause",
    };
    Fake {
        fault,
        meta: Box::leak(Box::new(meta)),
    }
}

impl Sampler for Fake {
    fn meta(&self) -> &'static SamplerMeta {
        self.meta
    }

    fn wanted(&self, _: &BTreeMap<String, String>) -> Result<bool, Unusable> {
        match self.fault {
            Fault::Refuses => Err(Unusable("key is missing".to_owned())),
            Fault::WantedPanics => panic!("who knows"),
            // With nothing said to it, its emptiness shows in its description alone.
            Fault::Unwanted | Fault::EmitsNothing => Ok(false),
            _ => Ok(true),
        }
    }

    fn start(&self, _: &Target) -> Result<Box<dyn Polling>, Absent> {
        match self.fault {
            Fault::StartPanics | Fault::Unwanted => panic!("cannot start"),
            Fault::AbsentWithoutWords => Err(Absent(String::new())),
            fault => Ok(Box::new(Pushes(fault))),
        }
    }
}

struct Pushes(Fault);

impl Polling for Pushes {
    fn poll(&mut self, now: i64, into: &mut dyn Intake) {
        let time = match self.0 {
            Fault::Ahead => Some(now + 1),
            Fault::NoTime => None,
            _ => Some(now),
        };
        match self.0 {
            Fault::PollPanics => panic!("lost it"),
            Fault::PushesSpans => into.span(&Span::default()),
            _ => {}
        }
        let other = self.0 == Fault::OtherSignal;
        into.sample(&Sample {
            signal: if other { Signal::OOM } else { Signal::GC_PAUSE },
            entity: "here",
            time,
            value: 1,
        });
    }

    fn finish(&mut self, now: i64, into: &mut dyn Intake) {
        assert!(self.0 != Fault::FinishPanics, "not at the end");
        self.poll(now, into);
    }

    fn notices(&self) -> Vec<String> {
        assert!(self.0 != Fault::NoticesPanic, "nothing to say");
        Vec::new()
    }
}

#[test]
fn each_rule_catches_the_sampler_that_breaks_it_and_no_other_does() {
    assert_eq!(check_sampler(&fake(Fault::None), &BTreeMap::new()), []);
    assert_eq!(check_sampler(&fake(Fault::Unwanted), &BTreeMap::new()), []);
    each_catches(
        SAMPLER_RULES,
        &[
            (Fault::EmitsNothing, "description", "emits nothing"),
            (Fault::NoNeeds, "description", "needs is empty"),
            (Fault::Refuses, "wanted", "key is missing"),
            (Fault::WantedPanics, "wanted", "panicked: who knows"),
            (Fault::StartPanics, "start", "panicked: cannot start"),
            (Fault::AbsentWithoutWords, "start", "does not say"),
            (Fault::PollPanics, "poll", "panicked: lost it"),
            (Fault::FinishPanics, "poll", "not at the end"),
            (Fault::NoticesPanic, "poll", "nothing to say"),
            (Fault::OtherSignal, "emits", "which it does not say"),
            (Fault::PushesSpans, "emits", "spans"),
            (Fault::Ahead, "time", "ahead"),
            (Fault::NoTime, "time", "no time"),
        ],
        |fault| check_sampler(&fake(fault), &BTreeMap::new()),
    );
}
