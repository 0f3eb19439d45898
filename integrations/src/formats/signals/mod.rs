//! From the metrics that other tools export to the signals that scoring reads: which name is which, and what a point of it says.

mod conversion;
mod entity;
mod exponential;
mod names;
mod observations;
mod point;
mod points;
mod rivals;
mod units;

pub use exponential::Exponential;
pub use names::{Known, Take, known, names};
pub use point::{Point, PointValue};
pub use points::Points;
pub use units::Measure;
