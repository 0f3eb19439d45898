//! `load:constant`: the same rate all the time.

use pss_metrics::plugin_meta;

use super::{
    build::Asked,
    contract::{Load, LoadEntry, LoadMeta, Shape},
};
use crate::fields::Fields;

static META: LoadMeta = LoadMeta {
    plugin: plugin_meta!(Load, "constant", "the same rate all the time"),
    parameters: &[],
    rate: "rate",
    example: "shape = \"constant\"\nrate = 50\nduration = \"30s\"\n",
};

/// The shape.
#[derive(Debug)]
pub struct Constant;

inventory::submit! { LoadEntry { load: &Constant } }

impl Load for Constant {
    fn meta(&self) -> &'static LoadMeta {
        &META
    }

    fn build(&self, settings: &Fields<'_>, asked: &Asked<'_>) -> Option<Box<dyn Shape>> {
        Some(Box::new(Steady {
            rate: asked.rate(settings)?,
            length: asked.length.unwrap_or(f64::INFINITY),
        }))
    }
}

#[derive(Debug)]
struct Steady {
    rate: f64,
    length: f64,
}

impl Shape for Steady {
    fn length(&self) -> f64 {
        self.length
    }

    fn rate(&self, _: f64) -> f64 {
        self.rate
    }

    fn expected(&self, until: f64) -> f64 {
        self.rate * until
    }

    fn when(&self, expected: f64) -> f64 {
        expected / self.rate
    }
}
