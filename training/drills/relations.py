"""Drills about a word and the word that it leads to, such as its opposite."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial

from training.drills.base import KINDS, Drill, Materials, kind
from training.drills.categories import members_of
from training.drills.meanings import (
    FORMS,
    PAIRS,
    RELATED,
    draw_label_pair,
    fill,
    label,
    make_drill,
)
from training.drills.vocabulary import ORDERS, RELATIONS, Relation
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)
_PAIR_LAYOUTS: list[str] = _TOLD["pair_layouts"]
_STEPS: dict[str, int] = _TOLD["steps"]
_BY_NAME = {relation.name: relation for relation in RELATIONS}
# Another word than the listed one may be right as well.
_UNSURE = ("synonym", "place", "use", "material", "language")
# No other thing could be taken for a first word of these.
_CLOSED = ("capital", "continent", "young", "sound", "language")
_UNRELATED_KINDS = (
    "tool",
    "piece of furniture",
    "fruit",
    "item of clothing",
    "feeling",
)


def _related(
    rng: random.Random,
    materials: Materials,
    *,
    relation: Relation,
    frames: Sequence[str],
) -> Drill:
    """Gives the related word in a given form."""
    form, known = rng.choice(FORMS), dict(relation.pairs)
    first, second = rng.choice(relation.pairs)
    return make_drill(
        RELATED,
        (relation.name, form.name, first),
        form.fill(frames, first=first, second=second),
        lambda rng: rng.choice(relation.pairs)[0],
        lambda text: form.write(known.get(text)),
    )


KINDS.update(
    {
        name: partial(
            _related, relation=_BY_NAME[told["relation"]], frames=told["wordings"]
        )
        for name, told in _TOLD["related"].items()
    }
)


@kind
def relation_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label whether a second word stands in a relation to the first."""
    relation = rng.choice([r for r in RELATIONS if r.name not in _UNSURE])
    yes, no = draw_label_pair(rng, materials)
    known = dict(relation.pairs)
    targets = sorted(set(known.values()))

    def draw_wrong(rng: random.Random, first: str) -> str:
        return rng.choice([t for t in targets if t not in (known[first], first)])

    def draw(rng: random.Random) -> str:
        first = rng.choice(relation.pairs)[0]
        second = known[first] if rng.random() < 0.5 else draw_wrong(rng, first)
        return f"{first}, {second}"

    def answer(text: str) -> str | None:
        first, _, second = text.partition(", ")
        if first not in known or second not in targets:
            return None
        return label(known[first] == second, yes, no)

    first, second = rng.choice(relation.pairs)
    return make_drill(
        PAIRS,
        ("relation_label", relation.name, yes, no),
        fill(
            _TOLD["relation_label"],
            yes=yes,
            no=no,
            source=relation.source,
            target=relation.target,
            first=first,
            second=second,
            wrong=draw_wrong(rng, first),
        ),
        draw,
        answer,
    )


@kind
def relation_or_word(rng: random.Random, materials: Materials) -> Drill:
    """Gives a related word, or a fixed word where there is none."""
    relation = _BY_NAME[rng.choice(_CLOSED)]
    word, known = rng.choice(materials.words), dict(relation.pairs)
    others = members_of(_UNRELATED_KINDS)
    first, second = rng.choice(relation.pairs)
    return make_drill(
        RELATED,
        ("relation_or_word", relation.name, word),
        fill(
            _TOLD["relation_or_word"],
            source=relation.source,
            target=relation.target,
            word=word,
            first=first,
            second=second,
            other=rng.choice(others),
        ),
        lambda rng: rng.choice(rng.choice((tuple(known), others))),
        lambda text: known.get(text) or (word if text in others else None),
    )


@kind
def relation_layout(rng: random.Random, materials: Materials) -> Drill:
    """Writes a word and a related word in a given layout."""
    relation, layout = rng.choice(RELATIONS), rng.choice(_PAIR_LAYOUTS)
    known = dict(relation.pairs)

    def answer(text: str) -> str | None:
        second = known.get(text)
        return layout.format(first=text, second=second) if second else None

    first, second = rng.choice(relation.pairs)
    return make_drill(
        RELATED,
        ("relation_layout", relation.name, layout),
        fill(
            _TOLD["relation_layout"],
            layout=layout.format(first="INPUT", second="RESULT"),
            source=relation.source,
            target=relation.target,
            first=first,
            example=layout.format(first=first, second=second),
        ),
        lambda rng: rng.choice(relation.pairs)[0],
        answer,
    )


@kind
def next_in_order(rng: random.Random, materials: Materials) -> Drill:
    """Names what stands some places on in a well-known order."""
    order = rng.choice(ORDERS)
    items = order.items
    # In a short order, a longer step is a shorter one the other way.
    steps = list(_STEPS.items())[: 2 if len(items) < 5 else None]
    step, distance = rng.choice(steps)
    form = rng.choice(FORMS)

    def shifted(item: str) -> str:
        return items[(items.index(item) + distance) % len(items)]

    first = rng.choice(items)
    return make_drill(
        RELATED,
        ("next_in_order", order.names, str(distance), form.name),
        form.fill(
            _TOLD["next_in_order"],
            names=order.names,
            step=step,
            first=first,
            second=shifted(first),
        ),
        lambda rng: rng.choice(items),
        lambda text: form.write(shifted(text)) if text in items else None,
    )
