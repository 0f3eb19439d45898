//! The receiver: a port, a thread that serves it, threads that call the sink.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::Arc,
    thread::{Builder, JoinHandle, sleep},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use crate::{
    Counts, Options,
    budget::Budget,
    environment::environment,
    exchange::Service,
    server::serve,
    sink::{Body, NotTaken, Sink, Taken},
    tee::{self, Sending},
    ticket::Ledger,
    workers,
};

/// How long a sink that is at work when the grace ends is waited for. After that its thread is left alone.
const LAST_WORK: Duration = Duration::from_secs(1);

/// An open receiver. Dropping it stops it without grace.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    ledger: Arc<Ledger>,
    /// `None` once it is stopped.
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    stop: oneshot::Sender<Duration>,
    server: JoinHandle<()>,
    workers: Vec<JoinHandle<()>>,
    sending: Option<Sending>,
}

impl Receiver {
    /// Opens a port of 127.0.0.1 that was free, and serves it. The sink is called on threads of the receiver, on as many at once as the options say.
    ///
    /// # Errors
    /// What the system says about ports or threads.
    pub fn start(
        options: Options,
        sink: impl Fn(Body<'_>) -> Result<Taken, NotTaken> + Send + Sync + 'static,
    ) -> io::Result<Receiver> {
        let sink: Arc<Sink> = Arc::new(sink);
        let ledger = Arc::new(Ledger::default());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let (queue, workers) = workers::start(
            options.workers,
            options.queue,
            options.largest_body,
            &ledger,
            &sink,
        )?;
        let (tee, sending) = match options.tee.clone() {
            Some(collector) => {
                let (tee, sending) = tee::start(collector, &ledger)?;
                ledger.with_forwarded(|_| {});
                (Some(tee), Some(sending))
            }
            None => (None, None),
        };
        let service = Arc::new(Service {
            budget: Budget::new(options.pending_bytes),
            options,
            ledger: Arc::clone(&ledger),
            queue,
            tee,
        });
        let (stop, stopped) = oneshot::channel();
        let at_the_end = Arc::clone(&ledger);
        let server = Builder::new().name("otlp".to_owned()).spawn(move || {
            runtime.block_on(serve(listener, service, stopped));
            // What is still open is dropped with the runtime, and counted as such.
            at_the_end.stop();
        })?;
        Ok(Receiver {
            address,
            ledger,
            running: Some(Running {
                stop,
                server,
                workers,
                sending,
            }),
        })
    }

    /// Where it listens, for gRPC as for HTTP: `http://127.0.0.1:` and the port.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What a command's environment must hold so that its SDK sends everything here, soon. The caller leaves out what the user has set.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        environment(&self.endpoint())
    }

    /// What was received so far.
    pub fn counts(&self) -> Counts {
        self.ledger.counts()
    }

    /// Stops. What has been sent before is still received, answered and handed to the sink, at most for as long as `grace`; what takes longer is counted as
    /// [`Refusal::Stopped`](crate::Refusal::Stopped). Takes 30 ms when nothing is under way.
    pub fn stop(mut self, grace: Duration) -> Counts {
        self.end(grace);
        self.ledger.counts()
    }

    fn end(&mut self, grace: Duration) {
        let Some(running) = self.running.take() else {
            return;
        };
        // Both fail only where the thread is gone already.
        let _ = running.stop.send(grace);
        let _ = running.server.join();
        let deadline = Instant::now() + LAST_WORK;
        if let Some(sending) = running.sending {
            sending.end(grace);
        }
        for worker in running.workers {
            while !worker.is_finished() && Instant::now() < deadline {
                sleep(Duration::from_millis(1));
            }
            if worker.is_finished() {
                let _ = worker.join();
            }
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.end(Duration::ZERO);
    }
}
