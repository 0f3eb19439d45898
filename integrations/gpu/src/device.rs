//! One device under watch.

use std::{collections::BTreeMap, sync::Arc};

use nvml_wrapper::{
    Nvml,
    bitmasks::device::ThrottleReasons,
    device::Device,
    enum_wrappers::device::{EccCounter, MemoryError, TemperatureSensor},
    error::NvmlError,
};
use pss_metrics::model::{Intake, Sample, Signal};

use crate::{
    busy::Busy,
    unread::{Unread, What},
    users::{Users, is_untold, users},
    xids::Xids,
};

/// The processes of the command, with their names.
type Tree = BTreeMap<u32, Option<Arc<str>>>;

/// Millionths in a percent.
const PERCENT: u64 = 10_000;

const SLOWDOWNS: [(Signal, ThrottleReasons); 3] = [
    (
        Signal::GPU_SLOWED_HEAT,
        ThrottleReasons::SW_THERMAL_SLOWDOWN.union(ThrottleReasons::HW_THERMAL_SLOWDOWN),
    ),
    (
        Signal::GPU_SLOWED_POWER,
        ThrottleReasons::SW_POWER_CAP.union(ThrottleReasons::HW_POWER_BRAKE_SLOWDOWN),
    ),
    (Signal::GPU_SLOWED_HARDWARE, ThrottleReasons::HW_SLOWDOWN),
];

/// A device.
pub(crate) struct Watched {
    /// As the driver counts.
    pub(crate) index: u32,
    entity: String,
    device: Device<'static>,
    xids: Option<Xids>,
    busy: Busy,
    used: bool,
    pub(crate) unread: Unread,
}

impl Watched {
    pub(crate) fn new(nvml: &'static Nvml, index: u32, device: Device<'static>) -> Watched {
        let mut unread = Unread::default();
        let xids = unread.keep(What::Xids, Xids::new(nvml, &device));
        Watched {
            index,
            entity: index.to_string(),
            device,
            xids,
            busy: Busy::default(),
            used: false,
            unread,
        }
    }

    /// Whether the command has used it, as far as can be known.
    pub(crate) fn counts(&self) -> bool {
        self.used
    }

    /// Reads what there is, if the device counts. `tree` is `None` where the driver's process ids are not ours.
    pub(crate) fn poll(&mut self, now: i64, tree: Option<&Tree>, into: &mut dyn Intake) {
        if self.unread.lost {
            return;
        }
        // Before anything else: a device that is lost says why in its last event.
        let errors = self
            .xids
            .as_ref()
            .and_then(|xids| self.unread.keep(What::Xids, xids.take()));
        let users = match tree {
            Some(tree) => self.users(tree),
            None => {
                self.used = true;
                None
            }
        };
        if self.used {
            self.errors(errors, now, into);
            self.whole(now, into);
            if let (Some(tree), Some(users)) = (tree, users) {
                self.of_users(tree, &users, now, into);
            }
            if self.unread.lost {
                self.push(Signal::GPU_LOST, 1, now, into);
            }
        }
    }

    /// What was worth a line: errors by number, a loss.
    pub(crate) fn events(&self) -> Vec<String> {
        let index = self.index;
        let xids = self.xids.iter().flat_map(|xids| &xids.seen);
        let mut events: Vec<String> = xids
            .map(|(xid, times)| {
                let number = xid.map_or_else(|| "of no known number".to_owned(), |n| n.to_string());
                let times = if *times == 1 {
                    String::new()
                } else {
                    format!(" ({times} times)")
                };
                format!("GPU {index}: the driver reported Xid {number}{times}")
            })
            .collect();
        if self.unread.lost {
            events.push(format!(
                "GPU {index} was lost during the run: it fell off its bus or needs a reset"
            ));
        }
        events
    }

    /// Who uses the device; decides whether it counts.
    fn users(&mut self, tree: &Tree) -> Option<Users> {
        let users = users(&self.device);
        self.used |= match &users {
            Ok(users) => users.keys().any(|pid| tree.contains_key(pid)),
            Err(error) => is_untold(error),
        };
        self.unread.keep(What::Users, users)
    }

    fn errors(&mut self, errors: Option<Vec<Option<u64>>>, now: i64, into: &mut dyn Intake) {
        let Some(errors) = errors else { return };
        if let Some(xids) = &mut self.xids {
            xids.count(&errors);
        }
        let count = u64::try_from(errors.len()).unwrap_or(u64::MAX);
        // A zero says that errors would have been seen.
        self.push(Signal::XID, count, now, into);
    }

    /// What the driver tells of the device as a whole.
    fn whole(&mut self, now: i64, into: &mut dyn Intake) {
        let memory = self.device.memory_info();
        if let Some(memory) = self.unread.keep(What::Memory, memory) {
            self.push(Signal::GPU_MEMORY_USED, memory.used, now, into);
            self.push(Signal::GPU_MEMORY_TOTAL, memory.total, now, into);
        }
        let busy = self.device.utilization_rates();
        if let Some(busy) = self.unread.keep(What::Utilization, busy) {
            let share = u64::from(busy.gpu.min(100)) * PERCENT;
            self.push(Signal::GPU_UTILIZATION, share, now, into);
        }
        let degrees = self.device.temperature(TemperatureSensor::Gpu);
        if let Some(degrees) = self.unread.keep(What::Temperature, degrees) {
            self.push(Signal::GPU_TEMPERATURE, degrees.into(), now, into);
        }
        let reasons = self.device.current_throttle_reasons();
        if let Some(reasons) = self.unread.keep(What::Slowdowns, reasons) {
            for (signal, mask) in SLOWDOWNS {
                let slowed = u64::from(reasons.intersects(mask)) * 100 * PERCENT;
                self.push(signal, slowed, now, into);
            }
        }
        for (signal, kind) in [
            (Signal::GPU_ECC_CORRECTED, MemoryError::Corrected),
            (Signal::GPU_ECC_UNCORRECTED, MemoryError::Uncorrected),
        ] {
            let errors = self.device.total_ecc_errors(kind, EccCounter::Volatile);
            if let Some(errors) = self.unread.keep(What::EccErrors, errors) {
                self.push(signal, errors, now, into);
            }
        }
    }

    /// What the driver tells of the command's processes.
    fn of_users(&mut self, tree: &Tree, users: &Users, now: i64, into: &mut dyn Intake) {
        let ours = || users.iter().filter(|(pid, _)| tree.contains_key(*pid));
        if ours().next().is_none() {
            return;
        }
        let busy = self.busy.since(&self.device);
        let busy = self.unread.keep(What::UtilizationOfUsers, busy);
        for (pid, bytes) in ours() {
            let bytes = self
                .unread
                .keep(What::MemoryOfUsers, bytes.ok_or(NvmlError::NoData));
            let Some(Some(name)) = tree.get(pid) else {
                continue;
            };
            let entity = format!("{}/{name}", self.entity);
            let share = busy.as_ref().and_then(|busy| busy.get(pid).copied());
            for (signal, value) in [
                (Signal::GPU_PROCESS_MEMORY, bytes),
                (Signal::GPU_PROCESS_UTILIZATION, share),
            ] {
                if let Some(value) = value {
                    into.sample(&Sample {
                        signal,
                        entity: &entity,
                        time: Some(now),
                        value,
                    });
                }
            }
        }
    }

    fn push(&self, signal: Signal, value: u64, now: i64, into: &mut dyn Intake) {
        into.sample(&Sample {
            signal,
            entity: &self.entity,
            time: Some(now),
            value,
        });
    }
}
