//! A build with chaos: calls of own ports suffer what the configuration, or an experiment, says.

use std::future::{Future, pending};

use super::super::PortInfo;
use super::super::crossing::Attempted;
use crate::context::Env;
use crate::policy::Chaos;
use crate::policy::chaos::{Asking, Fault, Hit, Injected, MARK};
use crate::{CallError, Context};

/// What calls of a port suffer, where there is a [`Chaos`].
#[derive(Clone)]
pub(in crate::port) struct Faults(Option<(Chaos, &'static PortInfo)>);

impl Faults {
    /// Nothing.
    pub(in crate::port) fn none() -> Self {
        Self(None)
    }

    pub(in crate::port) fn new(chaos: Chaos, port: &'static PortInfo) -> Self {
        Self(Some((chaos, port)))
    }

    /// The adapter's call, and what it suffers.
    pub(in crate::port) async fn around<T, E, F>(
        &self,
        method: usize,
        context: &Context,
        env: &Env,
        call: F,
    ) -> Attempted<T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        let Some((chaos, port)) = &self.0 else {
            return Ok(call.await);
        };
        match decide(chaos, port, method, context, env) {
            None => {}
            Some(Fault::Latency { most, .. }) => env.sleep(most).await,
            Some(Fault::BlackHole) => pending().await,
            Some(Fault::Cut) => {
                // Its work is done, and nobody hears of it.
                drop(call.await);
                return Err(CallError::Interrupted {
                    service: port.name.to_owned(),
                    source: Box::new(Injected(Fault::Cut)),
                });
            }
            // A port has no status and no connection: it fails, and nothing was done.
            Some(fault) => {
                return Err(CallError::Failed {
                    service: port.name.to_owned(),
                    source: Box::new(Injected(fault)),
                });
            }
        }
        Ok(call.await)
    }
}

fn decide(
    chaos: &Chaos,
    port: &PortInfo,
    method: usize,
    context: &Context,
    env: &Env,
) -> Option<Fault> {
    let mark = context.baggage().get(MARK);
    let call = Asking {
        port: port.name,
        method: port.methods.get(method).map_or("", |method| method.name),
        mark: mark.as_deref(),
    };
    let hit = chaos.decide(call, env.now())?;
    say(call, hit);
    Some(hit.fault)
}

/// Loud, but not a line a call: the first, the second, the fourth …
fn say(call: Asking<'_>, hit: Hit) {
    if hit.number.is_power_of_two() {
        tracing::warn!(
            port = call.port,
            method = call.method,
            fault = %hit.fault,
            calls = hit.number,
            "chaos: calls suffer on purpose (section [chaos], or an experiment)"
        );
    }
}
