//! [`Order`]: what a person tells the policies of a port, by `POST /admin/policy`.

use std::time::Duration;

use serde::Deserialize;

/// What is to be done, to which port.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    /// The component whose port it is; needed where several have one of this name.
    #[serde(default)]
    pub(crate) component: Option<String>,
    /// The port's or the contract's name.
    pub(crate) port: String,
    /// What.
    #[serde(rename = "do")]
    pub(crate) what: What,
    /// `host:port` of the instance that is to be ejected or readmitted.
    #[serde(default)]
    pub(crate) instance: Option<String>,
    /// For how long it is ejected.
    #[serde(default)]
    pub(crate) seconds: Option<u64>,
}

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum What {
    /// Forces the breaker open: no call is made.
    Open,
    /// Forces it closed: every call is made.
    Close,
    /// Has it count nothing and refuse nothing.
    Disable,
    /// Lets it judge for itself again, from the beginning.
    Reset,
    /// Leaves an instance out.
    Eject,
    /// Takes it back.
    Readmit,
}

impl Order {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn read(body: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(body).map_err(|error| {
            format!(
                "expected {{\"port\": …, \"do\": \"open\" | \"close\" | \"disable\" | \"reset\" | \
                 \"eject\" | \"readmit\"}}, the last two with \"instance\": {error}"
            )
        })
    }

    /// For how long an instance is ejected: five minutes where nothing is said, so that what a
    /// person forgets ends by itself.
    pub(crate) fn time(&self) -> Duration {
        Duration::from_secs(self.seconds.unwrap_or(300))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_order_is_said() {
        let order = Order::read(br#"{"port":"orders","do":"eject","instance":"a:1"}"#).unwrap();
        assert_eq!((order.what, order.time().as_secs()), (What::Eject, 300));
        for text in [
            "",
            "{}",
            r#"{"port":"a","do":"burn"}"#,
            r#"{"port":"a","do":"open","x":1}"#,
        ] {
            let said = Order::read(text.as_bytes()).unwrap_err();
            assert!(said.starts_with("expected {\"port\""), "{said}");
        }
    }
}
