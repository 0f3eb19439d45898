//! One request and its answer.

use std::{convert::Infallible, sync::Arc, time::Duration};

use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    http::request::Parts,
};
use pss_integrations::formats::otlp::Signal;
use tokio::{sync::oneshot, time::timeout};

use crate::{
    Options, answer,
    body::{Whole, discard, read},
    budget::Budget,
    forward::Copied,
    grpc,
    payload::Payload,
    refusal::{Refusal, Refused},
    route::{Route, Transport, route},
    sink::Taken,
    tee::Tee,
    ticket::{Ledger, Ticket},
    workers::{Job, Queue},
};

/// How long an emitter that was refused is listened to, so that it comes to read why.
const LISTEN: Duration = Duration::from_secs(2);

/// What all requests share.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) options: Options,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) budget: Arc<Budget>,
    pub(crate) queue: Queue,
    pub(crate) tee: Option<Tee>,
}

/// Answers a request.
pub(crate) async fn exchange(
    service: Arc<Service>,
    request: Request<Incoming>,
) -> Result<Response<Payload>, Infallible> {
    let ticket = service.ledger.ticket();
    let (head, mut body) = request.into_parts();
    let transport = Transport::of(&head);
    Ok(match receive(&service, &ticket, &head, &mut body).await {
        Ok((route, taken)) => {
            answer::accepted(route.transport, route.signal, taken.unusable.as_ref())
        }
        Err(refused) => {
            ticket.refuse(refused.refusal);
            if !matches!(refused.refusal, Refusal::Slow | Refusal::CutOff) {
                // Whatever comes of it, the answer is the same.
                let _ = timeout(LISTEN, discard(&mut body, service.options.largest_body)).await;
            }
            answer::refused(transport, &refused)
        }
    })
}

async fn receive(
    service: &Service,
    ticket: &Arc<Ticket>,
    head: &Parts,
    body: &mut Incoming,
) -> Result<(Route, Taken), Refused> {
    let route = route(head)?;
    let Options {
        largest_body,
        request_timeout,
        ..
    } = service.options;
    let copied = |bytes: &Bytes| {
        service.tee.as_ref().map(|_| Copied {
            path: head
                .uri
                .path_and_query()
                .map_or_else(|| head.uri.path().to_owned(), ToString::to_string),
            is_grpc: route.transport == Transport::Grpc,
            headers: head.headers.clone(),
            bytes: bytes.clone(),
        })
    };
    let slow = |_| {
        Refused::new(
            Refusal::Slow,
            format!("the body did not arrive within {request_timeout:?}"),
        )
    };
    if route.signal == Signal::Logs && service.tee.is_none() {
        timeout(request_timeout, discard(body, largest_body))
            .await
            .map_err(slow)??;
        ticket.accept(Signal::Logs, 0, &Taken::default());
        return Ok((route, Taken::default()));
    }
    let mut held = service.budget.hold();
    let (limit, is_grpc) = match route.transport {
        Transport::Grpc => (largest_body.saturating_add(grpc::PREFIX), true),
        Transport::Http(_) => (largest_body, false),
    };
    let bytes = timeout(request_timeout, read(body, limit, &mut held))
        .await
        .map_err(slow)??;
    let copied = copied(&bytes);
    let hand_on = || {
        if let (Some(tee), Some(copied)) = (&service.tee, copied) {
            tee.offer(copied);
        }
    };
    if route.signal == Signal::Logs {
        ticket.accept(Signal::Logs, 0, &Taken::default());
        hand_on();
        return Ok((route, Taken::default()));
    }
    let whole = if is_grpc {
        grpc::unframed(bytes, route.gzip)?
    } else {
        Whole {
            bytes,
            start: 0,
            gzip: route.gzip,
        }
    };
    let (reply, replied) = oneshot::channel();
    service.queue.push(Job {
        ticket: Arc::clone(ticket),
        route,
        whole,
        held,
        reply,
    })?;
    let outcome = replied.await.unwrap_or_else(|_| {
        Err(Refused::new(
            Refusal::Stopped,
            "the receiver was stopped before the body was read",
        ))
    });
    outcome.map(|taken| {
        hand_on();
        (route, taken)
    })
}
