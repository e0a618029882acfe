"""What the run counted, and whether that will do."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from good import NEVER, SECRET

# Statuses that say nothing but who asks, and the share of cases that have to say more.
MERELY = (401, 403, 429)
MORE = 0.30
SHOWN = ("2xx", "304", "400", "401", "403", "404", "405", "409", "412", "415", "422", "428")


@dataclass
class Failure:
    """One kind of failure, and how its first case is repeated."""

    what: str
    curl: str
    times: int = 1


def group(status: int) -> str:
    return "2xx" if 200 <= status < 300 else str(status)


def succeeded(status: int) -> bool:
    return 200 <= status < 300 or status == 304


class Report:
    """Counts answers and collects failures."""

    def __init__(self) -> None:
        self.statuses: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        self.failures: dict[tuple, Failure] = {}

    def count(self, role: str, operation: str, status: int) -> None:
        self.statuses[role, operation][status] += 1

    def fail(self, key: tuple, what: str, curl: str) -> None:
        if key in self.failures:
            self.failures[key].times += 1
        else:
            self.failures[key] = Failure(what, curl)

    def _table(self, at: int, title: str) -> None:
        sums: dict[str, Counter[str]] = defaultdict(Counter)
        for key, statuses in self.statuses.items():
            for status, times in statuses.items():
                sums[key[at]][group(status)] += times
        sums["all"] = sum(sums.values(), Counter())
        others = sorted({name for row in sums.values() for name in row} - set(SHOWN))
        columns = [*SHOWN, *others]
        print(f"\n{title:<24}{'cases':>7}" + "".join(f"{column:>6}" for column in columns))
        for name, row in sums.items():
            print(f"{name:<24}{row.total():>7}" + "".join(f"{row[column] or '.':>6}" for column in columns))

    def shortcomings(self, may: dict[str, set[str]]) -> list[str]:
        """What the numbers lack: `may` holds, for each role, the operations that it may use."""
        lacking = [
            f"{operation} has never succeeded as {role}: {dict(self.statuses[role, operation]) or 'not tried'}"
            for role, operations in may.items()
            for operation in sorted(operations)
            if (role, operation) not in NEVER and operation not in SECRET and not any(succeeded(status) for status in self.statuses[role, operation])
        ]
        total = sum(counter.total() for counter in self.statuses.values())
        merely = sum(counter[status] for counter in self.statuses.values() for status in MERELY)
        share = 1 - merely / total if total else 0
        print(f"\n{share:.1%} of {total} cases are answered by more than {', '.join(map(str, MERELY))}")
        return lacking + ([f"less than {MORE:.0%} of the cases say more than who asks"] if share < MORE else [])

    def show(self, may: dict[str, set[str]]) -> bool:
        """Prints everything; gives whether it will do."""
        self._table(1, "operation")
        self._table(0, "as")
        lacking = self.shortcomings(may)
        for failure in self.failures.values():
            print(f"\nFAILED {failure.times} ×: {failure.what}\n  {failure.curl}")
        for text in lacking:
            print(f"\nFAILED: {text}")
        return not self.failures and not lacking
