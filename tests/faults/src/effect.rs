//! What faults do to one span, in the simulated world and in real windows alike.

use crate::{
    fault::{Injected, Kind, RARE, Target},
    operation::Role,
    random::Random,
};

/// Where a span stands when a fault looks at it.
pub(crate) struct Place {
    pub(crate) role: Role,
    pub(crate) heaviest_db: bool,
    /// Place in the table of operations; `None` in real windows.
    pub(crate) operation: Option<usize>,
    /// Usual duration of the operation, in seconds.
    pub(crate) median: f64,
    /// When in the run, 0..1.
    pub(crate) at: f64,
}

impl Place {
    fn is_in(&self, target: Target) -> bool {
        match target {
            Target::All(role) => self.role == role,
            Target::HeaviestDb => self.heaviest_db,
        }
    }
}

/// The duration a fault makes of a duration.
pub(crate) fn duration(
    duration: f64,
    place: &Place,
    injected: Option<Injected>,
    random: &mut Random,
) -> f64 {
    let Some(Injected { kind, dose }) = injected else {
        return duration;
    };
    match kind {
        Kind::Jitter(target) if place.is_in(target) => {
            place.median * libm::pow(duration / place.median, dose)
        }
        Kind::Tail(target) if place.is_in(target) && random.chance(RARE) => duration * dose,
        Kind::Level(target) if place.is_in(target) && place.at >= 0.5 => duration * dose,
        Kind::Slow(operation) if place.operation == Some(operation) => duration * dose,
        _ => duration,
    }
}

/// Whether a fault makes a span fail: in the stretch of a burst that starts at `burst.0` and ends at `burst.1` of the run, if the span is of the service hit.
pub(crate) fn fails(
    at: f64,
    service_hit: bool,
    burst: (f64, f64),
    injected: Option<Injected>,
    random: &mut Random,
) -> bool {
    match injected {
        Some(Injected {
            kind: Kind::ErrorBurst,
            dose,
        }) => service_hit && (burst.0..burst.1).contains(&at) && random.chance(dose),
        Some(Injected {
            kind: Kind::ErrorRate,
            dose,
        }) => random.chance(dose),
        _ => false,
    }
}
