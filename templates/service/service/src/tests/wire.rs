//! The service over real sockets, as another service and as a stranger meet it.

use std::sync::{Arc, mpsc};

use chassis::App;
use chassis::testing::System;
use contract::{{trait_name}};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{NAME, id, kettles};

/// The service, listening on a free port.
async fn listening() -> (System, String) {
    let system = System::of(NAME, crate::service);
    let system = system.listening().start().await.unwrap();
    let url = system.listeners().service(NAME).unwrap();
    let url = url.to_owned();
    (system, url)
}

/// Another service, and the client that it has of this one.
async fn caller(url: &str) -> (System, Arc<dyn {{trait_name}}>) {
    let (hand_out, client) = mpsc::channel();
    let compose = async move |app: App| {
        let client = app.client::<dyn {{trait_name}}>()?;
        hand_out.send(client).unwrap();
        Ok(())
    };
    let caller = System::of("caller", compose);
    let caller = caller.set(format!("client.{NAME}.url"), url);
    let caller = caller.start().await.unwrap();
    (caller, client.recv().unwrap())
}

/// What a stranger reads who knows only HTTP.
async fn send(url: &str, request: &str, body: &str) -> String {
    let address = url.trim_start_matches("http://");
    let length = body.len();
    let head = format!("host: {address}\r\nconnection: close\r\ncontent-length: {length}");
    let head = format!("{request} HTTP/1.1\r\n{head}\r\ncontent-type: application/json\r\n\r\n");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn another_service_gets_typed_values_and_typed_errors() {
    let (_service, url) = listening().await;
    let (_caller, client) = caller(&url).await;
    let error = client.item(id()).await.unwrap_err();
    assert!(matches!(error, contract::ItemError::UnknownItem { .. }));
    let kept = client.keep(id(), kettles(2)).await.unwrap();
    assert_eq!(client.item(id()).await.unwrap(), kept);
}

#[tokio::test]
async fn a_stranger_speaks_json_over_http() {
    let (_service, url) = listening().await;
    let kettle = r#"{"name":"kettle","quantity":2}"#;
    let answer = send(&url, "PUT /v1/items/7", kettle).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let answer = send(&url, "GET /v1/items/7", "").await;
    let item = r#"{"id":"7","name":"kettle","quantity":2}"#;
    assert!(answer.ends_with(item), "{answer}");
}

#[tokio::test]
async fn a_body_that_breaks_the_contract_is_refused_with_every_fault() {
    let (_service, url) = listening().await;
    let answer = send(&url, "PUT /v1/items/7", r#"{"name":"","quantity":0}"#).await;
    assert!(answer.starts_with("HTTP/1.1 422 "), "{answer}");
    for field in ["name", "quantity"] {
        assert!(answer.contains(field), "{answer}");
    }
}
