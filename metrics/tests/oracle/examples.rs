//! The worked examples of all metrics: their scores are the oracle's, and the program agrees.

use pss_metrics::{
    builtin::PLUGIN_CRATE,
    model::Signal,
    score::{Story, metrics},
};

use crate::{
    naive,
    run::{Category, Run, Work},
    scored_summary,
    signals::{self, Samples},
    tolerance,
};

/// What the formulas give on the raw values of a story.
fn oracle(code: &str, story: &Story) -> Option<f64> {
    let run = Run {
        spans: story
            .calls
            .iter()
            .map(|call| Work {
                service: call.service.to_owned(),
                operation: call.operation.to_owned(),
                start: call.start,
                duration: call.duration,
                wait: call.wait,
                error: call.error,
                tag: call.tag.map(str::to_owned),
                memory: None,
            })
            .collect(),
    };
    let times = || {
        let calls = story.calls.iter().map(|call| call.start);
        calls.chain(story.readings.iter().map(|reading| reading.time))
    };
    let samples = Samples {
        readings: &story.readings,
        run: times().min().zip(times().max()),
    };
    match code {
        "TIME" => naive::durations(&run, Category::Internal),
        "DB" => naive::durations(&run, Category::Db),
        "NET" => naive::durations(&run, Category::Net),
        "IO" => naive::waiting(&run, signals::pressure(&samples, Signal::PSI_IO_SOME)),
        "CONC" => naive::wait_odds(&run),
        "ERR" => naive::errors(&run),
        "BRANCH" => naive::branches(&run),
        "CACHE" => naive::cache(&run),
        "MEM" => signals::mem(&samples),
        "GC" => signals::gc(&samples),
        "STARVE" => signals::starve(&samples),
        "KAFKA" => signals::kafka(&samples),
        "GPU" => signals::gpu(&samples),
        other => panic!("the oracle does not know {other}"),
    }
}

#[test]
fn examples_score_as_the_oracle_says_and_the_program_agrees() {
    let metrics = metrics(&[&PLUGIN_CRATE], &Default::default()).expect("registry is sound");
    let mut wrong = Vec::new();
    for metric in metrics {
        let meta = metric.meta();
        let with_data = meta
            .examples
            .iter()
            .filter(|example| example.score.is_some())
            .count();
        if with_data < 2 || with_data == meta.examples.len() {
            wrong.push(format!(
                "{} has {with_data} examples with data among {}: at least two are wanted, and one without",
                meta.code,
                meta.examples.len()
            ));
        }
        for example in meta.examples {
            let story = (example.story)();
            let expected = oracle(meta.code, &story);
            let close = |a: Option<f64>, b: Option<f64>, by: f64| match (a, b) {
                (Some(a), Some(b)) => (a - b).abs() <= by,
                (a, b) => a.is_none() && b.is_none(),
            };
            if !close(expected, example.score, 5e-4) {
                wrong.push(format!(
                    "{} {:?}: the oracle says {expected:.3?}, the example {:?}",
                    meta.code, example.title, example.score
                ));
            }
            let found = scored_summary(&story.summary())
                .into_iter()
                .find(|(code, _)| *code == meta.code)
                .and_then(|(_, score)| score);
            if !close(expected, found, tolerance(meta.code)) {
                wrong.push(format!(
                    "{} {:?}: the oracle says {expected:.3?}, the program {found:.3?}",
                    meta.code, example.title
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
