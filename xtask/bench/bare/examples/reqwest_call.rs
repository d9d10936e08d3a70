//! `GET /orders/42` by bare reqwest, as often as asked: what `client.*` is compared with.
//!
//! The body is read but not decoded, and no timeout is set: the least that reqwest can do.
//!
//! usage: `reqwest_call http://HOST:PORT/orders/42 COUNT`

use reqwest::{Client, Method, Request, Url};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = Url::parse(&arguments.next().ok_or("the URL is missing")?)?;
    let count: u32 = arguments.next().ok_or("the count is missing")?.parse()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    // Spawned, so that the worker calls, as it does in a service, not the main thread.
    let calls = runtime.spawn(call(url, count));
    runtime.block_on(calls)??;
    Ok(())
}

async fn call(url: Url, count: u32) -> Result<(), reqwest::Error> {
    let client = Client::new();
    for _ in 0..count {
        let request = Request::new(Method::GET, url.clone());
        let body = client.execute(request).await?.bytes().await?;
        assert_eq!(body.len(), 52);
    }
    Ok(())
}
