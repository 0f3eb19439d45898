//! Load: arrivals that start when their schedule says, whatever is in flight.
//!
//! One thread paces, and starts nothing itself: it hands arrivals to workers, of which there are as many as arrivals in flight. What ended is recorded in batches
//! by a third. So nothing that the target does moves an arrival.

mod command;
mod crew;
#[cfg(feature = "http")]
mod http;
mod pace;
mod phase;
mod settings;
mod tally;
mod target;
mod under;

pub use pace::WhenBehind;
pub use settings::{COMMON, HttpSettings, LoadSettings};
pub use under::{Loaded, under_load};
