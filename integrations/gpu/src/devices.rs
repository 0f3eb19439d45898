//! All devices of a driver.

use std::time::{Duration, Instant};

use nvml_wrapper::Nvml;
use pss_integrations::samplers::{Absent, Polling, Target};
use pss_metrics::model::Intake;

use crate::{device::Watched, source::Pids, unread};

/// The driver averages utilisation over 1/6 s to 1 s (its reference, `nvmlUtilization_t`): reading more often shows little more.
const LEAST: Duration = Duration::from_millis(100);
/// Polls that took a time rest a hundred times as long, so that they cost no more than a hundredth of a processor,
const REST: u32 = 100;
/// but no longer than a window of the shortest runs that can be scored.
const MOST: Duration = Duration::from_secs(1);

/// Devices under watch.
pub(crate) struct Devices {
    devices: Vec<Watched>,
    /// What could not be opened.
    closed: Vec<String>,
    target: Target,
    pids: Pids,
    /// In nanoseconds since the epoch.
    due: Option<i64>,
}

impl Devices {
    pub(crate) fn new(nvml: &'static Nvml, target: Target, pids: Pids) -> Result<Devices, Absent> {
        let count = nvml
            .device_count()
            .map_err(|error| Absent(format!("the NVIDIA driver tells no devices ({error})")))?;
        let (mut devices, mut closed) = (Vec::new(), Vec::new());
        for index in 0..count {
            match nvml.device_by_index(index) {
                Ok(device) => devices.push(Watched::new(nvml, index, device)),
                Err(error) => closed.push(format!("GPU {index} cannot be read ({error})")),
            }
        }
        if devices.is_empty() {
            return Err(Absent(match closed.first() {
                Some(first) => first.clone(),
                None => "the NVIDIA driver knows no device".to_owned(),
            }));
        }
        Ok(Devices {
            devices,
            closed,
            target,
            pids,
            due: None,
        })
    }

    fn read(&mut self, now: i64, into: &mut dyn Intake) {
        let began = Instant::now();
        let tree = (self.pids == Pids::Ours).then(|| self.target.named(now));
        for device in &mut self.devices {
            device.poll(now, tree.as_ref(), into);
        }
        let rest = began.elapsed().saturating_mul(REST).clamp(LEAST, MOST);
        let rest = i64::try_from(rest.as_nanos()).unwrap_or(i64::MAX);
        self.due = Some(now.saturating_add(rest));
    }
}

impl Polling for Devices {
    fn poll(&mut self, now: i64, into: &mut dyn Intake) {
        if self.due.is_none_or(|due| now >= due) {
            self.read(now, into);
        }
    }

    fn finish(&mut self, now: i64, into: &mut dyn Intake) {
        self.read(now, into);
    }

    fn notices(&self) -> Vec<String> {
        let counting = || self.devices.iter().filter(|device| device.counts());
        let mut notices = self.closed.clone();
        notices.extend(unread::notices(
            counting().map(|device| (device.index, &device.unread)),
        ));
        if self.pids == Pids::Foreign {
            notices.push(
                "this container cannot tell which GPUs its processes use: all of them count"
                    .to_owned(),
            );
        }
        notices.extend(counting().flat_map(Watched::events));
        notices
    }
}
