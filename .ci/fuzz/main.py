"""Fuzzes a throw-away Docket from its OpenAPI document, as everybody who may ask.

    .ci/fuzz/run --cases 20000 --seed 7

See docs/testing.md, "Fuzzing from the document".
"""

import argparse
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import checks  # noqa: F401 (registers them)
import requests
import schemathesis
from cases import KINDS, Deck
from dress import Wardrobe
from good import GOOD, Good
from people import ANONYMOUS, KEY, Api, Person, everybody
from report import Report, succeeded
from rights import Rights
from schemathesis import APIOperation, Case, Config, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import negative_data_rejection
from server import Server
from world import PDF, World

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
# How often the example of an operation is tried until it succeeds.
TRIES = 3
# The share of cases that goes to operations that the actor may not use.
FORBIDDEN = 0.1
# What has to be put right after an operation has succeeded, so that the rest goes on as before.
AFTERWARDS = {"update_settings": lambda world: world.settings(dict.fromkeys(world.get("/v1/settings").keys() - {"version"}))}


@dataclass
class Fuzzer:
    """One run."""

    url: str
    world: World
    people: list[Person]
    rights: Rights
    report: Report
    wardrobe: Wardrobe
    session: requests.Session = field(default_factory=requests.Session)

    def operation(self, operation: APIOperation, deck: Deck, share: dict[bool, int]) -> None:
        """Sends an operation's cases as everybody."""
        name = operation.definition.raw["operationId"]
        for actor in self.people:
            may = self.rights.may(actor.role, name)
            shelf = Shelf(self.world, actor, name if may else None)
            tries = TRIES if may else 0
            for kind in deck.turns(share[may]):
                status = self.send(deck, kind, actor, name, shelf)
                while kind == "example" and tries and not succeeded(status):
                    tries -= 1
                    shelf.used()
                    status = self.send(deck, kind, actor, name, shelf)
                tries = 0

    def send(self, deck: Deck, kind: str, actor: Person, name: str, shelf: "Shelf") -> int:
        """Sends a case and checks its answer; gives its status."""
        case, good = deck.next(kind), shelf.good()
        self.wardrobe.dress(case, kind, good, actor, deck.example)
        headers = {} if concerns_authorization(case) else self.world.api.authorization(actor)
        if good.token:
            headers = {"Authorization": f"Bearer {good.token}"}
        try:
            response = case.call(base_url=self.url, session=self.session, headers=headers, timeout=60)
        except requests.RequestException as error:
            self.report.fail((name, type(error)), f"{name} as {actor.role}: {error}", curl(case, headers, self.url))
            return 0
        self.report.count(actor.role, name, response.status_code)
        self.check(case, kind, response, actor, name, headers)
        if succeeded(response.status_code) and case.method not in ("GET", "HEAD"):
            shelf.used()
            if name in AFTERWARDS:
                AFTERWARDS[name](self.world)
        return response.status_code

    def check(self, case: Case, kind: str, response: schemathesis.Response, actor: Person, name: str, headers: dict) -> None:
        sent = {"base_url": self.url, "session": self.session}
        # Schemathesis takes a file that it has not made itself for bad data.
        file_is_ours = isinstance(case.body, dict) and any(part is PDF for part in case.body.values())
        no_bad_data = file_is_ours or kind in ("example", "positive") or is_lost_on_the_way(case, response)
        beside = [negative_data_rejection] if no_bad_data else []
        try:
            case.validate_response(response, headers=headers, transport_kwargs=sent, excluded_checks=beside)
        except FailureGroup as group:
            for failure in group.exceptions:
                what = f"{name} as {actor.role}, {response.status_code}: {failure.title}: {failure.message}"
                kind_of = re.sub(r'"[^"]*"', "…", failure.message)[:80]
                key = (name, failure.title, response.status_code, kind_of)
                self.report.fail(key, f"{what}\n  {response.text[:300]}", curl(case, headers, self.url))


def is_lost_on_the_way(case: Case, response: schemathesis.Response) -> bool:
    """A parameter whose value is written as nothing, such as an empty list, is not in the URL: it may
    have been what was bad about the case."""
    query = urlsplit(str(response.request.url)).query
    sent = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    return any(name not in sent for name in case.query or {})


class Shelf:
    """What an actor's good request is about; made anew once it is used up."""

    def __init__(self, world: World, actor: Person, operation: str | None):
        self.world, self.actor, self.operation = world, actor, operation
        self.there: Good | None = None

    def good(self) -> Good:
        if self.there is None:
            make = GOOD.get(self.operation)
            self.there = make(self.world, self.actor) if make else Good()
        return self.there

    def used(self) -> None:
        self.there = None


def concerns_authorization(case: Case) -> bool:
    """Whether the case is about how one says who asks."""
    data = case.meta.phase.data if case.meta else None
    return (getattr(data, "parameter", None) or "").lower() == "authorization"


def curl(case: Case, headers: dict, url: str) -> str:
    """The command that repeats a case; the token goes into a variable, as it does not live long."""
    shown = case.as_curl_command(headers=headers, base_url=url)
    token = headers.get("Authorization", "").removeprefix("Bearer ")
    return shown.replace(f"'Authorization: Bearer {token}'", '"Authorization: Bearer $TOKEN"') if token else shown


def shares(cases: int, rights: Rights, people: list[Person], operations: list[str]) -> dict[bool, int]:
    """How many cases each pair of actor and operation gets, by whether the actor may."""
    pairs = [rights.may(person.role, operation) for person in people for operation in operations]
    permitted, forbidden = sum(pairs), len(pairs) - sum(pairs)
    of_forbidden = max(1, round(cases * FORBIDDEN / forbidden))
    return {False: of_forbidden, True: max(1, -(-(cases - of_forbidden * forbidden) // permitted))}


def fuzz(server: Server, arguments: argparse.Namespace) -> bool:
    schema = schemathesis.openapi.from_path(arguments.document, config=Config.from_path(HERE / "schemathesis.toml"))
    operations = {found.ok().definition.raw["operationId"]: found.ok() for found in schema.get_all_operations()}
    rights = Rights.read(ROOT / "docs/permissions.md", set(operations))
    api = Api(server.url)
    people = [person for person in everybody(api, rights.scopes) if person.role in (arguments.only or [person.role])]
    world = World(api, Person("admin", "admin"))
    fuzzer = Fuzzer(server.url, world, people, rights, Report(), Wardrobe(world, arguments.seed))
    wanted = [name for name in operations if name in (arguments.operation or [name])]
    share = shares(arguments.cases, rights, people, wanted)
    print(f"{len(wanted)} operations as {len(people)}: {share[True]} cases where one may, {share[False]} where not")
    for name in wanted:
        started = time.monotonic()
        turns = [-(-share[rights.may(person.role, name)] // len(KINDS)) for person in people]
        deck = Deck(operations[name], sum(turns), arguments.seed)
        made = time.monotonic()
        fuzzer.operation(operations[name], deck, share)
        print(f"{name:<24} cases made in {made - started:.1f} s, sent in {time.monotonic() - made:.1f} s", flush=True)
    for line in server.complaints():
        fuzzer.report.fail(("log", line[:80]), f"the server's log: {line}", "")
    if wrong := server.check():
        fuzzer.report.fail(("check",), f"docket check: {wrong}", "")
    may = {person.role: {name for name in wanted if rights.may(person.role, name)} for person in people}
    return fuzzer.report.show(may)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, required=True, help="the docket to start")
    parser.add_argument("--document", type=Path, default=ROOT / "openapi/openapi.json")
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database-url", help="an empty PostgreSQL database; SQLite by default")
    parser.add_argument("--only", action="append", help=f"one of the roles, {KEY} or {ANONYMOUS}; may be repeated")
    parser.add_argument("--operation", action="append", help="an operation's id; may be repeated")
    parser.add_argument("--keep", action="store_true", help="let the server run until Enter, to repeat failures")
    arguments = parser.parse_args()
    with Server(arguments.binary, arguments.database_url) as server:
        good = fuzz(server, arguments)
        if arguments.keep:
            input(f"{server.url} runs until Enter ")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
