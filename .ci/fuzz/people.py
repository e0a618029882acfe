"""Who asks: a person of each role, a key with every scope, and nobody; and who prepares for them.

Nobody of the example company is used, so that no case that hits one of them locks the fuzzer out.
"""

import time
from dataclasses import dataclass, field

import requests

from server import PASSWORD

# Access tokens live for ten minutes.
RENEWED_AFTER = 400

# The department of each role. Logistics' and finance's own tasks finish by themselves (DECISIONS
# 23), so that nobody could ever complete one by hand: the fuzzer's people of these two roles help
# out with services.
DEPARTMENTS = {
    "admin": "operations",
    "order_admin": "operations",
    "sales_specialist": "sales",
    "sales_manager": "sales",
    "department_head": "sales",
    "operations_head": "operations",
    "warehouse": "warehouse",
    "production": "production",
    "logistics": "operations",
    "finance": "operations",
    "viewer": None,
}

ANONYMOUS, KEY = "anonymous", "api_key"


@dataclass
class Person:
    """Somebody who can log in. As an actor, `role` is what the tables call them."""

    role: str
    username: str = ""
    id: str = ""
    secret: str = ""
    token: str = ""
    renewed: float = field(default=-RENEWED_AFTER, repr=False)

    @property
    def department(self) -> str | None:
        return DEPARTMENTS.get(self.role)


class Api:
    """Plain requests that have to succeed: those that prepare what a case needs."""

    def __init__(self, url: str):
        self.url = url
        self.session = requests.Session()

    def log_in(self, person: Person) -> dict:
        body = {"username": person.username, "password": PASSWORD}
        return self._sent("POST", "/v1/auth/login", {}, {"json": body}).json()

    def authorization(self, person: Person) -> dict[str, str]:
        """The header for somebody; the token is renewed before it expires."""
        if person.role == ANONYMOUS:
            return {}
        if person.role == KEY:
            return {"Authorization": f"Bearer {person.secret}"}
        if time.monotonic() - person.renewed > RENEWED_AFTER:
            person.token = self.log_in(person)["access_token"]
            person.renewed = time.monotonic()
        return {"Authorization": f"Bearer {person.token}"}

    def ask(self, person: Person, method: str, path: str, headers: dict | None = None, **content: object) -> requests.Response:
        return self._sent(method, path, self.authorization(person) | (headers or {}), content)

    def get(self, person: Person, path: str) -> dict:
        return self.ask(person, "GET", path).json()

    def post(self, person: Person, path: str, body: dict | None = None) -> dict:
        return self.ask(person, "POST", path, json=body or {}).json()

    def _sent(self, method: str, path: str, headers: dict, content: dict) -> requests.Response:
        answer = self.session.request(method, self.url + path, headers=headers, timeout=60, **content)
        if not answer.ok:
            raise RuntimeError(f"preparing: {method} {path} {content.get('json', '')} answered {answer.status_code} {answer.text}")
        return answer


def hire(api: Api, administrator: Person, role: str, username: str) -> Person:
    """Makes somebody of a role."""
    body = {"username": username, "password": PASSWORD, "display_name": username, "roles": [role], "department": DEPARTMENTS[role]}
    made = api.post(administrator, "/v1/users", {key: value for key, value in body.items() if value})
    return Person(role, username, made["id"])


def everybody(api: Api, scopes: list[str]) -> list[Person]:
    """Everybody who asks: one of each role, a key, and nobody."""
    administrator = Person("admin", "admin")
    people = [hire(api, administrator, role, f"fuzz.{role}") for role in DEPARTMENTS]
    key = api.post(administrator, "/v1/api-keys", {"name": "Fuzzer", "scopes": scopes})
    return [*people, Person(KEY, secret=key["key"]), Person(ANONYMOUS)]
