"""Number words family: numbers below a thousand spelled out in several languages."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator

from training.catalogue.drafting import wordings
from training.catalogue.numbers import integers_to_999
from training.catalogue.source import TaskDraft, import_folder

FAMILY = "number_words"
PACKAGES = ("num2words==0.5.14",)
# The package is LGPL; the words that it prints are plain language.
LICENCE = "CC0-1.0"

LANGUAGES = {
    "english": "en",
    "french": "fr",
    "spanish": "es",
    "german": "de",
    "italian": "it",
    "dutch": "nl",
}


def spelling() -> Callable[..., str]:
    """Loads the function that spells numbers."""
    import_folder(PACKAGES[0])
    spell: Callable[..., str] = importlib.import_module("num2words").num2words
    return spell


def ordinal_suffix(number: int) -> str:
    """Gives the English ending of an ordinal numeral, such as nd for 2."""
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def drafts() -> Iterator[TaskDraft]:
    """Yields every task of the family."""
    spell = spelling()
    numbers = integers_to_999()
    words = {
        language: [(str(number), spell(number, lang=code)) for number in numbers]
        for language, code in LANGUAGES.items()
    }
    for language, rows in words.items():
        yield _draft(language, "integers_to_999", f"{FAMILY}_{language}", rows)
    for language in ("english", "french"):
        reverse = [(text, number) for number, text in words[language]]
        pool = f"{language}_number_words"
        yield _draft(f"{language}_to_digits", pool, f"{FAMILY}_{language}", reverse)
    ordinals = [(str(number), spell(number, to="ordinal")) for number in numbers]
    yield _draft("english_ordinal", "integers_to_999", f"{FAMILY}_ordinal", ordinals)
    numerals = [
        (str(number), f"{number}{ordinal_suffix(number)}") for number in numbers
    ]
    yield _draft("ordinal_numeral", "integers_to_999", f"{FAMILY}_ordinal", numerals)


def _draft(task: str, pool: str, group: str, rows: list[tuple[str, str]]) -> TaskDraft:
    return TaskDraft(
        id=f"{FAMILY}_{task}",
        descriptions=wordings(DESCRIPTIONS[task]),
        rows=rows,
        pool=pool,
        group=group,
        licence=LICENCE,
        source=PACKAGES[0],
    )


DESCRIPTIONS = {
    "english": """
        number in English words
        Write the number out in English, British style with "and": 342 -> three hundred and forty-two.
        How do you say this number in English?
        Spell the integer with English number words in lower case.
        Please turn these digits into words, for instance 58 into fifty-eight.
        I'm writing a cheque and must put the figure in English words on it.
        Digits to English text, hyphens between tens and ones.
        Read the numeral aloud for an English speaker and note what you say.
        Verbalise the quantity (English).
        An English copy editor wants numbers spelled out; do that here.
        Return the English cardinal, e.g. 7 -> seven.
        Instead of figures, use the words taught in an English primary school.
    """,
    "french": """
        number in French words
        Écris le nombre en toutes lettres.
        How do you say this number in French?
        Spell the integer in French, in lower case: 21 -> vingt et un.
        Please translate the digits into French number words.
        I'm practising for a market in Paris and want to hear the price as a French person says it, written in letters.
        Digits to French text, the standard way with soixante-dix and quatre-vingts.
        Return the French cardinal, e.g. 7 -> sept.
        Quel est ce nombre en français, en lettres ?
        Verbalise the quantity for a francophone reader.
        On a French cheque the sum has to be written out in words. Write this one.
        Use the words un, deux, trois and so on to express the figure.
    """,
    "spanish": """
        number in Spanish words
        Escribe el número con palabras.
        How do you say this number in Spanish?
        Spell the integer in Spanish: 21 -> veintiuno.
        Please translate the digits into Spanish number words, lower case with accents.
        Counting for a class in Madrid: uno, dos, tres, ... Write the number I give the same way.
        Digits to Spanish text.
        Return the Spanish cardinal, e.g. 7 -> siete.
        ¿Cómo se dice esta cifra en español?
        My friend in Mexico reads out raffle tickets; write what is heard for this one.
        Verbalise the quantity in the language of Spain.
        Take the figure and express it in letters as a Spanish dictionary would.
    """,
    "german": """
        number in German words
        Schreibe die Zahl in Worten.
        How do you say this number in German?
        Spell the integer in German as one word: 21 -> einundzwanzig.
        Please translate the digits into German number words.
        Digits to German text, small letters, ones before tens.
        Return the German cardinal, e.g. 7 -> sieben.
        Wie heißt diese Zahl auf Deutsch, ausgeschrieben?
        For a contract in Vienna the amount must appear in letters too; give those letters.
        Verbalise the quantity for a German reader.
        Eins, zwei, drei ... continue in that language up to my number and write only it.
        Take the figure and express it as a long German compound.
    """,
    "italian": """
        number in Italian words
        Scrivi il numero in lettere.
        How do you say this number in Italian?
        Spell the integer in Italian: 21 -> ventuno.
        Please translate the digits into Italian number words, joined together.
        Uno, due, tre ... the number I type should be written in that language.
        Digits to Italian text.
        Return the Italian cardinal, e.g. 7 -> sette.
        Come si scrive questa cifra in italiano?
        A waiter in Rome calls out the table number; write down the words.
        Verbalise the quantity in the language of Dante.
        I learn Italian numerals and need the solution in letters for each figure.
    """,
    "dutch": """
        number in Dutch words
        Schrijf het getal in letters.
        How do you say this number in Dutch?
        Spell the integer in Dutch: 21 -> eenentwintig.
        Please translate the digits into Dutch number words, lower case.
        Een, twee, drie ... write my number in that language.
        Digits to Dutch text, ones before tens.
        Return the Dutch cardinal, e.g. 7 -> zeven.
        Hoe schrijf je dit getal voluit in het Nederlands?
        The tram conductor in Amsterdam announces a line number; put what is said in letters.
        Verbalise the quantity for readers in the Netherlands.
        From figure to word as in a Dutch spelling book.
    """,
    "english_to_digits": """
        English number words to digits
        Write the spelled-out number in figures.
        Which number is this? Answer in digits: three hundred and forty-two -> 342.
        Parse the English number phrase into an integer.
        Please convert the words back to a numeral.
        Someone dictated a number in English; type it on a keypad.
        Words in, digits out (English).
        Return the numeric value of the phrase, e.g. fifty-eight gives 58.
        My spreadsheet cannot sort "seventy" and "twelve", so give me 70 and 12 instead.
        Replace number words by the Arabic numeral.
        What would the amount in words on an English cheque be in figures?
        Inverse text normalisation of an English cardinal.
    """,
    "french_to_digits": """
        French number words to digits
        Écris ce nombre en chiffres.
        Which number is this French phrase? Answer in digits: vingt et un -> 21.
        Parse the number written in French into an integer.
        Please tell me the figure behind these French words.
        A shopkeeper in Lyon wrote the price in letters; type it with digits.
        Mots en entrée, chiffres en sortie.
        Return the numeric value, e.g. quatre-vingts gives 80.
        I don't read French. What numeral does this stand for?
        Decode French cardinals such as soixante-dix to Arabic numerals.
        Convert the French number words back to the figure.
        From a French cheque: the sum in letters is given, the sum in figures is wanted.
    """,
    "english_ordinal": """
        English ordinal in words
        Write the ordinal of the number in words: 3 -> third, 21 -> twenty-first.
        If somebody finishes a race in this position, in which place do they come? Spell it out.
        Turn the cardinal digits into a spelled English ordinal.
        Please give me the ranking word, such as forty-second for 42.
        First, second, third ...: which of these words belongs to the number?
        Digits to ordinal words, lower case, no figures.
        Return the English ordinal number written in letters.
        This is the n-th customer today. Say n-th in words.
        A speech mentions anniversaries in words; write the one with this number, e.g. 50 -> fiftieth.
        Spell the position in a queue.
        How do you read "no. 5 in line" as an ordinal? Like fifth. Do this for my number.
    """,
    "ordinal_numeral": """
        ordinal with st, nd, rd or th
        Add the right English ordinal ending to the digits: 3 -> 3rd.
        Write the number as an abbreviated ordinal like 21st or 48th.
        Which suffix does the number take? Return number and suffix together.
        Please append st, nd, rd or th, whichever is correct.
        Keep the figures and make them a rank: 12 -> 12th, 102 -> 102nd.
        I print certificates and need the place in short form (1st, 2nd, 3rd, 4th).
        Ordinal numeral in figures.
        Number to nth notation.
        The floor buttons in my lift say 5, the sign says 5th. Make the sign for the number.
        Digits stay, two letters come after them.
        Produce the compact ordinal used in dates and rankings, for example 33rd.
    """,
}
