//! Files that are handed in: what the parts of an upload say, checked before anything of it is
//! stored (BEHAVIOUR 9).

use crate::domain::evidence::{Document, FILE_BYTES, Flaw, QcResult, allowed, examine, plain_name};
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

fn keep<T>(place: &mut Option<T>, name: &str, value: T) -> Result<(), Problem> {
    if place.replace(value).is_some() {
        return Err(Problem::invalid(&format!("/{name}"), "repeated", "stands more than once", "重复出现"));
    }
    Ok(())
}

fn text(name: &str, content: Vec<u8>) -> Result<String, Problem> {
    String::from_utf8(content).map_err(|_| Problem::invalid(&format!("/{name}"), "text", "must be text in UTF-8", "须为 UTF-8 文本"))
}

impl Parts {
    /// Adds a part, in whatever order they come.
    ///
    /// # Errors
    /// `unknown_field`; `validation_failed` for one that stands twice or is no text.
    pub fn add(&mut self, name: &str, file_name: Option<String>, content: Vec<u8>) -> Result<(), Problem> {
        match name {
            "kind" => keep(&mut self.kind, name, text(name, content)?),
            "result" => keep(&mut self.result, name, text(name, content)?),
            "file" => keep(&mut self.file, name, FilePart { name: file_name, content }),
            _ => Err(Problem::new(Code::UnknownField).field(&format!("/{name}"), "unknown_field", "is no part of this", "未知的部分")),
        }
    }

    /// What was handed in, if it can be taken.
    ///
    /// # Errors
    /// `validation_failed` naming every bad part; `body_too_large`; `unsupported_media_type`.
    pub fn examined(self) -> Result<Handed, Problem> {
        let kind = self.kind.as_deref().and_then(EvidenceKind::parse).filter(|kind| kind.is_file());
        let result = self.result.as_deref().map(QcResult::parse);
        let name = self.file.as_ref().and_then(|file| plain_name(file.name.as_deref()?));
        let result_fits = result.is_none_or(|result| result.is_some() && kind.is_none_or(|kind| kind == EvidenceKind::QcReport));
        if let (Some(kind), Some(file_name), Some(file), true) = (kind, name, self.file, result_fits) {
            let media_type = examine(kind, &file_name, &file.content).map_err(|flaw| refused(flaw, kind))?;
            let document = Document { kind, result: result.flatten(), file_name, media_type };
            return Ok(Handed { document, content: Arc::new(file.content) });
        }
        let mut problem = Problem::new(Code::ValidationFailed);
        if name_missing(&problem) {
            problem = problem;
        }
        Err(problem)
    }
}
