//! Brokers that are away.

use std::time::{Duration, Instant};

use crate::{cluster::Cluster, watched::Watched};

#[test]
fn a_broker_that_is_lost_holds_nothing_up_and_is_seen_again_when_it_is_back() {
    let mut cluster = Cluster::new();
    cluster.order("topic orders 1");
    cluster.order("produce orders 0 10");
    cluster.order("commit billing orders 0 4");
    let mut watched = Watched::new(&cluster.servers, "billing", "orders");
    watched.until_at("billing/orders/0", 4, 6);
    cluster.order("down");
    watched.until("a failed look", |watched| {
        watched.notices().contains("looks at the cluster failed")
    });
    let before = watched.seen.samples;
    for _ in 0..50 {
        std::thread::sleep(Duration::from_millis(20));
        watched.poll();
    }
    assert_eq!(
        watched.seen.samples, before,
        "nothing is seen, nothing told"
    );
    cluster.order("up");
    watched.until("samples again", |watched| watched.seen.samples > before);
    cluster.order("commit billing orders 0 10");
    watched.until_at("billing/orders/0", 10, 0);
    assert!(watched.in_order());
    let notices = watched.notices();
    assert!(notices.contains("no broker answers"), "{notices}");
}

#[test]
fn a_cluster_that_never_answers_costs_a_bounded_time() {
    // A port that nobody listens on: it was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port");
    let began = Instant::now();
    let mut watched = Watched::new(&port.to_string(), "billing", "orders");
    for _ in 0..20 {
        watched.poll();
        std::thread::sleep(Duration::from_millis(10));
    }
    watched.sampler.finish(0, &mut watched.seen);
    assert_eq!(watched.seen.samples, 0);
    watched.until("a failed look", |watched| {
        watched.notices().contains("no broker answers")
    });
    drop(watched);
    assert!(began.elapsed() < Duration::from_secs(20));
}
