//! Files of other tools: what is read, what is refused, what is written.
//!
//! The outside data (`support::conformance`) is compared where it is present;
//! `promtool` judges what is written where Debian's `prometheus` is installed.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{conformance, project};
use xops_lab::base::yaml::{self, Limits};
use xops_lab::base::{At, Report, Span, Stream};
use xops_lab::formats::rules::{self, Kind, RuleFile, duration};
use xops_lab::formats::{Labels, check, openslo, sloth};
use xops_lab::promql;
use xops_lab::slo::{BurnWindows, Severity};

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// Files of a folder whose names end so, in order.
fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(end))
        .collect();
    files.sort();
    files
}

/// Every document of a text as a rule file.
fn rule_files(name: &str, text: &str) -> Vec<RuleFile> {
    let roots = yaml::parse_all(name, text, &Limits::default()).unwrap();
    let mut report = Report::new(name, text);
    let found = roots
        .iter()
        .map(|root| rules::group_list(&mut report, &At::root(root)).unwrap())
        .collect();
    let problems = report.finish();
    assert!(problems.is_empty(), "{problems}");
    found
}

/// A query without its layout: its tree, printed anew.
fn meaning(query: &str) -> String {
    promql::parse(query, &promql::Bounds::default())
        .unwrap()
        .to_string()
}

/// Holds two rule files against each other, rule by rule.
fn same(ours: &RuleFile, theirs: &RuleFile) {
    let names = |file: &RuleFile| -> Vec<String> {
        file.groups.iter().map(|group| group.name.clone()).collect()
    };
    assert_eq!(names(ours), names(theirs));
    for (ours, theirs) in ours.groups.iter().zip(&theirs.groups) {
        assert_eq!(ours.interval, theirs.interval, "{}", ours.name);
        assert_eq!(ours.rules.len(), theirs.rules.len(), "{}", ours.name);
        for (ours, theirs) in ours.rules.iter().zip(&theirs.rules) {
            assert_eq!(ours.kind, theirs.kind);
            assert_eq!(ours.labels, theirs.labels, "{:?}", ours.kind);
            assert_eq!(
                meaning(&ours.expr),
                meaning(&theirs.expr),
                "{:?}",
                ours.kind
            );
        }
    }
}

/// The label that the script of Sloth's examples adds to every recording rule.
fn of_the_examples() -> Labels {
    Labels::from([("cmd".to_owned(), "examplesgen.sh".to_owned())])
}

#[test]
fn the_rules_are_those_that_sloth_makes() {
    let Some(folder) = conformance().map(|folder| folder.join("sloth")) else {
        return;
    };
    let inputs = files(&folder, ".in.yml");
    assert!(!inputs.is_empty());
    let month = BurnWindows::recommended(Span::from_days(30));
    for input in inputs {
        let name = input.display().to_string();
        let output = name.replace(".in.yml", ".out.yml");
        let theirs = rule_files(&output, &read(Path::new(&output)));
        let ours = sloth::read(&name, &read(&input)).unwrap();
        assert_eq!(ours.len(), theirs.len(), "{name}");
        for (ours, theirs) in ours.iter().zip(&theirs) {
            let ours = sloth::rules(ours, &month, &of_the_examples());
            // By way of the text, so that the writer is compared as well.
            same(&rule_files(&name, &ours.write())[0], theirs);
        }
    }
}

/// A file with every kind of SLI and alert.
const SHOP: &str = r##"
version: prometheus/v1
service: shop
labels: {team: checkout, tier: "2"}
slos:
  - name: availability
    objective: 99.9
    labels: {tier: "1"}
    sli:
      events:
        error_query: sum(rate(requests_total{code=~"5.."}[{{.window}}]))
        total_query: sum(rate(requests_total[{{ .window }}]))
    alerting:
      name: ShopErrors
      labels: {area: shop}
      annotations: {summary: "It's \"on fire\": #1"}
      page_alert: {labels: {severity: page}}
      ticket_alert: {labels: {severity: slack, channel: "#shop"}}
  - name: freshness
    objective: 95
    interval: {slierror: 2m, alert: 30s}
    sli:
      raw:
        error_ratio_query: |
          1 - (
            avg_over_time(fresh_ratio[{{.window}}])
          )
    alerting:
      name: ShopStale
      ticket_alert: {disable: true}
"##;

/// Every number after `name` in the text of a rule.
fn factors(expr: &str) -> Vec<f64> {
    expr.split("> (")
        .skip(1)
        .map(|after| after.split(' ').next().unwrap().parse().unwrap())
        .collect()
}

/// Names, windows and factors of the alerts for windows of any kind, worked out
/// here as budget share x period / window.
fn check_windows(windows: &BurnWindows) {
    let shop = &sloth::read("shop.yml", SHOP).unwrap()[0];
    let made = sloth::rules(shop, windows, &Labels::new());
    let groups = &made.rules.groups;
    let recorded: Vec<&str> = groups[0]
        .rules
        .iter()
        .map(|rule| rule.labels["sloth_window"].as_str())
        .collect();
    let mut expected: Vec<Span> = windows.look_backs();
    expected.push(windows.period);
    let expected: Vec<String> = expected.into_iter().map(duration::write).collect();
    assert_eq!(recorded, expected);
    for (rule, window) in groups[0].rules.iter().zip(&expected) {
        let metric = format!("slo:sli_error:ratio_rate{window}");
        assert_eq!(rule.kind, Kind::Record { metric });
    }
    for (rule, severity) in groups[2].rules.iter().zip(Severity::ALL) {
        assert_eq!(rule.labels["sloth_severity"], severity.name());
        let pair = windows.pair(severity);
        let expected = [pair.quick, pair.slow].map(|window| {
            let share = window.budget_percent / 100.0;
            share * windows.period.as_secs_f64() / window.long.as_secs_f64()
        });
        let found = factors(&rule.expr);
        assert_eq!(found.len(), 4);
        for (place, factor) in found.into_iter().enumerate() {
            assert!((factor - expected[place / 2]).abs() < 1e-9, "{}", rule.expr);
        }
    }
}

#[test]
fn factors_and_names_follow_from_any_period() {
    for days in [7, 14, 28, 30, 90] {
        check_windows(&BurnWindows::recommended(Span::from_days(days)));
    }
    let Some(folder) = conformance().map(|folder| folder.join("sloth")) else {
        return;
    };
    let custom: Vec<BurnWindows> = files(&folder, ".yaml")
        .iter()
        .map(|path| sloth::read_windows(&path.display().to_string(), &read(path)).unwrap())
        .collect();
    let week = custom
        .iter()
        .find(|w| w.period == Span::from_days(7))
        .unwrap();
    // 8 % of 168 h in 1 h, 12.5 % in 6 h, 20 % in 24 h, 42 % in 72 h.
    let ours = [
        week.page.quick,
        week.page.slow,
        week.ticket.quick,
        week.ticket.slow,
    ];
    for (window, expected) in ours.iter().zip([13.44, 3.5, 1.4, 0.98]) {
        assert!((window.factor(week.period) - expected).abs() < 1e-12);
    }
    let month = Span::from_days(30);
    assert!(custom.contains(&BurnWindows::recommended(month)));
    custom.iter().for_each(check_windows);
}

#[test]
fn labels_annotations_intervals_and_disabled_alerts_are_kept() {
    let shop = &sloth::read("shop.yml", SHOP).unwrap()[0];
    let made = sloth::rules(
        shop,
        &BurnWindows::recommended(Span::from_days(30)),
        &Labels::new(),
    );
    let names: Vec<&str> = made.rules.groups.iter().map(|g| g.name.as_str()).collect();
    let part = |part: &str, slo: &str| format!("sloth-slo-{part}-shop-{slo}");
    let parts = ["sli-recordings", "meta-recordings", "alerts"];
    let expected = ["availability", "freshness"].map(|slo| parts.map(|name| part(name, slo)));
    assert_eq!(names, expected.concat());
    let [_, _, alerts, sli, meta, stale] = made.rules.groups.as_slice() else {
        panic!("six groups");
    };
    assert_eq!(alerts.rules.len(), 2);
    let Kind::Alert {
        name, annotations, ..
    } = &alerts.rules[1].kind
    else {
        panic!("an alert");
    };
    assert_eq!(
        (name.as_str(), annotations["summary"].as_str()),
        ("ShopErrors", "It's \"on fire\": #1")
    );
    assert_eq!(alerts.rules[1].labels["channel"], "#shop");
    assert_eq!(alerts.rules[1].labels["area"], "shop");
    assert_eq!(
        made.rules.groups[0].rules[0].labels["tier"], "1",
        "the SLO's own label wins"
    );
    let every = [sli, meta, stale].map(|group| group.interval);
    assert_eq!(
        every,
        [Some(Span::from_mins(2)), None, Some(Span::from_secs(30))]
    );
    assert_eq!(stale.rules.len(), 1, "the ticket is disabled");
    assert!(sli.rules[0].expr.contains("fresh_ratio[5m]"));
}

#[test]
fn a_kubernetes_resource_says_the_same_and_comes_out_as_one() {
    let plain = &sloth::read("shop.yml", SHOP).unwrap()[0];
    let spec: String = SHOP
        .replace("version: prometheus/v1\n", "")
        .replace("error_query", "errorQuery")
        .replace("total_query", "totalQuery")
        .replace("error_ratio_query", "errorRatioQuery")
        .replace("page_alert", "pageAlert")
        .replace("ticket_alert", "ticketAlert")
        .lines()
        .map(|line| format!("  {line}\n"))
        .collect();
    let text = format!(
        "apiVersion: sloth.slok.dev/v1\nkind: PrometheusServiceLevel\nmetadata:\n  \
         name: shop\n  namespace: live\n  labels: {{example.org/team: checkout}}\nspec:\n{spec}"
    );
    let resource = &sloth::read("shop.yml", &text).unwrap()[0];
    assert_eq!(resource.slos, plain.slos);
    let windows = BurnWindows::recommended(Span::from_days(30));
    let made = sloth::rules(resource, &windows, &Labels::new());
    let root = yaml::parse("out", &made.write(), &Limits::default()).unwrap();
    let tree = yaml::Tree::from(&root);
    let name = tree
        .get("metadata")
        .and_then(|m| m.get("name"))
        .and_then(|n| n.scalar());
    assert_eq!(
        (tree.get("kind").and_then(|k| k.scalar()), name),
        (Some("PrometheusRule"), Some("shop"))
    );
    let labels = tree.get("metadata").and_then(|m| m.get("labels")).unwrap();
    let label = |name: &str| labels.get(name).and_then(|text| text.scalar());
    assert_eq!(label("app.kubernetes.io/managed-by"), Some("sloth"));
    assert_eq!(label("example.org/team"), Some("checkout"));
    let groups = yaml::write(tree.get("spec").unwrap());
    let read = rules::read("out", &groups).unwrap();
    assert_eq!(read, made.rules);
    let info = read.groups[1].rules.last().unwrap();
    assert_eq!(info.labels["sloth_mode"], "cli-gen-k8s");
    assert_eq!(info.labels["sloth_spec"], "sloth.slok.dev/v1");
}

#[test]
fn promtool_accepts_what_is_written() {
    let judge = |path: &Path| {
        Command::new("promtool")
            .args(["check", "rules"])
            .arg(path)
            .output()
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for days in [7, 28, 30] {
        let windows = BurnWindows::recommended(Span::from_days(days));
        let shop = &sloth::read("shop.yml", SHOP).unwrap()[0];
        let made = sloth::rules(shop, &windows, &of_the_examples());
        let path = folder.join(format!("rules-{days}.yml"));
        fs::write(&path, made.write()).unwrap();
        let Ok(output) = judge(&path) else {
            println!("promtool is not here: install Debian's `prometheus` to let it judge");
            return;
        };
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        // 8 + 7 + 2 rules, and one alert less for the other objective.
        assert!(said.contains("33 rules found"), "{said}");
    }
    // The judge can say no.
    let bad = folder.join("rules-bad.yml");
    fs::write(
        &bad,
        "groups: [{name: a, rules: [{record: b, expr: sum(}]}]\n",
    )
    .unwrap();
    assert!(judge(&bad).is_ok_and(|output| !output.status.success()));
}

#[test]
fn rules_that_are_written_are_read_back() {
    let shop = &sloth::read("shop.yml", SHOP).unwrap()[0];
    let windows = BurnWindows::recommended(Span::from_days(28));
    let made = sloth::rules(shop, &windows, &Labels::new());
    assert_eq!(rules::read("a.yml", &made.write()).unwrap(), made.rules);
}

/// A file's name and text.
fn named(path: &Path) -> (String, String) {
    (path.display().to_string(), read(path))
}

/// That a refused document says where, why and what to do.
fn is_judged(verdict: &check::Verdict) {
    let what = &verdict.what;
    for problem in verdict.problems.iter() {
        assert!(problem.place.line >= verdict.line, "{what}: {problem}");
        assert!(
            !problem.problem.is_empty() && !problem.remedy.is_empty(),
            "{what}: {problem}"
        );
    }
}

#[test]
fn each_file_of_openslo_is_read_written_and_judged() {
    let Some(folder) = conformance().map(|folder| folder.join("openslo")) else {
        return;
    };
    let all: Vec<(String, String)> = files(&folder, ".yaml")
        .iter()
        .map(|path| named(path))
        .collect();
    assert!(!all.is_empty());
    for (file, text) in &all {
        let documents = openslo::read(file, text).unwrap_or_else(|problems| panic!("{problems}"));
        let written = openslo::write(&documents);
        assert_eq!(
            openslo::read(file, &written).unwrap(),
            documents,
            "{written}"
        );
        let verdicts = check::check(&[(file.clone(), text.clone())]);
        assert_eq!(verdicts.len(), documents.len(), "{file}");
        verdicts.iter().for_each(is_judged);
    }
    let verdicts = check::check(&all);
    let word = |what: &str| {
        let found = verdicts.iter().filter(|verdict| verdict.what == what);
        found.map(check::Verdict::runs).collect::<Vec<bool>>()
    };
    assert_eq!(word("DataSource prometheus"), [true]);
    assert_eq!(word("DataSource datadog"), [false]);
    assert_eq!(
        word("Service example-service"),
        [true, false],
        "the second has the same name"
    );
    assert_eq!(
        word("SLI wifi-client-satisfaction"),
        [true],
        "its source is in another file"
    );
    assert_eq!(
        word("SLI annotator-throughput"),
        [false],
        "its source is nowhere"
    );
    assert_eq!(word("AlertCondition latency-too-high"), [true]);
    assert_eq!(
        word("AlertNotificationTarget devs-email-notification"),
        [true]
    );
    assert_eq!(
        word("AlertPolicy low-priority"),
        [false],
        "its target is nowhere"
    );
    assert_eq!(word("SLO search-slo"), [false], "a source of type Any");
}

/// What the binary says of a file of `tests/formats`, and its exit code.
fn said(file: &str) -> (String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_xops"))
        .args(["slo", "check", &format!("tests/formats/{file}")])
        .current_dir(project())
        .output()
        .unwrap();
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    (
        String::from_utf8(output.stdout).unwrap(),
        output.status.code(),
    )
}

/// Beside each file of `tests/formats` stands what is said of it. After a
/// change that is meant: `XOPS_GOLDEN=rewrite cargo test --test formats`.
#[test]
fn good_files_run_and_bad_ones_are_refused_in_these_words() {
    let rewrite = std::env::var("XOPS_GOLDEN").is_ok_and(|word| word == "rewrite");
    let folder = project().join("tests/formats");
    let all = [files(&folder, ".yaml"), files(&folder, ".yml")].concat();
    assert!(all.len() >= 8);
    let mut changed = Vec::new();
    for path in all {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let (text, code) = said(&file);
        assert_eq!(
            code,
            Some(i32::from(!file.starts_with("good"))),
            "{file}: {text}"
        );
        let beside = path.with_extension("txt");
        if fs::read_to_string(&beside).is_ok_and(|expected| expected == text) {
            continue;
        }
        if rewrite || !beside.exists() {
            fs::write(&beside, &text).unwrap();
        }
        if !rewrite {
            changed.push(format!("{file}\n{text}"));
        }
    }
    assert!(
        changed.is_empty(),
        "what is said changed:\n{}",
        changed.join("\n")
    );
}

#[test]
fn the_example_of_the_readme_is_true() {
    let readme = read(&project().join("README.md"));
    let section = readme.split("## SLOs in other formats").nth(1).unwrap();
    let block = |kind: &str| {
        let after = section.split(&format!("```{kind}\n")).nth(1).unwrap();
        after.split("```").next().unwrap().to_owned()
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme-slo");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("slo.yaml"), block("yaml")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_xops"))
        .args(["slo", "check", "slo.yaml"])
        .current_dir(&folder)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        block("console"),
        format!("$ xops slo check slo.yaml\n{said}")
    );
}

/// A text with a few characters lost, doubled, moved or put in.
fn mangled(text: &str, draw: &mut Stream) -> String {
    const SIGNS: [char; 16] = [
        ':', '-', ' ', '\n', '#', '{', '}', '[', ']', '"', '\'', '&', '*', '9', 'ß', '\t',
    ];
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=draw.below(4) {
        let at = draw.below(chars.len().max(1) as u32) as usize;
        let other = draw.below(chars.len().max(1) as u32) as usize;
        match draw.below(5) {
            0 => chars.insert(at.min(chars.len()), SIGNS[draw.below(16) as usize]),
            1 => chars.truncate(at.max(1)),
            2 => chars.swap(at, other),
            3 => {
                let part: Vec<char> = chars[at..].iter().take(40).copied().collect();
                chars.splice(other..other, part);
            }
            _ => {
                chars.drain(at..(at + 1 + draw.below(30) as usize).min(chars.len()));
            }
        }
        if chars.is_empty() {
            chars.push('a');
        }
    }
    chars.into_iter().collect()
}

/// 200 mangled texts of each file (stream `mangle`, seeds 0 to 199) and 200
/// texts of random bytes: none panics, and what is said of one is bounded.
#[test]
fn no_text_panics_and_what_is_said_of_it_is_bounded() {
    let judge = |text: String| {
        let file = "any.yaml".to_owned();
        let lines = text.lines().count();
        for verdict in check::check(&[(file.clone(), text.clone())]) {
            assert!(verdict.problems.iter().count() <= 100);
            assert!(verdict.line as usize <= lines.max(1));
        }
        // The other readers of the same texts.
        let _ = openslo::read(&file, &text);
        let _ = sloth::read_windows(&file, &text);
        let _ = rules::read(&file, &text);
        if let Ok(found) = sloth::read(&file, &text) {
            for specification in found {
                let windows = BurnWindows::recommended(Span::from_days(30));
                let made = sloth::rules(&specification, &windows, &Labels::new());
                let written = yaml::write(&rules::groups(&made.rules));
                assert_eq!(rules::read(&file, &written).unwrap(), made.rules, "{text}");
            }
        }
    };
    let folder = project().join("tests/formats");
    let all = [files(&folder, ".yaml"), files(&folder, ".yml")].concat();
    for path in all {
        let text = read(&path);
        for seed in 0..200 {
            judge(mangled(&text, &mut Stream::named(seed, "mangle")));
        }
    }
    for seed in 0..200 {
        let mut draw = Stream::named(seed, "bytes");
        let length = draw.below(400);
        let bytes: Vec<u8> = (0..length).map(|_| draw.below(256) as u8).collect();
        judge(String::from_utf8_lossy(&bytes).into_owned());
    }
}
