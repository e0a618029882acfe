//! Text in the two typefaces that documents are set in: which face has a character, how wide text is, and how it
//! breaks into lines of a width. What neither face has is shown as an empty box, never left out.

use crate::domain::visible::is_invisible;
use krilla::text::Font;
use std::sync::LazyLock;
use ttf_parser::Face;

const LATIN: &[u8] = include_bytes!("fonts/DejaVuSans.ttf");
const CHINESE: &[u8] = include_bytes!("fonts/DroidSansFallback.ttf");
/// Stands for a character that no face has.
const UNKNOWN: char = '□';

/// A typeface: its outlines for the document, and its measures.
struct Typeface {
    font: Option<Font>,
    face: Option<Face<'static>>,
}

impl Typeface {
    fn read(bytes: &'static [u8]) -> Self {
        Self { font: Font::new(bytes.into(), 0), face: Face::parse(bytes, 0).ok() }
    }

    fn has(&self, letter: char) -> bool {
        self.face.as_ref().is_some_and(|face| face.glyph_index(letter).is_some())
    }

    /// How wide a letter is, as a part of its size.
    fn advance(&self, letter: char) -> f32 {
        let Some(face) = &self.face else { return 0.0 };
        let advance = face.glyph_index(letter).and_then(|glyph| face.glyph_hor_advance(glyph)).unwrap_or_default();
        f32::from(advance) / f32::from(face.units_per_em())
    }
}

static FACES: LazyLock<[Typeface; 2]> = LazyLock::new(|| [LATIN, CHINESE].map(Typeface::read));

/// Letters one after the other that are set in one face.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    face: usize,
    pub text: String,
}

impl Run {
    /// The face that it is set in.
    pub fn font(&self) -> Option<Font> {
        FACES.get(self.face).and_then(|face| face.font.clone())
    }

    /// Its width in points at a size in points.
    pub fn width(&self, size: f32) -> f32 {
        self.text.chars().map(|letter| advance(self.face, letter) * size).sum()
    }
}

fn advance(face: usize, letter: char) -> f32 {
    FACES.get(face).map_or(0.0, |face| face.advance(letter))
}

fn face_of(letter: char) -> Option<usize> {
    FACES.iter().position(|face| face.has(letter))
}

/// Text as it can be set: a break is a space, what shows nothing is left out, what no face has is a box.
fn settable(text: &str) -> impl Iterator<Item = (usize, char)> {
    let letter = |letter: char| match letter {
        letter if letter.is_whitespace() => Some(' '),
        letter if is_invisible(letter) || letter.is_control() => None,
        letter => Some(letter),
    };
    text.chars().filter_map(letter).map(|letter| face_of(letter).map_or((0, UNKNOWN), |face| (face, letter)))
}

/// Text as runs of one face each.
pub fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (face, letter) in settable(text) {
        match runs.last_mut() {
            // a space goes with what stands before it
            Some(last) if last.face == face || (letter == ' ' && FACES.get(last.face).is_some_and(|face| face.has(' '))) => last.text.push(letter),
            _ => runs.push(Run { face, text: letter.to_string() }),
        }
    }
    runs
}

/// The width of text in points at a size in points.
pub fn width(text: &str, size: f32) -> f32 {
    runs(text).iter().map(|run| run.width(size)).sum()
}

/// Whether a line may end after a letter: after a space, and beside any Chinese one.
fn may_end(before: char, after: Option<char>) -> bool {
    let ideograph = |letter: char| ('\u{2e80}'..='\u{9fff}').contains(&letter) || ('\u{ff00}'..='\u{ffef}').contains(&letter);
    before == ' ' || before == '-' || ideograph(before) || after.is_some_and(ideograph)
}

/// Text broken into lines that fit a width: between words, beside Chinese letters, and within a word where nothing else
/// helps. One line at least.
pub fn lines(text: &str, size: f32, room: f32) -> Vec<String> {
    let letters: Vec<(usize, char)> = settable(text).collect();
    let (mut lines, mut line, mut wide, mut last_end) = (Vec::new(), String::new(), 0.0, 0);
    let mut at = 0;
    while let Some((face, letter)) = letters.get(at).copied() {
        let step = advance(face, letter) * size;
        if wide + step > room && !line.is_empty() && letter != ' ' {
            let rest = if last_end > 0 { line.split_off(last_end) } else { String::new() };
            lines.push(line.trim_end().to_owned());
            wide = width(&rest, size);
            (line, last_end) = (rest, 0);
        }
        line.push(letter);
        wide += step;
        if may_end(letter, letters.get(at + 1).map(|(_, next)| *next)) {
            last_end = line.len();
        }
        at += 1;
    }
    lines.push(line.trim_end().to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_letter_is_set_in_a_face_that_has_it() {
        let set = runs("A4 复印纸 80g × 10 Ж€");
        let faces: Vec<(usize, &str)> = set.iter().map(|run| (run.face, run.text.as_str())).collect();
        assert_eq!(faces, [(0, "A4 "), (1, "复印纸 "), (0, "80g × 10 Ж€")]);
        assert_eq!(runs("\u{1f4e6}\u{200b}x").first().map(|run| run.text.clone()), Some("□x".to_owned()));
        assert!(FACES.iter().all(|face| face.font.is_some() && face.face.is_some()));
    }

    #[test]
    fn lines_fit_and_lose_nothing_but_spaces_at_their_ends() {
        let text = "Signing pen, 0.5 mm black, 20 pieces in a box 签字笔 0.5 毫米黑色二十支装 Donaudampfschifffahrtsgesellschaftskapitän";
        let broken = lines(text, 9.0, 90.0);
        assert!(broken.len() > 5 && broken.iter().all(|line| width(line, 9.0) <= 90.0), "{broken:?}");
        let without = |text: &str| text.chars().filter(|letter| *letter != ' ').collect::<String>();
        assert_eq!(without(&broken.concat()), without(text));
        assert_eq!(lines("", 9.0, 90.0), [""]);
        assert_eq!(lines("short", 9.0, 90.0), ["short"]);
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_is_set_every_letter_has_a_glyph(text in any::<String>(), room in 8.0f32..300.0) {
            for run in runs(&text) {
                prop_assert!(run.text.chars().all(|letter| FACES[run.face].has(letter)), "{:?}", run);
            }
            let kept: String = settable(&text).map(|(_, letter)| letter).filter(|letter| *letter != ' ').collect();
            let broken = lines(&text, 8.0, room).concat();
            prop_assert_eq!(broken.chars().filter(|letter| *letter != ' ').collect::<String>(), kept);
        }
    }
}
