"""Emits spans and a metric with the SDK for Python, as the environment says, and ends."""

import os
import sys

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

if os.environ["OTEL_EXPORTER_OTLP_PROTOCOL"] == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
else:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

traces = TracerProvider()
traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
metrics = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())])
memory = metrics.get_meter("emit").create_up_down_counter("process.memory.usage", unit="By")
tracer = traces.get_tracer("emit")
for number in range(int(sys.argv[1])):
    with tracer.start_as_current_span("operation", attributes={"number": number, "text": "a"}):
        pass
memory.add(1 << 20)
# Both providers flush when the interpreter ends.
