//! Plugins that fail.

use std::io::{self, Write};

use pss_integrations::{
    formats::{
        Capabilities, DecodeError, Decoder, Format, FormatEntry, FormatMeta, Head, InputSettings,
        Layout, Likeness, Reading,
    },
    samplers::{Absent, Polling, Sampler, SamplerEntry, SamplerMeta, Target},
    views::{View, ViewEntry},
};
use pss_metrics::{
    model::{Intake, Signal},
    plugin::{Parameter, ParameterType, PluginCrate, PluginMeta, WrongSetting},
    plugin_crate, plugin_meta,
    report::Report,
    score::{
        BuildError, Built, Curve, FactorMeta, Metric, MetricEntry, MetricMeta, Outcome, Over,
        PerSubject, Settings, Subject, SummaryView,
    },
};

pub(crate) const PLUGIN_CRATE: PluginCrate = plugin_crate!(
    "metric:faints",
    "metric:unbuilt",
    "metric:choosy",
    "format:crumbles",
    "format:nosy",
    "sampler:stumbles",
    "sampler:tires",
    "view:smears",
);

/// A crate that brings a view of a name that is taken.
pub(crate) const DOUBLE_CRATE: PluginCrate = PluginCrate {
    name: "double",
    ..plugin_crate!("view:svg")
};

static DOUBLE: PluginMeta = PluginMeta {
    origin: "double",
    ..plugin_meta!(View, "svg", "not the picture")
};

struct Double;

inventory::submit! { ViewEntry { view: &Double } }

impl View for Double {
    fn meta(&self) -> &'static PluginMeta {
        &DOUBLE
    }

    fn render(&self, _: &Report, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "not the picture")
    }
}

const fn meta(plugin: PluginMeta, code: &'static str) -> MetricMeta {
    MetricMeta {
        plugin,
        code,
        question: "for tests",
        weight: 0.5,
        reads: "",
        factors: &[FactorMeta {
            name: "x",
            what: "",
            unit: "",
            curve: Curve {
                good: 0.5,
                mid: 1.0,
                exponent: 1.0,
            },
            origin: "",
        }],
        combination: "",
        needs: "spans",
        minimum: "",
        limits: "",
        advice: "",
        sources: &[],
        examples: &[],
    }
}

fn half(meta: &'static MetricMeta, settings: &Settings) -> Outcome {
    let mut subjects = PerSubject::new(meta, settings, Over::Mean);
    subjects.add(&Subject::Run, 1.0, 1, &[(0, Some(1.0))]);
    subjects.finish(String::new)
}

static FAINTS: MetricMeta = meta(
    plugin_meta!(Metric, "faints", "panics when it scores"),
    "FAINTS",
);

struct Faints;

inventory::submit! { MetricEntry { metric: &Faints } }

impl Metric for Faints {
    fn meta(&self) -> &'static MetricMeta {
        &FAINTS
    }

    fn score(&self, _: &SummaryView<'_>, _: &Settings) -> Outcome {
        panic!("all went \"dark\"")
    }
}

static UNBUILT: MetricMeta = meta(
    plugin_meta!(Metric, "unbuilt", "panics when it is built"),
    "UNBUILT",
);

struct Unbuilt;

inventory::submit! { MetricEntry { metric: &Unbuilt } }

impl Metric for Unbuilt {
    fn meta(&self) -> &'static MetricMeta {
        &UNBUILT
    }

    fn build(&self, _: &Settings) -> Result<Built, BuildError> {
        panic!("no model")
    }

    fn score(&self, _: &SummaryView<'_>, settings: &Settings) -> Outcome {
        half(&UNBUILT, settings)
    }
}

static CHOOSY: MetricMeta = meta(
    plugin_meta!(
        Metric,
        "choosy",
        "takes no level of 0.25",
        &[
            Parameter {
                name: "level",
                takes: ParameterType::Number {
                    least: 0.0,
                    most: 1.0,
                },
                default: Some("0.5"),
                about: "anything but a quarter",
            },
            Parameter {
                name: "password",
                takes: ParameterType::Text,
                default: None,
                about: "a secret",
            },
            Parameter {
                name: "way",
                takes: ParameterType::Choice(&["up", "down"]),
                default: Some("\"up\""),
                about: "where to",
            },
        ]
    ),
    "CHOOSY",
);

struct Choosy;

inventory::submit! { MetricEntry { metric: &Choosy } }

impl Metric for Choosy {
    fn meta(&self) -> &'static MetricMeta {
        &CHOOSY
    }

    fn build(&self, settings: &Settings) -> Result<Built, BuildError> {
        settings.check(&CHOOSY)?;
        let quarter = pss_metrics::plugin::ParameterValue::Number(0.25);
        if settings.value("level") == Some(&quarter) {
            return Err(WrongSetting::new("level", "must be anything but a quarter").into());
        }
        Ok(None)
    }

    fn score(&self, _: &SummaryView<'_>, settings: &Settings) -> Outcome {
        half(&CHOOSY, settings)
    }
}

const fn format(plugin: PluginMeta, extensions: &'static [&'static str]) -> FormatMeta {
    FormatMeta {
        plugin,
        extensions,
        media_types: &[],
        capabilities: Capabilities::TEXT,
        mapping: "nothing",
    }
}

static CRUMBLES: FormatMeta = format(
    plugin_meta!(Format, "crumbles", "panics when it decodes"),
    &["crumbs"],
);

struct Crumbles;

inventory::submit! { FormatEntry { format: &Crumbles } }

impl Format for Crumbles {
    fn meta(&self) -> &'static FormatMeta {
        &CRUMBLES
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        head.text()
            .starts_with("crumbs")
            .then_some(Likeness::Surely)
    }

    fn open(&self, _: &Head<'_>, _: &InputSettings) -> Result<Reading, DecodeError> {
        Ok(Reading::Records(Layout::Lines, |_| Box::new(Crumbs)))
    }
}

struct Crumbs;

impl Decoder for Crumbs {
    fn decode(&mut self, _: &str, _: &mut dyn Intake) -> Result<(), String> {
        panic!("fell apart")
    }
}

static NOSY: FormatMeta = format(
    plugin_meta!(Format, "nosy", "panics when it looks"),
    &["nosy"],
);

struct Nosy;

inventory::submit! { FormatEntry { format: &Nosy } }

impl Format for Nosy {
    fn meta(&self) -> &'static FormatMeta {
        &NOSY
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        assert!(!head.text().contains("secret"), "saw too much");
        None
    }

    fn open(&self, _: &Head<'_>, _: &InputSettings) -> Result<Reading, DecodeError> {
        panic!("cannot open")
    }
}

const fn sampler(plugin: PluginMeta) -> SamplerMeta {
    SamplerMeta {
        plugin,
        emits: &[Signal::GC_PAUSE],
        needs: "nothing",
        mapping: "nothing",
    }
}

static STUMBLES: SamplerMeta = sampler(plugin_meta!(Sampler, "stumbles", "panics at its start"));

struct Stumbles;

inventory::submit! { SamplerEntry { sampler: &Stumbles } }

impl Sampler for Stumbles {
    fn meta(&self) -> &'static SamplerMeta {
        &STUMBLES
    }

    fn start(&self, _: &Target) -> Result<Box<dyn Polling>, Absent> {
        panic!("a step")
    }
}

static TIRES: SamplerMeta = sampler(plugin_meta!(Sampler, "tires", "panics when it is polled"));

struct Tires;

inventory::submit! { SamplerEntry { sampler: &Tires } }

impl Sampler for Tires {
    fn meta(&self) -> &'static SamplerMeta {
        &TIRES
    }

    fn start(&self, _: &Target) -> Result<Box<dyn Polling>, Absent> {
        Ok(Box::new(Tired))
    }
}

struct Tired;

impl Polling for Tired {
    fn poll(&mut self, _: i64, _: &mut dyn Intake) {
        panic!("asleep")
    }
}

static SMEARS: PluginMeta = plugin_meta!(View, "smears", "panics when it renders");

struct Smears;

inventory::submit! { ViewEntry { view: &Smears } }

impl View for Smears {
    fn meta(&self) -> &'static PluginMeta {
        &SMEARS
    }

    fn render(&self, _: &Report, _: &mut dyn Write) -> io::Result<()> {
        panic!("wet paint")
    }
}
