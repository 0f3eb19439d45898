//! What only whole traces tell: own time, critical paths, spans whose parent is missing. For display only; no score reads it.
//!
//! Spans of a trace may stand anywhere in their files, so they are held until all are read. Memory is bounded: [`Traces`] keeps whole traces, and where there are too
//! many, half of them, picked by their ids, so that what is kept depends on no order. [`Traces::join`] says how much it saw.

mod critical;
mod join;
mod traces;

pub use join::{Joined, JoinedOperation};
pub use traces::Traces;
