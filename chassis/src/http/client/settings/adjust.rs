//! Changing the policies of a client while it is called.

use std::sync::Arc;

use super::Settings;
use crate::http::client::HttpTransport;
use crate::http::client::general::with_keyed;
use crate::policy::stack::Mistake;

impl HttpTransport {
    /// What changes its policies to what settings say, the balance among instances included, for whoever
    /// doesn't have the transport itself. Calls under way end under the policies that they began with;
    /// with a [`Mistake`] nothing is changed.
    pub(crate) fn adjust(
        &self,
    ) -> impl Fn(&Settings) -> Result<(), Mistake> + Clone + Send + Sync + use<> {
        let (contract, endpoints) = (self.contract, Arc::clone(&self.endpoints));
        let stack = Arc::clone(&self.stack);
        move |settings| {
            stack.update(with_keyed(contract, settings.stack(contract)))?;
            endpoints.update(settings.balance());
            Ok(())
        }
    }
}
