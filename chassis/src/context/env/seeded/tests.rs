use super::*;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test(start_paused = true)]
async fn time_stands_still_until_all_wait_for_it() {
    let env = Env::seeded(1);
    let (start, wall) = (env.now(), env.wall());
    assert_eq!(wall, SystemTime::UNIX_EPOCH + PausedClock::EPOCH);
    assert_eq!(env.now(), start);
    env.sleep(HOUR).await;
    let passed = env.now() - start;
    assert!(
        passed >= HOUR && passed < HOUR + Duration::from_millis(2),
        "{passed:?}"
    );
    assert_eq!(env.wall(), wall + passed);
}

#[tokio::test(start_paused = true)]
async fn sleeps_end_in_their_order() {
    let env = Env::seeded(1);
    let order = Mutex::new(Vec::new());
    let sleep = async |millis| {
        env.sleep(Duration::from_millis(millis)).await;
        order.lock().unwrap().push(millis);
    };
    tokio::join!(sleep(30), sleep(10), sleep(20));
    assert_eq!(order.into_inner().unwrap(), [10, 20, 30]);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_sleep_moves_no_time() {
    let env = Env::seeded(1);
    let start = env.now();
    let ended = time::timeout(HOUR, env.sleep(2 * HOUR)).await;
    assert!(ended.is_err());
    env.sleep(HOUR / 2).await;
    let passed = env.now() - start;
    assert!(
        passed < HOUR * 3 / 2 + Duration::from_millis(5),
        "{passed:?}"
    );
}

#[test]
fn another_runtime_starts_another_task() {
    let env = Env::seeded(1);
    for _ in 0..2 {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let slept = runtime
            .block_on(async { time::timeout(HOUR, env.sleep(Duration::from_secs(1))).await });
        assert!(slept.is_ok());
    }
}

#[test]
fn a_seed_replays() {
    let draw = |seed| {
        let env = Env::seeded(seed);
        [env.random(), env.random()]
    };
    assert_eq!(draw(3), draw(3));
    assert_ne!(draw(3), draw(4));
}
