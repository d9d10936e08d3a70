//! [`Client`]: where calls by URL lead.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use http::Method;
use reqwest::Url;

use super::request::RequestBuilder;
use super::verbs;
use crate::config::{Config, Findings};
use crate::context::Trust;
use crate::contract::ContractInfo;
use crate::discovery::{Address, Instance, Watch};
use crate::http::client::target::open_tls;
use crate::http::client::{Endpoints, HttpTransport, Observed, Remote, Settings};
use crate::http::tls::ClientTls;
use crate::policy::Stack;
use crate::policy::stack::Mistake;
use crate::telemetry::Telemetry;
use crate::{CallError, Error, Result};

/// Calls by URL, to services that have no contract here. A cheap clone.
///
/// `app.http("payments-api")` makes one of the section `[client.payments-api]`: pool, timeouts,
/// retries, breaker, TLS, all as a contract's client has them. With `url` set there, requests name
/// paths below it, and no other server is called; without, they name whole URLs, and each server has
/// its own breaker and budget.
///
/// A callee is a stranger: it is told the trace and nothing else of the context. See
/// [`trust`](Self::trust).
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    trust: Trust,
}

struct Shared {
    contract: &'static ContractInfo,
    base: Option<Url>,
    settings: ArcSwap<Settings>,
    telemetry: Telemetry,
    /// Opened when the client is made, so that what is wrong is found then, if it is needed.
    tls: std::result::Result<ClientTls, String>,
    servers: Mutex<Servers>,
}

/// What is seen of a client with a `url`.
pub(crate) struct Shown {
    pub(crate) contract: &'static ContractInfo,
    pub(crate) url: String,
    pub(crate) watch: Watch,
    pub(crate) observed: Arc<Observed>,
    pub(crate) stack: Arc<Stack>,
    pub(crate) endpoints: Arc<Endpoints>,
}

/// The servers that were called, by `scheme://host:port` and how far they are trusted.
#[derive(Default)]
struct Servers {
    known: HashMap<(Trust, String), (Arc<HttpTransport>, u64)>,
    /// Counts the calls, to know which was called last.
    calls: u64,
}

/// How many servers are remembered; beyond it, the one that was not called for longest is forgotten
/// with its connections.
const SERVERS: usize = 256;

impl Client {
    /// A client for any URL, with default settings, in a program that has no [`App`](crate::App).
    pub fn new(telemetry: &Telemetry) -> Self {
        let settings = Settings::default();
        let tls = open_tls("http", &settings);
        Self::with("http", None, settings, telemetry, tls)
    }

    /// What is set of the client called `name`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with section `[client]` or cannot work.
    pub(crate) fn configured(
        config: &Config,
        name: &str,
    ) -> std::result::Result<Settings, Findings> {
        Settings::of(config, verbs::contract(name))
    }

    /// The client called `name`.
    ///
    /// # Errors
    ///
    /// When its `url` or its TLS is wrong.
    pub(crate) fn open(name: &str, settings: Settings, telemetry: &Telemetry) -> Result<Self> {
        let base = settings.url.as_deref().map(|url| base(name, url));
        let base = base.transpose()?;
        let tls = open_tls(name, &settings);
        if let (Some("https"), Err(problem)) = (base.as_ref().map(Url::scheme), &tls) {
            return Err(Error::configuration(problem.clone()));
        }
        Ok(Self::with(name, base, settings, telemetry, tls))
    }

    fn with(
        name: &str,
        base: Option<Url>,
        settings: Settings,
        telemetry: &Telemetry,
        tls: std::result::Result<ClientTls, String>,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                contract: verbs::contract(name),
                base,
                settings: ArcSwap::from_pointee(settings),
                telemetry: telemetry.clone(),
                tls,
                servers: Mutex::default(),
            }),
            trust: Trust::Edge,
        }
    }

    /// The same, with other trust in the callees. [`Trust::Edge`], the default, tells them the trace
    /// and nothing else; [`Trust::Mesh`] the whole context: baggage, what is left of the deadline,
    /// request id, priority. Its connections are its own.
    #[must_use]
    pub fn trust(&self, trust: Trust) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            trust,
        }
    }

    /// Changes the policies to what `settings` say, for all servers, while calls are under way.
    ///
    /// # Errors
    ///
    /// The first [`Mistake`]; then the servers from there on keep theirs.
    pub(crate) fn update(&self, settings: &Settings) -> std::result::Result<(), Mistake> {
        let servers = self.servers();
        for (server, _) in servers.known.values() {
            server.adjust()(settings)?;
        }
        self.shared.settings.store(Arc::new(settings.clone()));
        Ok(())
    }

    /// The settings that hold now.
    pub(crate) fn settings(&self) -> Arc<Settings> {
        self.shared.settings.load_full()
    }

    fn servers(&self) -> MutexGuard<'_, Servers> {
        let servers = self.shared.servers.lock();
        servers.unwrap_or_else(PoisonError::into_inner)
    }

    /// A request with GET. `url` is a path below the client's own URL, or a whole URL.
    pub fn get(&self, url: impl AsRef<str>) -> RequestBuilder {
        self.request(Method::GET, url)
    }

    /// A request with HEAD: as [`get`](Self::get), without the body of the answer.
    pub fn head(&self, url: impl AsRef<str>) -> RequestBuilder {
        self.request(Method::HEAD, url)
    }

    /// A request with POST. It is repeated only with an
    /// [`idempotency_key`](RequestBuilder::idempotency_key), or where nothing was sent.
    pub fn post(&self, url: impl AsRef<str>) -> RequestBuilder {
        self.request(Method::POST, url)
    }

    /// A request with PUT.
    pub fn put(&self, url: impl AsRef<str>) -> RequestBuilder {
        self.request(Method::PUT, url)
    }

    /// A request with PATCH. It is repeated as a [`post`](Self::post) is.
    pub fn patch(&self, url: impl AsRef<str>) -> RequestBuilder {
        self.request(Method::PATCH, url)
    }

    /// A request with DELETE.
    pub fn delete(&self, url: impl AsRef<str>) -> RequestBuilder {
        self.request(Method::DELETE, url)
    }

    /// A request with another method. What is wrong with it is said when it is sent.
    pub fn request(&self, method: Method, url: impl AsRef<str>) -> RequestBuilder {
        let url = self.url(url.as_ref());
        RequestBuilder::new(self.clone(), method, url)
    }

    /// Its name: `payments-api`.
    pub fn name(&self) -> &'static str {
        self.shared.contract.name
    }

    /// What the page shows of it: the server that its `url` names.
    pub(crate) fn shown(&self) -> Option<Shown> {
        let base = self.shared.base.as_ref()?;
        let server = self.server(base).ok()?;
        Some(Shown {
            contract: self.contract(),
            url: base.to_string(),
            watch: server.watch().clone(),
            observed: server.observed(),
            stack: Arc::clone(server.stack()),
            endpoints: server.endpoints(),
        })
    }

    pub(crate) fn contract(&self) -> &'static ContractInfo {
        self.shared.contract
    }

    pub(super) fn telemetry(&self) -> &Telemetry {
        &self.shared.telemetry
    }

    pub(super) fn wrong(&self, reason: impl Into<String>) -> CallError {
        CallError::Request {
            service: self.name().to_owned(),
            reason: reason.into(),
        }
    }

    /// The whole URL of `given`.
    fn url(&self, given: &str) -> std::result::Result<Url, CallError> {
        let Some(base) = &self.shared.base else {
            return self.any(given);
        };
        if let Ok(url) = Url::parse(given) {
            return match url.origin() == base.origin() {
                true => Ok(url),
                false => Err(self.wrong(format!(
                    "{} is not below {base}; a client with a `url` calls no other server, so that a \
                     URL from outside leads nowhere else",
                    origin(&url)
                ))),
            };
        }
        let (path, query) = match given.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (given, None),
        };
        let mut url = base.clone();
        // Never resolved against the base: `//host` and `/` would leave it.
        let whole = format!(
            "{}/{}",
            base.path().trim_end_matches('/'),
            path.trim_start_matches('/')
        );
        let whole = match path.is_empty() {
            true => base.path().to_owned(),
            false => whole,
        };
        url.set_path(&whole);
        url.set_query(query);
        Ok(url)
    }

    fn any(&self, given: &str) -> std::result::Result<Url, CallError> {
        let url = Url::parse(given).map_err(|error| {
            self.wrong(format!(
                "its URL is not valid ({error}); expected https://HOST/PATH"
            ))
        })?;
        match (url.scheme(), url.host_str()) {
            ("http" | "https", Some(_)) => Ok(url),
            (scheme, _) => Err(self.wrong(format!(
                "its URL has the scheme `{scheme}:`; expected http:// or https://"
            ))),
        }
    }

    /// What carries calls to the server of `url`.
    pub(super) fn server(&self, url: &Url) -> std::result::Result<Arc<HttpTransport>, CallError> {
        let key = (self.trust, origin(url));
        let mut servers = self.servers();
        servers.calls += 1;
        let now = servers.calls;
        if let Some((known, last)) = servers.known.get_mut(&key) {
            *last = now;
            return Ok(Arc::clone(known));
        }
        let server = Arc::new(self.open_server(url)?);
        if servers.known.len() >= SERVERS {
            let oldest = servers.known.iter().min_by_key(|(_, (_, last))| *last);
            let oldest = oldest.map(|(key, _)| key.clone());
            oldest.and_then(|key| servers.known.remove(&key));
        }
        servers.known.insert(key, (Arc::clone(&server), now));
        Ok(server)
    }

    #[cfg_attr(
        not(feature = "tls"),
        expect(
            unreachable_code,
            unused_mut,
            reason = "without TLS there is nothing to be given"
        )
    )]
    fn open_server(&self, url: &Url) -> std::result::Result<HttpTransport, CallError> {
        let shared = &*self.shared;
        let (host, port) = (
            url.host_str().unwrap_or_default(),
            url.port_or_known_default(),
        );
        let address: Address = format!("{host}:{}", port.unwrap_or(80))
            .parse()
            .map_err(|error| self.wrong(format!("{error}")))?;
        let name = self.name();
        let shown = address.to_string();
        let instance = Instance::new(name, shown.clone(), address);
        let mut remote = Remote::of(&shown, Watch::fixed(name, vec![instance]));
        if url.scheme() == "https" {
            let tls = shared.tls.as_ref().map_err(|problem| self.wrong(problem))?;
            remote = remote.with_tls(tls.clone());
        }
        let (settings, telemetry) = (Settings::clone(&self.settings()), shared.telemetry.clone());
        // Servers that are called by whole URLs share a name, so only one by its own is watched.
        let open = match shared.base {
            Some(_) => HttpTransport::new,
            None => HttpTransport::unwatched,
        };
        let transport = open(shared.contract, remote, settings, telemetry);
        Ok(transport.trusting(self.trust))
    }
}

/// `https://host:8443`.
fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn base(name: &str, url: &str) -> Result<Url> {
    let wrong = |what: &str| Error::configuration(format!("client.{name}.url: {what}"));
    let parsed = Url::parse(url).map_err(|error| {
        wrong(&format!(
            "not a URL ({error}); expected https://HOST/PREFIX"
        ))
    })?;
    if !matches!(parsed.scheme(), "http" | "https") || parsed.host_str().is_none() {
        return Err(wrong("expected https://HOST/PREFIX or http://HOST/PREFIX"));
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(wrong(
            "user and password have no place in it; send them as a header",
        ));
    }
    if parsed.query().is_some() || parsed.fragment().is_some() {
        return Err(wrong("a query has no place in it"));
    }
    Ok(parsed)
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = self.shared.base.as_ref().map(Url::as_str);
        f.debug_struct("Client")
            .field("name", &self.name())
            .field("url", &base)
            .finish_non_exhaustive()
    }
}
