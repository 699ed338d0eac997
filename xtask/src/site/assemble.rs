//! From files in the tree to files of the site: names, placeholders, build id.

use super::module::Module;
use super::name::{self, Names};
use super::squeeze;
use super::{Asset, Mode, Site};
use crate::serve::CONTENT_SECURITY_POLICY;
use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Files by path inside a folder, in name order.
type Folder = BTreeMap<String, Vec<u8>>;

/// Puts the site together; the order of the steps is the order of the table in
/// the parent's documentation.
pub fn assemble(root: &Path, modules: Vec<Module>, mode: Mode) -> Result<Site> {
    let index = fs::read(root.join("index.html")).context("could not read index.html")?;
    let sources = Sources::sort(read_folder(&root.join("static"))?);
    let asked = sources.asked(&index)?;
    let later = sources.asked_by_worker();
    let keeper = utf8(KEEPER, sources.keeper)?;
    let mut builder = Builder::default();

    // Both may bring the same snippet along.
    let mut snippets = Folder::new();
    for Module {
        name,
        wasm,
        script,
        snippets: own,
    } in modules
    {
        let (wasm_name, script_name) = (format!("{name}.wasm"), format!("{name}.js"));
        builder.add_hashed(&wasm_name, &wasm_name, wasm)?;
        let script = squeeze::script(&utf8(&script_name, script)?);
        builder.add_hashed(&script_name, &script_name, script.into_bytes())?;
        snippets.extend(own);
    }
    for (path, bytes) in snippets {
        builder.add(path, bytes)?;
    }
    builder.add_lessons(read_folder(&root.join("lessons"))?)?;
    for (path, bytes) in sources.assets {
        let to = format!("assets/{path}");
        if asked.contains(&path) {
            builder.add_hashed(&path, &to, bytes)?;
        } else {
            builder.add(to, bytes)?;
        }
    }
    for (path, bytes) in sources.texts {
        let text = name::fill(&path, &utf8(&path, bytes)?, &builder.names)?;
        let text = match path.rsplit_once('.') {
            Some((_, "css")) => squeeze::style(&text),
            Some((_, "js")) => squeeze::script(&text),
            _ => text,
        };
        builder.add_hashed(&path, &path, text.into_bytes())?;
    }
    builder.finish(&utf8("index.html", index)?, &keeper, &later, mode)
}

/// The script that starts the engine once the page stands.
const WORKER: &str = "worker.js";
/// The service worker, which keeps the site in the browser.
const KEEPER: &str = "sw.js";

/// What lies in `static/`, by how it is treated.
struct Sources {
    /// Copied byte by byte.
    assets: Folder,
    /// Filled in, in this order: manifest, style, scripts.
    texts: Vec<(String, Vec<u8>)>,
    /// The service worker; empty where there is none.
    keeper: Vec<u8>,
}

impl Sources {
    fn sort(files: Folder) -> Self {
        let mut assets = Folder::new();
        let (mut manifests, mut scripts) = (Vec::new(), Vec::new());
        let (mut first_style, mut styles) = (Vec::new(), Vec::new());
        let mut keeper = Vec::new();
        for (path, bytes) in files {
            if path == "style.css" {
                first_style = bytes;
            } else if path == KEEPER {
                keeper = bytes;
            } else if path.starts_with("css/") && path.ends_with(".css") {
                styles.push(bytes);
            } else if path.ends_with(".js") && !path.contains('/') {
                scripts.push((path, bytes));
            } else if path.ends_with(".webmanifest") && !path.contains('/') {
                manifests.push((path, bytes));
            } else {
                assets.insert(path, bytes);
            }
        }
        styles.insert(0, first_style);
        let mut texts = manifests;
        texts.push(("style.css".to_owned(), styles.join(&b'\n')));
        texts.append(&mut scripts);
        Self {
            assets,
            texts,
            keeper,
        }
    }

    /// Every name that any text asks for.
    fn asked(&self, index: &[u8]) -> Result<BTreeSet<String>> {
        let texts = self.texts.iter().map(|(_, bytes)| bytes.as_slice());
        let mut asked = BTreeSet::new();
        for bytes in texts.chain([index]) {
            let text = std::str::from_utf8(bytes).context("a text in static/ is not UTF-8")?;
            asked.extend(name::placeholders(text).into_iter().map(str::to_owned));
        }
        Ok(asked)
    }

    /// The names of what is fetched once the page stands: the worker's script and
    /// all that it asks for.
    fn asked_by_worker(&self) -> BTreeSet<String> {
        let mut asked = BTreeSet::new();
        if let Some((name, bytes)) = self.texts.iter().find(|(name, _)| name == WORKER) {
            let text = String::from_utf8_lossy(bytes);
            asked.extend(name::placeholders(&text).into_iter().map(str::to_owned));
            asked.insert(name.clone());
        }
        asked
    }
}

/// The site so far, and what its later files may ask for.
#[derive(Default)]
struct Builder {
    site: Site,
    names: Names,
}

impl Builder {
    fn add(&mut self, path: String, bytes: Vec<u8>) -> Result<()> {
        let asset = Asset::new(bytes)?;
        if self.site.files.contains_key(&path) {
            bail!("two files of the site would be called {path}; rename one of them");
        }
        self.site.files.insert(path, asset);
        Ok(())
    }

    fn add_hashed(&mut self, name: &str, path: &str, bytes: Vec<u8>) -> Result<()> {
        let path = name::hashed(path, &name::hash(&bytes));
        self.names.insert(name.to_owned(), format!("./{path}"));
        self.add(path, bytes)
    }

    /// One hash over the whole folder: a lesson and the world it names change
    /// their address together.
    fn add_lessons(&mut self, lessons: Folder) -> Result<()> {
        let folder = name::hashed("lessons", &hash_of_all(&lessons));
        self.names
            .insert("lessons".to_owned(), format!("./{folder}/"));
        for (path, bytes) in lessons {
            self.add(format!("{folder}/{path}"), bytes)?;
        }
        Ok(())
    }

    /// `keeper`: the service worker's text. `later`: names of what the page does
    /// not wait for, though it may name them.
    fn finish(
        mut self,
        index: &str,
        keeper: &str,
        later: &BTreeSet<String>,
        mode: Mode,
    ) -> Result<Site> {
        let csp = CONTENT_SECURITY_POLICY.to_owned();
        self.names.insert("csp".to_owned(), csp);
        // Names carry hashes, except for files that nobody asked for: take both.
        let mut all = format!("{index}{keeper}");
        for (path, asset) in &self.site.files {
            all.push_str(&format!("{path} {}\n", asset.hash));
        }
        let build = name::hash(all.as_bytes());
        self.names.insert("build".to_owned(), build.clone());

        let page = name::fill("index.html", index, &self.names)?;
        self.add("index.html".to_owned(), page.into_bytes())?;
        if !keeper.is_empty() {
            self.names.insert("files".to_owned(), self.kept(mode));
            let keeper = name::fill(KEEPER, keeper, &self.names)?;
            self.add(KEEPER.to_owned(), keeper.into_bytes())?;
        }
        let asked = name::placeholders(index).into_iter();
        let mut first_load = self.paths(asked.filter(|name| !later.contains(*name)));
        first_load.insert("index.html".to_owned());
        Ok(Site {
            first_load,
            engine_load: self.paths(later.iter().map(String::as_str)),
            build,
            ..self.site
        })
    }

    /// Every file as `[path, integrity]` in JSON; the page by its folder, since
    /// hosts may send a reader of `index.html` there. None in a development
    /// build, where a kept file would hide what has just changed.
    fn kept(&self, mode: Mode) -> String {
        let kept = |(path, asset): (&String, &Asset)| {
            let path = if path == "index.html" { "./" } else { path };
            let hash = BASE64_STANDARD.encode(Sha256::digest(&asset.bytes));
            format!("\n  [{path:?}, \"sha256-{hash}\"]")
        };
        let all: Vec<_> = match mode {
            Mode::Dev => Vec::new(),
            Mode::Release => self.site.files.iter().map(kept).collect(),
        };
        format!("[{}]", all.join(","))
    }

    /// The files of these names; a name may also stand for something else.
    fn paths<'a>(&self, names: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
        names
            .filter_map(|name| self.names.get(name)?.strip_prefix("./"))
            .filter(|path| self.site.files.contains_key(*path))
            .map(str::to_owned)
            .collect()
    }
}

fn hash_of_all(files: &Folder) -> String {
    let mut all = Vec::new();
    for (path, bytes) in files {
        all.extend_from_slice(path.as_bytes());
        all.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        all.extend_from_slice(bytes);
    }
    name::hash(&all)
}

fn utf8(file: &str, bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).with_context(|| format!("{file} is not UTF-8"))
}

/// Every file below a folder, by its path with forward slashes; hidden files
/// are left out, and a folder that is not there is empty.
pub fn read_folder(folder: &Path) -> Result<Folder> {
    let mut files = Folder::new();
    let mut waiting = vec![(folder.to_path_buf(), String::new())];
    while let Some((folder, prefix)) = waiting.pop() {
        if !folder.exists() {
            continue;
        }
        let entries = fs::read_dir(&folder)
            .with_context(|| format!("could not list {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                bail!("{} has a name that is not UTF-8; rename it", path.display());
            };
            if name.starts_with('.') {
                continue;
            }
            let inside = format!("{prefix}{name}");
            if path.is_dir() {
                waiting.push((path, format!("{inside}/")));
            } else {
                let bytes = fs::read(&path)
                    .with_context(|| format!("could not read {}", path.display()))?;
                files.insert(inside, bytes);
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> Folder {
        let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), text.as_bytes().to_vec());
        files.iter().map(owned).collect()
    }

    fn finished(lesson: &str) -> Site {
        let mut builder = Builder::default();
        let added = builder
            .add_hashed("page.js", "page.js", b"run()".to_vec())
            .and_then(|()| builder.add_hashed("engine.js", "engine.js", b"simulate()".to_vec()))
            .and_then(|()| builder.add_hashed("worker.js", "worker.js", b"work()".to_vec()))
            .and_then(|()| builder.add_lessons(folder(&[("slo/one.yaml", lesson)])));
        assert!(added.is_ok());
        let index = r#"<meta content="{{worker.js}}"><script src="{{page.js}}"></script>
            {{lessons}} {{build}} {{csp}}"#;
        let worker = folder(&[("worker.js", r#"import("{{engine.js}}")"#)]);
        let later = Sources::sort(worker).asked_by_worker();
        builder
            .finish(index, "{{build}} {{files}}", &later, Mode::Release)
            .expect("a site")
    }

    #[test]
    fn styles_become_one_file_in_name_order() {
        let sources = Sources::sort(folder(&[
            ("css/20-map.css", "c"),
            ("css/10-base.css", "b"),
            ("style.css", "a"),
            ("css/picture.png", "p"),
            ("boot.js", "j"),
        ]));
        let texts: Vec<_> = sources
            .texts
            .iter()
            .map(|(path, _)| path.as_str())
            .collect();
        assert_eq!(texts, ["style.css", "boot.js"]);
        assert_eq!(sources.texts[0].1, b"a\nb\nc");
        assert_eq!(
            sources.assets.keys().collect::<Vec<_>>(),
            ["css/picture.png"]
        );
    }

    #[test]
    fn the_page_names_hashed_files_and_counts_them_as_first_load() {
        let site = finished("one");
        let page = String::from_utf8_lossy(&site.files["index.html"].bytes);
        let script = name::hashed("page.js", &name::hash(b"run()"));
        assert!(page.contains(&format!(r#"src="./{script}""#)), "{page}");
        assert!(page.contains(&site.build));
        assert!(page.contains(CONTENT_SECURITY_POLICY));
        assert_eq!(
            site.first_load.iter().collect::<Vec<_>>(),
            ["index.html", &script]
        );
    }

    #[test]
    fn what_the_worker_asks_for_is_no_part_of_the_first_load() {
        let site = finished("one");
        let engine = name::hashed("engine.js", &name::hash(b"simulate()"));
        let worker = name::hashed("worker.js", &name::hash(b"work()"));
        assert_eq!(
            site.engine_load.iter().collect::<Vec<_>>(),
            [&engine, &worker]
        );
        assert!(site.first_load.is_disjoint(&site.engine_load));
    }

    #[test]
    fn the_service_worker_names_every_other_file_with_its_integrity() {
        let site = finished("one");
        let keeper = String::from_utf8_lossy(&site.files[KEEPER].bytes);
        assert!(keeper.contains(&site.build));
        for path in site.files.keys().filter(|path| *path != KEEPER) {
            let path = if path == "index.html" { "./" } else { path };
            assert!(keeper.contains(&format!("[{path:?}, \"sha256-")), "{path}");
        }
        // What `printf 'run()' | openssl dgst -sha256 -binary | base64` prints.
        assert!(
            keeper.contains("AvyuiL0SD1mVY3NNxR+V2uo+lhk6RMFrytWmRt6CrJQ="),
            "{keeper}"
        );
    }

    #[test]
    fn a_changed_lesson_changes_the_folder_and_the_build() {
        let (one, two) = (finished("one"), finished("two"));
        assert_ne!(one.build, two.build);
        assert_ne!(
            one.files.keys().collect::<Vec<_>>(),
            two.files.keys().collect::<Vec<_>>()
        );
    }
}
