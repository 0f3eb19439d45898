//! From the values of a point to those of its signal.

use pss_metrics::model::SignalUnit;

use super::{
    point::Point,
    units::{Measure, expected},
};

/// From the unit of a point's values to that of its signal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Conversion<'a> {
    name: &'a str,
    factor: f64,
}

impl<'a> Conversion<'a> {
    /// From what the point's unit says, else from the usual one.
    ///
    /// # Errors
    /// A unit that is not known, or is of another dimension.
    pub(super) fn of(
        point: &Point<'a>,
        usual: Measure,
        into: SignalUnit,
    ) -> Result<Conversion<'a>, String> {
        let text = point.unit.trim();
        let measure = if text.is_empty() {
            Some(usual)
        } else {
            // Exporters name what they count.
            Measure::parse(text).or((into == SignalUnit::Count).then_some(Measure::Items))
        };
        let name = point.name;
        match measure.and_then(|measure| measure.factor(into)) {
            Some(factor) => Ok(Conversion { name, factor }),
            None => {
                let written = if text.is_empty() {
                    format!("is in {usual:?} by its name")
                } else {
                    let start: String = text.chars().take(30).collect();
                    format!("has the unit {start:?}")
                };
                Err(format!("`{name}` {written}, expected {}", expected(into)))
            }
        }
    }

    /// A value in the signal's unit, not yet rounded.
    pub(super) fn scaled(&self, value: f64) -> f64 {
        value * self.factor
    }

    /// A value as the signal has it.
    ///
    /// # Errors
    /// One below zero, none at all, or more than 64 bits hold.
    pub(super) fn whole(&self, value: f64) -> Result<u64, String> {
        let value = self.scaled(value);
        if (0.0..1.8e19).contains(&value) {
            return Ok(value.round() as u64);
        }
        Err(format!(
            "`{}` is {value}, expected a number of 0 or more",
            self.name
        ))
    }
}
