"""A throw-away Docket with the example company in it, ended by its process id."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

PASSWORD = "correct horse battery"


class Server:
    """Serves from a folder of its own until the `with` block ends."""

    def __init__(self, binary: Path, database_url: str | None):
        self.binary = binary.resolve()
        self.folder = Path(tempfile.mkdtemp(prefix="docket-fuzz-"))
        self.log = self.folder / "log"
        own = {key: value for key, value in os.environ.items() if not key.startswith("DOCKET_")}
        self.environment = own | {
            "DOCKET_LISTEN": "127.0.0.1:0",
            "DOCKET_DATABASE_URL": database_url or f"sqlite:{self.folder}/docket.db",
            "DOCKET_DATA_DIR": str(self.folder / "data"),
            "DOCKET_LOGIN_LIMIT": "1000000",
            "DOCKET_ADMIN_PASSWORD": PASSWORD,
            "RUST_LOG": "warn",
        }

    def __enter__(self) -> "Server":
        self.process = subprocess.Popen(
            [self.binary, "serve", "--demo"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.log.open("wb"),
            text=True,
        )
        # It says where it listens once the company is made; it ends its output where it cannot.
        for line in self.process.stdout:
            if found := re.search(r"listens on (http://\S+)", line):
                self.url = found.group(1)
                return self
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()}")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def complaints(self) -> list[str]:
        """What it logged as an error; each is a defect, whatever the answer was."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if "ERROR" in line or "panicked" in line]

    def check(self) -> str | None:
        """What `docket check` finds wrong with the store; nothing is how it should be."""
        done = subprocess.run([self.binary, "check"], cwd=self.folder, env=self.environment, capture_output=True, text=True)
        return None if done.returncode == 0 else done.stdout + done.stderr
