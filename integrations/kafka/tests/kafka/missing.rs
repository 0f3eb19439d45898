//! What the cluster does not know, and what the user did not say.

use pss_integrations::samplers::{Sampler, SamplerSettings};
use pss_kafka::sampler::Kafka;

use crate::{
    cluster::Cluster,
    watched::{Watched, settings},
};

#[test]
fn a_group_that_committed_nothing_has_no_lag_and_says_so() {
    let mut cluster = Cluster::new();
    cluster.order("topic orders 2");
    cluster.order("produce orders 0 10");
    cluster.order("commit billing orders 1 0");
    let mut watched = Watched::new(&cluster.servers, "billing", "orders");
    watched.until_at("billing/orders/1", 0, 0);
    assert!(!watched.seen.lag.contains_key("billing/orders/0"));
    assert_eq!(
        watched.notices(),
        "kafka: group billing has committed no offset in topic orders, partition 0"
    );
    cluster.order("commit billing orders 0 4");
    watched.until_at("billing/orders/0", 4, 6);
    assert_eq!(watched.notices(), "");
}

#[test]
fn an_unknown_topic_is_told_and_not_created_and_seen_when_it_comes() {
    let mut cluster = Cluster::new();
    cluster.order("topic orders 1");
    cluster.order("commit billing orders 0 0");
    let mut watched = Watched::new(&cluster.servers, "billing", "orders,later");
    watched.until_at("billing/orders/0", 0, 0);
    // Long enough for several looks: asking must not create it.
    for _ in 0..100 {
        std::thread::sleep(std::time::Duration::from_millis(20));
        watched.poll();
    }
    assert_eq!(watched.notices(), "kafka: the cluster knows no topic later");
    cluster.order("topic later 1");
    cluster.order("produce later 0 3");
    cluster.order("commit billing later 0 1");
    watched.until_at("billing/later/0", 1, 2);
    assert_eq!(watched.notices(), "");
}

#[test]
fn settings_decide_whether_it_takes_part() {
    let wanted = |settings: &SamplerSettings| Kafka.wanted(settings.of("kafka"));
    assert_eq!(wanted(&SamplerSettings::default()), Ok(false));
    let mut typo = settings("127.0.0.1:1", "billing", "orders");
    typo.set("kafka", "sasl.pasword", "hunter2".to_owned());
    let told = wanted(&typo).expect_err("no such option").to_string();
    assert!(
        told.contains("sasl.pasword") && !told.contains("hunter2"),
        "{told}"
    );
    let told = wanted(&settings("127.0.0.1:1", "", "orders")).expect_err("no group");
    assert!(told.to_string().contains("--group"), "{told}");
}
