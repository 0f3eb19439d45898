//! The metadata of a system record: which samples it carries.

use std::borrow::Cow;

use pss_metrics::model::{Decimal, Intake, Sample, Signal};

use super::super::json::{Next, Reason, Scanner};
use super::careful::{Number, scalar_number, scalar_text};

/// Keys that carry a sample, with the power of ten that turns their unit into the signal's integer one.
pub(super) const SAMPLES: &[(&str, Signal, i32)] = &[
    ("lag", Signal::LOOP_LAG, 9),
    ("gc_pause_duration", Signal::GC_PAUSE, 9),
    ("run_delay", Signal::RUN_DELAY, 9),
    ("on_cpu", Signal::ON_CPU, 9),
    ("memory_rss", Signal::MEMORY_RSS, 0),
    ("kafka_lag", Signal::KAFKA_LAG, 0),
    ("committed_offset", Signal::KAFKA_OFFSET, 0),
    ("kafka_offset", Signal::KAFKA_OFFSET, 0),
    ("gpu_memory_used", Signal::GPU_MEMORY_USED, 0),
    ("gpu_memory_total", Signal::GPU_MEMORY_TOTAL, 0),
    // Percent, as device libraries report it, to millionths.
    ("gpu_utilization", Signal::GPU_UTILIZATION, 4),
    ("psi_cpu_some", Signal::PSI_CPU_SOME, 6),
    ("psi_io_some", Signal::PSI_IO_SOME, 6),
    ("psi_memory_some", Signal::PSI_MEMORY_SOME, 6),
    ("oom", Signal::OOM, 0),
    ("xid", Signal::XID, 0),
];

/// What a record's metadata holds.
#[derive(Debug, Default)]
pub(super) struct Metadata<'a> {
    values: [Option<Decimal>; SAMPLES.len()],
    topic: Cow<'a, str>,
    partition: Cow<'a, str>,
    group: Cow<'a, str>,
    device: Cow<'a, str>,
    process: Cow<'a, str>,
    /// A signal that has no key of its own, by name, and its value in its unit.
    signal: Cow<'a, str>,
    value: Cow<'a, str>,
}

impl<'a> Metadata<'a> {
    pub(super) fn scan(scanner: &mut Scanner<'a>) -> Result<Metadata<'a>, Reason> {
        let mut metadata = Metadata::default();
        if !scanner.enter()? {
            return Ok(metadata);
        }
        loop {
            let key = scanner.key()?;
            let next = scanner.next()?;
            if let Some(at) = SAMPLES.iter().position(|(name, ..)| *name == key) {
                metadata.values[at] = match scalar_number(scanner, next, SAMPLES[at].0)? {
                    Number::Missing => None,
                    Number::Is(value) => Some(value),
                };
            } else {
                let place = match &*key {
                    "topic" => Some(&mut metadata.topic),
                    "partition" => Some(&mut metadata.partition),
                    "group_id" | "group" => Some(&mut metadata.group),
                    "gpu" | "device" => Some(&mut metadata.device),
                    "process" | "pid" => Some(&mut metadata.process),
                    "signal" => Some(&mut metadata.signal),
                    "value" => Some(&mut metadata.value),
                    _ => None,
                };
                match (place, next) {
                    (Some(place), Next::Text) => {
                        *place = scalar_text(scanner, next, "metadata")?.unwrap_or_default()
                    }
                    (Some(place), Next::Number) => *place = Cow::Borrowed(scanner.number()?),
                    _ => scanner.skip()?,
                }
            }
            if !scanner.more()? {
                return Ok(metadata);
            }
        }
    }

    /// Pushes the samples; says how many.
    pub(super) fn push(
        &self,
        time: Option<i64>,
        service: Option<&str>,
        into: &mut dyn Intake,
    ) -> Result<usize, Reason> {
        let mut pushed = 0;
        let process = if self.process.is_empty() {
            service.unwrap_or("")
        } else {
            &self.process
        };
        for ((field, signal, shift), value) in SAMPLES.iter().zip(&self.values) {
            let Some(value) = value else { continue };
            let value = value
                .unsigned(*shift)
                .map_err(|error| Reason::Number { field, error })?;
            let entity = if signal.name.starts_with("kafka.") {
                self.partition_name()
            } else if signal.name.starts_with("gpu.")
                || *signal == Signal::XID
                || (*signal == Signal::OOM && !self.device.is_empty())
            {
                self.device.clone()
            } else if signal.name.starts_with("psi.") {
                Cow::Borrowed("host")
            } else {
                Cow::Borrowed(process)
            };
            into.sample(&Sample {
                signal: *signal,
                entity: &entity,
                time,
                value,
            });
            pushed += 1;
        }
        if let Some(signal) = Signal::OBSERVED
            .iter()
            .find(|signal| signal.name == self.signal)
        {
            let value = Decimal::parse(self.value.as_bytes())
                .and_then(|value| value.unsigned(0))
                .map_err(|error| Reason::Number {
                    field: "value",
                    error,
                })?;
            let entity = if signal.name.starts_with("gpu.") {
                &self.device
            } else {
                process
            };
            into.sample(&Sample {
                signal: *signal,
                entity,
                time,
                value,
            });
            pushed += 1;
        }
        Ok(pushed)
    }

    fn partition_name(&self) -> Cow<'_, str> {
        if self.topic.is_empty() && self.group.is_empty() && self.partition.is_empty() {
            return Cow::Borrowed("");
        }
        Cow::Owned(format!("{}/{}/{}", self.group, self.topic, self.partition))
    }
}
