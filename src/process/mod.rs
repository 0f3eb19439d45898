//! Starts processes, hands signals on to them, and leaves none behind: the only place that does.
//!
//! A command leads a process group of its own, which has the terminal while it runs, so that it reads and is interrupted as if `pss` were not there. What outlives
//! it is left to `pss` as its subreaper, and stopped. A second process, the [`guard`], stops all of them should `pss` itself be killed.

mod ended;
mod foreground;
pub mod guard;
mod host;
mod keeper;
mod launch;
mod program;
mod running;
mod strays;

pub use ended::{Ended, Status};
pub use host::Host;
pub use launch::{Launch, StartError};
pub use program::find;
pub use running::Running;
pub use strays::stop_strays;
