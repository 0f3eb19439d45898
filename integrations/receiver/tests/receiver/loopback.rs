//! Nothing listens on anything but loopback.

use std::{collections::HashSet, fs};

use pss_receiver::{Options, Receiver, Taken};

use crate::support::port;

/// Addresses and ports in hexadecimal of the sockets of this process that listen.
fn listening() -> Vec<String> {
    let sockets: HashSet<String> = fs::read_dir("/proc/self/fd")
        .expect("a folder")
        .filter_map(|entry| {
            let link = fs::read_link(entry.ok()?.path()).ok()?;
            let inode = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
            Some(inode.to_owned())
        })
        .collect();
    let mut found = Vec::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        for line in fs::read_to_string(table)
            .unwrap_or_default()
            .lines()
            .skip(1)
        {
            let columns: Vec<&str> = line.split_whitespace().collect();
            // State 0A is listening.
            if columns[3] == "0A" && sockets.contains(columns[9]) {
                found.push(columns[1].to_owned());
            }
        }
    }
    found
}

#[test]
fn one_loopback_port_is_open_and_closed_with_the_receiver() {
    let receiver = Receiver::start(Options::default(), |_| Ok(Taken::default())).expect("a port");
    let endpoint = receiver.endpoint();
    let own = format!("0100007F:{:04X}", port(&endpoint));
    let open = listening();
    assert!(open.contains(&own), "{open:?}");
    assert!(
        open.iter().all(|address| address.starts_with("0100007F:")),
        "{open:?}"
    );
    let environment = receiver.environment();
    let value = |name: &str| {
        let found = environment.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str())
    };
    assert_eq!(value("OTEL_EXPORTER_OTLP_ENDPOINT"), Some(&*endpoint));
    assert_eq!(value("OTEL_EXPORTER_OTLP_PROTOCOL"), Some("http/protobuf"));
    drop(receiver);
    assert!(!listening().contains(&own));
}
