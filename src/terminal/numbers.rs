//! Numbers as people read them: the same in the terminal as in every view.

pub(super) use pss_integrations::views::numbers::{clock, count, seconds, span, value};
