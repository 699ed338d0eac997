//! The functions that texts can call.

use super::Data;
use super::value::Value;
use crate::alert::Labels;
use crate::alert::rules::duration;
use crate::base::order::sort_by;
use crate::slo::Date;

/// Every function that is known.
const KNOWN: [&str; 47] = [
    "and",
    "args",
    "eq",
    "externalURL",
    "first",
    "ge",
    "graphLink",
    "gt",
    "html",
    "humanize",
    "humanize1024",
    "humanizeDuration",
    "humanizePercentage",
    "humanizeTimestamp",
    "index",
    "join",
    "js",
    "label",
    "le",
    "len",
    "lt",
    "match",
    "ne",
    "not",
    "or",
    "parseDuration",
    "pathPrefix",
    "print",
    "printf",
    "println",
    "query",
    "reReplaceAll",
    "safeHtml",
    "slice",
    "sortByLabel",
    "stripDomain",
    "stripPort",
    "strvalue",
    "tableLink",
    "title",
    "toDuration",
    "toLower",
    "toTime",
    "toUpper",
    "urlquery",
    "urlQueryEscape",
    "value",
];

pub(super) fn is_known(name: &str) -> bool {
    KNOWN.contains(&name)
}

pub(super) fn call(name: &str, arguments: Vec<Value>, data: &Data<'_>) -> Result<Value, String> {
    let count = arguments.len();
    let needs = |wanted: usize| match count == wanted {
        true => Ok(()),
        false => Err(format!("`{name}` takes {wanted} arguments, not {count}")),
    };
    let text = |place: usize| arguments.get(place).map_or(Ok(""), Value::text);
    let number = || arguments.first().map_or(Ok(0.0), Value::number);
    match name {
        "and" | "or" => arguments
            .last()
            .cloned()
            .ok_or_else(|| format!("`{name}` takes arguments")),
        "eq" | "ne" | "lt" | "le" | "gt" | "ge" => compare(name, &arguments).map(Value::Bool),
        "print" | "println" => Ok(Value::Text(print(&arguments, name == "println"))),
        "printf" => {
            let rest = arguments.get(1..).unwrap_or_default();
            Ok(Value::Text(printf(text(0)?, rest)?))
        }
        "args" => Ok(Value::Args(arguments)),
        "externalURL" => needs(0).map(|()| Value::Text(data.url.to_owned())),
        "pathPrefix" => needs(0).map(|()| {
            let path = data.url.split_once("://").map_or("", |(_, rest)| rest);
            let path = path.find('/').map_or("", |at| &path[at..]);
            Value::Text(path.to_owned())
        }),
        "index" => index(arguments),
        "join" => {
            needs(2)?;
            let (Value::List(items), Value::Text(between)) = (&arguments[1], &arguments[0]) else {
                return Err("`join` takes a text and a list".to_owned());
            };
            let items: Vec<String> = items.iter().map(Value::show).collect();
            Ok(Value::Text(items.join(between)))
        }
        "match" => {
            needs(2)?;
            let found = regex_lite::Regex::new(text(0)?).map_err(|e| e.to_string())?;
            Ok(Value::Bool(found.is_match(text(1)?)))
        }
        "reReplaceAll" => {
            needs(3)?;
            let found = regex_lite::Regex::new(text(0)?).map_err(|e| e.to_string())?;
            let replaced = found.replace_all(text(2)?, text(1)?);
            Ok(Value::Text(replaced.into_owned()))
        }
        "label" => {
            needs(2)?;
            let (Value::Text(name), Value::Sample(labels, _)) = (&arguments[0], &arguments[1])
            else {
                return Err("`label` takes a name and a sample".to_owned());
            };
            Ok(Value::Text(labels.get(name).cloned().unwrap_or_default()))
        }
        "sortByLabel" => {
            needs(2)?;
            let (Value::Text(name), Value::List(items)) = (&arguments[0], &arguments[1]) else {
                return Err("`sortByLabel` takes a name and a list of samples".to_owned());
            };
            let mut items = items.clone();
            let of = |value: &Value| match value {
                Value::Sample(labels, _) => labels.get(name).cloned(),
                _ => None,
            };
            sort_by(&mut items, |a, b| of(a).cmp(&of(b)));
            Ok(Value::List(items))
        }
        "slice" => {
            let whole = text(0)?;
            let place = |place: usize, usual: usize| match arguments.get(place) {
                None => Ok(usual),
                Some(Value::Integer(at)) => usize::try_from(*at).map_err(|_| "a negative place"),
                Some(_) => Err("a place is a whole number"),
            };
            let (from, to) = (place(1, 0)?, place(2, whole.len())?);
            let part = whole.get(from..to).ok_or("the text has no such part")?;
            Ok(Value::Text(part.to_owned()))
        }
        _ => {
            needs(1)?;
            one(name, &arguments[0], data, number)
        }
    }
}

/// Functions of one argument.
fn one(
    name: &str,
    argument: &Value,
    data: &Data<'_>,
    number: impl Fn() -> Result<f64, String>,
) -> Result<Value, String> {
    let of_text = |change: &dyn Fn(&str) -> String| Ok(Value::Text(change(argument.text()?)));
    match name {
        "not" => Ok(Value::Bool(!argument.holds())),
        "len" => match argument {
            Value::Text(text) => Ok(Value::Integer(text.len() as i64)),
            Value::Map(labels) => Ok(Value::Integer(labels.len() as i64)),
            Value::List(items) => Ok(Value::Integer(items.len() as i64)),
            other => Err(format!("{} has no length", other.kind())),
        },
        "first" => match argument {
            Value::List(items) => {
                let first = items.first().cloned();
                first.ok_or_else(|| "first() called on vector with no elements".to_owned())
            }
            other => Err(format!("`first` takes a list, not {}", other.kind())),
        },
        "value" => argument.field("Value"),
        "strvalue" => match argument {
            Value::Sample(labels, _) => {
                let value = labels.get("__value__").cloned();
                Ok(Value::Text(value.unwrap_or_default()))
            }
            other => Err(format!("`strvalue` takes a sample, not {}", other.kind())),
        },
        "query" => {
            let mut found = (data.query)(argument.text()?)?;
            sort_by(&mut found, |a: &(Labels, f64), b| a.0.cmp(&b.0));
            let samples = found
                .into_iter()
                .map(|(labels, value)| Value::Sample(labels, value));
            Ok(Value::List(samples.collect()))
        }
        "humanize" => Ok(Value::Text(humanize(number()?))),
        "humanize1024" => Ok(Value::Text(humanize1024(number()?))),
        "humanizeDuration" => Ok(Value::Text(humanize_duration(number()?))),
        "humanizePercentage" => {
            let percent = general(number()? * 100.0, Some(4), 4);
            Ok(Value::Text(format!("{percent}%")))
        }
        "humanizeTimestamp" | "toTime" => Ok(Value::Text(timestamp(number()?))),
        "toDuration" => Ok(Value::Text(humanize_duration(number()?))),
        "parseDuration" => {
            let span = duration::read(argument.text()?)?;
            Ok(Value::Number(span.as_secs_f64()))
        }
        "title" => of_text(&title),
        "toUpper" => of_text(&str::to_uppercase),
        "toLower" => of_text(&str::to_lowercase),
        "stripPort" => of_text(&|text| {
            let (host, port) = text.rsplit_once(':').unwrap_or((text, ""));
            let is_port = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
            let host = if is_port { host } else { text };
            host.trim_start_matches('[')
                .trim_end_matches(']')
                .to_owned()
        }),
        "stripDomain" => of_text(&|text| {
            let (host, port) = match text.split_once(':') {
                Some((host, port)) => (host, format!(":{port}")),
                None => (text, String::new()),
            };
            let is_address = host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
            let short = if is_address {
                host
            } else {
                host.split('.').next().unwrap_or(host)
            };
            format!("{short}{port}")
        }),
        "safeHtml" => of_text(&str::to_owned),
        "html" => of_text(&|text| {
            text.replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace('"', "&#34;")
                .replace('\'', "&#39;")
        }),
        "js" => of_text(&|text| {
            text.replace('\\', "\\\\")
                .replace('\'', "\\'")
                .replace('"', "\\\"")
        }),
        "urlquery" | "urlQueryEscape" => of_text(&escape),
        "graphLink" => of_text(&|text| format!("/graph?g0.expr={}&g0.tab=0", escape(text))),
        "tableLink" => of_text(&|text| format!("/graph?g0.expr={}&g0.tab=1", escape(text))),
        other => Err(format!("there is no function `{other}`")),
    }
}

fn compare(name: &str, arguments: &[Value]) -> Result<bool, String> {
    use std::cmp::Ordering;
    let [first, others @ ..] = arguments else {
        return Err(format!("`{name}` takes two arguments"));
    };
    if others.is_empty() || (others.len() > 1 && name != "eq") {
        return Err(format!("`{name}` takes two arguments"));
    }
    let order = |other: &Value| match (first, other) {
        (Value::Text(a), Value::Text(b)) => Ok(Some(a.cmp(b))),
        (Value::Integer(a), Value::Integer(b)) => Ok(Some(a.cmp(b))),
        (Value::Number(a), Value::Number(b)) => Ok(a.partial_cmp(b)),
        (Value::Bool(a), Value::Bool(b)) if matches!(name, "eq" | "ne") => Ok(Some(a.cmp(b))),
        // As in Go, 90 is no fraction: write 90.0 beside one.
        _ => Err("incompatible types for comparison".to_owned()),
    };
    for other in others {
        let order = order(other)?;
        let holds = match name {
            "eq" => order == Some(Ordering::Equal),
            "ne" => order != Some(Ordering::Equal),
            "lt" => order == Some(Ordering::Less),
            "le" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            "gt" => order == Some(Ordering::Greater),
            _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        };
        if holds {
            return Ok(true);
        }
    }
    Ok(false)
}

fn index(arguments: Vec<Value>) -> Result<Value, String> {
    let mut arguments = arguments.into_iter();
    let mut value = arguments.next().ok_or("`index` takes arguments")?;
    for place in arguments {
        value = match (&value, &place) {
            (Value::Map(_), Value::Text(name)) => value.field(name)?,
            (Value::List(items), Value::Integer(at)) => {
                let item = usize::try_from(*at).ok().and_then(|at| items.get(at));
                item.cloned().ok_or("the list has no such place")?
            }
            _ => return Err(format!("{} has no places of that kind", value.kind())),
        };
    }
    Ok(value)
}

fn print(arguments: &[Value], line: bool) -> String {
    let mut out = String::new();
    for (place, value) in arguments.iter().enumerate() {
        let is_text = |value: &Value| matches!(value, Value::Text(_));
        let before = place.checked_sub(1).and_then(|place| arguments.get(place));
        // Go's Sprint puts spaces between operands when neither is a text.
        if before.is_some_and(|before| line || !(is_text(before) || is_text(value))) {
            out.push(' ');
        }
        out.push_str(&value.show());
    }
    if line {
        out.push('\n');
    }
    out
}

/// Go's `Sprintf` for the verbs `%v %s %d %f %e %g %q %t %x %%`.
fn printf(form: &str, arguments: &[Value]) -> Result<String, String> {
    let mut out = String::new();
    let mut arguments = arguments.iter();
    let mut chars = form.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let (mut flags, mut width, mut precision) = (String::new(), 0usize, None::<usize>);
        while let Some(flag) = chars.next_if(|c| "-+ 0#".contains(*c)) {
            flags.push(flag);
        }
        while let Some(digit) = chars.next_if(char::is_ascii_digit) {
            width = (width * 10 + digit as usize - '0' as usize).min(200);
        }
        if chars.next_if_eq(&'.').is_some() {
            let mut digits = 0;
            while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                digits = (digits * 10 + digit as usize - '0' as usize).min(60);
            }
            precision = Some(digits);
        }
        let verb = chars.next().ok_or("a `%` ends the text")?;
        if verb == '%' {
            out.push('%');
            continue;
        }
        let Some(value) = arguments.next() else {
            out.push_str(&format!("%!{verb}(MISSING)"));
            continue;
        };
        let mut text = match (verb, value) {
            ('v', value) => value.show(),
            ('s', Value::Text(text)) => match precision {
                Some(most) => text.chars().take(most).collect(),
                None => text.clone(),
            },
            ('q', Value::Text(text)) => format!("{text:?}"),
            ('t', Value::Bool(holds)) => holds.to_string(),
            ('d', Value::Integer(number)) => number.to_string(),
            ('x', Value::Integer(number)) => format!("{number:x}"),
            ('f', Value::Number(number)) => format!("{number:.*}", precision.unwrap_or(6)),
            ('e', Value::Number(number)) => exponent(*number, precision.unwrap_or(6)),
            ('g', Value::Number(number)) => general(*number, precision, precision.unwrap_or(21)),
            (verb, value) => format!("%!{verb}({})", value.show()),
        };
        if flags.contains('+') && !text.starts_with('-') && value.number().is_ok() {
            text.insert(0, '+');
        }
        let missing = width.saturating_sub(text.chars().count());
        if flags.contains('-') {
            text.push_str(&" ".repeat(missing));
        } else if flags.contains('0') && value.number().is_ok() {
            let at = usize::from(text.starts_with(['-', '+']));
            text.insert_str(at, &"0".repeat(missing));
        } else {
            text.insert_str(0, &" ".repeat(missing));
        }
        out.push_str(&text);
    }
    if let Some(extra) = arguments.next() {
        out.push_str(&format!("%!(EXTRA {})", extra.show()));
    }
    Ok(out)
}

fn exponent(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$e}");
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, power) = match power.strip_prefix('-') {
        Some(power) => ('-', power),
        None => ('+', power),
    };
    format!("{mantissa}e{sign}{power:0>2}")
}

/// A number as Go's `%g` writes it: with so many digits, or as few as tell it
/// from others; with an exponent from 10 to the power of `wide` on and below 0.0001.
pub fn general(value: f64, digits: Option<usize>, wide: usize) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let text = match digits {
        Some(digits) => format!("{value:.*e}", digits.max(1) - 1),
        None => format!("{value:e}"),
    };
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    let trim = |text: String| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    };
    if power < -4 || power >= wide as i32 {
        let sign = if power < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", trim(mantissa.to_owned()), power.abs());
    }
    match digits {
        Some(digits) => {
            let decimals = (digits as i32 - 1 - power).max(0) as usize;
            trim(format!("{value:.decimals$}"))
        }
        None => format!("{value}"),
    }
}

const LARGE: [&str; 8] = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
const SMALL: [&str; 8] = ["m", "u", "n", "p", "f", "a", "z", "y"];

fn four(value: f64) -> String {
    general(value, Some(4), 4)
}

fn shrunk(mut value: f64) -> (f64, &'static str) {
    let mut prefix = "";
    for name in SMALL {
        if value.abs() >= 1.0 {
            break;
        }
        prefix = name;
        value *= 1_000.0;
    }
    (value, prefix)
}

fn grown(mut value: f64, by: f64) -> (f64, &'static str) {
    let mut prefix = "";
    for name in LARGE {
        if value.abs() < by {
            break;
        }
        prefix = name;
        value /= by;
    }
    (value, prefix)
}

fn humanize(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return four(value);
    }
    let (value, prefix) = match value.abs() >= 1.0 {
        true => grown(value, 1_000.0),
        false => shrunk(value),
    };
    format!("{}{prefix}", four(value))
}

fn humanize1024(value: f64) -> String {
    if value.abs() <= 1.0 || !value.is_finite() {
        return four(value);
    }
    let (value, prefix) = grown(value, 1_024.0);
    let binary = if prefix.is_empty() { "" } else { "i" };
    format!("{}{}{binary}", four(value), prefix)
}

fn humanize_duration(value: f64) -> String {
    if !value.is_finite() {
        return four(value);
    }
    if value == 0.0 {
        return "0s".to_owned();
    }
    if value.abs() < 1.0 {
        let (value, prefix) = shrunk(value);
        return format!("{}{prefix}s", four(value));
    }
    let sign = if value < 0.0 { "-" } else { "" };
    let value = value.abs();
    let whole = value as u64;
    let (s, m, h, d) = (
        whole % 60,
        whole / 60 % 60,
        whole / 3_600 % 24,
        whole / 86_400,
    );
    if d > 0 {
        format!("{sign}{d}d {h}h {m}m {s}s")
    } else if h > 0 {
        format!("{sign}{h}h {m}m {s}s")
    } else if m > 0 {
        format!("{sign}{m}m {s}s")
    } else {
        format!("{sign}{}s", four(value))
    }
}

fn timestamp(seconds: f64) -> String {
    if !seconds.is_finite() {
        return four(seconds);
    }
    let millis = libm::round(seconds * 1_000.0) as i64;
    let (whole, part) = (millis.div_euclid(1_000), millis.rem_euclid(1_000));
    let Date { year, month, day } = Date::from_days(whole.div_euclid(86_400));
    let second = whole.rem_euclid(86_400);
    let (h, m, s) = (second / 3_600, second / 60 % 60, second % 60);
    let fraction = match part {
        0 => String::new(),
        part => format!(".{part:03}").trim_end_matches('0').to_owned(),
    };
    format!("{year:04}-{month:02}-{day:02} {h:02}:{m:02}:{s:02}{fraction} +0000 UTC")
}

/// Every word with a capital, as Go's `strings.Title`.
fn title(text: &str) -> String {
    let mut before = ' ';
    let mut out = String::new();
    for c in text.chars() {
        let starts = !(before.is_alphanumeric() || before == '_' || before == '\'');
        match starts {
            true => out.extend(c.to_uppercase()),
            false => out.push(c),
        }
        before = c;
    }
    out
}

/// As Go's `url.QueryEscape`.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
