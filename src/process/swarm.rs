//! Many commands at once, none of which has the terminal.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use wait4::Wait4;

use super::{
    ended::{Ended, Status},
    guard::Guard,
    launch::{Launch, StartError},
};

/// Starts commands from many threads at once. They read nothing, and write where `pss` does.
#[derive(Debug)]
pub struct Swarm {
    guard: Arc<Mutex<Option<Guard>>>,
    groups: Mutex<BTreeMap<Pid, Member>>,
}

#[derive(Debug, Default)]
struct Member {
    /// When it is stopped.
    until: Option<Instant>,
    timed_out: bool,
    /// Whether the command has ended, and others of its group have not.
    strays: bool,
}

impl Swarm {
    pub(super) fn new(guard: Arc<Mutex<Option<Guard>>>) -> Swarm {
        Swarm {
            guard,
            groups: Mutex::default(),
        }
    }

    /// Runs a command to its end, in the calling thread. One that takes longer than `limit` is stopped by [`Swarm::sweep`].
    ///
    /// # Errors
    /// Why it cannot be started, or awaited.
    pub fn run(&self, launch: &Launch, limit: Option<Duration>) -> Result<Ended, StartError> {
        let began = Instant::now();
        let child = launch.start_unattended()?;
        let group = Pid::from_raw(child.id().cast_signed());
        let member = Member {
            until: limit.map(|limit| began + limit),
            ..Member::default()
        };
        self.groups().insert(group, member);
        self.guarded(|guard| guard.watch(group));
        let used = child
            .wait4()
            .map_err(|error: io::Error| launch.error(error.to_string()))?;
        let wall = began.elapsed();
        // The leader is gone, so that whoever is left in its group outlived it.
        let strays = killpg(group, None).is_ok();
        let timed_out = {
            let mut groups = self.groups();
            let timed_out = groups.get(&group).is_some_and(|member| member.timed_out);
            match groups.get_mut(&group) {
                Some(member) if strays => member.strays = true,
                _ => {
                    groups.remove(&group);
                }
            }
            timed_out
        };
        if !strays {
            self.guarded(|guard| guard.forget(group));
        }
        Ok(Ended {
            status: Status::of(used.status),
            wall,
            cpu: used.rusage.utime + used.rusage.stime,
            peak: None,
            timed_out,
        })
    }

    /// Stops those whose time is over. To be called now and then.
    pub fn sweep(&self) {
        let now = Instant::now();
        for (group, member) in self.groups().iter_mut() {
            let Some(until) = member.until else { continue };
            if now >= until {
                // A second later whoever did not hear is made to.
                let signal = if member.timed_out {
                    Signal::SIGKILL
                } else {
                    Signal::SIGTERM
                };
                let _ = killpg(*group, signal);
                member.timed_out = true;
                member.until = Some(now + Duration::from_secs(1));
            }
        }
    }

    /// Asks all to stop, or makes them.
    pub fn stop(&self, force: bool) {
        let signal = if force {
            Signal::SIGKILL
        } else {
            Signal::SIGTERM
        };
        for group in self.groups().keys() {
            let _ = killpg(*group, signal);
        }
    }

    /// Stops whatever outlived the commands that started it; says of how many commands that was.
    pub fn stop_strays(&self) -> usize {
        let strays: Vec<Pid> = self
            .groups()
            .iter()
            .filter(|(_, member)| member.strays)
            .map(|(group, _)| *group)
            .collect();
        let mut count = 0;
        for group in strays {
            count += usize::from(super::stop_strays(group.as_raw().cast_unsigned(), &[]) > 0);
            self.groups().remove(&group);
            self.guarded(|guard| guard.forget(group));
        }
        count
    }

    fn groups(&self) -> std::sync::MutexGuard<'_, BTreeMap<Pid, Member>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn guarded(&self, tell: impl FnOnce(&mut Guard)) {
        let mut guard = self.guard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(guard) = guard.as_mut() {
            tell(guard);
        }
    }
}
