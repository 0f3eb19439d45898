//! NVIDIA devices that a command uses, read while it runs.
//!
//! [`Nvidia`] is `sampler:gpu`. `source` says where the driver's library is and whether its process ids are ours, `library` loads it, `devices` polls all devices,
//! `device` reads one, `users` lists who uses it, `busy` how busy they keep it, `xids` waits for errors of the driver, `unread` collects what a device does not tell.
//!
//! # Which devices count
//! Where the driver names the processes that use a device, the device counts from the first poll on that finds one of the command's among them: what a neighbour does
//! on another device is not this run's. Where it does not, all devices count. That is so in a container with process ids of its own, whose driver speaks of
//! those of the host; such a container sees only the devices that it was given.
//!
//! What is missed: a process that comes and goes between two polls, with the errors that it caused; and out-of-memory errors, which the driver tells the process
//! alone.
//!
//! # Why the library is never unloaded
//! Devices and event sets borrow the library. It is kept until the process ends, so that they may live in a sampler, and so that the second round of a command
//! does not wait for a driver that takes its time to start.
//!
//! Everything is behind the feature `nvml`, which the feature `gpu` of `pss` switches on.

#[cfg(all(feature = "nvml", target_os = "linux"))]
mod busy;
#[cfg(all(feature = "nvml", target_os = "linux"))]
mod device;
#[cfg(all(feature = "nvml", target_os = "linux"))]
mod devices;
#[cfg(all(feature = "nvml", target_os = "linux"))]
mod library;
#[cfg(feature = "nvml")]
mod nvidia;
#[cfg(all(feature = "nvml", target_os = "linux"))]
mod source;
#[cfg(all(feature = "nvml", target_os = "linux"))]
mod unread;
#[cfg(all(feature = "nvml", target_os = "linux"))]
mod users;
#[cfg(all(feature = "nvml", target_os = "linux"))]
mod xids;

#[cfg(feature = "nvml")]
use pss_metrics::{plugin::PluginCrate, plugin_crate};

#[cfg(feature = "nvml")]
pub use self::nvidia::Nvidia;
#[cfg(all(feature = "nvml", target_os = "linux"))]
pub use self::source::{Pids, Source};

/// What this crate brings.
#[cfg(feature = "nvml")]
pub const PLUGIN_CRATE: PluginCrate = plugin_crate!("sampler:gpu");
