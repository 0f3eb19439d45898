//! `load:sequence`: shapes one after another.

use pss_metrics::plugin_meta;

use super::{
    build::{Asked, build},
    contract::{Load, LoadEntry, LoadMeta, Shape},
};
use crate::fields::{Fields, Parameter, Takes};

static META: LoadMeta = LoadMeta {
    plugin: plugin_meta!(Load, "sequence", "shapes one after another"),
    parameters: &[Parameter::required(
        "parts",
        Takes::Tables,
        "the shapes, each with its settings and its `duration`; those without one share what is left of the whole. A `rate` of its own stands in for that of the whole",
    )],
    rate: "that of the part whose turn it is",
    example: "shape = \"sequence\"\nrate = 50\nparts = [{ shape = \"linear\", duration = \"10s\" }, { shape = \"constant\", duration = \"30s\" }, { shape = \"linear\", from = 50, to = 0, duration = \"10s\" }]\n",
};

/// The shape.
#[derive(Debug)]
pub struct Sequence;

inventory::submit! { LoadEntry { load: &Sequence } }

impl Load for Sequence {
    fn meta(&self) -> &'static LoadMeta {
        &META
    }

    fn build(&self, settings: &Fields<'_>, asked: &Asked<'_>) -> Option<Box<dyn Shape>> {
        let parts = settings.tables("parts")?;
        if parts.is_empty() {
            settings.wrong("parts", "is empty: name at least one shape");
            return None;
        }
        let said: Vec<Option<f64>> = parts.iter().map(|part| part.seconds("duration")).collect();
        let sum: f64 = said.iter().flatten().sum();
        let without = parts.iter().filter(|part| !part.has("duration")).count();
        let left = asked.length.map(|length| length - sum);
        if left.is_some_and(|left| left < 0.0 || (without > 0 && left == 0.0)) {
            settings.wrong(
                "parts",
                "take longer than the whole: leave out `duration`, or shorten theirs",
            );
            return None;
        }
        let mut chain = Chain::default();
        let mut whole = true;
        for (part, said) in parts.iter().zip(said) {
            let rate = match part.has("rate") {
                true => part.rate("rate"),
                false => asked.rate,
            };
            let shared = left
                .filter(|_| without > 0)
                .map(|left| left / without as f64);
            let length = said.or(shared.filter(|_| !part.has("duration")));
            let asked = Asked {
                rate,
                length,
                ..*asked
            };
            match build(part, &asked, &["rate", "duration"]) {
                Some(shape) if shape.length().is_finite() => chain.push(shape),
                Some(_) => {
                    part.wrong("duration", "is missing: say how long the part takes");
                    whole = false;
                }
                None => whole = false,
            }
        }
        whole.then(|| Box::new(chain) as Box<dyn Shape>)
    }
}

#[derive(Debug, Default)]
struct Chain {
    links: Vec<Link>,
    length: f64,
    expected: f64,
}

#[derive(Debug)]
struct Link {
    begin: f64,
    before: f64,
    shape: Box<dyn Shape>,
}

impl Chain {
    fn push(&mut self, shape: Box<dyn Shape>) {
        let link = Link {
            begin: self.length,
            before: self.expected,
            shape,
        };
        self.length += link.shape.length();
        self.expected += link.shape.expected(link.shape.length());
        self.links.push(link);
    }

    fn link(&self, at: f64) -> &Link {
        let after = self.links.partition_point(|link| link.begin <= at);
        &self.links[after.saturating_sub(1)]
    }
}

impl Shape for Chain {
    fn length(&self) -> f64 {
        self.length
    }

    fn rate(&self, at: f64) -> f64 {
        let link = self.link(at);
        link.shape.rate(at - link.begin)
    }

    fn expected(&self, until: f64) -> f64 {
        let link = self.link(until);
        let own = (until - link.begin).min(link.shape.length());
        link.before + link.shape.expected(own)
    }

    fn when(&self, expected: f64) -> f64 {
        let after = self.links.partition_point(|link| link.before <= expected);
        let link = &self.links[after.saturating_sub(1)];
        (link.begin + link.shape.when(expected - link.before)).min(self.length)
    }
}
