//! A collector of the user's own.

use std::{fmt, str::FromStr};

/// Where a collector listens: `http://HOST[:PORT][/BASE]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collector {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// What stands before the path of each request.
    base: String,
}

/// Why an address is none of a collector: a fragment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoCollector(String);

/// Where a collector listens for HTTP where nothing is said: the port that OpenTelemetry registered.
const PORT: u16 = 4318;

impl Collector {
    /// Host and port, as requests name them.
    pub(crate) fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// The path of a request there.
    pub(crate) fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

impl FromStr for Collector {
    type Err = NoCollector;

    fn from_str(text: &str) -> Result<Collector, NoCollector> {
        let form = "write http://HOST:PORT";
        let refuse = |why: &str| Err(NoCollector(format!("{why}: {form}")));
        if text.starts_with("https://") {
            return refuse(
                "https is not spoken here; a collector on this machine can hand on to one that wants it",
            );
        }
        let Some(rest) = text.strip_prefix("http://") else {
            return refuse("it is no address of a collector");
        };
        let (authority, base) = rest
            .find('/')
            .map_or((rest, ""), |slash| rest.split_at(slash));
        if authority.contains('@') || base.contains(['?', '#']) {
            return refuse("a name, a password, a query or a fragment has no place in it");
        }
        let (host, port) = match authority.rsplit_once(':') {
            // An IPv6 address stands in brackets.
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()),
            _ => (authority, Some(PORT)),
        };
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:[]%".contains(&byte);
        let Some(port) = port.filter(|port| *port > 0) else {
            return refuse("its port is none");
        };
        if host.is_empty()
            || !host.bytes().all(fits)
            || !base.bytes().all(|byte| byte.is_ascii_graphic())
        {
            return refuse("it names no host");
        }
        Ok(Collector {
            host: host.to_owned(),
            port,
            base: base.trim_end_matches('/').to_owned(),
        })
    }
}

impl fmt::Display for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.authority(), self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_host_and_may_have_a_port_and_a_path() {
        for (text, authority, path) in [
            ("http://localhost:4317", "localhost:4317", "/v1/traces"),
            ("http://localhost/", "localhost:4318", "/v1/traces"),
            ("http://[::1]", "[::1]:4318", "/v1/traces"),
            ("http://a.b:80/otlp/", "a.b:80", "/otlp/v1/traces"),
        ] {
            let collector: Collector = text.parse().expect(text);
            assert_eq!(
                (&*collector.authority(), &*collector.path("/v1/traces")),
                (authority, path)
            );
        }
        for text in [
            "localhost:4317",
            "https://localhost",
            "http://",
            "http://:4318",
            "http://a:0",
            "http://a:x",
            "http://me:hunter2@a",
            "http://a/?x",
        ] {
            let told = text.parse::<Collector>().expect_err(text).to_string();
            assert!(told.contains("http://HOST:PORT"), "{told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }
}
