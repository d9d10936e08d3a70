//! [`Watching`]: who notices that the configuration has changed.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::Reload;
use crate::Context;
use crate::app::guard::Hangups;
use crate::context::Env;

/// A file that is being written is not read: so long nothing more may change.
const STILL: Duration = Duration::from_secs(1);

/// Tasks that notice changes; they end when it is dropped.
#[derive(Debug, Default)]
pub(in crate::app) struct Watching(Vec<AbortHandle>);

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}

impl Watching {
    /// Looks at the files once an `interval`, on the runtime of the lifecycle. Zero: never.
    pub(in crate::app) fn files(
        &mut self,
        reload: &Arc<Reload>,
        interval: Duration,
        (env, said, control): (&Env, &Context, &Handle),
    ) {
        if !interval.is_zero() && reload.current().stamps().is_some() {
            let looking = said
                .clone()
                .scope(look(Arc::clone(reload), interval, env.clone()));
            self.0.push(control.spawn(looking).abort_handle());
        }
    }

    /// Reads anew whenever SIGHUP comes.
    pub(in crate::app) fn hangups(
        &mut self,
        reload: &Arc<Reload>,
        mut hangups: Hangups,
        (said, control): (&Context, &Handle),
    ) {
        let reload = Arc::clone(reload);
        let hearing = async move {
            while hangups.changed().await.is_ok() {
                // What is wrong is in the log.
                let _ = reload.reload();
            }
        };
        let hearing = said.clone().scope(hearing);
        self.0.push(control.spawn(hearing).abort_handle());
    }
}

async fn look(reload: Arc<Reload>, interval: Duration, env: Env) {
    let mut pause = interval;
    let mut before = None;
    loop {
        env.sleep(pause).await;
        let now = reload.changed();
        pause = interval;
        match &now {
            None => {}
            Some(_) if now == before => {
                let _ = reload.reload();
                before = None;
                continue;
            }
            Some(_) => pause = interval.min(STILL),
        }
        before = now;
    }
}
