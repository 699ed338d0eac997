//! Markdown into prose: a small, closed tree, so that text can never become
//! script. What the tree cannot hold is reported, not dropped.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::text::{Block, Inline};

/// Lists and quotations within one another.
const MOST_DEPTH: usize = 8;

/// Prose, or the first thing that prose cannot hold.
///
/// `[words](term:error-budget)` links to the glossary, `{budget:availability}`
/// is a figure from the run, and other links must begin with `https://`.
pub fn parse(text: &str) -> Result<Vec<Block>, String> {
    let mut builder = Builder {
        stack: vec![Frame::Blocks(Vec::new(), Kind::Root)],
    };
    for event in Parser::new_ext(text, Options::empty()) {
        builder.event(event)?;
        if builder.stack.len() > MOST_DEPTH * 2 {
            return Err(format!(
                "lists and quotations nest deeper than {MOST_DEPTH}"
            ));
        }
    }
    match builder.stack.pop() {
        Some(Frame::Blocks(blocks, Kind::Root)) => Ok(blocks),
        _ => Err("the text ends inside a list or a quotation".to_owned()),
    }
}

/// Something open that gathers what stands in it.
enum Frame {
    Blocks(Vec<Block>, Kind),
    Items(Vec<Vec<Block>>, bool),
    Inlines(Vec<Inline>, Run),
    Code(String),
}

enum Kind {
    Root,
    Quote,
    Item,
}

enum Run {
    Paragraph,
    Heading,
    Emphasis,
    Strong,
    Link(String),
}

struct Builder {
    stack: Vec<Frame>,
}

impl Builder {
    fn event(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text),
            Event::Code(code) => self.inline(Inline::Code(code.into_string())),
            Event::SoftBreak | Event::HardBreak => self.text(" "),
            Event::Html(_) | Event::InlineHtml(_) => {
                Err("HTML cannot be used; write `&lt;` for a plain <".to_owned())
            }
            Event::Rule => Err("a rule cannot be used; begin a new step instead".to_owned()),
            _ => Err("this kind of Markdown cannot be used".to_owned()),
        }
    }

    fn start(&mut self, tag: Tag<'_>) -> Result<(), String> {
        let frame = match tag {
            Tag::Paragraph => Frame::Inlines(Vec::new(), Run::Paragraph),
            Tag::Heading { .. } => Frame::Inlines(Vec::new(), Run::Heading),
            Tag::Emphasis => Frame::Inlines(Vec::new(), Run::Emphasis),
            Tag::Strong => Frame::Inlines(Vec::new(), Run::Strong),
            Tag::Link { dest_url, .. } => {
                let known = dest_url.starts_with("term:") || dest_url.starts_with("https://");
                if !known {
                    return Err(format!(
                        "the link to `{dest_url}` begins with neither `term:` nor `https://`"
                    ));
                }
                Frame::Inlines(Vec::new(), Run::Link(dest_url.into_string()))
            }
            Tag::BlockQuote(_) => Frame::Blocks(Vec::new(), Kind::Quote),
            Tag::Item => Frame::Blocks(Vec::new(), Kind::Item),
            Tag::List(first) => Frame::Items(Vec::new(), first.is_some()),
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => {
                Frame::Code(String::new())
            }
            Tag::HtmlBlock => return Err("HTML cannot be used".to_owned()),
            Tag::Image { .. } => return Err("pictures cannot be used here".to_owned()),
            _ => return Err("this kind of Markdown cannot be used".to_owned()),
        };
        self.stack.push(frame);
        Ok(())
    }

    fn end(&mut self, _: TagEnd) -> Result<(), String> {
        match self.stack.pop() {
            Some(Frame::Blocks(blocks, Kind::Quote)) => self.block(Block::Quote(blocks)),
            Some(Frame::Blocks(blocks, Kind::Item)) => match self.stack.last_mut() {
                Some(Frame::Items(items, _)) => {
                    items.push(blocks);
                    Ok(())
                }
                _ => Err("a list item stands outside a list".to_owned()),
            },
            Some(Frame::Items(items, ordered)) => self.block(Block::List { ordered, items }),
            Some(Frame::Code(code)) => self.block(Block::Code(code.trim_end().to_owned())),
            Some(Frame::Inlines(inlines, run)) => match run {
                Run::Paragraph => self.block(Block::Paragraph(inlines)),
                Run::Heading => self.block(Block::Heading(inlines)),
                Run::Emphasis => self.inline(Inline::Emphasis(inlines)),
                Run::Strong => self.inline(Inline::Strong(inlines)),
                Run::Link(to) => self.inline(match to.strip_prefix("term:") {
                    Some(slug) => Inline::Term {
                        slug: slug.to_owned(),
                        text: inlines,
                    },
                    None => Inline::Link {
                        href: to,
                        text: inlines,
                    },
                }),
            },
            Some(Frame::Blocks(_, Kind::Root)) | None => {
                Err("the text closes something that was not open".to_owned())
            }
        }
    }

    fn block(&mut self, block: Block) -> Result<(), String> {
        // A tight list item holds bare runs; what follows them is a block of its own.
        match self.stack.last_mut() {
            Some(Frame::Blocks(blocks, _)) => {
                blocks.push(block);
                Ok(())
            }
            _ => Err("a block stands inside a line of text".to_owned()),
        }
    }

    fn inline(&mut self, inline: Inline) -> Result<(), String> {
        match self.stack.last_mut() {
            Some(Frame::Inlines(inlines, _)) => inlines.push(inline),
            Some(Frame::Blocks(blocks, _)) => match blocks.last_mut() {
                Some(Block::Paragraph(inlines)) => inlines.push(inline),
                _ => blocks.push(Block::Paragraph(vec![inline])),
            },
            Some(Frame::Code(code)) => {
                if let Inline::Text(text) = inline {
                    code.push_str(&text);
                }
            }
            _ => return Err("text stands where none can be".to_owned()),
        }
        Ok(())
    }

    /// Plain text, with its figures taken out.
    fn text(&mut self, text: &str) -> Result<(), String> {
        if matches!(self.stack.last(), Some(Frame::Code(_))) {
            return self.inline(Inline::Text(text.to_owned()));
        }
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((figure, behind)) = after.split_once('}') else {
                return Err(format!("`{{` without `}}` in `{text}`"));
            };
            if !before.is_empty() {
                self.inline(Inline::Text(before.to_owned()))?;
            }
            self.inline(Inline::Figure(figure.trim().to_owned()))?;
            rest = behind;
        }
        if !rest.is_empty() {
            self.inline(Inline::Text(rest.to_owned()))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &str) {
        let found = match parse(text) {
            Ok(blocks) => format!("{blocks:?}"),
            Err(problem) => problem,
        };
        assert!(found.contains(expected), "{found}");
    }

    #[test]
    fn prose_keeps_its_shape() {
        check("one *two* **three** `four`", "Emphasis([Text(\"two\")])");
        check("- one\n- two", "items: [[Paragraph([Text(\"one\")])]");
        check("1. one\n2. two", "ordered: true");
        check("> said", "Quote([Paragraph");
        check(
            "the [budget](term:error-budget)",
            "Term { slug: \"error-budget\"",
        );
        check(
            "left: {budget:availability}.",
            "Figure(\"budget:availability\"), Text(\".\")",
        );
    }

    #[test]
    fn what_prose_cannot_hold_is_refused() {
        check("<script>alert(1)</script>", "HTML cannot be used");
        check("a <b>b</b>", "HTML cannot be used");
        check("[x](javascript:alert)", "neither `term:` nor `https://`");
        check("![x](a.png)", "pictures cannot be used");
        check("a {b", "without");
    }

    proptest! {
        #[test]
        fn any_text_is_prose_or_a_problem(text in "[-*_#>`\\[\\](){}<>a-z0-9 \n!:/.]{0,200}") {
            let _ = parse(&text);
        }
    }
}
