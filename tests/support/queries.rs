//! Random PromQL: texts of queries that make sense, with odd spacing.

use proptest::prelude::*;

fn pick(words: &'static [&'static str]) -> impl Strategy<Value = String> + Clone {
    prop::sample::select(words).prop_map(str::to_owned)
}

fn duration() -> impl Strategy<Value = String> + Clone {
    pick(&["1m", "5m", "90s", "1h30m", "250ms", "2d", "45", "7m30s"])
}

fn shift() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        6 => Just(String::new()),
        1 => (pick(&["", "-"]), duration()).prop_map(|(sign, d)| format!(" offset {sign}{d}")),
        1 => pick(&[" @ 120", " @ -3.25", " @ 1000.001 offset 1m"]),
    ]
}

fn labels() -> impl Strategy<Value = String> + Clone {
    let label = pick(&["job", "instance", "le", "\"odd label\"", "by", "on"]);
    prop::collection::vec(label, 0..3).prop_map(|labels| labels.join(" , "))
}

fn series() -> impl Strategy<Value = String> + Clone {
    let name = pick(&[
        "up",
        "requests_total",
        "a:b",
        "sum",
        "latency_bucket",
        "offset",
        "and",
    ]);
    let name = name.prop_filter("no operator", |name| name != "and" && name != "offset");
    let condition = prop_oneof![
        pick(&["=\"a\"", "!= 'b'", "=`a.*`", "!=\"\"", "=\"\\\"\\n\\\\é\""]),
        pick(&[
            "=~\"a|b\"",
            "!~ 'b.?'",
            "=~`[^a]\\d*`",
            "!~\"\"",
            "=~\".+\""
        ]),
    ];
    let matcher = (
        pick(&["job", "instance", "le", "\"odd label\"", "__type__"]),
        condition,
    );
    let matcher = matcher.prop_map(|(name, condition)| format!("{name}{condition}"));
    let matchers = prop::collection::vec(matcher, 0..3).prop_map(|all| all.join(" ,"));
    prop_oneof![
        4 => name.clone(),
        3 => (name, matchers.clone()).prop_map(|(name, all)| format!("{name} {{{all}}}")),
        1 => matchers.prop_map(|all| format!("{{\"up\",{all}}}")),
        1 => Just("{job=~\"a|b\", instance!=\"\",}".to_owned()),
    ]
}

fn selector() -> impl Strategy<Value = String> + Clone {
    (series(), shift()).prop_map(|(series, shift)| format!("{series}{shift}"))
}

fn number() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        pick(&[
            "1", "0.5", "2e3", "0x1F", "Inf", "nan", "1e-9", ".25", "5m", "1_000", "3."
        ]),
        (0u32..1_000_000).prop_map(|n| format!("{}", f64::from(n) / 128.0)),
    ]
}

/// Scalars and vectors; `depth` operations at most hang on each other.
pub fn query() -> BoxedStrategy<String> {
    vector(4)
}

fn range(depth: u32) -> BoxedStrategy<String> {
    let plain =
        (series(), duration(), shift()).prop_map(|(s, d, shift)| format!("{s}[{d}]{shift}"));
    if depth == 0 {
        return plain.boxed();
    }
    let step = pick(&["", "1m", "30s", "2m"]);
    let inner = vector(depth - 1);
    let subquery = (inner, pick(&["5m", "10m", "90s"]), step, shift())
        .prop_map(|(inner, d, step, shift)| format!("({inner})[{d}:{step}]{shift}"));
    prop_oneof![3 => plain, 1 => subquery].boxed()
}

fn scalar(depth: u32) -> BoxedStrategy<String> {
    if depth == 0 {
        return number().boxed();
    }
    let op = pick(&["+", "-", "*", "/", "%", "^", "atan2", "== bool", "< bool"]);
    let binary = (scalar(depth - 1), op, scalar(depth - 1));
    prop_oneof![
        3 => number(),
        1 => binary.prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        1 => (pick(&["-", "+", "- -"]), scalar(depth - 1)).prop_map(|(s, a)| format!("{s}{a}")),
        1 => vector(depth - 1).prop_map(|v| format!("scalar({v})")),
        1 => pick(&["time()", "pi()"]),
        1 => scalar(depth - 1).prop_map(|a| format!("( {a} )")),
    ]
    .boxed()
}

fn vector(depth: u32) -> BoxedStrategy<String> {
    if depth == 0 {
        return selector().boxed();
    }
    let inner = || vector(depth - 1);
    let matching = prop_oneof![
        3 => Just(String::new()),
        1 => (pick(&["on", "IGNORING"]), labels()).prop_map(|(w, l)| format!("{w}({l})")),
    ];
    let group = (
        pick(&["ignoring(job)", "ignoring(le)"]),
        pick(&["group_left", "group_right"]),
        pick(&["()", "(instance)", "(team, zone)"]),
    )
        .prop_map(|(m, g, l)| format!("{m} {g}{l}"));
    let arithmetic = pick(&[
        "+", "-", "*", "/", "%", "^", "atan2", "==", "!=", ">", "<= bool",
    ]);
    // Parentheses where what binds more tightly could come between.
    let join = |(a, op, m, b): (String, String, String, String)| {
        if m.is_empty() {
            format!("{a} {op} {b}")
        } else {
            format!("({a}) {op} {m} ({b})")
        }
    };
    let joined = (
        inner(),
        arithmetic.clone(),
        prop_oneof![4 => matching.clone(), 1 => group],
        inner(),
    )
        .prop_map(join);
    let set = (inner(), pick(&["and", "or", "UNLESS"]), matching, inner()).prop_map(join);
    let with_number =
        (inner(), arithmetic, scalar(depth - 1), any::<bool>()).prop_map(|(a, op, b, turned)| {
            if turned {
                format!("{b} {op} ({a})")
            } else {
                format!("({a}) {op} ({b})")
            }
        });
    let grouping = prop_oneof![
        Just(String::new()),
        (pick(&["by", "without"]), labels()).prop_map(|(word, l)| format!("{word} ({l})")),
    ];
    let aggregation = (
        pick(&[
            "sum", "avg", "min", "MAX", "count", "group", "stddev", "stdvar",
        ]),
        grouping.clone(),
        inner(),
        any::<bool>(),
    )
        .prop_map(|(op, grouping, inner, after)| {
            if after {
                format!("{op}({inner}) {grouping}")
            } else {
                format!("{op} {grouping} ({inner})")
            }
        });
    let parameter = (
        pick(&["topk", "bottomk", "quantile"]),
        grouping,
        scalar(depth - 1),
        inner(),
    )
        .prop_map(|(op, grouping, number, inner)| format!("{op} {grouping}({number}, {inner})"));
    let over = (
        pick(&[
            "rate",
            "increase",
            "delta",
            "irate",
            "idelta",
            "changes",
            "resets",
            "deriv",
            "sum_over_time",
            "avg_over_time",
            "min_over_time",
            "max_over_time",
            "last_over_time",
            "count_over_time",
            "stddev_over_time",
            "present_over_time",
            "absent_over_time",
        ]),
        range(depth - 1),
    )
        .prop_map(|(name, range)| format!("{name}({range})"));
    let quantile = (scalar(0), range(depth - 1))
        .prop_map(|(q, range)| format!("quantile_over_time({q}, {range})"));
    let predicted = (range(depth - 1), scalar(0))
        .prop_map(|(range, ahead)| format!("predict_linear({range}, {ahead})"));
    let single = (
        pick(&[
            "abs",
            "ceil",
            "floor",
            "sqrt",
            "exp",
            "ln",
            "sgn",
            "sin",
            "hour",
            "day_of_week",
            "timestamp",
            "absent",
        ]),
        inner(),
    )
        .prop_map(|(name, inner)| format!("{name}({inner})"));
    let clamped = (inner(), scalar(0)).prop_map(|(v, n)| format!("clamp_max({v}, {n})"));
    let quantiles = (scalar(0), inner()).prop_map(|(q, v)| format!("histogram_quantile({q}, {v})"));
    let renamed = (
        inner(),
        pick(&["\"zone\"", "'job'"]),
        pick(&["\"$1\"", "'x-$1'"]),
    )
        .prop_map(|(v, to, with)| {
            format!("label_replace({v}, {to}, {with}, \"instance\", \"(.*)\")")
        });
    prop_oneof![
        4 => selector(),
        3 => joined,
        2 => set,
        2 => with_number,
        3 => aggregation,
        1 => parameter,
        4 => over,
        1 => quantile,
        1 => predicted,
        2 => single,
        1 => clamped,
        1 => quantiles,
        1 => renamed,
        1 => inner().prop_map(|v| format!("-{v}")),
        1 => inner().prop_map(|v| format!("({v})")),
        1 => scalar(depth - 1).prop_map(|s| format!("vector({s})")),
    ]
    .boxed()
}

/// Bits of queries in any order: most of them are no query.
pub fn soup() -> impl Strategy<Value = String> {
    let bit = prop_oneof![
        4 => pick(&[
            "up", "(", ")", "{", "}", "[", "]", "5m", ":", "1", "+", "-", "^", "by", "on", "sum",
            "rate", "offset", "@", "bool", "and", "=~", "\"a\"", "'", "`", ",", "group_left",
            "quantile", "\"\\", "0x", "1e", "é", "#", "\n", "start()", "atan2", "==", "!", "inf",
        ]),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec((bit, pick(&["", " "])), 0..40)
        .prop_map(|bits| bits.into_iter().map(|(bit, space)| bit + &space).collect())
}
