//! How output looks: width, colour, characters. Colour is data, empty where it is off.

use std::io::IsTerminal;

use anstyle::{AnsiColor, Style};

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Styles of the parts of a report.
#[derive(Debug, Clone, Copy, Default)]
pub struct Styles {
    /// Headings.
    pub heading: Style,
    /// Good scores.
    pub good: Style,
    /// Middling scores.
    pub fair: Style,
    /// Bad scores.
    pub bad: Style,
    /// What may be overlooked.
    pub dim: Style,
}

impl Styles {
    /// With colours.
    pub fn coloured() -> Styles {
        Styles {
            heading: Style::new().bold(),
            good: AnsiColor::Green.on_default(),
            fair: AnsiColor::Yellow.on_default(),
            bad: AnsiColor::Red.on_default().bold(),
            dim: Style::new().dimmed(),
        }
    }

    /// The style of a score, 0..1.
    pub fn of(&self, score: f64) -> Style {
        match score {
            0.75.. => self.good,
            0.5.. => self.fair,
            _ => self.bad,
        }
    }
}

/// Width, styles and characters of an output.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Columns.
    pub width: usize,
    /// Styles.
    pub styles: Styles,
    /// Whether characters beyond ASCII may be used.
    pub unicode: bool,
}

/// Columns where none are known, and at most: longer lines are hard to read.
const WIDTHS: (usize, usize) = (80, 120);

impl Look {
    /// What standard output can show.
    pub fn of_stdout(choice: ColorChoice) -> Look {
        Look::of(false, choice, false)
    }

    /// What standard output or, where asked for, standard error can show; the log of a system that shows colours is as good as a terminal.
    pub fn of(error: bool, choice: ColorChoice, log: bool) -> Look {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let terminal = log
            || if error {
                std::io::stderr().is_terminal()
            } else {
                std::io::stdout().is_terminal()
            };
        let colour = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                terminal
                    && variable("NO_COLOR").is_none()
                    && variable("TERM").as_deref() != Some("dumb")
            }
        };
        let columns = variable("COLUMNS")
            .and_then(|columns| columns.parse().ok())
            .or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)));
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .find_map(|name| variable(name))
            .unwrap_or_default()
            .to_ascii_uppercase();
        Look {
            width: columns.unwrap_or(WIDTHS.0).clamp(60, WIDTHS.1),
            styles: if colour {
                Styles::coloured()
            } else {
                Styles::default()
            },
            // A pipe has no say in what is shown in the end; only an explicit plain locale asks for ASCII.
            unicode: !matches!(locale.as_str(), "C" | "POSIX" | "ASCII"),
        }
    }

    /// What a file holds: no colour, and as wide as can be.
    pub fn plain() -> Look {
        Look {
            width: WIDTHS.1,
            styles: Styles::default(),
            unicode: true,
        }
    }

    /// Text in a style.
    pub fn paint(&self, style: Style, text: &str) -> String {
        format!("{style}{text}{style:#}")
    }
}
