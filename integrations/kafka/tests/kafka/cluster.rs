//! The cluster: the example of that name, as a process. The module around this one knows where the program is.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

pub(crate) struct Cluster {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    pub(crate) servers: String,
}

impl Cluster {
    pub(crate) fn new() -> Cluster {
        let mut process = Command::new(super::program())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the example: cargo build -p pss-kafka --features rdkafka --example cluster");
        let orders = process.stdin.take().expect("a pipe");
        let answers = BufReader::new(process.stdout.take().expect("a pipe"));
        let mut cluster = Cluster {
            process,
            orders,
            answers,
            servers: String::new(),
        };
        cluster.servers = cluster.answer();
        cluster
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("an answer");
        line.trim().to_owned()
    }

    /// Does one thing, and is done when this returns.
    pub(crate) fn order(&mut self, order: &str) {
        writeln!(self.orders, "{order}").expect("a live process");
        assert_eq!(self.answer(), "ok", "{order}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // What fails here fails because it ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
