//! Which records are asked for: those of some services, those of a time.

use std::collections::BTreeSet;

use pss_integrations::formats::{instant, instant_text};
use pss_metrics::model::{Decimal, Sample, Span};

use super::outcome::spanning;

/// Services of spans left out that are remembered, to name the nearest where none was found.
const OTHERS: usize = 100;

/// What is asked for. By default everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Records from this instant on, in nanoseconds since the epoch.
    pub since: Option<i64>,
    /// Records before this instant.
    pub until: Option<i64>,
    /// Spans of these services; all where it is empty. Samples belong to no service, and stay.
    pub services: Vec<String>,
}

/// Why a record was left out, by how many were.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Spans of services that were not asked for.
    pub services: u64,
    /// Records before or after the time asked for.
    pub times: u64,
    /// Records without a time, where one was asked for.
    pub timeless: u64,
    /// First and last instant of the records outside the time.
    pub span: Option<(i64, i64)>,
    /// Services that were met and not asked for.
    pub others: BTreeSet<String>,
    /// By the services asked for, whether one of its spans was met.
    pub met: Vec<bool>,
}

impl Selection {
    /// Whether everything is asked for.
    pub fn is_all(&self) -> bool {
        *self == Selection::default()
    }

    /// Whether a span is asked for; counts it where not.
    pub fn takes_span(&self, span: &Span<'_>, left_out: &mut LeftOut) -> bool {
        self.takes_service(span.service.unwrap_or_default(), left_out)
            && self.takes_time(span.start, left_out)
    }

    /// Whether a sample is asked for; counts it where not.
    pub fn takes_sample(&self, sample: &Sample<'_>, left_out: &mut LeftOut) -> bool {
        self.takes_time(sample.time, left_out)
    }

    fn takes_service(&self, service: &str, left_out: &mut LeftOut) -> bool {
        if self.services.is_empty() {
            return true;
        }
        if let Some(at) = self.services.iter().position(|wanted| wanted == service) {
            left_out.met.resize(self.services.len(), false);
            left_out.met[at] = true;
            return true;
        }
        left_out.services += 1;
        if left_out.others.len() < OTHERS && !left_out.others.contains(service) {
            left_out.others.insert(service.to_owned());
        }
        false
    }

    fn takes_time(&self, time: Option<i64>, left_out: &mut LeftOut) -> bool {
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        let Some(time) = time else {
            left_out.timeless += 1;
            return false;
        };
        let outside = self.since.is_some_and(|since| time < since)
            || self.until.is_some_and(|until| time >= until);
        if outside {
            left_out.times += 1;
            left_out.span = spanning(left_out.span, Some((time, time)));
        }
        !outside
    }
}

impl LeftOut {
    /// Adds what another thread left out.
    pub fn absorb(&mut self, other: LeftOut) {
        self.services += other.services;
        self.times += other.times;
        self.timeless += other.timeless;
        self.span = spanning(self.span, other.span);
        self.others.extend(other.others);
        self.met.resize(self.met.len().max(other.met.len()), false);
        for (known, met) in self.met.iter_mut().zip(other.met) {
            *known |= met;
        }
    }

    /// When the records outside the time are from.
    pub fn times_there(&self) -> Option<String> {
        let (first, last) = self.span?;
        Some(format!(
            "its records are from {} to {}",
            instant_text(first),
            instant_text(last)
        ))
    }

    /// What was left out, in the plural, by how many.
    pub fn list(&self) -> Vec<(&'static str, u64)> {
        [
            ("spans of other services", self.services),
            ("records outside the time asked for", self.times),
            ("records without a time", self.timeless),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .collect()
    }
}

/// The instant that a user means: a date with a time or without, seconds since the epoch, or how long before now, as `90s`, `15m`, `2h`, `7d`.
///
/// # Errors
/// What it should look like.
pub fn instant_of(text: &str, now: i64) -> Result<i64, String> {
    let text = text.trim();
    let ago = || {
        let unit = text.chars().next_back()?;
        let seconds: i64 = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => return None,
        };
        let count = Decimal::parse(&text.as_bytes()[..text.len() - 1]).ok()?;
        let length = i64::try_from(count.unsigned(9).ok()?)
            .ok()?
            .checked_mul(seconds)?;
        now.checked_sub(length)
    };
    let epoch = || Decimal::parse(text.as_bytes()).ok()?.signed(9).ok();
    ago()
        .or_else(epoch)
        .or_else(|| instant(text))
        .ok_or_else(|| {
            format!(
                "{text:?} is no time: give a date such as 2026-11-20T14:00:00Z (UTC where no offset is said), seconds since 1970, or how long ago it was, such as 90s, 15m, 2h or 7d"
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_each_form() {
        let now = 1_800_000_000_000_000_000;
        for (text, seconds) in [
            ("2026-11-20T14:00:00Z", 1_795_183_200.0),
            ("2026-11-20 14:00", 1_795_183_200.0),
            ("2026-11-20T15:00:00+01:00", 1_795_183_200.0),
            ("2026-11-20", 1_795_132_800.0),
            ("1795183200", 1_795_183_200.0),
            ("1795183200.5", 1_795_183_200.5),
            ("90s", 1_800_000_000.0 - 90.0),
            ("1.5m", 1_800_000_000.0 - 90.0),
            ("2h", 1_800_000_000.0 - 7200.0),
            ("7d", 1_800_000_000.0 - 7.0 * 86_400.0),
        ] {
            let found = instant_of(text, now).map(|found| found as f64 * 1e-9);
            assert_eq!(found, Ok(seconds), "{text}");
        }
        for text in [
            "",
            "m",
            "yesterday",
            "2026-13-01",
            "1e30",
            "99999999999999d",
            "-é",
        ] {
            let error = instant_of(text, now).expect_err(text);
            assert!(error.contains("is no time"), "{error}");
        }
    }

    #[test]
    fn bounds_take_their_first_instant_and_not_their_last() {
        let selection = Selection {
            since: Some(10),
            until: Some(20),
            services: vec!["shop".to_owned()],
        };
        let mut left_out = LeftOut::default();
        let mut takes = |service, start| {
            let span = Span {
                service,
                start,
                ..Span::default()
            };
            selection.takes_span(&span, &mut left_out)
        };
        assert!(takes(Some("shop"), Some(10)) && takes(Some("shop"), Some(19)));
        assert!(!takes(Some("shop"), Some(9)) && !takes(Some("shop"), Some(20)));
        assert!(!takes(Some("shop"), None) && !takes(None, Some(15)) && !takes(Some("x"), None));
        assert_eq!(
            left_out.list(),
            [
                ("spans of other services", 2),
                ("records outside the time asked for", 2),
                ("records without a time", 1)
            ]
        );
        assert_eq!(Vec::from_iter(left_out.others), ["", "x"]);
    }
}
