//! `pss.toml` and its layers: defaults < user file < project file < environment < flags.
//!
//! Every layer is flattened to dotted keys with the place each value came from, so that one check serves all layers and `pss config show` can name the origin.

mod check;
mod environment;
mod error;
mod files;
mod init;
mod keys;
mod layers;
mod own_metrics;
mod passed;
mod plan;
mod pypss_file;
mod schema;
mod toml_file;
mod value;
mod variables;

pub use error::ConfigError;
pub use init::TEMPLATE;
pub use keys::{Key, Keys, Takes};
#[cfg(all(unix, feature = "process"))]
pub(crate) use layers::project_file;
pub use layers::{Config, Flags, load, overrides};
pub use own_metrics::own_metrics;
pub use passed::shown;
pub use plan::{BadLimit, Profile, Resolved};
pub use pypss_file::{PypssFile, read_pypss_file};
pub use schema::schema;
pub use toml_file::{parse, parse_with};
pub use value::{Setting, Value};
pub use variables::hidden;
