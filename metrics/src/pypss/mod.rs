//! The compatibility profiles: the numbers of PyPSS 1.3.1, exactly.
//!
//! [`Records`] keeps the columns PyPSS reads, in file order, because its score depends on every row; [`score`] turns them into [`Scores`] by [`Settings`].
//! Nothing here is shared with the default profile: its formulas may improve, these must not.

mod exact;
mod five_pillars;
mod keys;
mod keywords;
mod quantile;
mod record;
mod records;
mod rounding;
mod score;
mod settings;
mod seven_metrics;

pub use record::Record;
pub use records::Records;
pub use score::{MetricScore, Profile, ScoreError, Scores, score};
pub use settings::{KeyKind, SettingError, Settings};
