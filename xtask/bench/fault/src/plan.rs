//! [`Plan`]: what the command line asks for.

use std::net::SocketAddr;
use std::time::Duration;

use crate::Result;

/// Which requests, how many a second, for how long.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    /// Where to; connections are shared out among several.
    pub(crate) addresses: Vec<SocketAddr>,
    /// The whole request, as bytes.
    pub(crate) request: Vec<u8>,
    /// Requests a second.
    pub(crate) rate: f64,
    /// Connections that are opened before the first request.
    pub(crate) connections: usize,
    /// The first so long isn't counted.
    pub(crate) warm: Duration,
    /// What is counted.
    pub(crate) measured: Duration,
    /// An answer that comes later than this after it was due is no good any more.
    pub(crate) patience: Duration,
}

const USAGE: &str = "load --address HOST:PORT --rate N [--path /] [--method GET] \
    [--header 'name: value'] [--connections 100] [--warm SECONDS] [--seconds 5] [--patience MS]";

impl Plan {
    /// Reads the command line.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        let mut plan = Self {
            addresses: Vec::new(),
            request: Vec::new(),
            rate: 0.0,
            connections: 100,
            warm: Duration::ZERO,
            measured: Duration::from_secs(5),
            patience: Duration::from_secs(1),
        };
        let (mut method, mut path, mut headers) = ("GET", "/", String::new());
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            let value = arguments
                .next()
                .ok_or_else(|| format!("{name} wants a value: {USAGE}"))?;
            match name.as_str() {
                "--address" => plan.addresses.push(value.parse()?),
                "--rate" => plan.rate = value.parse()?,
                "--connections" => plan.connections = value.parse()?,
                "--warm" => plan.warm = Duration::try_from_secs_f64(value.parse()?)?,
                "--seconds" => plan.measured = Duration::try_from_secs_f64(value.parse()?)?,
                "--patience" => plan.patience = Duration::from_millis(value.parse()?),
                "--method" => method = value,
                "--path" => path = value,
                "--header" => headers += &format!("{value}\r\n"),
                _ => return Err(format!("there is no {name}: {USAGE}").into()),
            }
        }
        let length = if method == "GET" {
            ""
        } else {
            "content-length: 0\r\n"
        };
        plan.request =
            format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{length}{headers}\r\n").into();
        plan.check()
    }

    fn check(self) -> Result<Self> {
        if self.addresses.is_empty() || !self.rate.is_finite() || self.rate <= 0.0 {
            return Err(format!("an address and a rate above 0 are needed: {USAGE}").into());
        }
        if self.connections == 0 {
            return Err("at least one connection is needed".into());
        }
        Ok(self)
    }

    /// How many requests there are in all.
    pub(crate) fn requests(&self) -> u64 {
        ((self.warm + self.measured).as_secs_f64() * self.rate) as u64
    }

    /// When, after the beginning, a request is due.
    pub(crate) fn due(&self, number: u64) -> Duration {
        Duration::from_secs_f64(number as f64 / self.rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Plan> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        Plan::parse(&words)
    }

    #[test]
    fn requests_are_due_evenly() {
        let line = "--address 127.0.0.1:1 --rate 200 --warm 1 --seconds 2.5 --path /a";
        let plan = parse(line).unwrap();
        assert_eq!(plan.requests(), 700);
        assert_eq!(plan.due(200), Duration::from_secs(1));
        assert!(plan.request.starts_with(b"GET /a HTTP/1.1\r\n"));
        assert!(plan.request.ends_with(b"\r\n\r\n"));
    }

    #[test]
    fn what_cannot_be_offered_is_refused() {
        for line in [
            "--rate 1",
            "--address 127.0.0.1:1",
            "--address 127.0.0.1:1 --rate -3",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
