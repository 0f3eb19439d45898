//! The path that made a request last as long as it did.

use super::traces::Held;

/// Where time on the critical path went: to which span, under which parent (its place, or none), how long.
pub(super) struct Step {
    pub(super) span: usize,
    pub(super) parent: Option<usize>,
    pub(super) nanoseconds: i64,
}

/// Goes from a root's end back to its start: what ended last before the moment looked at is what was waited for; between children the span itself was at work.
/// (Yang and Miller, Critical path analysis for the execution of parallel and distributed programs, ICDCS 1988, in the form that tracers use.)
///
/// `children` are the places of each span's children, in the order of their ends.
pub(super) fn path(spans: &[Held], children: &[Vec<usize>], root: usize) -> Vec<Step> {
    let mut steps = Vec::new();
    // Spans to go through, with the moments between which they count.
    let mut open = vec![(root, None, spans[root].start, spans[root].end)];
    while let Some((place, parent, from, until)) = open.pop() {
        let mut cursor = until;
        let mut own = 0;
        for child in children[place].iter().rev() {
            let (start, end) = (spans[*child].start.max(from), spans[*child].end);
            // One that ran on beyond the moment looked at was not waited for.
            if end > cursor || end <= start {
                continue;
            }
            own += cursor - end;
            open.push((*child, Some(place), start, end));
            cursor = start;
        }
        own += cursor - from;
        steps.push(Step {
            span: place,
            parent,
            nanoseconds: own.max(0),
        });
    }
    steps
}
