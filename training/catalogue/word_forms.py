"""Inflected forms of English words, as they stand in the tables of lemminflect."""

from __future__ import annotations

import gzip
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from training.catalogue.source import open_wheel
from training.catalogue.words import WORDS_PACKAGES, word_ranks

FORMS_PACKAGES = ("lemminflect==0.2.3", *WORDS_PACKAGES)
FORMS_SOURCE = "lemminflect 0.2.3"

# The order of the fields that follow a lemma, by its part of speech.
_FIELDS = {
    "noun": ("plural",),
    "verb": ("past", "participle", "ing", "third"),
    "adj": ("comparative", "superlative"),
    "adv": ("comparative", "superlative"),
}
_PARTS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """What an inflected word is a form of."""

    lemma: str
    part: str
    """n, v, a or r, as in WordNet."""
    name: str
    """base, plural, past (tense or participle), ing, third, comparative, superlative."""


@lru_cache(maxsize=1)
def forms_of() -> dict[tuple[str, str], dict[str, tuple[str, ...]]]:
    """Forms by name of every lemma and part of speech, the commonest form first."""
    ranks = word_ranks()
    table: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
    with open_wheel(FORMS_PACKAGES[0]) as wheel:
        packed = wheel.read("lemminflect/resources/infl_lu.csv.gz")
    for line in gzip.decompress(packed).decode("utf-8").splitlines():
        lemma, part, *fields = line.split(",")
        if part not in _FIELDS or lemma not in ranks:
            continue
        named: defaultdict[str, list[str]] = defaultdict(list)
        for name, field in zip(_FIELDS[part], fields, strict=False):
            named[name] += [form for form in field.split("/") if form in ranks]
        table[lemma, _PARTS[part]] = {
            name: tuple(sorted(set(forms), key=lambda form: ranks[form]))
            for name, forms in named.items()
        }
        # The table lists a participle only where it differs from the past.
        if part == "verb" and not table[lemma, "v"].get("participle"):
            table[lemma, "v"]["participle"] = table[lemma, "v"]["past"]
    return table


@lru_cache(maxsize=1)
def readings() -> dict[str, tuple[Form, ...]]:
    """Everything that a lower-case word can be a form of, its own lemmas included."""
    found: defaultdict[str, list[Form]] = defaultdict(list)
    for (lemma, part), named in forms_of().items():
        found[lemma].append(Form(lemma=lemma, part=part, name="base"))
        for name, forms in named.items():
            name = "past" if name == "participle" else name
            for form in forms:
                if form != lemma:
                    found[form].append(Form(lemma=lemma, part=part, name=name))
    return {word: tuple(dict.fromkeys(forms)) for word, forms in found.items()}
