//! Progress on standard error: rate and time left, for inputs that take more than a second.

use std::{io::IsTerminal, time::Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::input::Progress;

/// Nothing is shown before this: most inputs are read by then.
const PATIENCE: f64 = 1.0;

/// A progress bar that shows itself only on a terminal and only when reading takes long.
#[derive(Debug)]
pub struct Bar {
    bar: ProgressBar,
    start: Instant,
    shown: bool,
}

impl Bar {
    /// A bar; `quiet` never shows it.
    pub fn new(quiet: bool) -> Bar {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template(
            "reading {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta} left",
        )
        .unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        Bar {
            bar,
            start: Instant::now(),
            shown: !quiet && std::io::stderr().is_terminal(),
        }
    }

    /// Removes it from the screen.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn advance(&self, bytes: u64) {
        if self.shown {
            if self.bar.is_hidden() && self.start.elapsed().as_secs_f64() > PATIENCE {
                self.bar
                    .set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
            }
            self.bar.inc(bytes);
        }
    }

    fn total(&self, bytes: Option<u64>) {
        match bytes {
            Some(bytes) => self.bar.set_length(bytes),
            // Of a pipe nobody knows how much is left.
            None => {
                if let Ok(style) =
                    ProgressStyle::with_template("reading {bytes} {bytes_per_sec} {elapsed}")
                {
                    self.bar.set_style(style);
                }
            }
        }
    }
}
