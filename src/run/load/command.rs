//! A command per arrival.

use std::time::Duration;

use pss_metrics::model::Kind;

use super::target::{Fired, Names, Target};
use crate::process::{Launch, Swarm};

pub(super) struct Command {
    pub(super) swarm: Swarm,
    pub(super) launch: Launch,
    pub(super) limit: Option<Duration>,
    /// The program's name.
    pub(super) service: String,
}

impl Target for Command {
    fn fire(&self) -> Fired {
        match self.swarm.run(&self.launch, self.limit) {
            Err(error) => Fired {
                failed: Some(error.to_string()),
                ..Fired::default()
            },
            Ok(ended) => Fired {
                failed: if ended.timed_out {
                    Some("its time was over".to_owned())
                } else if ended.status.success() {
                    None
                } else {
                    Some(ended.status.to_string())
                },
                status: None,
                cpu: Some(ended.cpu),
            },
        }
    }

    fn names(&self) -> Names<'_> {
        Names {
            service: &self.service,
            operation: "run",
            kind: Kind::Internal,
            method: None,
        }
    }

    fn sweep(&self) {
        self.swarm.sweep();
    }

    fn stop(&self, force: bool) {
        self.swarm.stop(force);
    }

    fn clean(&self) -> Option<String> {
        let strays = self.swarm.stop_strays();
        (strays > 0)
            .then(|| format!("of {strays} commands some process outlived them, and was stopped"))
    }
}
