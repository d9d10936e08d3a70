//! The service over real sockets, as another service and as a stranger meet it.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use twin_contract::ItemError;

use super::{id, kettles, store};
use crate::Client;

/// The address of a service that listens until the test ends.
async fn listening() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let serve = axum::serve(listener, crate::router(store().await));
    tokio::spawn(serve.into_future());
    address
}

async fn send(address: &str, request: &str, body: &str) -> String {
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
    let client = Client::new(&format!("http://{}", listening().await));
    let error = client.item(&id()).await.unwrap_err();
    assert!(matches!(error, ItemError::UnknownItem { .. }));
    let kept = client.keep(&id(), &kettles(2)).await.unwrap();
    assert_eq!(client.item(&id()).await.unwrap(), kept);
}

#[tokio::test]
async fn a_stranger_speaks_json_over_http() {
    let address = listening().await;
    let kettle = r#"{"name":"kettle","quantity":2}"#;
    let answer = send(&address, "PUT /v1/items/7", kettle).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let answer = send(&address, "GET /v1/items/7", "").await;
    let item = r#"{"id":"7","name":"kettle","quantity":2}"#;
    assert!(answer.ends_with(item), "{answer}");
}

#[tokio::test]
async fn a_body_that_breaks_the_contract_is_refused_with_every_fault() {
    let address = listening().await;
    let body = r#"{"name":"","quantity":0}"#;
    let answer = send(&address, "PUT /v1/items/7", body).await;
    assert!(answer.starts_with("HTTP/1.1 422 "), "{answer}");
    for field in ["name", "quantity"] {
        assert!(answer.contains(field), "{answer}");
    }
}
