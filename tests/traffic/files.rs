//! What authors are told about traffic that cannot be.

use crate::support::{ROOMY, head, try_spec};

fn check(traffic: &str, expected: &[&str]) {
    let text = format!("{}\n{ROOMY}", head(traffic));
    let problems = try_spec(&text).err().unwrap_or_default();
    for part in expected {
        assert!(
            problems.contains(part),
            "`{part}` is missing in\n{problems}\nfor\n{traffic}"
        );
    }
}

const MIX: &str = "  mix: [{route: shop/page}]\n";

#[test]
fn a_wrong_row_of_a_csv_text_is_told_with_its_line_and_column() {
    let rows = "  rate:\n    csv: |\n      time,rate\n      0,10\n      60,5/s\n      90;7\n";
    check(
        &format!("{rows}{MIX}"),
        &["test.yaml:9:11", "row 4, column 5: there is no comma"],
    );
    let rows = "  rate:\n    csv: |\n      0,10\n      60,fast\n";
    check(
        &format!("{rows}{MIX}"),
        &["test.yaml:7:10", "row 2, column 4", "`fast`"],
    );
    let rows = "  rate:\n    csv: |\n      5m,10\n      60,3\n";
    check(
        &format!("{rows}{MIX}"),
        &["row 2, column 1: 1m does not come after 5m"],
    );
    check(
        &format!("  rate: {{csv: \"\"}}\n{MIX}"),
        &["the table is empty"],
    );
    let many: String = (0..5_001).map(|row| format!("      {row},1\n")).collect();
    check(
        &format!("  rate:\n    csv: |\n{many}{MIX}"),
        &["more than 5000 rows"],
    );
}

#[test]
fn a_profile_that_cannot_be_is_refused() {
    let cases = [
        ("{product: [90k/s, 2]}", "this can reach 180000"),
        ("{weekly: {of: 1/s, days: [1, 2]}}", "a week of 2 days"),
        (
            "{weekly: {days: [1, 1, 1, 1, 1, 1, 1]}}",
            "the field `of` is missing",
        ),
        (
            "{spike: {of: 1/s, at: 1m, for: 5m, times: 2, every: 1m}}",
            "a spike of 5m cannot begin anew after 1m",
        ),
        (
            "{table: {rows: [[0s, 1/s], [1m, 2/s]], repeat: 1m}}",
            "repeats after 1m",
        ),
        ("{table: {rows: [[1m, 1/s], [1m, 2/s]]}}", "out of order"),
        ("{table: {}}", "either rows or csv"),
        ("{sum: []}", "nothing is combined"),
        ("{ramp: {from: 1/s, to: 2/s}}", "`over`"),
    ];
    for (rate, problem) in cases {
        check(&format!("  rate: {rate}\n{MIX}"), &[problem]);
    }
    let deep = "{sum: [".repeat(8) + "1/s" + &"]}".repeat(8);
    check(&format!("  rate: {deep}\n{MIX}"), &["nest deeper"]);
}

#[test]
fn it_must_be_clear_who_comes_and_for_what() {
    check(MIX, &["it is not clear who comes"]);
    check("  rate: 1/s\n", &["the field `mix` is missing"]);
    check(
        &format!("  rate: 1/s\n  users: {{count: 3, think: 1s}}\n{MIX}"),
        &["it is not clear who comes"],
    );
    let class = |fields: &str| format!("  classes:\n    a: {{{fields}}}\n{MIX}");
    check(&class("share: 1"), &["there is no common rate to share"]);
    check(
        &class("share: 1, rate: 2/s"),
        &["how often this class comes"],
    );
    check(&class("kind: bots"), &["how often this class comes"]);
    check(
        &class("kind: bots, rate: 1/s, value: 3"),
        &["only users bring revenue"],
    );
    check(
        &class("rate: 1/s, limit: {rate: 0/s}"),
        &["nothing would pass"],
    );
    check(
        &format!("  rate: 1/s\n{}", class("rate: 1/s")),
        &["no class has a share"],
    );
    check(&class("users: {count: 5, think: 0s}"), &["think", "1ms"]);
    check(
        "  classes:\n    a: {rate: 1/s}\n",
        &["this class asks for nothing"],
    );
    check(
        &class("users: {count: 5, think: 1s, journeys: [{steps: [shop/nowhere]}]}"),
        &["shop/nowhere"],
    );
    check(
        &format!("  rate: 1/s\n  shed: {{over: 0%}}\n{MIX}"),
        &["shed all the time"],
    );
}

#[test]
fn the_manuals_traffic_is_traffic() {
    let manual = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/lessons/README.md"))
        .expect("the manual");
    let section = manual.split("\n## Commands\n").next().unwrap_or_default();
    let services = "services:
  gateway:
    kind: gateway
    about: x
    replicas: 1
    workers: 100
    queue: 0
    routes: {browse: [{work: 50ms}], buy: [{work: 50ms}]}
";
    let check = |traffic: &str| {
        let text = format!("title: test\nabout: a test\n{traffic}{services}");
        try_spec(&text).unwrap_or_else(|problems| panic!("{traffic}\n{problems}"))
    };
    let blocks = section.split("```yaml\n").skip(1);
    let blocks = blocks.filter_map(|block| block.split("```").next());
    let specs: Vec<_> = blocks
        .filter(|block| block.starts_with("traffic:"))
        .map(check)
        .collect();
    assert_eq!(specs.len(), 2);
    // The crawler that the first does not name, and those that the second names.
    let classes: Vec<usize> = specs.iter().map(|s| s.traffic.classes.len()).collect();
    assert_eq!(classes, [2, 6]);
    // Every profile of the table, with something for what it leaves open.
    let table = section
        .split("| profile | is |\n")
        .nth(1)
        .unwrap_or_default();
    let table = table.split("\n\n").next().unwrap_or_default();
    let cells = table
        .lines()
        .skip(1)
        .filter_map(|row| row.split('|').nth(1));
    let mut count = 0;
    for profile in cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)) {
        let profile = profile
            .replace("csv: \"...\", ...", "csv: \"0,5\"")
            .replace("\"...\"", "\"0,5\"")
            .replace("[...]", "[5/s]")
            .replace("...", "5/s");
        check(&format!(
            "traffic:\n  rate: {profile}\n  mix: [{{route: gateway/buy}}]\n"
        ));
        count += 1;
    }
    assert_eq!(count, 13);
}
