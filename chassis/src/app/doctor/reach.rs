//! Reaching what lies elsewhere: a connection, and one question that changes nothing.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{CONNECTION, DATE, HOST};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::patient::Patient;
use crate::context::Env;
use crate::discovery::Address;

/// Instances of one service that are asked: more say nothing new.
const INSTANCES: usize = 16;

/// Bytes of an answer's body that are read.
const BODY: usize = 4 << 20;

/// What an instance, or a collector, answered.
#[derive(Debug)]
pub(super) struct Reached {
    /// The contract of the client, or `traces.url`.
    pub(super) name: String,
    pub(super) address: Address,
    pub(super) outcome: Outcome,
    pub(super) took: Duration,
}

/// How far the question came.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It answered, with this status.
    Answered {
        status: u16,
        /// How much its clock is ahead of ours, in seconds, and how much of it is the resolution
        /// of its `Date`.
        ahead: Option<f64>,
    },
    /// A connection was opened, but what came over it is no HTTP.
    NoHttp(String),
    /// The name is not known, or was not looked up in time. The check of DNS says it.
    Unresolved,
    Unreachable(String),
}

/// Reaches everything that the patient needs of others.
pub(super) async fn all(patient: &Patient) -> Vec<Reached> {
    let mut asking = JoinSet::new();
    let limit = (*patient.settings.doctor.timeout).mul_f64(0.8);
    for remote in patient.remotes() {
        for address in remote.addresses.into_iter().take(INSTANCES) {
            let (env, name) = (patient.env.clone(), remote.contract.to_owned());
            // As the client does it, a little more patient: it is asked once.
            let patience = (remote.connect_timeout * 2).min(limit);
            asking.spawn(one(env, name, address, patience, limit));
        }
    }
    if let Some(address) = super::checks::collector::address(patient) {
        let name = "traces.url".to_owned();
        asking.spawn(one(patient.env.clone(), name, address, limit, limit));
    }
    let mut reached = asking.join_all().await;
    reached.sort_by(|a, b| (&a.name, &a.address).cmp(&(&b.name, &b.address)));
    reached
}

async fn one(
    env: Env,
    name: String,
    address: Address,
    patience: Duration,
    limit: Duration,
) -> Reached {
    let began = env.now();
    let outcome = match connect(&address, patience).await {
        Ok(stream) => match tokio::time::timeout(limit, ask(stream, &address)).await {
            Ok(Ok((status, date))) => Outcome::Answered {
                status,
                ahead: date.map(|date| ahead(date, env.wall())),
            },
            Ok(Err(why)) => Outcome::NoHttp(why),
            Err(_) => Outcome::NoHttp(format!("no answer within {limit:?}")),
        },
        Err(outcome) => outcome,
    };
    let took = env.now().saturating_duration_since(began);
    Reached {
        name,
        address,
        outcome,
        took,
    }
}

async fn connect(address: &Address, patience: Duration) -> Result<TcpStream, Outcome> {
    let late = |_| Outcome::Unreachable(format!("no connection within {patience:?}"));
    let addresses: Vec<SocketAddr> = match address.socket() {
        Some(socket) => vec![socket],
        None => {
            let looking = tokio::net::lookup_host((address.host(), address.port()));
            match tokio::time::timeout(patience, looking).await {
                Ok(Ok(found)) => found.collect(),
                _ => return Err(Outcome::Unresolved),
            }
        }
    };
    match tokio::time::timeout(patience, TcpStream::connect(&addresses[..])).await {
        Ok(connected) => connected.map_err(|error| Outcome::Unreachable(plainly(&error))),
        Err(elapsed) => Err(late(elapsed)),
    }
}

/// `HEAD /`: safe by HTTP's own rules, and any status is an answer.
async fn ask(stream: TcpStream, address: &Address) -> Result<(u16, Option<SystemTime>), String> {
    let (status, headers, _) = exchange(stream, "HEAD", "/", &address.to_string()).await?;
    Ok((status, date(&headers)))
}

/// `GET path` of a listener on this machine: its status and body.
pub(super) async fn get(address: SocketAddr, path: &str, limit: Duration) -> Option<(u16, String)> {
    let asking = async {
        let stream = TcpStream::connect(address).await.ok()?;
        let (status, _, body) = exchange(stream, "GET", path, &address.to_string())
            .await
            .ok()?;
        Some((status, String::from_utf8_lossy(&body).into_owned()))
    };
    tokio::time::timeout(limit, asking).await.ok().flatten()
}

async fn exchange(
    stream: TcpStream,
    method: &str,
    path: &str,
    host: &str,
) -> Result<(u16, HeaderMap, Vec<u8>), String> {
    let said = |error: hyper::Error| error.to_string();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(said)?;
    let request = http::Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, host)
        .header(CONNECTION, "close")
        .body(Empty::<bytes::Bytes>::new())
        .map_err(|error| error.to_string())?;
    let asking = async {
        let answer = sender.send_request(request).await.map_err(said)?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, BODY).collect().await;
        let body = body.map_err(|error| error.to_string())?.to_bytes().to_vec();
        Ok((head.status.as_u16(), head.headers, body))
    };
    tokio::pin!(asking, connection);
    tokio::select! {
        answer = &mut asking => answer,
        _ = &mut connection => asking.await,
    }
}

/// Seconds by which `date` is ahead of `now`. It has no fractions of a second: within the second
/// that it names, it is not ahead.
fn ahead(date: SystemTime, now: SystemTime) -> f64 {
    match date.duration_since(now) {
        Ok(ahead) => ahead.as_secs_f64(),
        Err(behind) => -(behind.duration().as_secs_f64() - 1.0).max(0.0),
    }
}

/// `Date: Sat, 21 Nov 2026 12:50:13 GMT` (RFC 9110, 5.6.7).
fn date(headers: &HeaderMap) -> Option<SystemTime> {
    let text = headers.get(DATE)?.to_str().ok()?;
    let mut parts = text.split_once(", ")?.1.split_ascii_whitespace();
    let day: u64 = parts.next()?.parse().ok()?;
    let month = parts.next()?;
    let year: u64 = parts.next()?.parse().ok()?;
    let mut time = parts.next()?.splitn(3, ':').map(str::parse::<u64>);
    let mut next = || time.next()?.ok();
    let (hour, minute, second) = (next()?, next()?, next()?);
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month = 1 + MONTHS.iter().position(|name| *name == month)? as u64;
    let days = days_since_1970(year, month, day)?;
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// Days from 1970-01-01, by the proleptic Gregorian calendar: years are counted from March on, so
/// that the leap day is the last of one.
fn days_since_1970(year: u64, month: u64, day: u64) -> Option<u64> {
    if !(1970..10_000).contains(&year) || !(1..=31).contains(&day) {
        return None;
    }
    let (year, month) = match month {
        1 | 2 => (year - 1, month + 9),
        _ => (year, month - 3),
    };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day;
    // The same count at 1970-01-01.
    days.checked_sub(719_469)
}

/// An error of the system in words, without its number.
pub(super) fn plainly(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(at) => text[..at].to_lowercase(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, text.parse().ok()?);
        let at = date(&headers)?;
        Some(at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
    }

    #[test]
    fn dates_are_read() {
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Thu, 29 Feb 2024 23:59:59 GMT", Some(1_709_251_199)),
            ("Fri, 01 Mar 2024 00:00:00 GMT", Some(1_709_251_200)),
            ("yesterday", None),
            ("Sun, 06 Foo 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1 08:49:37 GMT", None),
        ] {
            assert_eq!(read(text), seconds, "{text}");
        }
    }

    #[test]
    fn a_clock_within_the_named_second_is_not_ahead() {
        let at = |ms| SystemTime::UNIX_EPOCH + Duration::from_millis(ms);
        assert_eq!(ahead(at(5_000), at(5_900)), 0.0);
        assert_eq!(ahead(at(5_000), at(8_000)), -2.0);
        assert_eq!(ahead(at(9_000), at(5_000)), 4.0);
    }
}
