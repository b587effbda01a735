"""WordNet's example sentences, each with the word that it is an example of."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import lru_cache

from training.catalogue import wordnet
from training.catalogue.word_forms import FORMS_PACKAGES, FORMS_SOURCE, readings
from training.catalogue.words import is_vulgar, word_ranks

PACKAGES = (wordnet.PACKAGE, *FORMS_PACKAGES)
LICENCE = f"{wordnet.LICENCE} AND MIT"
SOURCE = f"{wordnet.SOURCE}; {FORMS_SOURCE}, symspellpy 6.10.1"

_MIN_WORDS, _MAX_WORDS, _MAX_CHARACTERS = 4, 11, 70
_RAREST_WORD = 20_000
_UNSUITABLE = re.compile(
    r"\b(abus|adulter|alcohol|arab|assault|assassin|asshol|bastard"
    r"|beat\w* (his|her|the) |bitch|black|blood|bomb|boozed|breast|brutal|bullet"
    r"|butt\b|cancer|cannibal|catholic|christ|church|corps|crap|crucif|cunt|damn"
    r"|dead|death|die[ds]?\b|dirty (joke|mouth|old)|drug|drunk|dying|execut|fag"
    r"|fat\b|fuck|gay|genital|girl|god\b|guerr?illa|guns?\b|hang|hate|hell\b"
    r"|hitler|holocaust|idiot|indian|islam|jesus|jew|kill|lesb|lover|lynch|mafia"
    r"|massacre|mexican|missionar|mistress|molest|murder|muslim|naked|naughty"
    r"|nazi|negro|nigg|nipple|orgasm|piss|poison|pope\b|pregnan|priest|prisoner"
    r"|queer|race\b|racial|racist|raped?\b|religio|seduc|shit|shoot|shot|slain"
    r"|slaughter|slave|slut|stab|strangl|stripp|stupid|suicid|terror|tits?\b"
    r"|tortur|troops|ugly|undress|urin|vagina|victim|virgin|vomit|whor|woman"
    r"|women)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkedExample:
    """A sentence or phrase and the one word in it that its synset explains."""

    text: str
    """The example as it is printed, without a full stop."""
    start: int
    """Where the word begins in the text."""
    word: str
    """The word as it stands in the text."""
    lemma: str
    form: str
    """Name of the word's form: base, plural, past, ing, third, comparative, ..."""
    key: str
    """Key of the synset."""

    @property
    def part(self) -> str:
        """n, v, a or r."""
        return self.key[0]

    @property
    def bracketed(self) -> str:
        """The text with the word between square brackets."""
        end = self.start + len(self.word)
        return f"{self.text[: self.start]}[{self.word}]{self.text[end:]}"

    def with_word(self, word: str) -> str:
        """The text with another word in the place of the marked one."""
        end = self.start + len(self.word)
        return f"{self.text[: self.start]}{word}{self.text[end:]}"


@lru_cache(maxsize=1)
def marked_examples() -> tuple[MarkedExample, ...]:
    """Every clean example whose word can be told, in a fixed random order."""
    found: dict[str, MarkedExample] = {}
    ambiguous: set[str] = set()
    for key, texts in wordnet.example_sentences().items():
        for text in filter(_is_usable, texts):
            example = _marked(text, key)
            if example and example.bracketed in found:
                ambiguous.add(example.bracketed)
            elif example:
                found[example.bracketed] = example
    kept = [found[text] for text in sorted(found) if text not in ambiguous]
    random.Random("example_sentences/marked").shuffle(kept)
    return tuple(kept)


def as_sentence(text: str) -> str:
    """The text with a capital at its start and a full stop at its end."""
    closed = text if text[-1] in "?!" else f"{text}."
    return closed[0].upper() + closed[1:]


def _marked(text: str, key: str) -> MarkedExample | None:
    """The example with its word, unless none or several could be meant."""
    words = {word.lower() for word in wordnet.synsets()[key].words}
    matches = [
        (found, form)
        for found in re.finditer(r"[A-Za-z]+(?:[-'][A-Za-z]+)*", text)
        for form in readings().get(found[0].lower(), ())
        if form.part == key[0] and form.lemma in words
    ]
    if len(matches) != 1:
        return None
    (found, form) = matches[0]
    if len(re.findall(rf"\b{found[0]}\b", text, re.IGNORECASE)) > 1:
        return None
    return MarkedExample(
        text=text,
        start=found.start(),
        word=found[0],
        lemma=form.lemma,
        form=form.name,
        key=key,
    )


def _is_usable(text: str) -> bool:
    words = text.split()
    ranks = word_ranks()
    return (
        _MIN_WORDS <= len(words) <= _MAX_WORDS
        and len(text) <= _MAX_CHARACTERS
        and re.fullmatch(r"[A-Za-z][A-Za-z ,'-]*[a-z]", text) is not None
        and not re.search(r"  |,[a-z]|(^| )['-]|['-]( |$)", text)
        and all(
            word in ranks and ranks[word] < _RAREST_WORD
            for word in re.findall("[a-z]+", re.sub(r"'[a-z]+", "", text.lower()))
        )
        and not is_vulgar(text)
        and not _UNSUITABLE.search(text)
    )
