"""Elements family: names, symbols and places of the chemical elements."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from training.catalogue.drafting import wordings
from training.catalogue.source import TaskDraft, open_wheel, read_text

FAMILY = "elements"
PACKAGES = ("periodictable==2.1.0",)
LICENCE = "Public domain"

NOBLE_GAS_NUMBERS = (2, 10, 18, 36, 54, 86, 118)


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """A chemical element."""

    number: int
    name: str
    symbol: str

    @property
    def period(self) -> int:
        """Row of the periodic table, from 1 to 7."""
        return 1 + sum(self.number > last for last in NOBLE_GAS_NUMBERS)


def elements() -> list[Element]:
    """Reads the table of elements, hydrogen first."""
    with open_wheel(PACKAGES[0]) as wheel:
        code = read_text(wheel, "periodictable/core.py")
    entries = re.findall(r"^\s+(\d+): \('([A-Za-z]+)',\s*'([A-Za-z]+)'", code, re.M)
    return [
        Element(number=int(number), name=name, symbol=symbol)
        for number, name, symbol in entries
        if int(number) > 0
    ]


def drafts() -> Iterator[TaskDraft]:
    """Yields every task of the family."""
    table = elements()
    names = "element_names"
    yield _draft("symbol", names, [(one.name, one.symbol) for one in table])
    yield _draft("number", names, [(one.name, str(one.number)) for one in table])
    yield _draft("period", names, [(one.name, str(one.period)) for one in table])
    following = itertools.pairwise(table)
    yield _draft("next", names, [(one.name, other.name) for one, other in following])
    yield _draft(
        "name_of_symbol", "element_symbols", [(one.symbol, one.name) for one in table]
    )
    yield _draft(
        "name_of_number",
        "element_numbers",
        [(str(one.number), one.name) for one in table],
    )


def _draft(task: str, pool: str, rows: list[tuple[str, str]]) -> TaskDraft:
    return TaskDraft(
        id=f"{FAMILY}_{task}",
        descriptions=wordings(DESCRIPTIONS[task]),
        rows=rows,
        pool=pool,
        group="elements_table",
        licence=LICENCE,
        source=PACKAGES[0],
    )


DESCRIPTIONS = {
    "symbol": """
        chemical symbol
        What is the symbol of the element?
        Abbreviate the element the way chemists do: Oxygen -> O, Iron -> Fe.
        Please give the one or two letters for this element in the periodic table.
        I write formulas and need the short sign for each element I name.
        Element name in, symbol out.
        Return the letters printed large in the element's box.
        Which abbreviation would a reaction equation use for it?
        The symbol has a capital first letter and maybe a small second one, as in Na; write it for the element given.
        Encode the element by its international sign.
        How is the substance abbreviated in a formula?
        Fill in the column "Symbol" of a list of elements.
    """,
    "number": """
        atomic number
        What is the atomic number of the element?
        How many protons does an atom of it have? Oxygen -> 8
        Please tell me the element's number in the periodic table.
        Return Z for the element.
        Counting from hydrogen as 1, at which position does the element stand?
        I'm colouring a numbered chart of the elements; which number belongs to this one?
        Element name in, proton count out, in digits.
        The charge of its nucleus, as an integer.
        Fill in the column "Z" of a list of elements, e.g. 26 for Iron.
        Give the ordinal place of the element by nuclear charge, as a plain number.
        Number of electrons in the neutral atom.
    """,
    "period": """
        period of the element
        In which row of the periodic table is the element? Give a number from 1 to 7.
        Name the period as a digit: Oxygen -> 2, Iron -> 4.
        How many electron shells are in use in an atom of it?
        Please tell me the horizontal line of the table where the element is found.
        Return the period number (1-7) for an element name.
        Hydrogen and helium are in row 1; say the row for this element.
        Row index of the element, counted from the top.
        I look for an element on the wall chart and want to know how many rows down it is.
        Which of the seven periods does it belong to? Digit only.
        Principal quantum number of the outermost shell in the ground state, which is the row of the table.
        Lanthanoids are in 6 and actinoids in 7; which period for the element given?
    """,
    "next": """
        next element
        Which element follows this one in the periodic table?
        Name the element with one more proton: Oxygen -> Fluorine.
        Add a proton to the nucleus. What element do you have now?
        Please say the name that comes right after this in order of atomic number.
        I recite the elements in order; help me with the one after the one I just said.
        Return the successor of the element by atomic number.
        Hydrogen, helium, lithium ... continue after the given one by a single name.
        The right-hand neighbour in the sequence of elements.
        Go one step up in atomic number and write the element's name.
        What is its number plus one called?
        Element in, following element out, both as names.
    """,
    "name_of_symbol": """
        element name from the symbol
        Which element has this symbol?
        Write out the chemical symbol: O -> Oxygen, Fe -> Iron.
        Please expand the abbreviation of the element.
        In a formula I came across these letters. What element do they stand for?
        Symbol in, name of the element out.
        Decode the sign from the periodic table.
        Return the English name behind the chemical abbreviation.
        The box shows one or two letters; read out the full word.
        What is the substance with this symbol called?
        Spell the element in full.
        Fill in the column "Name" of a list that has only symbols, e.g. Na becomes Sodium.
    """,
    "name_of_number": """
        element with this atomic number
        Which element has that many protons?
        8 -> Oxygen, 26 -> Iron
        Please name the element at this position of the periodic table.
        Return the English element name for Z.
        I have a chart of numbers from 1 to 118 and want the element for each.
        Given the charge of a nucleus, say which element it is.
        What is element number ... called? The number is the input.
        Proton count in, element name out.
        Look up the atomic number and give the name.
        If the neutral atom has so many electrons, what is it?
        Count through the elements, hydrogen being 1, and write the one you stop at.
    """,
}
