//! What only a network with distances shows.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chassis::context::Env;
use chassis::testing::Simulation;
use chassis::{App, CallError, Context, service};

/// Somebody who says how much time he was given.
#[service(version = "1")]
trait Watch {
    /// What is left of the call when it begins, in milliseconds.
    #[get("/left")]
    async fn left(&self) -> Result<u64, CallError>;
}

struct Wrist(Env);

impl Watch for Wrist {
    async fn left(&self) -> Result<u64, CallError> {
        let left = Context::current().remaining(self.0.now());
        Ok(u64::try_from(left.unwrap_or_default().as_millis()).unwrap_or(u64::MAX))
    }
}

/// What a callee was given of a second, with messages that take so long.
fn given(way: Duration) -> Vec<u64> {
    let mut world = Simulation::new(7);
    world.host("watch-1", "watch", "", |app: App| async move {
        app.serve::<dyn Watch>(Wrist(app.clock().clone()));
        Ok(())
    });
    let seen: Arc<Mutex<Vec<u64>>> = Arc::default();
    let diary = Arc::clone(&seen);
    let caller = "client.watch.attempt_timeout = '1s'\nclient.watch.connect_timeout = '5s'";
    world.host("caller", "caller", caller, move |app: App| {
        let diary = Arc::clone(&diary);
        async move {
            let (watch, env) = (app.client::<dyn Watch>()?, app.clock().clone());
            app.spawn("caller", move |_| async move {
                for _ in 0..8 {
                    env.sleep(Duration::from_secs(1)).await;
                    if let Ok(left) = watch.left().await {
                        diary.lock().unwrap().push(left);
                    }
                }
            });
            Ok(())
        }
    });
    world.latency("caller", "watch-1", way);
    world.run(Duration::from_secs(10));
    let seen = seen.lock().unwrap();
    seen.clone()
}

#[test]
fn a_callee_is_given_what_the_way_leaves() {
    let seen = given(Duration::from_millis(100));
    assert!(seen.len() > 4, "{seen:?}");
    // Each message takes up to 100 ms, and the shortest handshake counts.
    let is_shorter = |left: &u64| (790..=900).contains(left);
    assert!(seen.iter().all(is_shorter), "{seen:?}");
}
