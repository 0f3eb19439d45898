//! `pss convert IN.. OUT`: records of any format that can be read into any that can be written.

mod run;
mod target;
mod writable;

pub(super) use run::run;
