"""Examples chosen for their meaning: clear senses, opposites, rival synonyms."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from training.catalogue import wordnet
from training.catalogue.example_sentences import MarkedExample, marked_examples
from training.catalogue.words import is_vulgar, word_ranks

_RAREST_WORD = 9_000
_LAST_RANK = 3
_LAST_RANK_OF_CHOICE = 6
_UNSUITABLE_OPPOSITES = frozenset([
    "black", "blessed", "cursed", "dead", "death", "ever", "exclusive", "express",
    "ignore", "inclusive", "recall", "safe", "source",
])  # fmt: skip
_UNSUITABLE_CHOICES = frozenset([
    "ace", "be", "blame", "but", "do", "fare", "flush", "ghost", "grad", "incident",
    "inter", "intro", "jimmy", "kinda", "one", "palm", "plus", "sic", "trend", "trim",
])  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A marked word of several senses, with a synonym in this and in another one."""

    example: MarkedExample
    fitting: str
    """Synonym in the sense that the example has."""
    misfit: str
    """Synonym in another sense."""
    is_fitting_first: bool

    @property
    def options(self) -> tuple[str, str]:
        """The two synonyms in the order in which they are offered."""
        pair = (self.fitting, self.misfit)
        return pair if self.is_fitting_first else (pair[1], pair[0])

    @property
    def question(self) -> str:
        """The example and the options, as one line."""
        first, second = self.options
        return f"{self.example.bracketed} | {first} or {second}"


def examples_of(part: str, categories: Mapping[str, str]) -> dict[str, str]:
    """Bracketed examples of one part of speech with the label of their category.

    Args:
        part: n or v.
        categories: Label of every WordNet category that is wanted.

    Returns:
        Label by bracketed example, for words used in one of their commonest senses.
    """
    found: dict[str, str] = {}
    for example in marked_examples():
        category = wordnet.synsets()[example.key].category
        is_wanted = example.part == part and category in categories
        if is_wanted and _rank(example.lemma, example.key) <= _LAST_RANK:
            found[example.bracketed] = categories[category]
    return found


@lru_cache(maxsize=1)
def opposites() -> tuple[tuple[MarkedExample, tuple[str, ...]], ...]:
    """Examples whose word has a common opposite, with all its opposites."""
    found: list[tuple[MarkedExample, tuple[str, ...]]] = []
    uses: defaultdict[str, int] = defaultdict(int)
    for example in marked_examples():
        lemma, key = example.lemma, example.key
        if example.form != "base" or _rank(lemma, key) > _LAST_RANK:
            continue
        here = [word for word in _opposites_in(lemma, key) if _is_common(word)]
        anywhere = [
            word
            for sense in wordnet.senses()[lemma]
            if sense.key[0] == key[0]
            for word in _opposites_in(lemma, sense.key)
        ]
        words = tuple(dict.fromkeys((*here, *anywhere)))
        is_odd = _UNSUITABLE_OPPOSITES & {*words} or {*here} & {*example.text.split()}
        if not here or len(words) > 2 or is_odd or not _fits(example, here[0]):
            continue
        uses[lemma] += 1
        if uses[lemma] <= 4 and example.word.islower():
            found.append((example, words))
    return tuple(found)


@lru_cache(maxsize=1)
def choices() -> tuple[Choice, ...]:
    """Examples with two synonyms of which just one fits the sense."""
    generator = random.Random("example_senses/choices")
    found: list[Choice] = []
    for example in marked_examples():
        if (
            example.form != "base"
            or example.part == "r"
            or not example.word.islower()
            or _rank(example.lemma, example.key) > _LAST_RANK_OF_CHOICE
        ):
            continue
        fitting = _best(_synonyms(example, example.key))
        misfit = _best(list(_rivals(example)))
        if fitting and misfit:
            choice = Choice(
                example=example,
                fitting=fitting,
                misfit=misfit,
                is_fitting_first=generator.random() < 0.5,
            )
            found.append(choice)
    return tuple(found)


def _rank(word: str, key: str) -> int:
    """Place of a synset among the senses of a word of that part of speech, from 1."""
    senses = wordnet.senses().get(word, ())
    return next((sense.number for sense in senses if sense.key == key), 99)


def _is_common(word: str) -> bool:
    return (
        word.isalpha()
        and word.islower()
        and word_ranks().get(word, _RAREST_WORD) < _RAREST_WORD
        and not is_vulgar(word)
    )


def _opposites_in(lemma: str, key: str) -> list[str]:
    """Direct antonyms of one word of a synset."""
    words = [word.lower() for word in wordnet.synsets()[key].words]
    place = words.index(lemma) + 1
    return [
        wordnet.synsets()[pointer.target].words[pointer.target_word - 1]
        for pointer in wordnet.synsets()[key].linked("!")
        if pointer.source_word == place
    ]


def _fits(example: MarkedExample, word: str) -> bool:
    """Whether the word can follow the same a or an as the marked one."""
    is_alike = (word[0] in "aeiou") == (example.lemma[0] in "aeiou")
    return is_alike or example.text[: example.start].split()[-1:] not in (["a"], ["an"])


def _synonyms(example: MarkedExample, key: str) -> list[str]:
    """Words of a synset that mostly mean just that, put in place without a hitch."""
    return [
        word
        for word in wordnet.synsets()[key].words
        if word != example.lemma
        and _is_common(word)
        and word not in _UNSUITABLE_CHOICES
        and word[:4] != example.lemma[:4]
        and _fits(example, word)
        and any(
            sense.key == key and sense.number <= 2 and sense.count > 0
            for sense in wordnet.senses().get(word, ())
        )
    ]


def _rivals(example: MarkedExample) -> Iterator[str]:
    """Synonyms of the marked word in senses that are far from the one it has."""
    synsets, senses = wordnet.synsets(), wordnet.senses()
    here = synsets[example.key]
    near = {pointer.target for pointer in here.pointers} | {example.key}
    for word in here.words:
        if word.lower() != example.lemma:
            near |= {sense.key for sense in senses.get(word.lower(), ())}
    for sense in senses[example.lemma]:
        there = synsets[sense.key]
        is_alike = example.part in "nv" and there.category == here.category
        linked = {pointer.target for pointer in there.pointers} | {sense.key}
        if sense.key[0] != example.part or is_alike or linked & near:
            continue
        for word in _synonyms(example, sense.key):
            if not near & {other.key for other in senses[word]}:
                yield word


def _best(words: list[str]) -> str:
    """The commonest of some words, or nothing."""
    return min(words, key=lambda word: word_ranks()[word], default="")
