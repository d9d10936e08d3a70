//! The key on its way: one a call, the customer's own where he gave one.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use chassis::context::{Env, IdempotencyKey};
use chassis::contract::{Bound, Contract, Link};
use chassis::discovery::MemoryRegistry;
use chassis::http::client::{HttpTransport, Settings as ClientSettings, Target};
use chassis::http::{Routes, Running, Server, Settings};
use chassis::telemetry::{self, Resource, Telemetry};
use chassis::{Context, Created};

use super::{Desk, DeskError, Note};

/// Writes down the keys that came.
#[derive(Default)]
struct Keys(Mutex<Vec<Option<String>>>);

impl Keys {
    fn note(&self) {
        let key = Context::current()
            .idempotency_key()
            .map(ToString::to_string);
        self.0.lock().unwrap().push(key);
    }

    fn take(&self) -> Vec<Option<String>> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl Desk for Keys {
    async fn write(&self, note: Note) -> Result<Created<Note>, DeskError> {
        self.note();
        let location = "/v1/notes/1".to_owned();
        Ok(Created {
            location,
            value: note,
        })
    }

    async fn add(
        &self,
        _: u32,
        _: Option<String>,
        _: Option<u32>,
        note: Note,
    ) -> Result<Note, DeskError> {
        self.note();
        Ok(note)
    }

    async fn scrap(&self, note: Note) -> Result<Note, DeskError> {
        self.note();
        Ok(note)
    }
}

fn telemetry() -> Telemetry {
    let env = Env::system();
    let resource = Resource::new("desk", &env);
    Telemetry::new(env, &telemetry::Settings::default(), resource).unwrap()
}

fn serve(keys: &Arc<Keys>) -> Running {
    let mut routes = Routes::new(&Settings::default(), Env::system());
    routes
        .component(&telemetry())
        .contract::<dyn Desk>(Arc::clone(keys) as _);
    let server = Server::bind("http.listen", SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    server.serve(routes.build().unwrap()).unwrap()
}

fn client(address: SocketAddr) -> Arc<dyn Desk> {
    let target = Target::parse("desk", &format!("http://{address}")).unwrap();
    let remote = target.remote("desk", &MemoryRegistry::new()).unwrap();
    let contract = <dyn Desk as Contract>::info();
    let transport = HttpTransport::new(contract, remote, ClientSettings::default(), telemetry());
    let link = Link::<dyn Desk>::unbound();
    link.bind(Bound::Remote(Arc::new(transport)));
    <dyn Desk as Contract>::connect(link)
}

fn note(text: &str) -> Note {
    Note {
        text: text.to_owned(),
    }
}

fn given(key: &str) -> Context {
    Context::default().with_idempotency_key(IdempotencyKey::new(key))
}

#[tokio::test]
async fn each_call_has_a_key_of_its_own() {
    let keys = Arc::new(Keys::default());
    let running = serve(&keys);
    let client = client(running.local_addr());
    client.write(note("a")).await.unwrap();
    client.write(note("a")).await.unwrap();
    client.scrap(note("a")).await.unwrap();
    let seen = keys.take();
    let (one, two) = (seen[0].as_ref().unwrap(), seen[1].as_ref().unwrap());
    assert!(one != two && one.len() == 32, "{seen:?}");
    assert_eq!(seen[2], None, "not idempotent");
}

#[tokio::test]
async fn a_customers_key_travels_and_two_calls_for_it_are_two() {
    let keys = Arc::new(Keys::default());
    let running = serve(&keys);
    let client = client(running.local_addr());
    let work = async {
        client.write(note("a")).await.unwrap();
        client.write(note("b")).await.unwrap();
        client.add(1, None, None, note("c")).await.unwrap();
        client.scrap(note("d")).await.unwrap();
    };
    given("order 7").scope(work).await;
    let own = |text: &str| Some(text.to_owned());
    let seen = [own("order 7"), own("order 7~2"), own("order 7"), None];
    assert_eq!(keys.take(), seen);
    // Repeated as a whole, it is the same calls again: none of them is made.
    let again = async {
        client.write(note("a")).await.unwrap();
        client.write(note("b")).await.unwrap();
    };
    given("order 7").scope(again).await;
    assert!(keys.take().is_empty());
}

#[tokio::test]
async fn a_key_that_leaves_no_room_is_shortened_and_still_its_own() {
    let keys = Arc::new(Keys::default());
    let running = serve(&keys);
    let client = client(running.local_addr());
    for end in ["x", "y"] {
        let longest = format!("{}{end}", "k".repeat(254));
        let work = async {
            client.write(note("a")).await.unwrap();
            client.write(note("a")).await.unwrap();
        };
        given(&longest).scope(work).await;
    }
    let seen = keys.take();
    assert_eq!(seen.len(), 4, "{seen:?}");
    assert!(seen.iter().all(|key| key.as_ref().unwrap().len() <= 255));
}

/// Composed, a callee sees what it would see as a process of its own.
#[cfg(feature = "testing")]
#[tokio::test]
async fn within_one_process_it_is_the_same() {
    use chassis::App;
    use chassis::testing::System;

    for encode in ["local:", "local:?encode=json"] {
        let keys = Arc::new(Keys::default());
        let (served, made) = (Arc::clone(&keys), Arc::new(Mutex::new(None)));
        let keep = Arc::clone(&made);
        let service = move |app: App| async move {
            app.serve::<dyn Desk>(served as Arc<dyn Desk>);
            *keep.lock().unwrap() = Some(app.client::<dyn Desk>()?);
            chassis::Result::Ok(())
        };
        let system = System::of("desk", service)
            .set("client.desk.url", encode)
            .start()
            .await
            .unwrap();
        let client = made.lock().unwrap().take().unwrap();
        let work = async {
            client.write(note("a")).await.unwrap();
            client.write(note("a")).await.unwrap();
            client.scrap(note("a")).await.unwrap();
        };
        given("k").scope(work).await;
        let own = |text: &str| Some(text.to_owned());
        assert_eq!(keys.take(), [own("k"), own("k~2"), None], "{encode}");
        system.stop().await;
    }
}
