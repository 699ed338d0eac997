//! A tree and data into a text.

use super::function;
use super::parse::{Base, Node, Operand, Pipe};
use super::value::Value;
use super::{Data, LONGEST, MOST_STEPS};

pub(super) fn run(nodes: &[Node], data: &Data<'_>) -> Result<String, String> {
    let named = |name: &str, value: Value| (name.to_owned(), value);
    let mut run = Run {
        data,
        out: String::new(),
        steps: 0,
        // As Prometheus defines them before every text.
        variables: vec![
            named("labels", Value::Map(data.labels.clone())),
            named("externalLabels", Value::Map(data.external.clone())),
            named("externalURL", Value::Text(data.url.to_owned())),
            named("value", Value::Number(data.value)),
        ],
    };
    run.nodes(nodes, None)?;
    Ok(run.out)
}

struct Run<'a> {
    data: &'a Data<'a>,
    out: String,
    steps: u32,
    variables: Vec<(String, Value)>,
}

impl Run<'_> {
    fn step(&mut self) -> Result<(), String> {
        self.steps += 1;
        if self.steps > MOST_STEPS || self.out.len() > LONGEST {
            return Err("the text takes too long to fill in".to_owned());
        }
        Ok(())
    }

    /// `dot` is none for the data themselves.
    fn nodes(&mut self, nodes: &[Node], dot: Option<&Value>) -> Result<(), String> {
        for node in nodes {
            self.step()?;
            match node {
                Node::Text(text) => self.out.push_str(text),
                Node::Show(pipe) => {
                    let value = self.pipe(pipe, dot)?;
                    if pipe.into.is_empty() {
                        self.out.push_str(&value.show());
                    } else {
                        self.bind(pipe, vec![value])?;
                    }
                }
                Node::If(pipe, body, other) | Node::With(pipe, body, other) => {
                    let scope = self.variables.len();
                    let value = self.pipe(pipe, dot)?;
                    if !pipe.into.is_empty() {
                        self.bind(pipe, vec![value.clone()])?;
                    }
                    let is_with = matches!(node, Node::With(..));
                    if !value.holds() {
                        self.nodes(other, dot)?;
                    } else if is_with {
                        self.nodes(body, Some(&value))?;
                    } else {
                        self.nodes(body, dot)?;
                    }
                    self.variables.truncate(scope);
                }
                Node::Range(pipe, body, other) => self.range(pipe, body, other, dot)?,
            }
        }
        Ok(())
    }

    fn range(
        &mut self,
        pipe: &Pipe,
        body: &[Node],
        other: &[Node],
        dot: Option<&Value>,
    ) -> Result<(), String> {
        let items: Vec<(Value, Value)> = match self.pipe(pipe, dot)? {
            Value::List(items) | Value::Args(items) => {
                let numbered = items.into_iter().enumerate();
                numbered
                    .map(|(place, item)| (Value::Integer(place as i64), item))
                    .collect()
            }
            Value::Map(labels) => labels
                .into_iter()
                .map(|(name, value)| (Value::Text(name), Value::Text(value)))
                .collect(),
            Value::Nil => Vec::new(),
            other => return Err(format!("`range` cannot go over {}", other.kind())),
        };
        if items.is_empty() {
            return self.nodes(other, dot);
        }
        let scope = self.variables.len();
        for (key, item) in items {
            self.step()?;
            match pipe.into.len() {
                0 => {}
                1 => self.bind(pipe, vec![item.clone()])?,
                _ => self.bind(pipe, vec![key, item.clone()])?,
            }
            self.nodes(body, Some(&item))?;
            self.variables.truncate(scope);
        }
        Ok(())
    }

    fn bind(&mut self, pipe: &Pipe, values: Vec<Value>) -> Result<(), String> {
        for (name, value) in pipe.into.iter().zip(values) {
            if pipe.declares {
                self.variables.push((name.clone(), value));
                continue;
            }
            let known = self
                .variables
                .iter_mut()
                .rev()
                .find(|(known, _)| known == name);
            let (_, place) = known.ok_or_else(|| format!("`${name}` is not defined"))?;
            *place = value;
        }
        Ok(())
    }

    fn pipe(&mut self, pipe: &Pipe, dot: Option<&Value>) -> Result<Value, String> {
        let mut last = None;
        for command in &pipe.commands {
            self.step()?;
            last = Some(self.command(command, last, dot)?);
        }
        last.ok_or_else(|| "nothing to show".to_owned())
    }

    fn command(
        &mut self,
        operands: &[Operand],
        last: Option<Value>,
        dot: Option<&Value>,
    ) -> Result<Value, String> {
        let Some((first, arguments)) = operands.split_first() else {
            return Err("nothing to show".to_owned());
        };
        let Base::Function(name) = &first.base else {
            return self.operand(first, dot);
        };
        // `and` and `or` stop at the first argument that decides.
        let stops = match name.as_str() {
            "and" => Some(false),
            "or" => Some(true),
            _ => None,
        };
        let mut values = Vec::new();
        for argument in arguments {
            let value = self.operand(argument, dot)?;
            if stops == Some(value.holds()) {
                return Ok(value);
            }
            values.push(value);
        }
        values.extend(last);
        let value = function::call(name, values, self.data)?;
        take(value, &first.fields)
    }

    fn operand(&mut self, operand: &Operand, dot: Option<&Value>) -> Result<Value, String> {
        let value = match &operand.base {
            Base::Dot => match dot {
                Some(value) => value.clone(),
                None => return self.data_field(&operand.fields),
            },
            Base::Variable(name) if name.is_empty() => return self.data_field(&operand.fields),
            Base::Variable(name) => {
                let known = self.variables.iter().rev().find(|(known, _)| known == name);
                let known = known.map(|(_, value)| value.clone());
                known.ok_or_else(|| format!("`${name}` is not defined"))?
            }
            Base::Text(text) => Value::Text(text.clone()),
            Base::Integer(number) => Value::Integer(*number),
            Base::Number(number) => Value::Number(*number),
            Base::Bool(holds) => Value::Bool(*holds),
            Base::Nil => Value::Nil,
            Base::Function(name) => function::call(name, Vec::new(), self.data)?,
            Base::Pipe(pipe) => self.pipe(pipe, dot)?,
        };
        take(value, &operand.fields)
    }

    /// A field of the data themselves.
    fn data_field(&self, fields: &[String]) -> Result<Value, String> {
        let Some((first, rest)) = fields.split_first() else {
            return Err("name what of the data is meant, such as `.Value`".to_owned());
        };
        let value = match first.as_str() {
            "Labels" => Value::Map(self.data.labels.clone()),
            "ExternalLabels" => Value::Map(self.data.external.clone()),
            "ExternalURL" => Value::Text(self.data.url.to_owned()),
            "Value" => Value::Number(self.data.value),
            other => return Err(format!("there is no `.{other}` here")),
        };
        take(value, rest)
    }
}

fn take(value: Value, fields: &[String]) -> Result<Value, String> {
    fields
        .iter()
        .try_fold(value, |value, name| value.field(name))
}
