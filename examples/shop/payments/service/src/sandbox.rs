//! A card network that approves everything up to a limit.

use payments_contract::{Charge, PaymentId};
use payments_domain::{CardNetwork, PortError, Verdict};
use schemars::JsonSchema;
use serde::Deserialize;

/// The bank that the example pays with: it approves and refuses by a rule.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Settings {
    /// The largest charge that is approved, in cents.
    limit_cents: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limit_cents: 1_000_000,
        }
    }
}

/// Decides by the limit alone, so that it needs no memory of what it charged.
pub(crate) struct Sandbox {
    settings: Settings,
}

impl Sandbox {
    pub(crate) fn new(settings: Settings) -> Self {
        Self { settings }
    }
}

impl CardNetwork for Sandbox {
    async fn charge(&self, _: &PaymentId, charge: &Charge) -> Result<Verdict, PortError> {
        let limit = self.settings.limit_cents;
        if charge.amount_cents <= limit {
            return Ok(Verdict::Approved);
        }
        Ok(Verdict::Declined(format!(
            "the sandbox approves at most {limit} cents"
        )))
    }
}
