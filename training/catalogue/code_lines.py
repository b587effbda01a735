"""Code family: questions about one-line Python functions, and small edits of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from training.catalogue.code_lines_wordings import DESCRIPTIONS
from training.catalogue.drafting import balanced, wordings
from training.catalogue.source import Answer, TaskDraft

FAMILY = "code_lines"
PACKAGES = ()
LICENCE = "CC0-1.0"
SOURCE = "hand-written code templates"
_NUM_ROWS = 300
_NUM_FUNCTIONS = 700
_ARGUMENT = 10
"""What the first parameter is set to where a task asks for the result of a call."""

VERBS = (
    "add", "get", "make", "find", "update", "count", "check", "scale", "move", "change",
    "compute", "set", "apply", "read", "build", "fix", "guess", "shift",
)  # fmt: skip
NOUNS = (
    "tax", "price", "score", "width", "offset", "total", "weight", "speed", "limit",
    "bonus", "height", "level", "cost", "rate", "area", "budget", "salary", "delay",
)  # fmt: skip
PARAMETERS = (
    "price", "rate", "count", "size", "base", "step", "value", "factor", "amount", "x",
    "y", "length", "start", "units", "time", "points", "n", "fee",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Operator:
    """An arithmetic operator and how it is said."""

    symbol: str
    word: str
    apply: Callable[[int, int], int]


OPERATORS = (
    Operator(symbol="+", word="plus", apply=lambda left, right: left + right),
    Operator(symbol="-", word="minus", apply=lambda left, right: left - right),
    Operator(symbol="*", word="times", apply=lambda left, right: left * right),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """A function of two numbers, the second of which has a default."""

    verb: str
    noun: str
    first: str
    second: str
    default: int
    operator: Operator
    is_swapped: bool
    """Whether the expression names the second parameter first."""

    @property
    def name(self) -> str:
        """The name in snake case."""
        return f"{self.verb}_{self.noun}"

    @property
    def camel_name(self) -> str:
        """The name in camel case."""
        return f"{self.verb}{self.noun.capitalize()}"

    @property
    def operands(self) -> tuple[str, str]:
        """The parameters in the order of the expression."""
        return (
            (self.second, self.first) if self.is_swapped else (self.first, self.second)
        )

    @property
    def expression(self) -> str:
        """What the function returns, as code."""
        left, right = self.operands
        return f"{left} {self.operator.symbol} {right}"

    def text(self) -> str:
        """The function on one line."""
        head = f"def {self.name}({self.first}, {self.second}={self.default}):"
        return f"{head} return {self.expression}"


def _result(function: Function) -> str:
    values = {function.first: _ARGUMENT, function.second: function.default}
    left, right = (values[operand] for operand in function.operands)
    return str(function.operator.apply(left, right))


def _typed_head(f: Function) -> str:
    return f"def {f.name}({f.first}: int, {f.second}: int = {f.default}) -> int:"


def _arrow(f: Function) -> str:
    return f"const {f.camel_name} = ({f.first}, {f.second} = {f.default}) => {f.expression};"


ANSWERS: dict[str, Callable[[Function], Answer]] = {
    "name": lambda f: f.name,
    "default": lambda f: str(f.default),
    "expression": lambda f: f.expression,
    "camel_name": lambda f: f.camel_name,
    "parameters": lambda f: f"{f.first} and {f.second}",
    "result": _result,
    "typed_head": _typed_head,
    "arrow": _arrow,
    "lambda": lambda f: f"lambda {f.first}, {f.second}: {f.expression}",
    "docstring": lambda f: f'"""{f.verb.capitalize()} the {f.noun}."""',
    "operator": lambda f: f.operator.word,
    "operand_order": lambda f: "swapped" if f.is_swapped else "same",
}
_LABEL_TASKS = ("operator", "operand_order")


@lru_cache(maxsize=1)
def functions() -> tuple[Function, ...]:
    """Invented functions, the operators and operand orders taken in turn."""
    generator = random.Random(f"{FAMILY}/functions")
    found: dict[str, Function] = {}
    while len(found) < _NUM_FUNCTIONS:
        first, second = generator.sample(PARAMETERS, 2)
        function = Function(
            verb=generator.choice(VERBS),
            noun=generator.choice(NOUNS),
            first=first,
            second=second,
            default=generator.randint(2, 9),
            operator=OPERATORS[len(found) % len(OPERATORS)],
            is_swapped=len(found) // len(OPERATORS) % 2 == 1,
        )
        found[function.text()] = function
    return tuple(found.values())


def drafts() -> Iterator[TaskDraft]:
    """Yields every task of the family."""
    for task, answer in ANSWERS.items():
        identifier = f"{FAMILY}_{task}"
        rows = [(function.text(), answer(function)) for function in functions()]
        if task in _LABEL_TASKS:
            rows = list(balanced(rows, seed=identifier, at_most=_NUM_ROWS))
        yield TaskDraft(
            id=identifier,
            descriptions=wordings(DESCRIPTIONS[task]),
            rows=rows[:_NUM_ROWS],
            pool="functions",
            # Both write the function's name.
            group=f"{FAMILY}_name" if "name" in task else identifier,
            licence=LICENCE,
            source=SOURCE,
        )
