//! Records gathered into frames and written one after the other, whatever the form.

use std::io;

use polars::prelude::*;
use pss_integrations::formats::RecordWriter;
use pss_metrics::model::{Intake, Sample, Span};

use crate::rows::{ROWS, Rows};

/// A form that takes one frame after another.
pub(crate) trait Frames: Send {
    fn write(&mut self, frame: &DataFrame) -> PolarsResult<()>;
    /// Writes what stands at the end.
    fn finish(&mut self) -> PolarsResult<()>;
}

/// Records on their way into a form.
pub(crate) struct FrameWriter<F> {
    rows: Rows,
    /// The form, or why it failed until that was told.
    out: Result<F, Option<io::Error>>,
}

impl<F: Frames> FrameWriter<F> {
    pub(crate) fn new(out: PolarsResult<F>) -> FrameWriter<F> {
        FrameWriter {
            rows: Rows::default(),
            out: out.map_err(|error| Some(io::Error::other(error))),
        }
    }

    fn flush(&mut self) {
        let frame = self.rows.take();
        if let Ok(out) = &mut self.out
            && let Err(error) = frame.and_then(|frame| out.write(&frame))
        {
            self.out = Err(Some(io::Error::other(error)));
        }
    }

    fn flush_if_full(&mut self) {
        if self.rows.len() >= ROWS {
            self.flush();
        }
    }
}

impl<F: Frames> Intake for FrameWriter<F> {
    fn span(&mut self, span: &Span<'_>) {
        self.rows.span(span);
        self.flush_if_full();
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        self.rows.sample(sample);
        self.flush_if_full();
    }

    fn skipped(&mut self, _: &'static str, _: u64) {}
}

impl<F: Frames> RecordWriter for FrameWriter<F> {
    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if self.rows.len() > 0 {
            self.flush();
        }
        match &mut self.out {
            Ok(out) => out.finish().map_err(io::Error::other),
            Err(error) => Err(error
                .take()
                .unwrap_or_else(|| io::Error::other("writing failed before"))),
        }
    }
}
