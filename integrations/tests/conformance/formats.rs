//! Formats.

use std::{
    io::{BufRead, BufReader, Read, Write},
    sync::atomic::{AtomicU64, Ordering},
};

use pss_integrations::{
    PLUGIN_CRATE,
    conformance::{FORMAT_RULES, check_format},
    formats::{
        Capabilities, DecodeError, Format, FormatMeta, Head, InputSettings, Likeness, Reading,
        RecordWriter, Sink, StreamDecoder, formats, native::Native,
    },
};
use pss_metrics::{
    model::{Intake, Sample, Span},
    plugin_meta,
};

use super::each_catches;

#[test]
fn built_in_formats_keep_every_rule() {
    let formats = formats(&[&PLUGIN_CRATE], &Default::default()).expect("registry is sound");
    for format in formats {
        assert_eq!(check_format(format), [], "{}", format.meta().plugin.name);
    }
}

const SPECIMEN: &str = "{\"name\":\"a\",\"duration\":0.25,\"timestamp\":1700000000}\n{\"name\":\"b\",\"duration\":0.5,\"timestamp\":1700000001}\n{\"name\":\"c\",\"duration\":0.5,\"timestamp\":1700000002}\n";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    Writes,
    Extension,
    NoMapping,
    NoWriter,
    SecretWriter,
    WriterForgets,
    WriterPanics,
    NoSpecimen,
    KnowsAll,
    KnowsNothing,
    SniffPanics,
    RefusesAll,
    ReadsInSecret,
    Counts,
    Waits,
    NeedsNames,
    ReadsOnce,
    WantsEnd,
    MakesUp,
    PanicsOnNothing,
    PanicsWhenCut,
    MakesUpWhenCut,
    PanicsOnBytes,
    TakesNoise,
    Silent,
}

struct Fake {
    fault: Fault,
    meta: &'static FormatMeta,
    calls: AtomicU64,
}

fn fake(fault: Fault) -> Fake {
    let writes = [
        Fault::Writes,
        Fault::NoWriter,
        Fault::WriterForgets,
        Fault::WriterPanics,
    ];
    let meta = FormatMeta {
        plugin: plugin_meta!(Format, "fake", "for tests"),
        extensions: if fault == Fault::Extension {
            &[".Fake"]
        } else {
            &["fake"]
        },
        media_types: &[],
        capabilities: Capabilities {
            read: fault != Fault::ReadsInSecret,
            write: writes.contains(&fault),
            streaming: matches!(fault, Fault::None | Fault::Writes | Fault::Waits),
            ..Capabilities::TEXT
        },
        mapping: if fault == Fault::NoMapping {
            ""
        } else {
            "as native"
        },
    };
    Fake {
        fault,
        meta: Box::leak(Box::new(meta)),
        calls: AtomicU64::new(0),
    }
}

impl Format for Fake {
    fn meta(&self) -> &'static FormatMeta {
        self.meta
    }

    fn specimen(&self) -> Option<Vec<u8>> {
        (self.fault != Fault::NoSpecimen).then(|| SPECIMEN.as_bytes().to_vec())
    }

    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        match self.fault {
            Fault::KnowsAll => Some(Likeness::Surely),
            Fault::KnowsNothing => None,
            Fault::SniffPanics if head.bytes().contains(&0xff) => panic!("no text"),
            _ => Native.sniff(head),
        }
    }

    fn open(&self, head: &Head<'_>, _: &InputSettings) -> Result<Reading, DecodeError> {
        if self.fault == Fault::RefusesAll || self.fault == Fault::WantsEnd && !head.is_complete() {
            return Err(DecodeError::Content("is not to my taste".to_owned()));
        }
        Ok(Reading::Stream(Box::new(Lines {
            fault: self.fault,
            call: self.calls.fetch_add(1, Ordering::Relaxed),
        })))
    }

    fn writer(&self, out: Box<dyn Write + Send>) -> Option<Box<dyn RecordWriter>> {
        match self.fault {
            Fault::Writes | Fault::SecretWriter => Native.writer(out),
            Fault::WriterForgets => Some(Box::new(Forgets(Native.writer(out)?))),
            Fault::WriterPanics => panic!("out of ink"),
            _ => None,
        }
    }
}

struct Forgets(Box<dyn RecordWriter>);

impl Intake for Forgets {
    fn span(&mut self, span: &Span<'_>) {
        self.0.span(&Span {
            wait: None,
            ..*span
        });
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        self.0.sample(sample);
    }

    fn skipped(&mut self, _: &'static str, _: u64) {}
}

impl RecordWriter for Forgets {
    fn finish(self: Box<Self>) -> std::io::Result<()> {
        self.0.finish()
    }
}

struct Lines {
    fault: Fault,
    call: u64,
}

impl StreamDecoder for Lines {
    fn decode(
        self: Box<Self>,
        stream: &mut dyn Read,
        sink: &mut dyn Sink,
    ) -> Result<(), DecodeError> {
        if matches!(self.fault, Fault::None | Fault::Writes) {
            let mut stream = BufReader::new(stream);
            let mut line = Vec::new();
            while stream.read_until(b'\n', &mut line)? > 0 {
                each(&line, self.fault, sink);
                line.clear();
            }
            return Ok(());
        }
        let mut bytes = Vec::new();
        if self.fault == Fault::ReadsOnce {
            bytes.resize(1 << 20, 0);
            let length = stream.read(&mut bytes)?;
            bytes.truncate(length);
        } else {
            stream.read_to_end(&mut bytes)?;
        }
        if self.fault == Fault::NeedsNames && !sink.wants_identities() {
            bytes.truncate(SPECIMEN.len() / 2);
        }
        let cut = !bytes.is_empty() && bytes.len() < SPECIMEN.len();
        let made_up = match self.fault {
            Fault::PanicsOnNothing if bytes.is_empty() => panic!("nothing"),
            Fault::PanicsWhenCut if cut => panic!("cut"),
            Fault::PanicsOnBytes if bytes.contains(&0xff) => panic!("no text"),
            Fault::MakesUp if bytes.is_empty() => 1,
            Fault::MakesUpWhenCut if cut => 9,
            Fault::TakesNoise if std::str::from_utf8(&bytes).is_err() => 1,
            Fault::Counts => self.call,
            _ => 0,
        };
        for _ in 0..made_up {
            sink.span(&Span::default());
        }
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            each(line, self.fault, sink);
        }
        Ok(())
    }
}

fn each(line: &[u8], fault: Fault, sink: &mut dyn Sink) {
    let head = Head::new(SPECIMEN.as_bytes(), true);
    let settings = InputSettings::default();
    let Ok(Reading::Records(_, decoder)) = Native.open(&head, &settings) else {
        unreachable!("native reads its own");
    };
    let outcome = match std::str::from_utf8(line) {
        Ok(text) => decoder(&settings).decode(text.trim_end(), sink),
        Err(_) => Err("is no text".to_owned()),
    };
    if fault != Fault::Silent {
        sink.record(1, outcome);
    }
}

#[test]
fn each_rule_catches_the_format_that_breaks_it_and_no_other_does() {
    assert_eq!(check_format(&fake(Fault::None)), []);
    assert_eq!(check_format(&fake(Fault::Writes)), []);
    each_catches(
        FORMAT_RULES,
        &[
            (Fault::Extension, "description", ".Fake"),
            (Fault::NoMapping, "description", "maps"),
            (Fault::NoWriter, "write", "has no writer"),
            (Fault::SecretWriter, "write", "does not say that it writes"),
            (Fault::WriterForgets, "write", "read back otherwise"),
            (Fault::WriterPanics, "write", "panicked: out of ink"),
            (Fault::NoSpecimen, "specimen", "has none"),
            (Fault::KnowsAll, "sniff", "is sure of prose"),
            (Fault::KnowsNothing, "sniff", "its own specimen"),
            (Fault::SniffPanics, "sniff", "on noise: panicked"),
            (Fault::RefusesAll, "read", "is not to my taste"),
            (Fault::ReadsInSecret, "read", "does not say so"),
            (
                Fault::Counts,
                "deterministic",
                "4 records in the place of 3",
            ),
            (Fault::Waits, "streaming", "before its input has ended"),
            (
                Fault::NeedsNames,
                "projection",
                "without identities: 1 records in the place of 3",
            ),
            (Fault::ReadsOnce, "compression", "in pieces"),
            (Fault::WantsEnd, "stdin", "is not to my taste"),
            (Fault::MakesUp, "empty-input", "brings records"),
            (Fault::PanicsOnNothing, "empty-input", "panicked: nothing"),
            (Fault::PanicsWhenCut, "truncated", "panicked: cut"),
            (
                Fault::MakesUpWhenCut,
                "truncated",
                "records in the place of 3",
            ),
            (Fault::PanicsOnBytes, "garbage", "panicked: no text"),
            (Fault::TakesNoise, "garbage", "records in noise"),
            (Fault::Silent, "garbage", "without a word"),
        ],
        |fault| check_format(&fake(fault)),
    );
}
