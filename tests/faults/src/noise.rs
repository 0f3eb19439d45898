//! How unsteady the simulated world is without any fault.

/// Amounts of noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Noise {
    /// What the log-sigmas of all operations are multiplied by.
    pub(crate) sigma: f64,
    /// What the wandering of load, memory, lags and devices, and the spread of wait shares, is multiplied by.
    pub(crate) wander: f64,
    /// Standard deviation of the logarithm of what the spans of one trace share.
    pub(crate) shared: f64,
    /// Share of spans that fail.
    pub(crate) errors: f64,
}

/// A healthy program: the world in which the requirements are asked.
pub(crate) const CALM: Noise = Noise {
    sigma: 1.0,
    wander: 1.0,
    shared: 0.10,
    errors: 0.001,
};

/// A program whose clean durations score about as low as the real windows of tests/fixtures/nezha do (DB .76, NET .67, TIME .72 there): faults stand out less in it.
pub(crate) const ROUGH: Noise = Noise {
    sigma: 2.0,
    wander: 2.0,
    shared: 0.30,
    errors: 0.01,
};
