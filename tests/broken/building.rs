//! What is built, when, and with which settings.

use std::sync::Mutex;

use pss::{
    PLUGIN_CRATES,
    config::{Config, Setting, Value},
    registry::Registry,
};
use pss_metrics::score::{
    BuildError, Built, Metric, MetricMeta, Outcome, Settings, SummaryView, score,
};

use crate::Work;

static BUILT: Mutex<Vec<&str>> = Mutex::new(Vec::new());

/// A metric that says when it is built.
struct Counted(&'static dyn Metric);

impl Metric for Counted {
    fn meta(&self) -> &'static MetricMeta {
        self.0.meta()
    }

    fn build(&self, settings: &Settings) -> Result<Built, BuildError> {
        BUILT.lock().expect("no panic").push(self.meta().code);
        self.0.build(settings)
    }

    fn score(&self, view: &SummaryView<'_>, settings: &Settings) -> Outcome {
        self.0.score(view, settings)
    }
}

#[test]
fn two_metrics_of_thirteen_build_two() {
    let own = [&crate::plugins::PLUGIN_CRATE, &crate::plugins::DOUBLE_CRATE];
    let crates = [PLUGIN_CRATES, &own].concat();
    let overrides = [("view:svg".to_owned(), "double".to_owned())].into();
    let registry = Registry::collect(&crates, &overrides).expect("the registry is sound");
    let own = |metric: &&&'static dyn Metric| metric.meta().plugin.origin == "pss-metrics";
    let counted: Vec<&'static dyn Metric> = registry
        .metrics
        .iter()
        .filter(own)
        .map(|metric| &*Box::leak(Box::new(Counted(*metric))) as &'static dyn Metric)
        .collect();
    assert_eq!(counted.len(), 13);
    let mut config = Config::default();
    config.settings.insert(
        "pss.metrics".to_owned(),
        Setting {
            value: Value::List(vec!["ERR".to_owned(), "TIME".to_owned()]),
            place: "flag --metrics".to_owned(),
            written: None,
        },
    );
    let resolved = config.resolve(&counted).expect("a plan");
    score(&Default::default(), &resolved.plan);
    assert_eq!(*BUILT.lock().expect("no panic"), ["TIME", "ERR"]);
}

#[test]
fn a_setting_that_a_metric_refuses_is_told_with_its_path_and_place() {
    let work = Work::traced();
    work.write(
        "pss.toml",
        "[metrics.CHOOSY]\nway = \"down\"\nlevel = 0.25\n",
    );
    for words in [&["analyze", "t.jsonl"][..], &["config", "check"]] {
        work.pss(words)
            .ends(2)
            .says(&["pss.toml:3: `metrics.CHOOSY.level` must be anything but a quarter"]);
    }
    work.write("pss.toml", "[metrics.CHOOSY]\nlevel = 2\n");
    work.pss(&["config", "check"]).ends(2).says(&[
        "pss.toml:2",
        "`metrics.CHOOSY.level` is 2 and must lie between 0 and 1",
    ]);
    work.write("pss.toml", "[metrics.CHOOSY]\nlevle = 0.5\n");
    work.pss(&["config", "check"])
        .ends(2)
        .says(&["unknown key `levle`", "did you mean `level`?"]);
    work.write("pss.toml", "[metrics.CHOOSY.x]\ngood = 2\n");
    work.pss(&["config", "check"])
        .ends(2)
        .says(&["pss.toml:2: `metrics.CHOOSY.x.mid` must be larger than `good`"]);
}
