//! OTLP documents over many lines, or too long to be read at once: walked in a stream, one resource at a time, or one span at a time where a resource has very
//! many of them.

use std::io::Read;

use super::{
    super::{
        contract::{DecodeError, Sink, StreamDecoder},
        json::{Pull, PullError, Reason, Scanner},
    },
    json::{Documents, List, Resource, Strangers, is_scopes, is_wrapper, mistyped},
};

/// A resource with more bytes of spans than this is walked span by span, and a span cannot have more.
const LIMIT: usize = 16 << 20;

/// Walks documents.
#[derive(Default)]
pub(super) struct Walk {
    documents: Documents,
    place: u64,
}

impl StreamDecoder for Walk {
    fn decode(
        mut self: Box<Self>,
        stream: &mut dyn Read,
        sink: &mut dyn Sink,
    ) -> Result<(), DecodeError> {
        let mut pull = Pull::new(stream, LIMIT);
        let outcome = self.all(&mut pull, sink);
        self.documents.points.flush(sink);
        let reason = match outcome {
            Ok(()) => return Ok(()),
            Err(PullError::Io(error)) => return Err(DecodeError::Io(error)),
            Err(PullError::Truncated) => "is truncated: the file ends inside it",
            Err(PullError::TooLong) => "is longer than 16 MiB; nothing behind it could be read",
            Err(PullError::Syntax) => "is not JSON; nothing behind it could be read",
        };
        self.place += 1;
        sink.record(self.place, Err(reason.to_owned()));
        Ok(())
    }
}

impl Walk {
    fn all(&mut self, pull: &mut Pull<'_>, sink: &mut dyn Sink) -> Result<(), PullError> {
        while matches!(pull.peek()?, Some(0xef | 0xbb | 0xbf)) {
            pull.step_over();
        }
        while pull.peek()?.is_some() && !sink.interrupted() {
            self.document(pull, 0, sink)?;
            // Several documents may stand in an array, or be listed with commas.
            pull.eat(b',')?;
        }
        Ok(())
    }

    fn document(
        &mut self,
        pull: &mut Pull<'_>,
        depth: u32,
        sink: &mut dyn Sink,
    ) -> Result<(), PullError> {
        if depth > 8 {
            return pull.value().map(drop);
        }
        if pull.eat(b'[')? {
            while !pull.eat(b']')? {
                self.document(pull, depth + 1, sink)?;
                if !pull.eat(b',')? && pull.peek()? != Some(b']') {
                    return Err(missing(pull)?);
                }
            }
            return Ok(());
        }
        if !pull.eat(b'{')? {
            return self.wrong("a value among documents", "an object", pull, sink);
        }
        let mut strangers = Strangers::default();
        while !pull.eat(b'}')? {
            let key = key(pull)?;
            strangers.meet(&key);
            match List::of(&key) {
                Some(list) if pull.eat(b'[')? => {
                    while !pull.eat(b']')? {
                        self.element(list, pull, sink)?;
                        if sink.interrupted() {
                            return Ok(());
                        }
                        if !pull.eat(b',')? && pull.peek()? != Some(b']') {
                            return Err(missing(pull)?);
                        }
                    }
                }
                Some(_) => self.wrong(&key, "a list", pull, sink)?,
                None if is_wrapper(&key) => self.document(pull, depth + 1, sink)?,
                None => pull.value().map(drop)?,
            }
            if !pull.eat(b',')? && pull.peek()? != Some(b'}') {
                return Err(missing(pull)?);
            }
        }
        strangers.tell(&mut self.documents.rejected);
        self.tell(sink);
        Ok(())
    }

    /// Passes over a value of another type than it should be, which is told; null is as good as nothing.
    fn wrong(
        &mut self,
        name: &str,
        expected: &str,
        pull: &mut Pull<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), PullError> {
        let found = match pull.value()? {
            b"null" => return Ok(()),
            [b'{', ..] => "an object",
            [b'[', ..] => "an array",
            [b'"', ..] => "text",
            b"true" | b"false" => "true or false",
            _ => "a number",
        };
        let reason = mistyped(name, found, expected);
        self.documents.rejected.note(reason);
        self.tell(sink);
        Ok(())
    }

    /// Tells of what was noted, if anything was.
    fn tell(&mut self, sink: &mut dyn Sink) {
        let noted = self.documents.rejected.take();
        if noted.summed().is_some() {
            self.place += 1;
            noted.each(|reason| sink.record(self.place, Err(reason)));
        }
    }

    fn element(
        &mut self,
        list: List,
        pull: &mut Pull<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), PullError> {
        let documents = &mut self.documents;
        let outcome = match pull.value() {
            Ok(bytes) => scan(bytes, |scanner| documents.element(list, scanner, sink)),
            Err(PullError::TooLong) if list == List::Spans => return self.resource(pull, sink),
            Err(error) => return Err(error),
        };
        self.place += 1;
        self.documents.rejected.record(self.place, outcome, sink);
        Ok(())
    }

    /// A resource too long to be read at once.
    fn resource(&mut self, pull: &mut Pull<'_>, sink: &mut dyn Sink) -> Result<(), PullError> {
        let mut resource = Resource::default();
        let mut known = false;
        pull.eat(b'{')?;
        while !pull.eat(b'}')? {
            match &*key(pull)? {
                "resource" => {
                    let documents = &mut self.documents;
                    let read = scan(pull.value()?, |scanner| {
                        resource = documents.resource(scanner)?;
                        Ok(())
                    });
                    if let Err(reason) = read {
                        self.place += 1;
                        sink.record(self.place, Err(reason));
                    }
                    self.tell(sink);
                    known = true;
                }
                key if is_scopes(key) && pull.eat(b'[')? => {
                    if !known {
                        sink.notice("has a resource that stands behind more than 16 MiB of its spans: their service is unknown".to_owned());
                    }
                    while !pull.eat(b']')? {
                        self.scope(&resource, pull, sink)?;
                        if !pull.eat(b',')? && pull.peek()? != Some(b']') {
                            return Err(missing(pull)?);
                        }
                    }
                }
                key if is_scopes(key) => self.wrong(key, "a list", pull, sink)?,
                _ => pull.value().map(drop)?,
            }
            if !pull.eat(b',')? && pull.peek()? != Some(b'}') {
                return Err(missing(pull)?);
            }
        }
        Ok(())
    }

    fn scope(
        &mut self,
        resource: &Resource,
        pull: &mut Pull<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), PullError> {
        if !pull.eat(b'{')? {
            return self.wrong("an element of `scopeSpans`", "an object", pull, sink);
        }
        while !pull.eat(b'}')? {
            if key(pull)? != "spans" {
                pull.value()?;
            } else if pull.eat(b'[')? {
                while !pull.eat(b']')? {
                    let documents = &mut self.documents;
                    let outcome = scan(pull.value()?, |scanner| {
                        documents.span(resource, scanner, &mut Vec::new(), sink)
                    });
                    self.place += 1;
                    self.documents.rejected.record(self.place, outcome, sink);
                    if sink.interrupted() {
                        return Ok(());
                    }
                    if !pull.eat(b',')? && pull.peek()? != Some(b']') {
                        return Err(missing(pull)?);
                    }
                }
            } else {
                self.wrong("spans", "a list", pull, sink)?;
            }
            if !pull.eat(b',')? && pull.peek()? != Some(b'}') {
                return Err(missing(pull)?);
            }
        }
        Ok(())
    }
}

fn key(pull: &mut Pull<'_>) -> Result<String, PullError> {
    let bytes = pull.value()?;
    let text = std::str::from_utf8(bytes)
        .map_err(|_| PullError::Syntax)?
        .trim_matches('"')
        .to_owned();
    if pull.eat(b':')? {
        Ok(text)
    } else {
        Err(missing(pull)?)
    }
}

/// Why what should follow does not.
fn missing(pull: &mut Pull<'_>) -> Result<PullError, PullError> {
    Ok(if pull.peek()?.is_none() {
        PullError::Truncated
    } else {
        PullError::Syntax
    })
}

fn scan<'a>(
    bytes: &'a [u8],
    read: impl FnOnce(&mut Scanner<'a>) -> Result<(), Reason>,
) -> Result<(), String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "is no valid UTF-8".to_owned())?;
    let mut scanner = Scanner::new(text);
    read(&mut scanner)
        .and_then(|()| scanner.end())
        .map_err(|reason| reason.explain(text))
}
