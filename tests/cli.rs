//! The real binary, on good and bad input.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What a command line gave: exit code, output, errors.
struct Gave {
    code: i32,
    out: String,
    err: String,
}

fn xops_in(folder: &Path, words: &[&str]) -> Gave {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_xops"))
        .args(words)
        .current_dir(folder)
        .output()
        .unwrap();
    Gave {
        code: status.code().unwrap_or(-1),
        out: String::from_utf8(stdout).unwrap(),
        err: String::from_utf8(stderr).unwrap(),
    }
}

fn xops(words: &[&str]) -> Gave {
    xops_in(Path::new(env!("CARGO_MANIFEST_DIR")), words)
}

/// Copies every YAML file below a folder; how many there were.
fn copy_yaml(from: &Path, to: &Path) -> usize {
    fs::create_dir_all(to).unwrap();
    let mut copied = 0;
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copied += copy_yaml(&path, &target);
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            fs::copy(&path, &target).unwrap();
            copied += 1;
        }
    }
    copied
}

/// A fresh folder for one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A command line, its exit code, and what its output or errors hold.
fn check(words: &[&str], code: i32, expected: &[&str]) -> Gave {
    let gave = xops(words);
    let all = format!("{}{}", gave.out, gave.err);
    assert_eq!(gave.code, code, "{words:?}: {all}");
    for expected in expected {
        assert!(
            all.contains(expected),
            "{words:?} lacks `{expected}`: {all}"
        );
    }
    assert!(!all.contains("panicked"), "{all}");
    gave
}

fn digest(text: &str) -> &str {
    text.lines()
        .find_map(|line| line.strip_prefix("Digest "))
        .unwrap()
}

const COMMANDS: &str = "\
- {after: 5m, inject: {service: payment, errors: 30%, for: 4m}}
- {after: 1m, scale: {service: shop, replicas: 5}}
- {after: 1m, inject: {service: catalogue, kill: 1}}
- {after: 30s, restart: payment}
- {after: 10m, load: 2}
";

#[test]
fn a_world_tells_its_story_objectives_services_and_digest() {
    let gave = check(
        &["run", "corner", "--for", "10m", "--seed", "7"],
        0,
        &[
            "The corner shop: seed 7, day 1 00:10:00",
            "availability",
            "database",
            "Digest ",
        ],
    );
    let path = check(
        &["run", "lessons/worlds/corner.yaml", "--for=10m", "--seed=7"],
        0,
        &[],
    );
    assert_eq!(gave.out, path.out);
    let other = check(&["run", "corner", "--for", "10m", "--seed", "8"], 0, &[]);
    assert_ne!(digest(&gave.out), digest(&other.out));
}

#[test]
fn commands_are_carried_out_and_a_replay_gives_the_same() {
    let folder = folder("replay");
    let (commands, replay) = (folder.join("commands.yaml"), folder.join("run.json"));
    fs::write(&commands, COMMANDS).unwrap();
    let (commands, replay) = (commands.to_str().unwrap(), replay.to_str().unwrap());
    let words = ["run", "corner", "--commands", commands, "--replay", replay];
    let gave = check(
        &words,
        0,
        &[
            "fault 0: errors (30 %) at payment for 4m",
            "day 1 00:06:00  action  shop",
            "traffic is 2 times the usual",
            "fault 0 ended",
            "day 1 01:00:00",
        ],
    );
    let again = check(&["replay", replay], 0, &[]);
    assert_eq!(digest(&gave.out), digest(&again.out));
    assert!(gave.out.starts_with(&again.out), "the tables differ");
}

#[test]
fn a_lesson_runs_by_name_folder_or_file_and_its_solution_reaches_the_debrief() {
    let words = ["run", "foundations/error-budgets", "--for", "1m"];
    let name = check(
        &words,
        0,
        &["step 1: Will it last the month?", "[ ] A day has passed"],
    );
    let what = "lessons/foundations/error-budgets";
    assert_eq!(check(&["run", what, "--for", "1m"], 0, &[]).out, name.out);
    check(
        &["run", "error-budgets", "--solution"],
        0,
        &[
            "step 6: Debrief",
            "Who spent the budget",
            "* You needed no hint.",
        ],
    );
}

#[test]
fn a_world_is_explained_and_drawn_without_running_it() {
    check(
        &["world", "explain", "corner"],
        0,
        &[
            "Services at the busiest",
            "most attempts",
            "database has one pod",
        ],
    );
    // A lesson's world, and what its file promises.
    check(
        &["world", "explain", "error-budgets"],
        0,
        &["99.5 % of users' requests"],
    );
    let picture = folder("graph").join("shop.svg");
    let path = picture.to_str().unwrap();
    check(
        &["world", "graph", "corner", "--to", path],
        0,
        &["Drawn in"],
    );
    let drawn = fs::read_to_string(&picture).unwrap();
    let shown = check(
        &["world", "graph", "corner"],
        0,
        &["<svg", "catalogue calls database"],
    );
    assert_eq!(shown.out, drawn);
    assert_eq!(
        drawn.matches("class=\"name\"").count(),
        5,
        "one box a service"
    );
    check(&["world", "lint"], 0, &["no problems"]);
    check(
        &["world", "lint", "lessons/worlds/corner.yaml"],
        0,
        &["1 file, no problems"],
    );
    check(&["world", "explain", "shpo"], 1, &["did you mean `shop`"]);
    check(
        &["world", "expalin", "shop"],
        2,
        &["did you mean `explain`"],
    );
}

#[test]
fn what_cannot_be_run_says_why_and_what_to_do() {
    check(&["run", "shpo"], 1, &["did you mean `shop`"]);
    check(&["run", "lessons"], 1, &["no world, lesson or file"]);
    check(
        &["run", "lessons/glossary.yaml"],
        1,
        &["neither a world nor a lesson"],
    );
    check(&["run", "Cargo.lock"], 1, &["Cargo.lock:", "remedy"]);
    check(
        &["run", "corner", "--solution"],
        1,
        &["a world has no solution"],
    );
    check(
        &["run", "corner", "--commands", "none.yaml"],
        1,
        &["none.yaml cannot be read"],
    );
    let folder = folder("refused");
    let commands = folder.join("commands.yaml");
    fs::write(&commands, "- {after: 1m, restart: paymnt}\n").unwrap();
    check(
        &["run", "corner", "--commands", commands.to_str().unwrap()],
        1,
        &["commands.yaml:1:3: refused at day 1 00:01:00: no service is called `paymnt`"],
    );
    fs::write(&commands, "- {restrat: payment}\n- {after: soon}\n").unwrap();
    check(
        &["run", "corner", "--commands", commands.to_str().unwrap()],
        1,
        &["did you mean `restart`", "`soon` is not a duration"],
    );
}

#[test]
fn words_that_do_not_fit_are_refused_with_code_2() {
    check(&["rnu"], 2, &["did you mean `run`"]);
    check(&["run"], 2, &["no world or lesson is named"]);
    check(
        &["run", "corner", "--sed", "3"],
        2,
        &["did you mean `seed`"],
    );
    check(
        &["run", "corner", "--for", "1x"],
        2,
        &["`x` is not a unit of time"],
    );
    check(&["replay"], 2, &["no replay file is named"]);
}

#[test]
fn help_names_every_command_and_option() {
    let all = check(&["help"], 0, &["xops", "run", "replay", "lint", "prove"]).out;
    assert_eq!(check(&[], 0, &[]).out, all);
    assert_eq!(check(&["--help"], 0, &[]).out, all);
    let run = check(
        &["help", "run"],
        0,
        &["--seed", "--for", "--commands", "--solution"],
    )
    .out;
    assert_eq!(check(&["run", "-h"], 0, &[]).out, run);
    check(
        &["--version"],
        0,
        &[concat!("xops ", env!("CARGO_PKG_VERSION"))],
    );
}

#[test]
fn a_hostile_replay_is_refused() {
    let folder = folder("hostile");
    let file = folder.join("run.json");
    let path = file.to_str().unwrap();
    check(&["run", "corner", "--for", "1m", "--replay", path], 0, &[]);
    let sound = fs::read_to_string(&file).unwrap();
    let refuse = |bytes: &[u8], expected: &str| {
        fs::write(&file, bytes).unwrap();
        check(&["replay", path], 1, &[expected]);
    };
    refuse(b"", "run.json:1:1");
    refuse(b"\xff\xfe", "is not UTF-8");
    refuse("[".repeat(1 << 20).as_bytes(), "run.json:1:");
    refuse(&vec![b' '; 9 << 20], "longer than");
    refuse(
        sound.replace("xops-replay/1", "xops-replay/2").as_bytes(),
        "format",
    );
    refuse(
        sound.replace("workers: 32", "workers: 0").as_bytes(),
        "workers",
    );
    let wild = r#""journal":[{"at":1,"seq":0,"command":{"restart":{"service":"nobody"}}}]"#;
    refuse(
        sound.replace(r#""journal":[]"#, wild).as_bytes(),
        "journal[0]: refused",
    );
    let wild = r#""journal":[{"at":1,"seq":0,"command":"format_disk"}]"#;
    refuse(
        sound.replace(r#""journal":[]"#, wild).as_bytes(),
        "unknown variant",
    );
    check(&["replay", "."], 1, &[". is a folder"]);
}

/// Results of one run: as it came out, with a flattering claim, with an easier
/// world, cut off.
#[test]
fn results_are_run_again_and_confirmed_or_the_first_difference_is_named() {
    let folder = folder("grade");
    let honest = folder.join("a-honest.json");
    let commands = folder.join("commands.yaml");
    fs::write(
        &commands,
        "- after: 5m\n- inject: {service: payment, errors: 50%, for: 5m}\n- after: 10m\n- restart: payment\n",
    )
    .unwrap();
    let path = honest.to_str().unwrap();
    let commands = commands.to_str().unwrap();
    let words = ["run", "corner", "--for", "30m", "--commands", commands];
    check(
        &[&words[..], &["--result", path, "--author", "=Ada"]].concat(),
        0,
        &[],
    );
    let sound = fs::read_to_string(&honest).unwrap();
    let claim: serde_json::Value = serde_json::from_str(&sound).unwrap();
    let failed = claim["outcome"]["marks"][1]["failed"].as_u64().unwrap();
    assert!(failed > 0, "{claim}");
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    let (mut flattering, mut easier) = (claim.clone(), claim.clone());
    flattering["outcome"]["marks"][1]["failed"] = 0.into();
    write("b-flattering.json", &flattering.to_string());
    let world = easier["replay"]["world"]["text"].as_str().unwrap();
    easier["replay"]["world"]["text"] = format!("{world}# changed\n").into();
    write("c-easier.json", &easier.to_string());
    write("d-cut.json", &sound[..200]);
    let csv = folder.join("table.csv");
    let words = [
        "grade",
        folder.to_str().unwrap(),
        "--csv",
        csv.to_str().unwrap(),
    ];
    let out = check(&words, 1, &["4 results, not all confirmed"]).out;
    let line = |name: &str| {
        let line = out.lines().find(|line| line.starts_with(name));
        line.unwrap_or_else(|| panic!("{name}: {out}"))
    };
    assert!(line("a-honest").ends_with("confirmed"), "{out}");
    let found = format!(
        "found {} requests, {failed} failed",
        claim["outcome"]["marks"][1]["requests"]
    );
    assert!(
        line("b-flattering").contains("differs after command 2"),
        "{out}"
    );
    assert!(line("b-flattering").contains(&found), "{out}");
    assert!(line("c-easier").contains("with another `"), "{out}");
    assert!(line("d-cut").contains("EOF"), "{out}");
    let csv = fs::read_to_string(csv).unwrap();
    assert!(
        csv.contains("\"'=Ada\""),
        "what a spreadsheet would run is a text: {csv}"
    );
    assert_eq!(csv.lines().count(), 5, "{csv}");
    check(&["grade"], 2, &["no folder of results is named"]);
    check(&["grade", "src"], 1, &["holds no results"]);
}

#[test]
fn lint_finds_nothing_in_this_project_and_everything_in_a_bad_one() {
    check(&["lint"], 0, &["no problems"]);
    check(&["lint", "lessons/worlds"], 0, &["files, no problems"]);
    check(&["lint", "nowhere"], 1, &["nowhere is not there"]);
    let folder = folder("lint");
    let lessons = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons");
    let files = copy_yaml(&lessons, &folder.join("lessons"));
    let sound = xops_in(&folder, &["lint"]);
    let told = format!("{files} files, no problems");
    assert_eq!((sound.code, sound.out.trim()), (0, told.as_str()));
    let world = folder.join("lessons/worlds/corner.yaml");
    let text = fs::read_to_string(&world).unwrap();
    let text = text
        .replace("workers: 32", "workers: 0")
        .replace("patience: 10s", "patience: ten");
    fs::write(&world, text).unwrap();
    fs::write(
        folder.join("lessons/worlds/spare.yaml"),
        "format: xops-world/1\n",
    )
    .unwrap();
    let bad = xops_in(&folder, &["lint"]);
    assert_eq!(bad.code, 1);
    for expected in [
        "lessons/worlds/corner.yaml:27:14: services.gateway.workers: 0 is below",
        "traffic.patience",
        "lessons/worlds/spare.yaml:1:1",
        "nothing leads to this file",
        "remedy",
    ] {
        assert!(bad.out.contains(expected), "{expected}: {}", bad.out);
    }
    let one = xops_in(&folder, &["lint", "lessons/catalogue.yaml"]);
    assert_eq!((one.code, one.out.trim()), (0, "1 file, no problems"));
}

#[test]
fn lint_reads_files_that_belong_to_no_lessons_folder() {
    let folder = std::env::temp_dir().join(format!("xops-lint-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("commands.yaml"), "- {restrat: payment}\n").unwrap();
    fs::write(folder.join("world.yaml"), "format: xops-wrold/1\n").unwrap();
    let gave = xops_in(&folder, &["lint", "."]);
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(gave.code, 1);
    for expected in [
        "did you mean `restart`",
        "did you mean `xops-world/1`",
        "2 files",
    ] {
        assert!(gave.out.contains(expected), "{expected}: {}", gave.out);
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_xops"))
        .args(["run", "corner", "--for", "6h"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let status = child.wait().unwrap();
    let mut err = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut err)
        .unwrap();
    assert_eq!((status.code(), err.as_str()), (Some(0), ""));
}

#[test]
fn a_new_lesson_is_sound_and_holds_and_overwrites_nothing() {
    // Outside of the project, in which there is a lessons folder already.
    let folder = std::env::temp_dir().join(format!("xops-new-lesson-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let gave = xops_in(&folder, &["lesson", "new", "network/first-try"]);
    assert_eq!(gave.code, 0, "{}", gave.err);
    for words in [&["lint"][..], &["lesson", "prove", "network/first-try"]] {
        let gave = xops_in(&folder, words);
        assert_eq!(gave.code, 0, "{words:?}: {}{}", gave.out, gave.err);
    }
    let written = folder.join("lessons/network/first-try/lesson.yaml");
    fs::write(&written, "mine").unwrap();
    let gave = xops_in(&folder, &["lesson", "new", "network/first-try"]);
    assert!(
        gave.code == 1 && gave.err.contains("is there already"),
        "{}",
        gave.err
    );
    assert_eq!(fs::read_to_string(written).unwrap(), "mine");
    let gave = xops_in(&folder, &["lesson", "new", "network/second-try"]);
    assert!(gave.out.contains("{slug: second-try,"), "{}", gave.out);
    check(
        &["lesson", "new", "Nameless"],
        2,
        &["is no name for a lesson"],
    );
    check(&["lesson"], 2, &["what to do with a lesson is missing"]);
}

/// Looks until it sees what it should, for as long as the machine may be busy.
#[test]
fn lint_that_watches_looks_again_when_a_file_changes() {
    let folder = folder("watch");
    let file = folder.join("world.yaml");
    fs::write(&file, project_file("lessons/worlds/corner.yaml")).unwrap();
    let mut watching = Command::new(env!("CARGO_BIN_EXE_xops"))
        .args(["lint", "world.yaml", "--watch"])
        .current_dir(&folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(watching.stdout.take().unwrap()).lines();
    let mut until = |words: &str| {
        let found = lines
            .by_ref()
            .map(Result::unwrap)
            .find(|line| line.contains(words));
        assert!(found.is_some(), "it ended without saying {words}");
    };
    until("watching");
    fs::write(&file, "format: nothing").unwrap();
    until("world.yaml:1:9");
    until("watching");
    watching.kill().unwrap();
    watching.wait().unwrap();
}

#[test]
fn prove_names_what_it_does_not_know() {
    check(
        &["prove", "foundations/error-budget"],
        1,
        &["did you mean `foundations/error-budgets`"],
    );
}

fn project_file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// Every fragment of code that calls a program, a line each.
fn calls<'t>(text: &'t str, program: &str) -> Vec<&'t str> {
    text.split('`')
        .flat_map(str::lines)
        .map(|line| line.trim_start_matches("$ ").trim())
        .filter_map(|line| line.strip_prefix(program))
        .collect()
}

#[test]
fn the_readmes_name_commands_and_options_that_there_are() {
    let mut seen = 0;
    for path in ["README.md", "lessons/README.md", "src/README.md"] {
        let text = project_file(path);
        let own = ["xops ", "target/release/xops ", "cargo run -- "];
        for call in own.iter().flat_map(|program| calls(&text, program)) {
            let mut words = call.split_whitespace().take_while(|word| *word != "#");
            let command = words.next().unwrap();
            let help = xops(&["help", command]);
            assert_eq!(help.code, 0, "{path} names `xops {command}`");
            for option in words.filter(|word| word.starts_with("--")) {
                assert!(help.out.contains(option), "{path}: xops {command} {option}");
            }
            seen += 1;
        }
        let tasks = project_file("xtask/src/main.rs");
        for call in calls(&text, "cargo xtask ") {
            let mut words = call.split_whitespace().take_while(|word| *word != "#");
            let command = words.next().unwrap();
            assert!(
                tasks.contains(&format!("\n  {command} ")),
                "{path}: cargo xtask {command}"
            );
            for option in words.take_while(|word| *word != "--") {
                assert!(
                    tasks.contains(option),
                    "{path}: cargo xtask {command} {option}"
                );
            }
            seen += 1;
        }
    }
    assert!(seen > 20, "only {seen} were found");
}

#[test]
fn the_readmes_example_is_what_really_comes_out() {
    let readme = project_file("README.md");
    let file = readme.split("```yaml\n").nth(1).unwrap();
    let folder = folder("readme");
    let commands = folder.join("incident.yaml");
    fs::write(&commands, file.split("```").next().unwrap()).unwrap();
    let (_, rest) = readme.split_once("```console\n$ xops ").unwrap();
    let (line, rest) = rest.split_once('\n').unwrap();
    let shown = rest.split("```").next().unwrap();
    let line = line.replace("incident.yaml", commands.to_str().unwrap());
    let words: Vec<&str> = line.split(' ').collect();
    let gave = check(&words, 0, &[]);
    if std::env::var("XOPS_GOLDEN").is_ok_and(|word| word == "rewrite") {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
        fs::write(path, readme.replacen(shown, &gave.out, 1)).unwrap();
        return;
    }
    assert_eq!(
        gave.out, shown,
        "renew it with `XOPS_GOLDEN=rewrite cargo test --test cli`"
    );
}
