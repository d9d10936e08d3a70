//! What holds whichever way a stream comes.

use std::collections::HashMap;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use chassis::context::{SpanId, TraceContext, TraceFlags, TraceId};
use chassis::telemetry::Value;
use chassis::{CallError, Context};

use super::{House, Key, Play, Ticker as _, TickerError, Way, all, count, eventually};

#[tokio::test]
async fn items_come_in_order_and_the_end_is_the_end() {
    for way in Way::ALL {
        let house = House::open(way);
        let mut stream = house.ticker.numbers(100, None).await.unwrap();
        for value in 0..=100 {
            let number = stream.next().await.unwrap().unwrap();
            assert_eq!(number.value, value, "{way:?}");
            assert_eq!(number.note.is_some(), value % 2 == 1, "{way:?}");
            assert_eq!(stream.last_event_id(), Some(&*value.to_string()), "{way:?}");
        }
        assert!(stream.next().await.is_none(), "{way:?}");
        assert!(stream.next().await.is_none(), "{way:?}");
        let words = vec![
            "a\nb\r\u{2028}".to_owned(),
            String::new(),
            "data: x".to_owned(),
        ];
        let echo = house.ticker.echo(words.clone()).await.unwrap();
        assert_eq!(all(echo).await, words, "{way:?}");
    }
}

#[tokio::test]
async fn a_reader_goes_on_after_the_last_id_that_it_has() {
    for way in Way::ALL {
        let house = House::open(way);
        let mut stream = house.ticker.numbers(5, None).await.unwrap();
        stream.next().await.unwrap().unwrap();
        stream.next().await.unwrap().unwrap();
        let after = stream.last_event_id().map(|id| id.parse().unwrap());
        let rest = all(house.ticker.numbers(5, after).await.unwrap()).await;
        let values: Vec<_> = rest.iter().map(|number| number.value).collect();
        assert_eq!(values, [2, 3, 4, 5], "{way:?}");
    }
}

#[tokio::test]
async fn the_error_is_the_last_item_and_the_same_value() {
    for way in Way::ALL {
        let house = House::open(way);
        let error = house.ticker.play(Play::Unknown).await.unwrap_err();
        assert!(
            matches!(error, TickerError::NotPlayed { name } if name == "unknown"),
            "{way:?}"
        );
        let mut stream = house.ticker.play(Play::Fails).await.unwrap();
        assert_eq!(stream.next().await.unwrap().unwrap(), "first");
        let error = stream.next().await.unwrap().unwrap_err();
        assert!(
            matches!(error, TickerError::SoldOut { sold: 1 }),
            "{way:?}: {error:?}"
        );
        assert!(stream.next().await.is_none());
        eventually("the producer is dropped", || house.is_empty()).await;
    }
}

/// The kind of the last item's error.
async fn failure(house: &House, play: Play) -> String {
    let mut stream = house.ticker.play(play).await.unwrap();
    stream.next().await.unwrap().unwrap();
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(stream.next().await.is_none());
    match error {
        TickerError::Call(CallError::Problem(problem)) => problem.type_uri.into_owned(),
        TickerError::Call(error) => error.kind().to_owned(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_panic_and_a_late_item_are_errors_of_the_call() {
    for way in Way::ALL {
        let house = House::open(way);
        let socket = matches!(way, Way::Socket | Way::SocketLines);
        let (panic, late) = match socket {
            true => ("urn:problem:chassis:panic", "urn:problem:chassis:deadline"),
            false => ("panic", "timeout"),
        };
        assert_eq!(failure(&house, Play::Panics).await, panic, "{way:?}");
        assert_eq!(failure(&house, Play::Late).await, late, "{way:?}");
        eventually("the producers are dropped", || house.is_empty()).await;
    }
}

#[tokio::test]
async fn an_item_that_cannot_be_written_ends_the_stream() {
    for way in Way::ALL {
        let house = House::open(way);
        let mut stream = house.ticker.awkward().await.unwrap();
        let first = HashMap::from([(Key::Text("a".to_owned()), 1)]);
        assert_eq!(stream.next().await.unwrap().unwrap(), first, "{way:?}");
        let second = stream.next().await.unwrap();
        if way.is_local() {
            // Nothing is written.
            assert_eq!(second.unwrap(), HashMap::from([(Key::List(vec![1]), 1)]));
            continue;
        }
        let CallError::Problem(problem) = second.unwrap_err() else {
            panic!("{way:?}");
        };
        assert_eq!(problem.type_uri, "urn:problem:chassis:unencodable-answer");
        assert_eq!(problem.status, 500);
        assert_eq!(problem.detail, None);
    }
}

#[tokio::test]
async fn a_reader_that_leaves_stops_the_producer() {
    for way in Way::ALL {
        let house = House::open(way);
        let mut stream = house.ticker.quiet().await.unwrap();
        assert_eq!(stream.next().await.unwrap().unwrap(), 7);
        assert_eq!(house.show.open.load(SeqCst), 1, "{way:?}");
        drop(stream);
        eventually("the producer is dropped", || house.is_empty()).await;
    }
}

#[tokio::test]
async fn nothing_is_produced_that_nobody_takes() {
    for way in Way::ALL {
        let house = House::open(way);
        let size = 256 << 10;
        let mut stream = house.ticker.flood(size).await.unwrap();
        // What fits into the sockets of both sides may lie there.
        let ahead = match way {
            Way::Local | Way::Encoded | Way::EncodedLines => 0,
            _ => 100,
        };
        for taken in 1..=200 {
            assert_eq!(stream.next().await.unwrap().unwrap().len(), size);
            let produced = house.produced();
            assert!(produced - taken <= ahead, "{way:?}: {produced} of {taken}");
        }
    }
}

fn sampled() -> Context {
    Context::default().with_trace(TraceContext {
        trace_id: TraceId([0xab; 16]),
        span_id: SpanId([0xcd; 8]),
        flags: TraceFlags::SAMPLED,
        state: None,
    })
}

#[tokio::test]
async fn the_producer_works_within_the_call_without_its_deadline() {
    for way in Way::ALL {
        let house = House::open(way);
        let soon = chassis::context::Env::system().now() + Duration::from_millis(400);
        let call = house.ticker.play(Play::Context);
        let stream = sampled().with_deadline(soon).scope(call).await.unwrap();
        let over = || chassis::context::Env::system().now() > soon;
        eventually("the call's time is over, the stream's is not", over).await;
        let said = all(stream).await;
        let expected = format!("{:?} true", TraceId([0xab; 16]));
        assert_eq!(said, ["first", &expected, &expected], "{way:?}");
    }
}

#[tokio::test]
async fn a_stream_is_one_crossing_and_its_items_are_counted() {
    for way in Way::ALL {
        let house = House::open(way);
        let stream = sampled()
            .scope(house.ticker.numbers(9, None))
            .await
            .unwrap();
        // The call lasts as long as its stream.
        assert!(house.seen.spans().is_empty(), "{way:?}");
        assert_eq!(all(stream).await.len(), 10);
        assert_eq!(
            count(&house.telemetry, "chassis.stream.items"),
            10.0,
            "{way:?}"
        );
        let items = Value::from(10_i64);
        let spans = house.seen.spans();
        let [span] = &spans[..] else {
            panic!("{way:?}: {spans:?}");
        };
        assert_eq!(span.record.attribute("chassis.stream.items"), Some(&items));
        assert!(!span.record.error);
        if let Some((_, callee, seen)) = &house.server {
            let over = || count(callee, "http.server.request.duration") == 1.0;
            eventually("the stream is over", over).await;
            assert_eq!(count(callee, "chassis.stream.items"), 10.0);
            assert_eq!(count(callee, "http.server.active_requests"), 0.0);
            let span = seen.span_named("GET /v1/numbers/{last}").unwrap().record;
            assert_eq!(span.attribute("chassis.stream.items"), Some(&items));
        }
    }
}
