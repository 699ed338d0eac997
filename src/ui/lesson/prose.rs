//! Lesson prose: a tree of text becomes elements; nothing in it can become script.

use yew::prelude::*;

use crate::lesson::{Block, Inline, Term};
use crate::ui::strings;

/// Blocks of prose and the terms that they may link to. The name of the text is unique
/// on the page, for the ids of its popovers.
pub fn prose(blocks: &[Block], terms: &[Term], name: &str) -> Html {
    let mut writer = Writer {
        terms,
        name,
        next: 0,
    };
    html! { <div class="prose">{ writer.blocks(blocks) }</div> }
}

/// Numbers the terms while it writes, since each popover needs an id of its own.
struct Writer<'a> {
    terms: &'a [Term],
    name: &'a str,
    next: u32,
}

impl Writer<'_> {
    fn blocks(&mut self, blocks: &[Block]) -> Html {
        blocks.iter().map(|block| self.block(block)).collect()
    }

    fn block(&mut self, block: &Block) -> Html {
        match block {
            Block::Paragraph(text) => html! { <p>{ self.inlines(text) }</p> },
            Block::Heading(text) => html! { <h4>{ self.inlines(text) }</h4> },
            Block::Quote(blocks) => html! { <blockquote>{ self.blocks(blocks) }</blockquote> },
            Block::Code(text) => html! { <pre tabindex="0"><code>{ text }</code></pre> },
            Block::List { ordered, items } => {
                let items: Html = items
                    .iter()
                    .map(|item| html! { <li>{ self.blocks(item) }</li> })
                    .collect();
                if *ordered {
                    html! { <ol>{ items }</ol> }
                } else {
                    html! { <ul>{ items }</ul> }
                }
            }
        }
    }

    fn inlines(&mut self, text: &[Inline]) -> Html {
        text.iter().map(|inline| self.inline(inline)).collect()
    }

    fn inline(&mut self, inline: &Inline) -> Html {
        match inline {
            // A number and its sign stay on one line.
            Inline::Text(text) => html! { { text.replace(" %", "\u{a0}%") } },
            Inline::Emphasis(text) => html! { <em>{ self.inlines(text) }</em> },
            Inline::Strong(text) => html! { <strong>{ self.inlines(text) }</strong> },
            Inline::Code(text) => html! { <code>{ text }</code> },
            Inline::Figure(text) => html! { <span class="figure">{ text }</span> },
            Inline::Link { href, text } if href.starts_with("https://") => html! {
                <a href={href.clone()} target="_blank" rel="noopener noreferrer">
                    { self.inlines(text) }<span class="visually-hidden">{ strings::NEW_TAB }</span>
                </a>
            },
            Inline::Link { text, .. } => self.inlines(text),
            Inline::Term { slug, text } => self.term(slug, text),
        }
    }

    /// A button whose popover, the browser's own, tells the meaning.
    fn term(&mut self, slug: &str, text: &[Inline]) -> Html {
        let words = self.inlines(text);
        let Some(term) = self.terms.iter().find(|term| term.slug == slug) else {
            return html! { <i>{ words }</i> };
        };
        self.next += 1;
        let id = format!("term-{}-{}", self.name, self.next);
        html! {
            <>
                <button type="button" class="term" popovertarget={id.clone()}>{ words }</button>
                <span {id} class="popover" popover="auto" role="note">
                    <strong>{ &term.title }</strong>
                    <span>{ &term.meaning }</span>
                </span>
            </>
        }
    }
}
