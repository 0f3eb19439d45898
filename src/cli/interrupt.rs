//! Ctrl-C while inputs are read.

use std::sync::{Arc, atomic::AtomicBool};

use crate::{error::Error, exit::Exit};

/// Set by Ctrl-C; a second one ends the program at once.
pub(super) fn listen() -> Result<Arc<AtomicBool>, Error> {
    let interrupt = Arc::new(AtomicBool::new(false));
    for register in [
        signal_hook::flag::register_conditional_shutdown(
            signal_hook::consts::SIGINT,
            i32::from(Exit::Interrupted.code()),
            Arc::clone(&interrupt),
        ),
        signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&interrupt)),
    ] {
        register.map_err(|error| Error::Usage(format!("cannot listen for Ctrl-C: {error}")))?;
    }
    Ok(interrupt)
}
