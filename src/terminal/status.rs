//! One line on standard error that tells how things are, written over itself.

use std::io::{IsTerminal, Write};

/// The line. Shown on a terminal only.
#[derive(Debug)]
pub struct StatusLine {
    on: bool,
    shown: bool,
}

impl StatusLine {
    /// A line that is shown where it is wanted and there is a terminal.
    pub fn new(wanted: bool) -> StatusLine {
        StatusLine {
            on: wanted && std::io::stderr().is_terminal(),
            shown: false,
        }
    }

    /// Shows a text in place of the one before.
    pub fn show(&mut self, text: &str) {
        if !self.on {
            return;
        }
        let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
        let text: String = text.chars().take(width.saturating_sub(1)).collect();
        self.write(&format!("\r\u{1b}[2K{text}\r"));
        self.shown = true;
    }

    /// Removes it.
    pub fn clear(&mut self) {
        if self.shown {
            self.write("\r\u{1b}[2K");
            self.shown = false;
        }
    }

    fn write(&self, text: &str) {
        let mut error = std::io::stderr().lock();
        // A terminal that is gone is no reason to stop.
        let _ = error
            .write_all(text.as_bytes())
            .and_then(|()| error.flush());
    }
}
