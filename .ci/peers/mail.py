"""A mail server for tests: aiosmtpd over TCP, which takes mail only after STARTTLS, with a
certificate of an authority that is made once, beside its key. Each mail that it takes is told on the standard output as
one line of JSON, as Python's own reader of mail understands it.

    python mail.py CA.pem [PORT]

On the standard input, `hold` keeps the other side waiting for its yes from the next mail on."""

import asyncio
import email
import email.policy
import json
import socket
import ssl
import sys
import threading
from pathlib import Path

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class Inbox:
    """Takes every mail and tells of it."""

    def __init__(self) -> None:
        self.held = threading.Event()

    async def handle_DATA(self, server: SMTP, session, envelope) -> str:  # noqa: N802, the library's name
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        part = lambda kind: mail.get_body((kind,)).get_content()  # noqa: E731
        told = {
            "id": mail["message-id"],
            "from": mail["from"],
            "to": envelope.rcpt_tos,
            "subject": mail["subject"],
            "type": mail.get_content_type(),
            "text": part("plain"),
            "html": part("html"),
            "tls": session.ssl is not None,
        }
        print(json.dumps(told), flush=True)
        while self.held.is_set():
            await asyncio.sleep(0.05)
        return "250 taken"


def tls_for(authority_file: str) -> ssl.SSLContext:
    certificate, key = Path(authority_file), Path(authority_file).with_suffix(".key")
    if certificate.exists():
        authority = trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
    else:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(certificate)
        authority.private_key_pem.write_to_path(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main() -> None:
    port = int(sys.argv[2]) if len(sys.argv) > 2 else free_port()
    inbox = Inbox()
    server = Controller(
        inbox, hostname="127.0.0.1", port=port, tls_context=tls_for(sys.argv[1]), require_starttls=True, ready_timeout=30
    )
    server.start()
    print(f"listens on {port}", flush=True)
    for line in sys.stdin:
        if line.strip() == "hold":
            inbox.held.set()
            print("holds", flush=True)
    server.stop()


main()
