"""Drills about a sentence: which sort of thing it names, and what it is about."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from training.drills.answers import FORMS
from training.drills.assembly import labelled_drill, plain_drill
from training.drills.base import Draw, Drill, Materials, kind
from training.drills.pools.categories import (
    BY_NAME,
    HOMES,
    about,
    about_two,
    apart_from,
    are_apart,
    draw_apart,
    draw_member,
    members_among,
)
from training.drills.pools.vocabulary import TANGIBLE, TOPICS, Category
from training.drills.wordings import read_wordings

TEXTS = "drill short texts"

_TOLD = read_wordings(__file__)
_NAMES: list[str] = _TOLD["names"]
_SENTENCES: list[str] = _TOLD["sentences"]
_TANGIBLE = tuple(BY_NAME[name] for name in TANGIBLE)
# Longest first, so that no thing is found in the name of another.
_THINGS = sorted(
    (thing for category in _TANGIBLE for thing in category.members),
    key=len,
    reverse=True,
)
_NAMED_THING = re.compile(rf"\bthe ({'|'.join(map(re.escape, _THINGS))})(?![\w-])")
_TOPIC_OF = {
    sentence.format(word): topic.name
    for topic in TOPICS
    for sentence in topic.sentences
    for word in topic.words
}


def _tell(rng: random.Random, first: str, second: str) -> str:
    """A sentence that names two things in either order."""
    first, second = rng.sample((first, second), 2)
    sentence = rng.choice(_SENTENCES)
    return sentence.format(name=rng.choice(_NAMES), a=first, b=second)


def _mentioned(text: str, category: Category) -> list[str] | None:
    """The members of a category in a text; nothing if one is arguable."""
    things = _NAMED_THING.findall(text)
    return members_among(things, category) if things else None


def _draw_outsider(rng: random.Random, category: Category) -> str:
    others = [other for other in apart_from(category) if other in _TANGIBLE]
    return draw_member(rng, rng.choice(others))


@kind()
def which_mentioned(rng: random.Random, materials: Materials) -> Drill:
    """Extracts the member of a category from a sentence."""
    chosen, form = rng.choice(_TANGIBLE), rng.choice(FORMS)

    def draw(rng: random.Random) -> str:
        return _tell(rng, draw_member(rng, chosen), _draw_outsider(rng, chosen))

    def answer(text: str) -> str | None:
        inside = _mentioned(text, chosen)
        return form.write(inside[0]) if inside and len(inside) == 1 else None

    return plain_drill(
        rng,
        name=f"which_mentioned_{chosen.one}_{form.name}",
        pool=TEXTS,
        frames=_TOLD["which_mentioned"],
        draw=draw,
        answer=answer,
        **about(rng, chosen),
        **form.told,
    )


@kind()
def mentioned_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label whether a sentence names a member of a category."""
    chosen = rng.choice(_TANGIBLE)

    def draw(rng: random.Random) -> str:
        first, second = (_draw_outsider(rng, chosen) for _ in range(2))
        if rng.random() < 0.5:
            first = draw_member(rng, chosen)
        return _tell(rng, first, second)

    def test(text: str) -> bool | None:
        inside = _mentioned(text, chosen)
        return None if inside is None else bool(inside)

    return labelled_drill(
        rng,
        materials,
        name=f"mentioned_label_{chosen.one}",
        pool=TEXTS,
        frames=_TOLD["mentioned_label"],
        draw=draw,
        test=test,
        **about(rng, chosen),
    )


@kind()
def which_kind_mentioned(rng: random.Random, materials: Materials) -> Drill:
    """Says which of two categories a sentence names a member of."""
    first, second = draw_apart(rng, 2, _TANGIBLE)

    def draw(rng: random.Random) -> str:
        named = rng.choice((first, second))
        while True:
            other = rng.choice(_TANGIBLE)
            if are_apart(first, other) and are_apart(second, other):
                return _tell(rng, draw_member(rng, named), draw_member(rng, other))

    def answer(text: str) -> str | None:
        firsts, seconds = _mentioned(text, first), _mentioned(text, second)
        if firsts is None or seconds is None or bool(firsts) == bool(seconds):
            return None
        return first.one if firsts else second.one

    return plain_drill(
        rng,
        name=f"which_kind_mentioned_{first.one}_{second.one}",
        pool=TEXTS,
        frames=_TOLD["which_kind_mentioned"],
        draw=draw,
        answer=answer,
        member=draw_member(rng, first),
        **about_two(first, second),
    )


@kind()
def mention_order_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label which of two categories a sentence names first."""
    first, second = draw_apart(rng, 2, _TANGIBLE)

    def test(text: str) -> bool | None:
        homes = [HOMES[thing] for thing in _NAMED_THING.findall(text)]
        if homes == [first, second]:
            return True
        return False if homes == [second, first] else None

    return labelled_drill(
        rng,
        materials,
        name=f"mention_order_label_{first.one}_{second.one}",
        pool=TEXTS,
        frames=_TOLD["mention_order_label"],
        draw=lambda rng: _tell(rng, draw_member(rng, first), draw_member(rng, second)),
        test=test,
        **about_two(first, second),
    )


def _draw_about(topics: Sequence[str]) -> Draw:
    sentences = {n: [s for s, topic in _TOPIC_OF.items() if topic == n] for n in topics}
    return lambda rng: rng.choice(sentences[rng.choice(topics)])


@kind()
def which_topic(rng: random.Random, materials: Materials) -> Drill:
    """Names the topic of a sentence out of a few."""
    names = [topic.name for topic in rng.sample(TOPICS, rng.choice((2, 2, 3)))]

    def answer(text: str) -> str | None:
        topic = _TOPIC_OF.get(text)
        return topic if topic in names else None

    return plain_drill(
        rng,
        name="_".join(["which_topic", *names]),
        pool=TEXTS,
        frames=_TOLD["which_topic"],
        draw=_draw_about(names),
        answer=answer,
        names=", ".join(names),
    )


@kind()
def topic_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label whether a sentence is about a topic."""
    topic = rng.choice(TOPICS).name
    others = [other.name for other in TOPICS if other.name != topic]
    inside, outside = _draw_about([topic]), _draw_about(others)

    def test(text: str) -> bool | None:
        found = _TOPIC_OF.get(text)
        return None if found is None else found == topic

    return labelled_drill(
        rng,
        materials,
        name=f"topic_label_{topic}",
        pool=TEXTS,
        frames=_TOLD["topic_label"],
        draw=lambda rng: (inside if rng.random() < 0.5 else outside)(rng),
        test=test,
        topic=topic,
    )
