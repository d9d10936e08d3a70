//! The round: all checks at the same time, each within its limit.

use std::sync::Arc;
use std::time::Duration;

use super::checks::{CHECKS, Check};
use super::finding::Finding;
use super::patient::Patient;
use super::progress::Progress;
use super::report::Checked;

/// Looks at everything.
pub(super) async fn round(patient: &Arc<Patient>) -> Vec<Checked> {
    let progress = Progress::of(CHECKS.iter().map(|check| check.name));
    let looking = async {
        let looks = CHECKS.iter().map(|check| {
            let (patient, progress) = (Arc::clone(patient), &progress);
            async move {
                let checked = look(check, patient).await;
                progress.done(check.name);
                checked
            }
        });
        join(looks).await
    };
    let checked = tokio::select! {
        checked = looking => checked,
        () = progress.show() => Vec::new(),
    };
    progress.end();
    checked
}

/// All of `futures`, in their order.
async fn join<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut pending: Vec<_> = futures
        .map(|future| (Some(Box::pin(future)), None))
        .collect();
    std::future::poll_fn(move |context| {
        for (future, output) in &mut pending {
            if let Some(running) = future
                && let std::task::Poll::Ready(done) = running.as_mut().poll(context)
            {
                (*future, *output) = (None, Some(done));
            }
        }
        match pending.iter().all(|(future, _)| future.is_none()) {
            true => {
                let outputs = pending.iter_mut().filter_map(|(_, output)| output.take());
                std::task::Poll::Ready(outputs.collect())
            }
            false => std::task::Poll::Pending,
        }
    })
    .await
}

/// One check, as a task of its own: what hangs or panics spoils no other.
async fn look(check: &Check, patient: Arc<Patient>) -> Checked {
    let limit = *patient.settings.doctor.timeout;
    let (env, began) = (patient.env.clone(), patient.env.now());
    let serving = patient.runtimes.serving.clone();
    let mut task = serving.spawn((check.look)(patient));
    let findings = match tokio::time::timeout(limit, &mut task).await {
        Ok(Ok(findings)) => findings,
        Ok(Err(panic)) => vec![crashed(check.name, &panic)],
        Err(_) => {
            task.abort();
            vec![late(check.name, limit)]
        }
    };
    let took = env.now().saturating_duration_since(began).as_millis();
    Checked::new(
        check.name,
        u64::try_from(took).unwrap_or(u64::MAX),
        findings,
    )
}

fn late(name: &str, limit: Duration) -> Finding {
    Finding::warning("doctor.late", format!("{name}: no end within {limit:?}"))
        .why("what hangs here hangs in the service, too, or the machine is very busy")
        .mend("look again with more time: --set doctor.timeout=30s")
}

fn crashed(name: &str, panic: &tokio::task::JoinError) -> Finding {
    Finding::failed(
        "doctor.crashed",
        format!("{name}: the check itself failed: {panic}"),
        70,
    )
    .why("nothing is known of what it looks at")
    .mend("report it with the lines above")
}
