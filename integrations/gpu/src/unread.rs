//! What devices do not tell.

use std::collections::{BTreeMap, BTreeSet};

use nvml_wrapper::error::NvmlError;

/// Something that is read of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    Memory,
    Utilization,
    Temperature,
    Slowdowns,
    EccErrors,
    Xids,
    Users,
    MemoryOfUsers,
    UtilizationOfUsers,
}

impl What {
    fn words(self) -> &'static str {
        match self {
            What::Memory => "memory",
            What::Utilization => "utilisation",
            What::Temperature => "temperature",
            What::Slowdowns => "slowdowns",
            What::EccErrors => "ECC errors",
            What::Xids => "Xid errors",
            What::Users => "processes (so it counts whether the command used it or not)",
            What::MemoryOfUsers => "memory by process",
            What::UtilizationOfUsers => "utilisation by process",
        }
    }
}

/// What one device did not tell. What it told once is not missing: drivers are busy at times.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    told: BTreeSet<What>,
    refused: BTreeSet<What>,
    /// Whether the device fell off its bus, after which nothing can be read.
    pub(crate) lost: bool,
}

impl Unread {
    /// What was read, if it was.
    pub(crate) fn keep<T>(&mut self, what: What, read: Result<T, NvmlError>) -> Option<T> {
        match read {
            Ok(value) => {
                self.told.insert(what);
                Some(value)
            }
            Err(error) => {
                self.refuse(what, &error);
                None
            }
        }
    }

    /// Something could not be read.
    pub(crate) fn refuse(&mut self, what: What, error: &NvmlError) {
        if is_loss(error) {
            self.lost = true;
        } else {
            self.refused.insert(what);
        }
    }

    fn missing(&self) -> Vec<What> {
        self.refused.difference(&self.told).copied().collect()
    }
}

/// `NVML_ERROR_GPU_NOT_FOUND`, which the wrapper has no name for.
const NOT_FOUND: u32 = 28;

fn is_loss(error: &NvmlError) -> bool {
    matches!(
        error,
        NvmlError::GpuLost | NvmlError::ResetRequired | NvmlError::UnexpectedVariant(NOT_FOUND)
    )
}

/// One line for all devices that miss the same.
pub(crate) fn notices<'a>(devices: impl Iterator<Item = (u32, &'a Unread)>) -> Vec<String> {
    let mut alike: BTreeMap<Vec<What>, Vec<String>> = BTreeMap::new();
    for (index, unread) in devices {
        alike
            .entry(unread.missing())
            .or_default()
            .push(index.to_string());
    }
    alike.remove(&Vec::new());
    alike
        .iter()
        .map(|(missing, devices)| {
            let words: Vec<&str> = missing.iter().map(|what| what.words()).collect();
            format!(
                "of GPU {} the driver does not tell: {}",
                devices.join(", "),
                words.join(", ")
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_that_miss_the_same_share_a_line() {
        let device = |refused: &[What], told: &[What]| {
            let mut unread = Unread::default();
            for what in refused {
                unread.refuse(*what, &NvmlError::NotSupported);
            }
            for what in told {
                unread.keep(*what, Ok(()));
            }
            unread
        };
        let (plain, other) = (
            device(&[What::EccErrors, What::Utilization], &[]),
            device(&[What::Memory], &[What::Memory]),
        );
        let twin = device(&[What::Utilization, What::EccErrors], &[What::Memory]);
        assert_eq!(
            notices([(0, &plain), (1, &other), (2, &twin)].into_iter()),
            ["of GPU 0, 2 the driver does not tell: utilisation, ECC errors"]
        );
    }
}
