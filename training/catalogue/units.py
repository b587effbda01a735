"""Units family: quantities with units, their kinds, names and simple conversions."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from training.catalogue.drafting import balanced, wordings
from training.catalogue.numbers import integers_to_999
from training.catalogue.source import Answer, TaskDraft

FAMILY = "units"
PACKAGES = ()
LICENCE = "CC0-1.0"
SOURCE = "hand-written table of units"
QUANTITIES_PER_UNIT = 16

INSTRUMENTS = {
    "length": "ruler",
    "mass": "scales",
    "time": "clock",
    "volume": "jug",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A unit of measurement."""

    symbol: str
    plurals: tuple[str, ...]
    """Accepted spellings of the plural, the reference first."""
    kind: str
    system: str = ""
    """Metric or imperial; empty where the question makes no sense."""


UNITS = (
    Unit(symbol="mm", plurals=("millimetres", "millimeters"), kind="length", system="metric"),
    Unit(symbol="cm", plurals=("centimetres", "centimeters"), kind="length", system="metric"),
    Unit(symbol="m", plurals=("metres", "meters"), kind="length", system="metric"),
    Unit(symbol="km", plurals=("kilometres", "kilometers"), kind="length", system="metric"),
    Unit(symbol="in", plurals=("inches",), kind="length", system="imperial"),
    Unit(symbol="ft", plurals=("feet",), kind="length", system="imperial"),
    Unit(symbol="yd", plurals=("yards",), kind="length", system="imperial"),
    Unit(symbol="mi", plurals=("miles",), kind="length", system="imperial"),
    Unit(symbol="mg", plurals=("milligrams",), kind="mass", system="metric"),
    Unit(symbol="g", plurals=("grams",), kind="mass", system="metric"),
    Unit(symbol="kg", plurals=("kilograms",), kind="mass", system="metric"),
    Unit(symbol="oz", plurals=("ounces",), kind="mass", system="imperial"),
    Unit(symbol="lb", plurals=("pounds",), kind="mass", system="imperial"),
    Unit(symbol="ml", plurals=("millilitres", "milliliters"), kind="volume", system="metric"),
    Unit(symbol="cl", plurals=("centilitres", "centiliters"), kind="volume", system="metric"),
    Unit(symbol="l", plurals=("litres", "liters"), kind="volume", system="metric"),
    Unit(symbol="gal", plurals=("gallons",), kind="volume", system="imperial"),
    Unit(symbol="pt", plurals=("pints",), kind="volume", system="imperial"),
    Unit(symbol="ms", plurals=("milliseconds",), kind="time"),
    Unit(symbol="s", plurals=("seconds",), kind="time"),
    Unit(symbol="min", plurals=("minutes",), kind="time"),
    Unit(symbol="h", plurals=("hours",), kind="time"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Quantity:
    """A number of units."""

    number: int
    unit: Unit

    @property
    def text(self) -> str:
        """The quantity with the unit's symbol, such as 12 km."""
        return f"{self.number} {self.unit.symbol}"


def _spelled_out(quantity: Quantity) -> Answer:
    spellings = tuple(f"{quantity.number} {plural}" for plural in quantity.unit.plurals)
    return spellings if len(spellings) > 1 else spellings[0]


QUANTITY_ANSWERS: dict[str, Callable[[Quantity], Answer]] = {
    "kind": lambda quantity: quantity.unit.kind,
    "instrument": lambda quantity: INSTRUMENTS[quantity.unit.kind],
    "system": lambda quantity: quantity.unit.system,
    "number_only": lambda quantity: str(quantity.number),
    "symbol_only": lambda quantity: quantity.unit.symbol,
    "spelled_out": _spelled_out,
    "twice_as_much": lambda quantity: f"{2 * quantity.number} {quantity.unit.symbol}",
}
LABEL_TASKS = ("kind", "instrument", "system")
GROUPS = {
    "kind": "units_kind",
    "instrument": "units_kind",
    "spelled_out": "units_names",
    "abbreviate": "units_names",
}
CONVERSIONS: dict[str, Callable[[int], str]] = {
    "metres_to_centimetres": lambda number: f"{100 * number} cm",
    "kilograms_to_grams": lambda number: f"{1000 * number} g",
    "centimetres_to_metres": lambda number: f"{number / 100:.2f} m",
    "millimetres_to_centimetres": lambda number: f"{number / 10:.1f} cm",
}


def quantities() -> list[Quantity]:
    """Samples quantities, as many of every unit."""
    generator = random.Random(f"{FAMILY}/quantities")
    return [
        Quantity(number=number, unit=unit)
        for unit in UNITS
        for number in sorted(generator.sample(range(2, 100), QUANTITIES_PER_UNIT))
    ]


def drafts() -> Iterator[TaskDraft]:
    """Yields every task of the family."""
    pool = quantities()
    for task, answer in QUANTITY_ANSWERS.items():
        rows = [(quantity.text, answer(quantity)) for quantity in pool]
        yield _draft(task, "quantities", [row for row in rows if row[1]])
    words = [
        (f"{quantity.number} {quantity.unit.plurals[0]}", quantity.text)
        for quantity in pool
    ]
    yield _draft("abbreviate", "spelled_quantities", [*words])
    for task, convert in CONVERSIONS.items():
        converted = [(str(number), convert(number)) for number in integers_to_999()]
        yield _draft(task, "integers_to_999", [*converted])


def _draft(task: str, pool: str, rows: list[tuple[str, Answer]]) -> TaskDraft:
    identifier = f"{FAMILY}_{task}"
    return TaskDraft(
        id=identifier,
        descriptions=wordings(DESCRIPTIONS[task]),
        rows=list(balanced(rows, seed=identifier)) if task in LABEL_TASKS else rows,
        pool=pool,
        group=GROUPS.get(task, identifier),
        licence=LICENCE,
        source=SOURCE,
    )


DESCRIPTIONS = {
    "kind": """
        length, mass, time or volume?
        What does the unit measure? Answer length, mass, time or volume.
        Name the physical dimension of the quantity: length | mass | time | volume.
        12 km -> length, 12 kg -> mass, 12 h -> time, 12 l -> volume
        Please sort the measurement into one of the four kinds length, mass, volume and time.
        Is it about how long something is, how heavy, how much space it fills or how much time it takes? Say length, mass, volume or time.
        Classify quantities by what is being measured (mass, length, volume, time).
        My science sheet has columns titled length, mass, time and volume; which column gets this entry?
        Dimension of a value with unit, one lower-case word such as volume.
        Ignore the number, look at the unit and tell its category: time, length, mass, volume.
        Which basic property is given here? Options: mass, time, length, volume.
        Tag the measurement with its type, for instance "mass" for 5 lb.
        dimension (length / mass / time / volume)
        what kind of measure is it: length mass time or volume
        The lab's intake form has one box to tick per reading: mass for 20 g, time for 20 s, volume for 20 ml, length for 20 mm. Tick by writing the word.
        We don't need the tool or the unit's name; say which of the four magnitudes is measured, length, mass, time or volume.
        Does this tell how far (length), how heavy (mass), how much liquid (volume) or how long it lasts (time)? Answer with the word in brackets.
        Physics tutor sought: a value with its unit comes, and the pupil expects to hear volume, time, mass or length.
    """,
    "instrument": """
        ruler, scales, clock or jug?
        With what would you measure this? Answer ruler, scales, clock or jug.
        Pick the tool: ruler for distances, scales for weights, clock for durations, jug for liquids.
        30 cm -> ruler, 30 g -> scales, 30 min -> clock, 30 ml -> jug
        Please tell me which instrument to take out of the drawer for this quantity (clock, jug, ruler, scales).
        Kitchen and workshop helper: name the device that measures the given amount.
        I need to check this measurement. Do I grab the scales, the jug, the ruler or the clock?
        Choose among clock, jug, ruler and scales according to the unit.
        Measuring tool for a value with unit, in one word.
        A length wants a ruler, a weight wants scales; a volume wants a jug and a duration a clock. What does this want?
        Return the name of the object used for measuring it, e.g. jug for 2 gal.
        The right gadget for this unit, chosen from four: jug, clock, scales, ruler.
        tool: clock, jug, ruler or scales
        what do i measure this with - jug, clock, ruler, scales
        The apprentice is sent for the proper device: for 8 oz the scales, for 8 ft the ruler, for 8 h the clock, for 8 pt the jug. Send him for this quantity.
        Don't say length or mass; say the thing one takes in hand, be it ruler, scales, jug or clock.
        Four objects hang on the wall, a jug, a ruler, a clock and some scales. Which one could show this amount?
        Which instrument is to be used, please? Only "clock", "jug", "ruler" or "scales" I understand.
    """,
    "system": """
        metric or imperial?
        Does the unit belong to the metric or the imperial system?
        Label the quantity metric (like km, kg, l) or imperial (like mi, lb, gal).
        Answer metric if the unit is built from metre, gram or litre, otherwise imperial.
        Please say which system of measurement this comes from: imperial or metric.
        5 kg -> metric, 5 lb -> imperial
        Would a French or an old British recipe use this unit? Write metric for French and imperial for British.
        System of units, one word out of {metric, imperial}.
        I collect data from Europe and America, so mark the unit as metric or imperial.
        Is it a power-of-ten unit (metric) or a traditional English one (imperial)?
        Tell the family of the unit: metric for cm or ml, imperial for ft or oz.
        Binary classification of measurements, imperial versus metric.
        imperial / metric
        is that unit metric or imperial
        A hardware shop near the border has two aisles. In imperial one finds inches, pounds and pints, in metric one finds mm, kg and ml. Which aisle sells by this unit?
        Do not convert. The name of the system that the unit comes from, metric or imperial, is the whole reply.
        9 yd is imperial, 9 mm is metric. And this one?
        Would Napoleon's scientists have been proud of this unit (metric) or an English king (imperial)?
    """,
    "number_only": """
        number without unit
        Remove the unit and keep the number.
        What is the numeric value? 12 km -> 12
        Strip the unit from the measurement.
        Please give just the figure, not what it counts.
        Only digits in the answer, copied from the quantity.
        My spreadsheet column already says the unit, so return the bare value.
        Magnitude of the quantity as an integer.
        Cut off everything from the space on.
        How many of the unit are there? Reply with a plain number like 45.
        The amount, naked.
        Parse the measurement and output its numerical part.
        digits only, no unit
        just the nr without the unit pls
        The parking meter shows "45 min" but our program can only store 45. Hand over what it can store.
        Neither convert the figure nor repeat km, lb or whatever follows it.
        If someone asks "how many?" about this measurement, what figure is the honest reply?
        Of "60 ml" keep 60, of "7 yd" keep 7. From my text the cipher only, please.
    """,
    "symbol_only": """
        unit symbol only
        Remove the number and keep the unit as written.
        Which unit is used? 12 km -> km
        Strip the figure from the measurement.
        Please copy the abbreviation that follows the number.
        Only the letters in the answer, not spelled out.
        My table has a column for units in short form; fill it from the quantity.
        Cut off everything up to the space.
        Return the unit's symbol, e.g. lb, min or ft.
        The abbreviation of the unit, without any digits.
        Never mind how much. In what, abbreviated?
        Parse the measurement and output the short name of its unit.
        unit, no digits
        just the unit like its written, no nr
        Our form has the figure preprinted and leaves a small box for km, oz, min or the like. What goes into the box?
        Don't spell the unit in full and don't give the figure: the short sign is the answer.
        Of "60 ml" keep ml, of "7 yd" keep yd. From mine?
        A clerk reads measurements and notes in which unit each was taken, using the same short letters as the original.
    """,
    "spelled_out": """
        unit written out
        Write the quantity with the full name of the unit: 12 km -> 12 kilometres.
        Expand the abbreviation of the unit and keep the number in digits.
        How do you read the unit aloud? Repeat the measurement with the unit as a plural word.
        Please replace the symbol by the word it stands for, as in 5 lb -> 5 pounds.
        For readers who don't know short forms, write hours instead of h, grams instead of g, and so on.
        Unabbreviated measurement, number first.
        A newspaper does not print "40 mi" but "40 miles"; edit my quantity the same way.
        Turn symbols such as ml and oz into full plural names after the figure.
        Spell the unit, not the number.
        What is the long form of this measurement?
        Figure plus complete unit name in British spelling, e.g. 9 litres.
        full unit name, same number
        write the unit as a whole word, number stays digits
        Our audio guide cannot pronounce "60 ml" and stumbles over "7 yd". Rewrite them as 60 millilitres and 7 yards, and mine in the same manner.
        The figure stays in digits and isn't converted; it's the letters behind it that grow into a plural word.
        How would the quantity look in a children's book that avoids signs like kg or ft?
        Legal texts may not abbreviate units. Replace the sign by its name in the plural, e.g. 15 minutes.
    """,
    "twice_as_much": """
        double the quantity
        Give twice the amount in the same unit: 12 km -> 24 km.
        Multiply the number by two and keep the unit.
        What would two of these make together?
        Please double the measurement, e.g. 35 g becomes 70 g.
        I cook for twice as many guests; adapt the amount.
        The same again on top: how much is it in total?
        Return 2 x the value followed by its unit symbol.
        A second piece just like the first is added. State the sum with its unit.
        Two times this much.
        There and back again: if one way is this much, the return trip doubles it. Write the doubled quantity.
        Scale the quantity by a factor of 2.
        x 2, same unit
        double it pls, keep the unit
        The doctor raises the dose to two times the old one, so 45 mg is now 90 mg. Write the new dose.
        Do not change the unit, even when a larger one would fit; just make the figure twice as big.
        Identical twins both have this measure. What do they come to when added?
        For 8 ft answer 16 ft, for 60 ml answer 120 ml.
    """,
    "abbreviate": """
        abbreviate the unit
        Write the quantity with the unit's symbol: 12 kilometres -> 12 km.
        Replace the unit's full name by its short form and keep the number.
        How would the measurement appear on a label, where space is scarce?
        Please shorten the unit, for example 5 pounds to 5 lb.
        Use standard abbreviations such as min for minutes and ft for feet.
        Words for units in, symbols out, figure unchanged.
        An engineer's table does not spell out grams or litres. Rewrite the entry with the symbol.
        Compact notation of a measurement.
        Number, space, unit symbol.
        I type "40 miles" and want "40 mi"; the same for every other unit.
        Contract the name of the unit after the figure.
        short unit, same number
        write the unit short like km or lb, keep the nr
        Road signs have no room for words: 60 kilometres is painted 60 km and 7 yards 7 yd. What is painted for this?
        No plural s and no dot: the figure, a blank, then the recognised short sign of the unit.
        How does a scientist note this quantity, who writes ms for milliseconds and ml for millilitres?
        The unit is in words, please make it in its letters, like 9 h when I write 9 hours.
    """,
    "metres_to_centimetres": """
        metres to centimetres
        The number is a length in metres; give it in cm.
        How many centimetres are that many metres? 12 -> 1200 cm
        Multiply by one hundred and write cm behind the result.
        Please convert from m to cm, unit included in the answer.
        I measured in metres but the form asks for centimetres, like "300 cm".
        Metres in, centimetres out.
        A metre has a hundred centimetres. Express the given metres that way.
        Two zeros and cm are appended to the figure.
        Length conversion, m -> cm.
        If a rope is this many metres long, what is its length in cm?
        Return the value in centimetres for a value in metres, e.g. 7 gives 700 cm.
        m -> cm
        how many cm is that? input is metres, write like 300 cm
        Fabric reaches our shop by the metre and is sold by the centimetre. A bolt of 6 is labelled 600 cm; label this bolt.
        Millimetres are not asked for, nor metres: the figure times a hundred, a space, cm.
        A swimmer covers this many metres. State the distance in the unit found on a school ruler, with its sign.
        Architect's assistant: room widths come as whole metres and go on the plan as centimetres, 4 being 400 cm.
    """,
    "kilograms_to_grams": """
        kilograms to grams
        The number is a weight in kilograms; give it in g.
        How many grams are that many kilograms? 12 -> 12000 g
        Multiply by one thousand and write g behind the result.
        Please convert from kg to g, unit included in the answer.
        The scales show kilos, the recipe wants grams such as "3000 g".
        Kilos in, grams out.
        There are a thousand grams in a kilo. Express the given kilos that way.
        Three zeros and g are appended to the figure.
        Mass conversion, kg -> g.
        If a parcel weighs this many kilograms, what does it weigh in grams?
        Return the value in grams for a value in kilograms, e.g. 7 gives 7000 g.
        kg -> g
        how many g is that? input is kilos, write like 3000 g
        Flour is delivered by the kilogram and weighed out by the gram. A sack of 6 is labelled 6000 g; label this sack.
        Not tonnes, not pounds and no comma: the figure times a thousand, a space, g.
        A dog weighs so many kilos. What does a letter scale showing grams display, sign included?
        In the market he says kilos, at home my balance has only grams; say 2000 g for 2.
    """,
    "centimetres_to_metres": """
        centimetres to metres
        The number is a length in centimetres; give it in metres with two decimals.
        How many metres are that many centimetres? 342 -> 3.42 m
        Divide by one hundred, keep two places after the point and write m behind it.
        Please convert from cm to m, e.g. 85 to 0.85 m.
        My tape shows centimetres but the plan is drawn in metres (like "1.20 m").
        Centimetres in, metres out.
        Shift the decimal point two places to the left and add the unit m.
        A person's height in cm is the input; state it in metres.
        Length conversion, cm -> m.
        If a board is this many centimetres long, what is its length in m?
        Return the value in metres for a value in centimetres; 5 gives 0.05 m.
        cm -> m, 2 decimals
        how many m is that? input is cm, write like 1.85 m
        Athletes' heights are taken in centimetres and published in metres: 178 appears as 1.78 m. Publish this one.
        Don't drop trailing zeros (40 is 0.40 m) and don't use a comma; the result has two digits after the point.
        f"{cm / 100:.2f} m"
        A snail crawls this many centimetres. Give the way it made in metres, precise to the hundredth, sign m behind.
    """,
    "millimetres_to_centimetres": """
        millimetres to centimetres
        The number is a length in millimetres; give it in cm with one decimal.
        How many centimetres are that many millimetres? 342 -> 34.2 cm
        Divide by ten, keep one place after the point and write cm behind it.
        Please convert from mm to cm, e.g. 85 to 8.5 cm.
        The drawing is in millimetres but my ruler reads centimetres such as "12.0 cm".
        Millimetres in, centimetres out.
        Put a decimal point before the last digit and add the unit cm.
        Rainfall is reported in mm; restate it in centimetres.
        Length conversion, mm -> cm.
        If a screw is this many millimetres long, what is its length in cm?
        Return the value in centimetres for a value in millimetres; 5 gives 0.5 cm.
        mm -> cm, 1 decimal
        how many cm is that? input is mm, write like 4.5 cm
        Beetles are measured in millimetres, but the museum card wants centimetres: 47 becomes 4.7 cm. Fill in the card.
        Don't drop the zero (40 is 4.0 cm) and don't go on to metres; the result has one digit after the point.
        f"{mm / 10:.1f} cm"
        The carpenter thinks in millimetres and his customer in centimetres. Tell the customer the figure, tenths and sign included.
    """,
}
