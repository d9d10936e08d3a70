//! Values as people write them.

use std::time::Duration;

use crate::config::{ByteSize, HumanDuration, Url};

#[test]
fn durations_are_read_and_written_as_people_do() {
    let read = |text: &str| text.parse::<HumanDuration>().map(Duration::from).ok();
    assert_eq!(read("250ms"), Some(Duration::from_millis(250)));
    assert_eq!(read("1m30s"), Some(Duration::from_secs(90)));
    assert_eq!(read("1.5h"), Some(Duration::from_secs(5400)));
    assert_eq!(read("5 s"), Some(Duration::from_secs(5)));
    assert_eq!(read("0"), Some(Duration::ZERO));
    assert_eq!(read("10µs"), Some(Duration::from_micros(10)));
    for bad in [
        "",
        "5",
        "s",
        "5x",
        "1s1m",
        "1s1s",
        "-1s",
        "1..2s",
        ".5s",
        "99999999999999999999d",
    ] {
        assert_eq!(read(bad), None, "{bad}");
    }
    for text in ["1d2h3m4s5ms6us7ns", "0s", "90d"] {
        assert_eq!(text.parse::<HumanDuration>().unwrap().to_string(), text);
    }
}

#[test]
fn sizes_are_read_and_written_as_people_do() {
    let read = |text: &str| text.parse().map(ByteSize::bytes).ok();
    assert_eq!(read("1MiB"), Some(1 << 20));
    assert_eq!(read("1.5 kib"), Some(1536));
    assert_eq!(read("10MB"), Some(10_000_000));
    assert_eq!(read("42"), Some(42));
    for bad in ["", "MiB", "1XB", "-1", "1MiB2", "99999999999TiB"] {
        assert_eq!(read(bad), None, "{bad}");
    }
    assert_eq!(ByteSize::from_mib(1).to_string(), "1MiB");
    assert_eq!(ByteSize::from_bytes(0).to_string(), "0B");
    assert_eq!(ByteSize::from_bytes(1500).to_string(), "1500B");
}

#[test]
fn urls_hide_user_and_query_also_where_they_are_badly_encoded() {
    let hidden = [
        ("memory:", "memory:"),
        ("file:/var/x", "file:/var/x"),
        ("consul://host:8500/a", "consul://host:8500/a"),
        ("pg://u:p@h:1/x?a=b#c", "pg://***@h:1/x?***"),
        ("kafka://a:1,b:2/topic", "kafka://a:1,b:2/topic"),
        ("pg://u:p/w@h/x", "pg://***@h/x"),
        ("pg://u:p?w@h/x", "pg://***@h/x"),
        ("pg://u:p@w@h/x", "pg://***@h/x"),
        ("https://h/p?mail=a@b", "https://h/p?***"),
        ("http://[::1]:80/a", "http://[::1]:80/a"),
        ("pg://u:forgotten/x", "pg://***/x"),
        ("pg:/u:p@h/x", "pg:***@h/x"),
        ("pg:////u:p@h/x", "pg://***@h/x"),
        ("file:///var/x", "file:///var/x"),
    ];
    for (text, shown) in hidden {
        let url: Url = text.parse().unwrap();
        assert_eq!(url.to_string(), shown);
        assert_eq!(format!("{url:?}"), format!("{shown:?}"));
        assert_eq!(url.expose(), text);
    }
    assert!("no scheme".parse::<Url>().is_err());
    assert!("1x:".parse::<Url>().is_err());
}
