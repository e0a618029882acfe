//! The macro behind every closed list of words: one line a word gives its text in the database
//! and the API, and, for states and reasons that people read, its label in English and
//! Simplified Chinese (DOMAIN 0).

/// The language that an answer is written in, chosen by `Accept-Language`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    English,
    Chinese,
}

impl Language {
    /// The first language of an `Accept-Language` header that we speak, by its weight.
    pub fn negotiate(header: &str) -> Self {
        let weight = |part: &str| -> f32 { part.split(';').skip(1).find_map(|p| p.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0) };
        let mut best = (Self::English, 0.0_f32);
        for part in header.split(',') {
            let tag = part.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            let language = match tag.split('-').next() {
                Some("zh") => Self::Chinese,
                Some("en" | "*") => Self::English,
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
    use super::Language;

    #[test]
    fn the_language_is_the_heaviest_that_we_speak() {
        assert_eq!(Language::negotiate("zh-CN,zh;q=0.9,en;q=0.8"), Language::Chinese);
        assert_eq!(Language::negotiate("fr, zh;q=0.4, en;q=0.5"), Language::English);
        assert_eq!(Language::negotiate("fr"), Language::English);
    }
}
