//! Samplers of a running program: one file per member, and what they share.

pub mod cgroup;
mod contract;
#[cfg(target_os = "linux")]
mod diag;
#[cfg(target_os = "linux")]
mod kept;
mod pace;
#[cfg(target_os = "linux")]
mod places;
#[cfg(not(target_os = "linux"))]
mod portable;
pub mod process;
pub mod psi;
pub mod sockets;
mod target;
#[cfg(target_os = "linux")]
mod threads;
#[cfg(target_os = "linux")]
mod tree;
#[cfg(target_os = "linux")]
mod watched;

pub use contract::{Absent, Facts, Polling, Sampler, SamplerEntry, SamplerMeta, samplers};
pub use target::Target;
