//! The fields of a record as they come, and the span or samples that they make.

use std::borrow::Cow;

use pss_metrics::model::{Attribute, Intake, Kind, Parent, Span, Value};

use super::{super::json::Reason, metadata::Metadata};

/// Fields of a record as they come.
#[derive(Default)]
pub(super) struct Fields<'a> {
    pub(super) trace_id: Cow<'a, str>,
    pub(super) span_id: Cow<'a, str>,
    /// Given, though perhaps empty: then the span is a root.
    pub(super) parent: Option<Cow<'a, str>>,
    pub(super) service: Option<Cow<'a, str>>,
    pub(super) name: Option<Cow<'a, str>>,
    pub(super) module: Option<Cow<'a, str>>,
    pub(super) tag: Option<Cow<'a, str>>,
    pub(super) kind: Option<Kind>,
    pub(super) start: Option<i64>,
    pub(super) timestamp: Option<i64>,
    pub(super) duration: Option<u64>,
    pub(super) cpu: Option<u64>,
    pub(super) wait: Option<u64>,
    pub(super) lock_wait: Option<u64>,
    pub(super) queue_wait: Option<u64>,
    pub(super) memory: Option<u64>,
    pub(super) error: Option<bool>,
    pub(super) system: bool,
    // In a box: it is large, and rare beside spans.
    pub(super) metadata: Option<Box<Metadata<'a>>>,
    pub(super) attributes: Vec<(Cow<'a, str>, Scalar<'a>)>,
}

pub(super) enum Scalar<'a> {
    Text(Cow<'a, str>),
    Number(f64),
    Bool(bool),
}

impl Fields<'_> {
    pub(super) fn push(&self, into: &mut dyn Intake) -> Result<(), Reason> {
        // The two are the same thing; where both are given, one that is null does not hide the other.
        let start = self.start.or(self.timestamp);
        if self.system {
            let pushed = match &self.metadata {
                Some(metadata) => metadata.push(start, self.service.as_deref(), into)?,
                None => 0,
            };
            // PyPSS writes system records for counts that no metric reads; they are no mistake.
            return if pushed > 0 || self.name.is_some() {
                Ok(())
            } else {
                Err(Reason::Nothing)
            };
        }
        if self.name.is_none() && self.duration.is_none() && self.error.is_none() {
            return Err(Reason::Nothing);
        }
        let attributes: Vec<Attribute<'_>> = self
            .attributes
            .iter()
            .map(|(key, value)| Attribute {
                key,
                value: match value {
                    Scalar::Text(text) => Value::Text(text),
                    Scalar::Number(number) => Value::Number(*number),
                    Scalar::Bool(truth) => Value::Bool(*truth),
                },
            })
            .collect();
        let parent = match &self.parent {
            Some(parent) if !parent.is_empty() => Parent::Child,
            Some(_) => Parent::Root,
            None if !self.span_id.is_empty() => Parent::Root,
            None => Parent::Unknown,
        };
        into.span(&Span {
            trace_id: &self.trace_id,
            span_id: &self.span_id,
            parent_id: self.parent.as_deref().unwrap_or_default(),
            parent,
            service: self.service.as_deref(),
            name: self.name.as_deref(),
            module: self.module.as_deref(),
            tag: self.tag.as_deref(),
            kind: self.kind,
            start,
            duration: self.duration,
            cpu: self.cpu,
            wait: self.wait,
            lock_wait: match (self.lock_wait, self.queue_wait) {
                (Some(lock), Some(queue)) => Some(lock.saturating_add(queue)),
                (lock, queue) => lock.or(queue),
            },
            memory: self.memory,
            error: self.error,
            attributes: &attributes,
        });
        Ok(())
    }
}
