//! Pieces into a tree.

use super::lex::{Piece, Word, pieces};
use super::{DEEPEST, function};

/// A part of a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Text(String),
    /// `{{ pipe }}`
    Show(Pipe),
    /// `{{ if }}`, `{{ with }}`: what holds, what follows, what follows otherwise.
    If(Pipe, Vec<Node>, Vec<Node>),
    With(Pipe, Vec<Node>, Vec<Node>),
    /// `{{ range }}`
    Range(Pipe, Vec<Node>, Vec<Node>),
}

/// Commands, each of which gets the result of the one before as its last argument.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pipe {
    /// Variables that take the result.
    pub into: Vec<String>,
    /// Whether they are new.
    pub declares: bool,
    pub commands: Vec<Vec<Operand>>,
}

/// A word of a command, and the fields that are taken of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Operand {
    pub base: Base,
    pub fields: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Base {
    Dot,
    Variable(String),
    Text(String),
    Integer(i64),
    Number(f64),
    Bool(bool),
    Nil,
    Function(String),
    Pipe(Box<Pipe>),
}

pub(super) fn parse(text: &str) -> Result<Vec<Node>, String> {
    let pieces = pieces(text)?;
    let mut parser = Parser {
        pieces: &pieces,
        at: 0,
    };
    let (nodes, end) = parser.nodes(0, false)?;
    match end {
        None => Ok(nodes),
        Some(_) => Err("there is nothing to end here".to_owned()),
    }
}

struct Parser<'p, 't> {
    pieces: &'p [Piece<'t>],
    at: usize,
}

impl Parser<'_, '_> {
    /// Nodes up to `end` or `else`, with the words of that.
    fn nodes(
        &mut self,
        depth: u32,
        inside: bool,
    ) -> Result<(Vec<Node>, Option<Vec<Word>>), String> {
        if depth > DEEPEST {
            return Err(format!("more than {DEEPEST} blocks within each other"));
        }
        let mut nodes = Vec::new();
        while let Some(piece) = self.pieces.get(self.at) {
            self.at += 1;
            let words = match piece {
                Piece::Text(text) => {
                    nodes.push(Node::Text((*text).to_owned()));
                    continue;
                }
                Piece::Action(words) => words,
            };
            let keyword = match words.first() {
                Some(Word::Name(name)) => name.as_str(),
                Some(_) => "",
                None => return Err("the braces are empty".to_owned()),
            };
            match keyword {
                "end" | "else" => return Ok((nodes, Some(words.clone()))),
                "if" | "with" | "range" => nodes.push(self.block(keyword, &words[1..], depth)?),
                "define" | "template" | "block" | "break" | "continue" => {
                    return Err(format!("`{keyword}` is not supported"));
                }
                _ => nodes.push(Node::Show(pipe(words)?)),
            }
        }
        if inside {
            return Err("a block is not closed: `{{ end }}` is missing".to_owned());
        }
        Ok((nodes, None))
    }

    fn block(&mut self, keyword: &str, words: &[Word], depth: u32) -> Result<Node, String> {
        let head = pipe(words)?;
        let (body, end) = self.nodes(depth + 1, true)?;
        let end = end.unwrap_or_default();
        let is_else = end.first() == Some(&Word::Name("else".to_owned()));
        let other = if !is_else {
            Vec::new()
        } else {
            let rest: Vec<Word> = end[1..].to_vec();
            match rest.iter().find(|word| **word != Word::Space) {
                None => {
                    let (other, end) = self.nodes(depth + 1, true)?;
                    if end.is_some_and(|end| end.first() != Some(&Word::Name("end".to_owned()))) {
                        return Err("`else` stands twice".to_owned());
                    }
                    other
                }
                Some(Word::Name(name)) if name == "if" || name == "with" => {
                    let start = rest.iter().position(|word| matches!(word, Word::Name(_)));
                    vec![self.block(name, &rest[start.unwrap_or(0) + 1..], depth + 1)?]
                }
                Some(_) => return Err("only `if` and `with` may follow `else`".to_owned()),
            }
        };
        Ok(match keyword {
            "if" => Node::If(head, body, other),
            "with" => Node::With(head, body, other),
            _ => Node::Range(head, body, other),
        })
    }
}

fn pipe(words: &[Word]) -> Result<Pipe, String> {
    let mut words = Words { words, at: 0 };
    let found = words.pipe(0)?;
    match words.next() {
        None => Ok(found),
        Some(word) => Err(format!("{} is not expected here", tell(&word))),
    }
}

struct Words<'w> {
    words: &'w [Word],
    at: usize,
}

impl Words<'_> {
    fn skip(&mut self) {
        while self.words.get(self.at) == Some(&Word::Space) {
            self.at += 1;
        }
    }

    fn next(&mut self) -> Option<Word> {
        self.skip();
        let word = self.words.get(self.at).cloned();
        self.at += usize::from(word.is_some());
        word
    }

    fn peek(&mut self) -> Option<&Word> {
        self.skip();
        self.words.get(self.at)
    }

    /// `$a := `, `$a, $b := `, `$a = `, if that is what comes.
    fn into(&mut self) -> (Vec<String>, bool) {
        let start = self.at;
        let mut names = Vec::new();
        while let Some(Word::Variable(name)) = self.next() {
            names.push(name);
            match self.next() {
                Some(Word::Sign(",")) if names.len() == 1 => {}
                Some(Word::Sign(":=")) => return (names, true),
                Some(Word::Sign("=")) => return (names, false),
                _ => break,
            }
        }
        self.at = start;
        (Vec::new(), false)
    }

    fn pipe(&mut self, depth: u32) -> Result<Pipe, String> {
        if depth > DEEPEST {
            return Err(format!("more than {DEEPEST} parentheses within each other"));
        }
        let (into, declares) = self.into();
        let mut commands = vec![self.command(depth)?];
        while self.peek() == Some(&Word::Sign("|")) {
            self.next();
            let command = self.command(depth)?;
            let is_call = matches!(
                command.first(),
                Some(Operand {
                    base: Base::Function(_),
                    ..
                })
            );
            if !is_call {
                return Err("only a function can follow `|`".to_owned());
            }
            commands.push(command);
        }
        Ok(Pipe {
            into,
            declares,
            commands,
        })
    }

    fn command(&mut self, depth: u32) -> Result<Vec<Operand>, String> {
        let mut operands = Vec::new();
        loop {
            match self.peek() {
                None | Some(Word::Sign("|" | ")")) => break,
                _ => operands.push(self.operand(depth)?),
            }
        }
        match operands.first() {
            None => Err("something to show is missing".to_owned()),
            Some(first) if operands.len() > 1 && !matches!(first.base, Base::Function(_)) => {
                Err("only a function takes arguments".to_owned())
            }
            Some(_) => Ok(operands),
        }
    }

    fn operand(&mut self, depth: u32) -> Result<Operand, String> {
        let word = self.next().ok_or("something is missing")?;
        let mut fields = Vec::new();
        let base = match word {
            Word::Field(name) => {
                if !name.is_empty() {
                    fields.push(name);
                }
                Base::Dot
            }
            Word::Variable(name) => Base::Variable(name),
            Word::Text(text) => Base::Text(text),
            Word::Integer(number) => Base::Integer(number),
            Word::Number(number) => Base::Number(number),
            Word::Name(name) => match name.as_str() {
                "true" => Base::Bool(true),
                "false" => Base::Bool(false),
                "nil" => Base::Nil,
                _ if function::is_known(&name) => Base::Function(name),
                _ => return Err(format!("there is no function `{name}`")),
            },
            Word::Sign("(") => {
                let inner = self.pipe(depth + 1)?;
                if self.next() != Some(Word::Sign(")")) {
                    return Err("a parenthesis is not closed".to_owned());
                }
                Base::Pipe(Box::new(inner))
            }
            other => return Err(format!("{} is not expected here", tell(&other))),
        };
        // A field belongs to what stands directly before it.
        while let Some(Word::Field(name)) = self.words.get(self.at) {
            if name.is_empty() {
                return Err("a field's name is missing after the dot".to_owned());
            }
            fields.push(name.clone());
            self.at += 1;
        }
        Ok(Operand { base, fields })
    }
}

fn tell(word: &Word) -> String {
    match word {
        Word::Name(name) => format!("`{name}`"),
        Word::Variable(name) => format!("`${name}`"),
        Word::Field(name) => format!("`.{name}`"),
        Word::Text(text) => format!("\"{text}\""),
        Word::Integer(number) => format!("`{number}`"),
        Word::Number(number) => format!("`{number}`"),
        Word::Sign(sign) => format!("`{sign}`"),
        Word::Space => "a space".to_owned(),
    }
}
