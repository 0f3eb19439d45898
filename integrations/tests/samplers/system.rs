//! Pressure, control groups, connections.

use pss_metrics::model::Signal;

use crate::{
    child::Running,
    seen::{Samples, poll, poll_until, start},
};

#[test]
fn pressure_is_read_or_said_to_be_absent() {
    let child = Running::alone("busy:8");
    match start("psi", &child.target()) {
        Ok(mut sampler) => {
            let samples = poll(&mut *sampler, 500);
            let cpu = samples.of(Signal::PSI_CPU_SOME);
            assert!(cpu.len() >= 5, "{cpu:?}");
            println!(
                "{:?}",
                cpu.iter().map(|seen| seen.value).collect::<Vec<_>>()
            );
            assert!(
                samples
                    .0
                    .iter()
                    .all(|seen| seen.entity == "host" && seen.value <= 1_000_000)
            );
            assert!(cpu.iter().any(|seen| seen.value > 0), "{cpu:?}");
        }
        Err(absent) => assert!(absent.to_string().contains("CONFIG_PSI")),
    }
}

#[test]
fn the_control_group_is_read_or_said_to_be_absent() {
    let child = Running::alone("busy");
    match start("cgroup", &child.target()) {
        Ok(mut sampler) => assert!(!poll(&mut *sampler, 100).0.is_empty()),
        Err(absent) => println!("{absent}"),
    }
}

#[test]
fn connections_of_a_child_show_their_round_trips() {
    let child = Running::alone("tcp");
    let mut sampler = match start("sockets", &child.target()) {
        Ok(sampler) => sampler,
        Err(absent) => {
            assert!(absent.to_string().contains("netlink"));
            return;
        }
    };
    let mut samples = Samples::default();
    assert!(poll_until(&mut *sampler, &mut samples, 5000, |samples| {
        samples.of(Signal::NET_RTT).len() >= 4
    }));
    let values: Vec<u64> = samples
        .of(Signal::NET_RTT)
        .iter()
        .map(|seen| seen.value)
        .collect();
    println!("{values:?} ns");
    assert!(
        values
            .iter()
            .all(|value| (1000..1_000_000_000).contains(value))
    );
    assert!(!samples.of(Signal::NET_RETRANSMITS).is_empty());
}
