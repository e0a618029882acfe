"""Who may do what, read from the golden table in the docs."""

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
        # | operation | request | roles, or `everyone` | scope, or `no key may` |
        rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in path.read_text().splitlines() if "| `" in line]
        named = {row[0]: set(row[2].split(", ")) for row in rows}
        everyone = (set().union(*named.values()) | {"viewer"}) - {"everyone"}
        roles = {operation: everyone if "everyone" in roles else roles for operation, roles in named.items()}
        scopes = {row[0]: row[3].strip("`") for row in rows if row[3] != "no key may"}
        return cls(roles, scopes, operations - roles.keys())

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
