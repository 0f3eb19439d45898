//! What takes records as a format reads them.

use super::{batch::Batch, sample::Sample, span::Span};

/// Takes records one by one. A format pushes into it and does not know what becomes of them: a summary, a table, another file.
pub trait Intake {
    /// A span.
    fn span(&mut self, span: &Span<'_>);

    /// A sample. One of zero says that telemetry was on and nothing happened: no pause at all differs from nobody looking.
    fn sample(&mut self, sample: &Sample<'_>);

    /// Records that are neither, such as log lines, in the plural: they are no mistake, and the report says how many were passed over.
    fn skipped(&mut self, what: &'static str, count: u64);

    /// A part of the record that is being read cannot be used, while the others can: one span of a trace, say. The reason is a fragment that follows the record's
    /// place, such as "holds a span, number 3, that ..". Each counts as a bad record; who keeps no count of those need not listen.
    fn unusable(&mut self, _reason: String) {}

    /// One of several records that stand in one place, such as on one line, was good. Who keeps no count of records need not listen.
    fn one_of_several(&mut self) {}
}

/// An intake that is lent, to be looked at again afterwards.
impl<I: Intake + ?Sized> Intake for &mut I {
    fn span(&mut self, span: &Span<'_>) {
        (**self).span(span);
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        (**self).sample(sample);
    }

    fn skipped(&mut self, what: &'static str, count: u64) {
        (**self).skipped(what, count);
    }

    fn unusable(&mut self, reason: String) {
        (**self).unusable(reason);
    }

    fn one_of_several(&mut self) {
        (**self).one_of_several();
    }
}

impl Intake for Batch {
    fn span(&mut self, span: &Span<'_>) {
        self.push_span(span);
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        self.push_sample(sample);
    }

    fn skipped(&mut self, what: &'static str, count: u64) {
        self.push_skipped(what, count);
    }
}
