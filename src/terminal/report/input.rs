//! What was read, and what the user should know of it.

use std::fmt::Write;

use pss_metrics::report::{InputFile, Report};

use super::{
    super::{numbers::count, style::Look},
    wrap::{headed, wrapped},
};

/// Inputs listed one by one.
const FILES: usize = 12;

pub(super) fn input(out: &mut String, report: &Report, look: &Look) {
    let input = &report.input;
    line!(out);
    let form = |file: &InputFile| {
        if file.compression == "none" {
            format!("({})", file.format)
        } else {
            format!("({}, {})", file.format, file.compression)
        }
    };
    let files = match input.files.as_slice() {
        [one] => format!("{} {}", one.name, form(one)),
        many => format!("{} files", many.len()),
    };
    let share = input.classified;
    let counts = [
        ("records", input.records),
        ("spans", input.spans),
        ("samples", input.samples),
        ("bad", input.bad_records),
    ];
    let counts = counts.map(|(what, n)| format!("{} {what}", count(n)).replace(' ', "\u{a0}"));
    headed(
        out,
        ("read", look.paint(look.styles.heading, "read")),
        &format!(" {files}: {}", counts.join(", ")),
        5,
        look.width,
    );
    if input.files.len() > 1 {
        for file in input.files.iter().take(FILES) {
            wrapped(
                out,
                &format!(
                    "{} {}: {} spans, {} samples, {} bad",
                    file.name,
                    form(file),
                    count(file.spans),
                    count(file.samples),
                    count(file.bad_records)
                ),
                5,
                look.width,
            );
        }
        if input.files.len() > FILES {
            line!(out, "  and {} more", input.files.len() - FILES);
        }
    }
    if share.attribute + share.name + share.nothing > 0.0 {
        let percent = |share: f64| format!("{:.0} %", 100.0 * share);
        wrapped(
            out,
            &format!(
                "kind of work told by attributes for {} of spans, by words of names for {}, not at all for {}",
                percent(share.attribute),
                percent(share.name),
                percent(share.nothing)
            ),
            5,
            look.width,
        );
    }
    for bad in input.bad.iter().take(5) {
        wrapped(
            out,
            &format!("bad record {}:{}: {}", bad.file, bad.line, bad.reason),
            5,
            look.width,
        );
    }
    if !input.unknown_fields.is_empty() {
        wrapped(
            out,
            &format!("fields nobody reads: {}", input.unknown_fields.join(", ")),
            5,
            look.width,
        );
    }
    for warning in &report.warnings {
        wrapped(out, &format!("note: {warning}"), 5, look.width);
    }
}
