//! The round: all checks at the same time, each within its limit.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use super::checks::{CHECKS, Check, Looking};
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

async fn look(check: &Check, patient: Arc<Patient>) -> Checked {
    let limit = *patient.settings.doctor.timeout;
    let (env, began) = (patient.env.clone(), patient.env.now());
    let serving = patient.runtimes.serving.clone();
    let findings = apart(check.name, limit, &serving, (check.look)(patient)).await;
    let took = env.now().saturating_duration_since(began).as_millis();
    Checked::new(
        check.name,
        u64::try_from(took).unwrap_or(u64::MAX),
        findings,
    )
}

/// A task of its own: what hangs or panics spoils no other check.
async fn apart(name: &str, limit: Duration, serving: &Handle, looking: Looking) -> Vec<Finding> {
    let mut task = serving.spawn(looking);
    match tokio::time::timeout(limit, &mut task).await {
        Ok(Ok(findings)) => findings,
        Ok(Err(panic)) => vec![crashed(name, &panic)],
        Err(_) => {
            task.abort();
            vec![late(name, limit)]
        }
    }
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

#[cfg(test)]
mod tests {
    use super::super::finding::Status;
    use super::*;

    const LIMIT: Duration = Duration::from_millis(50);

    #[tokio::test]
    async fn a_check_that_panics_is_a_bug_and_spoils_no_other() {
        let serving = Handle::current();
        let panics: Looking = Box::pin(async { panic!("told to") });
        let found = apart("disk", LIMIT, &serving, panics).await;
        let [crashed] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!(
            (crashed.id, crashed.status),
            ("doctor.crashed", Status::Error)
        );
        assert_eq!(crashed.exit, 70);
        assert!(crashed.what.starts_with("disk:"), "{}", crashed.what);
        let fine: Looking = Box::pin(async { vec![Finding::ok("disk.writable", "fine")] });
        assert_eq!(
            apart("disk", LIMIT, &serving, fine).await[0].id,
            "disk.writable"
        );
    }

    #[tokio::test]
    async fn a_check_that_hangs_is_late_and_ended() {
        let (alive, ended) = tokio::sync::oneshot::channel::<()>();
        let hangs: Looking = Box::pin(async move {
            std::future::pending::<()>().await;
            drop(alive);
            Vec::new()
        });
        let found = apart("dns", LIMIT, &Handle::current(), hangs).await;
        assert_eq!(
            (found[0].id, found[0].status),
            ("doctor.late", Status::Warning)
        );
        assert!(ended.await.is_err(), "it still looks");
    }
}
