//! Rare failures: what one in some hundred spans does is neither hidden nor made much of.

use pss_metrics::{
    compare::{Change, Direction, Quantity, compare},
    summary::Summary,
};

use super::{
    of,
    world::{OPERATIONS, Random, calls, plan, summary},
};

/// A run of which each operation fails with a probability.
fn failing(seed: u64, rates: [f64; 4]) -> Summary {
    let mut random = Random::new(seed + 7000);
    let mut calls = calls(seed, None);
    for call in &mut calls {
        let at = OPERATIONS
            .iter()
            .position(|(name, ..)| *name == call.operation);
        call.error = random.unit() < rates[at.expect("one of them")];
    }
    summary(&calls)
}

fn errors(base: &[Summary], head: &Summary) -> Change {
    of(
        &compare(base, head, &plan()),
        OPERATIONS[2].0,
        Quantity::Errors,
    )
    .clone()
}

#[test]
fn a_third_that_fails_where_hardly_any_did_is_found_against_one_base() {
    let head = failing(50, [0.001, 0.001, 0.3, 0.001]);
    for seed in 1..9 {
        let change = errors(&[failing(seed, [0.001; 4])], &head);
        assert_eq!(change.direction, Direction::Worse, "{change:?}");
    }
}

#[test]
fn intervals_of_rare_failures_hold_the_odds_that_were_put_in() {
    let (rare, often) = (0.002, 0.02);
    let truth = (often / (1.0 - often)) / (rare / (1.0 - rare)) - 1.0;
    let runs = 40;
    let held = (0..runs).filter(|at| {
        let bases: Vec<Summary> = (0..3)
            .map(|base| failing(3 * at + base, [rare; 4]))
            .collect();
        let change = errors(&bases, &failing(900 + at, [rare, rare, often, rare]));
        change.low <= truth && truth <= change.high
    });
    let held = held.count();
    println!("{held} of {runs} intervals hold the odds");
    assert!(held as u64 >= runs - 2, "{held}");
}

#[test]
fn a_few_failures_where_there_were_none_are_shown_and_not_found() {
    let base: Vec<Summary> = (1..6).map(|seed| failing(seed, [0.0; 4])).collect();
    let mut calls = calls(60, None);
    for (at, call) in calls.iter_mut().enumerate() {
        // Four of the third operation's thousand, spread over the run.
        call.error = at % 1000 == 2;
    }
    let change = errors(&base, &summary(&calls));
    assert!(change.change > 1.0, "{change:?}");
    assert_eq!(change.direction, Direction::Same, "{change:?}");
}
