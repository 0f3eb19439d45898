//! The table of faults of SCORING.md section 5: what is done, in which doses, which metric must see it and which others may.

use crate::operation::Role;

/// What is done to a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// The logarithms of durations spread `dose` times as wide.
    Jitter(Target),
    /// One span in fifty takes `dose` times as long.
    Tail(Target),
    /// All spans of the operation at this place of the table take `dose` times as long; for comparisons, which see what a single run cannot.
    Slow(usize),
    /// From half time on, spans take `dose` times as long.
    Level(Target),
    /// Wait shares of entry spans spread by `dose` more.
    WaitSpread,
    /// One entry span in fifty waits `dose` medians longer.
    LockWait,
    /// For 30 s, spans of one service fail with probability `dose`.
    ErrorBurst,
    /// All spans fail with probability `dose` more.
    ErrorRate,
    /// Memory of one process grows by `dose` of it over the run.
    Leak,
    /// Memory of one process is higher by `dose` of it for 30 s.
    MemorySpike,
    /// One collection pause in five is `dose` times as long.
    Pauses,
    /// Three scheduler lags in a hundred are `dose` seconds longer.
    Lag,
    /// For a fifth of the time, cache hits become misses with probability `dose`.
    CacheLoss,
    /// Lag grows from the usual to `dose` times the usual, on one partition or all.
    KafkaGrowth {
        /// On all partitions.
        all: bool,
    },
    /// From half time on, `dose` of the traffic takes another branch.
    Drift,
    /// Memory of one device is higher by `dose` of it for 30 s.
    GpuSpike,
    /// Memory of one device grows by `dose` of it over the run.
    GpuLeak,
    /// One device idles for `dose` of the time.
    GpuStall,
}

/// Which spans a fault of durations hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// All operations of a role.
    All(Role),
    /// The heaviest DB operation only.
    HeaviestDb,
}

/// A fault at one dose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Injected {
    pub(crate) kind: Kind,
    pub(crate) dose: f64,
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fault {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Low, middle and top.
    pub(crate) doses: [f64; 3],
    /// The metric that must see it.
    pub(crate) own: &'static str,
    /// Metrics that may move as well.
    pub(crate) also: &'static [&'static str],
}

const fn fault(
    name: &'static str,
    kind: Kind,
    doses: [f64; 3],
    own: &'static str,
    also: &'static [&'static str],
) -> Fault {
    Fault {
        name,
        kind,
        doses,
        own,
        also,
    }
}

const DB: Target = Target::All(Role::Db);
const NET: Target = Target::All(Role::Net);
const ENTRY: Target = Target::All(Role::Entry);

/// One span in fifty.
pub(crate) const RARE: f64 = 0.02;

/// All faults.
#[rustfmt::skip]
pub(crate) const FAULTS: [Fault; 22] = [
    fault("jitter of all DB operations, log-sigma x", Kind::Jitter(DB), [1.5, 2.0, 5.0], "DB", &["TIME"]),
    fault("jitter of the heaviest DB operation, log-sigma x", Kind::Jitter(Target::HeaviestDb), [1.5, 2.0, 5.0], "DB", &["TIME"]),
    fault("jitter of NET, log-sigma x", Kind::Jitter(NET), [1.5, 2.0, 5.0], "NET", &["TIME"]),
    fault("slow tail: 2 % of NET, x", Kind::Tail(NET), [3.0, 10.0, 30.0], "NET", &[]),
    fault("slow tail: 2 % of entry spans, x", Kind::Tail(ENTRY), [3.0, 10.0, 30.0], "TIME", &[]),
    fault("level shift of DB at half time, x", Kind::Level(DB), [1.2, 1.5, 2.0], "DB", &["TIME"]),
    fault("level shift of entry spans at half time, x", Kind::Level(ENTRY), [1.2, 1.5, 2.0], "TIME", &[]),
    fault("wait-share spread, sd", Kind::WaitSpread, [0.05, 0.15, 0.3], "IO", &["CONC"]),
    fault("lock waits on 2 % of entry spans, + median x", Kind::LockWait, [1.0, 3.0, 10.0], "CONC", &["TIME", "IO"]),
    fault("errors: 30 s burst in one service, rate", Kind::ErrorBurst, [0.05, 0.2, 1.0], "ERR", &[]),
    fault("errors: uniform, rate", Kind::ErrorRate, [0.005, 0.02, 0.1], "ERR", &[]),
    fault("memory leak of one process, of it", Kind::Leak, [0.1, 0.3, 1.0], "MEM", &[]),
    fault("memory spike of one process, of it", Kind::MemorySpike, [0.2, 0.5, 1.0], "MEM", &[]),
    fault("20 % of GC pauses longer, x", Kind::Pauses, [3.0, 10.0, 50.0], "GC", &[]),
    fault("scheduler lag on 3 % of samples, + s", Kind::Lag, [0.02, 0.1, 0.5], "STARVE", &[]),
    fault("cache hits lost for 20 % of the time", Kind::CacheLoss, [0.2, 0.5, 1.0], "CACHE", &["BRANCH"]),
    fault("Kafka lag growth: one partition, x", Kind::KafkaGrowth { all: false }, [5.0, 20.0, 100.0], "KAFKA", &[]),
    fault("Kafka lag growth: all partitions, x", Kind::KafkaGrowth { all: true }, [5.0, 20.0, 100.0], "KAFKA", &[]),
    fault("routing drifts at half time, of traffic", Kind::Drift, [0.1, 0.2, 0.4], "BRANCH", &[]),
    fault("GPU memory spike, of it", Kind::GpuSpike, [0.1, 0.25, 0.5], "GPU", &[]),
    fault("GPU memory leak, of it", Kind::GpuLeak, [0.05, 0.15, 0.5], "GPU", &[]),
    fault("GPU stall, of the time", Kind::GpuStall, [0.1, 0.2, 0.5], "GPU", &[]),
];
