//! [`spawn`]: a task that keeps the context of the call that started it.

use std::future::Future;

use tokio::task::JoinHandle;

use crate::Context;

/// Spawns `future` with the current context: its log lines carry the trace, its outbound calls the
/// deadline. Use it in place of `tokio::spawn`.
///
/// # Panics
///
/// Outside of a tokio runtime, as `tokio::spawn` does.
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place, which carries the context"
    )]
    tokio::spawn(Context::current().scope(future))
}

#[cfg(test)]
mod tests {
    use super::spawn;
    use crate::Context;
    use crate::context::Priority;

    #[tokio::test]
    async fn a_task_keeps_the_context_of_its_parent() {
        let context = Context::default().with_priority(Priority::LOWEST);
        let task = context.enter(|| spawn(async { Context::current().priority() }));
        assert_eq!(task.await.unwrap(), Priority::LOWEST);
        assert_eq!(Context::current().priority(), Priority::DEFAULT);
    }
}
