"""Cases by schemathesis, a stack for each operation and kind, the same for the same seed."""

from collections.abc import Iterator
from itertools import chain, islice

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode

# What a case is like: as the document's example; fitting the schema; not fitting it; on its edges.
KINDS = ("example", "positive", "negative", "boundary")


def _drawn(strategy: hypothesis.strategies.SearchStrategy[Case], most: int, seed: int) -> list[Case]:
    """Some of what a strategy makes; fewer where there are fewer, none where there is nothing."""
    drawn: list[Case] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=most, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @hypothesis.given(strategy)
    def collect(case: Case) -> None:
        drawn.append(case)

    try:
        collect()
    except Unsatisfiable:
        pass
    return drawn[:most]


def _examples(operation: APIOperation, most: int, seed: int) -> list[Case]:
    """The document's example, or the simplest request of an operation that has none."""
    strategy = next(iter(operation.get_strategies_from_examples()), None) or operation.as_strategy()
    return _drawn(strategy, 1, seed)


def _boundary(operation: APIOperation, most: int, seed: int) -> list[Case]:
    config = operation.schema.config.generation_for(operation=operation, phase="coverage")
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    return list(operation.schema.iter_coverage_cases(operation, generation_modes=modes, generation_config=config))


def _fuzzed(mode: GenerationMode):
    return lambda operation, most, seed: _drawn(operation.as_strategy(generation_mode=mode), most, seed)


MAKERS = {
    "example": _examples,
    "positive": _fuzzed(GenerationMode.POSITIVE),
    "negative": _fuzzed(GenerationMode.NEGATIVE),
    "boundary": _boundary,
}


def _again(case: Case) -> Case:
    """The same case to be dressed anew."""
    fresh = case.derive()
    fresh.method = case.method
    return fresh


class Deck:
    """The cases of one operation; each is handed out once before any comes again."""

    def __init__(self, operation: APIOperation, most: int, seed: int):
        made = {kind: MAKERS[kind](operation, most, seed) for kind in KINDS}
        self.example = dict(made["example"][0].body) if isinstance(made["example"][0].body, dict) else {}
        self.stacks: dict[str, Iterator[Case]] = {kind: self._endless(cases) for kind, cases in made.items() if cases}

    @staticmethod
    def _endless(cases: list[Case]) -> Iterator[Case]:
        originals = [_again(case) for case in cases]
        return chain(cases, (_again(case) for _ in iter(int, 1) for case in originals))

    def next(self, kind: str) -> Case:
        """The next case of a kind, or of the example's where the operation has none of it."""
        return next(self.stacks.get(kind) or self.stacks["example"])

    def turns(self, most: int) -> Iterator[str]:
        """The kinds in turn, the example first: it is what shows that the operation can succeed."""
        return islice(chain.from_iterable(KINDS for _ in iter(int, 1)), most)
