//! How busy processes keep a device.

use std::collections::BTreeMap;

use nvml_wrapper::{device::Device, error::NvmlError};

/// The driver's readings up to a time.
#[derive(Debug, Default)]
pub(crate) struct Busy {
    /// Of the newest reading, in the driver's microseconds.
    until: u64,
}

impl Busy {
    /// Mean share of time by process id since the last call, in millionths.
    ///
    /// # Errors
    /// What the driver does not tell; no new reading is no error.
    pub(crate) fn since(&mut self, device: &Device<'_>) -> Result<BTreeMap<u32, u64>, NvmlError> {
        let readings = match device.process_utilization_stats(self.until) {
            Err(NvmlError::NotFound) => Vec::new(),
            readings => readings?,
        };
        let mut sums: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
        for reading in &readings {
            // The driver fills places that it has no reading for with zeros or with whatever was there.
            if reading.timestamp > self.until && reading.sm_util <= 100 {
                let (sum, count) = sums.entry(reading.pid).or_default();
                *sum += u64::from(reading.sm_util);
                *count += 1;
            }
        }
        let times = readings
            .iter()
            .filter(|reading| reading.sm_util <= 100)
            .map(|reading| reading.timestamp);
        self.until = times.fold(self.until, u64::max);
        Ok(sums
            .into_iter()
            .map(|(pid, (sum, count))| (pid, sum * 10_000 / count))
            .collect())
    }
}
