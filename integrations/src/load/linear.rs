//! `load:linear`: a ramp.

use pss_metrics::plugin_meta;

use super::{
    build::Asked,
    contract::{Load, LoadEntry, LoadMeta, Shape},
};
use crate::fields::{Fields, Parameter, Takes};

static META: LoadMeta = LoadMeta {
    plugin: plugin_meta!(Load, "linear", "a ramp from one rate to another"),
    parameters: &[
        Parameter::optional("from", Takes::Rate, Some("0"), "the rate at the beginning"),
        Parameter::optional(
            "to",
            Takes::Rate,
            None,
            "the rate at the end; `rate` where nothing is said",
        ),
    ],
    rate: "from + (to - from) t / duration",
    example: "shape = \"linear\"\nrate = 50\nduration = \"30s\"\nfrom = 5\n",
};

/// The shape.
#[derive(Debug)]
pub struct Linear;

inventory::submit! { LoadEntry { load: &Linear } }

impl Load for Linear {
    fn meta(&self) -> &'static LoadMeta {
        &META
    }

    fn build(&self, settings: &Fields<'_>, asked: &Asked<'_>) -> Option<Box<dyn Shape>> {
        let from = settings.rate("from").unwrap_or(0.0);
        let to = if settings.has("to") {
            settings.rate("to")
        } else {
            asked.rate(settings)
        };
        let length = asked.length(settings);
        let (to, length) = (to?, length?);
        if from == 0.0 && to == 0.0 {
            settings.wrong("to", "must be above 0 where `from` is 0");
            return None;
        }
        Some(Box::new(Ramp { from, to, length }))
    }
}

#[derive(Debug)]
struct Ramp {
    from: f64,
    to: f64,
    length: f64,
}

impl Shape for Ramp {
    fn length(&self) -> f64 {
        self.length
    }

    fn rate(&self, at: f64) -> f64 {
        self.from + (self.to - self.from) * at / self.length
    }

    fn expected(&self, until: f64) -> f64 {
        until * (self.from + self.rate(until)) / 2.0
    }

    fn when(&self, expected: f64) -> f64 {
        if expected <= 0.0 {
            return 0.0;
        }
        let slope = (self.to - self.from) / self.length;
        // The root of slope t² / 2 + from t = expected, in the form that loses no digits where the slope is small.
        let square = (self.from * self.from + 2.0 * slope * expected).max(0.0);
        (2.0 * expected / (self.from + square.sqrt())).min(self.length)
    }
}
