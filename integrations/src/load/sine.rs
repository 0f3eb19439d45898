//! `load:sine`: a rate that swings.

use pss_metrics::plugin_meta;

use super::{
    build::Asked,
    contract::{Load, LoadEntry, LoadMeta, Shape},
};
use crate::fields::{Fields, Parameter, Takes};

static META: LoadMeta = LoadMeta {
    plugin: plugin_meta!(Load, "sine", "a rate that swings around its mean"),
    parameters: &[
        Parameter::optional(
            "amplitude",
            Takes::Number,
            Some("0.5"),
            "how far it swings, as a share of the rate from 0 to 1",
        ),
        Parameter::optional(
            "period",
            Takes::Length,
            None,
            "the length of one swing; the duration where nothing is said",
        ),
        Parameter::optional(
            "phase",
            Takes::Number,
            Some("0"),
            "where it begins, in swings from 0 to 1: .25 is the top",
        ),
    ],
    rate: "rate (1 + amplitude sin(2 pi (t / period + phase)))",
    example: "shape = \"sine\"\nrate = 50\nduration = \"60s\"\namplitude = 0.8\nperiod = \"20s\"\n",
};

/// The shape.
#[derive(Debug)]
pub struct Sine;

inventory::submit! { LoadEntry { load: &Sine } }

impl Load for Sine {
    fn meta(&self) -> &'static LoadMeta {
        &META
    }

    fn build(&self, settings: &Fields<'_>, asked: &Asked<'_>) -> Option<Box<dyn Shape>> {
        let share = |name, default| {
            if settings.has(name) {
                settings.number(name, 0.0..=1.0)
            } else {
                Some(default)
            }
        };
        let (amplitude, phase) = (share("amplitude", 0.5), share("phase", 0.0));
        let period = if settings.has("period") {
            settings.seconds("period")
        } else {
            asked.length(settings)
        };
        let rate = asked.rate(settings);
        Some(Box::new(Swing {
            rate: rate?,
            amplitude: amplitude?,
            period: period?,
            phase: phase?,
            length: asked.length.unwrap_or(f64::INFINITY),
        }))
    }
}

const TURN: f64 = 2.0 * std::f64::consts::PI;

#[derive(Debug)]
struct Swing {
    rate: f64,
    amplitude: f64,
    period: f64,
    phase: f64,
    length: f64,
}

impl Swing {
    /// The angle at a time. Whole turns are taken off before they cost digits.
    fn angle(&self, at: f64) -> f64 {
        let turns = at / self.period;
        TURN * (turns - turns.floor() + self.phase)
    }
}

impl Shape for Swing {
    fn length(&self) -> f64 {
        self.length
    }

    fn rate(&self, at: f64) -> f64 {
        self.rate * (1.0 + self.amplitude * libm::sin(self.angle(at)))
    }

    fn expected(&self, until: f64) -> f64 {
        let swung = libm::cos(self.angle(0.0)) - libm::cos(self.angle(until));
        self.rate * (until + self.amplitude * self.period / TURN * swung)
    }
}
