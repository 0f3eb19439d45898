//! The kernel's measures of time.

use std::time::Duration;

use rustix::{
    param::clock_ticks_per_second,
    time::{ClockId, Timespec, clock_gettime},
};

/// Clock ticks as a duration.
pub(super) fn ticks(count: u64) -> Duration {
    let per_second = clock_ticks_per_second().max(1);
    Duration::from_secs(count / per_second)
        + Duration::from_secs(count % per_second) / u32::try_from(per_second).unwrap_or(100)
}

/// A duration in whole nanoseconds.
pub(super) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Time since boot, that asleep included: what start times of processes count from.
pub(super) fn since_boot() -> Duration {
    duration(clock_gettime(ClockId::Boottime))
}

/// Time of this thread on a processor.
pub(super) fn thread_on_cpu() -> Duration {
    duration(clock_gettime(ClockId::ThreadCPUTime))
}

fn duration(time: Timespec) -> Duration {
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}
