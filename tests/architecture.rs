//! The rules of `src/README.md`, held against the tree by plain reading of its
//! text: which layer may import which, what no layer below the shells may call,
//! and that the code map is true. Each rule is also shown something bad.
//!
//! That every file of `lessons/` belongs to something is held by `lessons.rs`.

mod support;

use std::collections::BTreeMap;

use support::{files_below, project};

/// Layers, lowest first; an import may only point to an earlier one. Not each
/// is built yet.
const LAYERS: [&str; 14] = [
    "base",
    "engine",
    "world",
    "telemetry",
    "promql",
    "slo",
    "alert",
    "ops",
    "session",
    "lesson",
    "formats",
    "worker",
    "ui",
    "cli",
];
/// Layers that may touch what is outside, and what they are the only ones to touch.
const SHELLS: [&str; 2] = ["ui", "cli"];
/// The one file of the worker that knows the browser.
const WORKER_SHELL: &str = "worker/web.rs";
/// Lines of one file. Past 400, look for the second idea in it.
const MOST_LINES: usize = 600;

/// Words that no layer below the shells may use, and what to use instead.
const BANNED: [(&[&str], &str); 9] = [
    (
        &["Instant", "SystemTime", "UNIX_EPOCH"],
        "take a SimTime, or real milliseconds, as an argument",
    ),
    (
        &["HashMap", "HashSet", "RandomState"],
        "use BTreeMap, BTreeSet or a Vec: their order is the same in every run",
    ),
    (
        &[
            "web_sys",
            "js_sys",
            "wasm_bindgen",
            "gloo",
            "yew",
            "plotters",
        ],
        "keep the browser in src/ui and src/worker/web.rs",
    ),
    (
        &["std::fs", "std::env", "std::io", "std::net", "std::process"],
        "take texts as arguments; src/cli reads files and words",
    ),
    (
        &[
            "std::thread",
            "std::sync::Mutex",
            "thread_local",
            "static mut",
        ],
        "keep state in what owns it; parallel work is several workers",
    ),
    (
        &[
            "thread_rng",
            "OsRng",
            "getrandom",
            "from_os_rng",
            "rand::rng",
            "rand::random",
        ],
        "draw from base::Stream::named, one stream for each purpose",
    ),
    (
        &["rand_distr"],
        "draw with base::Stream and base::Duration: rand_distr's draws depend on features",
    ),
    (
        &["println!", "eprintln!", "print!", "eprint!", "dbg!"],
        "return what is to be said; shells say it",
    ),
    (
        &[
            ".ln(",
            ".ln_1p(",
            ".log(",
            ".log2(",
            ".log10(",
            ".exp(",
            ".exp2(",
            ".exp_m1(",
            ".sin(",
            ".cos(",
            ".tan(",
            ".asin(",
            ".acos(",
            ".atan(",
            ".atan2(",
            ".sinh(",
            ".cosh(",
            ".tanh(",
            ".powf(",
            ".powi(",
            ".cbrt(",
            ".hypot(",
            ".sin_cos(",
        ],
        "use libm: std's functions differ between native and WASM in the last bit",
    ),
];

/// The text of a file that is compiled outside of tests, without comments.
fn code(path: &str, text: &str) -> String {
    let is_test = ["tests.rs", "hostile.rs", "sample.rs"]
        .iter()
        .any(|name| path.ends_with(name));
    if is_test {
        return String::new();
    }
    let text = text
        .split_once("#[cfg(test)]\nmod tests {")
        .map_or(text, |(before, _)| before);
    let lines = text.lines().map(|line| match line.find("//") {
        // Two slashes after a colon are an address in a text.
        Some(at) if !line[..at].ends_with(':') => &line[..at],
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether `word` stands in `code` by itself, not as a part of a longer name.
fn stands(code: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        let open = word.starts_with('.') || !before.is_some_and(part);
        let closed = word.ends_with(['(', '!']) || !after.is_some_and(part);
        open && closed
    })
}

fn layer(path: &str) -> Option<&str> {
    path.split_once('/').map(|(layer, _)| layer)
}

fn banned_calls(path: &str, text: &str) -> Vec<String> {
    let Some(layer) = layer(path) else {
        return Vec::new();
    };
    if SHELLS.contains(&layer) || path == WORKER_SHELL {
        return Vec::new();
    }
    let code = code(path, text);
    let mut found = Vec::new();
    for (words, instead) in BANNED {
        for word in words.iter().filter(|word| stands(&code, word)) {
            found.push(format!("src/{path} uses `{word}`: {instead}"));
        }
    }
    found
}

/// Layers that a text names as `crate::layer`, in groups too.
fn named_layers(code: &str) -> Vec<String> {
    let mut named = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => named.push(rest.to_owned()),
            Some(group) => {
                let mut depth = 0;
                let mut start = 0;
                for (at, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        ',' if depth == 0 => {
                            named.push(group[start..at].to_owned());
                            start = at + 1;
                        }
                        '}' if depth == 0 => {
                            named.push(group[start..at].to_owned());
                            break;
                        }
                        '}' => depth -= 1,
                        _ => {}
                    }
                }
            }
        }
    }
    let word = |path: &String| {
        let path = path.trim_start();
        let end = path.find(|c: char| !c.is_alphanumeric() && c != '_');
        path[..end.unwrap_or(path.len())].to_owned()
    };
    named
        .iter()
        .map(word)
        .filter(|word| !word.is_empty())
        .collect()
}

fn wrong_imports(path: &str, text: &str) -> Vec<String> {
    let Some(layer) = layer(path) else {
        return Vec::new();
    };
    let rank = |layer: &str| LAYERS.iter().position(|known| *known == layer);
    let Some(own) = rank(layer) else {
        return vec![format!(
            "src/{path} belongs to no layer; the layers are {}",
            LAYERS.join(", ")
        )];
    };
    let code = code(path, text);
    let mut found: Vec<String> = named_layers(&code)
        .iter()
        .filter(|named| rank(named).is_some_and(|rank| rank > own))
        .map(|named| {
            format!(
                "src/{path} imports crate::{named}, a later layer: move what it needs down, \
                 or the code that needs it up"
            )
        })
        .collect();
    // The command line drives the core by itself; it needs no page and no worker.
    let needless = ["worker", "ui"];
    if layer == "cli"
        && named_layers(&code)
            .iter()
            .any(|named| needless.contains(&named.as_str()))
    {
        found.push(format!(
            "src/{path} imports a web layer: use session and lesson"
        ));
    }
    let depth = path.matches('/').count() - usize::from(path.ends_with("/mod.rs"));
    if code.contains(&"super::".repeat(depth + 1)) {
        found.push(format!(
            "src/{path} climbs out of its layer with super: write crate:: so that the \
             direction shows"
        ));
    }
    found
}

/// The map in `src/README.md` against the files of `src`, by path from there.
fn wrong_map(map: &str, files: &[&str]) -> Vec<String> {
    let Some((_, section)) = map.split_once("\n## Code map\n") else {
        return vec!["src/README.md has no section `## Code map`".to_owned()];
    };
    let section = section.split("\n## ").next().unwrap_or_default();
    let named: Vec<&str> = section
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| word.ends_with('/') || word.ends_with(".rs"))
        .collect();
    let mut found = Vec::new();
    for name in &named {
        let there = match name.strip_suffix('/') {
            Some(folder) => files.iter().any(|file| {
                file.strip_prefix(folder)
                    .is_some_and(|rest| rest.starts_with('/'))
            }),
            None => files.contains(name),
        };
        if !there {
            found.push(format!(
                "the code map names `{name}`, which is not below src/: mend or drop the line"
            ));
        }
    }
    let mut folders: Vec<String> = files
        .iter()
        .flat_map(|file| {
            file.match_indices('/')
                .map(|(at, _)| file[..=at].to_owned())
                .collect::<Vec<_>>()
        })
        .collect();
    folders.sort();
    folders.dedup();
    for folder in folders {
        if !named.contains(&folder.as_str()) {
            found.push(format!(
                "the code map lacks `{folder}`: add a line that says what it is for"
            ));
        }
    }
    found
}

fn untidy(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let lines = text.lines().count();
    if lines > MOST_LINES {
        found.push(format!(
            "{path} has {lines} lines, at most {MOST_LINES} are allowed: find its second idea \
             and give it a file"
        ));
    }
    // In two parts, so that this file does not find itself.
    let left = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
    ];
    if let Some(word) = left.iter().find(|word| stands(text, word)) {
        found.push(format!("{path} says {word}: do it, or file an issue"));
    }
    if text.contains(concat!("#[ig", "nore")) {
        found.push(format!(
            "{path} leaves a test out: make it fast or sound, or take it away"
        ));
    }
    found
}

fn source() -> BTreeMap<String, String> {
    let mut files = files_below("src");
    files.retain(|path, _| path.ends_with(".rs"));
    files
}

/// Holds a rule against every file, and tells every breach at once.
fn hold(files: &BTreeMap<String, String>, rule: fn(&str, &str) -> Vec<String>) {
    assert!(!files.is_empty());
    let found: Vec<String> = files
        .iter()
        .flat_map(|(path, text)| rule(path, text))
        .collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn imports_point_to_earlier_layers_only() {
    hold(&source(), wrong_imports);
}

#[test]
fn core_layers_take_no_clock_browser_file_thread_or_chance() {
    hold(&source(), banned_calls);
}

#[test]
fn the_code_map_is_true() {
    let map = std::fs::read_to_string(project().join("src/README.md")).expect("src/README.md");
    let files = source();
    let paths: Vec<&str> = files.keys().map(String::as_str).collect();
    let found = wrong_map(&map, &paths);
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn files_are_short_and_nothing_is_left_for_later() {
    let mut files = BTreeMap::new();
    for folder in ["src", "tests", "xtask", "benches"] {
        if project().join(folder).exists() {
            let below = files_below(folder).into_iter();
            files.extend(below.map(|(path, text)| (format!("{folder}/{path}"), text)));
        }
    }
    let read = [".rs", ".js", ".css", ".md"];
    files.retain(|path, _| {
        read.iter().any(|end| path.ends_with(end)) && !path.starts_with("tests/browser/out/")
    });
    hold(&files, untidy);
}

/// One breach is found, and says `expected`; nothing is expected of sound text.
fn check(found: &[String], expected: &str) {
    let all = found.join("\n");
    assert_eq!(all.is_empty(), expected.is_empty(), "{all}");
    assert!(all.contains(expected), "{expected}: {all}");
}

#[test]
fn a_wrong_import_is_found() {
    let rule = |path, text| wrong_imports(path, text);
    check(&rule("world/a.rs", "use crate::base::Span;"), "");
    check(
        &rule("world/a.rs", "use crate::slo::Tracker;"),
        "later layer",
    );
    check(
        &rule("world/a.rs", "use crate::{base::Span, session::{A, B}};"),
        "crate::session",
    );
    check(
        &rule("slo/a.rs", "let a = crate::ui::route::parse();"),
        "crate::ui",
    );
    check(&rule("cli/a.rs", "use crate::worker::Runner;"), "web layer");
    check(&rule("world/read/a.rs", "use super::super::spec::A;"), "");
    check(
        &rule("world/read/a.rs", "use super::super::super::slo::A;"),
        "climbs out",
    );
    check(
        &rule("world/read/mod.rs", "use super::super::slo::A;"),
        "climbs out",
    );
    check(&rule("world/a.rs", "// see crate::ui"), "");
    check(&rule("other/a.rs", ""), "belongs to no layer");
    check(
        &rule(
            "world/a.rs",
            "#[cfg(test)]\nmod tests {\n use crate::slo::A;",
        ),
        "",
    );
}

#[test]
fn a_banned_call_is_found_with_what_to_use_instead() {
    let rule = |text| banned_calls("world/a.rs", text);
    check(
        &rule("let a = std::time::Instant::now();"),
        "take a SimTime",
    );
    check(&rule("use std::collections::HashMap;"), "BTreeMap");
    check(&rule("let a = web_sys::window();"), "src/ui");
    check(&rule("std::fs::read(a)"), "src/cli");
    check(&rule("std::thread::sleep(a)"), "several workers");
    check(&rule("let mut a = rand::rng();"), "Stream::named");
    check(&rule("let a = b.ln();"), "libm");
    check(&rule("let a = b.powf(2.0);"), "libm");
    check(&rule("println!(\"a\");"), "shells say it");
    check(
        &rule("let instants = a.instants(); let a = libm::log(b); a.expect(\"\")"),
        "",
    );
    check(&rule("/// Instant of a HashMap"), "");
    check(&banned_calls("cli/a.rs", "std::fs::read(a)"), "");
    check(&banned_calls("worker/web.rs", "js_sys::global()"), "");
    check(
        &banned_calls("worker/runner.rs", "js_sys::global()"),
        "worker/web.rs",
    );
}

#[test]
fn a_wrong_map_is_found() {
    let files = ["lib.rs", "base/mod.rs", "base/yaml/mod.rs"];
    let map = |lines: &str| format!("# a\n\n## Code map\n{lines}\n## More\n`other/`\n");
    let rule = |lines: &str| wrong_map(&map(lines), &files);
    check(&rule("`base/` x, `base/yaml/` y, `base/mod.rs` z"), "");
    check(&rule("`base/` x"), "lacks `base/yaml/`");
    check(&rule("`base/` x, `base/yaml/` y, `ops/` z"), "names `ops/`");
    check(
        &rule("`base/` x, `base/yaml/` y, `base/dist.rs` z"),
        "names `base/dist.rs`",
    );
    check(&wrong_map("# a\n", &files), "no section");
}

#[test]
fn an_untidy_file_is_found() {
    check(&untidy("a.rs", &"a\n".repeat(MOST_LINES)), "");
    check(
        &untidy("a.rs", &"a\n".repeat(MOST_LINES + 1)),
        "second idea",
    );
    check(
        &untidy("a.rs", concat!("// TO", "DO: later")),
        "file an issue",
    );
    check(
        &untidy("a.rs", concat!("#[ig", "nore = \"slow\"]")),
        "leaves a test out",
    );
}
