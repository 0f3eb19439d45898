//! A metric's settings: the control points of its factors, resolved from its description and what the user set.

use std::collections::BTreeMap;

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
}

/// Why a factor's points cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not above zero, or not finite.
    #[error("`{0}` must be a finite number above 0")]
    NotPositive(&'static str),
    /// `mid` must lie beyond `good`.
    #[error("`mid` must be larger than `good`: the score falls from 0.9 at `good` to 0.5 at `mid`")]
    Order,
}

impl Settings {
    /// Sets a factor's points.
    ///
    /// # Errors
    /// Points through which no falling curve goes.
    pub fn set(&mut self, factor: &str, curve: Curve) -> Result<(), SettingsError> {
        for (name, value) in [
            ("good", curve.good),
            ("mid", curve.mid),
            ("exponent", curve.exponent),
        ] {
            if !(value.is_finite() && value > 0.0) {
                return Err(SettingsError::NotPositive(name));
            }
        }
        if curve.mid <= curve.good {
            return Err(SettingsError::Order);
        }
        self.curves.insert(factor.to_owned(), curve);
        Ok(())
    }

    /// A factor's points, if set.
    pub fn curve(&self, factor: &str) -> Option<Curve> {
        self.curves.get(factor).copied()
    }
}
