//! Calls beside each other on one connection.

use super::*;

#[tokio::test]
async fn calls_share_one_connection_from_the_first_on() {
    let callee = Callee::answering(h2::server::Builder::new(), ok).await;
    let client = client(&[&callee], h2());
    for ended in at_once(&client, 60).await {
        assert_eq!(ended.unwrap(), "ok");
    }
    let response = client.call(post("{\"sku\":7}")).await.unwrap();
    assert_eq!(
        (response.status(), &response.body()[..]),
        (http::StatusCode::OK, &b"ok"[..])
    );
    assert_eq!(callee.count(|seen| &seen.connections), 1);
    assert_eq!(callee.count(|seen| &seen.requests), 61);
}

#[tokio::test]
async fn a_request_is_whole_and_says_nothing_of_connections() {
    let callee = Callee::answering(
        h2::server::Builder::new(),
        |_, request, mut respond, _| async move {
            let (head, mut body) = request.into_parts();
            let mut sent = vec![];
            while let Some(data) = body.data().await {
                let data = data.unwrap();
                body.flow_control().release_capacity(data.len()).unwrap();
                sent.extend_from_slice(&data);
            }
            let said = format!(
                "{} {} {:?} {}",
                head.method,
                head.uri,
                head.headers,
                sent.len()
            );
            let mut stream = respond.send_response(Response::new(()), false).unwrap();
            stream.send_data(said.into(), true).unwrap();
        },
    )
    .await;
    let client = client(&[&callee], h2());
    // Larger than the window of the callee.
    let mut outgoing = post(vec![b'x'; 300_000]);
    let close = http::HeaderValue::from_static("close");
    outgoing.headers.insert("connection", close);
    let response = client.call(outgoing).await.unwrap();
    let said = String::from_utf8(response.into_body().to_vec()).unwrap();
    let begin = format!("POST http://{}/v1/orders ", callee.address);
    assert!(
        said.starts_with(&begin) && said.ends_with(" 300000"),
        "{said}"
    );
    assert!(
        said.contains("traceparent") && !said.contains("connection"),
        "{said}"
    );
    assert!(!said.contains("\"host\""), "{said}");
}

#[tokio::test]
async fn a_call_that_is_given_up_resets_its_stream_and_not_the_connection() {
    let callee = Callee::answering(
        h2::server::Builder::new(),
        |number, _, mut respond, seen| async move {
            if number > 0 {
                return say(respond, "ok");
            }
            let reset = std::future::poll_fn(|cx| respond.poll_reset(cx)).await;
            assert_eq!(reset.unwrap(), Reason::CANCEL);
            seen.resets.fetch_add(1, Ordering::SeqCst);
        },
    )
    .await;
    let settings = Settings {
        attempt_timeout: Some(Duration::from_millis(40)),
        ..h2()
    };
    let client = client(&[&callee], settings);
    // A POST, which is not repeated.
    let error = client.call(post("{}")).await.unwrap_err();
    assert_eq!(error.to_string(), "orders did not answer within 40ms");
    until("reset", || callee.count(|seen| &seen.resets) == 1).await;
    assert_eq!(client.get().await.unwrap(), "ok");
    assert_eq!(callee.count(|seen| &seen.connections), 1);
}

#[tokio::test]
async fn a_refused_stream_goes_to_another_instance_whatever_its_method() {
    let refusing = Callee::answering(
        h2::server::Builder::new(),
        |_, _, mut respond, _| async move {
            respond.send_reset(Reason::REFUSED_STREAM);
        },
    )
    .await;
    let taking = Callee::answering(h2::server::Builder::new(), ok).await;
    let both = client(&[&refusing, &taking], h2());
    for _ in 0..6 {
        assert_eq!(both.call(post("{}")).await.unwrap().status(), 200);
    }
    assert!(refusing.count(|seen| &seen.requests) > 0);
    assert_eq!(refusing.count(|seen| &seen.connections), 1);
    let only = client(&[&refusing], h2());
    let error = only.call(post("{}")).await.unwrap_err();
    assert_eq!(kind(&error), "connect", "{error:?}");
}

#[tokio::test]
async fn a_reset_that_is_no_refusal_is_not_sent_again() {
    let callee = Callee::answering(
        h2::server::Builder::new(),
        |_, _, mut respond, _| async move {
            respond.send_reset(Reason::INTERNAL_ERROR);
        },
    )
    .await;
    let client = client(&[&callee, &callee], h2());
    let error = client.call(post("{}")).await.unwrap_err();
    assert_eq!(kind(&error), "interrupted", "{error:?}");
    assert_eq!(callee.count(|seen| &seen.requests), 1);
    assert_eq!(callee.count(|seen| &seen.connections), 1);
}

#[tokio::test]
async fn a_server_of_the_other_protocol_is_named() {
    let server = Server::start(|mut peer| async move {
        peer.send("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
            .await;
        peer.closed().await;
    })
    .await;
    let client = Client::of(&[&server], h2());
    let said = format!("{:?}", client.get().await.unwrap_err());
    assert!(said.contains("expected HTTP/2: "), "{said}");
}

#[tokio::test]
async fn what_nobody_reads_stays_with_the_callee() {
    let callee = Callee::answering(
        h2::server::Builder::new(),
        |_, _, mut respond, seen| async move {
            let mut stream = respond.send_response(Response::new(()), false).unwrap();
            loop {
                stream.reserve_capacity(16_384);
                let Some(Ok(capacity)) = std::future::poll_fn(|cx| stream.poll_capacity(cx)).await
                else {
                    return;
                };
                seen.resets.fetch_add(capacity, Ordering::SeqCst);
                stream
                    .send_data(Bytes::from(vec![0; capacity]), false)
                    .unwrap();
            }
        },
    )
    .await;
    let client = client(&[&callee], h2());
    let error = client.get().await.unwrap_err();
    assert!(
        error.to_string().contains("larger than 8388608 bytes"),
        "{error}"
    );
    let sent = callee.count(|seen| &seen.resets);
    assert!(sent < 8_388_608 + (8 << 20), "{sent}");
}
