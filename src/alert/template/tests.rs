//! Expected texts are those of Prometheus's own template tests and of Go's
//! formatting rules.

use super::*;

fn check(text: &str, expected: &str) {
    let labels = Labels::from([
        ("pod".to_owned(), "a-1".to_owned()),
        ("job".to_owned(), "web".to_owned()),
    ]);
    let query = |text: &str| -> Answer {
        let series = |name: &str, value: f64| {
            (
                Labels::from([("instance".to_owned(), name.to_owned())]),
                value,
            )
        };
        match text {
            "metric" => Ok(vec![series("b", 21.0), series("a", 11.0)]),
            "none" => Ok(Vec::new()),
            _ => Err("no such query".to_owned()),
        }
    };
    let data = Data {
        labels: &labels,
        external: &Labels::from([("region".to_owned(), "eu".to_owned())]),
        url: "http://lab.example/base",
        value: 0.1234567,
        query: &query,
    };
    let found = match expand(text, &data) {
        Ok(text) => text,
        Err(problem) => format!("error: {problem}"),
    };
    assert_eq!(found, expected, "{text}");
}

#[test]
fn labels_values_and_pipes_are_filled_in() {
    check("plain text", "plain text");
    check(
        "{{ $labels.pod }} of {{ .Labels.job }} in {{ $externalLabels.region }}",
        "a-1 of web in eu",
    );
    check("{{ $labels.missing }}|", "|");
    check("{{ $value }} {{ .Value }}", "0.1234567 0.1234567");
    check("{{ $value | humanizePercentage }}", "12.35%");
    check("{{ humanizePercentage $value }}", "12.35%");
    check(
        "{{ $value | printf \"%.2f\" }} {{ printf \"%s=%05.1f\" $labels.pod 2.25 }}",
        "0.12 a-1=002.2",
    );
    check("{{ \"a b\" | title | printf \"<%s>\" }}", "<A B>");
    check("a {{- \" b \" -}} c", "a b c");
    check("x{{/* nothing */}}y", "xy");
    check("{{ $x := 2 }}{{ $x }}{{ $x = 3 }}{{ $x }}", "23");
    check(
        "{{ 1e21 }} {{ 1e20 }} {{ 0.00001 }} {{ 100000 }}",
        "1e+21 100000000000000000000 1e-05 100000",
    );
}

#[test]
fn blocks_choose_and_repeat() {
    check("{{ if gt $value 0.1 }}high{{ else }}low{{ end }}", "high");
    check(
        "{{ if gt $value 0.5 }}high{{ else if gt $value 0.1 }}mid{{ else }}low{{ end }}",
        "mid",
    );
    check(
        "{{ range query \"metric\" | sortByLabel \"instance\" }}{{ .Labels.instance }}:{{ .Value }};{{ end }}",
        "a:11;b:21;",
    );
    check(
        "{{ range $i, $s := query \"metric\" }}{{ $i }}{{ $s.Value }} {{ end }}",
        "011 121 ",
    );
    check(
        "{{ range query \"none\" }}x{{ else }}nobody{{ end }}",
        "nobody",
    );
    check(
        "{{ with query \"metric\" }}{{ . | first | value }} {{ . | first | label \"instance\" }}{{ end }}",
        "11 a",
    );
    check(
        "{{ if and $labels.pod (eq $labels.job \"db\" \"web\") }}yes{{ end }}",
        "yes",
    );
    check(
        "{{ range $k, $v := $labels }}{{ $k }}={{ $v }} {{ end }}",
        "job=web pod=a-1 ",
    );
}

/// The table of `template_test.go`.
#[test]
fn numbers_are_humanized_as_prometheus_does() {
    let cases = [
        ("humanize", "0.0", "0"),
        ("humanize", "1234567.0", "1.235M"),
        ("humanize", "0.12", "120m"),
        ("humanize", "-1.0", "-1"),
        ("humanize", "999.99", "1000"),
        ("humanize1024", "1048576.0", "1Mi"),
        ("humanize1024", "0.12", "0.12"),
        ("humanize1024", "1025.0", "1.001ki"),
        ("humanizeDuration", "0.0", "0s"),
        ("humanizeDuration", "1.0", "1s"),
        ("humanizeDuration", "60.0", "1m 0s"),
        ("humanizeDuration", "3600.0", "1h 0m 0s"),
        ("humanizeDuration", "86400.0", "1d 0h 0m 0s"),
        ("humanizeDuration", "93784.0", "1d 2h 3m 4s"),
        ("humanizeDuration", "-93784.0", "-1d 2h 3m 4s"),
        ("humanizeDuration", "899.99", "14m 59s"),
        ("humanizeDuration", ".0001", "100us"),
        ("humanizeDuration", "12.3456", "12.35s"),
        ("humanizePercentage", "0.99", "99%"),
        ("humanizePercentage", "0.012345", "1.234%"),
        (
            "humanizeTimestamp",
            "1435065584.128",
            "2015-06-23 13:19:44.128 +0000 UTC",
        ),
        ("toUpper", "\"aa bb\"", "AA BB"),
        ("stripPort", "\"host:9090\"", "host"),
        ("stripDomain", "\"a.b.c:80\"", "a:80"),
        ("parseDuration", "\"1m30s\"", "90"),
        ("len", "\"abc\"", "3"),
        ("urlQueryEscape", "\"a b&c\"", "a+b%26c"),
    ];
    for (function, argument, expected) in cases {
        check(&format!("{{{{ {function} {argument} }}}}"), expected);
    }
    check(
        "{{ reReplaceAll \"(a)b\" \"x$1\" \"ab\" }} {{ match \"a+\" \"aa\" }}",
        "xa true",
    );
    check(
        "{{ pathPrefix }} {{ externalURL }}",
        "/base http://lab.example/base",
    );
    check(
        "{{ tableLink \"up == 0\" }}",
        "/graph?g0.expr=up+%3D%3D+0&g0.tab=1",
    );
}

#[test]
fn what_is_wrong_is_told() {
    check(
        "{{ $labels.pod",
        "error: an action is not closed: `}}` is missing",
    );
    check(
        "{{ if $value }}x",
        "error: a block is not closed: `{{ end }}` is missing",
    );
    check("{{ end }}", "error: there is nothing to end here");
    check("{{ nope }}", "error: there is no function `nope`");
    check("{{ $nope }}", "error: `$nope` is not defined");
    check(
        "{{ if gt $value 1 }}x{{ end }}",
        "error: incompatible types for comparison",
    );
    check("{{ query \"bad\" | first }}", "error: no such query");
    check(
        "{{ query \"none\" | first }}",
        "error: first() called on vector with no elements",
    );
    check("{{ \"a }}", "error: a text in quotes is not closed");
    check("{{ }}", "error: the braces are empty");
    check(
        &"{{ if true }}".repeat(40),
        "error: more than 32 blocks within each other",
    );
}

/// 2,000 texts of pieces of the language (stream `template`): none panics.
#[test]
fn no_text_panics() {
    const PARTS: [&str; 24] = [
        "{{",
        "}}",
        "{{-",
        " -}}",
        "if ",
        "end",
        "else",
        "range ",
        "$x",
        ":=",
        "$labels",
        ".pod",
        "(",
        ")",
        "|",
        "query \"metric\"",
        "humanize ",
        "1.5",
        " ",
        "\"",
        "`",
        "with ",
        "printf \"%5.2f\" ",
        "/*",
    ];
    for seed in 0..2_000 {
        let mut draw = crate::base::Stream::named(seed, "template");
        let text: String = (0..draw.below(20))
            .map(|_| PARTS[draw.below(24) as usize])
            .collect();
        let labels = Labels::new();
        let query = |_: &str| -> Answer { Ok(Vec::new()) };
        let data = Data {
            labels: &labels,
            external: &labels,
            url: "",
            value: 1.0,
            query: &query,
        };
        let _ = expand(&text, &data);
    }
}
