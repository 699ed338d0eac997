//! What figures in texts can be.

use crate::alert::Labels;

use super::function::general;

/// A value of a template.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Nil,
    Bool(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    Map(Labels),
    List(Vec<Value>),
    /// One series of a query's answer.
    Sample(Labels, f64),
    /// Arguments by name, as `args` makes them.
    Args(Vec<Value>),
}

impl Value {
    /// Whether `if` takes it for true.
    pub fn holds(&self) -> bool {
        match self {
            Value::Nil => false,
            Value::Bool(holds) => *holds,
            Value::Integer(number) => *number != 0,
            Value::Number(number) => *number != 0.0,
            Value::Text(text) => !text.is_empty(),
            Value::Map(labels) => !labels.is_empty(),
            Value::List(items) | Value::Args(items) => !items.is_empty(),
            Value::Sample(..) => true,
        }
    }

    /// What it is, in messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Nil => "nothing",
            Value::Bool(_) => "a truth value",
            Value::Integer(_) | Value::Number(_) => "a number",
            Value::Text(_) => "a text",
            Value::Map(_) => "labels",
            Value::List(_) => "a list",
            Value::Sample(..) => "a sample",
            Value::Args(_) => "arguments",
        }
    }

    /// One field of it.
    pub fn field(&self, name: &str) -> Result<Value, String> {
        match (self, name) {
            // A label that is not there is empty.
            (Value::Map(labels), name) => {
                Ok(Value::Text(labels.get(name).cloned().unwrap_or_default()))
            }
            (Value::Sample(labels, _), "Labels") => Ok(Value::Map(labels.clone())),
            (Value::Sample(_, value), "Value") => Ok(Value::Number(*value)),
            (Value::Args(items), name) => {
                let place = name
                    .strip_prefix("arg")
                    .and_then(|n| n.parse::<usize>().ok());
                let item = place.and_then(|place| items.get(place));
                item.cloned()
                    .ok_or_else(|| format!("there is no argument `{name}`"))
            }
            (other, name) => Err(format!("{} has no field `{name}`", other.kind())),
        }
    }

    /// As it is shown, like Go's `%v`.
    pub fn show(&self) -> String {
        match self {
            Value::Nil => "<no value>".to_owned(),
            Value::Bool(holds) => holds.to_string(),
            Value::Integer(number) => number.to_string(),
            Value::Number(number) => general(*number, None, 21),
            Value::Text(text) => text.clone(),
            Value::Map(labels) => {
                let pairs = labels.iter().map(|(name, value)| format!("{name}:{value}"));
                format!("map[{}]", pairs.collect::<Vec<_>>().join(" "))
            }
            Value::List(items) | Value::Args(items) => {
                let items: Vec<String> = items.iter().map(Value::show).collect();
                format!("[{}]", items.join(" "))
            }
            Value::Sample(labels, value) => {
                let labels = Value::Map(labels.clone()).show();
                format!("{{{labels} {}}}", general(*value, None, 21))
            }
        }
    }

    /// As a number: texts are read, as Prometheus's functions do.
    pub fn number(&self) -> Result<f64, String> {
        match self {
            Value::Integer(number) => Ok(*number as f64),
            Value::Number(number) => Ok(*number),
            Value::Text(text) => text
                .parse::<f64>()
                .map_err(|_| format!("`{text}` is no number")),
            other => Err(format!("{} where a number is expected", other.kind())),
        }
    }

    /// As a text.
    pub fn text(&self) -> Result<&str, String> {
        match self {
            Value::Text(text) => Ok(text),
            other => Err(format!("{} where a text is expected", other.kind())),
        }
    }
}
