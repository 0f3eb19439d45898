//! Sources: messages that lie elsewhere than in files, found by the scheme of an address. Each member stands in a package of its own, for its client.

mod contract;

pub use contract::{Asked, Message, Source, SourceEntry, SourceError, SourceMeta, Take, sources};
