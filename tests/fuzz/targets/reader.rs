//! Whole inputs through the reader: compressed or not, cut anywhere, with one worker or more.

use std::{
    collections::BTreeMap,
    io::Write,
    sync::{LazyLock, atomic::AtomicBool},
};

use pss::{
    PLUGIN_CRATES,
    input::{BLOCK, InputError, Place, ReadOptions, ReadOutcome, Silent, read, read_pypss},
    registry::Registry,
};
use pss_integrations::formats::InputSettings;

static REGISTRY: LazyLock<Registry> =
    LazyLock::new(|| Registry::collect(PLUGIN_CRATES, &BTreeMap::new()).expect("a sound registry"));

/// Cuts so small that most records span several.
const TINY: usize = 7;

/// Any file gives the same outcome whatever the number of workers and the size of blocks, and its counts add up.
///
/// The first byte says how the rest becomes a file: as it is, or compressed and cut short.
pub(crate) fn reader(data: &[u8]) {
    let (how, data) = data.split_first().unwrap_or((&0, data));
    let bytes = file(*how, data);
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(&bytes).expect("room for it");
    let places = [Place::File(file.path().to_path_buf())];
    let whole = options(1, BLOCK, 1 << 20, |options| read(&places, options, &Silent));
    if let Ok(outcome) = &whole {
        adds_up(outcome);
    }
    let whole = shown(whole);
    for (threads, block) in [(3, BLOCK), (1, TINY), (2, TINY + 1)] {
        let other = options(threads, block, 1 << 20, |options| {
            read(&places, options, &Silent)
        });
        assert_eq!(shown(other), whole, "{threads} workers, blocks of {block}");
    }
    // Records beyond a limit are told, whatever else happens.
    if let Ok(outcome) = options(2, TINY, 16, |options| read(&places, options, &Silent)) {
        adds_up(&outcome);
    }
    let lenient = |block| {
        options(1, block, 1 << 20, |options| {
            read_pypss(&places, options, &Silent)
                .map(|outcome| (outcome.records.len(), outcome.summary.facts().clone()))
                .map_err(|error| error.to_string())
        })
    };
    assert_eq!(lenient(TINY), lenient(BLOCK));
}

fn file(how: u8, data: &[u8]) -> Vec<u8> {
    let mut bytes = match how & 3 {
        1 => {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(data).expect("a buffer takes all");
            encoder.finish().expect("a buffer takes all")
        }
        2 => zstd::encode_all(data, 1).expect("a buffer takes all"),
        _ => return data.to_vec(),
    };
    bytes.truncate(bytes.len().saturating_sub(usize::from(how >> 2)));
    bytes
}

fn options<T>(
    threads: usize,
    block: usize,
    record_limit: usize,
    action: impl FnOnce(&ReadOptions<'_>) -> T,
) -> T {
    action(&ReadOptions {
        threads,
        formats: &REGISTRY.formats,
        format: None,
        settings: &InputSettings::default(),
        rules: Default::default(),
        naming: None,
        selection: Default::default(),
        extras: &[],
        observers: &[],
        watches: &[],
        record_limit,
        block,
        interrupt: &AtomicBool::new(false),
    })
}

fn adds_up(outcome: &ReadOutcome) {
    let facts = outcome.summary.facts();
    let sum = |of: fn(&pss::input::FileReport) -> u64| outcome.files.iter().map(of).sum::<u64>();
    assert_eq!(sum(|file| file.records), outcome.records);
    assert_eq!(sum(|file| file.bad), facts.bad);
    assert_eq!(sum(|file| file.spans), facts.spans);
    assert_eq!(sum(|file| file.samples), facts.samples);
    assert!(facts.bad <= outcome.records, "{facts:?}");
    assert!(facts.spans + facts.samples > 0);
    assert_eq!(facts.bad_reasons.values().sum::<u64>(), facts.bad);
}

/// Everything about an outcome that the user could see.
fn shown(
    outcome: Result<ReadOutcome, InputError>,
) -> Result<(String, Vec<String>, Vec<u8>), String> {
    match outcome {
        Ok(outcome) => Ok((
            format!("{:?}", outcome.files),
            outcome.notices,
            outcome.summary.to_bytes().expect("a summary encodes"),
        )),
        Err(error @ InputError::Bug { .. }) => panic!("{error}"),
        Err(error) => Err(error.to_string()),
    }
}
