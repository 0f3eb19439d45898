//! Hooks: told of a run's phases, each on a thread of its own, so that none moves anything of the run.

mod alert;
mod contract;
mod event;
pub mod exec;
pub mod jsonl;
pub mod log;
#[cfg(feature = "http")]
pub mod pushgateway;
mod told;
#[cfg(feature = "http")]
pub mod webhook;

pub use alert::{Alert, Condition, Quiet, Rule, Rules, Than};
pub use contract::{Around, Hook, HookEntry, HookMeta, Telling, hooks};
pub use event::{Event, Phase};
pub use told::{ENTRY, Failure, Hooks, Patience, Planned, plan};
