//! [`Resource`]: what a process says of itself on every span and in `target_info`.

use crate::context::Env;

/// What produces the telemetry: service name, version, instance, host, process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Resource {
    /// The resource of service `name`, with what is known of the process: an instance id, the
    /// host's name, the process id, and what made the telemetry.
    pub fn new(name: impl Into<String>, env: &Env) -> Self {
        let mut resource = Self {
            name: name.into(),
            attributes: Vec::new(),
        };
        resource.set("service.instance.id", instance_id(env));
        resource.set("telemetry.sdk.name", "chassis");
        resource.set("telemetry.sdk.language", "rust");
        resource.set("telemetry.sdk.version", env!("CARGO_PKG_VERSION"));
        resource.set("process.pid", std::process::id().to_string());
        if let Some(host) = host_name() {
            resource.set("host.name", host);
        }
        resource
    }

    /// With `service.version`.
    #[must_use]
    pub fn with_version(self, version: impl Into<String>) -> Self {
        self.with("service.version", version)
    }

    /// With one more attribute; an earlier one of this key is replaced. `service.name` renames.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.set(&key.into(), value);
        self
    }

    /// With what `OTEL_RESOURCE_ATTRIBUTES` says: `key=value` pairs, by commas, percent-encoded.
    /// Pairs that are no pairs are passed over.
    #[must_use]
    pub fn with_variable(mut self, list: &str) -> Self {
        for pair in list.split(',') {
            if let Some((key, value)) = pair.split_once('=')
                && !key.trim().is_empty()
            {
                self.set(key.trim(), decode(value.trim()));
            }
        }
        self
    }

    /// `service.name`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same process under the name of another component.
    #[must_use]
    pub(crate) fn renamed(&self, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            attributes: self.attributes.clone(),
        }
    }

    /// All attributes, `service.name` first.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        let rest = self.attributes.iter();
        std::iter::once(("service.name", self.name.as_str()))
            .chain(rest.map(|(key, value)| (key.as_str(), value.as_str())))
    }

    fn set(&mut self, key: &str, value: impl Into<String>) {
        let value = value.into();
        if key == "service.name" {
            self.name = value;
            return;
        }
        match self.attributes.iter_mut().find(|(known, _)| known == key) {
            Some((_, old)) => *old = value,
            None => self.attributes.push((key.to_owned(), value)),
        }
    }
}

/// A random UUID, version 4.
fn instance_id(env: &Env) -> String {
    let high = env.random() & 0xffff_ffff_ffff_0fff | 0x4000;
    let low = env.random() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

fn host_name() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("HOSTNAME").ok())?;
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

fn decode(value: &str) -> String {
    percent_encoding::percent_decode_str(value)
        .decode_utf8_lossy()
        .into_owned()
}
