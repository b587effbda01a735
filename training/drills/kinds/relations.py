"""Drills about a word and the word that it leads to, such as its opposite."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial

from training.drills.answers import FORMS
from training.drills.assembly import labelled_drill, plain_drill
from training.drills.base import KINDS, Drill, Kind, Materials, kind
from training.drills.pools.categories import PAIRS, members_of
from training.drills.pools.vocabulary import ORDERS, RELATIONS, Relation
from training.drills.wordings import read_wordings

RELATED = "drill relations"

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
    kind_name: str,
    relation: Relation,
    frames: Sequence[str],
) -> Drill:
    """Gives the related word in a given form."""
    form, known = rng.choice(FORMS), dict(relation.pairs)
    first, second = rng.choice(relation.pairs)
    return plain_drill(
        rng,
        name=f"{kind_name}_{form.name}",
        pool=RELATED,
        frames=frames,
        draw=lambda rng: rng.choice(relation.pairs)[0],
        answer=lambda text: form.write(known.get(text)),
        first=first,
        second=second,
        **form.told,
    )


for _name, _told in _TOLD["related"].items():
    _make = partial(
        _related,
        kind_name=_name,
        relation=_BY_NAME[_told["relation"]],
        frames=_told["wordings"],
    )
    KINDS[_name] = Kind(make=_make, needs=())


@kind()
def relation_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label whether a second word stands in a relation to the first."""
    relation = rng.choice([r for r in RELATIONS if r.name not in _UNSURE])
    known = dict(relation.pairs)
    targets = sorted(set(known.values()))

    def draw_wrong(rng: random.Random, first: str) -> str:
        return rng.choice([t for t in targets if t not in (known[first], first)])

    def draw(rng: random.Random) -> str:
        first = rng.choice(relation.pairs)[0]
        second = known[first] if rng.random() < 0.5 else draw_wrong(rng, first)
        return f"{first}, {second}"

    def test(text: str) -> bool | None:
        first, _, second = text.partition(", ")
        if first not in known or second not in targets:
            return None
        return known[first] == second

    first, second = rng.choice(relation.pairs)
    return labelled_drill(
        rng,
        materials,
        name=f"relation_label_{relation.name}",
        pool=PAIRS,
        frames=_TOLD["relation_label"],
        draw=draw,
        test=test,
        source=relation.source,
        target=relation.target,
        first=first,
        second=second,
        wrong=draw_wrong(rng, first),
    )


@kind("words")
def relation_or_word(rng: random.Random, materials: Materials) -> Drill:
    """Gives a related word, or a fixed word where there is none."""
    relation = _BY_NAME[rng.choice(_CLOSED)]
    word, known = rng.choice(materials.words), dict(relation.pairs)
    others = members_of(_UNRELATED_KINDS)
    first, second = rng.choice(relation.pairs)
    return plain_drill(
        rng,
        name=f"relation_or_word_{relation.name}_{word}",
        pool=RELATED,
        frames=_TOLD["relation_or_word"],
        draw=lambda rng: rng.choice(rng.choice((tuple(known), others))),
        answer=lambda text: known.get(text) or (word if text in others else None),
        source=relation.source,
        target=relation.target,
        word=word,
        first=first,
        second=second,
        other=rng.choice(others),
    )


@kind()
def relation_layout(rng: random.Random, materials: Materials) -> Drill:
    """Writes a word and a related word in a given layout."""
    relation, layout = rng.choice(RELATIONS), rng.choice(_PAIR_LAYOUTS)
    known = dict(relation.pairs)

    def answer(text: str) -> str | None:
        second = known.get(text)
        return layout.format(first=text, second=second) if second else None

    first, second = rng.choice(relation.pairs)
    return plain_drill(
        rng,
        name=f"relation_layout_{relation.name}_{layout}",
        pool=RELATED,
        frames=_TOLD["relation_layout"],
        draw=lambda rng: rng.choice(relation.pairs)[0],
        answer=answer,
        layout=layout.format(first="INPUT", second="RESULT"),
        source=relation.source,
        target=relation.target,
        first=first,
        example=layout.format(first=first, second=second),
    )


@kind()
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
    return plain_drill(
        rng,
        name=f"next_in_order_{order.names}_{distance}_{form.name}",
        pool=RELATED,
        frames=_TOLD["next_in_order"],
        draw=lambda rng: rng.choice(items),
        answer=lambda text: form.write(shifted(text)) if text in items else None,
        names=order.names,
        step=step,
        first=first,
        second=shifted(first),
        **form.told,
    )
