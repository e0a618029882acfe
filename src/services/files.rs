//! Files that are handed in: what the parts of an upload say, checked before anything of it is
//! stored (BEHAVIOUR 9).

use crate::domain::evidence::{Document, FILE_BYTES, Flaw, NAME_CHARACTERS, QcResult, allowed, examine, plain_name};
use crate::domain::task_plan::EvidenceKind;
use crate::error::{Code, Problem};
use std::sync::Arc;

/// The part that holds the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePart {
    /// The name that the caller gave.
    pub name: Option<String>,
    pub content: Vec<u8>,
}

/// The parts of an upload as they came, each at most once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parts {
    kind: Option<String>,
    result: Option<String>,
    file: Option<FilePart>,
}

/// An upload that may be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    pub document: Document,
    pub content: Arc<Vec<u8>>,
}

fn keep<T>(place: &mut Option<T>, name: &str, value: T) -> Result<(), Box<Problem>> {
    if place.replace(value).is_some() {
        return Err(Problem::invalid(&format!("/{name}"), "repeated", "stands more than once", "重复出现").into());
    }
    Ok(())
}

fn text(name: &str, content: Vec<u8>) -> Result<String, Box<Problem>> {
    String::from_utf8(content).map_err(|_| Problem::invalid(&format!("/{name}"), "text", "must be text in UTF-8", "须为 UTF-8 文本").into())
}

impl Parts {
    /// Adds a part, in whatever order they come.
    ///
    /// # Errors
    /// `unknown_field`; `validation_failed` for one that stands twice or is no text.
    pub fn add(&mut self, name: &str, file_name: Option<String>, content: Vec<u8>) -> Result<(), Box<Problem>> {
        match name {
            "kind" => keep(&mut self.kind, name, text(name, content)?),
            "result" => keep(&mut self.result, name, text(name, content)?),
            "file" => keep(&mut self.file, name, FilePart { name: file_name, content }),
            _ => Err(Problem::new(Code::UnknownField).field(&format!("/{name}"), "unknown_field", "is no part of this", "未知的部分").into()),
        }
    }

    /// What was handed in, if it can be taken.
    ///
    /// # Errors
    /// `validation_failed` naming every bad part; `body_too_large`; `unsupported_media_type`.
    pub fn examined(self) -> Result<Handed, Box<Problem>> {
        let kind = self.kind.as_deref().and_then(EvidenceKind::parse).filter(|kind| kind.is_file());
        let result = self.result.as_deref().map(QcResult::parse);
        let result_fits = result.is_none_or(|result| result.is_some() && kind.is_none_or(|kind| kind == EvidenceKind::QcReport));
        let name = self.file.as_ref().and_then(|file| plain_name(file.name.as_deref()?));
        match (kind, name, self.file) {
            (Some(kind), Some(file_name), Some(file)) if result_fits => {
                let media_type = examine(kind, &file_name, &file.content).map_err(|flaw| refused(flaw, kind))?;
                let document = Document { kind, result: result.flatten(), file_name, media_type };
                Ok(Handed { document, content: Arc::new(file.content) })
            }
            (kind, name, _) => Err(bad_parts(kind.is_some(), result_fits, name.is_some()).into()),
        }
    }
}

fn bad_parts(kind_fits: bool, result_fits: bool, name_fits: bool) -> Problem {
    let mut problem = Problem::new(Code::ValidationFailed);
    if !name_fits {
        let (en, zh) = (
            format!("must be a file with a name of at most {NAME_CHARACTERS} characters"),
            format!("须为文件，文件名不超过 {NAME_CHARACTERS} 个字符"),
        );
        problem = problem.field("/file", "file", en, zh);
    }
    if !kind_fits {
        problem = problem.field(
            "/kind",
            "invalid_value",
            "must be goods_issue_note, qc_report, signed_receipt, invoice or attachment",
            "须为 goods_issue_note、qc_report、signed_receipt、invoice 或 attachment",
        );
    }
    if !result_fits {
        problem = problem.field("/result", "invalid_value", "must be pass or fail, of a qc_report", "须为 pass 或 fail，且仅用于 qc_report");
    }
    problem
}

/// What the caller is told about a file that is not taken.
fn refused(flaw: Flaw, kind: EvidenceKind) -> Problem {
    let types: Vec<&str> = allowed(kind).iter().map(|media_type| media_type.as_str()).collect();
    let unsupported =
        |en: &str, zh: &str| Problem::new(Code::UnsupportedMediaType).field("/file", "media_type", en, zh).with("supported", types.clone());
    match flaw {
        Flaw::TooLarge => Problem::new(Code::BodyTooLarge).with("limit_bytes", FILE_BYTES),
        Flaw::Empty => Problem::invalid("/file", "empty", "must not be empty", "不得为空"),
        Flaw::NotAFile => bad_parts(false, true, true),
        Flaw::WrongContent => unsupported("is not of a type that this kind of proof may be", "文件类型不适用于该凭证"),
        Flaw::WrongExtension => unsupported("has a name that does not fit its content", "文件扩展名与内容不符"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload(parts: &[(&str, &[u8])]) -> Result<Handed, Box<Problem>> {
        let mut all = Parts::default();
        for (name, content) in parts {
            all.add(name, (*name == "file").then(|| "scan.pdf".to_owned()), content.to_vec())?;
        }
        all.examined()
    }

    fn pointers(outcome: Result<Handed, Box<Problem>>) -> Vec<String> {
        outcome.err().map(|problem| problem.errors.into_iter().map(|error| error.pointer).collect()).unwrap_or_default()
    }

    #[test]
    fn parts_come_in_any_order_and_each_once() {
        let handed = upload(&[("file", b"%PDF-1.7"), ("result", b"pass"), ("kind", b"qc_report")]).unwrap();
        assert_eq!((handed.document.kind, handed.document.result), (EvidenceKind::QcReport, Some(QcResult::Pass)));
        assert_eq!(upload(&[("kind", b"goods_issue_note"), ("file", b"%PDF-1.7")]).unwrap().document.result, None);
        assert_eq!(pointers(upload(&[("kind", b"qc_report"), ("kind", b"qc_report")])), ["/kind"]);
        assert_eq!(upload(&[("colour", b"red")]).unwrap_err().code, Code::UnknownField);
    }

    #[test]
    fn every_bad_part_is_named() {
        assert_eq!(pointers(upload(&[])), ["/file", "/kind"]);
        assert_eq!(pointers(upload(&[("kind", b"invoice_number"), ("file", b"%PDF-1.7"), ("result", b"good")])), ["/kind", "/result"]);
        assert_eq!(pointers(upload(&[("kind", b"goods_issue_note"), ("file", b"%PDF-1.7"), ("result", b"pass")])), ["/result"]);
        assert_eq!(pointers(upload(&[("kind", b"\xff"), ("file", b"%PDF-1.7")])), ["/kind"]);
    }

    #[test]
    fn a_file_that_is_not_what_it_says_is_refused() {
        // BEHAVIOUR 9
        let code = |content: &[u8]| upload(&[("kind", b"qc_report"), ("file", content)]).map(drop).map_err(|problem| problem.code);
        assert_eq!(code(b"%PDF-1.7"), Ok(()));
        assert_eq!(code(b"\x89PNG\r\n\x1a\n"), Err(Code::UnsupportedMediaType));
        assert_eq!(code(b"MZ"), Err(Code::UnsupportedMediaType));
        assert_eq!(code(b""), Err(Code::ValidationFailed));
        assert_eq!(code(&vec![b' '; FILE_BYTES + 1]), Err(Code::BodyTooLarge));
    }
}
