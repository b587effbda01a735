"""Markup family: short phrases put into the signs of a markup language, or out of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from training.catalogue.drafting import balanced, wordings
from training.catalogue.markup_wordings import DESCRIPTIONS
from training.catalogue.source import Answer, TaskDraft

FAMILY = "markup"
PACKAGES = ()
LICENCE = "CC0-1.0"
SOURCE = "hand-written lists of words"
_NUM_ROWS = 300

_FIRST = (
    "quiet", "early", "broken", "golden", "simple", "narrow", "daily", "frozen", "open",
    "hidden", "public", "wooden", "final", "local", "bitter", "sudden", "distant", "plain",
    "rapid", "second", "gentle", "modern", "empty", "yearly",
)  # fmt: skip
_LAST = (
    "river", "report", "window", "garden", "number", "letter", "market", "signal", "bridge",
    "recipe", "meeting", "harbour", "lesson", "lantern", "ticket", "budget", "village",
    "engine", "promise", "summary", "kitchen", "schedule", "forest", "invoice",
)  # fmt: skip

WRAPPED: dict[str, Callable[[str], str]] = {
    "markdown_bold": lambda text: f"**{text}**",
    "markdown_italic": lambda text: f"*{text}*",
    "markdown_code": lambda text: f"`{text}`",
    "markdown_heading": lambda text: f"## {text}",
    "markdown_task": lambda text: f"- [ ] {text}",
    "html_bold": lambda text: f"<b>{text}</b>",
    "html_item": lambda text: f"<li>{text}</li>",
    "html_comment": lambda text: f"<!-- {text} -->",
    "latex_bold": lambda text: rf"\textbf{{{text}}}",
    "latex_section": lambda text: rf"\section{{{text}}}",
    "wiki_link": lambda text: f"[[{text}]]",
}
"""Tasks that put a phrase between signs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """A phrase between the signs of some language."""

    text: str
    language: str
    role: str
    written: str


_SIGNS: dict[tuple[str, str], Callable[[str], str]] = {
    ("Markdown", "bold"): WRAPPED["markdown_bold"],
    ("Markdown", "heading"): WRAPPED["markdown_heading"],
    ("Markdown", "item"): lambda text: f"* {text}",
    ("HTML", "bold"): WRAPPED["html_bold"],
    ("HTML", "heading"): lambda text: f"<h2>{text}</h2>",
    ("HTML", "item"): WRAPPED["html_item"],
    ("LaTeX", "bold"): WRAPPED["latex_bold"],
    ("LaTeX", "heading"): WRAPPED["latex_section"],
    ("LaTeX", "item"): lambda text: rf"\item {text}",
    ("BBCode", "bold"): lambda text: f"[b]{text}[/b]",
    ("BBCode", "heading"): lambda text: f"[h2]{text}[/h2]",
    ("BBCode", "item"): lambda text: f"[*] {text}",
}


@lru_cache(maxsize=1)
def phrases() -> tuple[str, ...]:
    """All pairs of a first and a last word, in a fixed random order."""
    pairs = [f"{first} {last}" for first in _FIRST for last in _LAST]
    return tuple(random.Random(f"{FAMILY}/phrases").sample(pairs, len(pairs)))


@lru_cache(maxsize=1)
def marked() -> tuple[Marked, ...]:
    """Phrases between signs, every language and role in turn."""
    kinds = list(_SIGNS)
    return tuple(
        Marked(text=text, language=language, role=role, written=sign(text))
        for place, text in enumerate(phrases())
        for language, role in [kinds[place % len(kinds)]]
        for sign in [_SIGNS[language, role]]
    )


def drafts() -> Iterator[TaskDraft]:
    """Yields every task of the family."""
    for task, wrap in WRAPPED.items():
        yield _draft(task, "phrases", [(text, wrap(text)) for text in phrases()])
    own = marked()
    yield _draft("plain_text", "marked_phrases", [(x.written, x.text) for x in own])
    languages: list[tuple[str, Answer]] = [(x.written, x.language) for x in own]
    roles: list[tuple[str, Answer]] = [(x.written, x.role) for x in own]
    first_words = [(x.written, x.text.split()[0]) for x in own]
    for task, rows in (("language", languages), ("role", roles)):
        yield _draft(task, "marked_phrases", list(balanced(rows, seed=task)))
    yield _draft("first_word", "marked_phrases", first_words)


def _draft(task: str, pool: str, rows: Sequence[tuple[str, Answer]]) -> TaskDraft:
    return TaskDraft(
        id=f"{FAMILY}_{task}",
        descriptions=wordings(DESCRIPTIONS[task]),
        rows=rows[:_NUM_ROWS],
        pool=pool,
        group=f"{FAMILY}_{task}",
        licence=LICENCE,
        source=SOURCE,
    )
