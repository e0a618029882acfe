#!/usr/bin/env python3
"""Which small changes of the way of a write the tests over HTTP do not notice: executor, keys, money.

A build of the service and its tests takes minutes, and there are hundreds of mutants. So all of them
are built at once: cargo-mutants says what they are, each function that has some becomes a `match` over
its mutants and itself, and the environment says at run time which one lives (`MUTANT_ALIVE`). See
"Mutants" in docs/testing.md.

    .ci/run with-postgres .ci/mutants/run writes              all
    .ci/run with-postgres .ci/mutants/run writes --file money --only 17 --only 25
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

sys.dont_write_bytecode = True  # nothing of it in the clone

ROOT = Path(__file__).resolve().parent.parent.parent
TARGET = Path(os.environ["CARGO_TARGET_DIR"])  # of its own, set by `run`
COPY = TARGET / "copy"
CONFIG = Path(__file__).resolve().parent / "nextest.toml"

# Which tests are to notice a change of which files (a nextest filter), on which database. Those of the
# first filter run first: they notice most and take seconds.
BILLS = ("sqlite", "test(/^money::/)")
WAYS_TO_PAY = ("sqlite", "test(/^(executing::(paying|invoicing|correcting)|review|rights::money|main_job)/)")
REMEDIES = ("sqlite", "test(/^(resolving|proofs|shipping)/)")
MONEY = (BILLS, WAYS_TO_PAY, REMEDIES)
WRITING = (
    ("sqlite", "test(/^(writing|races|db::executor|error::failure|running::pages)/)"),
    ("postgres", "test(/^(writing|crashes::postgres|running::pages)/)"),
    ("postgres", "test(/^(races|crashes|running|storing|main_job|db::)/)"),
    ("sqlite", "test(/^(crashes|running|storing|main_job|hostile|reading|orders|db::)/)"),
)
FILES = {
    "src/app.rs": WRITING,
    "src/db/executor.rs": WRITING,
    "src/db/rows.rs": WRITING,
    "src/error/failure.rs": WRITING,
    "src/repositories/idempotency.rs": WRITING,
    "src/services/money.rs": MONEY,
    "src/services/money/giving.rs": (REMEDIES, BILLS, WAYS_TO_PAY),
    "src/repositories/money/given.rs": (REMEDIES, BILLS, WAYS_TO_PAY),
    "src/repositories/money/due.rs": (WAYS_TO_PAY, REMEDIES, BILLS),
    "src/services/money/*.rs": MONEY,
    "src/repositories/money.rs": MONEY,
    "src/repositories/money/*.rs": MONEY,
}
# What is longer than this at one mutant hangs.
PATIENCE = 900

SELECTOR = """//! Which mutant lives: written by .ci/mutants/writes.py.
use std::sync::LazyLock;
static ALIVE: LazyLock<u32> = LazyLock::new(|| std::env::var("MUTANT_ALIVE").ok().and_then(|text| text.parse().ok()).unwrap_or(u32::MAX));
pub fn alive() -> u32 {
    *ALIVE
}
"""


@dataclass(frozen=True)
class Mutant:
    number: int
    file: str
    name: str
    function: tuple[int, int, int, int]
    span: tuple[int, int, int, int]
    replacement: str


# ---- What they are -------------------------------------------------------------------------------


def span_of(value: dict) -> tuple[int, int, int, int]:
    start, end = value["start"], value["end"]
    return start["line"], start["column"], end["line"], end["column"]


def listed() -> list[Mutant]:
    files = [argument for file in FILES for argument in ("-f", file)]
    command = ["cargo", "mutants", "--list", "--json", "-d", str(COPY), *files]
    found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return [
        Mutant(number, one["file"], one["name"], span_of(one["function"]["span"]), span_of(one["span"]), one["replacement"])
        for number, one in enumerate(found)
        if one["function"]
    ]


def tests_of(file: str) -> tuple:
    return next(tests for pattern, tests in FILES.items() if Path(file).match(pattern))


# ---- Weaving -------------------------------------------------------------------------------------


def offset(lines: list[int], line: int, column: int) -> int:
    return lines[line - 1] + column - 1


def woven(text: str, mutants: list[Mutant]) -> str:
    """A file with all its mutants: each function's body becomes one arm a mutant, and the body."""
    lines = [0]
    for line in text.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    functions: dict[tuple, list[Mutant]] = defaultdict(list)
    for mutant in mutants:
        functions[mutant.function].append(mutant)
    for place, of_it in sorted(functions.items(), reverse=True):
        start = text.index("{", offset(lines, place[0], place[1]))
        end = offset(lines, place[2], place[3])
        body = text[start:end]
        arms = ""
        for mutant in of_it:
            first = offset(lines, mutant.span[0], mutant.span[1]) - start
            last = offset(lines, mutant.span[2], mutant.span[3]) - start
            changed = body[:first] + mutant.replacement + body[last:]
            if mutant.replacement == "" and changed[first:].lstrip().startswith(","):
                # a field or an arm goes with its comma
                changed = body[:first] + changed[first:].lstrip()[1:]
            arms += f"\n/*mutant {mutant.number}*/\n{mutant.number} => {changed}\n"
        text = text[:start] + f"{{ match crate::mutants::alive() {{ {arms}\n/*mutant none*/\n_ => {body} }} }}" + text[end:]
    return text


def weave(mutants: list[Mutant], files: set[str]) -> None:
    for file in files:
        text = subprocess.run(["git", "-C", str(COPY), "show", f"HEAD:{file}"], check=True, stdout=subprocess.PIPE, text=True).stdout
        (COPY / file).write_text(woven(text, [mutant for mutant in mutants if mutant.file == file]))


def mutant_at(file: str, line: int) -> int | None:
    """Whose arm a line of a woven file is in."""
    for text in reversed((COPY / file).read_text().splitlines()[: line]):
        if found := re.fullmatch(r"/\*mutant (\w+)\*/", text):
            return int(found[1]) if found[1] != "none" else None
    return None


def places(span: dict | None):
    """A span of a message with those of the macros that it came from."""
    while span:
        yield span["file_name"], span["line_start"]
        span = (span.get("expansion") or {}).get("span")


def cargo(*arguments: str) -> subprocess.CompletedProcess:
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.run(["cargo", *arguments], cwd=COPY, env=environment("sqlite", None), text=True, errors="replace", **streams)


def parsed(mutants: list[Mutant]) -> list[Mutant]:
    """Leaves out whatever is no Rust: rustfmt says so at once."""
    files = {mutant.file for mutant in mutants}
    while True:
        weave(mutants, files)
        wrong = set()
        for file in files:
            command = ["rustfmt", "--check", "--quiet", "--edition", "2024", "--config", "skip_children=true", str(COPY / file)]
            said = subprocess.run(command, capture_output=True, text=True).stderr
            wrong |= {mutant_at(file, int(line)) for line in re.findall(re.escape(file) + r":(\d+):\d+$", said, re.MULTILINE)}
        if not wrong - {None}:
            return mutants
        mutants = [mutant for mutant in mutants if mutant.number not in wrong]


def viable(mutants: list[Mutant]) -> list[Mutant]:
    """Leaves out whatever does not compile, until the rest does."""
    files = {mutant.file for mutant in mutants}
    mutants = parsed(mutants)
    while True:
        weave(mutants, files)
        ran = cargo("check", "--locked", "--lib", "--message-format", "json")
        if ran.returncode == 0:
            return mutants
        messages = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
        errors = [message["message"] for message in messages if message.get("reason") == "compiler-message" and message["message"]["level"] == "error"]
        wrong = set()
        for error in errors:
            found = [mutant_at(file, line) for span in error["spans"] for file, line in places(span) if file in files]
            wrong |= {number for number in found if number is not None}
        if not wrong:
            sys.exit("what is woven does not compile:\n" + "\n".join(error["rendered"] for error in errors) + ran.stderr[-2000:])
        print(f"{len(wrong)} do not compile: {sorted(wrong)}", flush=True)
        mutants = [mutant for mutant in mutants if mutant.number not in wrong]


# ---- Trying --------------------------------------------------------------------------------------


def environment(database: str, mutant: Mutant | None) -> dict[str, str]:
    found = {name: value for name, value in os.environ.items() if not name.startswith("DOCKET_")}
    if database == "postgres":
        found |= {"DOCKET_TEST_POSTGRES_URL": os.environ["DOCKET_TEST_POSTGRES_URL"], "DOCKET_TEST_ONLY": "postgres"}
    if mutant:
        # not DOCKET_…: tests that start the program take those away
        found["MUTANT_ALIVE"] = str(mutant.number)
    return found


def ran(database: str, tests: str, mutant: Mutant | None, *more: str) -> tuple[int, str]:
    """Runs tests with a mutant; gives nextest's exit code, and what it said. What hangs has failed."""
    command = ["cargo", "nextest", "run", "--locked", "--color", "never", "--config-file", str(CONFIG), "--lib", "--test", "docket", *more, "-E", tests]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    started = subprocess.Popen(command, cwd=COPY, env=environment(database, mutant), text=True, errors="replace", start_new_session=True, **streams)
    try:
        said, _ = started.communicate(timeout=PATIENCE)
        return started.returncode, said
    except subprocess.TimeoutExpired:
        os.killpg(started.pid, signal.SIGKILL)
        started.communicate()
        return 100, "TIMEOUT"


def caught(mutant: Mutant, database: str, tests: str) -> str | None:
    """The first of these tests that notices."""
    code, said = ran(database, tests, mutant, "--fail-fast")
    if code == 100:
        failed = re.search(r"(?:FAIL|TIMEOUT|SIG\w+) \[[^\]]*\]\s+(?:\([^)]*\) )?\S+ (\S+)", said)
        return f"{database} {failed[1] if failed else said[-200:]}"
    if code != 0:
        sys.exit(f"the tests did not run:\n{said[-3000:]}")
    return None


def missed_by(turn: int, mutants: list[Mutant]) -> list[Mutant]:
    """Which of these are not noticed by the tests whose turn it is either."""
    missed = []
    for mutant in mutants:
        if turn >= len(tests_of(mutant.file)):
            missed.append(mutant)
            continue
        began = time.monotonic()
        by = caught(mutant, *tests_of(mutant.file)[turn])
        missed += [] if by else [mutant]
        took = time.monotonic() - began
        print(f"{'caught' if by else 'not yet'} {mutant.number:>4} {mutant.name}  [{took:.0f} s] {by or ''}", flush=True)
    return missed


def all_pass(mutants: list[Mutant]) -> None:
    """Ends the program where a test fails although nothing is changed: it would prove nothing."""
    for database, tests in dict.fromkeys(pair for mutant in mutants for pair in tests_of(mutant.file)):
        code, said = ran(database, tests, None, "--no-fail-fast")
        if code != 0:
            sys.exit(f"fails on {database} although nothing is changed:\n{said[-5000:]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", help="only mutants of files whose path has this in it")
    parser.add_argument("--only", type=int, action="append", help="only the mutant of this number")
    parser.add_argument("--from", type=int, default=0, dest="first", help="only mutants from this number on")
    parser.add_argument("--list", action="store_true", help="only says which there are")
    parser.add_argument("--trust", action="store_true", help="does not see first whether all tests pass")
    options = parser.parse_args()
    shutil.rmtree(COPY, ignore_errors=True)
    TARGET.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "clone", "--quiet", "--shared", str(ROOT), str(COPY)], check=True)
    mutants = listed()
    chosen = [one for one in mutants if (options.file or "") in one.file and one.number >= options.first]
    chosen = [one for one in chosen if not options.only or one.number in options.only]
    if options.list:
        sys.exit("\n".join(f"{one.number:>4} {one.name}" for one in chosen))
    (COPY / "src/mutants.rs").write_text(SELECTOR)
    with open(COPY / "src/lib.rs", "a") as lib:
        lib.write("pub mod mutants;\n")
    mutants = viable(mutants)
    chosen = [one for one in chosen if one in mutants]
    code, said = ran("sqlite", "test(money)", None, "--no-run")
    if code != 0:
        sys.exit(f"the tests do not compile:\n{said[-5000:]}")
    if not options.trust:
        all_pass(chosen)
    missed = chosen
    for turn in range(max(len(tests) for tests in FILES.values())):
        missed = missed_by(turn, missed)
    print(f"\nof {len(chosen)} mutants that compile {len(chosen) - len(missed)} were caught")
    for mutant in missed:
        print(f"  missed: {mutant.number:>4} {mutant.name}")


if __name__ == "__main__":
    main()
