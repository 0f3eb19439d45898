//! Load: when the arrivals of a run start. A shape says how the rate changes, [`Arrivals`] how single arrivals lie around it, a seed which of all such schedules
//! it is. One file per shape.

mod arrivals;
mod build;
pub mod constant;
mod contract;
pub mod linear;
pub mod mix;
mod random;
pub mod replay;
mod schedule;
pub mod sequence;
pub mod sine;
pub mod step;

pub use arrivals::Arrivals;
pub use build::{Asked, build};
pub use contract::{Load, LoadEntry, LoadMeta, Shape, loads};
pub use schedule::{Schedule, Starts};
