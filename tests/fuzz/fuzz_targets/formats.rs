#![no_main]
// The other targets are those of the other binaries.
#![allow(dead_code)]

#[path = "../targets/mod.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(
    init: {
        // The fuzzer's own hook ends the process at every panic, also at those that are caught and become a reason.
        let aborts = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !pss_metrics::plugin::heard(panic) {
                aborts(panic);
            }
        }));
    },
    |data: &[u8]| targets::formats(data)
);
