//! What arrivals are fired at.

use std::time::Duration;

use pss_metrics::model::Kind;

/// Something that takes arrivals, from many threads at once.
pub(super) trait Target: Send + Sync {
    /// Does what an arrival is for, to its end.
    fn fire(&self) -> Fired;

    /// How arrivals are called in spans.
    fn names(&self) -> Names<'_>;

    /// Called now and then, for what has a limit of time.
    fn sweep(&self) {}

    /// Asks what is in flight to stop, or makes it, where that can be done.
    fn stop(&self, force: bool) {
        let _ = force;
    }

    /// After a phase: stops what was left; says what the user should know.
    fn clean(&self) -> Option<String> {
        None
    }
}

/// What became of an arrival.
#[derive(Debug, Clone, Default)]
pub(super) struct Fired {
    /// Why it failed, if it did.
    pub(super) failed: Option<String>,
    /// HTTP status.
    pub(super) status: Option<u16>,
    /// Time on processors.
    pub(super) cpu: Option<Duration>,
}

/// Names for spans.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) service: &'a str,
    pub(super) operation: &'a str,
    pub(super) kind: Kind,
    /// HTTP method.
    pub(super) method: Option<&'a str>,
}
