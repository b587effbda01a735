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
        short sign for the element pls (Copper - Cu)
        The jeweller stamps metals with Au, Ag or Pt instead of Gold, Silver or Platinum. What would he stamp for this element?
        In H2O there is H for Hydrogen and O for Oxygen. With what would this element appear in such a formula?
        Not the number but the letters are wanted, the first a capital and the second, if there's one, small.
        Lab assistant needed to label bottles: hears the element's name, writes its sign from the periodic table.
        On a mug with the periodic table one sees little boxes with big letters in them. Which letters are in this element's box?
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
        number of the element, e.g. Copper 29
        In the quiz the host says Carbon and the right card bears a 6. Which number is on the card for this element?
        Not the weight and not the row, but how many protons there are; write digits.
        In nuclear notation the number at the lower left of the symbol says how much positive charge the nucleus has. What is it here?
        Physics teacher: "Helium has two of them in its nucleus, Neon has ten." How many protons does the given one have, as a figure?
        If the elements stood in a queue from Hydrogen on, what would be the place of this one?
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
        row of element in the periodic table (1-7)
        Sodium and Chlorine stand in line 3 and Silver in line 5. In which line does the element here stand?
        Not the atomic number and not the column (group): the horizontal row, as one digit from 1 to 7.
        Our classroom has seven shelves, one above the other, built like the periodic table. On which shelf, from the top, do we put this element?
        The K shell is number 1, the L shell number 2, the M shell number 3. What number has the outermost shell that this atom has electrons in?
        The chart is cut into seven horizontal strips. Give the number of the strip this element is on.
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
        which one comes after it in the table? (Carbon -> Nitrogen)
        The chemistry song goes through all elements by number. Sing the one that must come after this one, by name only.
        If Silver is given, the answer is Cadmium, as 48 comes after 47. Apply it to my element.
        Not the neighbour below and not the one before: the element whose atomic number is higher by one.
        An alchemist manages to squeeze one more proton into each nucleus of his sample. What does his sample consist of now?
        Page turner: each page of our book shows an element, in order of atomic number. What's on the page after this one?
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
        full name of element, e.g. Cu -> Copper
        On the bottles only Ag, Hg or Pb can be read. New trainees want Silver, Mercury, Lead. Write the word for my letters.
        Read the formula sign aloud to somebody who knows no chemistry, that is, say the element's English name with a capital.
        Not the atomic number, please; what I'd like to see is the word that these one or two letters are short for.
        The crossword clue is a chemical sign like K or Sn and the solution is Potassium or Tin. Solve mine.
        Which element's box in the periodic table has these letters in the middle?
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
        which element is number ...? e.g. 29 -> Copper
        The locker room has lockers with atomic numbers, and behind locker 6 is Carbon, behind 47 is Silver. What is behind mine?
        Say the name with a capital, not the symbol: 10 is Neon and not Ne.
        A nucleus with exactly this many positive particles makes an atom of what?
        Bingo for chemists: the caller draws a number, the players put a chip on the element. On which one now?
        In the periodic system each box has a little number in the corner. Tell me the English name in the box with this one.
    """,
}
