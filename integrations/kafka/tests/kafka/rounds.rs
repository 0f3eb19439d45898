//! Rounds that are over at once.

use crate::{cluster::Cluster, watched::Watched};

#[test]
fn the_client_is_shared_so_that_the_shortest_rounds_have_readings_of_their_own() {
    let mut cluster = Cluster::new();
    cluster.order("topic orders 1");
    cluster.order("produce orders 0 100");
    cluster.order("commit billing orders 0 0");
    let mut first = Watched::new(&cluster.servers, "billing", "orders");
    first.until_at("billing/orders/0", 0, 100);
    drop(first);
    let mut seen = 0;
    for round in 1..=20 {
        cluster.order(&format!("commit billing orders 0 {round}"));
        let mut watched = Watched::new(&cluster.servers, "billing", "orders");
        watched.sampler.finish(i64::MAX / 2, &mut watched.seen);
        // Nothing from before the round, however soon it ended.
        if let Some(committed) = watched.seen.committed.get("billing/orders/0") {
            assert_eq!(*committed, round);
            seen += 1;
        }
    }
    assert!(seen >= 15, "{seen} of 20 rounds have a reading");
}

#[test]
fn a_round_tells_of_its_own_looks_only() {
    let mut cluster = Cluster::new();
    cluster.order("topic orders 1");
    let mut first = Watched::new(&cluster.servers, "billing", "orders");
    first.until("a look", |watched| {
        watched.notices().contains("has committed no offset")
    });
    drop(first);
    cluster.order("commit billing orders 0 0");
    let mut second = Watched::new(&cluster.servers, "billing", "orders");
    assert!(!second.notices().contains("has committed no offset"));
    second.until_at("billing/orders/0", 0, 0);
    assert_eq!(second.notices(), "");
}
