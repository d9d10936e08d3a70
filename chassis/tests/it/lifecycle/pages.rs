//! What the hexagon page's data says of composed services, hostile texts and very many routes.

use std::sync::Arc;

use axum::Router;
use axum::routing::get as get_route;
use chassis::context::Env;
use chassis::testing::System;
use chassis::{App, CallError, Error, Listener, Place, Problem, Streaming, port, service};
use serde_json::Value;

use super::wire::get;

#[derive(Debug, thiserror::Error, Problem)]
enum PaintError {
    #[error(transparent)]
    #[problem(call)]
    Call(#[from] CallError),
}

/// Mixes colours.
#[service(version = "2")]
trait Mixer {
    /// One colour of two.
    ///
    /// Slowly.
    #[get("/mixed/{one}/{other}", timeout = "3s", deprecated)]
    async fn mix(&self, one: String, other: String) -> Result<String, PaintError>;
}

/// Paints.
#[service(version = "1")]
trait Painter {
    /// A wall.
    #[post("/walls")]
    async fn wall(&self, colour: String) -> Result<String, PaintError>;
}

/// Where pigments lie.
#[port]
trait Pigments {
    /// One of them.
    #[idempotent]
    async fn take(&self, name: &str) -> Result<String, CallError>;
}

struct Shelf;

impl Pigments for Shelf {
    async fn take(&self, name: &str) -> Result<String, CallError> {
        match name {
            "none" => Err(CallError::Unbound {
                service: "shelf".to_owned(),
            }),
            name => Ok(name.to_owned()),
        }
    }
}

struct Mill(Arc<dyn Pigments>);

impl Mixer for Mill {
    async fn mix(&self, one: String, other: String) -> Result<String, PaintError> {
        Ok(self.0.take(&one).await? + &self.0.take(&other).await?)
    }
}

struct Hand(Arc<dyn Mixer>);

impl Painter for Hand {
    async fn wall(&self, colour: String) -> Result<String, PaintError> {
        self.0.mix(colour, "white".to_owned()).await
    }
}

const HOSTILE: &str = "</script><img src=x onerror=alert(1)>\"'\u{0}\u{202e}\r\n\r\ndata: x";

async fn mill(app: App) -> chassis::Result {
    let pigments = app.adapt::<dyn Pigments>(Shelf);
    app.check(HOSTILE, || async { Err(Error::unavailable(HOSTILE)) })
        .optional();
    app.serve::<dyn Mixer>(Mill(pigments));
    Ok(())
}

async fn hand(app: App) -> chassis::Result {
    let mixer = app.client::<dyn Mixer>()?;
    app.serve::<dyn Painter>(Hand(mixer));
    Ok(())
}

/// What the admin listener answers, asked from another thread.
async fn ask(system: &System, path: &'static str) -> (u16, String) {
    let admin = system.listeners().of(Listener::Admin).next().unwrap();
    let admin = admin.trim_start_matches("http://").to_owned();
    let asked = tokio::task::spawn_blocking(move || get(&admin, path));
    asked.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn composed_services_are_joined_where_one_calls_the_other() {
    let system = System::compose("studio")
        .with("hand", hand)
        .with("mill", mill)
        .listening();
    let system = system.start().await.unwrap();
    let painter = system.client::<dyn Painter>();
    assert_eq!(painter.wall("red".to_owned()).await.unwrap(), "redwhite");
    painter.wall("none".to_owned()).await.unwrap_err();

    let page: Value = serde_json::from_str(&ask(&system, "/admin/hexagon").await.1).unwrap();
    let [hand, mill] = &page["components"].as_array().unwrap()[..] else {
        panic!("{page}");
    };
    let mixer = &hand["outbound"][0];
    assert_eq!(mixer["leads_to"]["kind"], "component");
    assert_eq!(mixer["leads_to"]["port"], mill["inbound"][0]["id"]);
    assert_eq!(
        (&mixer["figures"]["calls"], &mixer["figures"]["errors"]),
        (&2.into(), &1.into())
    );
    assert_eq!(mixer["state"]["name"], "failing");

    let route = &mill["inbound"][0]["routes"][0];
    assert_eq!(route["summary"], "One colour of two.");
    assert_eq!(route["policy"]["timeout_ms"], 3_000);
    assert_eq!(route["policy"]["deprecated"], true);
    let document: Value =
        serde_json::from_str(&ask(&system, "/admin/openapi.json").await.1).unwrap();
    let operation = &document["paths"][route["path"].as_str().unwrap()]["get"];
    assert_eq!(operation["operationId"], route["operation"]);

    let pigments = &mill["outbound"][0];
    assert_eq!(
        (&pigments["kind"], &pigments["adapter"]),
        (&"port".into(), &"Shelf".into())
    );
    let failure = &pigments["state"]["failures"][0];
    assert_eq!(
        (&failure["method"], &failure["error_type"]),
        (&"take".into(), &"CallError".into())
    );
    assert_eq!(failure["trace_id"].as_str().unwrap().len(), 32);
    system.stop().await;
}

/// Drips.
#[service(version = "1")]
trait Tap {
    /// Drops, until there are no more.
    #[get("/drops", item_timeout = "20ms")]
    async fn drops(&self) -> Result<Streaming<u8, PaintError>, PaintError>;
}

struct Dry;

impl Tap for Dry {
    async fn drops(&self) -> Result<Streaming<u8, PaintError>, PaintError> {
        Ok(Streaming::unfold((), |()| async {
            std::future::pending::<Option<(Result<u8, PaintError>, ())>>().await
        }))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_fails_is_among_the_failed_requests() {
    let dry = async |app: App| {
        app.serve::<dyn Tap>(Dry);
        Ok(())
    };
    let system = System::compose("studio").with("tap", dry).listening();
    let system = system.start().await.unwrap();
    assert_eq!(system.get("/v1/drops").await.status(), 200);
    let clock = Env::system();
    let begun = clock.now();
    let failed = loop {
        let (_, text) = ask(&system, "/admin/hexagon").await;
        let page: Value = serde_json::from_str(&text).unwrap();
        if let Some(failed) = page["failed"].get(0) {
            break failed.clone();
        }
        assert!((clock.now() - begun).as_secs() < 30, "{page}");
    };
    assert_eq!(
        (&failed["route"], &failed["status"]),
        (&"/v1/drops".into(), &200.into())
    );
    assert_eq!(failed["error_type"], "deadline");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adapter_says_where_it_is_and_what_configured_it() {
    let cards = async |app: App| {
        let place = Place::at("https://ann:hunter2@cards.example/v2?key=x");
        let place = place.configured_by("http.listen");
        app.adapt_at::<dyn Pigments>(place, Shelf);
        app.adapt_at::<dyn Pigments>(Place::here(), Shelf);
        app.adapt::<dyn Pigments>(Shelf);
        Ok(())
    };
    let system = System::compose("studio").with("cards", cards).listening();
    let system = system.start().await.unwrap();
    let (_, text) = ask(&system, "/admin/hexagon?port=cards/out/pigments").await;
    assert!(!text.contains("hunter2"), "{text}");
    let page: Value = serde_json::from_str(&text).unwrap();
    let ports = page["components"][0]["outbound"].as_array().unwrap();
    let address = |port: usize| &ports[port]["state"]["addresses"][0]["address"];
    assert_eq!(address(0), "https://***@cards.example/v2?***");
    assert_eq!(address(1), "in this process");
    assert!(address(2).is_null() && ports[2]["state"]["known_since_unix_ms"].is_null());
    assert!(ports[0]["state"]["known_since_unix_ms"].as_u64().unwrap() > 0);
    assert_eq!(ports[0]["settings"][0]["key"], "http.listen");
    assert_eq!(page["chosen"]["port"]["id"], "cards/out/pigments");
    assert_eq!(page["chosen"]["component"], "cards");

    let (status, article) = ask(&system, "/admin/port?port=cards/out/pigments").await;
    assert_eq!(status, 200);
    for words in ["Speaks to", "cards.example", "http.listen", "So since"] {
        assert!(article.contains(words), "{words} is missing: {article}");
    }
    let (status, article) = ask(&system, "/admin/port?port=cards/out/%3Cb%3E").await;
    assert_eq!(status, 200);
    assert!(
        article.contains("There is no port <code>cards/out/&lt;b&gt;</code>"),
        "{article}"
    );
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_texts_travel_as_texts() {
    let system = System::compose("studio").with("mill", mill).listening();
    let system = system.start().await.unwrap();
    let clock = Env::system();
    let begun = clock.now();
    let check = loop {
        let (_, text) = ask(&system, "/admin/hexagon").await;
        let page: Value = serde_json::from_str(&text).unwrap();
        let check = page["health"][0].clone();
        if !check["failure"].is_null() {
            break check;
        }
        assert!((clock.now() - begun).as_secs() < 30, "{page}");
    };
    assert_eq!(check["name"], HOSTILE);
    assert!(check["failure"].as_str().unwrap().contains(HOSTILE));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_routes_are_counted_and_found() {
    let many = async |app: App| {
        let add = |router: Router, number: usize| {
            router.route(&format!("/shelf/{number}"), get_route(async || "here"))
        };
        app.merge((0..10_000).fold(Router::new(), add));
        Ok(())
    };
    let system = System::compose("studio").with("shelves", many).listening();
    let system = system.start().await.unwrap();
    let (_, text) = ask(&system, "/admin/hexagon").await;
    assert!(text.len() < 200_000, "{} bytes", text.len());
    let page: Value = serde_json::from_str(&text).unwrap();
    let router = &page["components"][0]["inbound"][0];
    assert_eq!(router["routes_total"], 10_000);
    assert_eq!(router["routes"].as_array().unwrap().len(), 200);

    assert_eq!(system.get("/shelf/7777").await.status(), 200);
    let (_, found) = ask(&system, "/admin/hexagon?find=/shelf/7777").await;
    let found: Value = serde_json::from_str(&found).unwrap();
    let router = &found["components"][0]["inbound"][0];
    assert_eq!(router["routes_total"], 1);
    assert_eq!(router["routes"][0]["figures"]["calls"], 1);
    system.stop().await;
}

#[tokio::test]
async fn a_name_that_no_service_can_have_is_the_error_of_the_start() {
    let nothing = async |_: App| Ok(());
    for (name, near) in [("Paint Shop", "paint-shop"), ("../etc", "etc")] {
        let error = System::of(name, nothing).start().await.unwrap_err();
        assert_eq!(error.exit_code(), 70);
        let said = error.to_string();
        assert!(said.contains(&format!("did you mean {near:?}?")), "{said}");
    }
    for name in ["", "a/b", ".hidden", &"x".repeat(64)] {
        assert!(System::of(name, nothing).start().await.is_err(), "{name}");
    }
}
