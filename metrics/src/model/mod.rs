//! What a trace is: spans and samples as formats push them, the category an operation falls into, and the batch they are gathered in.

mod attribute;
mod bad;
mod batch;
mod category;
mod columns;
mod decided;
mod decimal;
mod extra;
mod intake;
mod naming;
mod operation;
mod outcome;
mod own_rules;
mod plain;
mod rules;
mod sample;
mod span;
mod template;

pub use attribute::{Attribute, Value};
pub use bad::Bad;
pub use batch::Batch;
pub use category::{Category, Classified, Evidence, classify, classify_attributes};
pub(crate) use columns::{NO_TAG, NO_TIME, NONE, SampleRow};
pub use columns::{OpId, SpanColumns, SpanFlags};
pub use decided::{Decided, UNNAMED};
pub use decimal::{Decimal, NumberError};
pub use extra::{ExtraSpec, Extract};
pub use intake::Intake;
pub use naming::{Naming, NamingError};
pub use operation::{Coarseness, coarsen};
pub use outcome::{cache_attribute, cache_outcome, error_flag};
pub use own_rules::{OwnOutcomes, OwnRule, OwnRules, Why, why};
pub use rules::{
    CACHE_HITS, CACHE_KEYS, CACHE_MISSES, CACHE_WORD, ERRORS, ErrorRule, ErrorTest, RULES, Rule,
    Test,
};
pub use sample::{Sample, SampleKind, Signal, SignalUnit};
pub use span::{Kind, Parent, Span};
pub use template::template;
