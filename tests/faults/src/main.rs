//! The fault benchmark: known faults in known doses, put into simulated and real runs, and what the scores make of them.
//!
//! [`operation`], [`noise`] and [`world`] (with [`samples`]) simulate runs, [`fault`] is the table of faults and [`effect`] what they do to spans; [`scores`] scores, [`separate`]
//! compares, [`simulated`] and [`real`] are the two halves of the benchmark and [`table`] prints them; [`compared`] holds runs against each other and
//! [`compared_table`] prints that. See README.md.

mod compared;
mod compared_table;
mod effect;
mod fault;
mod noise;
mod operation;
mod random;
mod real;
mod samples;
mod scores;
mod separate;
mod simulated;
mod table;
mod world;

use std::{io::Write, process::ExitCode};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/RESULTS.md");
const COMPARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/RESULTS-COMPARE.md");

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "pss-faults: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (path, page) = match words[..] {
        [] | ["--write"] => (PAGE, scored_page()?),
        ["compare"] | ["compare", "--write"] => {
            let size = compared::Size::full();
            let calm = compared::findings(&size, noise::CALM)?;
            let rough = compared::findings(&size, noise::ROUGH)?;
            (COMPARED, compared_table::page(&size, &calm, &rough))
        }
        _ => {
            return Err(
                "takes `compare` for the comparison of runs, and `--write` to renew the page"
                    .to_owned(),
            );
        }
    };
    if words.last() == Some(&"--write") {
        std::fs::write(path, &page).map_err(|error| format!("{path}: {error}"))?;
    }
    std::io::stdout()
        .write_all(page.as_bytes())
        .map_err(|error| format!("stdout: {error}"))
}

fn scored_page() -> Result<String, String> {
    let size = simulated::Size::full();
    let calm = simulated::findings(&size, noise::CALM)?;
    let rough = simulated::findings(&size, noise::ROUGH)?;
    Ok(table::page(&size, &calm, &rough, &real::real()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use simulated::{Size, findings};

    /// The benchmark in short: three faults, few runs, loose bounds.
    #[test]
    fn faults_move_their_own_metric_and_no_other() {
        let named = |name: &str| {
            fault::FAULTS
                .iter()
                .position(|fault| fault.name.starts_with(name))
                .expect("a row of the table")
        };
        let size = Size {
            clean: 6,
            faulty: 4,
            repeated: 4,
            faults: vec![
                named("jitter of all DB"),
                named("errors: uniform"),
                named("memory leak"),
            ],
        };
        let found = findings(&size, noise::CALM).expect("the built-in metrics are sound");
        assert_eq!(found.rows.len(), 9);
        for row in &found.rows {
            let what = format!("{} at {}", row.fault.name, row.fault.doses[row.dose]);
            assert!(row.dose == 0 || row.auc > 0.9, "{what}: AUC {}", row.auc);
            assert!(
                row.dose < 2 || row.drop() > 0.1,
                "{what}: drop {}",
                row.drop()
            );
            assert!(row.other.1.abs() < 0.05, "{what} moves {:?}", row.other);
        }
        let pss = found
            .coverage
            .iter()
            .find(|row| row.code == scores::WHOLE)
            .expect("a score");
        assert!(
            (0.7..1.0).contains(&pss.mean),
            "clean runs score {}",
            pss.mean
        );
        assert_eq!(found.coverage.len(), 14, "every metric has data");
    }

    /// Comparing in short: few runs, one fault.
    #[test]
    fn faults_regress_and_clean_runs_do_not() {
        let size = compared::Size {
            pairs: 8,
            sessions: 2,
            faulty: 3,
            slowed: 1,
            faults: vec![0],
        };
        let found = compared::findings(&size, noise::CALM).expect("the built-in metrics are sound");
        assert!(found.pairs.regressed <= 1, "{:?}", found.pairs);
        assert_eq!(found.sessions.regressed, 0);
        assert_eq!(found.faults[0].regressed, 3);
        assert_eq!(found.faults[0].named, 3);
        assert!(found.slowed_three.found >= 20, "{:?}", found.slowed_three);
    }

    #[test]
    fn a_seed_is_a_run() {
        let run = |seed| world::Run {
            seed,
            noise: noise::CALM,
            varied: true,
            injected: None,
        };
        assert_eq!(run(7).summary(), run(7).summary());
        assert_ne!(run(7).summary(), run(8).summary());
    }

    #[test]
    fn faults_order_real_windows() {
        let rows = real::real().expect("the fixtures are there");
        let errors = rows
            .iter()
            .find(|row| row.fault.kind == fault::Kind::ErrorRate)
            .expect("a row of the table");
        assert_eq!(errors.ordered(), Some(true));
        assert_eq!(errors.windows, 6);
    }
}
