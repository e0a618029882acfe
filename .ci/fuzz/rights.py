"""Who may do what, read from the golden table of the tests."""

import re
from dataclasses import dataclass
from pathlib import Path

from people import ANONYMOUS, KEY


@dataclass
class Rights:
    """Operation → roles that may use it, and the scope with which a key may."""

    roles: dict[str, set[str]]
    scope: dict[str, str]
    public: set[str]

    @classmethod
    def read(cls, path: Path, operations: set[str]) -> "Rights":
        lines = path.read_text().splitlines()
        # The heading names a role a line, each a column further to the right.
        names = [line.split()[-1] for line in lines if re.fullmatch(r"[ |]*[a-z_]+", line)]
        rows = [line.split() for line in lines if re.match(r"[a-z_]+ +[x.] ", line)]
        roles = {row[0]: {name for name, mark in zip(names, row[1:], strict=False) if mark == "x"} for row in rows}
        return cls(roles, {row[0]: row[-1] for row in rows if row[-1] != "-"}, operations - roles.keys())

    @property
    def scopes(self) -> list[str]:
        return sorted(set(self.scope.values()))

    def may(self, role: str, operation: str) -> bool:
        """Whether the table permits it; an operation that it does not name is everybody's."""
        if operation in self.public:
            return True
        if role == KEY:
            return operation in self.scope
        return role != ANONYMOUS and role in self.roles[operation]
