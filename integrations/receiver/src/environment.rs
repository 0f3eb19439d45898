//! What a command is told so that its SDK sends here.

/// Variables of OpenTelemetry's specification.
pub(crate) fn environment(endpoint: &str) -> Vec<(&'static str, String)> {
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_TRACES_EXPORTER", "otlp"),
        ("OTEL_METRICS_EXPORTER", "otlp"),
        ("OTEL_LOGS_EXPORTER", "none"),
        // A sampled trace scores as a rarer one.
        ("OTEL_TRACES_SAMPLER", "always_on"),
        // Instead of a minute: a run may be shorter than that.
        ("OTEL_METRIC_EXPORT_INTERVAL", "1000"),
        // Instead of five seconds: what a command that is killed had not sent yet is lost.
        ("OTEL_BSP_SCHEDULE_DELAY", "500"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}
