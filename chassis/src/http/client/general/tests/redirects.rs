//! Redirects.

use http::StatusCode;

use super::*;

fn redirect(status: &str, to: &str) -> String {
    format!("HTTP/1.1 {status}\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n")
}

#[tokio::test]
async fn redirects_are_followed_and_secrets_stay() {
    let last = Server::answering("there").await;
    let first = saying(redirect("307 Temporary Redirect", &url(&last, "/b"))).await;
    let client = client();
    let post = client
        .post(url(&first, "/a"))
        .bearer_auth("s3cret")
        .header("cookie", "c=1");
    let response = post
        .header("x-kept", "1")
        .body("hello")
        .send()
        .await
        .unwrap();
    assert_eq!(response.url().as_str(), url(&last, "/b"));
    assert_eq!(response.text().await.unwrap(), "there");
    let request = &last.requests()[0];
    assert!(
        request.starts_with("POST /b ") && request.ends_with("\r\n\r\nhello"),
        "{request}"
    );
    assert!(request.contains("x-kept: 1"), "{request}");
    assert!(
        !request.contains("s3cret") && !request.contains("cookie"),
        "{request}"
    );
    let found = saying(redirect("302 Found", &url(&last, "/c"))).await;
    let _answer = client.post(url(&found, "/")).json(&1).send().await.unwrap();
    let request = &last.requests()[1];
    assert!(
        request.starts_with("GET /c ") && !request.contains("content-"),
        "{request}"
    );
    let kept = client
        .get(url(&found, "/"))
        .redirects(0)
        .send()
        .await
        .unwrap();
    assert_eq!(kept.status(), StatusCode::FOUND);
}

#[tokio::test]
async fn redirects_end() {
    let server = saying(redirect("301 Moved Permanently", "/again")).await;
    let error = client().get(url(&server, "/")).send().await.unwrap_err();
    assert!(
        error.to_string().contains("more than 10 redirects"),
        "{error}"
    );
    assert_eq!(server.requests().len(), 11);
    let elsewhere = saying(redirect("302 Found", "file:///etc/passwd")).await;
    let error = client().get(url(&elsewhere, "/")).send().await.unwrap_err();
    assert!(
        error.to_string().contains("neither http:// nor https://"),
        "{error}"
    );
}
