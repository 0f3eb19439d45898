//! Views.

use std::{
    io::{self, Write},
    sync::atomic::{AtomicU64, Ordering},
};

use pss_integrations::{
    PLUGIN_CRATE,
    conformance::{VIEW_RULES, check_view},
    views::{View, views},
};
use pss_metrics::{plugin::PluginMeta, plugin_meta, report::Report};

use super::each_catches;

#[test]
fn built_in_views_keep_every_rule() {
    let views = views(&[&PLUGIN_CRATE], &Default::default()).expect("registry is sound");
    for view in views {
        assert_eq!(check_view(view), [], "{}", view.meta().name);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    NoDescription,
    PanicsOnNothing,
    FailsOnFailed,
    Counts,
    Nothing,
    NoText,
    PassesOver,
    PanicsOnFull,
}

struct Fake {
    fault: Fault,
    calls: AtomicU64,
}

static META: PluginMeta = plugin_meta!(View, "fake", "for tests");
static NO_DESCRIPTION: PluginMeta = plugin_meta!(View, "fake", "");

impl View for Fake {
    fn meta(&self) -> &'static PluginMeta {
        if self.fault == Fault::NoDescription {
            &NO_DESCRIPTION
        } else {
            &META
        }
    }

    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let failed = report.metrics.iter().any(|metric| metric.failed.is_some());
        match self.fault {
            Fault::PanicsOnNothing if report.pss.score.is_none() => panic!("no score"),
            Fault::FailsOnFailed if failed => return Err(io::Error::other("a metric failed")),
            Fault::Counts => {
                return writeln!(out, "{}", self.calls.fetch_add(1, Ordering::Relaxed));
            }
            // A writer that is never written to cannot say that it is full.
            Fault::Nothing => return Ok(()),
            Fault::NoText => return out.write_all(&[0xff]),
            Fault::PassesOver => {
                let _ = writeln!(out, "fine");
                return Ok(());
            }
            Fault::PanicsOnFull => writeln!(out, "fine").expect("there is room"),
            _ => {}
        }
        writeln!(out, "fine")
    }
}

#[test]
fn each_rule_catches_the_view_that_breaks_it_and_no_other_does() {
    let check = |fault| {
        check_view(&Fake {
            fault,
            calls: AtomicU64::new(0),
        })
    };
    assert_eq!(check(Fault::None), []);
    each_catches(
        VIEW_RULES,
        &[
            (Fault::NoDescription, "description", "is empty"),
            (
                Fault::PanicsOnNothing,
                "renders",
                "a report of nothing: panicked: no score",
            ),
            (
                Fault::FailsOnFailed,
                "renders",
                "hostile names: a metric failed",
            ),
            (Fault::Counts, "deterministic", "rendered twice"),
            (Fault::Nothing, "text", "nothing is written"),
            (Fault::NoText, "text", "no UTF-8"),
            (Fault::PassesOver, "writer", "all is well"),
            (Fault::PanicsOnFull, "writer", "panicked"),
        ],
        check,
    );
}
