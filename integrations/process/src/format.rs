//! A format that a plugin reads: it gets the bytes and answers with records.

use std::io::{ErrorKind, Read, Write};

use pss_integrations::formats::{
    Capabilities, DecodeError, Format, FormatMeta, Head, InputSettings, Likeness, Reading, Sink,
    StreamDecoder,
};
use pss_metrics::plugin::PluginKind;

use crate::{
    call::{Call, unread},
    describe::{leaked, plugin},
    installed::Installed,
    manifest::FormatManifest,
    output::Output,
    rows::From,
    stream,
    watchdog::{Watchdog, Watched},
};

/// A format that a plugin reads.
#[derive(Debug)]
pub struct ProcessFormat {
    meta: &'static FormatMeta,
    starts_with: Vec<String>,
    installed: Installed,
}

impl ProcessFormat {
    /// The format as it was described. It stays for as long as the program does, as those that are built in do.
    pub fn new(installed: &Installed, described: &FormatManifest) -> &'static ProcessFormat {
        let extensions: Vec<&'static str> = described
            .extensions
            .iter()
            .map(|extension| leaked(extension))
            .collect();
        let meta = FormatMeta {
            plugin: plugin(
                installed,
                PluginKind::Format,
                &described.name,
                &described.description,
            ),
            extensions: Vec::leak(extensions),
            media_types: &[],
            capabilities: Capabilities {
                projection: false,
                ..Capabilities::TEXT
            },
            mapping: match described.mapping.trim() {
                "" => "as the program does",
                mapping => leaked(mapping),
            },
        };
        Box::leak(Box::new(ProcessFormat {
            meta: Box::leak(Box::new(meta)),
            starts_with: described.starts_with.clone(),
            installed: installed.clone(),
        }))
    }
}

impl Format for ProcessFormat {
    fn meta(&self) -> &'static FormatMeta {
        self.meta
    }

    /// By its beginnings alone: looking at a file runs nothing.
    fn sniff(&self, head: &Head<'_>) -> Option<Likeness> {
        let starts = |start: &String| head.bytes().starts_with(start.as_bytes());
        self.starts_with
            .iter()
            .any(starts)
            .then_some(Likeness::Surely)
    }

    fn open(&self, _: &Head<'_>, _: &InputSettings) -> Result<Reading, DecodeError> {
        self.installed
            .verify()
            .map_err(|why| DecodeError::Settings(format!("cannot be read: {why}")))?;
        Ok(Reading::Stream(Box::new(Decoding {
            installed: self.installed.clone(),
            format: self.meta.plugin.name,
        })))
    }
}

struct Decoding {
    installed: Installed,
    format: &'static str,
}

impl StreamDecoder for Decoding {
    fn decode(
        self: Box<Self>,
        stream: &mut dyn Read,
        sink: &mut dyn Sink,
    ) -> Result<(), DecodeError> {
        let name = self.installed.manifest.name.clone();
        let told =
            |why: String| DecodeError::Content(format!("cannot be read: plugin {name} {why}"));
        let mut call = Call::start(
            &self.installed.programs,
            &name,
            &self.installed.path,
            &["format", self.format],
            "{}",
        )
        .map_err(told)?;
        let (Some(stdin), Some(stdout)) = (call.stdin(), call.stdout()) else {
            return Err(told("has no pipes".to_owned()));
        };
        let watchdog = call.watchdog.clone();
        let mut output =
            Output::new(stdout, call.limits.output, call.watchdog.clone()).map_err(told)?;
        let (fed, answered) = std::thread::scope(|scope| {
            let sink = &mut *sink;
            let answer = scope.spawn(|| {
                let answered = hear(&mut output, sink);
                // Whoever is not heard any more must not be waited for. Of one that ends by itself, the way it ends says more.
                if let Err(why) = &answered
                    && !output.ended()
                {
                    watchdog.stop(why.clone());
                }
                answered
            });
            let fed = feed(stdin, stream, &watchdog);
            (fed, answer.join())
        });
        if sink.interrupted() {
            return Ok(());
        }
        let ended = call.end();
        let answered =
            answered.unwrap_or_else(|_| Err("answered with what no stream is".to_owned()));
        match (fed, ended, answered) {
            // The input broke off; what the plugin made of what came is used.
            (Err(Fed::Input(error)), Ok(()), Ok(())) => Err(DecodeError::Io(error)),
            (_, Err(why), _) | (_, Ok(()), Err(why)) | (Err(Fed::Plugin(why)), Ok(()), Ok(())) => {
                Err(told(why))
            }
            (Ok(()), Ok(()), Ok(())) => Ok(()),
        }
    }
}

/// Why the bytes did not reach the plugin.
enum Fed {
    /// They broke off.
    Input(std::io::Error),
    /// It did not take them.
    Plugin(String),
}

/// Hands the bytes on. Closing the pipe is the end of the input.
fn feed(mut stdin: Watched, stream: &mut dyn Read, watchdog: &Watchdog) -> Result<(), Fed> {
    let mut buffer = vec![0; 1 << 16];
    let fed = loop {
        match stream.read(&mut buffer) {
            Ok(0) => break Ok(()),
            Ok(read) => {
                if let Err(error) = stdin.write_all(&buffer[..read]) {
                    break Err(Fed::Plugin(unread(&error)));
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => break Err(Fed::Input(error)),
        }
    };
    drop(stdin);
    watchdog.waits();
    fed
}

/// Takes the records.
fn hear(output: &mut Output, sink: &mut dyn Sink) -> Result<(), String> {
    let mut place = 0;
    stream::read(output, From::Format, &mut |layout, batch| {
        layout.push(batch, sink, &mut place);
        if sink.interrupted() {
            return Err("was stopped with pss".to_owned());
        }
        Ok(())
    })
}
