//! One value of a signal at a time: a lag, a pause, a memory size.

/// What one sample's value means for those before it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum SampleKind {
    /// A value that stands for itself: a lag, a size, a pause.
    Gauge,
    /// A running total; a drop is read as a reset.
    Counter,
    /// Something that happened; the value is how often.
    Event,
}

/// The unit of a signal's integer values.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum SignalUnit {
    /// Nanoseconds.
    Nanoseconds,
    /// Bytes.
    Bytes,
    /// Items: messages, offsets, events.
    Count,
    /// Millionths: 1 000 000 is a share of 1.
    Millionths,
    // Summaries keep the place in this list, so what is new stands last.
    /// Degrees Celsius.
    Celsius,
}

/// A known signal: its registered name, kind and unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signal {
    /// The name under which it is kept and shown, such as `gc.pause`.
    pub name: &'static str,
    /// Gauge, counter or event.
    pub kind: SampleKind,
    /// Unit of the integer values.
    pub unit: SignalUnit,
}

macro_rules! signals {
    ($(#[$list_doc:meta])* $list:ident: $($(#[$doc:meta])* $id:ident = $name:literal, $kind:ident, $unit:ident;)*) => {
        impl Signal {
            $($(#[$doc])* pub const $id: Signal = Signal { name: $name, kind: SampleKind::$kind, unit: SignalUnit::$unit };)*
            $(#[$list_doc])*
            pub const $list: &'static [Signal] = &[$(Signal::$id),*];
        }
    };
}

signals! {
    /// Every signal a built-in metric reads.
    KNOWN:
    /// One garbage collection pause.
    GC_PAUSE = "gc.pause", Gauge, Nanoseconds;
    /// How late an event loop or scheduler ran a due task.
    LOOP_LAG = "loop.lag", Gauge, Nanoseconds;
    /// Total time runnable but not running.
    RUN_DELAY = "sched.run_delay", Counter, Nanoseconds;
    /// Total time on a processor.
    ON_CPU = "sched.on_cpu", Counter, Nanoseconds;
    /// Resident memory of a process.
    MEMORY_RSS = "memory.rss", Gauge, Bytes;
    /// Memory as spans report it, one entity per service.
    MEMORY_SPAN = "memory.span", Gauge, Bytes;
    /// Messages between the end of a partition and the group's committed offset.
    KAFKA_LAG = "kafka.lag", Gauge, Count;
    /// Committed offset of a group in a partition.
    KAFKA_OFFSET = "kafka.offset", Counter, Count;
    /// Device memory in use.
    GPU_MEMORY_USED = "gpu.memory.used", Gauge, Bytes;
    /// Device memory installed.
    GPU_MEMORY_TOTAL = "gpu.memory.total", Gauge, Bytes;
    /// Share of time the device was busy.
    GPU_UTILIZATION = "gpu.utilization", Gauge, Millionths;
    /// Share of time some task waited for a processor.
    PSI_CPU_SOME = "psi.cpu.some", Gauge, Millionths;
    /// Share of time some task waited for storage.
    PSI_IO_SOME = "psi.io.some", Gauge, Millionths;
    /// Share of time some task waited for memory.
    PSI_MEMORY_SOME = "psi.memory.some", Gauge, Millionths;
    /// An out-of-memory event.
    OOM = "oom", Event, Count;
    /// A GPU driver error event.
    XID = "xid", Event, Count;
}

signals! {
    /// Signals that samplers bring and no built-in metric reads: kept in the summary for whoever asks why, and for metrics of one's own.
    OBSERVED:
    /// Most resident memory a process ever had.
    MEMORY_PEAK = "memory.peak", Gauge, Bytes;
    /// Page faults served without storage.
    FAULTS_MINOR = "memory.faults.minor", Counter, Count;
    /// Page faults that waited for storage.
    FAULTS_MAJOR = "memory.faults.major", Counter, Count;
    /// Bytes a process had fetched from storage.
    IO_READ = "io.read", Counter, Bytes;
    /// Bytes a process had sent to storage.
    IO_WRITTEN = "io.written", Counter, Bytes;
    /// Total time waiting for storage.
    IO_DELAY = "io.delay", Counter, Nanoseconds;
    /// Threads of a process.
    THREADS = "sched.threads", Gauge, Count;
    /// How often threads gave up a processor to wait.
    SWITCHES_VOLUNTARY = "sched.switches.voluntary", Counter, Count;
    /// How often threads were made to give up a processor.
    SWITCHES_INVOLUNTARY = "sched.switches.involuntary", Counter, Count;
    /// Total time a control group was held back by its limit on processors.
    CGROUP_THROTTLED = "cgroup.throttled", Counter, Nanoseconds;
    /// Smoothed round-trip time of a connection.
    NET_RTT = "net.rtt", Gauge, Nanoseconds;
    /// Segments sent again, over all connections.
    NET_RETRANSMITS = "net.retransmits", Counter, Count;
    /// Device memory that a process uses, one entity per device and process.
    GPU_PROCESS_MEMORY = "gpu.process.memory", Gauge, Bytes;
    /// Share of time a process kept a device busy, one entity per device and process.
    GPU_PROCESS_UTILIZATION = "gpu.process.utilization", Gauge, Millionths;
    /// Temperature of a device.
    GPU_TEMPERATURE = "gpu.temperature", Gauge, Celsius;
    /// Whether a device runs slower to stay cool: its mean is the share of readings.
    GPU_SLOWED_HEAT = "gpu.slowed.heat", Gauge, Millionths;
    /// Whether a device runs slower to draw less power: its mean is the share of readings.
    GPU_SLOWED_POWER = "gpu.slowed.power", Gauge, Millionths;
    /// Whether a device's hardware slows it, for heat or power: its mean is the share of readings.
    GPU_SLOWED_HARDWARE = "gpu.slowed.hardware", Gauge, Millionths;
    /// Memory errors of a device that were corrected.
    GPU_ECC_CORRECTED = "gpu.ecc.corrected", Counter, Count;
    /// Memory errors of a device that could not be corrected.
    GPU_ECC_UNCORRECTED = "gpu.ecc.uncorrected", Counter, Count;
    /// A device that could no longer be reached.
    GPU_LOST = "gpu.lost", Event, Count;
}

impl Signal {
    /// The signal of a name, whether a built-in metric reads it or not.
    pub fn named(name: &str) -> Option<Signal> {
        Signal::KNOWN
            .iter()
            .chain(Signal::OBSERVED)
            .find(|signal| signal.name == name)
            .copied()
    }
}

/// One value of a signal, for one entity, at a time.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    /// Which signal.
    pub signal: Signal,
    /// What it was measured on: a process, `group/topic/partition`, a device. Empty where the record does not say.
    pub entity: &'a str,
    /// When, in nanoseconds since the Unix epoch.
    pub time: Option<i64>,
    /// The value, in the signal's unit.
    pub value: u64,
}
