//! A piece of work with the work it calls, and how that becomes span records.

use crate::random::Random;

use super::story::{Lines, START};

/// One piece of work. It computes, waits, calls each of its calls in turn, and ends.
pub(super) struct Work {
    pub(super) service: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    /// The record's attributes, as the inside of a JSON object.
    pub(super) attributes: String,
    pub(super) tag: Option<&'static str>,
    /// Seconds of its own on the processor.
    pub(super) cpu: f64,
    /// Seconds of its own waiting, calls not included.
    pub(super) wait: f64,
    pub(super) error: bool,
    pub(super) calls: Vec<Work>,
    /// Work it causes after it has ended, and how many seconds after.
    pub(super) later: Option<(f64, Box<Work>)>,
}

impl Work {
    /// Work that calls nothing.
    pub(super) fn new(
        service: &'static str,
        kind: &'static str,
        name: &'static str,
        attributes: impl Into<String>,
    ) -> Work {
        Work {
            service,
            name,
            kind,
            attributes: attributes.into(),
            tag: None,
            cpu: 0.0,
            wait: 0.0,
            error: false,
            calls: Vec::new(),
            later: None,
        }
    }

    /// Sets its own time: so many seconds, of which this share is spent waiting.
    pub(super) fn taking(mut self, seconds: f64, waiting: f64) -> Work {
        self.wait = seconds * waiting;
        self.cpu = seconds - self.wait;
        self
    }

    /// Adds a call; what fails in it fails here.
    pub(super) fn calling(mut self, call: Work) -> Work {
        self.error |= call.error;
        self.calls.push(call);
        self
    }

    /// Writes the records of this work and of all it calls, as one trace that starts at this time.
    pub(super) fn record(&self, start: f64, random: &mut Random, lines: &mut Lines) {
        let trace = format!("{:016x}", random.bits());
        self.record_below(&trace, "", start, random, lines);
    }

    fn record_below(
        &self,
        trace: &str,
        parent: &str,
        start: f64,
        random: &mut Random,
        lines: &mut Lines,
    ) {
        let span = format!("{:016x}", random.bits());
        let mut time = start + self.cpu / 2.0;
        for call in &self.calls {
            call.record_below(trace, &span, time, random, lines);
            time += call.duration();
        }
        let duration = self.duration();
        let tag = self
            .tag
            .map_or_else(String::new, |tag| format!(",\"branch_tag\":\"{tag}\""));
        lines.push(
            start,
            format!(
                "{{\"trace_id\":\"{trace}\",\"span_id\":\"{span}\",\"parent_span_id\":\"{parent}\",\"service\":\"{}\",\"name\":\"{}\",\"kind\":\"{}\",\"start\":{:.6},\"duration\":{duration:.6},\"cpu_time\":{:.6},\"wait_time\":{:.6},\"error\":{}{tag},\"attributes\":{{{}}}}}",
                self.service, self.name, self.kind, START + start, self.cpu, duration - self.cpu, self.error, self.attributes
            ),
        );
        if let Some((delay, work)) = &self.later {
            work.record_below(trace, &span, start + duration + delay, random, lines);
        }
    }

    fn duration(&self) -> f64 {
        self.cpu + self.wait + self.calls.iter().map(Work::duration).sum::<f64>()
    }
}
