//! Records about the system beside the traces: lag of the event loop, garbage collection, Kafka, GPU.

use std::io::{self, Write};

use crate::{number::Float, random::Random};

/// Writes one system record without its line end.
pub(super) fn write(
    time: f64,
    index: u64,
    load: f64,
    random: &mut Random,
    out: &mut impl Write,
) -> io::Result<()> {
    let time = Float(time);
    match random.below(4) {
        0 => {
            let lag = random.log_normal(0.001 * load, 0.8);
            let memory = 180_000_000 + random.below(8_000_000);
            let tasks = 5 + random.below(40);
            let churn = random.between(5.0, 60.0);
            write!(
                out,
                "{{\"trace_id\": \"{time}-{index}\", \"name\": \"__event_loop_health__\", \"module\": \"pypss.system\", \"duration\": 0.5, \"cpu_time\": 0.0, \"wait_time\": {}, \"memory\": {memory}, \"memory_diff\": 0, \"error\": false, \"timestamp\": {time}, \"system_metric\": true, \"async_op\": true, \"metadata\": {{\"lag\": {}, \"active_tasks\": {tasks}, \"churn_rate\": {}}}}}",
                Float(lag),
                Float(lag),
                Float(churn)
            )
        }
        1 => write!(
            out,
            "{{\"system_metric\": true, \"timestamp\": {time}, \"name\": \"gc_report\", \"metadata\": {{\"gc_pause_duration\": {}}}}}",
            Float(random.log_normal(0.004, 0.5))
        ),
        2 => {
            let lag = libm::floor(random.log_normal(20.0 * load, 0.6)) as u64;
            let partition = random.below(8);
            write!(
                out,
                "{{\"system_metric\": true, \"timestamp\": {time}, \"name\": \"kafka_lag_report\", \"metadata\": {{\"kafka_lag\": {lag}, \"topic\": \"orders\", \"partition\": {partition}, \"group_id\": \"billing\"}}}}"
            )
        }
        _ => {
            let used = 9_000_000_000 + random.below(2_000_000_000);
            let gpu = random.below(2);
            write!(
                out,
                "{{\"system_metric\": true, \"timestamp\": {time}, \"name\": \"gpu_report\", \"metadata\": {{\"gpu_memory_used\": {used}, \"gpu_memory_total\": 17179869184, \"gpu_utilization\": {}, \"gpu\": \"{gpu}\"}}}}",
                Float(random.between(60.0, 95.0))
            )
        }
    }
}
