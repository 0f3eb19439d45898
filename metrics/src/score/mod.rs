//! From a summary to scores: curve, weighing, points, interval, timeline, confidence. Each in its own file, so that each can be argued and changed alone.

mod blocks;
mod confidence;
mod curve;
mod example;
mod interval;
mod metric;
mod outcome;
mod plan;
mod points;
mod registry;
mod run;
mod settings;
mod timeline;
mod view;
mod weigh;

pub use blocks::{BLOCKS, LEVEL_BLOCKS};
pub use confidence::{Confidence, Level};
pub use curve::FLOOR;
pub use example::{Call, Example, Reading, Story, even, plain};
pub use interval::Interval;
pub use metric::{FactorMeta, Metric, MetricEntry, MetricMeta, Over};
pub use outcome::{Outcome, Part, Subject};
pub use plan::{NoDataPolicy, Plan, Planned};
pub use points::{Share, subjects, worst};
pub use registry::metrics;
pub use run::{ForEach, Scored, ScoredMetric, score, score_with};
pub use settings::{Curve, Settings, SettingsError};
pub use timeline::{Moment, Timeline};
pub use view::{EntityView, GroupView, MIN_SPANS, SummaryView, Totals, by_name};
pub use weigh::{PerSubject, Product};
