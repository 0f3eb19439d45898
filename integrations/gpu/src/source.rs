//! Where devices are read from.

use std::{ffi::OsString, path::Path};

use pss_integrations::samplers::{Absent, Polling, Target};

use crate::{devices::Devices, library::load};

/// Names another library than the loader would find.
const VARIABLE: &str = "PSS_NVML";
/// The name under which all drivers for Linux install it.
const LIBRARY: &str = "libnvidia-ml.so.1";
/// The namespace of process ids that a machine starts with: `PROC_PID_INIT_INO` in the kernel's proc_ns.h.
const FIRST_NAMESPACE: &str = "pid:[4026531836]";

/// Where devices are read from, and what the driver's process ids mean here.
#[derive(Debug, Clone)]
pub struct Source {
    /// The library of the driver: a path, or a name that the loader looks for.
    pub library: OsString,
    /// Whose ids it tells.
    pub pids: Pids,
}

/// Whose process ids a driver tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pids {
    /// Those we know processes by.
    Ours,
    /// Those of the host, under which we are a container with other ids.
    Foreign,
}

impl Source {
    /// This machine's driver, or the one that `PSS_NVML` names.
    pub fn here() -> Source {
        let named = std::env::var_os(VARIABLE).filter(|path| !path.is_empty());
        Source {
            library: named.unwrap_or_else(|| LIBRARY.into()),
            pids: Pids::of(Path::new("/proc/self/ns/pid")),
        }
    }

    /// Starts to watch the devices that a process tree uses.
    ///
    /// # Errors
    /// No library, one that is no NVML, no driver, no device.
    pub fn watch(&self, target: &Target) -> Result<Box<dyn Polling>, Absent> {
        let nvml = load(&self.library)?;
        Ok(Box::new(Devices::new(nvml, target.clone(), self.pids)?))
    }
}

impl Pids {
    fn of(namespace: &Path) -> Pids {
        match std::fs::read_link(namespace) {
            Ok(link) if link.as_os_str() != FIRST_NAMESPACE => Pids::Foreign,
            _ => Pids::Ours,
        }
    }
}
