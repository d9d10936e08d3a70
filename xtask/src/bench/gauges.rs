//! What isn't counted by request: how soon a service is ready, what memory it holds, what an open
//! admin page takes, what its build takes.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use super::builds;
use super::measure::Bench;
use crate::drive::{Caller, Program, request};
use crate::{Result, command, workspace};

/// One figure with its bound.
pub(super) struct Gauge {
    pub(super) name: &'static str,
    /// The example that is measured; none where packages are built.
    pub(super) program: Option<&'static str>,
    pub(super) bound: f64,
    pub(super) measure: fn(&Bench, &'static str) -> Result<f64>,
}

/// The package that holds the measured programs.
pub(super) const PACKAGE: &str = "bench-chassis";

/// The figures, in the order in which they are printed.
pub(super) const GAUGES: &[Gauge] = &[
    Gauge {
        name: "start.ms",
        program: Some("contract"),
        bound: 15.0,
        measure: start,
    },
    Gauge {
        name: "rss.mb",
        program: Some("contract"),
        bound: 14.0,
        measure: rss,
    },
    Gauge {
        name: "rss.mb.loaded",
        program: Some("contract"),
        bound: 24.0,
        measure: rss_loaded,
    },
    Gauge {
        name: "page.open",
        program: Some("ports"),
        bound: 0.5,
        measure: page_open,
    },
    Gauge {
        name: "page.closed",
        program: Some("ports"),
        bound: 0.1,
        measure: page_closed,
    },
    Gauge {
        name: "build.ratio",
        program: None,
        bound: 1.3,
        measure: build,
    },
    Gauge {
        name: "build.first",
        program: None,
        bound: 1.3,
        measure: builds::first,
    },
    Gauge {
        name: "build.again.check",
        program: None,
        bound: 1.3,
        measure: builds::check,
    },
    Gauge {
        name: "build.again.test",
        program: None,
        bound: 1.3,
        measure: builds::test,
    },
];

/// How often a start is timed; the median counts, since a machine that does something else delays some.
const STARTS: usize = 21;

/// Requests before memory is looked at again.
const REQUESTS: u32 = 100_000;

/// Milliseconds from exec until the probe says ready.
fn start(bench: &Bench, program: &'static str) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let begin = Instant::now();
        let service = bench.start(program, &[])?;
        times.push(begin.elapsed().as_secs_f64() * 1_000.0);
        service.interrupt()?;
    }
    times.sort_by(f64::total_cmp);
    Ok(times[STARTS / 2])
}

/// MiB that are resident once the service is ready.
fn rss(bench: &Bench, program: &'static str) -> Result<f64> {
    bench.start(program, &[])?.resident()
}

/// MiB that are resident after many requests.
fn rss_loaded(bench: &Bench, program: &'static str) -> Result<f64> {
    let service = bench.start(program, &[])?;
    let order = request("/v1/orders/42", &[]);
    let mut caller = Caller::connect(service.address())?;
    for _ in 0..REQUESTS {
        caller.call(&order)?;
    }
    service.resident()
}

/// How long the processor's time is watched.
const WATCHED: Duration = Duration::from_secs(10);

/// Percent of a core that an open page with a hundred busy ports costs.
fn page_open(bench: &Bench, program: &'static str) -> Result<f64> {
    let service = bench.start(program, &[])?;
    let closed = share(&service)?;
    let _page = open_page(&service)?;
    Ok(share(&service)? - closed)
}

/// Percent of a core that is left of it once it is closed.
fn page_closed(bench: &Bench, program: &'static str) -> Result<f64> {
    let service = bench.start(program, &[])?;
    let before = share(&service)?;
    drop(open_page(&service)?);
    // The look that finds nobody comes within a second.
    std::thread::sleep(Duration::from_secs(2));
    Ok((share(&service)? - before).max(0.0))
}

/// Percent of a core that the service takes.
fn share(service: &Program) -> Result<f64> {
    let (before, begin) = (service.processor()?, Instant::now());
    std::thread::sleep(WATCHED);
    let taken = service.processor()?.saturating_sub(before);
    Ok(taken.as_secs_f64() / begin.elapsed().as_secs_f64() * 100.0)
}

/// A page that is open, and reads what comes, until it is dropped.
fn open_page(service: &Program) -> Result<Page> {
    let mut stream = TcpStream::connect(service.admin())?;
    let host = service.admin();
    write!(stream, "GET /admin/events HTTP/1.1\r\nhost: {host}\r\n\r\n")?;
    let mut answer = [0; 512];
    let read = stream.read(&mut answer)?;
    if !answer[..read].starts_with(b"HTTP/1.1 200 ") {
        let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
        return Err(format!("/admin/events answered {answer}").into());
    }
    let mut reading = stream.try_clone()?;
    std::thread::spawn(move || std::io::copy(&mut reading, &mut std::io::sink()));
    Ok(Page(stream))
}

/// See [`open_page`].
struct Page(TcpStream);

impl Drop for Page {
    fn drop(&mut self) {
        // Fails where the service has closed it, which is as good.
        drop(self.0.shutdown(Shutdown::Both));
    }
}

/// Seconds of a clean release build of the smallest service, divided by those of the same without
/// chassis.
fn build(_: &Bench, _: &'static str) -> Result<f64> {
    command::run(workspace::cargo().args(["fetch", "--locked"]))?;
    Ok(clean_build("bench-tiny-chassis")? / clean_build("bench-tiny-axum")?)
}

fn clean_build(package: &str) -> Result<f64> {
    let target = workspace::target()?.join("bench-build");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    let mut build = workspace::cargo();
    build
        .args([
            "build",
            "--release",
            "--quiet",
            "--package",
            package,
            "--target-dir",
        ])
        .arg(&target);
    let begin = Instant::now();
    command::run(&mut build)?;
    let seconds = begin.elapsed().as_secs_f64();
    fs::remove_dir_all(&target)?;
    Ok(seconds)
}
