//! Reads inputs for the `pypss` profiles: every record in the order of the files, in columns in memory, since PyPSS's own numbers depend on the order and on
//! all values at once.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read},
    sync::atomic::Ordering,
};

use pss_integrations::formats::{
    Format, Head, Layout,
    native::{Native, layout},
    pypss::decode,
};
use pss_metrics::{
    model::Bad,
    pypss::Records,
    summary::{Summariser, Summary},
};

use super::{
    compressed::{Compression, plain},
    error::InputError,
    options::{Progress, ReadOptions},
    outcome::FileReport,
    place::Place,
    split::{BLOCK, Splitter},
    summary_file::is_summary,
};

/// What was read for a `pypss` profile.
#[derive(Debug)]
pub struct PypssOutcome {
    /// All records, in the order of the files.
    pub records: Records,
    /// Each input.
    pub files: Vec<FileReport>,
    /// Facts about bad records.
    pub summary: Summary,
    /// Whether the user stopped it.
    pub interrupted: bool,
}

/// Why inputs cannot be read for a `pypss` profile.
#[derive(Debug, thiserror::Error)]
pub enum PypssInputError {
    /// As for any profile.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A summary holds no single values.
    #[error(
        "`{0}` is a summary, which does not keep the single values that the profiles pypss and pypss-core need; give the traces themselves"
    )]
    Summary(String),
}

/// Reads all inputs.
///
/// # Errors
/// The first input that cannot be used at all, or a `.pss` summary. No record at all is no error here: PyPSS has a number for that too.
pub fn read_pypss(
    places: &[Place],
    options: &ReadOptions<'_>,
    progress: &dyn Progress,
) -> Result<PypssOutcome, PypssInputError> {
    let mut records = Records::new();
    let mut facts = Summariser::default();
    let mut files = Vec::new();
    for place in places {
        files.push(read_one(
            place,
            options,
            progress,
            &mut records,
            &mut facts,
        )?);
    }
    let summary = facts.finish();
    let interrupted = options.interrupt.load(Ordering::Relaxed);
    Ok(PypssOutcome {
        records,
        files,
        summary,
        interrupted,
    })
}

fn read_one(
    place: &Place,
    options: &ReadOptions<'_>,
    progress: &dyn Progress,
    records: &mut Records,
    facts: &mut Summariser,
) -> Result<FileReport, PypssInputError> {
    let name = place.name();
    if let Place::Remote(_) = place {
        return Err(InputError::Settings {
            path: name,
            why: "holds messages, and the profiles pypss and pypss-core read files: convert it first, with `pss convert`".to_owned(),
        }
        .into());
    }
    let unreadable = |error| InputError::Unreadable {
        path: place.name(),
        error,
    };
    let mut source: Box<dyn Read + Send> = match place.path() {
        None => Box::new(io::stdin()),
        Some(path) => Box::new(File::open(path).map_err(unreadable)?),
    };
    let mut magic = Vec::new();
    (&mut source)
        .take(4)
        .read_to_end(&mut magic)
        .map_err(unreadable)?;
    let compression = Compression::of(&magic);
    let mut stream =
        plain(compression, io::Cursor::new(magic).chain(source)).map_err(unreadable)?;
    let mut head = Vec::new();
    (&mut stream)
        .take(BLOCK as u64)
        .read_to_end(&mut head)
        .map_err(unreadable)?;
    if is_summary(&head) {
        return Err(PypssInputError::Summary(name));
    }
    let blank = head.iter().all(u8::is_ascii_whitespace);
    let layout = if blank {
        Some(Layout::Lines)
    } else {
        layout(&Head::new(&head, head.len() < BLOCK))
    };
    let Some(layout) = layout else {
        let start = String::from_utf8_lossy(&head[..head.len().min(20)]).into_owned();
        return Err(InputError::Unknown {
            path: name,
            start: format!("{start:?}"),
            known: Native.meta().plugin.name.to_owned(),
            help: "the pypss profiles read nothing else".to_owned(),
        }
        .into());
    };
    facts.source(&name);
    let mut report = FileReport {
        name,
        format: Native.meta().plugin.name.to_owned(),
        compression,
        bytes: head.len() as u64,
        records: 0,
        bad: 0,
        time: None,
        spans: 0,
        samples: 0,
        skipped: BTreeMap::new(),
    };
    let mut splitter = Splitter::new(layout, options.record_limit, options.block).after(&mut head);
    let mut stream = io::Cursor::new(head).chain(stream);
    let mut line = 0;
    let mut buffer = Vec::new();
    while !options.interrupt.load(Ordering::Relaxed)
        && let Some(block) = splitter.next(&mut stream, buffer).map_err(unreadable)?
    {
        progress.advance(block.len as u64);
        for (start, end) in block.bounds() {
            line += 1;
            let bytes = &block.data()[start..end];
            if bytes.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            report.records += 1;
            let pushed = match std::str::from_utf8(bytes) {
                Ok(text) => decode(text.strip_prefix('\u{feff}').unwrap_or(text), records)
                    .map_err(|error| error.to_string()),
                Err(_) => Err("is no valid UTF-8".to_owned()),
            };
            if let Err(reason) = pushed {
                report.bad += 1;
                facts.bad(Bad {
                    file: report.name.clone(),
                    line,
                    reason,
                });
            }
        }
        buffer = block.buffer;
    }
    Ok(report)
}
