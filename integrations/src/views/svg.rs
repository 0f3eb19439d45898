//! SVG: a badge with the score, for a README or a dashboard.

use std::io;

use askama::Template;
use pss_metrics::{plugin::PluginMeta, plugin_meta, report::Report};

use super::contract::{View, ViewEntry};

static META: PluginMeta = plugin_meta!(View, "svg", "a badge with the score and its band");

/// The view.
#[derive(Debug)]
pub struct Svg;

inventory::submit! { ViewEntry { view: &Svg } }

/// White text on these has a contrast of 4.5 and more.
const GOOD: &str = "#23744f";
const FAIR: &str = "#9a5b00";
const POOR: &str = "#b0342a";
const NONE: &str = "#6b6862";

/// Width of a character of the badge's font at 11 px, rounded up; `textLength` then fits the text to what was left for it.
const CHARACTER: usize = 7;

#[derive(Template)]
#[template(
    ext = "svg",
    escape = "html",
    source = r##"<svg xmlns="http://www.w3.org/2000/svg" width="{{ left + right }}" height="20" role="img" aria-label="{{ title }}">
<title>{{ title }}</title>
<rect width="{{ left + right }}" height="20" rx="3" fill="#3b3a37"/>
<path d="M{{ left }} 0h{{ right - 3 }}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{{ right - 3 }}z" fill="{{ colour }}"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">
<text x="6" y="14" textLength="{{ left - 12 }}" lengthAdjust="spacingAndGlyphs">stability</text>
<text x="{{ left + 6 }}" y="14" textLength="{{ right - 12 }}" lengthAdjust="spacingAndGlyphs">{{ value }}</text>
</g>
</svg>
"##
)]
struct Badge {
    title: String,
    value: String,
    colour: &'static str,
    left: usize,
    right: usize,
}

impl View for Svg {
    fn meta(&self) -> &'static PluginMeta {
        &META
    }

    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let pss = &report.pss;
        let value = match (pss.score, &pss.band) {
            (Some(score), Some(band)) => format!("{score:.1} {band}"),
            (Some(score), None) => format!("{score:.1}"),
            (None, _) => "n/a".to_owned(),
        };
        let title = match pss.score {
            Some(_) => format!("Program Stability Score: {value}"),
            None => "Program Stability Score: n/a, no metric has enough data".to_owned(),
        };
        let badge = Badge {
            title,
            colour: match pss.score {
                Some(75.0..) => GOOD,
                Some(50.0..) => FAIR,
                Some(_) => POOR,
                None => NONE,
            },
            left: 12 + CHARACTER * "stability".len() - 8,
            right: 12 + CHARACTER * value.chars().count(),
            value,
        };
        out.write_all(badge.render().map_err(io::Error::other)?.as_bytes())
    }
}
