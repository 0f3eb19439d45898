//! Children to look at: this test binary again, as `child` in a role.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use pss_integrations::samplers::Target;
use rustix::process::{Pid, Signal as Kill, WaitOptions, kill_process_group, waitpgid};

const ROLE: &str = "PSS_TEST_ROLE";

/// What a child does, until it is killed.
#[test]
#[ignore = "run by the other tests as their child"]
fn child() {
    let role = std::env::var(ROLE).expect("a role");
    let (name, number) = role.split_once(':').unwrap_or((&role, "1"));
    let number: usize = number.parse().expect("a number");
    match name {
        "busy" => {
            for _ in 1..number {
                std::thread::spawn(spin);
            }
            spin();
        }
        "idle-threads" => {
            for _ in 1..number {
                std::thread::spawn(|| std::thread::sleep(Duration::from_secs(60)));
            }
        }
        "short-threads" => loop {
            std::thread::spawn(|| spin_for(Duration::from_millis(30)))
                .join()
                .expect("ended");
        },
        "memory" => {
            std::thread::sleep(Duration::from_millis(200));
            std::hint::black_box(vec![1_u8; number << 20]);
            let kept = std::hint::black_box(vec![1_u8; number << 20]);
            std::thread::sleep(Duration::from_secs(60));
            drop(kept);
        }
        "write" => {
            let path = std::env::temp_dir().join(format!("pss-write-{}", std::process::id()));
            let mut file = std::fs::File::create(&path).expect("a file");
            std::fs::remove_file(&path).expect("removed");
            file.write_all(&vec![7; number << 20]).expect("written");
            file.sync_all().expect("on storage");
        }
        // A grandchild in a group and session that nobody saw, left behind at once.
        "leave" => {
            let mut setsid = Command::new("setsid");
            drop(setsid.args(["sleep", "60"]).spawn().expect("setsid"));
            return;
        }
        "tree" => {
            for _ in 0..number {
                let mut child = Command::new(std::env::current_exe().expect("a path"));
                child.args(AS_CHILD).env(ROLE, "idle-threads:10");
                drop(child.spawn().expect("a grandchild"));
            }
        }
        "tcp" => exchange(),
        "exec" => {
            std::thread::sleep(Duration::from_millis(300));
            let error = Command::new("sleep").arg("60").exec();
            panic!("{error}");
        }
        "workers" => loop {
            Command::new("sleep").arg("0.06").status().expect("sleep");
        },
        "copy" => {
            let mut shell = Command::new("sh");
            shell.args(["-c", "(while :; do :; done; true) & wait; true"]);
            shell.status().expect("sh");
        }
        "storm" => loop {
            let many: Vec<Child> = (0..8)
                .filter_map(|_| Command::new("true").spawn().ok())
                .collect();
            for mut child in many {
                child.wait().expect("ended");
            }
        },
        role => panic!("no role {role}"),
    }
    std::thread::sleep(Duration::from_secs(60));
}

const AS_CHILD: [&str; 4] = ["--exact", "child::child", "--ignored", "--nocapture"];

fn spin() {
    spin_for(Duration::from_secs(60));
}

fn spin_for(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        std::hint::spin_loop();
    }
}

fn exchange() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut byte = [0];
        while stream.read_exact(&mut byte).is_ok() && stream.write_all(&byte).is_ok() {}
    });
    let mut stream = TcpStream::connect(address).expect("connected");
    let mut byte = [1];
    loop {
        stream.write_all(&byte).expect("written");
        stream.read_exact(&mut byte).expect("read");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A child that is killed with its group when the test ends.
pub(crate) struct Running {
    pub(crate) child: Child,
    _alone: Option<MutexGuard<'static, ()>>,
}

impl Running {
    /// The only one of all tests: some keep processors busy, and what one leaves behind would be another's orphan.
    pub(crate) fn alone(role: &str) -> Running {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut running = Running::beside(role);
        running._alone = Some(alone);
        running
    }

    /// One beside another of the same test.
    pub(crate) fn beside(role: &str) -> Running {
        let mut command = Command::new(std::env::current_exe().expect("a path"));
        command.args(AS_CHILD).env(ROLE, role);
        command.stdout(Stdio::null()).process_group(0);
        Running {
            child: command.spawn().expect("a child"),
            _alone: None,
        }
    }

    pub(crate) fn target(&self) -> Target {
        Target::new(self.child.id())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let group = Pid::from_raw(self.child.id() as i32).expect("above 0");
        kill_process_group(group, Kill::KILL).ok();
        self.child.kill().ok();
        self.child.wait().ok();
        // What it left to us were an orphan for the next test as well, as long as it dies.
        while waitpgid(group, WaitOptions::empty()).is_ok() {}
    }
}
