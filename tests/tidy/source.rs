//! Rust text seen as code: comments and strings blanked out, `use` trees spelled out as paths.
//! No parser, just enough to read this project's own formatted sources. Knows no rule.

/// One source file. Both views keep every byte's place, so that a position in either is a
/// position in the file.
pub struct Source {
    /// Comments blanked.
    pub code: String,
    /// Comments and the insides of strings blanked, so that a word found is a word used.
    pub bare: String,
}

/// A path that code names, written from the crate's root: `crate::db::Tx`, `diesel::prelude::*`.
pub struct Path {
    pub at: usize,
    pub segments: Vec<String>,
}

impl Source {
    pub fn of(text: &str) -> Self {
        let (mut code, mut bare) = (text.as_bytes().to_vec(), text.as_bytes().to_vec());
        let mut at = 0;
        while at < text.len() {
            let (kind, length) = token(text, at);
            let inside = match kind {
                Token::Code => 0..0,
                Token::Comment => at..at + length,
                Token::Text => at + 1..(at + length - 1).max(at + 1),
            };
            if kind == Token::Comment {
                blank(&mut code[inside.clone()]);
            }
            blank(&mut bare[inside]);
            at += length;
        }
        let whole = "blanks and whole characters stay UTF-8";
        Self { code: String::from_utf8(code).expect(whole), bare: String::from_utf8(bare).expect(whole) }
    }

    /// The same without its `#[cfg(test)] mod … { … }`, which are held to fewer rules.
    pub fn without_tests(&self) -> Self {
        let (mut code, mut bare) = (self.code.clone().into_bytes(), self.bare.clone().into_bytes());
        for (at, attribute) in self.bare.match_indices("#[cfg(test)]") {
            let body = at + attribute.len();
            if self.bare[body..].trim_start().starts_with("mod ")
                && let Some(end) = block_end(&self.bare, body)
            {
                blank(&mut code[at..end]);
                blank(&mut bare[at..end]);
            }
        }
        let whole = "whole blocks are cut";
        Self { code: String::from_utf8(code).expect(whole), bare: String::from_utf8(bare).expect(whole) }
    }

    /// All paths that `use` trees and inline `crate::…`, `super::…` name, in a file that is this
    /// module.
    pub fn paths(&self, module: &[&str]) -> Vec<Path> {
        let mut rest = self.bare.clone().into_bytes();
        let mut paths = Vec::new();
        for at in words(&self.bare, "use ") {
            let Some(length) = self.bare[at..].find(';') else { continue };
            spell_out(&self.bare[at + 4..at + length], &[], &mut |segments| paths.push(Path { at, segments }));
            blank(&mut rest[at..at + length]);
        }
        let rest = String::from_utf8(rest).expect("whole statements are cut");
        for root in ["crate::", "super::"] {
            // In `super::super::x` the second is part of the first.
            for at in words(&rest, root).filter(|at| !rest[..*at].ends_with("super::")) {
                let path = rest[at..].split(|c: char| !is_name(c) && c != ':').next().unwrap_or_default();
                paths.push(Path { at, segments: path.split("::").filter(|s| !s.is_empty()).map(str::to_owned).collect() });
            }
        }
        for path in &mut paths {
            path.start_at_the_root(module);
        }
        paths
    }

    /// Where each function begins, and how many lines it has.
    pub fn functions(&self) -> Vec<(usize, usize)> {
        let is_modifier = |word: &&str| matches!(*word, "async" | "const" | "unsafe" | "extern" | "pub") || word.starts_with("pub(");
        let mut at = 0;
        let mut functions = Vec::new();
        for line in self.bare.split_inclusive('\n') {
            if line.split_whitespace().find(|word| !is_modifier(word)) == Some("fn")
                && let Some(end) = block_end(&self.bare, at)
            {
                functions.push((at, self.bare[at..end].lines().count()));
            }
            at += line.len();
        }
        functions
    }
}

impl Path {
    /// Turns `super::…` into `crate::…`.
    fn start_at_the_root(&mut self, module: &[&str]) {
        let above = self.segments.iter().take_while(|segment| *segment == "super").count();
        if above > 0 {
            let parent = module.iter().take(module.len().saturating_sub(above)).map(|s| (*s).to_owned());
            let root = std::iter::once("crate".to_owned()).chain(parent);
            self.segments = root.chain(self.segments.iter().skip(above).cloned()).collect();
        }
    }
}

/// Where a word stands on its own to the left: `rand::` is not found in `brand::`.
pub fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let whole = word.starts_with(is_name);
    text.match_indices(word).map(|(at, _)| at).filter(move |at| !whole || !text[..*at].ends_with(is_name))
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Overwrites with spaces, but keeps the lines.
fn blank(bytes: &mut [u8]) {
    for byte in bytes.iter_mut().filter(|byte| **byte != b'\n') {
        *byte = b' ';
    }
}

#[derive(PartialEq)]
enum Token {
    Code,
    Comment,
    /// A string or a character, with its quotes.
    Text,
}

/// What begins here, and how long it is.
fn token(text: &str, at: usize) -> (Token, usize) {
    let rest = &text[at..];
    let first = rest.chars().next().map_or(1, char::len_utf8);
    if rest.starts_with("//") {
        (Token::Comment, rest.find('\n').unwrap_or(rest.len()))
    } else if rest.starts_with("/*") {
        (Token::Comment, comment_length(rest))
    } else if let Some(inside) = rest.strip_prefix('"') {
        match raw_fence(&text[..at]) {
            Some(hashes) => {
                let fence = format!("\"{}", "#".repeat(hashes));
                (Token::Text, inside.find(&fence).map_or(rest.len(), |end| end + 2))
            }
            None => (Token::Text, quoted_length(rest, '"')),
        }
    } else if rest.starts_with("'\\") || (rest.starts_with('\'') && rest.chars().nth(2) == Some('\'')) {
        (Token::Text, quoted_length(rest, '\'')) // and what is neither is a lifetime
    } else {
        (Token::Code, first)
    }
}

/// Block comments nest.
fn comment_length(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match &rest.as_bytes()[at..rest.len().min(at + 2)] {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The number of `#` of a raw string whose quote comes next; none if it is a plain one.
fn raw_fence(before: &str) -> Option<usize> {
    let prefix = before.trim_end_matches('#');
    let letters = prefix.trim_end_matches(is_name);
    matches!(&prefix[letters.len()..], "r" | "br" | "cr").then_some(before.len() - prefix.len())
}

fn quoted_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if c == quote && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    rest.len()
}

/// Where the block ends that opens next; none if a `;` comes first (a function of a trait).
fn block_end(bare: &str, from: usize) -> Option<usize> {
    let (mut braces, mut brackets) = (0, 0);
    for (at, c) in bare[from..].char_indices() {
        match c {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets -= 1,
            '{' => braces += 1,
            '}' => braces -= 1,
            ';' if braces == 0 && brackets == 0 => return None,
            _ => {}
        }
        if c == '}' && braces == 0 {
            return Some(from + at + 1);
        }
    }
    None
}

/// Spells `a::{b, c::{self, d}}` out as `a::b`, `a::c`, `a::c::d`.
fn spell_out(tree: &str, prefix: &[String], found: &mut impl FnMut(Vec<String>)) {
    let (path, group) = match tree.split_once('{') {
        Some((path, group)) => (path, group.trim_end().strip_suffix('}')),
        None => (tree, None),
    };
    let path = path.split(" as ").next().unwrap_or_default();
    let named = path.split("::").map(str::trim).filter(|s| !s.is_empty() && *s != "self").map(str::to_owned);
    let segments: Vec<String> = prefix.iter().cloned().chain(named).collect();
    match group {
        Some(group) => branches(group).iter().for_each(|branch| spell_out(branch, &segments, found)),
        None => found(segments),
    }
}

/// Splits at the commas that are in no inner braces.
fn branches(group: &str) -> Vec<&str> {
    let (mut depth, mut start) = (0, 0);
    let mut branches = Vec::new();
    for (at, c) in group.char_indices().chain([(group.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                branches.push(group[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    branches.retain(|branch| !branch.is_empty());
    branches
}
