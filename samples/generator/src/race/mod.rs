//! A large trace to measure speed with.

mod operation;
mod record;
mod system;

pub(crate) use record::{Settings, write};
