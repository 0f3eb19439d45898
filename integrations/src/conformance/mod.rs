//! Whether formats, samplers, views, load shapes, hooks and sources keep their contracts, as rules that `pss plugins check` runs and that a crate of plugins can run in its own tests:
//!
//! ```
//! use pss_integrations::{conformance::check_format, formats::native::Native};
//!
//! assert_eq!(check_format(&Native), []);
//! ```

mod decoded;
mod described;
mod format;
mod hook;
mod load;
mod peer;
mod sampler;
mod source;
mod view;
mod written;

pub use format::{FORMAT_RULES, check_format};
pub use hook::{HOOK_RULES, check_hook};
pub use load::{LOAD_RULES, check_load};
pub use pss_metrics::conformance::{Finding, Rule};
pub use sampler::{SAMPLER_RULES, check_sampler};
pub use source::{SOURCE_RULES, check_source};
pub use view::{VIEW_RULES, check_view};
