//! A topic, read.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use pss_integrations::sources::{Asked, Message, Source, SourceError, Take};
use pss_kafka::source::KafkaTopic;

use crate::cluster::Cluster;

#[derive(Debug, Default)]
struct Got {
    /// Numbers and texts by part.
    messages: BTreeMap<u32, Vec<(u64, String)>>,
    notices: Vec<String>,
    /// Told with the first message.
    begun: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
}

impl Take for Got {
    fn message(&mut self, message: Message<'_>) {
        let text = String::from_utf8_lossy(message.bytes).into_owned();
        let of_part = self.messages.entry(message.part).or_default();
        of_part.push((message.number, text));
        self.begun.store(true, Ordering::Relaxed);
    }

    fn notice(&mut self, text: String) {
        self.notices.push(text);
    }

    fn interrupted(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Got {
    fn count(&self) -> usize {
        self.messages.values().map(Vec::len).sum()
    }
}

fn read(
    servers: &str,
    topic: &str,
    follow: Option<Duration>,
    got: &mut Got,
) -> Result<(), SourceError> {
    let asked = Asked {
        address: &format!("{servers}/{topic}"),
        settings: &BTreeMap::new(),
        follow,
    };
    KafkaTopic.check(&asked).expect("it can be used");
    KafkaTopic.read(&asked, got)
}

/// A file whose lines become messages.
fn file(text: &str) -> tempfile::TempPath {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), text).expect("written");
    file.into_temp_path()
}

#[test]
fn all_partitions_are_read_to_their_ends_in_order_and_nothing_is_written() {
    let mut cluster = Cluster::new();
    cluster.order("topic spans 3");
    for (part, codec, count) in [(0, "zstd", 2000), (2, "gzip", 3000)] {
        let text: String = (0..count).map(|at| format!("{part}-{at}\n")).collect();
        let path = file(&text);
        cluster.order(&format!("lines spans {part} {} {codec}", path.display()));
    }
    let mut got = Got::default();
    read(&cluster.servers, "spans", None, &mut got).expect("read");
    assert_eq!(
        got.messages.keys().copied().collect::<Vec<_>>(),
        [0, 2],
        "the empty one has no messages"
    );
    for (part, count) in [(0, 2000), (2, 3000)] {
        let expected: Vec<(u64, String)> =
            (0..count).map(|at| (at, format!("{part}-{at}"))).collect();
        assert_eq!(got.messages[&part], expected);
    }
    assert_eq!(got.notices, [""; 0]);
    for part in 0..3 {
        cluster.order(&format!("uncommitted pss spans {part}"));
    }
    // Read again, as nobody was there before.
    let mut again = Got::default();
    read(&cluster.servers, "spans", None, &mut again).expect("read");
    assert_eq!(again.messages, got.messages);
}

#[test]
fn an_empty_topic_has_no_messages_and_an_unknown_one_is_told_and_not_made() {
    let mut cluster = Cluster::new();
    cluster.order("topic empty 2");
    let mut got = Got::default();
    read(&cluster.servers, "empty", None, &mut got).expect("read");
    assert_eq!(got.count(), 0);
    for _ in 0..2 {
        let told = read(&cluster.servers, "later", None, &mut got).expect_err("not there");
        assert_eq!(
            told,
            SourceError::Away("the cluster knows no topic later".to_owned())
        );
    }
}

#[test]
fn what_comes_while_it_reads_is_beyond_the_end_unless_it_follows() {
    let mut cluster = Cluster::new();
    cluster.order("topic spans 1");
    cluster.order("produce spans 0 10");
    let follow = Duration::from_secs(4);
    let servers = cluster.servers.clone();
    let mut got = Got::default();
    let begun = Arc::clone(&got.begun);
    let began = Instant::now();
    let got = std::thread::scope(|scope| {
        let reading = scope.spawn(move || {
            let outcome = read(&servers, "spans", Some(follow), &mut got);
            (outcome, got)
        });
        while !begun.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(10));
        }
        cluster.order("produce spans 0 5");
        let (outcome, got) = reading.join().expect("no panic");
        outcome.expect("followed");
        got
    });
    assert!(began.elapsed() >= follow);
    assert_eq!((got.count(), got.notices.len()), (15, 0), "{got:?}");
}

#[test]
fn a_broker_that_never_answers_is_told_in_bounded_time() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port");
    let began = Instant::now();
    let told = read(&port.to_string(), "spans", None, &mut Got::default()).expect_err("nobody");
    let SourceError::Away(why) = &told else {
        panic!("{told:?}");
    };
    assert!(why.starts_with("no broker answers ("), "{why}");
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_broker_that_is_lost_in_the_middle_is_told_and_keeps_what_came() {
    let mut cluster = Cluster::new();
    cluster.order("topic spans 2");
    // More than is fetched ahead, so that the end is not in memory yet.
    let text = format!("{}\n", "x".repeat(1000)).repeat(50_000);
    let path = file(&text);
    for part in 0..2 {
        cluster.order(&format!("lines spans {part} {} none", path.display()));
    }
    struct Slow<'a>(Got, &'a mut Cluster);
    impl Take for Slow<'_> {
        fn message(&mut self, message: Message<'_>) {
            self.0.message(message);
            if self.0.count() == 100 {
                self.1.order("down");
            }
        }
        fn notice(&mut self, text: String) {
            self.0.notice(text);
        }
        fn interrupted(&self) -> bool {
            false
        }
    }
    let address = format!("{}/spans", cluster.servers);
    let mut slow = Slow(Got::default(), &mut cluster);
    let asked = Asked {
        address: &address,
        settings: &BTreeMap::new(),
        follow: None,
    };
    let began = Instant::now();
    let told = KafkaTopic.read(&asked, &mut slow).expect_err("lost");
    let SourceError::Lost(why) = &told else {
        panic!("{told:?}");
    };
    assert!(why.starts_with("nothing came for 10 s: "), "{why}");
    let count = slow.0.count();
    assert!((100..100_000).contains(&count), "{count}");
    assert!(began.elapsed() < Duration::from_secs(40));
}

#[test]
fn who_asks_to_stop_is_heard_while_nothing_comes() {
    let mut cluster = Cluster::new();
    cluster.order("topic spans 1");
    cluster.order("produce spans 0 3");
    let mut got = Got::default();
    let (begun, stop) = (Arc::clone(&got.begun), Arc::clone(&got.stop));
    let servers = cluster.servers.clone();
    let began = Instant::now();
    std::thread::scope(|scope| {
        let hour = Some(Duration::from_secs(3600));
        let reading = scope.spawn(move || read(&servers, "spans", hour, &mut got));
        while !begun.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(10));
        }
        std::thread::sleep(Duration::from_millis(300));
        stop.store(true, Ordering::Relaxed);
        reading.join().expect("no panic").expect("stopped");
    });
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[test]
fn what_cannot_be_used_is_told_before_anybody_is_asked() {
    let check = |address: &str, settings: &[(&str, &str)]| {
        let settings = settings
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        let asked = Asked {
            address,
            settings: &settings,
            follow: None,
        };
        match KafkaTopic.check(&asked) {
            Err(SourceError::Settings(why)) => why,
            other => panic!("{other:?}"),
        }
    };
    assert!(check("localhost", &[]).contains("names no topic"));
    assert!(check("/spans", &[]).contains("bootstrap.servers"));
    let told = check(
        "localhost/spans",
        &[("sasl.pasword", "hunter2"), ("sasl.password", "hunter2")],
    );
    assert!(
        told.contains("sasl.pasword") && !told.contains("hunter2"),
        "{told}"
    );
    assert!(check("localhost/spans", &[("plugin.library.paths", "x.so")]).contains("foreign"));
}
