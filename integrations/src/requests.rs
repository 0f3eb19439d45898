//! The same request to one HTTP server again and again, from many threads, over connections that are kept: what load is made of.
//!
//! The client is `ureq`, as for messages ([`crate::http`]): it blocks, and so needs no runtime beside the threads that arrivals have anyway, and what it does is
//! done in the thread that measures.

use std::{io, sync::OnceLock, time::Duration};

use ureq::{
    Agent, Error,
    config::Config,
    http::{HeaderName, HeaderValue, Method, Request, Uri},
    tls::{RootCerts, TlsConfig},
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

use crate::http::{address, shown};

/// A request, ready to be sent again and again.
#[derive(Debug)]
pub struct Requests {
    agent: Agent,
    request: Request<Vec<u8>>,
}

/// Why a request that was never sent cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// No address.
    #[error("{url} is no address ({what}); it looks like http://127.0.0.1:8080/path")]
    Address {
        /// As given, without credentials.
        url: String,
        /// What is wrong with it.
        what: String,
    },
    /// A method or header that HTTP does not allow.
    #[error("{what} has characters that HTTP does not allow")]
    Characters {
        /// The method, or the header's name.
        what: String,
    },
}

impl Requests {
    /// A request that may take so long, and of whose connections so many are kept.
    ///
    /// # Errors
    /// An address, method or header that cannot be sent.
    pub fn new(
        method: &str,
        url: &str,
        headers: &[(String, String)],
        body: &[u8],
        limit: Duration,
        connections: usize,
    ) -> Result<Requests, RequestError> {
        let mut request = Request::new(body.to_vec());
        *request.method_mut() =
            Method::from_bytes(method.as_bytes()).map_err(|_| characters(method))?;
        *request.uri_mut() = uri(url)?;
        for (name, value) in headers {
            let (key, value) = header(name, value)?;
            request.headers_mut().append(key, value);
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // A service is measured, and not what stands before it.
            .proxy(None)
            .timeout_global(Some(limit))
            .max_idle_connections(connections)
            .max_idle_connections_per_host(connections)
            .allow_non_standard_methods(true)
            .user_agent(concat!("pss/", env!("CARGO_PKG_VERSION")))
            .tls_config(
                TlsConfig::builder()
                    .root_certs(RootCerts::PlatformVerifier)
                    .build(),
            )
            .build();
        let agent = Agent::with_parts(config, DefaultConnector::default(), Once::default());
        Ok(Requests { agent, request })
    }

    /// Sends it, reads the answer to its end, and gives its status.
    ///
    /// # Errors
    /// Why there was no answer, the same text for the same reason.
    pub fn send(&self) -> Result<u16, String> {
        let answer = if self.request.body().is_empty() {
            let (parts, _) = self.request.clone().into_parts();
            self.agent.run(Request::from_parts(parts, ()))
        } else {
            self.agent.run(self.request.clone())
        };
        let mut answer = answer.map_err(|error| reason(&error))?;
        let status = answer.status().as_u16();
        // Only a connection whose answer was read to its end can be used again.
        io::copy(&mut answer.body_mut().as_reader(), &mut io::sink())
            .map_err(|error| said(&error))?;
        Ok(status)
    }
}

/// What is wrong with an address.
///
/// # Errors
/// [`RequestError::Address`].
pub fn check_address(url: &str) -> Result<(), RequestError> {
    uri(url).map(drop)
}

/// What is wrong with a header.
///
/// # Errors
/// [`RequestError::Characters`] with its name; the value may be secret.
pub fn check_header(name: &str, value: &str) -> Result<(), RequestError> {
    header(name, value).map(drop)
}

fn uri(url: &str) -> Result<Uri, RequestError> {
    address(url).map_err(|what| RequestError::Address {
        url: shown(url),
        what,
    })
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), RequestError> {
    let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| characters(name))?;
    let value = HeaderValue::from_str(value).map_err(|_| characters(name))?;
    Ok((key, value))
}

fn characters(what: &str) -> RequestError {
    RequestError::Characters {
        what: what.to_owned(),
    }
}

/// Looks the host up once. `ureq` looks it up for each request, in a thread of its own where there is a limit of time, also where a connection is there already;
/// and it is the service that is measured, and not the name server.
#[derive(Debug, Default)]
struct Once {
    resolver: DefaultResolver,
    known: OnceLock<ResolvedSocketAddrs>,
}

impl Resolver for Once {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        if let Some(known) = self.known.get() {
            return Ok(known.clone());
        }
        let found = self.resolver.resolve(uri, config, timeout)?;
        Ok(self.known.get_or_init(|| found).clone())
    }
}

fn reason(error: &Error) -> String {
    match error {
        Error::Timeout(_) => "no answer in time".to_owned(),
        Error::Io(error) => said(error),
        Error::HostNotFound => "the host was not found".to_owned(),
        error => error.to_string(),
    }
}

fn said(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => "connection reset".to_owned(),
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "no answer in time".to_owned(),
        io::ErrorKind::UnexpectedEof => "the answer broke off".to_owned(),
        _ => error.to_string(),
    }
}
