//! The benchmark on the simulated world: clean runs against faulty ones, and how often intervals hold.

use crate::{
    fault::{FAULTS, Fault, Injected},
    noise::Noise,
    scores::{Scores, WHOLE, on_all_cores, scores},
    separate::{auc, column, deviation, mean},
    world::Run,
};

/// How many runs, and which faults.
pub(crate) struct Size {
    pub(crate) clean: usize,
    pub(crate) faulty: usize,
    /// Runs that differ by chance alone, for the coverage of intervals.
    pub(crate) repeated: usize,
    /// Indices into the table of faults.
    pub(crate) faults: Vec<usize>,
}

impl Size {
    /// As SCORING.md section 5 has it.
    pub(crate) fn full() -> Size {
        Size {
            clean: 60,
            faulty: 24,
            repeated: 240,
            faults: (0..FAULTS.len()).collect(),
        }
    }
}

/// A fault at one of its doses.
pub(crate) struct Row {
    pub(crate) fault: Fault,
    /// 0 low, 1 middle, 2 top.
    pub(crate) dose: usize,
    /// Mean score of the own metric over clean runs, over faulty ones.
    pub(crate) clean: f64,
    pub(crate) faulty: f64,
    pub(crate) auc: f64,
    /// The metric that moved most of those that are neither its own nor may also move, with the move of its mean.
    pub(crate) other: (&'static str, f64),
}

/// Mean move that a metric which is not named may make.
const STILL: f64 = 0.02;
/// Least AUC at the middle dose, least drop at the top dose.
const SEPARATES: f64 = 0.95;
const DROPS: f64 = 0.1;

impl Row {
    pub(crate) fn drop(&self) -> f64 {
        self.clean - self.faulty
    }

    /// Whether the own metric separates (middle dose) or drops far enough (top dose); nothing is asked of the low dose.
    pub(crate) fn seen(&self) -> Option<bool> {
        match self.dose {
            1 => Some(self.auc >= SEPARATES),
            2 => Some(self.drop() >= DROPS),
            _ => None,
        }
    }

    /// Whether the metrics not named keep still.
    pub(crate) fn others_still(&self) -> bool {
        self.other.1.abs() < STILL
    }
}

/// How often a metric's interval holds what it should.
pub(crate) struct Coverage {
    pub(crate) code: &'static str,
    pub(crate) mean: f64,
    /// Standard deviation between clean runs that differ in mix and parameters, and between runs that differ by chance alone.
    pub(crate) between: f64,
    pub(crate) chance: f64,
    /// Mean standard error that the jackknife states for the latter.
    pub(crate) stated: f64,
    /// Share of clean runs whose interval contains their mean score, of the former and of the latter.
    pub(crate) varied: f64,
    pub(crate) repeated: f64,
}

/// All that the simulated world tells.
pub(crate) struct Findings {
    pub(crate) rows: Vec<Row>,
    pub(crate) coverage: Vec<Coverage>,
}

/// Simulates and scores everything.
pub(crate) fn findings(size: &Size, noise: Noise) -> Result<Findings, String> {
    let run = |seed: usize, varied, injected| Run {
        seed: seed as u64,
        noise,
        varied,
        injected,
    };
    let clean = all(&(0..size.clean)
        .map(|at| run(1000 + at, true, None))
        .collect::<Vec<_>>())?;
    let repeated = all(&(0..size.repeated)
        .map(|at| run(5000 + at, false, None))
        .collect::<Vec<_>>())?;
    let doses: Vec<(usize, usize)> = size
        .faults
        .iter()
        .flat_map(|fault| (0..3).map(|dose| (*fault, dose)))
        .collect();
    let jobs: Vec<Run> = doses
        .iter()
        .flat_map(|(at, dose)| {
            let injected = Some(Injected {
                kind: FAULTS[*at].kind,
                dose: FAULTS[*at].doses[*dose],
            });
            // Seeds belong to the place in the table, so that leaving rows out changes no other row.
            (0..size.faulty)
                .map(move |nth| run(10_000 + (at * 3 + dose) * 100 + nth, true, injected))
        })
        .collect();
    let faulty = all(&jobs)?;
    let rows = doses
        .iter()
        .zip(faulty.chunks(size.faulty))
        .map(|((at, dose), faulty)| row(FAULTS[*at], *dose, &clean, faulty))
        .collect();
    Ok(Findings {
        rows,
        coverage: coverage(&clean, &repeated),
    })
}

fn all(runs: &[Run]) -> Result<Vec<Scores>, String> {
    on_all_cores(runs, |run| scores(&run.summary()))
        .into_iter()
        .collect()
}

fn row(fault: Fault, dose: usize, clean: &[Scores], faulty: &[Scores]) -> Row {
    let (before, after) = (column(clean, fault.own), column(faulty, fault.own));
    let other = codes(clean)
        .filter(|code| *code != WHOLE && *code != fault.own && !fault.also.contains(code))
        .map(|code| {
            let moved = mean(&column(faulty, code)) - mean(&column(clean, code));
            (code, moved)
        })
        .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
        .unwrap_or((WHOLE, f64::NAN));
    Row {
        fault,
        dose,
        clean: mean(&before),
        faulty: mean(&after),
        auc: auc(&before, &after),
        other,
    }
}

fn codes(runs: &[Scores]) -> impl Iterator<Item = &'static str> {
    runs.iter().take(1).flat_map(|run| run.keys().copied())
}

fn coverage(clean: &[Scores], repeated: &[Scores]) -> Vec<Coverage> {
    codes(clean)
        .map(|code| {
            let (between, chance) = (column(clean, code), column(repeated, code));
            let errors: Vec<f64> = repeated
                .iter()
                .filter_map(|run| Some(run.get(code)?.1?.error))
                .collect();
            Coverage {
                code,
                mean: mean(&between),
                between: deviation(&between),
                chance: deviation(&chance),
                stated: mean(&errors),
                varied: covered(clean, code),
                repeated: covered(repeated, code),
            }
        })
        .collect()
}

/// Share of runs whose interval contains the mean score of all.
fn covered(runs: &[Scores], code: &str) -> f64 {
    let truth = mean(&column(runs, code));
    let held: Vec<f64> = runs
        .iter()
        .filter_map(|run| run.get(code)?.1)
        .map(|interval| f64::from(u8::from((interval.low..=interval.high).contains(&truth))))
        .collect();
    mean(&held)
}
