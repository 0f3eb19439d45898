//! The contract of a format.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read, Write},
};

use pss_metrics::{
    model::Intake,
    plugin::{PluginCrate, PluginMeta, RegistryError, resolve},
};

use super::{head::Head, settings::InputSettings};

/// What a format says of itself.
#[derive(Debug, Clone, Copy)]
pub struct FormatMeta {
    /// Name, version, origin.
    pub plugin: PluginMeta,
    /// File name extensions, without the first dot; the longest that fits a name counts (`otlp.json` before `json`).
    pub extensions: &'static [&'static str],
    /// Media types.
    pub media_types: &'static [&'static str],
    /// What it can do.
    pub capabilities: Capabilities,
    /// What it maps to what.
    pub mapping: &'static str,
}

/// What a format can do; each is tested for each format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Reads.
    pub read: bool,
    /// Writes: [`Format::writer`] gives a writer.
    pub write: bool,
    /// Reads in memory that does not grow with the file.
    pub streaming: bool,
    /// Decodes only what scoring needs.
    pub projection: bool,
    /// May be compressed as a whole with gzip or zstd.
    pub compression: bool,
    /// May come from standard input.
    pub stdin: bool,
}

impl Capabilities {
    /// What most text formats can do: all but writing.
    pub const TEXT: Capabilities = Capabilities {
        read: true,
        write: false,
        streaming: true,
        projection: true,
        compression: true,
        stdin: true,
    };

    /// Names and truths, in the order of the fields.
    pub fn list(self) -> [(&'static str, bool); 6] {
        [
            ("read", self.read),
            ("write", self.write),
            ("streaming", self.streaming),
            ("projection", self.projection),
            ("compression", self.compression),
            ("stdin", self.stdin),
        ]
    }
}

/// How sure a format is that a stream is its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// Nothing speaks against it; another format that is sure comes first.
    Perhaps,
    /// Keys, magic bytes or phrases that no other format has.
    Surely,
}

/// How records lie in a stream of bytes, so that it can be cut into blocks that are decoded on all cores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One record a line.
    Lines,
    /// The elements of a JSON array, whose first byte after the opening bracket is at this place.
    Array(usize),
    /// JSON values one after the other, each over any number of lines.
    Values,
}

/// How a stream is read.
pub enum Reading {
    /// Cut at record bounds and decoded on all cores; a record must not need to know of those before it.
    Records(Layout, fn(&InputSettings) -> Box<dyn Decoder>),
    /// Read from beginning to end by the format itself: where records lean on those before them.
    Stream(Box<dyn StreamDecoder>),
    /// Read by seeking in a file. A stream is stored in a temporary file first.
    File(Box<dyn FileDecoder>),
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reading::Records(layout, _) => f.debug_tuple("Records").field(layout).finish(),
            Reading::Stream(_) => f.write_str("Stream"),
            Reading::File(_) => f.write_str("File"),
        }
    }
}

/// A format.
pub trait Format: Sync {
    /// Its description.
    fn meta(&self) -> &'static FormatMeta;

    /// Whether the first bytes (after decompression, up to a mebibyte) look like this format. Must not be sure of what another format may hold as well.
    fn sniff(&self, head: &Head<'_>) -> Option<Likeness>;

    /// How to read a stream that begins like this. Called when the format was chosen, by its own sniffing or by the user.
    ///
    /// # Errors
    /// Why a stream that begins like this cannot be read: a fragment such as "holds no .. , expected ..".
    fn open(&self, head: &Head<'_>, settings: &InputSettings) -> Result<Reading, DecodeError>;

    /// A small input, made up, with several good records and nothing else: what the rules of [`conformance`](crate::conformance) are tried on. A format that writes
    /// need not have one, since it can make one.
    fn specimen(&self) -> Option<Vec<u8>> {
        None
    }

    /// Records that it holds back at most before it pushes the first: those whose names stand further below, for example.
    fn holds_back(&self) -> usize {
        0
    }

    /// A writer of records, for formats that can write.
    fn writer(&self, _out: Box<dyn Write + Send>) -> Option<Box<dyn RecordWriter>> {
        None
    }
}

/// Decodes records; one per worker.
pub trait Decoder: Send {
    /// Decodes one record, valid UTF-8, and pushes what it holds: a span, samples, or all spans of a trace. The reason says what is wrong with a record that
    /// cannot be used. Where only parts of it cannot, each is told by [`Intake::unusable`].
    ///
    /// # Errors
    /// The reason, without the record's place, which the caller knows.
    fn decode(&mut self, record: &str, into: &mut dyn Intake) -> Result<(), String>;

    /// Takes the names of unknown fields met so far.
    fn take_unknown_fields(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// Takes records, and hears which of them were good.
pub trait Sink: Intake + Send {
    /// A record ended, good or bad. `place` is its line, or its number among the records, from 1. What it pushed before a failure stays.
    fn record(&mut self, place: u64, outcome: Result<(), String>);

    /// Something the user should know of the whole input, as a fragment that follows its name: "its last event has no end".
    fn notice(&mut self, text: String);

    /// Whether identities of traces and spans matter beyond telling roots. Where they do not, a table need not read them, for rows that have a time.
    fn wants_identities(&self) -> bool {
        true
    }

    /// Whether the user asked to stop; what was read until then counts.
    fn interrupted(&self) -> bool;
}

/// A sink that is lent, to be looked at again afterwards.
impl<S: Sink + ?Sized> Sink for &mut S {
    fn record(&mut self, place: u64, outcome: Result<(), String>) {
        (**self).record(place, outcome);
    }

    fn notice(&mut self, text: String) {
        (**self).notice(text);
    }

    fn wants_identities(&self) -> bool {
        (**self).wants_identities()
    }

    fn interrupted(&self) -> bool {
        (**self).interrupted()
    }
}

/// Reads a stream from beginning to end.
pub trait StreamDecoder: Send {
    /// Reads all of it. Bad records go to [`Sink::record`] and do not end the reading.
    ///
    /// # Errors
    /// What keeps the rest from being read; what was pushed before stays. A stream that breaks off (an error of `stream`) is handed on as it is.
    fn decode(
        self: Box<Self>,
        stream: &mut dyn Read,
        sink: &mut dyn Sink,
    ) -> Result<(), DecodeError>;
}

/// Reads a file by seeking.
pub trait FileDecoder: Send {
    /// Reads all of it into the sinks, of which there is one for each core; which record goes to which does not matter.
    ///
    /// # Errors
    /// As for a stream.
    fn decode(
        self: Box<Self>,
        file: File,
        sinks: &mut [Box<dyn Sink + '_>],
    ) -> Result<(), DecodeError>;
}

/// Why a stream cannot be read, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// What the system says, or a decompressor.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The content cannot be used: a fragment that follows the input's name.
    #[error("{0}")]
    Content(String),
    /// The configuration does not fit the content, such as a column that is not there: a fragment that follows the input's name.
    #[error("{0}")]
    Settings(String),
}

/// Writes records.
pub trait RecordWriter: Intake + Send {
    /// Writes what is still held back.
    ///
    /// # Errors
    /// The first failure of any write.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// A registered format.
#[derive(Clone, Copy)]
pub struct FormatEntry {
    /// The format.
    pub format: &'static dyn Format,
}

inventory::collect!(FormatEntry);

/// All registered formats by name.
///
/// # Errors
/// Duplicates, strangers, contract mismatches; see [`resolve`].
pub fn formats(
    crates: &[&PluginCrate],
    overrides: &BTreeMap<String, String>,
) -> Result<Vec<&'static dyn Format>, Vec<RegistryError>> {
    let kept = resolve(
        inventory::iter::<FormatEntry>,
        |entry| entry.format.meta().plugin,
        crates,
        overrides,
    )?;
    Ok(kept.into_iter().map(|entry| entry.format).collect())
}
