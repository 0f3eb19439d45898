//! What a format that writes makes of some spans and samples.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use pss_metrics::{
    model::{Kind, Parent, Sample, Signal, Span},
    plugin::caught,
};

use super::decoded::{of_sample, of_span};
use crate::formats::Format;

/// Bytes that are shared with a writer.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What was written, and the records as lines.
pub(super) struct Written {
    pub(super) bytes: Vec<u8>,
    pub(super) records: Vec<String>,
}

/// Writes spans and samples; `None` where the format has no writer.
///
/// # Errors
/// What the writer says, or that it panicked.
pub(super) fn written(format: &dyn Format) -> Result<Option<Written>, String> {
    caught(|| {
        let out = Shared::default();
        let Some(mut writer) = format.writer(Box::new(out.clone())) else {
            return Ok(None);
        };
        let mut records = Vec::new();
        for at in 0..40_u64 {
            let id = format!("{:016x}", at + 1);
            let span = Span {
                trace_id: "0000000000000000000000000000002a",
                span_id: &id,
                parent: Parent::Root,
                service: Some("shop"),
                name: Some(if at % 2 == 0 {
                    "handle \"a\", b"
                } else {
                    "SELECT"
                }),
                kind: Some(Kind::Server),
                start: Some(1_700_000_000_000_000_000 + at as i64 * 1_000_000),
                duration: Some(1_000 * (at + 1)),
                wait: Some(1_000),
                error: Some(at % 7 == 0),
                ..Span::default()
            };
            writer.span(&span);
            records.push(of_span(&span));
        }
        for at in 0..3 {
            let sample = Sample {
                signal: Signal::GC_PAUSE,
                entity: "host",
                time: Some(1_700_000_000_000_000_000 + at * 1_000_000),
                value: 5_000_000,
            };
            writer.sample(&sample);
            records.push(of_sample(&sample));
        }
        writer.finish().map_err(|error| error.to_string())?;
        let bytes = out.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(Some(Written { bytes, records }))
    })?
}
