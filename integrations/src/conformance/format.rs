//! The rules for formats.

use pss_metrics::{
    conformance::{Finding, Rule},
    plugin::{PluginKind, canonical, caught},
};

use super::{
    decoded::{WHOLE, Way, decoded, waits_for_the_end, wants_the_file},
    written::written,
};
use crate::formats::{Format, FormatMeta, Head, Likeness};

/// All rules for formats, in the order in which they are tried.
pub const FORMAT_RULES: &[Rule] = &[
    Rule {
        name: "description",
        asks: "it says its extensions and what it maps to what",
    },
    Rule {
        name: "write",
        asks: "it has a writer exactly where it says so, and reads back what that wrote",
    },
    Rule {
        name: "specimen",
        asks: "it shows a specimen, or writes one, by which all else is tried (a program, which has no place for one, is tried on an empty input)",
    },
    Rule {
        name: "sniff",
        asks: "it knows its own specimen, and is not sure of what is empty, prose or noise",
    },
    Rule {
        name: "read",
        asks: "it reads its specimen without a complaint exactly where it says that it reads",
    },
    Rule {
        name: "deterministic",
        asks: "the same bytes bring the same records",
    },
    Rule {
        name: "streaming",
        asks: "where it says that it streams, records are pushed before a stream has ended",
    },
    Rule {
        name: "compression",
        asks: "where it says that it may be compressed, bytes may come in pieces of any size",
    },
    Rule {
        name: "stdin",
        asks: "where it says that it may come from standard input, it opens without having seen the end",
    },
    Rule {
        name: "empty-input",
        asks: "an empty input brings no record and no panic",
    },
    Rule {
        name: "truncated",
        asks: "an input that is cut off anywhere brings no more records than the whole, and no panic",
    },
    Rule {
        name: "garbage",
        asks: "an input with wrong bytes brings no panic (not tried where a library reads the file itself), and noise a complaint and no record",
    },
];

/// Tries a format by all rules.
pub fn check_format(format: &dyn Format) -> Vec<Finding> {
    let meta = format.meta();
    let mut findings = description(meta);
    let written = match written(format) {
        Ok(written) => written,
        Err(why) => {
            findings.push(Finding::new("write", why));
            None
        }
    };
    if written.is_some() != meta.capabilities.write
        && findings.iter().all(|finding| finding.rule != "write")
    {
        findings.push(Finding::new(
            "write",
            if meta.capabilities.write {
                "says that it writes, and has no writer"
            } else {
                "has a writer, and does not say that it writes"
            },
        ));
    }
    if let Some(written) = written
        .as_ref()
        .filter(|_| meta.capabilities.write && meta.capabilities.read)
    {
        let mut expected: Vec<&str> = written.records.iter().map(String::as_str).collect();
        expected.sort_unstable();
        let what = match decoded(format, &written.bytes, WHOLE) {
            Ok(found) if found.sorted() == expected => None,
            Ok(found) => {
                let sorted = found.sorted();
                let lost = expected.iter().find(|record| !sorted.contains(*record));
                Some(format!(
                    "what it wrote is read back otherwise: {}",
                    lost.unwrap_or(&"something was added")
                ))
            }
            Err(why) => Some(format!("on what it wrote it {why}")),
        };
        findings.extend(what.map(|what| Finding::new("write", what)));
    }
    let specimen = match caught(|| format.specimen()) {
        Ok(specimen) => specimen.or(written.map(|written| written.bytes)),
        Err(why) => {
            findings.push(Finding::new("specimen", why));
            return findings;
        }
    };
    let Some(specimen) = specimen.filter(|specimen| !specimen.is_empty()) else {
        // A manifest has no place for one.
        if meta.plugin.is_program() {
            findings.extend(strangers(format));
            findings.extend(nothing(format));
            return findings;
        }
        findings.push(Finding::new(
            "specimen",
            "has none, so that nothing else can be tried",
        ));
        return findings;
    };
    findings.extend(sniff(format, &specimen));
    findings.extend(reading(format, &specimen));
    findings
}

fn description(meta: &FormatMeta) -> Vec<Finding> {
    let mut wrong = Vec::new();
    if meta.plugin.kind != PluginKind::Format {
        wrong.push(format!("is a {}", meta.plugin.kind.name()));
    }
    if canonical(meta.plugin.name) != meta.plugin.name {
        wrong.push(format!(
            "its name {:?} is not in lower case",
            meta.plugin.name
        ));
    }
    for extension in meta.extensions {
        if extension.is_empty()
            || extension.starts_with('.')
            || *extension != extension.to_ascii_lowercase()
        {
            wrong.push(format!(
                "its extension {extension:?} is not of the form `otlp.json`"
            ));
        }
    }
    if meta.mapping.trim().is_empty() {
        wrong.push("it does not say what it maps to what".to_owned());
    }
    wrong
        .into_iter()
        .map(|what| Finding::new("description", what))
        .collect()
}

fn sniff(format: &dyn Format, specimen: &[u8]) -> Vec<Finding> {
    let mut findings = Vec::new();
    match caught(|| format.sniff(&Head::new(specimen, true))) {
        Ok(Some(_)) => {}
        Ok(None) => findings.push(Finding::new("sniff", "does not know its own specimen")),
        Err(why) => findings.push(Finding::new("sniff", why)),
    }
    findings.extend(strangers(format));
    findings
}

fn strangers(format: &dyn Format) -> Vec<Finding> {
    let mut findings = Vec::new();
    let strangers: [(&str, &[u8]); 4] = [
        ("nothing", b""),
        ("blank lines", b"\n \n\n"),
        (
            "prose",
            b"It was a quiet night, and nothing was written down.\n",
        ),
        ("noise", &noise::<512>()),
    ];
    for (what, bytes) in strangers {
        match caught(|| format.sniff(&Head::new(bytes, true))) {
            Ok(Some(Likeness::Surely)) => {
                findings.push(Finding::new("sniff", format!("is sure of {what}")));
            }
            Ok(_) => {}
            Err(why) => findings.push(Finding::new("sniff", format!("on {what}: {why}"))),
        }
    }
    findings
}

fn reading(format: &dyn Format, specimen: &[u8]) -> Vec<Finding> {
    let can = format.meta().capabilities;
    let mut findings = Vec::new();
    let whole = match decoded(format, specimen, WHOLE) {
        Ok(whole) => whole,
        Err(why) => return vec![Finding::new("read", why)],
    };
    let reads = !whole.records.is_empty() && whole.error.is_none();
    if !can.read {
        let what = "reads, and does not say so";
        return reads
            .then(|| Finding::new("read", what))
            .into_iter()
            .collect();
    }
    if !reads || whole.complains() {
        let why = whole.error.as_ref().or(whole.said.first());
        let why = why.map_or("it brings no record", String::as_str);
        return vec![Finding::new(
            "read",
            format!("of its specimen it says: {why}"),
        )];
    }
    let differs = |way: Way| match decoded(format, specimen, way) {
        Ok(again) if again.sorted() == whole.sorted() => None,
        Ok(again) => Some(again.error.unwrap_or_else(|| {
            format!(
                "{} records in the place of {}",
                again.records.len(),
                whole.records.len()
            )
        })),
        Err(why) => Some(why),
    };
    if let Some(why) = differs(WHOLE) {
        findings.push(Finding::new("deterministic", format!("read twice: {why}")));
        return findings;
    }
    let is_long = whole.records.len() > format.holds_back();
    if can.streaming && is_long && waits_for_the_end(format, specimen) == Some(true) {
        findings.push(Finding::new(
            "streaming",
            "pushes nothing before its input has ended",
        ));
    }
    let pieces = Way {
        pieces: &[1, 7, 64, 3],
        ..WHOLE
    };
    if can.compression
        && let Some(why) = differs(pieces)
    {
        findings.push(Finding::new("compression", format!("in pieces: {why}")));
    }
    let open_end = Way {
        complete: false,
        ..WHOLE
    };
    if can.stdin
        && let Some(why) = differs(open_end)
    {
        findings.push(Finding::new(
            "stdin",
            format!("without having seen the end: {why}"),
        ));
    }
    findings.extend(nothing(format));
    findings.extend(truncated(format, specimen, whole.records.len()));
    findings.extend(garbage(format, specimen));
    findings
}

fn nothing(format: &dyn Format) -> Option<Finding> {
    let what = match decoded(format, b"", WHOLE) {
        Ok(nothing) if nothing.records.is_empty() => return None,
        Ok(_) => "brings records".to_owned(),
        Err(why) => why,
    };
    Some(Finding::new("empty-input", what))
}

/// At most this many cuts and changed bytes are tried.
const TRIES: usize = 200;

fn truncated(format: &dyn Format, specimen: &[u8], records: usize) -> Option<Finding> {
    let step = specimen.len().div_ceil(TRIES);
    (1..specimen.len()).step_by(step).find_map(|cut| {
        let what = match decoded(format, &specimen[..cut], WHOLE) {
            Ok(part) if part.records.len() <= records => return None,
            Ok(part) => format!(
                "brings {} records in the place of {records}",
                part.records.len()
            ),
            Err(why) => why,
        };
        Some(Finding::new(
            "truncated",
            format!("cut at byte {cut} of {}: {what}", specimen.len()),
        ))
    })
}

fn garbage(format: &dyn Format, specimen: &[u8]) -> Option<Finding> {
    let step = specimen.len().div_ceil(TRIES);
    let mut changed = specimen.to_vec();
    // A library that takes a length from a damaged page may ask for more memory than there is, which ends the program: no rule can tell that as a finding.
    let end = if wants_the_file(format, specimen) {
        0
    } else {
        specimen.len()
    };
    for at in (0..end).step_by(step) {
        for byte in [0xff, b'"', b'9', b' '] {
            changed[at] = byte;
            if let Err(why) = decoded(format, &changed, WHOLE) {
                let what = format!("with byte {at} changed to {byte:#04x}: {why}");
                return Some(Finding::new("garbage", what));
            }
        }
        changed[at] = specimen[at];
    }
    let what = match decoded(format, &noise::<2048>(), WHOLE) {
        Ok(found) if !found.records.is_empty() => "finds records in noise".to_owned(),
        Ok(found) if !found.complains() => "takes noise without a word".to_owned(),
        Ok(_) => return None,
        Err(why) => format!("on noise: {why}"),
    };
    Some(Finding::new("garbage", what))
}

/// Bytes that look like nothing: a linear congruential generator, the same on every machine.
fn noise<const N: usize>() -> [u8; N] {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    std::array::from_fn(|_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
}
