//! Ctrl-C, or a friendly kill, while inputs are read.

use std::sync::{Arc, atomic::AtomicBool};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};

use crate::{error::Error, exit::Exit};

/// Set by Ctrl-C and by a request to end; a second one ends the program at once.
pub(super) fn listen() -> Result<Arc<AtomicBool>, Error> {
    let interrupt = Arc::new(AtomicBool::new(false));
    let code = i32::from(Exit::Interrupted.code());
    for signal in [SIGINT, SIGTERM] {
        for register in [
            flag::register_conditional_shutdown(signal, code, Arc::clone(&interrupt)),
            flag::register(signal, Arc::clone(&interrupt)),
        ] {
            register.map_err(|error| Error::Usage(format!("cannot listen for Ctrl-C: {error}")))?;
        }
    }
    Ok(interrupt)
}
