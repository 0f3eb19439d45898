//! This machine, as the comparison of runs wants to know it. Read from `/proc` and the control group; what cannot be read is left out, and then unknown.

use std::fs;

use pss_metrics::{compare::SESSION, summary::Summary};

/// Memory is told in steps of 64 MiB: what the kernel keeps for itself differs a little from boot to boot.
const MEMORY_STEP_KIB: u64 = 64 * 1024;

/// Notes in a summary which `pss` made it and, where the traces were measured on this machine in this session, which machine this is.
pub fn stamp(summary: &mut Summary, measured_here: bool, session: Option<&str>) {
    summary.add_fingerprint("pss.version", env!("CARGO_PKG_VERSION"));
    if !measured_here {
        return;
    }
    for (key, value) in facts() {
        summary.add_fingerprint(key, &value);
    }
    match session {
        Some(session) => summary.add_fingerprint(SESSION, session),
        None => {
            if let Some(boot) = line("/proc/sys/kernel/random/boot_id") {
                summary.add_fingerprint(SESSION, &format!("boot {boot}"));
            }
        }
    }
}

/// What can be read of this machine, by key.
pub fn facts() -> Vec<(&'static str, String)> {
    let group = control_group();
    let limit = |file: &str| {
        let text = line(&format!("{group}/{file}"))?;
        Some(if text == "max" || text.starts_with("max ") {
            "none".to_owned()
        } else {
            text
        })
    };
    let cores = std::thread::available_parallelism().ok();
    [
        ("cpu.model", field("/proc/cpuinfo", "model name")),
        ("cpu.cores", cores.map(|cores| cores.to_string())),
        ("kernel", line("/proc/sys/kernel/osrelease")),
        (
            "memory.bytes",
            field("/proc/meminfo", "MemTotal").and_then(|text| memory(&text)),
        ),
        ("limit.cpu", limit("cpu.max")),
        ("limit.memory", limit("memory.max")),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key, value?)))
    .collect()
}

/// The folder of this process's control group, version 2.
fn control_group() -> String {
    let path = fs::read_to_string("/proc/self/cgroup")
        .ok()
        .and_then(|text| {
            let of_v2 = text.lines().find_map(|line| line.strip_prefix("0::"));
            of_v2.map(str::to_owned)
        });
    let folder = format!("/sys/fs/cgroup{}", path.unwrap_or_default());
    folder.trim_end_matches('/').to_owned()
}

fn line(path: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    Some(text.lines().next()?.trim().to_owned()).filter(|line| !line.is_empty())
}

/// The first `name : value` of a file.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    })
}

/// Bytes of `16384 kB`, to the nearest step.
fn memory(text: &str) -> Option<String> {
    let kib: u64 = text.strip_suffix("kB")?.trim().parse().ok()?;
    let steps = (kib + MEMORY_STEP_KIB / 2) / MEMORY_STEP_KIB;
    Some((steps * MEMORY_STEP_KIB * 1024).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_of_two_boots_is_the_same() {
        assert_eq!(memory("16374532 kB"), memory("16374860 kB"));
        assert_eq!(memory("65536 kB").as_deref(), Some("67108864"));
        assert_eq!(memory("much"), None);
    }
}
