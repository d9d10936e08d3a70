//! Where a running service listens.

use std::fmt;
use std::net::SocketAddr;

/// One of the three listeners of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listener {
    /// What the service serves.
    Service,
    /// `/livez`, `/readyz`, `/startupz`, `/metrics`.
    Probe,
    /// The admin pages.
    Admin,
}

/// Where a running service listens: one entry a process and listener, in the order of starting.
#[derive(Debug, Clone, Default)]
pub struct Listeners(Vec<Entry>);

#[derive(Debug, Clone)]
struct Entry {
    process: String,
    components: Vec<String>,
    listener: Listener,
    url: String,
}

impl Listener {
    const ALL: [Self; 3] = [Self::Service, Self::Probe, Self::Admin];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Probe => "probe",
            Self::Admin => "admin",
        }
    }

    /// The listener and URL in a line that [`Listeners`] printed for process `name`.
    pub(super) fn parse(name: &str, line: &[u8]) -> Option<(Self, String)> {
        let line = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
        let (word, url) = line
            .strip_prefix(name)?
            .strip_prefix(": ")?
            .split_once(' ')?;
        let listener = Self::ALL
            .into_iter()
            .find(|listener| listener.name() == word)?;
        url.starts_with("http://")
            .then(|| (listener, url.to_owned()))
    }
}

impl Listeners {
    /// The URL under which component (or service) `name` is served: `http://127.0.0.1:8080`.
    pub fn service(&self, name: &str) -> Option<&str> {
        self.url(Listener::Service, name)
    }

    /// The URL of the probe listener of the process that runs `name`.
    pub fn probe(&self, name: &str) -> Option<&str> {
        self.url(Listener::Probe, name)
    }

    /// The URL of the admin listener of the process that runs `name`.
    pub fn admin(&self, name: &str) -> Option<&str> {
        self.url(Listener::Admin, name)
    }

    /// The URLs of one kind of listener: one, unless the service was split.
    pub fn of(&self, listener: Listener) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |entry| entry.listener == listener)
            .map(|entry| &*entry.url)
    }

    /// Each listener with its kind, the service's own first.
    pub(super) fn kinds(&self) -> impl Iterator<Item = (Listener, String)> {
        let of = |kind| self.0.iter().filter(move |entry| entry.listener == kind);
        let all = Listener::ALL.into_iter().flat_map(of);
        all.map(|entry| (entry.listener, entry.url.clone()))
    }

    /// Adds a listener of a process that runs one component.
    pub(super) fn add(&mut self, process: &str, listener: Listener, url: String) {
        self.add_shared(process, &[process.to_owned()], listener, url);
    }

    /// Adds a listener that `components` share.
    pub(super) fn add_shared(
        &mut self,
        process: &str,
        components: &[String],
        listener: Listener,
        url: String,
    ) {
        let (process, components) = (process.to_owned(), components.to_vec());
        self.0.push(Entry {
            process,
            components,
            listener,
            url,
        });
    }

    fn url(&self, listener: Listener, name: &str) -> Option<&str> {
        let mut own = self.0.iter().filter(|entry| entry.listener == listener);
        own.find(|entry| entry.process == name || entry.components.iter().any(|c| c == name))
            .map(|entry| &*entry.url)
    }
}

/// One line a listener, the service's own first: `shop: service http://127.0.0.1:8080`.
impl fmt::Display for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        for kind in Listener::ALL {
            for Entry {
                process,
                listener,
                url,
                ..
            } in &self.0
            {
                if *listener == kind {
                    write!(f, "{gap}{process}: {} {url}", kind.name())?;
                    gap = "\n";
                }
            }
        }
        Ok(())
    }
}

/// `http://host:port`.
pub(super) fn url(address: SocketAddr) -> String {
    format!("http://{address}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_back_as_they_were_printed() {
        let mut listeners = Listeners::default();
        let parts = ["orders".to_owned(), "payments".to_owned()];
        listeners.add_shared(
            "shop",
            &parts,
            Listener::Service,
            url(([127, 0, 0, 1], 80).into()),
        );
        listeners.add_shared(
            "shop",
            &parts,
            Listener::Admin,
            url(([127, 0, 0, 1], 81).into()),
        );
        let text = listeners.to_string();
        assert_eq!(
            text,
            "shop: service http://127.0.0.1:80\nshop: admin http://127.0.0.1:81"
        );
        let read = Listener::parse("shop", b"shop: admin http://127.0.0.1:81\n");
        assert_eq!(
            read,
            Some((Listener::Admin, "http://127.0.0.1:81".to_owned()))
        );
        for other in [
            "shop: admin no\n",
            "orders: admin http://x\n",
            "shop: admin http://x",
        ] {
            assert_eq!(Listener::parse("shop", other.as_bytes()), None, "{other}");
        }
        assert_eq!(listeners.service("payments"), Some("http://127.0.0.1:80"));
        assert_eq!(listeners.service("shop"), listeners.service("orders"));
        assert_eq!(listeners.service("inventory"), None);
    }
}
