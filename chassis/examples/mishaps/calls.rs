//! Calls of servers that are odd or away: prints why each failed, as a log has it.

#![allow(clippy::print_stdout, reason = "it tells what happened")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use chassis::testing::System;
use chassis::{App, CallError, Context, service};

/// Knows what is in stock.
#[service(version = "1")]
pub(super) trait Inventory {
    /// How many there are.
    #[get("/items/{sku}")]
    async fn stock(&self, sku: String) -> Result<u32, CallError>;
}

struct Broken;

impl Inventory for Broken {
    async fn stock(&self, _: String) -> Result<u32, CallError> {
        panic!("a shelf fell down")
    }
}

pub(super) fn run() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let Ok(runtime) = runtime else {
        return ExitCode::FAILURE;
    };
    match runtime.block_on(all()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn all() -> chassis::Result {
    let ok = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    let problem = "HTTP/1.1 404 Not Found\r\ncontent-type: application/problem+json\r\n\
                   content-length: 44\r\n\r\n{\"type\":\"urn:problem:other:gone\",\"title\":\"\"}  ";
    let page = "HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: 0\r\n\r\n";
    let moved = "HTTP/1.1 302 Found\r\nlocation: https://login.test/?next=1\r\n\
                 content-length: 0\r\n\r\n";
    let html = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\nhi";
    let large = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                 content-length: 99999999\r\n\r\n";
    // Nobody listens at port 1, tcpmux.
    let away = "127.0.0.1:1";
    for (name, url, more) in [
        ("nobody", "registry:warehouse".to_owned(), ""),
        ("refused", format!("http://{away}"), ""),
        ("silent", answering("")?, "attempt_timeout = '50ms'"),
        ("hangs up", answering("HANG UP")?, ""),
        ("no http", answering("220 mail.test ESMTP\r\n")?, ""),
        ("no tls", answering(page)?.replace("http:", "https:"), ""),
        ("other value", answering(ok)?, ""),
        ("other type", answering(html)?, ""),
        ("other status", answering(page)?, ""),
        ("moved", answering(moved)?, ""),
        ("large", answering(large)?, ""),
        ("problem", answering(problem)?, ""),
        (
            "crowded",
            answering("")?,
            "max_connections = 1\nmax_waiting = 0\nattempt_timeout = '200ms'",
        ),
    ] {
        let config = format!("[client.inventory]\nurl = '{url}'\n{more}");
        let (system, client) = system(&config, false).await?;
        let first = client.stock("kettle".to_owned());
        let error = match name {
            "crowded" => {
                let (first, second) = tokio::join!(first, client.stock("pot".to_owned()));
                [first, second].into_iter().find_map(|answer| match answer {
                    Err(error) if error.kind() != "timeout" => Some(error),
                    _ => None,
                })
            }
            _ => first.await.err(),
        };
        say(name, error);
        system.stop().await;
    }
    let breaker = "breaker = { minimum_calls = 1 }\nretry = { enabled = false }";
    let config = format!("[client.inventory]\nurl = 'http://{away}'\n{breaker}");
    let (refused, client) = system(&config, false).await?;
    drop(client.stock("kettle".to_owned()).await);
    say("broken", client.stock("kettle".to_owned()).await.err());
    refused.stop().await;
    let (system, client) = system("", true).await?;
    say("panicked", client.stock("kettle".to_owned()).await.err());
    let late = Context::current().with_deadline(system.env().now());
    let call = client.stock("kettle".to_owned());
    say("late", late.scope(call).await.err());
    system.stop().await;
    Ok(())
}

/// A system with a client of [`Inventory`], beside its implementation where `served`.
async fn system(config: &str, served: bool) -> chassis::Result<(System, Arc<dyn Inventory>)> {
    let kept: Arc<OnceLock<Arc<dyn Inventory>>> = Arc::default();
    let keep = Arc::clone(&kept);
    let root = async move |app: App| {
        let client = app.client::<dyn Inventory>()?;
        if served {
            app.serve::<dyn Inventory>(Broken);
        }
        drop(keep.set(client));
        Ok(())
    };
    let system = System::of("orders", root).config(config).start().await?;
    let client = kept.get().cloned();
    let missing = || chassis::Error::bug("the root was not run");
    Ok((system, client.ok_or_else(missing)?))
}

/// `[NAME] KIND: message: cause: …`.
fn say(name: &str, error: Option<CallError>) {
    let Some(error) = error else {
        return println!("[{name}] no failure");
    };
    let kind = error.kind();
    println!("[{name}] {kind}: {}", chassis::Error::from(error));
}

/// The URL of a server that answers every request with these bytes and then stays silent.
fn answering(text: &'static str) -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let mut stream = stream;
                let mut request = [0; 4096];
                if stream.read(&mut request).is_ok() && text != "HANG UP" {
                    drop(stream.write_all(text.as_bytes()));
                    thread::sleep(Duration::from_secs(5));
                }
            });
        }
    });
    Ok(url)
}
