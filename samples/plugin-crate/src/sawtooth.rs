//! A load that climbs, falls, and climbs again.

use pss_integrations::{
    fields::{Fields, Parameter, Takes},
    load::{Asked, Load, LoadEntry, LoadMeta, Shape},
};
use pss_metrics::plugin_meta;

static META: LoadMeta = LoadMeta {
    plugin: plugin_meta!(
        Load,
        "sawtooth",
        "a rate that climbs, falls, and climbs again"
    ),
    parameters: &[Parameter::optional(
        "teeth",
        Takes::Number,
        Some("3"),
        "how often it climbs",
    )],
    rate: "2 rate (teeth t / duration mod 1), so that its mean is rate",
    example: "shape = \"sawtooth\"\nrate = 50\nduration = \"30s\"\nteeth = 5\n",
};

/// The shape.
#[derive(Debug)]
pub struct Sawtooth;

inventory::submit! { LoadEntry { load: &Sawtooth } }

impl Load for Sawtooth {
    fn meta(&self) -> &'static LoadMeta {
        &META
    }

    fn build(&self, settings: &Fields<'_>, asked: &Asked<'_>) -> Option<Box<dyn Shape>> {
        let teeth = if settings.has("teeth") {
            settings.whole("teeth", 1..=1000)
        } else {
            Some(3)
        };
        let (rate, length) = (asked.rate(settings), asked.length(settings));
        let length = length?;
        Some(Box::new(Teeth {
            rate: rate?,
            length,
            tooth: length / teeth? as f64,
        }))
    }
}

#[derive(Debug)]
struct Teeth {
    rate: f64,
    length: f64,
    tooth: f64,
}

impl Shape for Teeth {
    fn length(&self) -> f64 {
        self.length
    }

    fn rate(&self, at: f64) -> f64 {
        let turns = at / self.tooth;
        2.0 * self.rate * (turns - turns.floor())
    }

    // Its inverse is found by bisection, which a shape gets for nothing.
    fn expected(&self, until: f64) -> f64 {
        let turns = until / self.tooth;
        let part = turns - turns.floor();
        self.rate * self.tooth * (turns.floor() + part * part)
    }
}

#[cfg(test)]
mod tests {
    use pss_integrations::{
        fields::Mistakes,
        load::{Arrivals, Schedule, build},
    };
    use serde_json::json;

    use super::*;

    #[test]
    fn it_keeps_the_contract_of_load_shapes() {
        let findings = pss_integrations::conformance::check_load(&Sawtooth, &[&Sawtooth]);
        assert_eq!(findings, []);
    }

    #[test]
    fn it_holds_its_mean_and_climbs() {
        let settings = json!({ "shape": "sawtooth", "teeth": 3 });
        let mistakes = Mistakes::default();
        let table = settings.as_object().expect("a table");
        let asked = Asked {
            rate: Some(50.0),
            length: Some(30.0),
            loads: &[&Sawtooth],
            starts: &|_, _| Err("no files here".to_owned()),
        };
        let shape = build(&Fields::new("load", table, &mistakes), &asked, &[]);
        let schedule = Schedule {
            shape: shape.expect("settings that fit"),
            arrivals: Arrivals::Even,
            seed: 1,
            usage: "arrivals",
            length: None,
            count: None,
        };
        let starts: Vec<f64> = schedule.starts().map(|start| start.as_secs_f64()).collect();
        assert_eq!(starts.len(), 1500);
        let within = |from: f64, to: f64| starts.iter().filter(|s| (from..to).contains(s)).count();
        // A quarter of a tooth's arrivals in its first half.
        assert_eq!((within(0.0, 5.0), within(5.0, 10.0)), (125, 375));
    }
}
