//! Bytes through a format plainly, on one thread and without blocks: for tests and fuzzers. `pss` itself cuts a stream into blocks and decodes them on all cores.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, Write},
    sync::atomic::{AtomicU64, Ordering},
};

use serde_json::value::RawValue;

use super::{
    contract::{DecodeError, Decoder, Format, Layout, Reading, Sink},
    head::Head,
    settings::InputSettings,
};

/// Reads `bytes`, which `stream` gives in pieces as it likes. A file is handed to all the sinks, everything else to the first of them.
///
/// # Errors
/// What keeps the rest from being read.
pub fn read_plainly(
    format: &dyn Format,
    head: &Head<'_>,
    bytes: &[u8],
    stream: &mut dyn Read,
    sinks: &mut [Box<dyn Sink + '_>],
) -> Result<(), DecodeError> {
    let settings = InputSettings::default();
    let reading = format.open(head, &settings)?;
    if let Reading::File(decoder) = reading {
        return decoder.decode(file_of(bytes)?, sinks);
    }
    let Some(sink) = sinks.first_mut() else {
        return Ok(());
    };
    match reading {
        Reading::Stream(decoder) => return decoder.decode(stream, &mut **sink),
        Reading::Records(layout, decoder) => {
            records(layout, &mut *decoder(&settings), bytes, &mut **sink);
        }
        Reading::File(_) => {}
    }
    Ok(())
}

/// Cuts at record bounds.
fn records(layout: Layout, decoder: &mut dyn Decoder, bytes: &[u8], sink: &mut dyn Sink) {
    let mut place = 0;
    let mut hand = |record: Result<&str, String>, sink: &mut dyn Sink| {
        place += 1;
        let outcome = record.and_then(|record| decoder.decode(record, sink));
        sink.record(place, outcome);
    };
    let no_text = |_| "is no valid UTF-8".to_owned();
    let start = match layout {
        Layout::Lines => {
            for line in bytes.split(|byte| *byte == b'\n') {
                if !line.iter().all(u8::is_ascii_whitespace) {
                    hand(std::str::from_utf8(line).map_err(no_text), sink);
                }
            }
            return;
        }
        Layout::Array(start) => start,
        Layout::Values => 0,
    };
    let text = match std::str::from_utf8(bytes.get(start..).unwrap_or_default()) {
        Ok(text) => text,
        Err(_) => return hand(Err("is no valid UTF-8".to_owned()), sink),
    };
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() && layout == Layout::Values || rest.starts_with(']') {
            return;
        }
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        match values.next() {
            Some(Ok(value)) => hand(Ok(value.get()), sink),
            _ => return hand(Err("is truncated".to_owned()), sink),
        }
        rest = &rest[values.byte_offset()..];
    }
}

/// A file without a name that holds these bytes.
fn file_of(bytes: &[u8]) -> io::Result<File> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("pss-conformance-{}-{number}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let mut options = OpenOptions::new();
    let mut file = options
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)?;
    std::fs::remove_file(&path)?;
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(file)
}
