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
