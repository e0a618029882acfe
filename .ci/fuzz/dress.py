"""Puts what exists into a case: whom it is about, its version, a key, names that are ours. Some
cases stay as wild as they were made."""

import random
from collections.abc import Callable
from uuid import UUID

from schemathesis import Case

from good import Good
from people import Person
from world import World

# How many of ten cases that are not the example get each of these.
ID, NAMES, VERSION, BODY = 8, 7, 7, 5


class Wardrobe:
    """Dresses cases with what the company has."""

    def __init__(self, world: World, seed: int):
        self.chance = random.Random(seed)
        self.keys: dict[tuple[str, str], str] = {}
        self.names = self._names(world)

    def _names(self, world: World) -> dict[str, list]:
        """Field or parameter → values of it that exist, or that only a list outside the schema knows."""
        ids = lambda path, key="id": [row[key] for row in world.get(f"{path}?limit=50")["data"]]
        orders, people = ids("/v1/orders"), [hand.id for hand in world.hands.values() if hand.id]
        return {
            "order_id": orders,
            "order_ids": orders,
            "customer_id": ids("/v1/customers"),
            "sku": ids("/v1/products", "sku"),
            "warehouse": ids("/v1/warehouses", "code"),
            "assignee": people,
            "owner": people,
            "duplicate_of": ids("/v1/exceptions"),
            "cause_code": ids("/v1/exception-causes", "code"),
            "country": ["CN", "DE"],
            "currency": ["CNY", "JPY", "BHD"],
            "language": ["zh-CN", "en"],
            "quantity": ["1", "2.5"],
            "limit": [1, 200],
        }

    def often(self, of_ten: int) -> bool:
        return self.chance.randrange(10) < of_ten

    def dress(self, case: Case, kind: str, good: Good, actor: Person, said: dict) -> None:
        """Makes the example a good request; helps the others some of the way. `said` is the body of
        the document's example."""
        example = kind == "example"
        if case.path_parameters and good.path and (example or self.often(ID)):
            case.path_parameters = dict(good.path)
        self._headers(case, good, actor, example)
        body = case.body if isinstance(case.body, dict) else {}
        if good.body and (example or (kind == "positive" and self.often(BODY))):
            case.body = {**body, **good.body}
        elif ours := {name: value for name, value in good.body.items() if name in body and body[name] == said.get(name)}:
            # What fills a case up is the example's; that one bad value is refused shows only beside good ones.
            case.body = {**body, **ours}
        if kind == "positive":
            case.query = self._named(case.query)
            if isinstance(case.body, (dict, list)):
                case.body = self._named(case.body)

    def _named(self, value: object, name: str = "") -> object:
        """The same, with some of the values that have well-known names replaced."""
        if isinstance(value, dict):
            return {key: self._named(inner, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._named(inner, name) for inner in value]
        known = self.names.get(name)
        return self.chance.choice(known) if known and value is not None and self.often(NAMES) else value

    def _headers(self, case: Case, good: Good, actor: Person, example: bool) -> None:
        """Versions and keys; only those that the case has, as one that lacks a header may be about that."""
        tag = f'"v{good.version}-en"' if good.version is not None else "*"
        rules: dict[str, Callable[[], str | None]] = {
            "If-Match": lambda: tag if example or self.often(VERSION) else None,
            "If-None-Match": lambda: tag if self.often(VERSION) else None,
            "Idempotency-Key": lambda: self._key(case, actor, example),
        }
        headers = case.headers
        for name, rule in rules.items():
            if name in headers and (value := rule()) is not None:
                headers[name] = value
        if example and "Accept-Language" in headers:
            headers["Accept-Language"] = self.chance.choice(["en", "zh-CN"])

    def _key(self, case: Case, actor: Person, example: bool) -> str | None:
        """A fresh key, or one that was used before for the same operation."""
        place = (actor.role, case.operation.label)
        if not example and self.often(5):
            return self.keys.get(place)
        self.keys[place] = str(UUID(int=self.chance.getrandbits(128)))
        return self.keys[place]
