//! Comparisons: properties, a naive oracle, planted changes of known size, and how often identical programs are called different.

mod naive;
mod rare;
mod waits;
mod world;

use proptest::prelude::*;
use pss_metrics::{
    compare::{
        CauseKind, Change, Comparison, Direction, Policy, Quantity, SESSION, compare, judge,
    },
    report::VerdictOutcome,
    summary::Summary,
};
use world::{OPERATIONS, Planted, calls, plan, run, summary};

fn slower(operation: &'static str, slower: f64) -> Option<Planted> {
    Some(Planted {
        operation,
        slower,
        errors: 0.0,
    })
}

fn of<'a>(comparison: &'a Comparison, name: &str, quantity: Quantity) -> &'a Change {
    let operation = comparison
        .operations
        .iter()
        .find(|operation| operation.operation == name)
        .expect("an operation of both sides");
    let change = operation
        .changes
        .iter()
        .find(|change| change.quantity == quantity);
    change.expect("it was tested")
}

#[test]
fn a_run_is_no_worse_than_itself() {
    let plan = plan();
    for bases in [1, 2, 3, 5] {
        let same = run(1, None);
        let comparison = compare(&vec![same.clone(); bases], &same, &plan);
        if bases == 1 {
            assert_eq!(comparison.regression, Some(0.0));
        }
        assert!(!comparison.regressed && comparison.causes.is_empty());
        assert!(comparison.new.is_empty() && comparison.vanished.is_empty());
        for metric in comparison
            .metrics
            .iter()
            .filter(|metric| metric.delta.is_some())
        {
            assert!(metric.delta.expect("there").abs() < 1e-12, "{metric:?}");
            assert_eq!(metric.direction, Direction::Same);
        }
        for operation in &comparison.operations {
            assert_eq!(operation.changes.len(), 3, "{operation:?}");
            for change in &operation.changes {
                assert_eq!(change.direction, Direction::Same);
                assert!(change.change.abs() < 0.02, "{change:?}");
            }
        }
        assert_eq!(
            judge(&comparison, Policy::default()).outcome,
            VerdictOutcome::Pass
        );
    }
}

#[test]
fn the_order_of_base_runs_does_not_matter() {
    let plan = plan();
    let bases: Vec<Summary> = (1..5).map(|seed| run(seed, None)).collect();
    let head = run(9, slower("select orders", 1.4));
    let first = compare(&bases, &head, &plan);
    for turn in 1..4 {
        let mut turned = bases.clone();
        turned.rotate_left(turn);
        turned.swap(0, 2);
        assert_eq!(compare(&turned, &head, &plan), first);
    }
}

#[test]
fn shards_compare_as_their_whole() {
    let plan = plan();
    let base = [run(1, None)];
    let calls = calls(2, slower("render page", 1.5));
    let whole = compare(&base, &summary(&calls), &plan);
    for shards in [2, 7] {
        let mut merged = Summary::default();
        for shard in (0..shards).rev() {
            merged = merged.merge(summary(calls.iter().skip(shard).step_by(shards)));
        }
        assert_eq!(compare(&base, &merged, &plan), whole);
    }
}

#[test]
fn a_planted_slowdown_is_found_and_its_interval_covers_it() {
    let plan = plan();
    let bases: Vec<Summary> = (1..4).map(|seed| run(seed, None)).collect();
    let (mut covered, mut all) = (0, 0);
    for (at, (operation, ..)) in OPERATIONS.into_iter().enumerate() {
        for factor in [1.3, 1.5, 2.0, 3.0] {
            let head = run(
                100 + at as u64 * 10 + (factor * 2.0) as u64,
                slower(operation, factor),
            );
            let comparison = compare(&bases, &head, &plan);
            let change = of(&comparison, operation, Quantity::Median);
            all += 1;
            covered += u32::from((change.low..=change.high).contains(&(factor - 1.0)));
            if factor >= 1.5 {
                assert_eq!(
                    change.direction,
                    Direction::Worse,
                    "{operation} x {factor}: {change:?}"
                );
                assert_eq!(comparison.causes[0].operation.as_deref(), Some(operation));
                assert!(comparison.causes[0].text.contains("slower"));
            }
        }
    }
    assert!(covered + 1 >= all, "{covered} of {all}");
}

#[test]
fn against_one_base_only_a_large_slowdown_is_sure() {
    let plan = plan();
    let base = [run(1, None)];
    let found = |factor| {
        let head = run(7, slower("select orders", factor));
        of(
            &compare(&base, &head, &plan),
            "select orders",
            Quantity::Median,
        )
        .direction
    };
    assert_eq!(found(1.1), Direction::Same);
    assert_eq!(found(2.5), Direction::Worse);
}

#[test]
fn identical_programs_are_seldom_called_different() {
    let plan = plan();
    let pairs = 60;
    let regressed = (0..pairs).filter(|pair| {
        let (base, head) = (run(1000 + 2 * pair, None), run(1001 + 2 * pair, None));
        compare(&[base], &head, &plan).regressed
    });
    // 5 % of 60 are three; tests/faults has the table over 400 pairs.
    assert!(regressed.count() <= 3);
}

#[test]
fn more_errors_are_a_cause_and_say_so() {
    let plan = plan();
    let bases: Vec<Summary> = (1..4).map(|seed| run(seed, None)).collect();
    let failing = Planted {
        operation: "select stock",
        slower: 1.0,
        errors: 0.15,
    };
    let comparison = compare(&bases, &run(8, Some(failing)), &plan);
    let cause = comparison
        .causes
        .iter()
        .find(|cause| cause.kind == CauseKind::Errors)
        .expect("found");
    assert_eq!(cause.operation.as_deref(), Some("select stock"));
    assert!(
        cause
            .text
            .starts_with("shop/select stock fails more often: "),
        "{}",
        cause.text
    );
    assert!(
        comparison.parts[1].points > 0.0 && comparison.parts[1].remark.contains("select stock")
    );
}

#[test]
fn what_only_got_faster_warns_and_is_no_regression() {
    let plan = plan();
    let bases: Vec<Summary> = (1..4).map(|seed| run(seed, None)).collect();
    let comparison = compare(&bases, &run(8, slower("render page", 0.3)), &plan);
    assert!(!comparison.regressed, "{:?}", comparison.causes);
    assert!(
        comparison.regression > Some(1.0),
        "both directions count in the score"
    );
    let verdict = judge(&comparison, Policy::default());
    assert_eq!(verdict.outcome, VerdictOutcome::Warn);
    assert!(
        verdict
            .reasons
            .iter()
            .any(|reason| reason.contains("faster")),
        "{verdict:?}"
    );
}

#[test]
fn operations_of_one_side_are_listed_apart() {
    let plan = plan();
    let base: Vec<_> = calls(1, None)
        .into_iter()
        .filter(|call| call.operation != "render page")
        .collect();
    let head: Vec<_> = calls(2, None)
        .into_iter()
        .filter(|call| call.operation != "select stock")
        .collect();
    let comparison = compare(&[summary(&base)], &summary(&head), &plan);
    assert_eq!(
        (comparison.new[0].operation.as_str(), comparison.new[0].n),
        ("render page", 1000)
    );
    assert_eq!(comparison.vanished[0].operation, "select stock");
    assert_eq!(comparison.vanished[0].per_trace, Some(1.0));
    assert_eq!(comparison.operations.len(), 2);
    assert!(comparison.parts[2].points > 0.0, "the mix moved");
}

#[test]
fn a_regression_fails_only_where_sessions_can_be_told_apart() {
    let plan = plan();
    let head = run(8, slower("select orders", 2.0));
    let verdict = |bases: &[Summary], policy| {
        let comparison = compare(bases, &head, &plan);
        assert!(comparison.regressed);
        judge(&comparison, policy)
    };
    let days: Vec<Summary> = (1..4).map(|seed| run(seed, None)).collect();
    assert_eq!(
        verdict(&days, Policy::default()).outcome,
        VerdictOutcome::Fail
    );
    assert_eq!(
        verdict(&days[..2], Policy::default()).outcome,
        VerdictOutcome::Warn
    );
    let stated = Policy {
        same_session: true,
        ..Policy::default()
    };
    assert_eq!(verdict(&days[..2], stated).outcome, VerdictOutcome::Fail);
    let mut one = days.clone();
    for run in &mut one {
        run.add_fingerprint(SESSION, "a");
    }
    let warned = verdict(&one, Policy::default());
    assert_eq!(warned.outcome, VerdictOutcome::Warn);
    assert!(
        warned.reasons[0].contains("1 of the 3 sessions"),
        "{warned:?}"
    );
}

#[test]
fn nothing_is_said_of_next_to_nothing() {
    let plan = plan();
    let few: Vec<_> = calls(1, None).into_iter().take(8).collect();
    let comparison = compare(&[summary(&few)], &summary(&few), &plan);
    let empty = compare(&[Summary::default()], &Summary::default(), &plan);
    for comparison in [comparison, empty] {
        assert_eq!(comparison.regression, None);
        assert!(!comparison.tested() && !comparison.regressed);
        assert_eq!(
            judge(&comparison, Policy::default()).outcome,
            VerdictOutcome::Inconclusive
        );
    }
}

#[test]
fn summaries_keep_where_they_were_measured() {
    let mut summary = run(1, None);
    summary.add_fingerprint("kernel", "6.1");
    let bytes = summary.to_bytes().expect("serialises");
    let head = Summary::from_bytes(&bytes).expect("reads back");
    let mut other = run(2, None);
    other.add_fingerprint("kernel", "6.8");
    let comparison = compare(&[other], &head, &plan());
    assert_eq!(
        comparison.mismatches,
        ["the kernel differs: base 6.8, head 6.1"]
    );
    assert_eq!(comparison.runs[1].machine["cpu.model"], "unknown");
    assert_eq!(
        judge(&comparison, Policy::default()).outcome,
        VerdictOutcome::Warn
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_regression_score_agrees_with_the_naive_one(
        seed in 0u64..1000,
        at in 0usize..4,
        factor in 0.4f64..3.0,
        errors in 0.0f64..0.5,
        keep in 200usize..4000,
    ) {
        let planted = Planted { operation: OPERATIONS[at].0, slower: factor, errors };
        let base = calls(seed, None);
        let mut head = calls(seed + 5000, Some(planted));
        head.truncate(keep);
        let comparison = compare(&[summary(&base)], &summary(&head), &plan());
        let points: f64 = comparison.parts.iter().map(|part| part.points).sum();
        let found = comparison.regression.expect("enough data");
        prop_assert!((points - found).abs() < 1e-9);
        prop_assert!(comparison.parts.iter().all(|part| part.points.is_sign_positive()));
        let of_durations: f64 = comparison.operations.iter().map(|operation| operation.points).sum();
        prop_assert!((of_durations - comparison.parts[0].points).abs() < 1e-9);
        prop_assert!((0.0..=100.0).contains(&found));
        // Buckets are 2 % wide, and the curve falls steepest by 2.2 a unit of the logarithm.
        let expected = naive::regression(&base, &head);
        prop_assert!((found - expected).abs() < 2.0, "{found} {expected}");
    }
}
