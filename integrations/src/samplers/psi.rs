//! `sampler:psi`: how long tasks of the whole machine waited for what it is short of.

use std::{
    fs::File,
    io::{Read, Seek},
    path::Path,
    time::Instant,
};

use pss_metrics::{
    model::{Intake, Sample, Signal},
    plugin_meta,
};

use super::{
    contract::{Absent, Polling, Sampler, SamplerEntry, SamplerMeta},
    target::Target,
};

static META: SamplerMeta = SamplerMeta {
    plugin: plugin_meta!(
        Sampler,
        "psi",
        "share of time in which tasks of the machine waited for processors, storage or memory"
    ),
    emits: &[
        Signal::PSI_CPU_SOME,
        Signal::PSI_IO_SOME,
        Signal::PSI_MEMORY_SOME,
    ],
    needs: "Linux 4.20 or later with CONFIG_PSI, and not booted with psi=0",
    mapping: "/proc/pressure/{cpu,io,memory}, `some total=`: its growth between two polls / time between them -> psi.*.some in millionths, entity host
(the kernel's own averages over 10 s and more would smear what a run did). Everything on the machine counts, not just the command: it says whether the machine
was busy with something else while it was measured.
example: total=1000000 us, 100 ms later total=1005000 -> 50000 millionths: in 5 % of the time some task waited",
};

/// The sampler.
#[derive(Debug)]
pub struct Psi;

inventory::submit! { SamplerEntry { sampler: &Psi } }

const FILES: [(&str, Signal); 3] = [
    ("cpu", Signal::PSI_CPU_SOME),
    ("io", Signal::PSI_IO_SOME),
    ("memory", Signal::PSI_MEMORY_SOME),
];
/// As formats name the entity of pressure.
const HOST: &str = "host";

impl Sampler for Psi {
    fn meta(&self) -> &'static SamplerMeta {
        &META
    }

    fn start(&self, _: &Target) -> Result<Box<dyn Polling>, Absent> {
        Ok(Box::new(Pressure::new(Path::new("/proc/pressure"))?))
    }
}

struct Resource {
    file: File,
    signal: Signal,
    /// Microseconds, and when they were read.
    last: (u64, Instant),
}

struct Pressure {
    resources: Vec<Resource>,
}

impl Pressure {
    fn new(folder: &Path) -> Result<Pressure, Absent> {
        let mut failure = None;
        let mut resources = Vec::new();
        for (name, signal) in FILES {
            match File::open(folder.join(name)) {
                Ok(mut file) => resources.extend(total(&mut file).map(|total| Resource {
                    file,
                    signal,
                    last: (total, Instant::now()),
                })),
                Err(error) => failure = Some(error),
            }
        }
        if resources.is_empty() {
            let reason = failure.map_or_else(
                || "its files hold no total".to_owned(),
                |error| error.to_string(),
            );
            return Err(Absent(format!(
                "{} tells no pressure ({reason}); it needs Linux with CONFIG_PSI, not booted with psi=0",
                folder.display()
            )));
        }
        Ok(Pressure { resources })
    }
}

impl Polling for Pressure {
    fn poll(&mut self, now: i64, into: &mut dyn Intake) {
        for resource in &mut self.resources {
            let Some(total) = total(&mut resource.file) else {
                continue;
            };
            let (before, at) = std::mem::replace(&mut resource.last, (total, Instant::now()));
            let elapsed = resource.last.1.duration_since(at).as_micros();
            if elapsed == 0 {
                continue;
            }
            let waited = u128::from(total.saturating_sub(before));
            let share = (waited * 1_000_000 / elapsed).min(1_000_000);
            into.sample(&Sample {
                signal: resource.signal,
                entity: HOST,
                time: Some(now),
                value: u64::try_from(share).unwrap_or(1_000_000),
            });
        }
    }
}

/// Microseconds in which some task waited, since boot.
fn total(file: &mut File) -> Option<u64> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    some_total(&text)
}

fn some_total(text: &str) -> Option<u64> {
    let some = text.lines().find(|line| line.starts_with("some "))?;
    let (_, total) = some.split_once("total=")?;
    total.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_read() {
        let text = "some avg10=3.29 avg60=4.11 avg300=3.65 total=3844451573\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=9\n";
        assert_eq!(some_total(text), Some(3_844_451_573));
        assert_eq!(some_total("full avg10=0.00 total=9\n"), None);
    }

    #[test]
    fn a_machine_without_pressure_is_named() {
        let absent = Pressure::new(Path::new("/nonexistent"))
            .err()
            .expect("absent");
        assert!(absent.to_string().contains("CONFIG_PSI"), "{absent}");
    }
}
