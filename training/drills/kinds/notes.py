"""Drills over notes: details found in a sentence, and what a note is about."""

from __future__ import annotations

import random

from training.drills.answers import FORMS
from training.drills.assembly import labelled_drill, plain_drill
from training.drills.base import Drill, Materials, kind
from training.drills.naming import SEPARATORS, either
from training.drills.pools.notes import DOMAINS, NOTES, Domain, domain_of, draw_among
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)
_BLANKS: list[list[str]] = _TOLD["blanks"]


def _found(domain: Domain, detail: str, text: str) -> str | None:
    """A detail of a note, spelled as it is anywhere else in a note."""
    value = domain.told_in(text).get(detail)
    known = {known.lower(): known for known in domain.details[detail].values}
    return None if value is None else known[value.lower()]


def _both_found(domain: Domain, first: str, second: str, text: str) -> list[str] | None:
    """Two details of a note; nothing for a text that is none of the domain."""
    found = [_found(domain, detail, text) for detail in (first, second)]
    known = [value for value in found if value is not None]
    return known if len(known) == len(found) else None


def _two_details(rng: random.Random) -> tuple[Domain, str, str]:
    domain = rng.choice(DOMAINS)
    first, second = rng.sample(sorted(domain.details), 2)
    return domain, first, second


@kind()
def note_detail(rng: random.Random, materials: Materials) -> Drill:
    """Copies a detail out of a note, in a given form."""
    domain, form = rng.choice(DOMAINS), rng.choice((FORMS[0], *FORMS))
    detail = rng.choice(sorted(domain.details))
    return plain_drill(
        rng,
        name=f"note_detail_{domain.name}_{detail}_{form.name}",
        pool=NOTES,
        frames=_TOLD["note_detail"],
        draw=domain.draw,
        answer=lambda text: form.write(_found(domain, detail, text)),
        detail=domain.details[detail].names,
        domain=domain.name,
        **form.told,
    )


@kind()
def note_bare_detail(rng: random.Random, materials: Materials) -> Drill:
    """Copies a detail out of a note as it stands there."""
    domain = rng.choice(DOMAINS)
    detail = rng.choice(sorted(domain.details))
    return plain_drill(
        rng,
        name=f"note_bare_detail_{domain.name}_{detail}",
        pool=NOTES,
        frames=_TOLD["note_bare_detail"],
        draw=domain.draw,
        answer=lambda text: _found(domain, detail, text),
        detail=domain.details[detail].names,
        domain=domain.name,
    )


@kind()
def note_pair(rng: random.Random, materials: Materials) -> Drill:
    """Two details of a note with a sign between."""
    domain, first, second = _two_details(rng)
    sign = rng.choice(SEPARATORS)

    def answer(text: str) -> str | None:
        found = _both_found(domain, first, second, text)
        return None if found is None else sign.mark.join(found)

    return plain_drill(
        rng,
        name=f"note_pair_{domain.name}_{first}_{second}_{sign.noun}",
        pool=NOTES,
        frames=_TOLD["note_pair"],
        draw=domain.draw,
        answer=answer,
        first=domain.details[first].names,
        second=domain.details[second].names,
        sign=sign.names,
    )


@kind()
def note_entry(rng: random.Random, materials: Materials) -> Drill:
    """Two details of a note as fields with their names."""
    domain, first, second = _two_details(rng)

    def answer(text: str) -> str | None:
        found = _both_found(domain, first, second, text)
        return None if found is None else f"{first}: {found[0]}, {second}: {found[1]}"

    return plain_drill(
        rng,
        name=f"note_entry_{domain.name}_{first}_{second}",
        pool=NOTES,
        frames=_TOLD["note_entry"],
        draw=domain.draw,
        answer=answer,
        first=domain.details[first].names,
        second=domain.details[second].names,
        key=first,
        other=second,
    )


@kind()
def note_hidden(rng: random.Random, materials: Materials) -> Drill:
    """A note with one detail blanked out."""
    domain = rng.choice(DOMAINS)
    detail = rng.choice(sorted(domain.details))
    blank, shown = rng.choice(_BLANKS)
    return plain_drill(
        rng,
        name=f"note_hidden_{domain.name}_{detail}_{blank}",
        pool=NOTES,
        frames=_TOLD["note_hidden"],
        draw=domain.draw,
        answer=lambda text: domain.without(detail, text, blank),
        detail=domain.details[detail].names,
        blank=shown,
    )


@kind()
def note_about(rng: random.Random, materials: Materials) -> Drill:
    """Names what a note is about, out of a few."""
    domains = rng.sample(DOMAINS, rng.choice((2, 3, 3, 4)))
    names = [domain.name for domain in domains]

    def answer(text: str) -> str | None:
        name = domain_of(text)
        return name if name in names else None

    return plain_drill(
        rng,
        name="_".join(["note_about", *names]),
        pool=NOTES,
        frames=_TOLD["note_about"],
        draw=draw_among(domains),
        answer=answer,
        names=either(names),
        number=str(len(names)),
    )


@kind()
def note_about_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label whether a note is about something."""
    chosen, *others = rng.sample(DOMAINS, len(DOMAINS))

    def test(text: str) -> bool | None:
        name = domain_of(text)
        return None if name is None else name == chosen.name

    return labelled_drill(
        rng,
        materials,
        name=f"note_about_label_{chosen.name}",
        pool=NOTES,
        frames=_TOLD["note_about_label"],
        draw=draw_among([chosen] * len(others) + others),
        test=test,
        topic=chosen.name,
    )


@kind()
def note_number_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label whether a number in a note is above a limit."""
    domain = rng.choice([domain for domain in DOMAINS if domain.numbers])
    detail = rng.choice(domain.numbers)
    values = sorted(int(value) for value in domain.details[detail].values)
    limit = rng.choice(values[2:-3])

    def test(text: str) -> bool | None:
        value = _found(domain, detail, text)
        return None if value is None else int(value) > limit

    return labelled_drill(
        rng,
        materials,
        name=f"note_number_label_{domain.name}_{detail}_{limit}",
        pool=NOTES,
        frames=_TOLD["note_number_label"],
        draw=domain.draw,
        test=test,
        detail=domain.details[detail].names,
        limit=str(limit),
    )


@kind()
def note_detail_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label whether a detail of a note has a value."""
    domain = rng.choice(DOMAINS)
    detail = rng.choice(sorted(domain.details))
    wanted = rng.choice(domain.details[detail].values)

    def test(text: str) -> bool | None:
        value = _found(domain, detail, text)
        return None if value is None else value == wanted

    return labelled_drill(
        rng,
        materials,
        name=f"note_detail_label_{domain.name}_{detail}_{wanted}",
        pool=NOTES,
        frames=_TOLD["note_detail_label"],
        draw=domain.draw,
        test=test,
        detail=domain.details[detail].names,
        value=wanted,
    )
