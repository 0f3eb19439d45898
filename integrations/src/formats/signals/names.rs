//! Names of metrics, as data: each row says what it measures and who calls it so.

use pss_metrics::model::Signal;

use super::units::Measure;

/// What becomes of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// Its value is a sample.
    Value,
    /// What was added since the last point is a sample each: the observations of a histogram or summary, or the growth of a total.
    Observations,
    /// Its growth per second is a sample: seconds of waiting per second of time.
    Rate,
    /// It is of no use to its signal: what its points are, in the plural, and why.
    Nothing(&'static str),
}

/// A metric that is known.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Its names, in lower case, with `_` for `.` and without the endings that only tell unit or type.
    pub names: &'static [&'static str],
    /// The signal.
    pub signal: Signal,
    /// The unit of its values, where neither its own unit nor its ending says.
    pub measure: Measure,
    /// What becomes of a point.
    pub take: Take,
    /// Who calls it so.
    pub source: &'static str,
    /// Its place among the metrics of its signal that tell the same, where there are such: of each process, or client, the one with the lowest is read.
    pub rank: Option<u8>,
    /// An attribute and its value that a point must have.
    pub only: Option<(&'static str, &'static str)>,
}

const SEMCONV: &str = "OpenTelemetry semantic conventions 1.44";

/// All known metrics.
pub fn names() -> &'static [Known] {
    KNOWN
}

/// The known metric of a name, and the unit that an ending of the name tells.
pub fn known(name: &str) -> Option<(&'static Known, Option<Measure>)> {
    let plain = name.to_ascii_lowercase().replace(['.', '/', '-', ':'], "_");
    let mut rest = plain.as_str();
    let mut unit = None;
    loop {
        if let Some(found) = KNOWN.iter().find(|known| known.names.contains(&rest)) {
            return Some((found, unit));
        }
        let (shorter, measure) = match rest.strip_suffix("_total") {
            Some(shorter) => (shorter, None),
            None => {
                let (shorter, measure) = Measure::at_end(rest)?;
                (shorter, Some(measure))
            }
        };
        rest = shorter;
        unit = unit.or(measure);
    }
}

/// What most rows have.
const USUAL: Known = Known {
    names: &[],
    signal: Signal::LOOP_LAG,
    measure: Measure::Seconds,
    take: Take::Value,
    source: SEMCONV,
    rank: None,
    only: None,
};

const KNOWN: &[Known] = &[
    Known {
        names: &[
            "jvm_gc_duration",
            "v8js_gc_duration",
            "go_memory_gc_pause_duration",
        ],
        signal: Signal::GC_PAUSE,
        measure: Measure::Seconds,
        take: Take::Observations,
        source: SEMCONV,
        ..USUAL
    },
    // A running total of all pauses: its share of time is exact, its tail is that of the intervals between two points.
    Known {
        names: &["dotnet_gc_pause_time"],
        signal: Signal::GC_PAUSE,
        measure: Measure::Seconds,
        take: Take::Observations,
        source: SEMCONV,
        ..USUAL
    },
    Known {
        names: &[
            "process_runtime_jvm_gc_duration",
            "process_runtime_jvm_gc_time",
            "process_runtime_dotnet_gc_duration",
        ],
        signal: Signal::GC_PAUSE,
        measure: Measure::Milliseconds,
        take: Take::Observations,
        source: "OpenTelemetry runtime instrumentation before the conventions were stable",
        ..USUAL
    },
    Known {
        names: &["process_runtime_go_gc_pause"],
        signal: Signal::GC_PAUSE,
        measure: Measure::Nanoseconds,
        take: Take::Observations,
        source: "OpenTelemetry runtime instrumentation before the conventions were stable",
        ..USUAL
    },
    Known {
        names: &["jvm_gc_pause"],
        signal: Signal::GC_PAUSE,
        measure: Measure::Seconds,
        take: Take::Observations,
        source: "Micrometer",
        ..USUAL
    },
    Known {
        names: &["jvm_gc_collection"],
        signal: Signal::GC_PAUSE,
        measure: Measure::Seconds,
        take: Take::Observations,
        source: "Prometheus Java client, JMX exporter",
        ..USUAL
    },
    Known {
        names: &["go_gc_duration"],
        signal: Signal::GC_PAUSE,
        measure: Measure::Seconds,
        take: Take::Observations,
        source: "Prometheus Go client",
        ..USUAL
    },
    Known {
        names: &["nodejs_gc_duration"],
        signal: Signal::GC_PAUSE,
        measure: Measure::Seconds,
        take: Take::Observations,
        source: "prom-client for Node.js",
        ..USUAL
    },
    // Exported together: each tells of the same intervals. The tail of the lag is scored, so what lies beyond the 99 % quantile comes before what lies below.
    Known {
        names: &["nodejs_eventloop_delay_p99"],
        signal: Signal::LOOP_LAG,
        measure: Measure::Seconds,
        take: Take::Value,
        source: SEMCONV,
        rank: Some(0),
        ..USUAL
    },
    Known {
        names: &["nodejs_eventloop_delay_max"],
        signal: Signal::LOOP_LAG,
        measure: Measure::Seconds,
        take: Take::Value,
        source: SEMCONV,
        rank: Some(1),
        ..USUAL
    },
    Known {
        names: &["nodejs_eventloop_delay_p90"],
        signal: Signal::LOOP_LAG,
        measure: Measure::Seconds,
        take: Take::Value,
        source: SEMCONV,
        rank: Some(2),
        ..USUAL
    },
    Known {
        names: &["nodejs_eventloop_delay_mean"],
        signal: Signal::LOOP_LAG,
        measure: Measure::Seconds,
        take: Take::Value,
        source: SEMCONV,
        rank: Some(3),
        ..USUAL
    },
    Known {
        names: &["nodejs_eventloop_delay_p50"],
        signal: Signal::LOOP_LAG,
        measure: Measure::Seconds,
        take: Take::Value,
        source: SEMCONV,
        rank: Some(4),
        ..USUAL
    },
    Known {
        names: &[
            "dotnet_thread_pool_queue_length",
            "process_runtime_dotnet_thread_pool_queue_length",
        ],
        signal: Signal::LOOP_LAG,
        measure: Measure::Items,
        take: Take::Nothing("lengths of thread pool queues, which are items and no seconds of lag"),
        source: SEMCONV,
        ..USUAL
    },
    Known {
        names: &["go_schedule_duration"],
        signal: Signal::LOOP_LAG,
        measure: Measure::Seconds,
        take: Take::Observations,
        source: SEMCONV,
        ..USUAL
    },
    Known {
        names: &["nodejs_eventloop_lag"],
        signal: Signal::LOOP_LAG,
        measure: Measure::Seconds,
        take: Take::Value,
        source: "prom-client for Node.js",
        ..USUAL
    },
    Known {
        names: &["go_sched_latencies"],
        signal: Signal::LOOP_LAG,
        measure: Measure::Seconds,
        take: Take::Observations,
        source: "Prometheus Go client",
        ..USUAL
    },
    Known {
        names: &["process_memory_usage", "jvm_memory_used"],
        signal: Signal::MEMORY_RSS,
        measure: Measure::Bytes,
        take: Take::Value,
        source: SEMCONV,
        ..USUAL
    },
    Known {
        names: &["process_runtime_jvm_memory_usage"],
        signal: Signal::MEMORY_RSS,
        measure: Measure::Bytes,
        take: Take::Value,
        source: "OpenTelemetry runtime instrumentation before the conventions were stable",
        ..USUAL
    },
    Known {
        names: &["process_runtime_cpython_memory"],
        signal: Signal::MEMORY_RSS,
        measure: Measure::Bytes,
        take: Take::Value,
        source: "OpenTelemetry system metrics instrumentation for Python",
        only: Some(("type", "rss")),
        ..USUAL
    },
    Known {
        names: &["process_resident_memory"],
        signal: Signal::MEMORY_RSS,
        measure: Measure::Bytes,
        take: Take::Value,
        source: "Prometheus client libraries",
        ..USUAL
    },
    Known {
        names: &["container_memory_working_set"],
        signal: Signal::MEMORY_RSS,
        measure: Measure::Bytes,
        take: Take::Value,
        source: "cAdvisor",
        ..USUAL
    },
    Known {
        names: &["kafka_consumer_group_lag"],
        signal: Signal::KAFKA_LAG,
        measure: Measure::Items,
        take: Take::Value,
        source: "OpenTelemetry Collector's kafkametrics receiver",
        ..USUAL
    },
    Known {
        names: &["kafka_consumer_group_offset"],
        signal: Signal::KAFKA_OFFSET,
        measure: Measure::Items,
        take: Take::Value,
        source: "OpenTelemetry Collector's kafkametrics receiver",
        ..USUAL
    },
    Known {
        names: &["kafka_consumergroup_lag"],
        signal: Signal::KAFKA_LAG,
        measure: Measure::Items,
        take: Take::Value,
        source: "kafka_exporter",
        ..USUAL
    },
    Known {
        names: &["kafka_consumergroup_current_offset"],
        signal: Signal::KAFKA_OFFSET,
        measure: Measure::Items,
        take: Take::Value,
        source: "kafka_exporter",
        ..USUAL
    },
    Known {
        names: &[
            "kafka_consumer_records_lag",
            "kafka_consumer_fetch_manager_records_lag",
        ],
        signal: Signal::KAFKA_LAG,
        measure: Measure::Items,
        take: Take::Value,
        source: "Kafka's Java client",
        rank: Some(0),
        ..USUAL
    },
    Known {
        names: &[
            "kafka_consumer_records_lag_max",
            "kafka_consumer_fetch_manager_records_lag_max",
        ],
        signal: Signal::KAFKA_LAG,
        measure: Measure::Items,
        take: Take::Value,
        source: "Kafka's Java client",
        rank: Some(1),
        ..USUAL
    },
    Known {
        names: &[
            "kafka_consumer_records_lag_avg",
            "kafka_consumer_fetch_manager_records_lag_avg",
        ],
        signal: Signal::KAFKA_LAG,
        measure: Measure::Items,
        take: Take::Value,
        source: "Kafka's Java client",
        rank: Some(2),
        ..USUAL
    },
    Known {
        names: &["hw_gpu_memory_usage"],
        signal: Signal::GPU_MEMORY_USED,
        measure: Measure::Bytes,
        take: Take::Value,
        source: SEMCONV,
        ..USUAL
    },
    Known {
        names: &["hw_gpu_memory_limit"],
        signal: Signal::GPU_MEMORY_TOTAL,
        measure: Measure::Bytes,
        take: Take::Value,
        source: SEMCONV,
        ..USUAL
    },
    Known {
        names: &["hw_gpu_utilization"],
        signal: Signal::GPU_UTILIZATION,
        measure: Measure::Share,
        take: Take::Value,
        source: SEMCONV,
        ..USUAL
    },
    Known {
        names: &["dcgm_fi_dev_fb_used"],
        signal: Signal::GPU_MEMORY_USED,
        measure: Measure::Mebibytes,
        take: Take::Value,
        source: "NVIDIA DCGM exporter",
        ..USUAL
    },
    Known {
        names: &["dcgm_fi_dev_fb_total"],
        signal: Signal::GPU_MEMORY_TOTAL,
        measure: Measure::Mebibytes,
        take: Take::Value,
        source: "NVIDIA DCGM exporter",
        ..USUAL
    },
    Known {
        names: &["dcgm_fi_dev_gpu_util"],
        signal: Signal::GPU_UTILIZATION,
        measure: Measure::Percent,
        take: Take::Value,
        source: "NVIDIA DCGM exporter",
        ..USUAL
    },
    Known {
        names: &["nvidia_smi_memory_used"],
        signal: Signal::GPU_MEMORY_USED,
        measure: Measure::Bytes,
        take: Take::Value,
        source: "nvidia_gpu_exporter",
        ..USUAL
    },
    Known {
        names: &["nvidia_smi_memory_total"],
        signal: Signal::GPU_MEMORY_TOTAL,
        measure: Measure::Bytes,
        take: Take::Value,
        source: "nvidia_gpu_exporter",
        ..USUAL
    },
    Known {
        names: &["nvidia_smi_utilization_gpu"],
        signal: Signal::GPU_UTILIZATION,
        measure: Measure::Share,
        take: Take::Value,
        source: "nvidia_gpu_exporter",
        ..USUAL
    },
    Known {
        names: &["node_pressure_cpu_waiting"],
        signal: Signal::PSI_CPU_SOME,
        measure: Measure::Seconds,
        take: Take::Rate,
        source: "Prometheus node exporter",
        ..USUAL
    },
    Known {
        names: &["node_pressure_io_waiting"],
        signal: Signal::PSI_IO_SOME,
        measure: Measure::Seconds,
        take: Take::Rate,
        source: "Prometheus node exporter",
        ..USUAL
    },
    Known {
        names: &["node_pressure_memory_waiting"],
        signal: Signal::PSI_MEMORY_SOME,
        measure: Measure::Seconds,
        take: Take::Rate,
        source: "Prometheus node exporter",
        ..USUAL
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn spellings_of_a_name_are_one() {
        for name in [
            "jvm.gc.duration",
            "jvm_gc_duration_seconds",
            "JVM_GC_DURATION",
        ] {
            assert_eq!(
                known(name).map(|(known, _)| known.signal),
                Some(Signal::GC_PAUSE),
                "{name}"
            );
        }
        let (memory, unit) = known("process_resident_memory_bytes").expect("known");
        assert_eq!(
            (memory.signal, unit),
            (Signal::MEMORY_RSS, Some(Measure::Bytes))
        );
        assert!(known("process_memory_usage_something").is_none());
        assert!(known("").is_none());
    }

    #[test]
    fn no_name_stands_twice() {
        let mut seen = BTreeSet::new();
        for name in KNOWN.iter().flat_map(|known| known.names) {
            assert!(seen.insert(name), "{name}");
            assert!(
                known(name).is_some_and(|(known, _)| known.names.contains(name)),
                "{name}"
            );
        }
    }
}
