//! Files that are not what they say: refused, or kept as harmless as any other; nothing of what is refused is left
//! behind (BEHAVIOUR 9).

use crate::support::{Answer, Client, Company, TestApp, id, note_pdf, on_every_store};
use serde_json::json;
use std::fs;
use std::io::Write;
use std::net::TcpStream;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The path under which the proof of a picking task is handed in.
fn task(company: &Company) -> String {
    company.with_paper("10");
    let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "1"}]));
    format!("/v1/tasks/{}/evidence", id(&company.task(&order, "warehouse")))
}

/// What is stored: names of files, and rows about them.
fn stored(app: &TestApp) -> (Vec<String>, i64) {
    let folder = fs::read_dir(app.app.config.data_dir.join("files"));
    let names =
        folder.map(|entries| entries.map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned()).collect()).unwrap_or_default();
    (names, app.count("files"))
}

fn hand_in(client: &Client, path: &str, name: &str, content: &[u8]) -> Answer {
    client.upload(path, "goods_issue_note", name, content)
}

#[test]
fn what_is_not_what_it_says_is_refused_and_leaves_nothing() {
    on_every_store(|app| {
        let company = app.company();
        let (path, picker) = (task(&company), company.warehouse());
        let too_large = [note_pdf(), vec![b' '; 10 * 1024 * 1024]].concat();
        let cases: [(&str, &[u8], u16); 12] = [
            ("note.pdf", b"", 400),
            ("note.pdf", b"MZ\x90\0", 415),
            ("note.pdf", b"<html><script>alert(1)</script>", 415),
            ("note.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>", 415),
            ("note.pdf.exe", &note_pdf(), 415),
            ("note.pdf.html", &note_pdf(), 415),
            ("note.png", &note_pdf(), 415),
            ("note.pdf", PNG, 415),
            ("note", &note_pdf(), 415),
            ("..", &note_pdf(), 400),
            ("note.pdf\u{202e}gnp.pdf", &note_pdf(), 400),
            ("note.pdf", &too_large, 413),
        ];
        for (name, content, status) in cases {
            let answer = hand_in(&picker, &path, name, content);
            assert_eq!(answer.status, status, "{name:?}: {}", answer.text);
            answer.is_a_problem();
        }
        assert_eq!(stored(app), (vec![], 0));
    });
}

#[test]
fn what_belongs_to_nothing_that_is_there_leaves_nothing() {
    on_every_store(|app| {
        let (company, nowhere) = (app.company(), "0".repeat(32));
        hand_in(&company.warehouse(), &format!("/v1/tasks/tsk_{nowhere}/evidence"), "note.pdf", &note_pdf()).refused(404, "not_found");
        company.finance().upload(&format!("/v1/invoices/inv_{nowhere}/file"), "invoice", "INV-1.pdf", &note_pdf()).refused(404, "not_found");
        assert_eq!(stored(app), (vec![], 0));
    });
}

#[test]
fn what_is_also_something_else_is_handed_out_as_what_it_was_taken_for() {
    on_every_store(|app| {
        let company = app.company();
        let (path, picker) = (task(&company), company.warehouse());
        // a picture that is a page as well, a document that is an archive as well, a name that hides another
        let page = [PNG, b"<html><script>alert(document.cookie)</script>"].concat();
        let archive = [note_pdf(), b"PK\x03\x04..payload..PK\x05\x06".to_vec()].concat();
        for (name, content, media_type, shown) in [
            ("scan.png", &page, "image/png", "scan.png"),
            ("note.exe.pdf", &archive, "application/pdf", "note.exe.pdf"),
            ("../../../etc/passwd.pdf", &note_pdf(), "application/pdf", "passwd.pdf"),
            ("..\\..\\windows\\win.pdf", &note_pdf(), "application/pdf", "....windowswin.pdf"),
        ] {
            let taken = hand_in(&picker, &path, name, content).is(201);
            let place = taken.header("location").expect("a file has a place").to_owned();
            let evidence = taken.body["evidence"].as_array().and_then(|all| all.last()).cloned().unwrap_or_default();
            assert_eq!(evidence["file_name"], shown);
            let handed = company.viewer().get(&place).is(200);
            assert_eq!(&handed.bytes, content);
            let header = |name: &str| handed.header(name).unwrap_or_default().to_owned();
            assert_eq!([header("content-type"), header("x-content-type-options")], [media_type, "nosniff"]);
            assert!(header("content-disposition").starts_with("attachment"), "a browser saves it and runs nothing");
        }
        let (names, rows) = stored(app);
        assert_eq!((names.len(), rows), (4, 4));
        assert!(names.iter().all(|name| name.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '-')), "by id alone: {names:?}");
    });
}

#[test]
fn an_upload_that_breaks_off_leaves_nothing() {
    on_every_store(|app| {
        let company = app.company();
        let (path, picker) = (task(&company), company.warehouse());
        for cut in [0, 40, 400, 4000] {
            let body = [b"--b\r\ncontent-disposition: form-data; name=\"kind\"\r\n\r\ngoods_issue_note\r\n--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"note.pdf\"\r\n\r\n%PDF-1.7 ".to_vec(), vec![b'x'; 5000]].concat();
            let head = format!(
                "POST {path} HTTP/1.1\r\nhost: docket\r\nauthorization: Bearer {}\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 99999\r\n\r\n",
                picker.bearer.as_deref().unwrap_or_default()
            );
            let mut stream = TcpStream::connect(picker.address()).expect("the server listens");
            stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body[..cut])).expect("it is sent");
            drop(stream);
        }
        // the next one is taken as if nothing had been
        hand_in(&picker, &path, "note.pdf", &note_pdf()).is(201);
        let (names, rows) = stored(app);
        assert_eq!((names.len(), rows), (1, 1));
    });
}
