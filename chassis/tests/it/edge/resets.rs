//! Callers on HTTP/2 that take back what they ask for.

use std::sync::atomic::Ordering::SeqCst;

use super::Site;
use super::raw::{Raw, eventually};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// `GET /v1/wait`, whole.
fn ask(stream: u32) -> Vec<u8> {
    let mut head = vec![0x82, 0x86, 0x44, 8];
    head.extend(b"/v1/wait");
    head.extend([0x41, 4]);
    head.extend(b"test");
    frame(1, 0x5, stream, &head)
}

/// RST_STREAM with CANCEL.
fn take_back(stream: u32) -> Vec<u8> {
    frame(3, 0, stream, &[0, 0, 0, 8])
}

async fn open(site: &Site) -> Raw {
    let mut raw = site.raw().await;
    raw.say([PREFACE, SETTINGS].concat()).await;
    raw
}

#[tokio::test]
async fn a_flood_of_resets_costs_the_connection_and_is_counted() {
    let site = Site::open();
    let mut raw = open(&site).await;
    let flood: Vec<u8> = (0..5_000_u32)
        .flat_map(|call| [ask(2 * call + 1), take_back(2 * call + 1)].concat())
        .collect();
    raw.say(flood).await;
    // It ends: `rest` waits for that.
    raw.rest().await;
    eventually("counted", || {
        site.count("chassis.http.server.refused") == 1.0
    })
    .await;
    assert!(site.workshop.begun.load(SeqCst) < 1_000);
    eventually("nothing of it is left", || {
        site.running.open() == 0 && site.count("http.server.active_requests") == 0.0
    })
    .await;
    assert_eq!(site.raw().await.get("/v1/items/1").await.status, 200);
}

#[tokio::test]
async fn a_patient_flood_of_resets_does_so_as_well() {
    let site = Site::open();
    let mut raw = open(&site).await;
    for call in 0..500_u32 {
        raw.say(ask(2 * call + 1)).await;
        // Each has begun before it is taken back, which HTTP/2 itself finds nothing wrong with.
        let begun = call as usize + 1;
        eventually("begun", || site.workshop.begun.load(SeqCst) == begun).await;
        raw.say(take_back(2 * call + 1)).await;
    }
    raw.rest().await;
    eventually("counted", || {
        site.count("chassis.http.server.refused") == 1.0
    })
    .await;
    eventually("nothing of it is left", || site.running.open() == 0).await;
}
