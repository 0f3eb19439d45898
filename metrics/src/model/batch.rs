//! The batch that formats push records into: strings interned, values in typed columns, everything about an operation decided once.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

use super::{
    category::{Category, Classified, classify, classify_attributes},
    columns::{NO_TAG, NO_TIME, NONE, OpId, SampleRow, SpanColumns, SpanFlags},
    decided::{Decided, UNNAMED},
    extra::{ExtraRow, ExtraSpec},
    naming::Naming,
    outcome::{cache_attribute, cache_outcome, error_flag},
    own_rules::OwnRules,
    sample::Sample,
    span::{Kind, Parent, Span},
    template::{shorten, template},
};

/// Untimed records fall into this many shards.
pub(crate) const SHARDS: u64 = 16;

/// Records after which a batch should be folded: their columns still lie in a processor's second cache.
const ENOUGH: usize = 1 << 13;

/// Distinct operations or tags after which a batch must be folded and its tables start anew: bounds memory under hostile names.
const TABLE_LIMIT: usize = 32_768;

/// What is decided once about an operation.
#[derive(Debug, Clone)]
pub(crate) struct Op {
    pub(crate) service: Box<str>,
    pub(crate) operation: Box<str>,
    pub(crate) classified: Classified,
    hash: u64,
    /// The span's own name, and the operation's behind it where the user says how to name it.
    key: Box<str>,
    name_length: usize,
    by_attributes: Option<Category>,
}

/// What is decided once about a branch tag.
#[derive(Debug, Clone)]
pub(crate) struct Tag {
    pub(crate) hash: u64,
    pub(crate) name: Box<str>,
    pub(crate) cache: Option<bool>,
}

/// Records of one worker between two folds into its summary.
///
/// The operation and tag tables outlive a fold, so that a name is hashed but classified only once.
#[derive(Debug, Default)]
pub struct Batch {
    pub(crate) spans: SpanColumns,
    pub(crate) samples: Vec<SampleRow>,
    pub(crate) ops: Vec<Op>,
    pub(crate) tags: Vec<Tag>,
    /// Names of entities, with their hashes.
    pub(crate) entities: Vec<(u64, Box<str>)>,
    pub(crate) extras: Vec<ExtraSpec>,
    pub(crate) extra_rows: Vec<ExtraRow>,
    rules: Arc<OwnRules>,
    naming: Option<Arc<Naming>>,
    /// Attributes of the naming that some span had.
    met: Vec<bool>,
    /// Room for the key of one span.
    key: String,
    pub(crate) skipped: BTreeMap<&'static str, u64>,
    /// Grows by one whenever the tables start anew, so that whoever caches by [`OpId`] notices.
    pub(crate) generation: u64,
    op_index: HashTable<u32>,
    tag_index: HashTable<u32>,
    entity_index: HashTable<u32>,
}

impl Batch {
    /// A batch that also keeps the given extra observations.
    pub fn new(extras: Vec<ExtraSpec>) -> Batch {
        Batch {
            extras,
            ..Batch::default()
        }
    }

    /// The same, classifying by the user's own rules first.
    #[must_use]
    pub fn with_rules(mut self, rules: Arc<OwnRules>) -> Batch {
        self.rules = rules;
        self
    }

    /// The same, naming operations as the user says.
    #[must_use]
    pub fn with_naming(mut self, naming: Option<Arc<Naming>>) -> Batch {
        let attributes = naming
            .as_ref()
            .map_or(0, |naming| naming.attributes().len());
        self.met = vec![false; attributes];
        self.naming = naming;
        self
    }

    /// Which attributes of the naming some span had, in their order.
    pub fn attributes_met(&self) -> &[bool] {
        &self.met
    }

    /// Number of spans and samples not yet folded.
    pub fn len(&self) -> usize {
        self.spans.len() + self.samples.len()
    }

    /// Whether nothing waits to be folded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it must be folded before more is pushed.
    pub fn is_full(&self) -> bool {
        self.len() >= ENOUGH || self.has_large_tables()
    }

    /// The spans pushed since the last fold.
    pub fn spans(&self) -> &SpanColumns {
        &self.spans
    }

    /// Appends a span.
    pub fn push_span(&mut self, span: &Span<'_>) {
        let mut flags = SpanFlags::default();
        let by_attributes = classify_attributes(span.kind, span.attributes, &self.rules);
        let error = span.error.or_else(|| {
            if span.attributes.is_empty() {
                None
            } else {
                error_flag(span.attributes)
            }
        });
        let mut cache = if span.attributes.is_empty() {
            None
        } else {
            cache_attribute(span.attributes)
        };
        let mut tag = NO_TAG;
        if let Some(name) = span.tag.filter(|name| !name.is_empty()) {
            let id = self.tag(name);
            match self.tags[id as usize].cache {
                Some(hit) => cache = cache.or(Some(hit)),
                None => tag = id,
            }
        }
        let entry = match (span.kind, span.parent) {
            (Some(Kind::Server | Kind::Consumer), _) | (None, Parent::Root) => Some(true),
            (None, Parent::Unknown) => None,
            (Some(_), Parent::Root) => Some(true),
            (Some(_), _) | (None, Parent::Child) => Some(false),
        };
        flags.set(SpanFlags::ENTRY_KNOWN, entry.is_some());
        flags.set(SpanFlags::ENTRY, entry == Some(true));
        flags.set(SpanFlags::ERROR_KNOWN, error.is_some());
        flags.set(SpanFlags::ERROR, error == Some(true));
        flags.set(SpanFlags::CACHE_KNOWN, cache.is_some());
        flags.set(SpanFlags::CACHE_HIT, cache == Some(true));
        flags.set(SpanFlags::ROOT, span.parent == Parent::Root);
        flags.set(SpanFlags::ZERO, span.duration == Some(0));

        let name = span.name.unwrap_or("");
        let op = if self.naming.is_none() {
            self.op(span.service.unwrap_or(""), name, name.len(), by_attributes)
        } else {
            self.named(span, by_attributes)
        };
        let row = self.spans.len() as u32;
        let columns = &mut self.spans;
        columns.op.push(op);
        columns.start.push(span.start.unwrap_or(NO_TIME));
        columns
            .duration
            .push(span.duration.map_or(NONE, |duration| duration.max(1)));
        columns.wait.push(measured_wait(span).unwrap_or(NONE));
        columns.lock_wait.push(span.lock_wait.unwrap_or(NONE));
        columns.memory.push(span.memory.unwrap_or(NONE));
        columns.tag.push(tag);
        columns.flags.push(flags);
        columns.shard.push(if span.start.is_some() {
            0
        } else {
            shard_of_span(span)
        });
        if self.extras.is_empty() {
            return;
        }
        let known = &self.ops[op as usize];
        let decided = Decided {
            span,
            operation: &known.operation,
            category: known.classified.category,
            error,
            cache_hit: cache,
        };
        for (spec, extra) in self.extras.iter().enumerate() {
            if let Some(value) = (extra.extract)(&decided) {
                self.extra_rows.push(ExtraRow {
                    row,
                    spec: spec as u16,
                    value,
                });
            }
        }
    }

    /// Appends a sample.
    pub fn push_sample(&mut self, sample: &Sample<'_>) {
        let hash = xxh3_64(sample.entity.as_bytes());
        let shard = xxh3_64(&sample.value.to_le_bytes()).wrapping_add(hash) % SHARDS;
        let entity = self.entity(shorten(sample.entity));
        self.samples.push(SampleRow {
            signal: sample.signal,
            entity,
            time: sample.time.unwrap_or(NO_TIME),
            value: sample.value,
            shard: shard as u8,
        });
    }

    /// Counts records that are neither span nor sample.
    pub(super) fn push_skipped(&mut self, what: &'static str, count: u64) {
        *self.skipped.entry(what).or_default() += count;
    }

    /// Takes the counts of records that are neither span nor sample, by what they are.
    pub fn take_skipped(&mut self) -> BTreeMap<&'static str, u64> {
        std::mem::take(&mut self.skipped)
    }

    /// Forgets the records, after a fold; starts the tables anew when they have grown too large.
    pub(crate) fn clear(&mut self) {
        self.spans.clear();
        self.samples.clear();
        self.extra_rows.clear();
        if self.has_large_tables() {
            self.ops.clear();
            self.op_index.clear();
            self.tags.clear();
            self.tag_index.clear();
            self.entities.clear();
            self.entity_index.clear();
            self.generation += 1;
        }
    }

    fn has_large_tables(&self) -> bool {
        let largest = self.ops.len().max(self.tags.len()).max(self.entities.len());
        largest >= TABLE_LIMIT
    }

    /// The operation of a span that the user says how to name. Two spans of one operation may have different names, and with them categories, so both count.
    fn named(&mut self, span: &Span<'_>, by_attributes: Option<Category>) -> OpId {
        let mut key = std::mem::take(&mut self.key);
        key.clear();
        let name = span.name.unwrap_or("");
        key.push_str(name);
        if let Some(naming) = &self.naming {
            naming.write(span, &mut self.met, &mut key);
        }
        let id = self.op(span.service.unwrap_or(""), &key, name.len(), by_attributes);
        self.key = key;
        id
    }

    /// The operation of a key: a name, and behind it what the user calls it, if anything.
    fn op(
        &mut self,
        service: &str,
        key: &str,
        name_length: usize,
        by_attributes: Option<Category>,
    ) -> OpId {
        let salt = by_attributes.map_or(0, |category| category as u64 + 1);
        let hash = xxh3_64(key.as_bytes())
            ^ xxh3_64(service.as_bytes())
                .rotate_left(17)
                .wrapping_add(salt);
        let ops = &self.ops;
        let is_it = |id: &u32| {
            let op = &ops[*id as usize];
            op.hash == hash
                && op.by_attributes == by_attributes
                && op.name_length == name_length
                && same(&op.key, key)
                && same(&op.service, service)
        };
        if let Some(id) = self.op_index.find(hash, is_it) {
            return *id;
        }
        let id = self.ops.len() as u32;
        let (name, called) = key.split_at(name_length);
        let operation = match self.naming {
            None => template(name),
            Some(_) => Cow::Borrowed(shorten(called)),
        };
        self.ops.push(Op {
            service: service.into(),
            operation: if operation.is_empty() {
                UNNAMED.into()
            } else {
                operation.into()
            },
            classified: classify(by_attributes, name, &self.rules),
            hash,
            key: key.into(),
            name_length,
            by_attributes,
        });
        let ops = &self.ops;
        self.op_index
            .insert_unique(hash, id, |id| ops[*id as usize].hash);
        id
    }

    fn entity(&mut self, name: &str) -> u32 {
        let hash = xxh3_64(name.as_bytes());
        let entities = &self.entities;
        let is_it = |id: &u32| *entities[*id as usize].1 == *name;
        if let Some(id) = self.entity_index.find(hash, is_it) {
            return *id;
        }
        let id = self.entities.len() as u32;
        self.entities.push((hash, name.into()));
        let entities = &self.entities;
        self.entity_index
            .insert_unique(hash, id, |id| entities[*id as usize].0);
        id
    }

    fn tag(&mut self, name: &str) -> u32 {
        let hash = xxh3_64(name.as_bytes());
        let tags = &self.tags;
        if let Some(id) = self
            .tag_index
            .find(hash, |id| *tags[*id as usize].name == *name)
        {
            return *id;
        }
        let id = self.tags.len() as u32;
        self.tags.push(Tag {
            hash,
            name: name.into(),
            cache: cache_outcome(name),
        });
        let tags = &self.tags;
        self.tag_index
            .insert_unique(hash, id, |id| tags[*id as usize].hash);
        id
    }
}

/// Equality of texts that are often empty: comparing nothing at the dangling address of an empty box is slow on processors with masked loads.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && (a.is_empty() || a == b)
}

/// Wait as measured, or the part of the duration that was not on the processor; nothing where that is merely the whole duration, as it is for records whose
/// processor time was never measured.
fn measured_wait(span: &Span<'_>) -> Option<u64> {
    let duration = span.duration?;
    let wait = span
        .wait
        .or_else(|| span.cpu.map(|cpu| duration.saturating_sub(cpu)))?;
    (wait < duration || span.cpu.is_some_and(|cpu| cpu > 0)).then_some(wait)
}

/// The shard of a record without a time: by its trace, else by what it holds, so that the order of records cannot matter.
fn shard_of_span(span: &Span<'_>) -> u8 {
    let hash = if span.trace_id.is_empty() {
        xxh3_64(&span.duration.unwrap_or(0).to_le_bytes())
            ^ xxh3_64(span.name.unwrap_or("").as_bytes())
    } else {
        xxh3_64(span.trace_id.as_bytes())
    };
    (hash % SHARDS) as u8
}
