//! Pairs beginnings with ends: slices of threads by their stack, asynchronous ones by their identity.

use std::collections::HashMap;

use super::event::{Event, Id};

/// Slices open at once; a trace that never ends any must not cost memory without bound.
const OPEN: usize = 1 << 20;
/// Open slices of one identity among which an end looks for its name; a trace that never ends any must not cost time without bound.
const NEAREST: usize = 1 << 10;

/// A slice whose end has not come yet.
#[derive(Debug, Clone)]
pub(super) struct Open {
    pub(super) name: Box<str>,
    pub(super) category: Box<str>,
    pub(super) start: i64,
    pub(super) thread_time: Option<i64>,
    pub(super) is_gc: bool,
}

impl Open {
    fn of(event: &Event<'_>, start: i64, is_gc: bool) -> Open {
        Open {
            name: event.name.as_ref().into(),
            category: event.category.as_ref().into(),
            start,
            thread_time: event.thread_time,
            is_gc,
        }
    }
}

/// All open slices.
#[derive(Debug, Default)]
pub(super) struct Slices {
    threads: HashMap<(Box<str>, Box<str>), Vec<Open>>,
    asynchronous: HashMap<Box<str>, Vec<Open>>,
    count: usize,
    /// Slices that were begun and are known never to end.
    pub(super) unended: u64,
}

impl Slices {
    /// Begins a slice of a thread.
    pub(super) fn begin(&mut self, event: &Event<'_>, start: i64, is_gc: bool) {
        if self.has_room() {
            let stack = self
                .threads
                .entry((event.process.into(), event.thread.into()))
                .or_default();
            stack.push(Open::of(event, start, is_gc));
        }
    }

    /// Ends the innermost slice of a thread that has the name which the end gives, else the innermost.
    pub(super) fn end(&mut self, event: &Event<'_>) -> Option<Open> {
        let thread = (event.process.into(), event.thread.into());
        let stack = self.threads.get_mut(&thread)?;
        // Names at ends are optional and often wrong: nesting decides where no open slice is called so.
        let at = stack
            .iter()
            .rposition(|open| *open.name == *event.name)
            .or(stack.len().checked_sub(1))?;
        let lost = stack.len() - at - 1;
        stack.truncate(at + 1);
        self.unended += lost as u64;
        self.count -= lost + 1;
        let last = stack.pop();
        if stack.is_empty() {
            self.threads.remove(&thread);
        }
        last
    }

    /// Whether a collection is open on the thread of an event.
    pub(super) fn in_gc(&self, event: &Event<'_>) -> bool {
        self.threads
            .get(&(event.process.into(), event.thread.into()))
            .is_some_and(|stack| stack.iter().any(|open| open.is_gc))
    }

    /// Begins an asynchronous slice.
    pub(super) fn begin_asynchronous(&mut self, event: &Event<'_>, start: i64) {
        if self.has_room() {
            let open = self.asynchronous.entry(identity(event)).or_default();
            open.push(Open::of(event, start, false));
        }
    }

    /// Ends the last begun asynchronous slice of an identity that has the name which the end gives, else the last begun. Unlike those of a thread they overlap.
    pub(super) fn end_asynchronous(&mut self, event: &Event<'_>) -> Option<Open> {
        let identity = identity(event);
        let open = self.asynchronous.get_mut(&identity)?;
        let last = open.len().checked_sub(1)?;
        let nearest = open.len().saturating_sub(NEAREST);
        let named = open[nearest..]
            .iter()
            .rposition(|open| *open.name == *event.name);
        let ended = open.remove(named.map_or(last, |at| nearest + at));
        if open.is_empty() {
            self.asynchronous.remove(&identity);
        }
        self.count -= 1;
        Some(ended)
    }

    /// How many slices have no end.
    pub(super) fn never_ended(&self) -> u64 {
        self.unended + self.count as u64
    }

    fn has_room(&mut self) -> bool {
        let room = self.count < OPEN;
        if room {
            self.count += 1;
        } else {
            self.unended += 1;
        }
        room
    }
}

/// Asynchronous slices are one where category, scope, identity and, for the older phases, name agree.
fn identity(event: &Event<'_>) -> Box<str> {
    let name = if matches!(event.phase, b'S' | b'F') {
        event.name.as_ref()
    } else {
        ""
    };
    let (kind, process, id) = match event.id {
        Id::None => ("", "", ""),
        Id::Plain(id) => ("id", "", id),
        Id::Global(id) => ("global", "", id),
        Id::Local(id) => ("local", event.process, id),
    };
    let parts = [&event.category, &event.scope, kind, process, id, name];
    parts.join("\u{0}").into()
}
