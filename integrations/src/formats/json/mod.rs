//! What the formats in JSON share: a strict scanner, the reasons why a record cannot be used, and the outline of a document's first bytes.

mod escape;
mod literal;
mod outline;
mod pull;
mod reason;
mod scanner;
mod typed;

pub(in crate::formats) use literal::Literal;
pub use outline::{Outline, Shape};
pub(in crate::formats) use pull::{Pull, PullError};
pub use reason::Reason;
pub(in crate::formats) use scanner::{Next, Scanner};
pub(in crate::formats) use typed::{Number, Scalar, parse};
