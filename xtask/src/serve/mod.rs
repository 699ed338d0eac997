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
use anyhow::{Context, Result};
use oxhttp::model::{Body, Method, Request, Response, StatusCode};
use oxhttp::{ListeningServer, Server};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, PoisonError, RwLock};

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
    let path = base.path().to_owned();
    let serve = |port| listen(Arc::clone(served), base.clone(), port).ok();
    let last = port.saturating_add(if port == 0 { 0 } else { MORE_PORTS });
    let port = (port..=last).find_map(serve).with_context(|| {
        format!("ports {port} to {last} are all taken; give another with --port")
    })?;
    Ok(format!("http://127.0.0.1:{port}{path}"))
}

/// Serves on this port, or on any free one for 0; gives the port. Every
/// connection has a thread of its own: browsers hold connections open, so a
/// pool of threads would let others wait without end.
fn listen(served: Arc<Served>, base: Base, port: u16) -> std::io::Result<u16> {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    let port = free.local_addr()?.port();
    drop(free);
    let server = Server::new(move |request| reply(request, &served.get(), &base));
    let _runs_on: ListeningServer = server.bind((Ipv4Addr::LOCALHOST, port)).spawn()?;
    Ok(port)
}

fn reply(request: &Request<Body>, site: &Site, base: &Base) -> Response<Body> {
    let header = |name| {
        let value = request.headers().get(name);
        value.and_then(|value| value.to_str().ok()).unwrap_or("")
    };
    let answer = answer::answer(
        site,
        base,
        &answer::Question {
            readable: request.method() == Method::GET,
            url: request.uri().path(),
            accept_encoding: header("Accept-Encoding"),
            if_none_match: header("If-None-Match"),
        },
    );
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let body = Body::from(answer.body.into_owned());
    response.body(body).unwrap_or_else(|error| {
        let mut failed = Response::new(Body::from(error.to_string()));
        *failed.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        failed
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpStream;

    /// More than a small pool of threads would have.
    const CONNECTIONS: usize = 32;

    #[test]
    fn a_connection_that_is_held_open_lets_no_other_wait() {
        let served = Served::new(Site::default());
        let address = start(&served, 0, Base::new("/")).expect("a free port");
        let host = address
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_owned();
        let mut held: Vec<_> = (0..CONNECTIONS)
            .map(|_| TcpStream::connect(&host).expect("a connection"))
            .collect();
        for stream in held.iter_mut().rev() {
            stream
                .write_all(b"GET / HTTP/1.1\r\nHost: lab\r\n\r\n")
                .expect("sent");
            let mut start = [0; 12];
            stream.read_exact(&mut start).expect("an answer");
            assert_eq!(&start, b"HTTP/1.1 404");
        }
    }
}
