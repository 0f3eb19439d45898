//! Where everything goes that a run brings: one file of native records, from several threads.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use pss_integrations::formats::Format;
use pss_metrics::model::Intake;

use super::lines::Lines;
use crate::input::Compression;

/// Records what comes, while it is on.
pub struct Recorder {
    native: &'static dyn Format,
    out: Mutex<Out>,
    on: AtomicBool,
    spans: AtomicU64,
    samples: AtomicU64,
}

struct Out {
    /// Nothing once writing failed.
    file: Option<Box<dyn Write + Send>>,
    failed: Option<io::Error>,
}

/// The file that was written.
#[derive(Debug)]
pub enum Recorded {
    /// The user's.
    Saved(PathBuf),
    /// Ours, removed with this.
    Temporary(tempfile::TempPath),
}

impl Recorded {
    /// Where it lies.
    pub fn path(&self) -> &Path {
        match self {
            Recorded::Saved(path) => path,
            Recorded::Temporary(path) => path,
        }
    }
}

impl Recorder {
    /// Begins a file: the user's, in the compression that its name says, or a temporary one.
    ///
    /// # Errors
    /// What the system says about the file.
    pub fn create(
        native: &'static dyn Format,
        save: Option<&Path>,
    ) -> io::Result<(Recorder, Recorded)> {
        let (file, recorded, compression) = match save {
            Some(path) => (
                File::create(path)?,
                Recorded::Saved(path.to_owned()),
                Compression::of_name(path),
            ),
            None => {
                let file = tempfile::Builder::new()
                    .prefix("pss-run-")
                    .suffix(".jsonl.zst")
                    .tempfile()?;
                let (file, path) = file.into_parts();
                (file, Recorded::Temporary(path), Compression::Zstd)
            }
        };
        let buffered = BufWriter::with_capacity(1 << 16, file);
        let file: Box<dyn Write + Send> = match compression {
            Compression::None => Box::new(buffered),
            Compression::Gzip => Box::new(flate2::write::GzEncoder::new(
                buffered,
                flate2::Compression::fast(),
            )),
            Compression::Zstd => {
                Box::new(zstd::stream::write::Encoder::new(buffered, 1)?.auto_finish())
            }
        };
        let recorder = Recorder {
            native,
            out: Mutex::new(Out {
                file: Some(file),
                failed: None,
            }),
            on: AtomicBool::new(false),
            spans: AtomicU64::new(0),
            samples: AtomicU64::new(0),
        };
        Ok((recorder, recorded))
    }

    /// Records from now on, or no longer.
    pub fn turn(&self, on: bool) {
        self.on.store(on, Ordering::Relaxed);
    }

    /// Spans recorded so far.
    pub fn spans(&self) -> u64 {
        self.spans.load(Ordering::Relaxed)
    }

    /// Samples recorded so far.
    pub fn samples(&self) -> u64 {
        self.samples.load(Ordering::Relaxed)
    }

    /// Records what is pushed, all of it or, where that fails, nothing.
    ///
    /// # Errors
    /// Those of the pushing. What could not be written is told by [`Recorder::finish`].
    pub fn record<T, E>(
        &self,
        push: impl FnOnce(&mut (dyn Intake + Send)) -> Result<T, E>,
    ) -> Result<T, E> {
        let lines = Lines::new(self.native);
        let mut lines = match lines {
            Ok(lines) => lines,
            Err(error) => {
                self.fail(error);
                return push(&mut Nowhere);
            }
        };
        let outcome = push(&mut lines)?;
        let (spans, samples) = (lines.spans, lines.samples);
        if !self.on.load(Ordering::Relaxed) || spans + samples == 0 {
            return Ok(outcome);
        }
        match lines.finish() {
            Ok(bytes) => {
                let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(file) = &mut out.file
                    && let Err(error) = file.write_all(&bytes)
                {
                    out.file = None;
                    out.failed = Some(error);
                }
                self.spans.fetch_add(spans, Ordering::Relaxed);
                self.samples.fetch_add(samples, Ordering::Relaxed);
            }
            Err(error) => self.fail(error),
        }
        Ok(outcome)
    }

    /// Hands what is held back over to the system, so that a crash of `pss` leaves it.
    pub fn flush(&self) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Err(error)) = out.file.as_mut().map(Write::flush) {
            out.file = None;
            out.failed = Some(error);
        }
    }

    /// Closes the file.
    ///
    /// # Errors
    /// The first write that failed.
    pub fn finish(&self) -> io::Result<()> {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = out.failed.take() {
            return Err(error);
        }
        match out.file.take() {
            Some(mut file) => file.flush(),
            None => Ok(()),
        }
    }

    fn fail(&self, error: io::Error) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.failed.get_or_insert(error);
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder")
            .field("spans", &self.spans())
            .field("samples", &self.samples())
            .finish_non_exhaustive()
    }
}

/// Takes everything and keeps nothing.
struct Nowhere;

impl Intake for Nowhere {
    fn span(&mut self, _: &pss_metrics::model::Span<'_>) {}
    fn sample(&mut self, _: &pss_metrics::model::Sample<'_>) {}
    fn skipped(&mut self, _: &'static str, _: u64) {}
}
