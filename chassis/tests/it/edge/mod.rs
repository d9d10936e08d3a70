//! The HTTP edge, over real sockets with raw bytes.

mod flow;
mod merged;
mod patience;
mod raw;
mod stopping;
mod workshop;

use std::net::SocketAddr;
use std::sync::Arc;

use chassis::context::Env;
use chassis::http::{Routes, Running, Server, Settings};
use chassis::telemetry::{self, Resource, Telemetry};

use raw::Raw;
use workshop::Workshop;

/// A server on a port of its own.
struct Site {
    running: Running,
    workshop: Arc<Workshop>,
    telemetry: Telemetry,
}

impl Site {
    /// The workshop, with the default settings.
    fn open() -> Self {
        Self::with(&Settings::default(), |_| {})
    }

    /// The workshop and what `more` adds.
    fn with(settings: &Settings, more: impl FnOnce(&mut chassis::http::Component<'_>)) -> Self {
        Self::at(Env::system(), settings, more)
    }

    fn at(
        env: Env,
        settings: &Settings,
        more: impl FnOnce(&mut chassis::http::Component<'_>),
    ) -> Self {
        let telemetry = telemetry(&env);
        let workshop = Workshop::new();
        let mut routes = Routes::new(settings, env);
        let mut component = routes.component(&telemetry);
        component.contract(Arc::clone(&workshop));
        more(&mut component);
        let server = Server::bind("http.listen", SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let running = server.serve(routes.build().unwrap()).unwrap();
        Self {
            running,
            workshop,
            telemetry,
        }
    }

    async fn raw(&self) -> Raw {
        Raw::connect(self.running.local_addr()).await
    }
}

fn telemetry(env: &Env) -> Telemetry {
    let settings = telemetry::Settings::default();
    Telemetry::new(env.clone(), &settings, Resource::new("test", env)).unwrap()
}
