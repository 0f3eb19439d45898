//! Errors that the driver reports of a device, by the numbers of NVIDIA's Xid catalogue.

use std::collections::BTreeMap;

use nvml_wrapper::{
    Nvml, bitmasks::event::EventTypes, device::Device, enums::event::XidError, error::NvmlError,
    event::EventSet,
};

/// Events taken in one poll: a device in a storm of errors must not hold up the others.
const MOST: usize = 64;

/// The events of one device. It has a set of its own: a refusal of one device would end a set that several share.
pub(crate) struct Xids {
    set: EventSet<'static>,
    /// How often each was reported; `None` is a number that the driver does not know.
    pub(crate) seen: BTreeMap<Option<u64>, u64>,
}

impl Xids {
    /// Asks for a device's events.
    ///
    /// # Errors
    /// A device or driver without them.
    pub(crate) fn new(nvml: &'static Nvml, device: &Device<'static>) -> Result<Xids, NvmlError> {
        if !device
            .supported_event_types()?
            .contains(EventTypes::CRITICAL_XID_ERROR)
        {
            return Err(NvmlError::NotSupported);
        }
        // The wrapper frees a set when it is dropped, and panics where the library cannot.
        if nvml.lib().nvmlEventSetFree.is_err() {
            return Err(NvmlError::FunctionNotFound);
        }
        let set = device
            .register_events(EventTypes::CRITICAL_XID_ERROR, nvml.create_event_set()?)
            .map_err(|refused| refused.error)?;
        Ok(Xids {
            set,
            seen: BTreeMap::new(),
        })
    }

    /// What has been reported since the last call, without waiting for more.
    ///
    /// # Errors
    /// The device is lost, or the driver fails.
    pub(crate) fn take(&self) -> Result<Vec<Option<u64>>, NvmlError> {
        let mut taken = Vec::new();
        for _ in 0..MOST {
            match self.set.wait(0) {
                Ok(event) => taken.extend(event.event_data.map(|xid| match xid {
                    XidError::Value(number) => Some(number),
                    XidError::Unknown => None,
                })),
                Err(NvmlError::Timeout) => break,
                // What came before is told; the next call meets the error again.
                Err(_) if !taken.is_empty() => break,
                Err(error) => return Err(error),
            }
        }
        Ok(taken)
    }

    /// Remembers what counts.
    pub(crate) fn count(&mut self, taken: &[Option<u64>]) {
        for xid in taken {
            *self.seen.entry(*xid).or_default() += 1;
        }
    }
}
