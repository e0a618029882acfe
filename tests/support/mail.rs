//! A mail server of our own that remembers what it took, and refuses for now when it is told to.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::spawn;

#[derive(Default)]
struct Inbox {
    refuses: AtomicBool,
    closed: AtomicBool,
    taken: Mutex<Vec<String>>,
}

/// It ends with this value.
pub struct MailServer {
    address: SocketAddr,
    inbox: Arc<Inbox>,
}

impl MailServer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let inbox = Arc::new(Inbox::default());
        let shared = inbox.clone();
        spawn(move || {
            for stream in listener.incoming().map_while(Result::ok).take_while(|_| !shared.closed.load(Ordering::SeqCst)) {
                let inbox = shared.clone();
                spawn(move || serve(&stream, &inbox));
            }
        });
        Self { address, inbox }
    }

    /// For `DOCKET_SMTP_URL`.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Whether recipients are told to come back later.
    pub fn refuse_for_now(&self, refuse: bool) {
        self.inbox.refuses.store(refuse, Ordering::SeqCst);
    }

    /// The ids of all mails that were taken, in the order in which they came.
    pub fn taken(&self) -> Vec<String> {
        self.inbox.taken.lock().expect("nobody panicked over a mail").clone()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.inbox.closed.store(true, Ordering::SeqCst);
        // the listener looks when somebody comes
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(stream: &TcpStream, inbox: &Inbox) {
    let mut output = stream;
    let mut say = |answer: &str| output.write_all(format!("{answer}\r\n").as_bytes()).is_ok();
    let (mut in_mail, mut id) = (false, String::new());
    say("220 ready");
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        if in_mail && line != "." {
            if let Some(named) = line.strip_prefix("Message-ID: ") {
                id = named.to_owned();
            }
            continue;
        }
        let answer = match line.get(..4).unwrap_or_default() {
            _ if in_mail => {
                inbox.taken.lock().expect("nobody panicked over a mail").push(std::mem::take(&mut id));
                "250 taken"
            }
            "DATA" => "354 go on",
            "RCPT" if inbox.refuses.load(Ordering::SeqCst) => "451 come back later",
            "QUIT" => "221 bye",
            _ => "250 well",
        };
        in_mail = line == "DATA";
        if !say(answer) {
            return;
        }
    }
}
