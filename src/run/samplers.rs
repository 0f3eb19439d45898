//! Samplers are started beside each other: a driver that takes its time to start holds up no other's first look.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::mpsc::{Receiver, channel},
    thread::Builder,
    time::{Duration, Instant},
};

use pss_integrations::samplers::{Absent, Facts, Polling, Sampler, Target};
use pss_metrics::plugin::caught;

/// The samplers of a round: at work, on their way, absent, or failed. One that panics is not asked again, and no other is touched.
pub(super) struct Samplers {
    inbox: Receiver<Started>,
    /// Those that did not answer yet, by their place.
    waiting: BTreeMap<usize, &'static str>,
    /// Those at work with their names, in the order in which they were named.
    at_work: BTreeMap<usize, (&'static str, Box<dyn Polling>)>,
    /// What is not there to be read: fragments.
    absent: BTreeSet<String>,
    /// What failed: fragments.
    failed: BTreeSet<String>,
}

struct Started {
    place: usize,
    outcome: Result<Result<Box<dyn Polling>, Absent>, String>,
}

impl Samplers {
    /// Starts each on a thread of its own.
    ///
    /// # Errors
    /// What the system says about threads.
    pub(super) fn start(
        samplers: &[&'static dyn Sampler],
        target: &Target,
    ) -> std::io::Result<Samplers> {
        let (send, inbox) = channel();
        let mut waiting = BTreeMap::new();
        for (place, sampler) in samplers.iter().copied().enumerate() {
            let (send, target) = (send.clone(), target.clone());
            waiting.insert(place, sampler.meta().plugin.name);
            Builder::new().name("sampler".to_owned()).spawn(move || {
                let outcome = caught(|| sampler.start(&target));
                // Nobody listens after the round.
                let _ = send.send(Started { place, outcome });
            })?;
        }
        Ok(Samplers {
            inbox,
            waiting,
            at_work: BTreeMap::new(),
            absent: BTreeSet::new(),
            failed: BTreeSet::new(),
        })
    }

    /// Takes in those that are ready by now; waits for the others for a while at most. How many are at work.
    pub(super) fn ready(&mut self, limit: Duration) -> usize {
        let until = Instant::now() + limit;
        while !self.waiting.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(Started { place, outcome }) = self.inbox.recv_timeout(left) else {
                break;
            };
            let name = self.waiting.remove(&place).unwrap_or_default();
            match outcome {
                Ok(Ok(polling)) => {
                    self.at_work.insert(place, (name, polling));
                }
                Ok(Err(why)) => {
                    self.absent
                        .insert(format!("sampler:{name} has nothing to read: {why}"));
                }
                Err(why) => {
                    self.failed
                        .insert(format!("sampler:{name} failed at its start: {why}"));
                }
            }
        }
        self.at_work.len()
    }

    /// Something with each that is ready by now.
    pub(super) fn each(&mut self, mut work: impl FnMut(&mut dyn Polling)) {
        self.ready(Duration::ZERO);
        let failed = &mut self.failed;
        self.at_work.retain(|_, (name, sampler)| {
            let done = caught(|| work(sampler.as_mut()));
            if let Err(why) = &done {
                failed.insert(format!(
                    "sampler:{name} failed while the command ran: {why}"
                ));
            }
            done.is_ok()
        });
    }

    /// What those at work know of the processes, for the line of status.
    pub(super) fn facts(&self) -> Option<Facts> {
        let mut at_work = self.at_work.values();
        at_work.find_map(|(_, sampler)| caught(|| sampler.facts()).ok().flatten())
    }

    /// What those at work could not read.
    pub(super) fn notices(&self) -> Vec<String> {
        let at_work = self.at_work.values();
        at_work
            .flat_map(|(_, sampler)| caught(|| sampler.notices()).unwrap_or_default())
            .collect()
    }

    /// What failed, and why.
    pub(super) fn failed(&self) -> BTreeSet<String> {
        self.failed.clone()
    }

    /// What brought nothing, and why.
    pub(super) fn absent(&self) -> BTreeSet<String> {
        self.absent.clone()
    }

    /// Those that were not ready before the command ended.
    pub(super) fn late(&self) -> BTreeSet<&'static str> {
        self.waiting.values().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use pss_integrations::samplers::SamplerMeta;
    use pss_metrics::{model::Intake, plugin_meta};

    use super::*;

    /// A sampler that takes its time to start.
    struct Slow {
        meta: SamplerMeta,
        takes: Duration,
        absent: bool,
    }

    struct Nothing;

    impl Polling for Nothing {
        fn poll(&mut self, _: i64, _: &mut dyn Intake) {}
    }

    impl Sampler for Slow {
        fn meta(&self) -> &'static SamplerMeta {
            Box::leak(Box::new(self.meta))
        }

        fn start(&self, _: &Target) -> Result<Box<dyn Polling>, Absent> {
            std::thread::sleep(self.takes);
            if self.absent {
                return Err(Absent("no device".to_owned()));
            }
            Ok(Box::new(Nothing))
        }
    }

    fn sampler(name: &'static str, takes: u64, absent: bool) -> &'static dyn Sampler {
        Box::leak(Box::new(Slow {
            meta: SamplerMeta {
                plugin: plugin_meta!(Sampler, name, ""),
                emits: &[],
                needs: "",
                mapping: "",
            },
            takes: Duration::from_millis(takes),
            absent,
        }))
    }

    #[test]
    fn a_slow_one_holds_up_no_other_and_joins_when_it_is_ready() {
        let samplers = [
            sampler("slow", 400, false),
            sampler("quick", 0, false),
            sampler("none", 0, true),
            sampler("never", 60_000, false),
        ];
        let target = Target::new(std::process::id());
        let began = Instant::now();
        let mut samplers = Samplers::start(&samplers, &target).expect("threads");
        while samplers.ready(Duration::from_millis(5)) < 1 {}
        assert!(began.elapsed() < Duration::from_millis(400), "held up");
        while samplers.ready(Duration::from_millis(5)) < 2 {}
        assert!(began.elapsed() >= Duration::from_millis(400));
        assert_eq!(
            samplers.absent().into_iter().collect::<Vec<_>>(),
            ["sampler:none has nothing to read: no device"]
        );
        assert_eq!(samplers.late(), BTreeSet::from(["never"]));
    }
}
