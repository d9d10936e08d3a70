use std::time::Duration;

use super::super::listeners::Listener;
use super::super::plain::WIDTH;
use super::lines::MOST;
use super::{Port, Screen};

fn shop(ports: usize, missing: usize) -> Screen {
    let port = |index: usize| Port {
        component: ["orders", "inventory", "payments"][index % 3].to_owned(),
        name: format!("port-{index}"),
        leads_to: format!("http://10.0.0.{index}:8080"),
    };
    let mut ports: Vec<Port> = (0..ports).map(port).collect();
    ports.sort_by(|a, b| a.component.cmp(&b.component));
    Screen {
        name: "shop".to_owned(),
        version: Some("1.2.3".to_owned()),
        profile: "dev".to_owned(),
        components: ["orders", "inventory", "payments"]
            .map(str::to_owned)
            .into(),
        listeners: vec![
            (Listener::Service, "http://127.0.0.1:8080".to_owned()),
            (Listener::Probe, "http://127.0.0.1:9464".to_owned()),
            (Listener::Admin, "http://127.0.0.1:9465".to_owned()),
        ],
        token: "/home/ann/.local/state/chassis/shop/admin.token".to_owned(),
        ports,
        missing: (0..missing)
            .map(|n| format!("thing-{n}: no instance is known yet"))
            .collect(),
        took: Duration::from_millis(42),
    }
}

#[test]
fn all_of_it_is_said() {
    let text = shop(2, 1).lines(false);
    let wanted = "\
shop 1.2.3 (chassis 0.1.0), profile dev, ready in 42 ms
  service  http://127.0.0.1:8080  orders, inventory, payments
  probe    http://127.0.0.1:9464  /livez /readyz /startupz /metrics
  admin    http://127.0.0.1:9465  the service as a page
  token    /home/ann/.local/state/chassis/shop/admin.token
  ports    inventory: port-1 -> http://10.0.0.1:8080
           orders: port-0 -> http://10.0.0.0:8080
  missing  thing-0: no instance is known yet
";
    assert_eq!(text, wanted);
}

#[test]
fn it_never_grows_beyond_its_lines_and_columns() {
    for ports in [0, 1, 5, 6, 7, 30, 1_000] {
        for missing in [0, 1, 2, 3, 50] {
            let text = shop(ports, missing).lines(false);
            assert!(text.lines().count() <= MOST, "{ports} {missing}:\n{text}");
            for line in text.lines() {
                assert!(line.chars().count() <= WIDTH, "{line}");
            }
            let is_cut = text.contains("and more: see the admin");
            assert!(is_cut || ports < 100, "{text}");
            assert!(!is_cut || ports > 5 || missing > 2, "{text}");
        }
    }
}

#[test]
fn colour_is_only_there_when_it_is_wanted() {
    assert!(shop(1, 0).lines(true).contains('\x1b'));
    assert!(!shop(1, 0).lines(false).contains('\x1b'));
}

#[test]
fn a_hostile_name_does_no_harm() {
    let hostile = Screen {
        name: "shop\x1b[2J".to_owned(),
        version: Some("1\r\n2".to_owned()),
        ..shop(0, 0)
    };
    let text = hostile.lines(false);
    assert!(text.starts_with("shop\\u{1b}[2J 1\\r\\n2 ("), "{text}");
}

#[test]
fn long_names_take_no_more_rows_of_a_terminal() {
    let long = "a-very-long-name-of-a-service-that-somebody-has-really-chosen-so";
    for ports in [1, 5, 40] {
        let mut shop = shop(ports, 3);
        shop.name = long.to_owned();
        shop.version = Some("2026.11.21-nightly+build.4711.0123456789abcdef".to_owned());
        shop.token = format!("/home/{long}/{long}/state/chassis/{long}/admin.token");
        for port in &mut shop.ports {
            port.name = format!("{}-{long}", port.name);
            port.leads_to = format!("Cached<{}>", "SqlStock, ".repeat(20));
        }
        shop.missing = vec![format!("store: {}", "/no/such/folder".repeat(20)); 3];
        for color in [false, true] {
            let text = shop
                .lines(color)
                .replace("\x1b[1m", "")
                .replace("\x1b[0m", "");
            let rows = text
                .lines()
                .map(|line| line.chars().count().div_ceil(WIDTH));
            assert!(rows.sum::<usize>() <= MOST, "{ports}:\n{text}");
            // What is copied is whole.
            assert!(text.contains(&shop.token), "{text}");
        }
    }
}
