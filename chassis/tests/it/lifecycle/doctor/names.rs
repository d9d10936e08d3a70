//! Name servers that are slow, or silent.

use std::net::UdpSocket;
use std::thread;
use std::time::Duration;

use super::Visit;
use super::apart::visit_apart;
use super::dependencies::server;

/// The patient calls the orders at `url`, and asks the name server at `address` for names.
fn visit_asking(address: &str, url: &str) -> Option<Visit> {
    let setup = format!(
        "echo nameserver {address} > names; echo options attempts:1 >> names; \
         echo hosts: files dns > order; mount --bind names /etc/resolv.conf; \
         mount --bind order /etc/nsswitch.conf"
    );
    let url = format!("client.orders.url={url}");
    Some(visit_apart(&setup)?.args(&["--set", "patient.calls=true", "--set", &url]))
}

/// A socket where name servers listen, at `address` of loopback; `None`, having said so, where only
/// root may have it.
fn socket(address: &str) -> Option<UdpSocket> {
    let bound = UdpSocket::bind((address, 53));
    if let Err(error) = &bound {
        super::skipped(&format!("no name server can be played here: {error}"));
    }
    bound.ok()
}

/// The answer that every name has the address 127.0.0.1.
fn answer(question: &[u8]) -> Vec<u8> {
    let name_end = 12 + question[12..].iter().position(|byte| *byte == 0).unwrap() + 1;
    let is_ipv4 = question[name_end..name_end + 2] == [0, 1];
    let mut answer = question[..name_end + 4].to_vec();
    // A response, recursion available, no error; one question, and one answer or none.
    answer[2..4].copy_from_slice(&[0x81, 0x80]);
    answer[4..12].copy_from_slice(&[0, 1, 0, u8::from(is_ipv4), 0, 0, 0, 0]);
    if is_ipv4 {
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
    }
    answer
}

#[test]
fn a_name_server_that_takes_its_time_is_a_warning() {
    let Some(socket) = socket("127.77.0.1") else {
        return;
    };
    thread::spawn(move || {
        let mut question = [0; 512];
        while let Ok((length, peer)) = socket.recv_from(&mut question) {
            // This server is slow.
            thread::sleep(Duration::from_millis(600));
            let _ = socket.send_to(&answer(&question[..length]), peer);
        }
    });
    let orders = server(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let port = orders.rsplit(':').next().unwrap();
    let url = format!("http://orders.example:{port}");
    let Some(visit) = visit_asking("127.77.0.1", &url) else {
        return;
    };
    let found = visit.found();
    found.says(
        "dns.slow",
        "warning",
        &["orders.example took", "client.orders.url"],
    );
    assert!(found.one("dns.slow")["took_ms"].as_u64().unwrap() >= 600);
    assert_eq!(found.code, 1);
}

#[test]
fn a_check_that_does_not_end_is_late() {
    let Some(_silent) = socket("127.77.0.2") else {
        return;
    };
    let Some(visit) = visit_asking("127.77.0.2", "http://orders.example:80") else {
        return;
    };
    let found = visit.args(&["--set", "doctor.timeout=500ms"]).found();
    found.says("doctor.late", "warning", &["dns: no end within 500ms"]);
    assert_eq!(found.code, 1);
}
