//! `cargo xtask page`: the hexagon page to look at, and how soon it is painted.
//!
//! The pages are of services that were never started: a unit test of `admin/page` writes them.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use browser::{Browser, Scheme};

use crate::{Result, command, tools, workspace};

/// The pages, as the test names them.
const PAGES: [&str; 7] = [
    "single", "shop", "failing", "empty", "circle", "many", "crowd",
];

/// What is clicked in the shop before a picture is taken, and what it is called.
const OPENED: [(&str, &str); 3] = [
    ("port", "#ports a[href='?port=orders/out/orderstore']"),
    ("token", "#config-show"),
    ("try", "[data-try='Orders.method1']"),
];

/// The one with a hundred ports.
const CROWDED: &str = "many";

/// One with a line of text: what the browser itself takes.
const BLANK: &str = "blank";

/// What is far from the window isn't rendered, and would be blank in the picture of a whole page.
const SHOW_ALL: &str = "document.styleSheets[0].insertRule(\
    'section { animation: none !important; content-visibility: visible !important }')";

/// How soon it has to be painted, in milliseconds, in the median of so many times.
const BOUND: f64 = 100.0;
const TIMES: usize = 15;

/// `cargo xtask page [--paint]`.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let only_paint = match words.as_slice() {
        [] => false,
        ["--paint"] => true,
        _ => return Err("usage: cargo xtask page [--paint]".into()),
    };
    let folder = workspace::target()?.join("page");
    write(&folder)?;
    let address = serve(&folder)?;
    let (driver, chromium) = (tools::CHROMEDRIVER.get()?, tools::CHROMIUM.get()?);
    let seen = Browser::start(&driver, &chromium).and_then(|browser| {
        if !only_paint {
            look(&browser, &address, &folder)?;
        }
        paint(&browser, &address)
    });
    let (blank, crowded) = seen.map_err(|error| error.to_string())?;
    println!(
        "page.paint {crowded:.0} ms until a page with 100 ports is painted, at most {BOUND:.0}; \
         a page with one line takes {blank:.0} ms here"
    );
    Ok(if crowded <= BOUND {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Has the pages written into `folder`.
fn write(folder: &Path) -> Result {
    let mut test = workspace::cargo();
    test.args([
        "test",
        "-q",
        "-p",
        "chassis",
        "--all-features",
        "--lib",
        "--",
    ]);
    test.arg("admin::page::tests::pages_to_look_at");
    command::run(test.env("PAGES_TO_LOOK_AT", folder))?;
    match folder.join("shop.html").is_file() {
        true => Ok(fs::write(
            folder.join(format!("{BLANK}.html")),
            "<!doctype html><html lang=\"en\"><title>One line</title><p>One line.",
        )?),
        false => Err("the test wrote no pages".into()),
    }
}

/// Takes a picture of each page, and of what opens on a click: light, dark, narrow.
fn look(browser: &Browser, address: &str, folder: &Path) -> browser::Result {
    let looks = [
        ("light", Scheme::Light, 1_400),
        ("dark", Scheme::Dark, 1_400),
        ("narrow", Scheme::Light, 320),
    ];
    for (look, scheme, width) in looks {
        browser.prefer(scheme)?;
        browser.resize(width, 900)?;
        let take = |name: &str| {
            browser.run(SHOW_ALL, &[])?;
            let file = folder.join(format!("{name}-{look}.png"));
            println!("{}", file.display());
            browser.screenshot(&file)
        };
        for page in PAGES {
            browser.goto(&format!("http://{address}/{page}.html"))?;
            take(page)?;
        }
        for (name, css) in OPENED {
            browser.goto(&format!("http://{address}/shop.html"))?;
            browser.find(css)?.click()?;
            let open = || {
                Ok(browser
                    .find("dialog[open], #details article")
                    .is_ok()
                    .then_some(()))
            };
            browser.wait_for(name, open)?;
            take(name)?;
        }
    }
    Ok(())
}

/// The median times until a page with one line and the crowded page are painted for the first time, in
/// milliseconds: by turns, so that a busy machine shows in both.
fn paint(browser: &Browser, address: &str) -> browser::Result<(f64, f64)> {
    browser.resize(1_400, 900)?;
    let (mut blank, mut crowded) = (Vec::new(), Vec::new());
    // The first ones warm the browser up.
    for round in 0..TIMES + 3 {
        for (page, times) in [(BLANK, &mut blank), (CROWDED, &mut crowded)] {
            let time = painted(browser, &format!("http://{address}/{page}.html?{round}"))?;
            if round >= 3 {
                times.push(time);
            }
        }
    }
    Ok((median(blank), median(crowded)))
}

fn painted(browser: &Browser, url: &str) -> browser::Result<f64> {
    let script = "const [paint] = performance.getEntriesByName('first-contentful-paint');\
        return paint ? paint.startTime : null";
    browser.goto(url)?;
    browser.wait_for("the first paint", || Ok(browser.run(script, &[])?.as_f64()))
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Serves the folder's files on loopback until the program ends.
fn serve(folder: &Path) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    let folder = folder.to_owned();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let folder = folder.clone();
            // A browser that goes away amid an answer is its own affair.
            thread::spawn(move || drop(answer(stream, &folder)));
        }
    });
    Ok(address)
}

fn answer(mut stream: TcpStream, folder: &Path) -> Result {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let path = first.split([' ', '?']).nth(1).unwrap_or("/");
    let (status, body) = match fs::read(file(folder, path)) {
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    let kind = match path.rsplit('.').next() {
        Some("html") => "text/html",
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        _ => "text/html",
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: {kind}; charset=utf-8\r\ncontent-length: {}\r\n\
         cache-control: no-store\r\nconnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)?;
    Ok(())
}

/// The file of a path; only names below the folder.
fn file(folder: &Path, path: &str) -> PathBuf {
    let names = path
        .split('/')
        .filter(|name| !name.is_empty() && *name != "..");
    let file = folder.join(names.collect::<PathBuf>());
    // What the service makes has no ending.
    match file.extension() {
        Some(_) => file,
        None => file.with_extension("html"),
    }
}
