//! `load:mix`: several shapes at once.

use pss_metrics::plugin_meta;

use super::{
    build::{Asked, build},
    contract::{Load, LoadEntry, LoadMeta, Shape},
};
use crate::fields::{Fields, Parameter, Takes};

static META: LoadMeta = LoadMeta {
    plugin: plugin_meta!(Load, "mix", "several shapes at once, which share the rate"),
    parameters: &[Parameter::required(
        "components",
        Takes::Tables,
        "the shapes, each with its settings and, as a share of the rate among the others, `weight` (1); or with a `rate` of its own",
    )],
    rate: "sum of the components' rates, each built with rate weight / sum of weights",
    example: "shape = \"mix\"\nrate = 50\nduration = \"30s\"\ncomponents = [{ shape = \"constant\", weight = 3 }, { shape = \"sine\", weight = 1 }]\n",
};

/// The shape.
#[derive(Debug)]
pub struct Mix;

inventory::submit! { LoadEntry { load: &Mix } }

impl Load for Mix {
    fn meta(&self) -> &'static LoadMeta {
        &META
    }

    fn build(&self, settings: &Fields<'_>, asked: &Asked<'_>) -> Option<Box<dyn Shape>> {
        let components = settings.tables("components")?;
        if components.is_empty() {
            settings.wrong("components", "is empty: name at least one shape");
            return None;
        }
        let weights: Vec<Option<f64>> = components
            .iter()
            .map(|component| match component.has("weight") {
                true => component.number("weight", 0.0..=1e9),
                false => Some(1.0),
            })
            .collect();
        // Those with a rate of their own take no part in sharing.
        let shared: f64 = components
            .iter()
            .zip(&weights)
            .filter(|(component, _)| !component.has("rate"))
            .filter_map(|(_, weight)| *weight)
            .sum();
        let mut parts = Vec::new();
        for (component, weight) in components.iter().zip(&weights) {
            let rate = if component.has("rate") {
                component.rate("rate")
            } else {
                let share = weight.unwrap_or(shared) / shared;
                // A share of weights that are wrong, which is told, is none: it must not seem as if the rate were missing too.
                asked.rate.map(|rate| match rate * share {
                    part if part > 0.0 && part.is_finite() => part,
                    _ => rate,
                })
            };
            if *weight == Some(0.0) {
                component.wrong("weight", "must be above 0");
            }
            let asked = Asked { rate, ..*asked };
            parts.push(build(component, &asked, &["rate", "weight"]));
        }
        let parts: Vec<Box<dyn Shape>> = parts.into_iter().collect::<Option<_>>()?;
        weights.iter().all(Option::is_some).then_some(())?;
        Some(Box::new(Sum { parts }))
    }
}

#[derive(Debug)]
struct Sum {
    parts: Vec<Box<dyn Shape>>,
}

impl Shape for Sum {
    fn length(&self) -> f64 {
        self.parts
            .iter()
            .map(|part| part.length())
            .fold(0.0, f64::max)
    }

    fn rate(&self, at: f64) -> f64 {
        self.parts
            .iter()
            .filter(|part| at <= part.length())
            .map(|part| part.rate(at))
            .sum()
    }

    fn expected(&self, until: f64) -> f64 {
        self.parts
            .iter()
            .map(|part| part.expected(until.min(part.length())))
            .sum()
    }
}
