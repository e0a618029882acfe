//! Files: handed in as a task's proof, a shipment's receipt or an invoice, multipart, part by part, within their size and time; handed
//! out as attachments (BEHAVIOUR 9).

use super::exceptions::view::ExceptionView;
use super::money::invoices::{self, InvoiceView};
use super::problem::Failure;
use super::request::{Asked, Checked, Nothing, with_repeat};
use super::respond::{Response, send};
use super::shipments::ShipmentView;
use super::tasks::view::TaskView;
use super::{exceptions, shipments, tasks};
use crate::app::{Answer, App, Call};
use crate::db::{Snapshot, Tx};
use crate::domain::evidence::{Document, FILE_BYTES, QcResult, Stored};
use crate::domain::id::{Id, Kind};
use crate::domain::permission::{Operation, permit};
use crate::domain::task_plan::EvidenceKind;
use crate::error::{self, Code, Problem};
use crate::repositories::exceptions::ExceptionRow;
use crate::repositories::files::{self as rows, FileRow};
use crate::repositories::money::Invoice;
use crate::repositories::shipments::Shipment;
use crate::repositories::tasks::Task;
use crate::services::exceptions::notes;
use crate::services::files::{Handed, Parts};
use crate::services::money::attaching;
use crate::services::shipments::receipt;
use crate::services::tasks::proof;
use actix_multipart::{Field, Multipart};
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, Path};
use actix_web::{FromRequest, HttpRequest, get, post};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use std::sync::Arc;
use std::time::Duration;

/// How long an upload may take to arrive.
const UPLOAD_SECONDS: u64 = 60;
/// The largest upload: a file, and a little for the other parts.
const UPLOAD_BYTES: usize = FILE_BYTES + 16 * 1024;

/// The parts of an upload, in any order.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EvidenceInput, example = json!({"kind": "goods_issue_note", "file": "(the bytes of note.pdf)"}))]
pub struct EvidenceForm {
    /// `goods_issue_note`, `qc_report`, `signed_receipt`, `invoice` for an invoice, or `attachment` for anything else.
    #[schema(pattern = "^(goods_issue_note|qc_report|signed_receipt|invoice|attachment)$")]
    pub kind: String,
    /// A png, jpeg, heic or pdf with a name that ends like it.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
    /// What a `qc_report` found.
    pub result: Option<QcResult>,
}

/// The bytes of a file.
pub struct FileContent;

impl utoipa::PartialSchema for FileContent {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary))).into()
    }
}

impl utoipa::ToSchema for FileContent {}

/// What a request hands in; a bad part travels on as a problem.
pub struct Upload(pub Checked<Handed>);

fn is_form(request: &HttpRequest) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).and_then(|text| text.split(';').next());
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("multipart/form-data"))
}

fn unreadable() -> Problem {
    Problem::new(Code::ValidationFailed).detail("The parts of the body cannot be read.", "无法解析请求体的各部分。")
}

/// Reads a part, as far as there is room.
async fn content(part: &mut Field, room: &mut usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(|_| unreadable())?;
        *room = room.checked_sub(chunk.len()).ok_or_else(|| Problem::new(Code::BodyTooLarge).with("limit_bytes", FILE_BYTES))?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

async fn read(mut form: Multipart) -> Result<Handed, Box<Problem>> {
    let (mut parts, mut room) = (Parts::default(), UPLOAD_BYTES);
    while let Some(part) = form.next().await {
        let mut part = part.map_err(|_| unreadable())?;
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.content_disposition().and_then(|said| said.get_filename()).map(str::to_owned);
        let bytes = content(&mut part, &mut room).await?;
        parts.add(&name, file_name, bytes)?;
    }
    parts.examined()
}

impl FromRequest for Upload {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let form = is_form(request).then(|| Multipart::new(request.headers(), payload.take()));
        Box::pin(async move {
            let form = form.ok_or_else(|| Problem::new(Code::UnsupportedMediaType).with("supported", vec!["multipart/form-data"]))?;
            let arrived = tokio::time::timeout(Duration::from_secs(UPLOAD_SECONDS), read(form)).await;
            match arrived.map_err(|_| Problem::new(Code::RequestTimeout))? {
                Err(problem) if problem.code == Code::BodyTooLarge => Err(problem.into()),
                outcome => Ok(Self(Checked::new(outcome.map_err(|problem| *problem)))),
            }
        })
    }
}

/// Removes a stored file that no row refers to: its write failed, or was a repetition. Where the
/// database cannot say, it stays; a file too many harms nobody.
async fn forget_unless_used(app: &App, id: Id) {
    let used = app.look(move |conn| Ok(rows::find(conn, id)?.is_some())).await;
    if matches!(used, Ok(false))
        && let Err(problem) = app.storage.remove(id).await
    {
        log::warn!("file {id} is not referred to and cannot be removed: {}", problem.code.as_str());
    }
}

/// Who hands in what, as which operation.
struct Hand {
    operation: Operation,
    call: Call,
    query: Checked<Nothing>,
    upload: Upload,
}

/// What was handed in, if whoever did so may; asked before anything of it is stored.
async fn admitted(app: &App, hand: Hand, may: impl Fn(&mut Snapshot) -> error::Result<()> + Send + 'static) -> Result<Handed, Box<Problem>> {
    let Hand { operation, call, query, upload } = hand;
    let look = move |snapshot: &mut Snapshot| {
        query.valid()?;
        let handed = upload.0.valid()?.clone();
        may(snapshot)?;
        Ok(handed)
    };
    app.read(operation, call, look).await
}

/// Takes a file in: stores its bytes, lets a thing have it, and forgets the bytes where that has not worked.
async fn take_in<T: 'static>(
    app: &App,
    request: &HttpRequest,
    hand: Hand,
    may: impl Fn(&mut Snapshot) -> error::Result<()> + Send + 'static,
    add: impl Fn(&mut Tx, &Document, &Stored) -> error::Result<T> + Send + 'static,
    show: impl Fn(&mut Tx, T) -> error::Result<Answer> + Send + 'static,
) -> Response {
    let (operation, call) = (hand.operation, hand.call.clone());
    let Handed { document, content } = admitted(app, hand, may).await?;
    let stored = app.storage.store(app.clock.now(), Arc::unwrap_or_clone(content)).await?;
    let call = with_repeat(call, request, &document.fingerprint(&stored));
    let (file, location) = (stored.id, format!("/v1/files/{}", stored.id.text(Kind::File)));
    let act = move |tx: &mut Tx| add(tx, &document, &stored);
    let render = move |tx: &mut Tx, thing: T| Ok(show(tx, thing)?.header("location", location.clone()));
    let outcome = app.write(operation, call, act, render).await;
    forget_unless_used(app, file).await;
    send(outcome)
}

/// Adds a file as proof to a task: a photo (png, jpeg, heic) or a pdf of at most 10 MiB, whose name
/// and content agree.
#[utoipa::path(
    tag = "tasks",
    request_body(content = EvidenceForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "The task with the file; `Location` names the file", body = TaskView))
)]
#[post("/v1/tasks/{id}/evidence")]
pub async fn add_evidence(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked, upload: Upload) -> Response {
    let hand = Hand { operation: Operation::AddEvidence, call: asked.call, query: asked.query, upload };
    let task = path.clone();
    let may = move |snapshot: &mut Snapshot| proof::may_add(snapshot, tasks::id(&task)?);
    let add = move |tx: &mut Tx, document: &Document, stored: &Stored| proof::add(tx, tasks::id(&path)?, document, stored);
    take_in(&app, &request, hand, may, add, |tx, task: Task| tasks::shown(tx, 201, &task)).await
}

/// Attaches the signed receipt (`kind` = `signed_receipt`) to a shipment that has left: a photo (png, jpeg, heic) or a
/// pdf of at most 10 MiB, whose name and content agree.
#[utoipa::path(
    tag = "shipments",
    request_body(content = EvidenceForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "The shipment with the file; `Location` names the file", body = ShipmentView))
)]
#[post("/v1/shipments/{id}/receipt")]
pub async fn add_shipment_receipt(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked, upload: Upload) -> Response {
    let hand = Hand { operation: Operation::AddShipmentReceipt, call: asked.call, query: asked.query, upload };
    let shipment = path.clone();
    let may = move |snapshot: &mut Snapshot| receipt::may_add(snapshot, shipments::id(&shipment)?);
    let add = move |tx: &mut Tx, document: &Document, stored: &Stored| receipt::add(tx, shipments::id(&path)?, document, stored);
    take_in(&app, &request, hand, may, add, |tx, shipment: Shipment| shipments::shown(tx, 201, shipment)).await
}

/// Attaches a file to an exception (`kind` = `attachment`, as a rule): a photo (png, jpeg, heic) or a pdf of at most 10 MiB,
/// whose name and content agree.
#[utoipa::path(
    tag = "exceptions",
    request_body(content = EvidenceForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "The exception with the file; `Location` names the file", body = ExceptionView))
)]
#[post("/v1/exceptions/{id}/files")]
pub async fn add_exception_file(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked, upload: Upload) -> Response {
    let hand = Hand { operation: Operation::AddExceptionFile, call: asked.call, query: asked.query, upload };
    let exception = path.clone();
    let may = move |snapshot: &mut Snapshot| notes::may_attach(snapshot, &exception);
    let add = move |tx: &mut Tx, document: &Document, stored: &Stored| notes::attach(tx, &path, document, stored);
    take_in(&app, &request, hand, may, add, |tx, row: ExceptionRow| exceptions::shown(tx, 201, row.id)).await
}

/// Attaches the file of an e-invoice (`kind` = `invoice`) to an invoice or a draft of one: a pdf or a photo (png, jpeg, heic) of
/// at most 10 MiB, whose name and content agree. It is read by those who may read invoices.
#[utoipa::path(
    tag = "money",
    request_body(content = EvidenceForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "The invoice with the file; `Location` names the file", body = InvoiceView))
)]
#[post("/v1/invoices/{id}/file")]
pub async fn add_invoice_file(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked, upload: Upload) -> Response {
    let hand = Hand { operation: Operation::AddInvoiceFile, call: asked.call, query: asked.query, upload };
    let invoice = path.clone();
    let may = move |snapshot: &mut Snapshot| attaching::may_add(snapshot, invoices::id(&invoice)?);
    let add = move |tx: &mut Tx, document: &Document, stored: &Stored| attaching::add(tx, invoices::id(&path)?, document, stored);
    take_in(&app, &request, hand, may, add, |tx, invoice: Invoice| invoices::shown(tx, 201, invoice)).await
}

/// A name for `Content-Disposition`: as far as it is plain ASCII, and whole in UTF-8 (RFC 6266, RFC
/// 5987).
fn attachment(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    let encoded: String = name
        .bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

fn handed_out(file: &FileRow, content: Vec<u8>) -> Answer {
    Answer { status: 200, headers: Vec::new(), body: content }
        .header("content-type", file.media_type.as_str())
        .header("content-disposition", attachment(&file.file_name))
        .header("x-content-type-options", "nosniff")
        .header("cache-control", "private")
}

/// Hands out a file, as an attachment.
#[utoipa::path(
    tag = "tasks",
    responses(
        (status = 200, description = "The file as it was handed in", content(
            (FileContent = "application/pdf"),
            (FileContent = "image/png"),
            (FileContent = "image/jpeg"),
            (FileContent = "image/heic")
        ))
    )
)]
#[get("/v1/files/{id}")]
pub async fn download_file(app: Data<App>, path: Path<String>, asked: Asked) -> Response {
    let query = asked.query;
    let look = move |snapshot: &mut Snapshot| {
        query.valid()?;
        let id = Kind::File.parse(&path).ok_or_else(Problem::not_found)?;
        let file = rows::find(snapshot.conn, id)?.ok_or_else(Problem::not_found)?;
        if file.kind == EvidenceKind::Invoice {
            permit(&snapshot.actor, Operation::GetInvoice)?; // what stands on it is for them alone (DECISIONS 27)
        }
        if file.exception_id.is_some() {
            permit(&snapshot.actor, Operation::GetException)?;
        }
        Ok(file)
    };
    let file = app.read(Operation::DownloadFile, asked.call, look).await?;
    let content = app.storage.read(file.id, &file.sha256).await?;
    send(Ok(handed_out(&file, content)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_header() {
        assert_eq!(attachment("note 1.pdf"), "attachment; filename=\"note_1.pdf\"; filename*=UTF-8''note%201.pdf");
        assert_eq!(attachment("出.png"), "attachment; filename=\"_.png\"; filename*=UTF-8''%E5%87%BA.png");
        assert_eq!(attachment("a\";x=\r\n.pdf"), "attachment; filename=\"a__x___.pdf\"; filename*=UTF-8''a%22%3Bx%3D%0D%0A.pdf");
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use actix_web::http::header::HeaderMap;
    use actix_web::web::Bytes;
    use futures_util::stream;
    use proptest::prelude::*;

    /// A form that came in pieces of so many bytes.
    fn arrived(body: &[u8], piece: usize) -> Result<Handed, Box<Problem>> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, "multipart/form-data; boundary=b".parse().unwrap());
        let pieces: Vec<Result<Bytes, actix_web::error::PayloadError>> = body.chunks(piece).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        let form = Multipart::new(&headers, stream::iter(pieces));
        actix_web::rt::System::new().block_on(read(form))
    }

    fn part(name: &str, file_name: Option<&str>, content: &[u8]) -> Vec<u8> {
        let file = file_name.map_or_else(String::new, |name| format!("; filename=\"{name}\""));
        let head = format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        [head.as_bytes(), content, b"\r\n"].concat()
    }

    fn form(content: &[u8]) -> Vec<u8> {
        [part("kind", None, b"goods_issue_note"), part("file", Some("note.pdf"), content), b"--b--\r\n".to_vec()].concat()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.min(20_000), ..ProptestConfig::default() })]

        #[test]
        fn a_file_arrives_as_it_was_sent_in_whatever_pieces(rest in prop::collection::vec(any::<u8>(), 0..200), piece in 1..64_usize) {
            let content = [b"%PDF-", rest.as_slice()].concat();
            // a boundary within the file would end it
            prop_assume!(!content.windows(3).any(|bytes| bytes == b"--b"));
            let handed = arrived(&form(&content), piece).unwrap();
            prop_assert_eq!(handed.content.as_slice(), content.as_slice());
        }

        #[test]
        fn a_form_that_was_spoiled_is_read_or_refused(at in any::<prop::sample::Index>(), bytes in prop::collection::vec(any::<u8>(), 0..6), cut in any::<prop::sample::Index>(), piece in 1..64_usize) {
            let mut body = form(b"%PDF-1.7 and so on");
            let at = at.index(body.len());
            body.splice(at..at, bytes);
            body.truncate(cut.index(body.len()) + 1);
            if let Err(problem) = arrived(&body, piece) {
                prop_assert!((400..500).contains(&problem.code.status()), "{:?}", problem);
            }
        }
    }
}
