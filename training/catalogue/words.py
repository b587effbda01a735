"""The pool of common English words that word-level families draw from."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache

from training.catalogue.source import Answer, open_wheel, read_text

WORDS_PACKAGES = ("symspellpy==6.10.1", "better-profanity==0.7.0")
WORDS_LICENCE = "MIT"
WORDS_SOURCE = "symspellpy 6.10.1"

_NUM_COMMON_WORDS = 6000
_VULGAR_STEMS = (
    "sex",
    "porn",
    "erot",
    "nud",
    "rapi",
    "suicid",
    "prostitut",
    "fetish",
    "thong",
    "topless",
    "vibrat",
    "escort",
    "linger",
    "brothel",
    "aborti",
    "hook",
    "bestial",
    "upskirt",
    "tranny",
    "transs",
    "hardcore",
    "masturbat",
)
_HARMLESS = (
    "rapid",
    "rapids",
    "rapidly",
    "sexton",
    "sextet",
    "nudge",
    "hook",
    "hooks",
    "linger",
)


@lru_cache(maxsize=1)
def word_ranks() -> dict[str, int]:
    """Every lowercase word of the frequency dictionary with its rank, 0 the commonest.

    Nothing is filtered: check `is_vulgar` before a word reaches a row.
    """
    wheel = open_wheel(WORDS_PACKAGES[0])
    text = read_text(wheel, "symspellpy/frequency_dictionary_en_82_765.txt")
    counts: dict[str, int] = {}
    for line in text.lstrip("\ufeff").splitlines():
        word, count = line.split()
        counts[word] = int(count)
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: rank for rank, word in enumerate(ordered)}


@lru_cache(maxsize=1)
def _vulgar_words() -> frozenset[str]:
    wheel = open_wheel(WORDS_PACKAGES[1])
    text = read_text(wheel, "better_profanity/profanity_wordlist.txt")
    return frozenset(text.lower().split())


def is_vulgar(text: str) -> bool:
    """Whether any word of the text is on the profanity list or has a vulgar stem."""
    vulgar = _vulgar_words()
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in _HARMLESS:
            continue
        stem = re.sub(r"(?<=[a-z]{3})(s|ed|er|ers|ing)$", "", word)
        if word in vulgar or stem in vulgar or word.startswith(_VULGAR_STEMS):
            return True
    return False


@lru_cache(maxsize=1)
def common_words() -> tuple[str, ...]:
    """The commonest clean lowercase words of three to nine letters, commonest first."""
    words: list[str] = []
    for word in word_ranks():
        if not re.fullmatch(r"[a-z]{3,9}", word) or not re.search("[aeiouy]", word):
            continue
        if not is_vulgar(word):
            words.append(word)
        if len(words) == _NUM_COMMON_WORDS:
            break
    return tuple(words)


def sample_words(name: str, num_words: int) -> tuple[str, ...]:
    """A fixed random choice of common words.

    Args:
        name: Seeds the choice; the same name always gives the same words, and a
            larger `num_words` only appends to them.
        num_words: How many words; at most all of them come back.
    """
    words = list(common_words())
    random.Random(f"words/{name}").shuffle(words)
    return tuple(words[:num_words])


def word_pool(num_words: int) -> tuple[str, ...]:
    """The first words of the shared `words` pool, in its fixed random order."""
    return sample_words("pool", num_words)


def balanced_rows(
    inputs: Iterable[str], answer: Callable[[str], str], *, num_rows: int
) -> list[tuple[str, Answer]]:
    """Labels inputs in order and keeps equally many for every label.

    Args:
        inputs: Candidates; earlier ones are preferred.
        answer: Gives the label of an input, or the empty string to skip it.
        num_rows: Upper bound on the rows over all labels.
    """
    by_label: defaultdict[str, list[str]] = defaultdict(list)
    for text in dict.fromkeys(inputs):
        label = answer(text)
        if label:
            by_label[label].append(text)
    share = min(num_rows // len(by_label), *(len(texts) for texts in by_label.values()))
    return [
        (text, label) for label in sorted(by_label) for text in by_label[label][:share]
    ]
