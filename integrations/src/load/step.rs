//! `load:step`: plateaus, one after another.

use pss_metrics::plugin_meta;

use super::{
    build::Asked,
    contract::{Load, LoadEntry, LoadMeta, Shape},
};
use crate::fields::{Fields, Parameter, Takes};

static META: LoadMeta = LoadMeta {
    plugin: plugin_meta!(Load, "step", "plateaus of equal length, one after another"),
    parameters: &[
        Parameter::optional(
            "steps",
            Takes::Number,
            Some("4"),
            "how many plateaus, the last at `rate`",
        ),
        Parameter::optional(
            "from",
            Takes::Rate,
            Some("0"),
            "the rate that the first lies one step above",
        ),
        Parameter::optional(
            "rates",
            Takes::Numbers,
            None,
            "the rates of the plateaus a second, instead of `steps` and `from`",
        ),
    ],
    rate: "from + (rate - from) (1 + floor(steps t / duration)) / steps",
    example: "shape = \"step\"\nrate = 40\nduration = \"40s\"\nsteps = 4\n",
};

/// The shape.
#[derive(Debug)]
pub struct Step;

inventory::submit! { LoadEntry { load: &Step } }

impl Load for Step {
    fn meta(&self) -> &'static LoadMeta {
        &META
    }

    fn build(&self, settings: &Fields<'_>, asked: &Asked<'_>) -> Option<Box<dyn Shape>> {
        let length = asked.length(settings);
        let rates = if settings.has("rates") {
            for other in ["steps", "from"] {
                if settings.has(other) {
                    settings.wrong(other, "cannot stand beside `rates`, which says it all");
                }
            }
            settings.numbers("rates")
        } else {
            let steps = if settings.has("steps") {
                settings.whole("steps", 1..=100_000)
            } else {
                Some(4)
            };
            let from = settings.rate("from").unwrap_or(0.0);
            asked.rate(settings).zip(steps).map(|(rate, steps)| {
                let rise = rate - from;
                (1..=steps)
                    .map(|step| from + rise * step as f64 / steps as f64)
                    .collect()
            })
        };
        let (length, rates) = (length?, rates?);
        if !rates.iter().any(|rate| *rate > 0.0) || rates.iter().any(|rate| *rate > 1e7) {
            settings.wrong("rates", "must hold one above 0, and none above 10000000");
            return None;
        }
        Some(Box::new(Plateaus::new(&rates, length)))
    }
}

#[derive(Debug)]
struct Plateaus {
    length: f64,
    rates: Vec<f64>,
    /// Arrivals that are expected until the beginning of each.
    before: Vec<f64>,
}

impl Plateaus {
    fn new(rates: &[f64], length: f64) -> Plateaus {
        let each = length / rates.len() as f64;
        let mut sum = 0.0;
        let mut before = Vec::with_capacity(rates.len());
        for rate in rates {
            before.push(sum);
            sum += rate * each;
        }
        Plateaus {
            length,
            rates: rates.to_vec(),
            before,
        }
    }

    fn begin(&self, step: usize) -> f64 {
        self.length * step as f64 / self.rates.len() as f64
    }

    fn step(&self, at: f64) -> usize {
        let step = at / self.length * self.rates.len() as f64;
        (step as usize).min(self.rates.len() - 1)
    }
}

impl Shape for Plateaus {
    fn length(&self) -> f64 {
        self.length
    }

    fn rate(&self, at: f64) -> f64 {
        self.rates[self.step(at)]
    }

    fn expected(&self, until: f64) -> f64 {
        let step = self.step(until);
        self.before[step] + self.rates[step] * (until - self.begin(step))
    }

    fn when(&self, expected: f64) -> f64 {
        // The last that begins when no more are expected: those without a rate before it are passed over.
        let step = self
            .before
            .partition_point(|before| *before <= expected)
            .saturating_sub(1);
        let rest = expected - self.before[step];
        if rest <= 0.0 {
            return self.begin(step);
        }
        (self.begin(step) + rest / self.rates[step]).min(self.length)
    }
}
