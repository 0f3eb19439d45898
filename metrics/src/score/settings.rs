//! A metric's settings: the control points of its factors, resolved from its description and what the user set.

use std::collections::BTreeMap;

use super::metric::MetricMeta;
use crate::plugin::{ParameterValue, WrongSetting};

/// Control points and exponent of one factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curve {
    /// The value that scores 0.9.
    pub good: f64,
    /// The value that scores 0.5.
    pub mid: f64,
    /// The power with which the factor takes part in its metric's product.
    pub exponent: f64,
}

/// Settings of one metric. A factor that is not set keeps its description's points.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    curves: BTreeMap<String, Curve>,
    values: BTreeMap<String, ParameterValue>,
}

impl Settings {
    /// Sets a factor's points.
    ///
    /// # Errors
    /// Points through which no falling curve goes, with the path to the one that is wrong, such as `disp.mid`.
    pub fn set(&mut self, factor: &str, curve: Curve) -> Result<(), WrongSetting> {
        for (name, value) in [
            ("good", curve.good),
            ("mid", curve.mid),
            ("exponent", curve.exponent),
        ] {
            if !(value.is_finite() && value > 0.0) {
                return Err(WrongSetting::new(
                    format!("{factor}.{name}"),
                    "must be a finite number above 0",
                ));
            }
        }
        if curve.mid <= curve.good {
            return Err(WrongSetting::new(
                format!("{factor}.mid"),
                format!(
                    "must be larger than `good`, since the score falls from 0.9 at `good` to 0.5 at `mid` (good {}, mid {})",
                    curve.good, curve.mid
                ),
            ));
        }
        self.curves.insert(factor.to_owned(), curve);
        Ok(())
    }

    /// A factor's points, if set.
    pub fn curve(&self, factor: &str) -> Option<Curve> {
        self.curves.get(factor).copied()
    }

    /// Sets a parameter of the metric's own; whether there is such a one, [`Settings::check`] says.
    pub fn set_value(&mut self, name: &str, value: ParameterValue) {
        self.values.insert(name.to_owned(), value);
    }

    /// A parameter of the metric's own, if set.
    pub fn value(&self, name: &str) -> Option<&ParameterValue> {
        self.values.get(name)
    }

    /// Whether a metric of this description can use them: every factor and every parameter is its own, every value of the type and within the bounds it states.
    ///
    /// # Errors
    /// The first that is not, with its path.
    pub fn check(&self, meta: &MetricMeta) -> Result<(), WrongSetting> {
        if let Some(factor) = self
            .curves
            .keys()
            .find(|factor| meta.factor(factor).is_none())
        {
            return Err(WrongSetting::new(
                factor,
                format!("is no factor of {}", meta.code),
            ));
        }
        for (name, value) in &self.values {
            let parameters = meta.plugin.parameters;
            match parameters.iter().find(|known| known.name == name) {
                Some(parameter) => parameter.check(value)?,
                None => {
                    return Err(WrongSetting::new(
                        name,
                        format!("is no parameter of {}", meta.code),
                    ));
                }
            }
        }
        Ok(())
    }
}
