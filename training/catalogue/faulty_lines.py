"""Lines that each hold several faults of typing, and the lines with some repaired."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase

from training.catalogue import example_sentences
from training.catalogue.example_sentences import marked_examples
from training.catalogue.source import open_wheel, read_text
from training.catalogue.words import is_vulgar, word_ranks

NLPAUG = "nlpaug==1.1.11"
PACKAGES = (NLPAUG, *example_sentences.PACKAGES)
SOURCE = f"{example_sentences.SOURCE}; nlpaug 1.1.11"

_NUM_LINES = 300
_MAX_WORDS = 9
_RAREST_WORD = 10_000
_RAREST_NEAR = 40_000
_RAREST_HALF = 3_000
_RIGHTLY_DOUBLED = frozenset(["had", "that", "very"])


@dataclass(frozen=True, kw_only=True, slots=True)
class Slip:
    """A line with a doubled and a misspelled word, small at its start, no full stop."""

    words: tuple[str, ...]
    """The line as it should be, in small letters at its start."""
    doubled: int
    """Index of the word that is written twice."""
    misspelled: int
    """Index of the word that is spelled wrongly."""
    spelling: str
    """The wrong spelling."""

    def line(self, *, fixed: frozenset[str] = frozenset()) -> str:
        """The line with some of its faults, `double` and `spelling`, repaired."""
        words = list(self.words)
        if "spelling" not in fixed:
            words[self.misspelled] = self.spelling
        if "double" not in fixed:
            words.insert(self.doubled, words[self.doubled])
        return " ".join(words)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gaps:
    """A line with a blank too many and a blank too few."""

    words: tuple[str, ...]
    split: int
    """Index of the word that is cut in two."""
    head: int
    """Number of its letters before the cut."""
    joined: int
    """Index of the word that runs into the next one."""

    def line(self, *, fixed: frozenset[str] = frozenset()) -> str:
        """The line with some of its faults, `split` and `joined`, repaired."""
        words = list(self.words)
        if "split" not in fixed:
            word = words[self.split]
            words[self.split] = f"{word[: self.head]} {word[self.head :]}"
        if "joined" not in fixed:
            words[self.joined : self.joined + 2] = ["".join(self.pair)]
        return " ".join(words)

    @property
    def pair(self) -> tuple[str, ...]:
        """The two words that run together."""
        return self.words[self.joined : self.joined + 2]


@lru_cache(maxsize=1)
def _misspellings() -> dict[str, tuple[str, ...]]:
    """Learners' wrong spellings of common words, none of them of two words."""
    text = read_text(open_wheel(NLPAUG), "nlpaug/res/word/spelling/spelling_en.txt")
    ranks = word_ranks()
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in text.splitlines():
        word, *errors = line.split() or [""]
        if len(word) < 4 or ranks.get(word, _RAREST_WORD) >= _RAREST_WORD:
            continue
        for error in sorted(set(errors)):
            is_plain = re.fullmatch(f"{word[0]}[a-z]{{3,11}}", error)
            if not is_plain or error in ranks or is_vulgar(error):
                continue
            # Only one word must be within reach, or another could be meant.
            if _words_near(error) == {word}:
                found[word].append(error)
    return {word: tuple(errors) for word, errors in found.items()}


def _words_near(error: str) -> set[str]:
    """Known words that one letter dropped, added, changed or swapped leads to."""
    cuts = [(error[:index], error[index:]) for index in range(len(error) + 1)]
    near = {head + tail[1:] for head, tail in cuts}
    near |= {head + tail[1:2] + tail[:1] + tail[2:] for head, tail in cuts}
    for head, tail in cuts:
        near.update(head + letter + tail for letter in ascii_lowercase)
        near.update(head + letter + tail[1:] for letter in ascii_lowercase)
    ranks = word_ranks()
    return {word for word in near if ranks.get(word, _RAREST_NEAR) < _RAREST_NEAR}


@lru_cache(maxsize=1)
def _lines() -> tuple[tuple[str, ...], ...]:
    """Words of examples that are plain, start small and repeat no word."""
    lines = []
    for example in marked_examples():
        text = example.text
        words = tuple(text.split())
        if text[0].isupper() and words[0].lower() in ("he", "she", "the", "we", "they"):
            words = (words[0].lower(), *words[1:])
        is_plain = all(re.fullmatch("[a-z]+", word) for word in words)
        if is_plain and len(words) <= _MAX_WORDS and len(set(words)) == len(words):
            lines.append(words)
    return tuple(dict.fromkeys(lines))


@lru_cache(maxsize=1)
def slips() -> dict[str, Slip]:
    """Lines with a doubled and a misspelled word, half of them in either order."""
    generator = random.Random("faulty_lines/slips")
    table = _misspellings()
    found: list[Slip] = []
    for words in _lines():
        if len(found) == _NUM_LINES:
            break
        known = [index for index, word in enumerate(words) if word in table]
        is_double_first = len(found) % 2 == 0
        pairs = [
            (misspelled, doubled)
            for misspelled in known
            for doubled in range(len(words))
            if words[doubled] not in _RIGHTLY_DOUBLED
            and doubled != misspelled
            and (doubled < misspelled) == is_double_first
        ]
        if pairs:
            misspelled, doubled = generator.choice(pairs)
            spelling = generator.choice(table[words[misspelled]])
            found.append(
                Slip(
                    words=words,
                    doubled=doubled,
                    misspelled=misspelled,
                    spelling=spelling,
                )
            )
    return {slip.line(): slip for slip in found}


def _cuts(word: str) -> list[int]:
    """Where a word can be cut so that its parts are no common words."""
    ranks = word_ranks()
    return [
        head
        for head in range(2, len(word) - 1)
        if min(ranks.get(word[:head], _RAREST_HALF), _RAREST_HALF) == _RAREST_HALF
        or min(ranks.get(word[head:], _RAREST_HALF), _RAREST_HALF) == _RAREST_HALF
    ]


@lru_cache(maxsize=1)
def gaps() -> dict[str, Gaps]:
    """Lines, taken from the end of the list, with a blank too many and one too few."""
    generator = random.Random("faulty_lines/gaps")
    lines: list[Gaps] = []
    for words in reversed(_lines()):
        if len(lines) == _NUM_LINES:
            break
        splits = [i for i, word in enumerate(words) if len(word) >= 5 and _cuts(word)]
        if not splits:
            continue
        split = generator.choice(splits)
        joints = [
            index
            for index in range(len(words) - 1)
            if split not in (index, index + 1)
            and "".join(words[index : index + 2]) not in word_ranks()
            and "a" not in words[index : index + 2]
        ]
        if joints:
            line = Gaps(
                words=words,
                split=split,
                head=generator.choice(_cuts(words[split])),
                joined=generator.choice(joints),
            )
            lines.append(line)
    return {line.line(): line for line in lines}
