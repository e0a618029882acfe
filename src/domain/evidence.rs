//! What may be handed in as proof (DOMAIN 3.3, BEHAVIOUR 9): which media types a kind of proof may
//! be, told by the file's first bytes and by its name, which must agree. Where files are kept is
//! not known here.

use crate::domain::id::Id;
use crate::domain::task_plan::EvidenceKind;
use crate::domain::visible::{breaks_a_line, is_blank};
use crate::words;
use unicode_normalization::UnicodeNormalization;

/// The largest file, in bytes.
pub const FILE_BYTES: usize = 10 * 1024 * 1024;
/// The largest number of files an order.
pub const FILES_AN_ORDER: i64 = 20;
/// The largest number of files an exception.
pub const FILES_AN_EXCEPTION: usize = 20;
/// The longest file name, in characters.
pub const NAME_CHARACTERS: usize = 200;

words! {
    /// What a file is.
    pub enum MediaType { Png = "image/png", Jpeg = "image/jpeg", Heic = "image/heic", Pdf = "application/pdf" }
}

words! {
    /// What a quality control report found.
    pub enum QcResult { Pass = "pass" / "Passed" / "合格", Fail = "fail" / "Failed" / "不合格" }
}

/// A file as it was examined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub kind: EvidenceKind,
    /// Of a quality control report, where it was told.
    pub result: Option<QcResult>,
    pub file_name: String,
    pub media_type: MediaType,
}

/// A file as it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub id: Id,
    /// In bytes.
    pub size: i64,
    pub sha256: Vec<u8>,
}

impl Document {
    /// What tells this upload from another under the same key (DECISIONS 10).
    pub fn fingerprint(&self, stored: &Stored) -> Vec<u8> {
        let result = self.result.map_or("", QcResult::as_str);
        let said = [self.kind.as_str(), result, self.file_name.as_str()].map(|text| format!("{}:{text}", text.len())).concat();
        [said.as_bytes(), &stored.sha256].concat()
    }
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// This kind of proof is no file.
    NotAFile,
    Empty,
    /// More than [`FILE_BYTES`].
    TooLarge,
    /// Its first bytes are those of none of the types that the kind may be.
    WrongContent,
    /// Its name ends like another type than its content is.
    WrongExtension,
}

/// How a media type is told.
struct Form {
    media_type: MediaType,
    extensions: &'static [&'static str],
    fits: fn(&[u8]) -> bool,
}

const FORMS: &[Form] = &[
    Form { media_type: MediaType::Png, extensions: &["png"], fits: |bytes| bytes.starts_with(b"\x89PNG\r\n\x1a\n") },
    Form { media_type: MediaType::Jpeg, extensions: &["jpg", "jpeg"], fits: |bytes| bytes.starts_with(b"\xff\xd8\xff") },
    Form { media_type: MediaType::Heic, extensions: &["heic", "heif"], fits: is_heic },
    Form { media_type: MediaType::Pdf, extensions: &["pdf"], fits: |bytes| bytes.starts_with(b"%PDF-") },
];

/// Brands of ISO media files that hold HEVC pictures (ISO/IEC 23008-12).
const HEIC_BRANDS: &[&[u8]] = &[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"];

/// The media types that each kind of proof may be.
const PROOFS: &[(EvidenceKind, &[MediaType])] = &[
    (EvidenceKind::GoodsIssueNote, &[MediaType::Png, MediaType::Jpeg, MediaType::Heic, MediaType::Pdf]),
    (EvidenceKind::SignedReceipt, &[MediaType::Png, MediaType::Jpeg, MediaType::Heic, MediaType::Pdf]),
    (EvidenceKind::Invoice, &[MediaType::Pdf, MediaType::Png, MediaType::Jpeg, MediaType::Heic]),
    (EvidenceKind::QcReport, &[MediaType::Pdf, MediaType::Png, MediaType::Jpeg, MediaType::Heic]),
    (EvidenceKind::Attachment, &[MediaType::Png, MediaType::Jpeg, MediaType::Heic, MediaType::Pdf]),
];

/// Whether the first box of an ISO media file names a HEVC brand, first or among those it is
/// compatible with.
fn is_heic(bytes: &[u8]) -> bool {
    let Some((length, rest)) = bytes.split_first_chunk::<4>() else { return false };
    let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
    let Some(brands) = rest.get(..length.saturating_sub(4).min(rest.len())).and_then(|first| first.strip_prefix(b"ftyp")) else { return false };
    brands.chunks_exact(4).enumerate().any(|(place, brand)| place != 1 && HEIC_BRANDS.contains(&brand))
}

/// The media types that a kind of proof may be; none for one that is no file.
pub fn allowed(kind: EvidenceKind) -> &'static [MediaType] {
    PROOFS.iter().find(|(of, _)| *of == kind).map_or(&[], |(_, types)| types)
}

/// What a file is, if it may stand for this kind of proof.
///
/// # Errors
/// The first flaw found.
pub fn examine(kind: EvidenceKind, file_name: &str, content: &[u8]) -> Result<MediaType, Flaw> {
    if !kind.is_file() {
        return Err(Flaw::NotAFile);
    }
    if content.is_empty() {
        return Err(Flaw::Empty);
    }
    if content.len() > FILE_BYTES {
        return Err(Flaw::TooLarge);
    }
    let form = FORMS.iter().find(|form| (form.fits)(content)).filter(|form| allowed(kind).contains(&form.media_type)).ok_or(Flaw::WrongContent)?;
    let extension = file_name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
    if form.extensions.contains(&extension.as_str()) { Ok(form.media_type) } else { Err(Flaw::WrongExtension) }
}

/// A file's own name, without folders, in NFC; `None` where nothing sensible is left of it.
pub fn plain_name(given: &str) -> Option<String> {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let name: String = last.nfc().collect();
    let sensible = !is_blank(&name) && !name.chars().any(breaks_a_line) && name.chars().count() <= NAME_CHARACTERS;
    (sensible && name.chars().any(|c| c != '.')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n....";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0....";
    const HEIC: &[u8] = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
    const HEIC_BY_COMPATIBILITY: &[u8] = b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic....";
    const AVIF: &[u8] = b"\0\0\0\x14ftypavif\0\0\0\0mif1heic";
    const PDF: &[u8] = b"%PDF-1.7\n";

    #[test]
    fn a_proof_is_a_picture_or_a_pdf_by_content_and_by_name() {
        // DOMAIN 3.3
        for kind in [EvidenceKind::GoodsIssueNote, EvidenceKind::QcReport] {
            assert_eq!(examine(kind, "note.png", PNG), Ok(MediaType::Png));
            assert_eq!(examine(kind, "NOTE.JPEG", JPEG), Ok(MediaType::Jpeg));
            assert_eq!(examine(kind, "IMG_0001.HEIC", HEIC), Ok(MediaType::Heic));
            assert_eq!(examine(kind, "img.heif", HEIC_BY_COMPATIBILITY), Ok(MediaType::Heic));
            assert_eq!(examine(kind, "出库单.pdf", PDF), Ok(MediaType::Pdf));
            assert_eq!(examine(kind, "note.png", PDF), Err(Flaw::WrongExtension));
            assert_eq!(examine(kind, "note", PDF), Err(Flaw::WrongExtension));
            assert_eq!(examine(kind, "note.pdf", b"MZ\x90\0"), Err(Flaw::WrongContent));
            assert_eq!(examine(kind, "img.heic", AVIF), Err(Flaw::WrongContent));
            assert_eq!(examine(kind, "img.heic", b"\0\0\0\x18ftyp"), Err(Flaw::WrongContent));
            assert_eq!(examine(kind, "note.pdf", b""), Err(Flaw::Empty));
        }
    }

    #[test]
    fn numbers_are_no_files() {
        assert_eq!(examine(EvidenceKind::TrackingNumber, "note.pdf", PDF), Err(Flaw::NotAFile));
        assert_eq!(examine(EvidenceKind::InvoiceNumber, "note.pdf", PDF), Err(Flaw::NotAFile));
        for kind in EvidenceKind::ALL {
            assert_eq!(kind.is_file(), !allowed(*kind).is_empty(), "{kind}");
        }
    }

    #[test]
    fn a_file_may_be_as_large_as_the_limit_and_no_larger() {
        // BEHAVIOUR 9
        let mut content = PDF.to_vec();
        content.resize(FILE_BYTES, b' ');
        assert_eq!(examine(EvidenceKind::QcReport, "report.pdf", &content), Ok(MediaType::Pdf));
        content.push(b' ');
        assert_eq!(examine(EvidenceKind::QcReport, "report.pdf", &content), Err(Flaw::TooLarge));
    }

    #[test]
    fn names_lose_their_folders() {
        assert_eq!(plain_name("C:\\scans\\note.pdf").as_deref(), Some("note.pdf"));
        assert_eq!(plain_name("../../etc/e\u{301}.png").as_deref(), Some("\u{e9}.png"));
        for bad in ["", " ", "..", "a/", "a\nb.pdf", "a\0.pdf", "photo\u{202e}gpj.pdf", "\u{200b}"] {
            assert_eq!(plain_name(bad), None, "{bad:?}");
        }
        assert_eq!(plain_name(&("a".repeat(NAME_CHARACTERS) + ".pdf")), None);
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use proptest::prelude::*;

    /// Bytes that begin like something, with anything after.
    fn content() -> impl Strategy<Value = Vec<u8>> {
        let heads: Vec<&[u8]> =
            vec![b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"%PDF-", b"\0\0\0\x18ftyp", b"\0\0\0\x10ftypheic", b"\xff\xff\xff\xffftypmif1"];
        (proptest::sample::select(heads), prop::collection::vec(any::<u8>(), 0..64), 0..40_usize).prop_map(|(head, rest, cut)| {
            let whole = [head, &rest].concat();
            whole[..whole.len().saturating_sub(cut)].to_vec()
        })
    }

    fn name() -> impl Strategy<Value = String> {
        prop_oneof!["[a-z/\\\\.]{0,12}\\.(png|jpg|jpeg|heic|heif|pdf|PDF|exe)", "\\PC{0,12}", any::<String>()]
    }

    proptest! {
        #[test]
        fn what_is_taken_is_what_its_name_says(name in name(), content in content(), kind in proptest::sample::select(EvidenceKind::ALL)) {
            if let Ok(media_type) = examine(kind, &name, &content) {
                prop_assert!(allowed(kind).contains(&media_type));
                let form = FORMS.iter().find(|form| form.media_type == media_type).unwrap();
                prop_assert!(form.extensions.iter().any(|extension| name.to_lowercase().ends_with(extension)) && (form.fits)(&content));
            }
        }

        #[test]
        fn a_plain_name_is_plain(given in name()) {
            if let Some(name) = plain_name(&given) {
                prop_assert!(!name.contains(['/', '\\', '\0', '\r', '\n', '\u{202e}']) && name.chars().count() <= NAME_CHARACTERS, "{:?}", name);
                prop_assert!(name != "." && name != ".." && !is_blank(&name));
                prop_assert_eq!(plain_name(&name), Some(name));
            }
        }
    }
}
