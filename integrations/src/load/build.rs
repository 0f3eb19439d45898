//! Builds the shape that settings name.

use pss_metrics::plugin::{canonical, nearest};

use super::contract::{Load, Shape};
use crate::fields::Fields;

/// What is asked of a shape beside its own settings.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// Arrivals a second.
    pub rate: Option<f64>,
    /// How long, in seconds.
    pub length: Option<f64>,
    /// The shapes there are: some are made of others.
    pub loads: &'a [&'static dyn Load],
    /// Start times of the requests of a trace file, in nanoseconds since the epoch, or why they cannot be read. With `true`, those of all spans.
    pub starts: &'a dyn Fn(&str, bool) -> Result<Vec<i64>, String>,
}

impl Asked<'_> {
    /// The rate, which the shape cannot do without.
    pub fn rate(&self, settings: &Fields<'_>) -> Option<f64> {
        match self.rate {
            Some(rate) if rate > 0.0 => Some(rate),
            Some(_) => {
                settings.wrong("rate", "must be above 0");
                None
            }
            None => {
                // One that is there and wrong has been told.
                if !settings.has("rate") {
                    settings.wrong(
                        "rate",
                        "is missing: say how many arrivals a second, such as --rate 50",
                    );
                }
                None
            }
        }
    }

    /// The length, which the shape cannot do without.
    pub fn length(&self, settings: &Fields<'_>) -> Option<f64> {
        if self.length.is_none() && !settings.has("duration") {
            settings.wrong(
                "duration",
                "is missing: the shape needs to know how long it has, such as --duration 30s",
            );
        }
        self.length
    }
}

/// Builds the shape that `shape` names. `others` are fields of the table that are not the shape's: their readers check them.
pub fn build(settings: &Fields<'_>, asked: &Asked<'_>, others: &[&str]) -> Option<Box<dyn Shape>> {
    if !settings.has("shape") {
        let names: Vec<&str> = names(asked).collect();
        settings.wrong(
            "shape",
            format!("is missing: name one of {}", names.join(", ")),
        );
        return None;
    }
    let name = settings.text("shape")?;
    let wanted = canonical(name);
    let load = asked
        .loads
        .iter()
        .find(|load| canonical(load.meta().plugin.name) == wanted);
    let Some(load) = load else {
        settings.wrong(
            "shape",
            match nearest(name, names(asked)) {
                Some(near) => format!("names no load shape; did you mean {near:?}?"),
                None => format!(
                    "names no load shape; known: {}",
                    names(asked).collect::<Vec<_>>().join(", ")
                ),
            },
        );
        return None;
    };
    let mut known = vec!["shape"];
    known.extend_from_slice(others);
    settings.check(load.meta().parameters, &known);
    load.build(settings, asked)
}

fn names<'a>(asked: &Asked<'a>) -> impl Iterator<Item = &'a str> {
    asked.loads.iter().map(|load| load.meta().plugin.name)
}
