//! HTML: one file for people, that needs nothing from outside.
//!
//! `page.html` is filled by askama, which escapes every text; nothing from a report goes past it. Styles and the script are allowed by their hashes and nothing else
//! is, so that even a text that came through could neither run nor load anything. Without the script, as where a server forbids all scripts, every fact is still
//! there: the script only sorts, filters and unfolds for printing. Figures are inline SVG whose coordinates are numbers of ours.
//!
//! Every number that the page shows stands in a `data` element with its unrounded value.
//!
//! Series are inline SVG too, not a chart library: a summary keeps at most 128 windows of a signal with their least and largest values, so there is nothing to thin
//! out, and a library would cost its size on every page, and a page without scripts its figures.

mod compared;
mod curve;
mod gauge;
mod load;
mod metrics;
mod number;
mod page;
mod ridge;
mod rounds;
mod signals;
mod timeline;

use std::io;

use askama::Template;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use pss_metrics::{plugin::PluginMeta, plugin_meta, report::Report};
use sha2::{Digest, Sha256};

use super::contract::{View, ViewEntry};

static META: PluginMeta = plugin_meta!(
    View,
    "html",
    "one self-contained page with figures, for people; works offline and without scripts"
);

/// Bytes of a page that is still passed on by mail and opened at once; beyond it, long lists are cut and say so.
const LARGEST: usize = 295_000;
/// Rows that are always shown.
const FEWEST: usize = 10;

/// The view.
#[derive(Debug)]
pub struct Html;

inventory::submit! { ViewEntry { view: &Html } }

impl View for Html {
    fn meta(&self) -> &'static PluginMeta {
        &META
    }

    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut rows = most_rows(report);
        loop {
            let page = page::Page::of(report, rows);
            let text = page.render().map_err(io::Error::other)?;
            if text.len() <= LARGEST || rows <= FEWEST {
                return out.write_all(text.as_bytes());
            }
            // What is no row takes room as well, so this may still be too many: a few rounds.
            let fitting = (rows as f64 * LARGEST as f64 / text.len() as f64) as usize;
            rows = fitting.min(rows - 1).max(FEWEST);
        }
    }
}

/// The length of the longest list that may be cut.
fn most_rows(report: &Report) -> usize {
    let compared = report.compare.as_ref().map_or(0, |compare| {
        [
            compare.operations.len(),
            compare.new.len(),
            compare.vanished.len(),
            compare.causes.len(),
        ]
        .into_iter()
        .fold(0, usize::max)
    });
    compared
        .max(report.operations.len())
        .max(report.input.files.len())
}

/// What a policy allows by its hash, with the hash.
struct Allowed {
    text: String,
    hash: String,
}

impl Allowed {
    fn new(text: String) -> Allowed {
        let hash = STANDARD.encode(Sha256::digest(text.as_bytes()));
        Allowed { text, hash }
    }
}

/// How good a score of 0..1 is, as a class of the style sheet; the bounds are those of the terminal's colours.
fn grade(score: f64) -> &'static str {
    match score {
        0.75.. => "good",
        0.5.. => "fair",
        _ => "poor",
    }
}
