//! A lane while its rounds go on: the receiver that is open for it, and what its command is told of that.

use std::ffi::OsString;
#[cfg(feature = "receiver")]
use std::sync::Arc;

use super::plan::{Lane, Otlp};
#[cfg(feature = "receiver")]
use super::pointed::pointed;

/// A lane while rounds go on.
pub(super) struct Open<'a> {
    pub(super) lane: &'a Lane,
    /// What its command is told beside what it inherits.
    pub(super) environment: Vec<(OsString, OsString)>,
    #[cfg(feature = "receiver")]
    receiver: Option<pss_receiver::Receiver>,
}

impl<'a> Open<'a> {
    #[cfg(feature = "receiver")]
    pub(super) fn new(
        lane: &'a Lane,
        otlp: &Otlp,
        notices: &mut Vec<String>,
    ) -> std::io::Result<Open<'a>> {
        let mut open = Open {
            lane,
            environment: Vec::new(),
            receiver: None,
        };
        if *otlp != Otlp::Off {
            let tee = match otlp {
                Otlp::Tee(collector) => Some(collector),
                _ => None,
            };
            let receiver = super::receive::open(Arc::clone(&lane.recorder), tee.cloned())?;
            let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
            let told = pointed(receiver.environment(), tee, set);
            open.environment = told.variables;
            notices.extend(told.notices);
            open.receiver = Some(receiver);
        }
        Ok(open)
    }

    #[cfg(not(feature = "receiver"))]
    pub(super) fn new(
        lane: &'a Lane,
        otlp: &Otlp,
        notices: &mut Vec<String>,
    ) -> std::io::Result<Open<'a>> {
        if *otlp != Otlp::Off {
            notices.push(
                "no OTLP receiver is in this build, so that no spans are received: build pss with `cargo build --release --features receiver`".to_owned(),
            );
        }
        Ok(Open {
            lane,
            environment: Vec::new(),
        })
    }

    /// Stops what the lane had; says what the user should know.
    pub(super) fn close(self) -> Vec<String> {
        #[cfg(feature = "receiver")]
        let notices = self
            .receiver
            .map_or_else(Vec::new, |receiver| received(&receiver.stop(DRAIN)));
        #[cfg(not(feature = "receiver"))]
        let notices = Vec::new();
        self.lane.recorder.turn(false);
        notices
    }
}

/// How long the receiver may take to hand on what was sent before the end.
#[cfg(feature = "receiver")]
const DRAIN: std::time::Duration = std::time::Duration::from_secs(5);

/// What the receiver could not take.
#[cfg(feature = "receiver")]
fn received(counts: &pss_receiver::Counts) -> Vec<String> {
    let refused = counts.refused.iter().map(|(refusal, count)| {
        format!(
            "the OTLP receiver refused {count} requests: {}",
            refusal.reason()
        )
    });
    let unusable = (counts.unusable > 0).then(|| {
        format!(
            "{} of {} received records could not be used",
            counts.unusable, counts.records
        )
    });
    let forwarded = counts.forwarded.as_ref();
    let unsent = forwarded.filter(|forwarded| forwarded.unsent() > 0);
    let unsent = unsent.map(|forwarded| {
        let why = match &forwarded.why {
            Some(why) => format!("it {why}"),
            None => "it was too slow".to_owned(),
        };
        format!(
            "{} of {} received requests were not taken by the collector of --otlp tee: {why}",
            forwarded.unsent(),
            forwarded.requests
        )
    });
    refused.chain(unusable).chain(unsent).collect()
}
