//! HTML: one file for people, that needs nothing from outside.
//!
//! `page.html` is filled by askama, which escapes every text; nothing from a report goes past it. Styles and the script are allowed by their hashes and nothing else
//! is, so that even a text that came through could neither run nor load anything. Without the script, as where a server forbids all scripts, every fact is still
//! there: the script only sorts, filters and unfolds for printing. Figures are inline SVG whose coordinates are numbers of ours.
//!
//! Every number of the report stands in a `data` element with its unrounded value.

mod compared;
mod curve;
mod gauge;
mod number;
mod page;
mod ridge;
mod rounds;
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

/// The view.
#[derive(Debug)]
pub struct Html;

inventory::submit! { ViewEntry { view: &Html } }

impl View for Html {
    fn meta(&self) -> &'static PluginMeta {
        &META
    }

    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let page = page::Page::of(report);
        out.write_all(page.render().map_err(io::Error::other)?.as_bytes())
    }
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
