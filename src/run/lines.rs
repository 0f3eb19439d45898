//! Records as lines of the native format, in memory.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use pss_integrations::formats::{Format, RecordWriter};
use pss_metrics::model::{Intake, Sample, Span};

/// Takes records, and gives them as lines.
pub(super) struct Lines {
    writer: Box<dyn RecordWriter>,
    buffer: Buffer,
    /// How many spans and samples.
    pub(super) spans: u64,
    pub(super) samples: u64,
}

impl Lines {
    /// In a format that writes lines.
    pub(super) fn new(native: &'static dyn Format) -> io::Result<Lines> {
        let buffer = Buffer::default();
        let writer = native
            .writer(Box::new(buffer.clone()))
            .ok_or(io::ErrorKind::Unsupported)?;
        Ok(Lines {
            writer,
            buffer,
            spans: 0,
            samples: 0,
        })
    }

    /// The lines.
    pub(super) fn finish(self) -> io::Result<Vec<u8>> {
        self.writer.finish()?;
        let mut bytes = self.buffer.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::take(&mut *bytes))
    }
}

impl Intake for Lines {
    fn span(&mut self, span: &Span<'_>) {
        self.spans += 1;
        self.writer.span(span);
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        self.samples += 1;
        self.writer.sample(sample);
    }

    fn skipped(&mut self, _: &'static str, _: u64) {}
}

/// Bytes that a writer and its owner share.
#[derive(Debug, Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut buffer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
