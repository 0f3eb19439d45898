//! What a poll costs.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::{
    child::Running,
    seen::{Samples, now, start},
};

/// Microseconds of processor time a poll takes, printed:
/// `cargo test --release -p pss-integrations --test samplers -- --ignored --nocapture cost`.
#[test]
#[ignore = "measures"]
fn cost_of_a_poll() {
    let on_cpu = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
    };
    let print = |name: &str, what: &mut dyn FnMut()| {
        let mut times: Vec<i128> = (0..100)
            .map(|_| {
                std::thread::sleep(Duration::from_millis(100));
                let start = on_cpu();
                what();
                (on_cpu() - start) / 1000
            })
            .collect();
        times.sort_unstable();
        println!(
            "{name}: median {} us, 90 % {} us, most {} us",
            times[50], times[90], times[99]
        );
    };
    let child = Running::alone("tree:10");
    let target = child.target();
    std::thread::sleep(Duration::from_millis(500));
    let mut samples = Samples::default();
    print("finding the processes", &mut || {
        target.pids(now());
    });
    for name in ["process", "psi", "cgroup", "sockets"] {
        let Ok(mut sampler) = start(name, &target) else {
            continue;
        };
        print(name, &mut || {
            samples.0.clear();
            sampler.poll(now(), &mut samples);
        });
        println!("{} samples; {:?}", samples.0.len(), sampler.facts());
    }
}
