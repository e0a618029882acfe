//! A message's text as HTML: written once, read both ways.

use super::{LINK, with_link};
use minijinja::{Environment, context};
use serde::Serialize;

/// What is around the text; everything that is put into it is escaped, since it is called HTML.
const FRAME: &str = include_str!("mail.html");

/// A part of a text as HTML shows it.
#[derive(Debug, Default, Serialize, PartialEq, Eq)]
struct Block {
    /// Lines that begin with a dash.
    items: Vec<String>,
    lines: Vec<String>,
    /// What a button says.
    button: Option<String>,
}

/// The parts of a text: paragraphs stand between empty lines, lists are lines that begin with a dash,
/// and a line that ends with the link is a button.
fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = vec![Block::default()];
    for line in text.lines() {
        let fresh = |block: Block, blocks: &mut Vec<Block>| blocks.push(block);
        let last = blocks.last_mut();
        match (line.strip_prefix("- "), line.strip_suffix(LINK), last) {
            (_, Some(label), _) => {
                let label = label.trim_end_matches([' ', ':', '：']).to_owned();
                fresh(Block { button: Some(label), ..Block::default() }, &mut blocks);
                blocks.push(Block::default());
            }
            (Some(item), None, Some(block)) if block.lines.is_empty() => block.items.push(item.to_owned()),
            (Some(item), None, _) => fresh(Block { items: vec![item.to_owned()], ..Block::default() }, &mut blocks),
            (None, None, _) if line.is_empty() => blocks.push(Block::default()),
            (None, None, Some(block)) if block.items.is_empty() => block.lines.push(line.to_owned()),
            (None, None, _) => fresh(Block { lines: vec![line.to_owned()], ..Block::default() }, &mut blocks),
        }
    }
    blocks.retain(|block| *block != Block::default());
    blocks
}

/// The text as HTML, everything in it escaped.
///
/// # Errors
/// Where our own frame around it is broken.
pub fn html(language: &str, subject: &str, body: &str, url: &str) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.add_template("mail.html", FRAME)?;
    let parts: Vec<Block> = blocks(body)
        .into_iter()
        .map(|block| {
            let linked = |lines: &[String]| lines.iter().map(|line| with_link(line, url)).collect();
            Block { lines: linked(&block.lines), items: linked(&block.items), ..block }
        })
        .collect();
    environment.get_template("mail.html")?.render(context! { subject, language, blocks => parts, url })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_says_the_same_as_the_text_and_escapes_all_of_it() {
        // BEHAVIOUR 6
        let body = format!("Hello <b>,\n\nyour order:\n- Paper & pens: 2\n- Ink: 1\nTotal: 8\n\nConfirm: {LINK}\n\nBye\n");
        let said = html("zh-CN", "Subject", &body, "https://shop.example/c/x").unwrap();
        for part in
            ["<p>Hello &lt;b&gt;,</p>", "<li>Paper &amp; pens: 2</li>", "<li>Ink: 1</li>", "<p>Total: 8</p>", "lang=\"zh-CN\"", ">Confirm</a>"]
        {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(said.contains("href=\"https:&#x2f;&#x2f;shop.example&#x2f;c&#x2f;x\"") && !said.contains(LINK), "{said}");
    }
}
