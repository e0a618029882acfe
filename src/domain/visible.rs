//! What of a text can be seen: characters that show nothing, and those that make a line read
//! differently from how it is written. Both would let one name pass for another.

/// Ranges of characters that show nothing by themselves: Unicode's Default_Ignorable_Code_Point,
/// the blank of Braille, and the letters that stand for nothing in Hangul.
const INVISIBLE: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fff8}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Whether a character shows nothing, not even a space.
pub fn is_invisible(c: char) -> bool {
    INVISIBLE.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// Whether a text shows nothing at all.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
}

/// Whether a character would break a line, or turn the direction in which the rest of it is read
/// (UAX 9: embeddings, overrides, isolates), or hides in it and makes two names look alike. The marks
/// of a direction alone and the joiners, which names may need, do neither.
pub fn breaks_a_line(c: char) -> bool {
    let turns = matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let hides = matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}');
    c.is_control() || turns || hides
}

/// The same name, however it is written: spaces around it and capital letters make no difference.
pub fn is_same_name(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_nothing_is_blank() {
        for blank in ["", " ", "\u{3000}", "\u{200b}", "\u{200d}\u{feff}", "\u{2060} \u{ad}", "\u{3164}", "\u{2800}", "\u{e0041}", "\n", "\u{202e}"] {
            assert!(is_blank(blank), "{blank:?}");
        }
        for seen in ["a", "\u{200b}a", "字", "\u{2764}\u{fe0f}", "-", "ی\u{200c}ک"] {
            assert!(!is_blank(seen), "{seen:?}");
        }
    }

    #[test]
    fn a_line_is_broken_by_breaks_and_by_turns_of_direction_not_by_what_names_need() {
        for bad in ['\n', '\r', '\0', '\u{85}', '\u{2028}', '\u{202e}', '\u{2066}', '\u{2069}'] {
            assert!(breaks_a_line(bad), "{bad:?}");
        }
        for good in ['a', ' ', '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '字', '\u{fe0f}'] {
            assert!(!breaks_a_line(good), "{good:?}");
        }
    }
}
