//! Decodes the blocks of a stream on all cores.

use std::{
    io::{self, Read},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use pss_integrations::cores::at_once;
use pss_metrics::plugin::caught;

use super::{
    split::{Block, Splitter},
    worker::Worker,
};

/// Lets each worker decode on a core of its own. Whoever has nothing to decode takes the next block, so that what it decodes still lies in its core's cache. Gives
/// the workers back, and what broke the stream, if anything did.
///
/// # Errors
/// What a worker panicked with.
pub(super) fn decode<'a>(
    blocks: Blocks<impl Read + Send>,
    workers: Vec<Worker<'a>>,
    interrupt: &AtomicBool,
) -> Result<(Vec<Worker<'a>>, Option<io::Error>), String> {
    let blocks = Mutex::new(blocks);
    let work = |mut worker: Worker<'a>| {
        let worked = caught(|| {
            let mut buffer = Vec::new();
            while !interrupt.load(Ordering::Relaxed)
                && let Some(block) = blocks.lock().ok().and_then(|mut it| it.next(buffer))
            {
                worker.block(&block);
                buffer = block.buffer;
            }
            worker.finish()
        });
        if let (Err(_), Ok(mut blocks)) = (&worked, blocks.lock()) {
            blocks.over = true;
        }
        worked
    };
    let worked: Result<Vec<Worker<'a>>, String> = at_once(workers, work).into_iter().collect();
    let broken = blocks.into_inner().ok().and_then(|blocks| blocks.broken);
    worked.map(|workers| (workers, broken))
}

/// The blocks of a stream, one after the other.
pub(super) struct Blocks<R> {
    splitter: Splitter,
    stream: R,
    /// What broke the stream.
    pub(super) broken: Option<io::Error>,
    /// A worker failed: the others need not go on.
    over: bool,
}

impl<R: Read> Blocks<R> {
    pub(super) fn of(splitter: Splitter, stream: R) -> Blocks<R> {
        Blocks {
            splitter,
            stream,
            broken: None,
            over: false,
        }
    }

    /// The next block, in a buffer that was used before.
    fn next(&mut self, mut buffer: Vec<u8>) -> Option<Block> {
        while !self.over {
            match self.splitter.next(&mut self.stream, buffer) {
                Ok(block) => return block,
                // What was read before comes with the next call.
                Err(error) => self.broken = Some(error),
            }
            buffer = Vec::new();
        }
        None
    }
}
