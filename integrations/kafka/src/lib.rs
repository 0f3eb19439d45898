//! Kafka, seen from beside: consumer lag as `sampler:kafka`, the records of a topic as `source:kafka`.
//!
//! The cluster is only asked, never written to, and the group is not joined: a consumer that carries the group's id and never subscribes asks for metadata, the
//! offsets that the group committed, and the ends of the partitions. `settings` turns what the user says into such a client, `reading` is one look at the cluster,
//! `watcher` the thread that takes them, because a broker that is away answers late or never, and `sampler` the plugin.
//!
//! A topic is read by a consumer that is assigned its partitions and subscribes to nothing: `address` takes `kafka://..` apart, `topic` reads, `source` is the
//! plugin. What the messages hold is for `pss-integrations` to say.
//!
//! Everything is behind the feature `rdkafka`, which the feature `kafka` of `pss` switches on; `tls` adds OpenSSL, which TLS and SASL's SCRAM need.

#[cfg(feature = "rdkafka")]
mod address;
#[cfg(feature = "rdkafka")]
mod client;
#[cfg(feature = "rdkafka")]
mod reading;
#[cfg(feature = "rdkafka")]
pub mod sampler;
#[cfg(feature = "rdkafka")]
mod settings;
#[cfg(feature = "rdkafka")]
pub mod source;
#[cfg(feature = "rdkafka")]
mod topic;
#[cfg(feature = "rdkafka")]
mod watcher;

#[cfg(feature = "rdkafka")]
use pss_metrics::{plugin::PluginCrate, plugin_crate};

/// What this crate brings.
#[cfg(feature = "rdkafka")]
pub const PLUGIN_CRATE: PluginCrate = plugin_crate!("sampler:kafka", "source:kafka");
