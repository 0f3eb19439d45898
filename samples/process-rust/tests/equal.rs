//! The samples score as the metric does that they are made of.

use std::{
    ffi::OsString,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
};

use pss_metrics::{
    model::{Batch, Intake, Span},
    score::{Curve, Metric, Observer, Outcome, Settings, Setup, SummaryView, Totals},
    summary::Summariser,
};
use pss_process::{
    Ended, Group, Installed, Limits, ProcessMetric, Program, Programs, describe, fingerprint,
};
use pss_sample_plugin::Foobar;

/// Starts programs without the guard and the groups of `pss`, whose own tests look at those.
struct Plain;

struct Started(Child);

struct Nobody;

impl Group for Nobody {
    fn kill(&self) {}
}

impl Programs for Plain {
    fn start(
        &self,
        program: &Path,
        arguments: &[&str],
        environment: &[(String, String)],
    ) -> Result<Box<dyn Program>, String> {
        let mut command = Command::new(program);
        command.args(arguments).env_clear();
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        command.envs(python().map(|python| ("PATH", before_all(&python))));
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let child = command.stderr(Stdio::piped()).spawn();
        Ok(Box::new(Started(child.map_err(|error| error.to_string())?)))
    }

    fn limits(&self) -> Limits {
        Limits::default()
    }

    #[expect(
        clippy::print_stdout,
        reason = "what plugins say is shown with a failure"
    )]
    fn said(&self, plugin: &str, lines: &[String]) {
        println!("plugin {plugin}: {lines:?}");
    }
}

impl Program for Started {
    fn stdin(&mut self) -> Option<Box<dyn Write + Send>> {
        Some(Box::new(self.0.stdin.take()?))
    }

    fn stdout(&mut self) -> Option<Box<dyn Read + Send>> {
        Some(Box::new(self.0.stdout.take()?))
    }

    fn stderr(&mut self) -> Option<Box<dyn Read + Send>> {
        Some(Box::new(self.0.stderr.take()?))
    }

    fn group(&self) -> Arc<dyn Group> {
        Arc::new(Nobody)
    }

    fn wait(&mut self) -> io::Result<Ended> {
        let status = self.0.wait()?;
        Ok(if status.success() {
            Ended::Well
        } else {
            Ended::Failed(status.to_string())
        })
    }
}

/// The variable that names a python3 that can import pyarrow. Where it is set, the sample of Python must score.
const PYTHON: &str = "TEST_PYTHON";

fn python() -> Option<PathBuf> {
    std::env::var_os(PYTHON).map(PathBuf::from)
}

/// What PATH must be for a program to be the first that is found of its name.
fn before_all(program: &Path) -> OsString {
    let folder = program.parent().map(Path::to_path_buf);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = folder.into_iter().chain(std::env::split_paths(&path));
    std::env::join_paths(folders).expect("no folder with a colon")
}

/// Calls whose times spread, some of which fail, in several services; more than fit a batch.
fn spans(mut push: impl FnMut(&Span<'_>)) {
    let mut state = 7u64;
    for i in 0..40_000u64 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let random = state >> 40;
        let name = format!(
            "{} {}",
            ["foobar", "load foobar", "other"][i as usize % 3],
            i % 11
        );
        push(&Span {
            service: [Some("shop"), Some("stock"), None][(i / 7) as usize % 3],
            name: Some(&name),
            trace_id: &format!("{i:032x}"),
            start: (i % 5 != 0).then_some(1_700_000_000_000_000_000 + i as i64 * 1_000_003),
            duration: (i % 97 != 0).then_some(1_000 + random * random % 900_000_007),
            error: (i % 4 != 0).then_some(i % 13 == 0),
            ..Span::default()
        });
    }
}

fn native(settings: &Settings) -> Outcome {
    let (mut batch, mut summariser) = (Batch::new(Vec::new()), Summariser::new(&[]));
    spans(|span| batch.span(span));
    summariser.fold(&mut batch);
    let summary = summariser.finish();
    let totals = Totals::of(&summary);
    Foobar.score(&SummaryView::whole(&summary, &totals), settings)
}

fn piped(program: &Path, settings: &Settings) -> Outcome {
    let programs: Arc<dyn Programs> = Arc::new(Plain);
    let manifest = describe(&programs, program).expect("it says what it is");
    let installed = Installed {
        path: program.to_owned(),
        shown: program.display().to_string(),
        sha256: fingerprint(program).expect("a file"),
        manifest: manifest.clone(),
        programs,
    };
    let metric = ProcessMetric::new(&installed, &manifest.metrics[0]).expect("a metric");
    metric.ready().expect("it is the file that was described");
    let watch = metric.watch(Setup {
        settings: settings.clone(),
        ..Setup::default()
    });
    let (mut one, mut other) = (watch.tap(), watch.tap());
    let mut at = 0;
    spans(|span| {
        at += 1;
        if at % 3 == 0 { &mut one } else { &mut other }.span(span);
    });
    drop((one, other));
    watch.finish(None)
}

#[track_caller]
fn same(program: &Path) {
    let mut stricter = Settings::default();
    let curve = Curve {
        good: 0.2,
        mid: 0.9,
        exponent: 1.0,
    };
    stricter.set("disp", curve).expect("it falls");
    for settings in [Settings::default(), stricter] {
        let (expected, found) = (native(&settings), piped(program, &settings));
        let (
            Outcome::Scored {
                score, n, factors, ..
            },
            Outcome::Scored {
                score: other,
                n: m,
                factors: others,
                ..
            },
        ) = (&expected, &found)
        else {
            panic!("{expected:?} {found:?}");
        };
        assert!((0.05..0.95).contains(score), "{score} says little");
        assert!((score - other).abs() < 1e-12, "{score} {other}");
        assert_eq!(n, m);
        assert!((factors[0].value - others[0].value).abs() < 1e-9);
    }
}

#[test]
fn rust_in_another_process_scores_the_same() {
    same(Path::new(env!("CARGO_BIN_EXE_pss-sample-process")));
}

#[test]
fn python_scores_the_same() {
    let python = python();
    let interpreter = python.as_deref().unwrap_or(Path::new("python3"));
    let imports = Command::new(interpreter)
        .args(["-c", "import pyarrow"])
        .output();
    if !imports.is_ok_and(|output| output.status.success()) {
        assert!(python.is_none(), "{PYTHON} cannot import pyarrow");
        // Past the test's own capture: a test that did nothing must not look like one that passed.
        let _ = writeln!(
            io::stderr(),
            "SKIPPED: python3 cannot import pyarrow; see tests/process/README.md"
        );
        return;
    }
    let folder: PathBuf = [
        env!("CARGO_MANIFEST_DIR"),
        "..",
        "process-python",
        "foobar.py",
    ]
    .iter()
    .collect();
    same(&folder);
}
