//! Rounds of a command: started, watched, its spans received; everything is recorded as native records, which are then read and scored as any trace is. So what
//! is saved scores as the run did, bit for bit.
//!
//! Plugins are driven here and none is known by name. Starting and stopping processes is left to [`process`](crate::process).

mod lacking;
mod lines;
pub mod load;
mod open;
mod phases;
mod plan;
#[cfg(feature = "receiver")]
mod pointed;
#[cfg(feature = "receiver")]
mod receive;
mod record;
mod rounds;
mod samplers;
mod shift;
mod tap;
mod trace_file;
mod watch;

pub use phases::{During, Phases};
pub use plan::{Lane, Otlp, Plan};
pub use record::{Recorded, Recorder};
pub use rounds::{Done, Round, rounds};
