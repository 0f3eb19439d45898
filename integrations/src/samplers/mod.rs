//! Samplers of a running program: one file per member, and what they share.

pub mod cgroup;
#[cfg(target_os = "linux")]
mod clock;
#[cfg(target_os = "linux")]
mod connections;
mod contract;
#[cfg(target_os = "linux")]
mod diag;
mod groups;
#[cfg(target_os = "linux")]
mod kept;
#[cfg(target_os = "linux")]
mod member;
#[cfg(target_os = "linux")]
mod pace;
#[cfg(target_os = "linux")]
mod places;
#[cfg(not(target_os = "linux"))]
mod portable;
pub mod process;
#[cfg(target_os = "linux")]
mod processes;
pub mod psi;
mod settings;
pub mod sockets;
mod target;
#[cfg(target_os = "linux")]
mod threads;
#[cfg(target_os = "linux")]
mod tree;
#[cfg(target_os = "linux")]
mod watched;

pub use contract::{
    Absent, Facts, Polling, Sampler, SamplerEntry, SamplerMeta, Unusable, samplers,
};
pub use settings::SamplerSettings;
pub use target::Target;
