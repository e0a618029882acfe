//! The macro behind every closed list of words: one line a word gives its text in the database
//! and the API, and, for states and reasons that people read, its label in English and
//! Simplified Chinese (DOMAIN 0).

/// The language that an answer is written in, chosen by `Accept-Language`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    #[default]
    English,
    Chinese,
}

/// The weight of a part of a header such as `Accept`, in thousandths (RFC 9110, 12.4.2): `q` from 0
/// to 1 with at most three digits after the point; what is no weight counts as none said.
pub fn weight(part: &str) -> u16 {
    let said = part.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then_some(value.trim())
    });
    said.and_then(thousandths).unwrap_or(1000)
}

fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let plain = matches!(whole, "0" | "1") && fraction.len() <= 3 && fraction.bytes().all(|b| b.is_ascii_digit());
    let parts: u16 = plain.then(|| format!("{whole}{fraction:0<3}").parse().ok()).flatten()?;
    (parts <= 1000).then_some(parts)
}

impl Language {
    /// The language of an `Accept-Language` header that weighs most and that we speak; `*` stands for
    /// those that are not named. English where none is wanted, and where two weigh the same and come
    /// from the same part.
    pub fn negotiate(header: &str) -> Self {
        let mut best = (Self::English, 0);
        let primary = |part: &str| part.split([';', '-']).next().unwrap_or_default().trim().to_ascii_lowercase();
        let named = |tag: &str| header.split(',').any(|part| primary(part) == tag);
        for part in header.split(',') {
            let language = match primary(part).as_str() {
                "zh" => Self::Chinese,
                "en" => Self::English,
                "*" if !named("en") => Self::English,
                "*" if !named("zh") => Self::Chinese,
                _ => continue,
            };
            if weight(part) > best.1 {
                best = (language, weight(part));
            }
        }
        best.0
    }

    /// The BCP 47 tag of answers in this language.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// Picks the text of this language.
    pub fn pick<'t>(self, english: &'t str, chinese: &'t str) -> &'t str {
        match self {
            Self::English => english,
            Self::Chinese => chinese,
        }
    }
}

/// Defines an enum whose values are words; see the module.
#[macro_export]
macro_rules! words {
    ($(#[doc = $doc:literal])* $vis:vis enum $name:ident { $( $(#[$vmeta:meta])* $variant:ident = $text:literal $( / $en:literal / $zh:literal )? ),+ $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = diesel::sql_types::Text)]
        $vis enum $name { $( $(#[$vmeta])* #[serde(rename = $text)] $variant ),+ }

        impl $name {
            /// Every value, in the order of definition.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),+ ];

            /// The word as the database and the API write it.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text ),+ }
            }

            /// Reads a word; `None` for one that is not in the list.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $( $text => Some(Self::$variant), )+ _ => None }
            }

            /// What a person reads, or the word itself where it has no label.
            pub fn label(self, language: $crate::domain::words::Language) -> &'static str {
                let _ = language;
                match self { $( Self::$variant => $crate::words!(@label language, $text $(, $en, $zh)?) ),+ }
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let words = Self::ALL.iter().map(|word| word.as_str());
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some(words))
                    .description(Some(concat!($($doc),*).trim_start()))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }

        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $name
        where str: diesel::serialize::ToSql<diesel::sql_types::Text, DB> {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                <str as diesel::serialize::ToSql<diesel::sql_types::Text, DB>>::to_sql(self.as_str(), out)
            }
        }

        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $name
        where String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB> {
            fn from_sql(raw: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let text = <String as diesel::deserialize::FromSql<diesel::sql_types::Text, DB>>::from_sql(raw)?;
                Self::parse(&text).ok_or_else(|| format!("not a {}: {text}", stringify!($name)).into())
            }
        }
    };
    (@label $language:ident, $text:literal) => { $text };
    (@label $language:ident, $text:literal, $en:literal, $zh:literal) => { $language.pick($en, $zh) };
}

#[cfg(test)]
mod tests {
    use super::{Language, weight};

    #[test]
    fn a_weight_is_a_thousandth_or_more_and_nothing_else() {
        let of = |said: &str| weight(&format!("en;{said}"));
        assert_eq!([of("q=1"), of("q=1.000"), of("Q=0.5"), of(" q = 0.001 "), of("q=0"), of("q=0.")], [1000, 1000, 500, 1, 0, 0]);
        for odd in ["q=1.001", "q=2", "q=-1", "q=NaN", "q=inf", "q=0.0001", "q=", "x=0", "q"] {
            assert_eq!(of(odd), 1000, "{odd}");
        }
    }

    #[test]
    fn the_language_is_the_heaviest_that_we_speak() {
        assert_eq!(Language::negotiate("zh-CN,zh;q=0.9,en;q=0.8"), Language::Chinese);
        assert_eq!(Language::negotiate("fr, zh;q=0.4, en;q=0.5"), Language::English);
        assert_eq!(Language::negotiate("fr"), Language::English);
        // RFC 9110, 12.5.4
        assert_eq!(Language::negotiate("zh;q=0, *;q=0.1"), Language::English);
        assert_eq!(Language::negotiate("en;q=0, *"), Language::Chinese);
        assert_eq!(Language::negotiate("*"), Language::English);
        assert_eq!(Language::negotiate("en;q=0.2, zh-TW;q=0.1, zh;q=0.3"), Language::Chinese);
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use crate::domain::event::EventName;
    use crate::domain::lifecycle::order::Stage;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_header_has_a_language(text in prop_oneof!["((zh|en|fr|\\*)(-[A-Z]{2})?(;q=[0-9.]{0,6})?,? ?){0,6}", any::<String>()]) {
            let chosen = Language::negotiate(&text);
            prop_assert!(chosen == Language::English || text.to_ascii_lowercase().contains("zh") || text.contains('*'));
            prop_assert!(weight(&text) <= 1000);
        }

        #[test]
        fn a_word_is_read_as_it_is_written_and_in_no_other_way(text in prop_oneof!["[a-z_.]{0,24}", any::<String>()]) {
            prop_assert!(Stage::parse(&text).is_none_or(|word| word.as_str() == text));
            prop_assert!(EventName::parse(&text).is_none_or(|word| word.as_str() == text));
        }
    }

    #[test]
    fn every_word_reads_back() {
        assert!(Stage::ALL.iter().all(|word| Stage::parse(word.as_str()) == Some(*word)));
        assert!(EventName::ALL.iter().all(|word| EventName::parse(word.as_str()) == Some(*word)));
    }
}
