//! Logs and metrics that bring signals, and the metrics that they bring to a score.

mod devices;
mod gc_logs;
mod scores;
mod scrapes;

use self::{
    devices::{DCGMI, DMON, NVIDIA},
    gc_logs::{GCTRACE, SERIAL, ZGC},
    scrapes::{DUMP, FEDERATED, SCRAPES},
};
use crate::truncation::every_cut;

#[test]
fn every_cut_is_told() {
    let at_line_end = |text: &'static str| {
        move |cut: usize| {
            // A line of blanks is none.
            text[..cut].trim_end_matches(' ').ends_with('\n') || text[cut..].starts_with('\n')
        }
    };
    every_cut("gc.log", SERIAL.as_bytes(), at_line_end(SERIAL));
    every_cut("gc.log", ZGC.as_bytes(), at_line_end(ZGC));
    every_cut("trace.log", GCTRACE.as_bytes(), at_line_end(GCTRACE));
    every_cut("gpu.csv", NVIDIA.as_bytes(), at_line_end(NVIDIA));
    every_cut("gpu.log", DMON.as_bytes(), at_line_end(DMON));
    every_cut("gpu.log", DCGMI.as_bytes(), at_line_end(DCGMI));
    every_cut("m.prom", SCRAPES.as_bytes(), at_line_end(SCRAPES));
    every_cut("m.prom", FEDERATED.as_bytes(), at_line_end(FEDERATED));
    every_cut("m.om", DUMP.as_bytes(), at_line_end(DUMP));
}
