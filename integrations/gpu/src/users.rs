//! The processes that use a device.

use std::collections::BTreeMap;

use nvml_wrapper::{
    device::Device, enums::device::UsedGpuMemory, error::NvmlError,
    struct_wrappers::device::ProcessInfo,
};

/// Device memory by process id, in bytes; `None` where the driver does not tell how much.
pub(crate) type Users = BTreeMap<u32, Option<u64>>;

/// Who uses a device, for computing, for drawing, or through the driver's multiplexer.
///
/// # Errors
/// What the driver says to the first of these questions: not every device knows the others.
pub(crate) fn users(device: &Device<'_>) -> Result<Users, NvmlError> {
    let mut users = merged(device.running_compute_processes()?);
    for more in [
        device.running_graphics_processes(),
        device.mps_running_compute_processes(),
    ] {
        for (pid, bytes) in merged(more.unwrap_or_default()) {
            // Who is on two lists is on both with all its memory.
            let known = users.entry(pid).or_default();
            *known = (*known).max(bytes);
        }
    }
    Ok(users)
}

/// A process that uses several instances of a divided device is on the list once for each.
fn merged(list: Vec<ProcessInfo>) -> Users {
    let mut users = Users::new();
    for process in list {
        let known = users.entry(process.pid).or_default();
        if let UsedGpuMemory::Used(bytes) = process.used_gpu_memory {
            *known = Some(known.unwrap_or(0).saturating_add(bytes));
        }
    }
    users
}

/// Whether an answer means that the question is in vain, now and later.
pub(crate) fn is_untold(error: &NvmlError) -> bool {
    matches!(
        error,
        NvmlError::NotSupported
            | NvmlError::NoPermission
            | NvmlError::FunctionNotFound
            | NvmlError::FailedToLoadSymbol(_)
    )
}
