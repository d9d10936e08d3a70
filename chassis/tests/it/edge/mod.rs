//! The HTTP edge, over real sockets with raw bytes.

mod flow;
mod http2;
mod limits;
mod merged;
mod overload;
mod patience;
mod raw;
mod resets;
mod stopping;
mod strangers;
mod workshop;

use std::net::SocketAddr;
use std::sync::Arc;

use chassis::context::Env;
use chassis::http::{Routes, Running, Server, Settings};
use chassis::telemetry::{self, Point, PointValue, Resource, Telemetry};

pub(crate) use raw::{LONG, Raw, eventually};
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

    /// All series of a metric together: a counter's or a gauge's value, a histogram's count.
    fn count(&self, metric: &str) -> f64 {
        let families = self.telemetry.metrics().snapshot();
        let family = families.iter().find(|family| family.name == metric);
        let points = family.map_or(&[][..], |family| &family.points);
        let value = |point: &Point| match &point.value {
            PointValue::Counter(value) | PointValue::Gauge(value) => *value,
            PointValue::Histogram(value) => value.count() as f64,
            _ => 0.0,
        };
        points.iter().map(value).sum()
    }

    async fn raw(&self) -> Raw {
        Raw::connect(self.running.local_addr()).await
    }
}

fn telemetry(env: &Env) -> Telemetry {
    let mut settings = telemetry::Settings::default();
    settings.logs.access = false;
    Telemetry::new(env.clone(), &settings, Resource::new("test", env)).unwrap()
}
