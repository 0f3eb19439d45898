//! Five minutes of a shop's checkout, in which a payment query turns slow for 40 s and one cart process leaks memory.

mod episode;
mod process;
mod request;
mod span;
mod story;

pub(crate) use story::{Settings, write};
