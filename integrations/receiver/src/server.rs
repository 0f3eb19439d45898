//! Accepting connections, and ending without losing what has arrived.

use std::{pin::pin, sync::Arc, time::Duration};

use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    time::{Instant, sleep, timeout_at},
};

use crate::{
    Refusal,
    exchange::{Service, exchange},
    ticket::Ledger,
    watched::Watched,
};

/// One look at whether anything arrives.
const LOOK: Duration = Duration::from_millis(10);
/// Looks in a row without any arrival that make an end. What was sent before is in the kernel, and is read at the first of them.
const QUIET: u32 = 3;
/// How long connections have to close once nothing is open on them.
const CLOSE: Duration = Duration::from_millis(100);

/// Serves until it is told to stop, with the grace for what is under way.
pub(crate) async fn serve(
    listener: TcpListener,
    service: Arc<Service>,
    stop: oneshot::Receiver<Duration>,
) {
    let ledger = Arc::clone(&service.ledger);
    let graceful = GracefulShutdown::new();
    {
        let mut accepting = pin!(accept(&listener, &service, &graceful));
        let grace = tokio::select! {
            () = &mut accepting => Duration::ZERO,
            grace = stop => grace.unwrap_or_default(),
        };
        let deadline = Instant::now() + grace;
        tokio::select! {
            () = &mut accepting => {}
            _ = timeout_at(deadline, quiet(&ledger)) => {}
        }
    }
    drop(listener);
    // A connection that does not close is closed with the runtime.
    let _ = timeout_at(Instant::now() + CLOSE, graceful.shutdown()).await;
}

async fn accept(listener: &TcpListener, service: &Arc<Service>, graceful: &GracefulShutdown) {
    loop {
        match listener.accept().await {
            Ok(_) if graceful.count() >= service.options.connections => {
                service.ledger.refused(Refusal::TooManyConnections);
            }
            Ok((stream, _)) => {
                service.ledger.connected();
                service.ledger.arrived();
                connect(stream, service, graceful);
            }
            // Out of file descriptors, most likely; the connection stays in the kernel's queue.
            Err(_) => sleep(LOOK).await,
        }
    }
}

fn connect(stream: TcpStream, service: &Arc<Service>, graceful: &GracefulShutdown) {
    // Only costs speed where it fails.
    let _ = stream.set_nodelay(true);
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        // A command that ends does not wait for its last answer.
        .half_close(true)
        .timer(TokioTimer::new())
        .header_read_timeout(service.options.idle_timeout);
    builder
        .http2()
        .timer(TokioTimer::new())
        // A body of the size that SDKs send by default arrives without waiting for windows.
        .initial_stream_window_size(1 << 20)
        .initial_connection_window_size(4 << 20)
        .max_concurrent_streams(100);
    let io = TokioIo::new(Watched::new(stream, Arc::clone(&service.ledger)));
    let requests = Arc::clone(service);
    let connection = builder
        .serve_connection(
            io,
            service_fn(move |request| exchange(Arc::clone(&requests), request)),
        )
        .into_owned();
    let (connection, ledger) = (graceful.watch(connection), Arc::clone(&service.ledger));
    tokio::spawn(async move {
        // Connections that break off are told by their requests.
        if let Err(error) = connection.await
            && error
                .downcast_ref::<hyper::Error>()
                .is_some_and(hyper::Error::is_parse)
        {
            ledger.refused(Refusal::NotHttp);
        }
    });
}

/// Waits until nothing is open and nothing arrives.
async fn quiet(ledger: &Ledger) {
    let (mut looks, mut before) = (0, ledger.arrivals());
    while looks < QUIET {
        sleep(LOOK).await;
        let now = ledger.arrivals();
        looks = if now == before && ledger.is_idle() {
            looks + 1
        } else {
            0
        };
        before = now;
    }
}
