//! Inputs that are no files: messages, found by the scheme of an address.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use pss_integrations::{
    formats::{Format, MessageDecoder, Sink},
    sources::{Asked, Message, Source, SourceError, Take},
};

use super::{
    error::InputError,
    options::{Progress, ReadOptions},
};

/// Messages, and who reads them.
#[derive(Clone)]
pub struct Remote {
    /// Who reads them.
    pub source: &'static dyn Source,
    /// The address, scheme and all: its name in reports.
    pub name: String,
    /// What the user says to the source.
    pub settings: Arc<BTreeMap<String, String>>,
    /// How long to go on with what comes; up to the end there is now where nothing is said.
    pub follow: Option<Duration>,
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Remote").field(&self.name).finish()
    }
}

/// The scheme of an address, and what stands behind it; nothing where a text is none, or a file is called so.
pub fn scheme(argument: &std::path::Path) -> Option<(&str, &str)> {
    let (scheme, rest) = argument.to_str()?.split_once("://")?;
    let fits = !scheme.is_empty()
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    (fits && !argument.exists()).then_some((scheme, rest))
}

/// A sink that is told where the next records lie.
pub(super) trait Placed: Sink {
    /// The records that follow are of this part.
    fn of_part(&mut self, part: u32);
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Names of the formats that messages were in.
    pub(super) formats: Vec<&'static str>,
    pub(super) unknown_fields: Vec<String>,
    pub(super) bytes: u64,
    pub(super) messages: u64,
    /// What broke it off.
    pub(super) lost: Option<String>,
}

impl Remote {
    /// Whether it could be read, before anybody is asked.
    ///
    /// # Errors
    /// An address or settings that cannot be used.
    pub fn check(&self) -> Result<(), InputError> {
        self.source.check(&self.asked()).map_err(|e| self.error(e))
    }

    /// Decodes all messages into a sink.
    ///
    /// # Errors
    /// What keeps it from beginning, and nothing at all.
    pub(super) fn read(
        &self,
        options: &ReadOptions<'_>,
        progress: &dyn Progress,
        into: &mut dyn Placed,
    ) -> Result<Taken, InputError> {
        let mut work = Work {
            decoder: self.decoder(options.format)?,
            record_limit: options.record_limit,
            taken: Taken::default(),
            progress,
            into,
        };
        match self.source.read(&self.asked(), &mut work) {
            Ok(()) => {}
            Err(SourceError::Lost(why)) => work.taken.lost = Some(why),
            Err(error) => return Err(self.error(error)),
        }
        let Work {
            mut decoder,
            mut taken,
            ..
        } = work;
        taken.formats = decoder.formats();
        taken.unknown_fields = decoder.take_unknown_fields();
        let stopped = options.interrupt.load(Ordering::Relaxed);
        match &taken.lost {
            None if taken.messages == 0 && !stopped => Err(InputError::Empty(self.name.clone())),
            Some(why) if taken.messages == 0 && !stopped => Err(self.away(why.clone())),
            _ => Ok(taken),
        }
    }

    fn decoder(&self, format: Option<&'static dyn Format>) -> Result<MessageDecoder, InputError> {
        let name = format.map(|format| format.meta().plugin.name);
        MessageDecoder::new(name).ok_or_else(|| InputError::Settings {
            path: self.name.clone(),
            why: format!(
                "holds messages, which are read as {}, and not as {}",
                MessageDecoder::known().join(", "),
                name.unwrap_or_default()
            ),
        })
    }

    fn asked(&self) -> Asked<'_> {
        let address = self.name.split_once("://").map_or("", |(_, rest)| rest);
        Asked {
            address,
            settings: &self.settings,
            follow: self.follow,
        }
    }

    fn error(&self, error: SourceError) -> InputError {
        match error {
            SourceError::Settings(why) => InputError::Settings {
                path: without_secret(&self.name),
                why,
            },
            SourceError::Away(why) | SourceError::Lost(why) => self.away(why),
        }
    }

    fn away(&self, why: String) -> InputError {
        InputError::Away {
            path: self.name.clone(),
            why,
        }
    }
}

/// An address as it may be shown: whoever writes a password into one is told, and need not find it in a log.
fn without_secret(address: &str) -> String {
    match (address.split_once("://"), address.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://***@{rest}"),
        _ => address.to_owned(),
    }
}

/// A source's other end.
struct Work<'a> {
    decoder: MessageDecoder,
    record_limit: usize,
    taken: Taken,
    progress: &'a dyn Progress,
    into: &'a mut dyn Placed,
}

impl Take for Work<'_> {
    fn message(&mut self, message: Message<'_>) {
        let length = message.bytes.len();
        self.taken.messages += 1;
        self.taken.bytes += length as u64;
        self.progress.advance(length as u64);
        self.into.of_part(message.part);
        if length > self.record_limit {
            let reason = "is longer than the limit for one record (64 MiB)";
            self.into.record(message.number, Err(reason.to_owned()));
            return;
        }
        self.decoder
            .decode(message.number, message.bytes, &mut *self.into);
    }

    fn notice(&mut self, text: String) {
        self.into.notice(text);
    }

    fn interrupted(&self) -> bool {
        self.into.interrupted()
    }
}
