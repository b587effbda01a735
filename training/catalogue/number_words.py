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
        123 -> English words
        write the nr in words, english
        Wedding invitations spell every figure: 58 guests are fifty-eight guests, 342 are three hundred and forty-two. Spell this figure.
        No ordinals (not fifth but five), no digits, all in small letters, "and" after the hundreds as in Britain.
        What does the lottery presenter in London say on drawing the ball with this number?
        A ghostwriter must turn 19 into nineteen and 601 into six hundred and one. Turn this one.
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
        123 -> French words
        write the nr in words, french
        The notary in Rouen writes each sum in letters, 58 as cinquante-huit. Write the sum he has before him.
        Neither Belgian septante nor English; the number as it is spelled in France.
        What does the lottery presenter in Paris say on drawing the ball with this number? Lower case.
        Nombre en chiffres, réponse en lettres: 16 donne seize.
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
        123 -> Spanish words
        write the nr in words, spanish
        The notary in Granada writes each sum in letters, 58 as cincuenta y ocho. Write the sum he has before him.
        Not in Portuguese or Italian and not as an ordinal: the plain Spanish counting word or words.
        What does the lottery presenter in Madrid sing on drawing the ball with this number? Lower case.
        Número en cifras, respuesta en letras: 16 da dieciséis.
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
        123 -> German words
        write the nr in words, german, lowercase
        The notary in Leipzig writes each sum in letters, 58 as achtundfünfzig. Write the sum he has before him.
        Not in Dutch, not with blanks or hyphens: the number as Germans write it, unbroken and small.
        What does the lottery presenter in Frankfurt say on drawing the ball with this number?
        Zahl in Ziffern, Antwort in Buchstaben: 16 ergibt sechzehn.
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
        123 -> Italian words
        write the nr in words, italian, lowercase
        The notary in Siena writes each sum in letters, 58 as cinquantotto. Write the sum he has before him.
        Not in Spanish and not with blanks: the number as Italians spell it, all one word.
        What does the bingo caller in Naples shout on drawing the ball with this number?
        Numero in cifre, risposta in lettere: 16 dà sedici.
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
        123 -> Dutch words
        write the nr in words, dutch, lowercase
        The notary in Delft writes each sum in letters, 58 as achtenvijftig. Write the sum he has before him.
        Don't mistake it for German: what's wanted is how people in Holland and Flanders spell the number.
        What does the lottery presenter in Hilversum say on drawing the ball with this number?
        Getal in cijfers, antwoord in letters: 16 wordt zestien.
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
        English words -> 123
        give me the digits for this number written in english
        Witnesses speak numbers in words and our form has boxes for digits. Somebody said six hundred and one; 601 went into the boxes. Fill the boxes.
        Do not write a word back; figures only, without comma or unit.
        On which page should the book be opened if the page number is read to you like this in English?
        The phrase is an amount in English letters. Please to make the cipher, e.g. nineteen is 19.
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
        French words -> 123
        give me the digits for this number written in french
        A witness from Toulouse speaks numbers in words and our form has boxes for digits. He said cinquante-huit; 58 went into the boxes. Fill the boxes.
        Do not translate into English words; Arabic figures only.
        À quelle page faut-il ouvrir le livre ? The page is given in French letters, give it in figures.
        Careful with quatre-vingt-dix, which is 90: add and multiply the parts and note the total in digits.
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
        123 -> ordinal word
        write it as an ordinal in letters, like twelfth
        Chapter headings in our novel run "first", "second", up to "one hundred and eighth". Write the heading word for this chapter number.
        Neither 5th nor five will do; what is needed is fifth, and likewise for the number typed, all in letters.
        On the how-many-eth floor of the tower does the lift stop? Answer in a word such as thirtieth.
        A herald announces kings by number: for 14 he cries fourteenth. What does he cry now?
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
        123 -> 123rd
        put st nd rd or th after the nr
        Calendars abbreviate days, so 1 is printed 1st, 2 is 2nd, 11 is 11th. Print this one in the same way, however large it be.
        Do not spell the ordinal in letters; digits come first and the two-letter ending follows without a space.
        How is this place written on a ranking table, e.g. 53rd or 60th?
        Street signs in New York: they take the number and hang on the ending, making 42nd out of 42. What sign for this street?
    """,
}
