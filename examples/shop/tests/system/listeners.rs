//! What the shop prints once it is ready, what answers there, and that all of it ends with it.

use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use crate::shop::{Mode, PATIENCE, Shop};

const KINDS: [&str; 3] = ["service", "probe", "admin"];

#[test]
fn all_of_it_is_plain_text() {
    let mut shop = Shop::start(Mode::Composed);
    let printed = shop.printed();
    assert!(!printed.contains('\u{1b}'), "{printed}");
    for kind in KINDS {
        assert!(!shop.addresses(kind).is_empty(), "no {kind} in:\n{printed}");
    }
}

#[tokio::test]
async fn one_part_runs_without_the_others() {
    let mut shop = Shop::start(Mode::OrdersAlone);
    let probe = shop.addresses("probe").pop().unwrap();
    let status = async |url: String| reqwest::get(url).await.unwrap().status();
    assert_eq!(status(format!("http://{probe}/readyz")).await, 200);
    assert_eq!(status(format!("{}/v1/orders", shop.url())).await, 200);
    // Another service being away is said with each call, not by readiness.
    assert_eq!(shop.run_curl(), "503");
    assert_eq!(status(format!("http://{probe}/readyz")).await, 200);
}

#[test]
fn a_split_that_is_killed_leaves_no_child_behind() {
    let mut shop = Shop::start(Mode::Split);
    let listeners: Vec<String> = KINDS.iter().flat_map(|kind| shop.addresses(kind)).collect();
    assert!(listeners.len() >= 9, "{listeners:?}\n{}", shop.printed());
    for listener in &listeners {
        TcpStream::connect(listener).unwrap();
    }
    shop.signal("KILL");
    assert_eq!(shop.wait().code(), None);
    let limit = Instant::now() + PATIENCE;
    for listener in &listeners {
        while TcpStream::connect(listener).is_ok() {
            assert!(Instant::now() < limit, "{listener} is still there");
            thread::park_timeout(Duration::from_millis(10));
        }
    }
}
