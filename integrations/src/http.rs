//! One message to an HTTP server that other people run: where reports are pushed and hooks call.
//!
//! Every failure is an [`HttpError`] that says what to do and shows no credentials: neither the user and password of an address nor its query, which often is one.
//! Redirects are not followed: a body that was meant for one server goes to no other. Proxies are those of the environment (`HTTP_PROXY`, `HTTPS_PROXY`,
//! `ALL_PROXY`, `NO_PROXY`). TLS is rustls with ring, which a C compiler alone builds, and trusts whom the machine trusts.

use std::{io::Read, time::Duration};

use ureq::{
    Agent,
    http::{Method as Verb, Request, Uri},
    tls::{RootCerts, TlsConfig},
};

/// Of an answer that refuses, as much is read and shown.
const ANSWER_READ: u64 = 4096;
const ANSWER_SHOWN: usize = 300;

/// What is asked of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Take this as well.
    Post,
    /// Have this instead of what was there.
    Put,
}

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// POST or PUT.
    pub method: Method,
    /// `http://` or `https://`; user and password in it are sent as basic authentication.
    pub url: &'a str,
    /// The media type of the body.
    pub content_type: &'a str,
    /// Further headers, name and value.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body.
    pub body: &'a [u8],
    /// For all of it: name look-up, connection, body, answer.
    pub limit: Duration,
}

/// Why a message did not arrive, or was not taken.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address is none.
    #[error("{url} is no address to send to ({what}); it looks like http://host:9091/path")]
    Address {
        /// As given, without credentials.
        url: String,
        /// What is wrong with it.
        what: String,
    },
    /// A header that cannot be sent.
    #[error(
        "header {name:?} cannot be sent: its name or value has characters that headers do not allow"
    )]
    Header {
        /// Its name; the value may be secret.
        name: String,
    },
    /// The server answered, and not with success.
    #[error("{url} answered {status}{}", said(.answer))]
    Refused {
        /// Without credentials.
        url: String,
        /// The HTTP status.
        status: u16,
        /// The beginning of its answer, on one line.
        answer: String,
    },
    /// The time was over.
    #[error("{url} did not answer within {:.3} s", .limit.as_secs_f64())]
    TooLate {
        /// Without credentials.
        url: String,
        /// The limit that was set.
        limit: Duration,
    },
    /// No connection, or it broke.
    #[error("{url} cannot be reached: {what}")]
    Unreachable {
        /// Without credentials.
        url: String,
        /// What the system or TLS says.
        what: String,
    },
}

impl HttpError {
    /// The same with no more than scheme and host of the address that was asked, for addresses whose path is a password, as those of Slack's and Teams' webhooks are.
    #[must_use]
    pub fn of_host(mut self, address: &str) -> HttpError {
        let (url, text) = match &mut self {
            HttpError::Address { url, what } | HttpError::Unreachable { url, what } => {
                (url, Some(what))
            }
            HttpError::Refused { url, answer, .. } => (url, Some(answer)),
            HttpError::TooLate { url, .. } => (url, None),
            HttpError::Header { .. } => return self,
        };
        *url = host(address);
        if let Some(text) = text {
            *text = without_path(text, address);
        }
        self
    }
}

/// Sends a message and waits for the answer; gives its status, which is one of success (200..299).
///
/// # Errors
/// See [`HttpError`].
pub fn send(message: &Message<'_>) -> Result<u16, HttpError> {
    let url = shown(message.url);
    let uri = address(message.url).map_err(|what| HttpError::Address {
        url: url.clone(),
        what,
    })?;
    let mut request = Request::builder()
        .method(match message.method {
            Method::Post => Verb::POST,
            Method::Put => Verb::PUT,
        })
        .uri(uri)
        .header("content-type", message.content_type);
    for (name, value) in message.headers {
        request = request.header(*name, *value);
        if request.headers_ref().is_none() {
            return Err(HttpError::Header {
                name: (*name).to_owned(),
            });
        }
    }
    let request = request.body(message.body).map_err(|_| HttpError::Header {
        name: "content-type".to_owned(),
    })?;
    let agent: Agent = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(message.limit))
        .user_agent(concat!("pss/", env!("CARGO_PKG_VERSION")))
        .tls_config(
            TlsConfig::builder()
                .root_certs(RootCerts::PlatformVerifier)
                .build(),
        )
        .build()
        .into();
    let mut response = agent.run(request).map_err(|error| match error {
        ureq::Error::Timeout(_) => HttpError::TooLate {
            url: url.clone(),
            limit: message.limit,
        },
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => {
            HttpError::TooLate {
                url: url.clone(),
                limit: message.limit,
            }
        }
        error => HttpError::Unreachable {
            url: url.clone(),
            what: silenced(&error.to_string(), message.url),
        },
    })?;
    let status = response.status();
    if status.is_success() {
        return Ok(status.as_u16());
    }
    let mut answer = Vec::new();
    // An answer that breaks off is shown as far as it came: the status is what matters.
    let _ = response
        .body_mut()
        .as_reader()
        .take(ANSWER_READ)
        .read_to_end(&mut answer);
    Err(HttpError::Refused {
        url,
        status: status.as_u16(),
        answer: silenced(&on_one_line(&String::from_utf8_lossy(&answer)), message.url),
    })
}

/// Whether [`send`] would find an address in a text, to tell before the work is done that leads to the message.
///
/// # Errors
/// [`HttpError::Address`].
pub fn check(url: &str) -> Result<(), HttpError> {
    address(url).map(drop).map_err(|what| HttpError::Address {
        url: shown(url),
        what,
    })
}

fn is_address(text: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        text.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

/// An address without user, password, query and fragment.
pub fn shown(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let (scheme, rest) = match url[..end].split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), &url[..end]),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or(authority);
    format!("{scheme}{}", on_one_line(&format!("{host}{path}")))
}

/// Scheme and host of an address.
fn host(url: &str) -> String {
    let shown = shown(url);
    let from = shown.find("://").map_or(0, |at| at + 3);
    match shown[from..].find('/') {
        Some(to) => shown[..from + to].to_owned(),
        None => shown,
    }
}

/// Shorter parts of a path are words of everybody's.
const PART: usize = 8;

/// A text in which nothing is left of an address's path, whole or in part: servers say it back.
fn without_path(text: &str, url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
    let Some((_, path)) = rest.split_once('/') else {
        return text.to_owned();
    };
    let parts = path.split('/').filter(|part| part.len() >= PART);
    [path]
        .into_iter()
        .chain(parts)
        .filter(|secret| !secret.is_empty())
        .fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
}

/// An address that something can be sent to.
pub(crate) fn address(url: &str) -> Result<Uri, String> {
    if !is_address(url) {
        return Err("it does not begin with http:// or https://".to_owned());
    }
    let uri: Uri = url
        .parse()
        .map_err(|error: ureq::http::uri::InvalidUri| error.to_string())?;
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let host = authority.rsplit('@').next().unwrap_or_default();
    let port = host
        .rsplit(']')
        .next()
        .and_then(|rest| rest.split_once(':'));
    // The parser takes digits for a port however many they are.
    match port {
        Some(_) if uri.port_u16().is_none() => Err("its port is none of 0 to 65535".to_owned()),
        _ => Ok(uri),
    }
}

/// A text in which no part of the address that may be secret is left.
fn silenced(text: &str, url: &str) -> String {
    let mut text = text.to_owned();
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = address.split('/').next().unwrap_or_default();
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    let password = user.split_once(':').map_or("", |(_, password)| password);
    for secret in [url, query, user, password] {
        if !secret.is_empty() {
            text = text.replace(secret, "***");
        }
    }
    text
}

fn on_one_line(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let line = words.join(" ");
    match line.char_indices().nth(ANSWER_SHOWN) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

fn said(answer: &str) -> String {
    if answer.is_empty() {
        String::new()
    } else {
        format!(": {answer}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_without_secrets() {
        for (url, wanted) in [
            (
                "http://host:9091/metrics/job/x",
                "http://host:9091/metrics/job/x",
            ),
            ("http://me:pa@ss@host/a", "http://host/a"),
            ("https://host/hook?token=abc#part", "https://host/hook"),
            ("https://token@host", "https://host"),
            ("me:secret@host/a", "host/a"),
            ("http://host/a@b", "http://host/a@b"),
        ] {
            assert_eq!(shown(url), wanted);
        }
    }

    #[test]
    fn ports_are_of_sixteen_bits() {
        for url in [
            "http://host:99999/x",
            "http://me:word@host:/",
            "http://[::1]:70000",
        ] {
            let told = check(url).expect_err("no port").to_string();
            assert!(told.contains("its port is none of 0 to 65535"), "{told}");
        }
        for url in [
            "http://host:65535/x",
            "http://me:word@host/",
            "http://[::1]",
            "http://h/a:b",
        ] {
            assert!(check(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn what_others_say_is_shown_without_secrets() {
        let url = "http://me:word@host/hook?token=abc";
        let text = silenced(
            "bad uri: http://me:word@host/hook?token=abc, me:word, token=abc",
            url,
        );
        assert_eq!(text, "bad uri: ***, ***, ***");
    }

    #[test]
    fn of_a_hook_scheme_and_host_are_shown_alone() {
        let url = "https://me:word@hooks.example/services/T0/longsecret?token=abc";
        let refused = HttpError::Refused {
            url: shown(url),
            status: 404,
            answer: "no /services/T0/longsecret, no longsecret".to_owned(),
        };
        assert_eq!(
            refused.of_host(url).to_string(),
            "https://hooks.example answered 404: no /***, no ***"
        );
        for (url, says) in [
            ("hooks.example/longsecret", "hooks.example is no address"),
            (
                "ftp://hooks.example/longsecret",
                "ftp://hooks.example is no",
            ),
        ] {
            let told = check(url).expect_err("no address").of_host(url).to_string();
            assert!(
                told.starts_with(says) && !told.contains("longsecret"),
                "{told}"
            );
        }
    }

    #[test]
    fn files_are_no_addresses() {
        assert!(is_address("http://host") && is_address("HTTPS://host/x"));
        assert!(!is_address("http.prom") && !is_address("+out") && !is_address("ftp://host/x"));
    }
}
