//! Starts processes, hands signals on to them, and leaves none behind: the only place that does.
//!
//! A command leads a process group of its own, which has the terminal while it runs, so that it reads and is interrupted as if `pss` were not there. What outlives
//! it is left to `pss` as its subreaper, and stopped. A second process, the [`guard`], stops all of them should `pss` itself be killed.

#[cfg(unix)]
mod aside;
mod ask;
#[cfg(unix)]
mod ended;
#[cfg(unix)]
mod foreground;
#[cfg(unix)]
pub mod guard;
#[cfg(unix)]
mod host;
#[cfg(unix)]
mod keeper;
#[cfg(unix)]
mod launch;
#[cfg(all(unix, feature = "process"))]
mod piped;
#[cfg(unix)]
mod program;
#[cfg(unix)]
mod running;
#[cfg(unix)]
mod strays;
#[cfg(unix)]
mod swarm;

pub use ask::ask;
#[cfg(all(unix, feature = "process"))]
pub use piped::start_piped;
#[cfg(unix)]
pub use {
    aside::{Awaiting, aside, hurried, stop_asides},
    ended::{Ended, Status},
    host::Host,
    launch::{Launch, StartError},
    program::find,
    running::Running,
    strays::stop_strays,
    swarm::Swarm,
};
