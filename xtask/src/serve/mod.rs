//! The development server: the site from memory on 127.0.0.1.
//!
//! It sends what a good static host sends and nothing that a static host
//! cannot: no fallback routes, no cross-origin isolation.

mod answer;
mod headers;

pub use answer::Base;
pub use headers::CONTENT_SECURITY_POLICY;

use crate::site::{self, Mode, Site};
use crate::{shell, watch};
use anyhow::{Context, Result, anyhow};
use std::io::Cursor;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, PoisonError, RwLock};
use tiny_http::{Header, Method, Response, Server, StatusCode};

/// Requests answered at once; a page asks for half a dozen files.
const THREADS: usize = 4;
/// Ports tried after the first one is found taken.
const MORE_PORTS: u16 = 20;

/// What `cargo xtask serve` was asked to do.
pub struct Options {
    /// Rebuild when a file changes.
    pub watch: bool,
    /// Open the browser.
    pub open: bool,
    /// The first port to try; 0 takes any free one.
    pub port: u16,
    /// The path under which the site stands.
    pub base: Base,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            watch: false,
            open: false,
            port: 8080,
            base: Base::new("/"),
        }
    }
}

/// The site being served; a rebuild puts a new one in its place.
pub struct Served(RwLock<Arc<Site>>);

impl Served {
    /// Starts with this site.
    pub fn new(site: Site) -> Arc<Self> {
        Arc::new(Self(RwLock::new(Arc::new(site))))
    }

    fn get(&self) -> Arc<Site> {
        // A panic elsewhere cannot have left half a pointer behind.
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, site: Site) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(site);
    }
}

/// Builds, serves until interrupted, rebuilds on change if asked to.
///
/// # Errors
/// When the first build fails or no port is free.
pub fn run(root: &Path, mode: Mode, options: &Options) -> Result<()> {
    let mut tree = watch::Tree::new(root);
    let served = Served::new(site::build(root, mode)?);
    let address = start(&served, options.port, options.base.clone())?;
    println!("Serving build {} at {address}", served.get().build);
    if options.open {
        open(&address);
    }
    loop {
        if !options.watch {
            std::thread::park();
            continue;
        }
        tree.wait_for_change();
        println!("Changed; building again");
        match site::build(root, mode) {
            Ok(site) => {
                println!("Serving build {} at {address}; reload the page", site.build);
                served.set(site);
            }
            Err(error) => eprintln!("error: {error:#}\nThe last good build is still served."),
        }
    }
}

/// Serves in the background and returns the address, which ends with a slash.
///
/// # Errors
/// When no port is free.
pub fn start(served: &Arc<Served>, port: u16, base: Base) -> Result<String> {
    let listener = listen(port)?;
    let port = listener.local_addr()?.port();
    let address = format!("http://127.0.0.1:{port}{}", base.path());
    let server = Server::from_listener(listener, None)
        .map_err(|error| anyhow!("could not serve on port {port}: {error}"))?;
    let server = Arc::new(server);
    for _ in 0..THREADS {
        let (server, served, base) = (Arc::clone(&server), Arc::clone(served), base.clone());
        std::thread::spawn(move || {
            while let Ok(request) = server.recv() {
                // A visitor who leaves before the answer has come is no error.
                let _ = reply(request, &served.get(), &base);
            }
        });
    }
    Ok(address)
}

fn listen(first: u16) -> Result<TcpListener> {
    let last = first.saturating_add(if first == 0 { 0 } else { MORE_PORTS });
    (first..=last)
        .find_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok())
        .with_context(|| format!("ports {first} to {last} are all taken; give another with --port"))
}

fn reply(request: tiny_http::Request, site: &Site, base: &Base) -> std::io::Result<()> {
    let header = |name: &'static str| {
        let found = request.headers().iter().find(|h| h.field.equiv(name));
        found.map_or("", |h| h.value.as_str())
    };
    let question = answer::Question {
        readable: matches!(request.method(), Method::Get | Method::Head),
        url: request.url(),
        accept_encoding: header("Accept-Encoding"),
        if_none_match: header("If-None-Match"),
    };
    let answer = answer::answer(site, base, &question);
    let headers = answer.headers.iter();
    let headers =
        headers.filter_map(|(name, value)| Header::from_bytes(*name, value.as_str()).ok());
    let length = answer.body.len();
    let response = Response::new(
        StatusCode(answer.status),
        headers.collect(),
        Cursor::new(answer.body),
        Some(length),
        None,
    );
    request.respond(response.with_chunked_threshold(usize::MAX))
}

fn open(address: &str) {
    let (program, arguments): (_, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("cmd", &["/C", "start"])
    } else {
        ("xdg-open", &[])
    };
    if let Err(error) = shell::run(Command::new(program).args(arguments).arg(address)) {
        eprintln!("note: could not open a browser ({error:#}); open {address} yourself");
    }
}
