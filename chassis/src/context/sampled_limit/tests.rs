use std::time::Duration;

use super::*;
use crate::context::Env;

#[test]
fn a_second_admits_its_rate_and_no_more() {
    let start = Env::system().now();
    let limit = SampledLimit::new(10, start);
    let admitted = |at: Duration| (0..100).filter(|_| limit.admit(start + at)).count();
    assert_eq!(
        admitted(Duration::ZERO),
        10,
        "a burst of one second's worth"
    );
    assert_eq!(admitted(Duration::from_millis(99)), 0);
    assert_eq!(admitted(Duration::from_millis(300)), 3);
    assert_eq!(
        admitted(Duration::from_secs(100)),
        10,
        "what was not used is not saved up"
    );
}

#[test]
fn the_extremes_are_none_and_all() {
    let start = Env::system().now();
    assert!(!SampledLimit::new(0, start).admit(start));
    let all = SampledLimit::new(u32::MAX, start);
    assert!((0..1000).all(|_| all.admit(start)));
}

#[test]
fn threads_share_the_limit() {
    let start = Env::system().now();
    let limit = SampledLimit::new(1000, start);
    let admitted: usize = std::thread::scope(|scope| {
        let count = || (0..1000).filter(|_| limit.admit(start)).count();
        let threads = [scope.spawn(count), scope.spawn(count), scope.spawn(count)];
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .sum()
    });
    assert_eq!(admitted, 1000);
}
