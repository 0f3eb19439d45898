//! `sampler:gpu`: what NVIDIA devices do for a command.

use pss_integrations::samplers::{Absent, Polling, Sampler, SamplerEntry, SamplerMeta, Target};
use pss_metrics::{model::Signal, plugin_meta};

static META: SamplerMeta = SamplerMeta {
    plugin: plugin_meta!(
        Sampler,
        "gpu",
        "memory, utilisation, temperature, slowdowns and errors of the NVIDIA devices that the command uses"
    ),
    emits: &[
        Signal::GPU_MEMORY_USED,
        Signal::GPU_MEMORY_TOTAL,
        Signal::GPU_UTILIZATION,
        Signal::GPU_TEMPERATURE,
        Signal::GPU_SLOWED_HEAT,
        Signal::GPU_SLOWED_POWER,
        Signal::GPU_SLOWED_HARDWARE,
        Signal::GPU_ECC_CORRECTED,
        Signal::GPU_ECC_UNCORRECTED,
        Signal::GPU_PROCESS_MEMORY,
        Signal::GPU_PROCESS_UTILIZATION,
        Signal::GPU_LOST,
        Signal::XID,
    ],
    needs: "Linux and an NVIDIA driver of version 510 or later; the environment variable PSS_NVML names its library where that is not on the loader's path as \
            libnvidia-ml.so.1",
    mapping: "entity: the device's index, as nvidia-smi counts; index/process for gpu.process.*, the process named as sampler:process names it
memory in use and installed -> gpu.memory.used, gpu.memory.total; share of the last 1/6 to 1 s in which some kernel ran -> gpu.utilization; temperature of the chip ->
gpu.temperature; clocks held back for heat, for power, or by the hardware -> gpu.slowed.heat, .power, .hardware (1000000 or 0; settings, idle clocks and waiting for
another device's clock are no slowdown); memory errors since the driver was loaded -> gpu.ecc.corrected, gpu.ecc.uncorrected; errors of the driver since the last
poll -> xid, their numbers in the report's warnings; a device that falls off its bus -> gpu.lost, and nothing more from it
A device counts from the poll on that finds a process of the command among its users. Where the driver does not tell them, as in a container with process ids of its
own, all devices count. Memory and utilisation are those of the whole device, gpu.process.* the command's part. The driver tells no out-of-memory event. At most
ten readings a second: the driver averages over longer.
example: device 1 of two is 90 % busy with 20 GB in use, 5 of them by python3 of the command -> entity 1: gpu.utilization 900000, gpu.memory.used 20000000000; entity
1/python3: gpu.process.memory 5000000000",
};

/// The sampler.
#[derive(Debug)]
pub struct Nvidia;

inventory::submit! { SamplerEntry { sampler: &Nvidia } }

impl Sampler for Nvidia {
    fn meta(&self) -> &'static SamplerMeta {
        &META
    }

    #[cfg(target_os = "linux")]
    fn start(&self, target: &Target) -> Result<Box<dyn Polling>, Absent> {
        crate::Source::here().watch(target)
    }

    #[cfg(not(target_os = "linux"))]
    fn start(&self, _: &Target) -> Result<Box<dyn Polling>, Absent> {
        Err(Absent("devices are read on Linux only".to_owned()))
    }
}
