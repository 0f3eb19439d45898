//! What a trace is: spans and samples as formats push them, the category an operation falls into, and the batch they are gathered in.

mod attribute;
mod batch;
mod category;
mod decimal;
mod intake;
mod operation;
mod sample;
mod span;
mod template;

pub use attribute::{Attribute, Value};
pub use batch::{Bad, Batch, ExtraSpec, Extract, OpId, SpanColumns, SpanFlags};
pub(crate) use batch::{NO_TAG, NO_TIME, NONE};
pub use category::{
    Category, Classified, Evidence, RULES, Rule, Test, cache_outcome, classify,
    classify_attributes, error_flag,
};
pub use decimal::{Decimal, NumberError};
pub use intake::Intake;
pub use operation::{Coarseness, coarsen};
pub use sample::{Sample, SampleKind, Signal, SignalUnit};
pub use span::{Kind, Parent, Span};
pub use template::template;
