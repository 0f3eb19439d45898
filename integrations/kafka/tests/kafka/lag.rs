//! Lag that grows, stays and swings.

use crate::{cluster::Cluster, watched::Watched};

#[test]
fn lag_grows_when_nothing_is_committed() {
    let mut cluster = Cluster::new();
    cluster.order("topic orders 1");
    cluster.order("produce orders 0 5");
    cluster.order("commit billing orders 0 5");
    let mut watched = Watched::new(&cluster.servers, "billing", "orders");
    for step in 0..4 {
        watched.until_at("billing/orders/0", 5, 100 * step);
        cluster.order("produce orders 0 100");
    }
    assert!(watched.in_order());
    assert_eq!(watched.notices(), "");
}

#[test]
fn lag_is_steady_when_as_much_is_committed_as_comes() {
    let mut cluster = Cluster::new();
    cluster.order("topic orders 1");
    cluster.order("produce orders 0 300");
    cluster.order("commit billing orders 0 0");
    let mut watched = Watched::new(&cluster.servers, "billing", "orders");
    for step in 0..4 {
        watched.until_at("billing/orders/0", 100 * step, 300);
        cluster.order(&format!("commit billing orders 0 {}", 100 * (step + 1)));
        cluster.order("produce orders 0 100");
    }
    assert!(watched.in_order());
}

#[test]
fn lag_that_swings_is_followed() {
    let mut cluster = Cluster::new();
    cluster.order("topic orders 1");
    cluster.order("commit billing orders 0 0");
    let mut watched = Watched::new(&cluster.servers, "billing", "orders");
    for step in 0..3 {
        cluster.order("produce orders 0 500");
        watched.until_at("billing/orders/0", 500 * step, 500);
        cluster.order(&format!("commit billing orders 0 {}", 500 * (step + 1)));
        watched.until_at("billing/orders/0", 500 * (step + 1), 0);
    }
    assert!(watched.in_order());
}

#[test]
fn partitions_topics_and_groups_are_told_apart() {
    let mut cluster = Cluster::new();
    for order in [
        "topic orders 3",
        "topic payments 1",
        "produce orders 0 10",
        "produce orders 2 30",
        "produce payments 0 40",
        "commit team/billing orders 0 1",
        "commit team/billing orders 1 0",
        "commit team/billing orders 2 2",
        "commit team/billing payments 0 40",
        "commit others orders 0 10",
    ] {
        cluster.order(order);
    }
    let mut watched = Watched::new(&cluster.servers, "team/billing", "orders,payments");
    watched.until("samples", |watched| watched.seen.samples > 0);
    let lags: Vec<(&str, u64)> = watched
        .seen
        .lag
        .iter()
        .map(|(entity, lag)| (entity.as_str(), *lag))
        .collect();
    assert_eq!(
        lags,
        [
            ("team/billing/orders/0", 9),
            ("team/billing/orders/1", 0),
            ("team/billing/orders/2", 28),
            ("team/billing/payments/0", 0),
        ]
    );
    assert_eq!(watched.seen.committed["team/billing/orders/2"], 2);
}

#[test]
fn the_last_look_sees_what_was_committed_last() {
    let mut cluster = Cluster::new();
    cluster.order("topic orders 1");
    cluster.order("produce orders 0 9");
    cluster.order("commit billing orders 0 1");
    let mut watched = Watched::new(&cluster.servers, "billing", "orders");
    watched.until_at("billing/orders/0", 1, 8);
    cluster.order("commit billing orders 0 9");
    // The look at the end is bounded, and on a busy machine it may need a second one.
    for _ in 0..20 {
        watched.sampler.finish(i64::MAX / 2, &mut watched.seen);
        if watched.seen.lag["billing/orders/0"] == 0 {
            return;
        }
    }
    panic!("{:?}", watched.seen);
}
