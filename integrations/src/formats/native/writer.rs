//! Writes native records as JSON lines. Whole numbers of nanoseconds become decimal seconds, exactly.

use std::{
    fmt::Write as _,
    io::{self, BufWriter, Write},
};

use pss_metrics::model::{Intake, Kind, Parent, Sample, Signal, Span};

use super::{super::contract::RecordWriter, super::table::attributes_json, metadata::SAMPLES};

/// Writes lines.
pub(super) struct LineWriter {
    out: BufWriter<Box<dyn Write + Send>>,
    line: String,
    failed: Option<io::Error>,
}

impl LineWriter {
    pub(super) fn new(out: Box<dyn Write + Send>) -> LineWriter {
        LineWriter {
            out: BufWriter::with_capacity(1 << 16, out),
            line: String::new(),
            failed: None,
        }
    }

    fn begin(&mut self) {
        self.line.clear();
        self.line.push('{');
    }

    fn raw(&mut self, key: &str, value: &str) {
        if self.line.len() > 1 && !self.line.ends_with('{') {
            self.line.push(',');
        }
        self.line.push('"');
        self.line.push_str(key);
        self.line.push_str("\":");
        self.line.push_str(value);
    }

    fn text(&mut self, key: &str, value: &str) {
        self.raw(key, &serde_json::Value::from(value).to_string());
    }

    fn seconds(&mut self, key: &str, nanoseconds: i128) {
        self.raw(key, &decimal(nanoseconds, 9));
    }

    fn end(&mut self) {
        self.line.push_str("}\n");
        if self.failed.is_none()
            && let Err(error) = self.out.write_all(self.line.as_bytes())
        {
            self.failed = Some(error);
        }
    }
}

/// An integer times `10^-places`, without zeros that say nothing.
fn decimal(value: i128, places: usize) -> String {
    let (whole, rest) = (
        value.unsigned_abs() / 10u128.pow(places as u32),
        value.unsigned_abs() % 10u128.pow(places as u32),
    );
    let mut text = String::new();
    if value < 0 {
        text.push('-');
    }
    // Writing to a text cannot fail.
    let _ = write!(text, "{whole}");
    if rest > 0 {
        let _ = write!(text, ".{rest:0places$}");
        text.truncate(text.trim_end_matches('0').len());
    }
    text
}

impl Intake for LineWriter {
    fn span(&mut self, span: &Span<'_>) {
        self.begin();
        if !span.trace_id.is_empty() {
            self.text("trace_id", span.trace_id);
        }
        // A record that names itself or a parent says where it stands in its trace.
        if span.parent != Parent::Unknown {
            if !span.span_id.is_empty() {
                self.text("span_id", span.span_id);
            }
            let parent = match (span.parent, span.parent_id) {
                (Parent::Child, "") => "unknown",
                (_, parent) => parent,
            };
            self.text("parent_span_id", parent);
        }
        for (key, value) in [
            ("service", span.service),
            ("name", span.name),
            ("module", span.module),
            ("branch_tag", span.tag),
            ("kind", span.kind.map(Kind::name)),
        ] {
            if let Some(value) = value {
                self.text(key, value);
            }
        }
        if let Some(start) = span.start {
            self.seconds("start", start.into());
        }
        for (key, value) in [
            ("duration", span.duration),
            ("cpu_time", span.cpu),
            ("wait_time", span.wait),
            ("lock_wait", span.lock_wait),
        ] {
            if let Some(value) = value {
                self.seconds(key, value.into());
            }
        }
        if let Some(memory) = span.memory {
            self.raw("memory", &memory.to_string());
        }
        if let Some(error) = span.error {
            self.raw("error", if error { "true" } else { "false" });
        }
        if let Some(attributes) = attributes_json(span.attributes) {
            self.raw("attributes", &attributes);
        }
        self.end();
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        // Memory of spans stands in the spans themselves.
        if sample.signal == Signal::MEMORY_SPAN {
            return;
        }
        self.begin();
        self.raw("system_metric", "true");
        if let Some(time) = sample.time {
            self.seconds("start", time.into());
        }
        self.line.push_str(",\"metadata\":{");
        if let Some((key, _, shift)) = SAMPLES
            .iter()
            .find(|(_, signal, _)| *signal == sample.signal)
        {
            let places = usize::try_from(*shift).unwrap_or(0);
            self.raw(key, &decimal(sample.value.into(), places));
        } else {
            self.text("signal", sample.signal.name);
            self.raw("value", &sample.value.to_string());
        }
        if sample.signal.name.starts_with("kafka.") {
            // A group may have a slash in its name, a topic has none.
            let (rest, partition) = sample
                .entity
                .rsplit_once('/')
                .unwrap_or((sample.entity, ""));
            let (group, topic) = rest.rsplit_once('/').unwrap_or((rest, ""));
            for (key, part) in [("group", group), ("topic", topic), ("partition", partition)] {
                if !part.is_empty() {
                    self.text(key, part);
                }
            }
        } else if sample.signal.name.starts_with("gpu.") || sample.signal.name == "xid" {
            self.text("device", sample.entity);
        } else if !sample.entity.is_empty() {
            self.text("process", sample.entity);
        }
        self.line.push('}');
        self.end();
    }

    fn skipped(&mut self, _: &'static str, _: u64) {}
}

impl RecordWriter for LineWriter {
    fn finish(mut self: Box<Self>) -> io::Result<()> {
        match self.failed.take() {
            Some(error) => Err(error),
            None => self.out.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn decimals_are_exact_and_short() {
        assert_eq!(
            decimal(1_700_000_000_000_000_001, 9),
            "1700000000.000000001"
        );
        assert_eq!(decimal(1_500_000, 9), "0.0015");
        assert_eq!(decimal(-1, 9), "-0.000000001");
        assert_eq!(decimal(3_000_000_000, 9), "3");
        assert_eq!(decimal(7, 0), "7");
    }
}
