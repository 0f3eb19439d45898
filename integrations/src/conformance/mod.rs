//! Whether formats, samplers and views keep their contracts, as rules that `pss plugins check` runs and that a crate of plugins can run in its own tests:
//!
//! ```
//! use pss_integrations::{conformance::check_format, formats::native::Native};
//!
//! assert_eq!(check_format(&Native), []);
//! ```

mod decoded;
mod format;
mod sampler;
mod view;
mod written;

pub use format::{FORMAT_RULES, check_format};
pub use pss_metrics::conformance::{Finding, Rule};
pub use sampler::{SAMPLER_RULES, check_sampler};
pub use view::{VIEW_RULES, check_view};
