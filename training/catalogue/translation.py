"""Translation family: names of countries, languages, days and months in Europe."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from training.catalogue.drafting import balanced, wordings
from training.catalogue.source import Answer, TaskDraft, import_folder

FAMILY = "translation"
BABEL = "babel==2.18.0"
PACKAGES = (BABEL,)

Rows = list[tuple[str, Answer]]

COUNTRY_LANGUAGES = ("fr", "de", "es", "it", "pt", "nl")
LANGUAGE_LANGUAGES = ("fr", "de", "es", "nl")
# The mixed lists use other languages, so that they repeat no row of another task.
MIXED_LANGUAGES = {
    "sv": "Swedish",
    "pl": "Polish",
    "fi": "Finnish",
    "tr": "Turkish",
    "hu": "Hungarian",
    "ro": "Romanian",
}
# How each language joins weekday, day and month.
DATE_PATTERNS = {
    "fr": "{weekday} {day} {month}",
    "de": "{weekday}, {day}. {month}",
    "es": "{weekday}, {day} de {month}",
    "it": "{weekday} {day} {month}",
}
_NUM_DATES = 320

DESCRIPTIONS = {
    "country_fr": """
        Country name in French.
        Translate the name of the country from English to French.
        How do the French call this country? Write only the name, with its accents.
        Germany -> Allemagne, Sweden -> Suède, Japan -> Japon. Next country, please.
        You get an English country name and return the name printed on a map made in Paris.
        I fill in forms for a French embassy and need each country in French.
        Output the French exonym of the given state or territory.
        Which word would a newspaper such as Le Monde use for this country?
        en -> fr, countries and territories
        Please give me the French for this place, without the article.
        English geography to French geography, one name at a time.
        Rewrite the country as a French speaker would spell it.
        FR country name
        whats this country in french, just the name
        The Olympic teams march in behind French signboards. Read the English name, write the signboard: Spain walks behind Espagne.
        No article, no capital city, no German or Spanish: the country, by its French name.
        Comment dit-on en français ? A land in English is given, its French name is the reply.
        Postal clerk in Marseille: a parcel from London names its destination in English, and the sorter needs the French word.
    """,
    "country_de": """
        English to German for a single country.
        Put the English name of a country into German.
        What is this country called in Berlin? Answer with the German name.
        France becomes Frankreich and Hungary becomes Ungarn; do likewise with the country I send.
        An atlas is to be published in Germany: supply the German label for the land.
        Please write the German word for the country.
        Deutsche Bezeichnung of the country named in English.
        My pen friend in Munich asks where I have travelled, so convert my list of countries to German.
        A gazetteer for German tourists lists every state; write the entry.
        Say the name of the place auf Deutsch.
        State the German equivalent of the English country name, nothing more.
        Translate to German: one country per line.
        DE country name
        whats this country in german, just the name
        Swiss Federal Railways print their German brochure; the destinations reach us in English. Austria is to become Österreich, and so forth.
        Neither Dutch nor French, and without der, die or das: the country as German has it.
        Wie heißt das Land? English name goes in, deutscher Name comes out.
        Sports reporter for a Hamburg daily wanted, able to write Spanien on reading Spain and Griechenland on reading Greece.
    """,
    "country_es": """
        Spanish: name this country.
        Give the Spanish name of the country.
        How would a Spaniard write the name of this land? Mind the accents.
        Spain -> España, Germany -> Alemania, Norway -> Noruega
        A travel agency in Madrid wants its destinations in Spanish. Convert the English name.
        Translate English country names into Spanish.
        ¿Cómo se llama en español? Answer with the name of the given country.
        Please tell me what this territory is called in Spanish, in a word or two.
        Spanish version of one item in a list of nations.
        I label a globe for a school in Seville, country by country; give me the text of the label.
        Return the Castilian form of the country name.
        From the English word for a nation to the Spanish word for the same nation.
        ES country name
        whats this country in spanish, just the name
        Visa forms at the consulate in Bogotá must state the traveller's country in Spanish: Francia for France, Alemania for Germany.
        Not Portuguese and not Italian, and no article before it: only how Spanish names this state.
        Geography test in a Buenos Aires school: the teacher says the country in English and the class writes it in its own language.
        Nombre del país en español, please, from the English one.
    """,
    "country_it": """
        Country name in Italian.
        Write the country as Italians call it.
        What does one say for this country in Rome? Reply in Italian with just the name.
        Turn English country names into Italian ones, such as Germany into Germania and Sweden into Svezia.
        Supply the Italian translation of a state or territory.
        Come si dice? The English name of a country goes in, the Italian name comes out.
        For an Italian weather report I need the names of the countries; please translate this one.
        Italian place label for the country, no comment.
        Spell the name of the land the Italian way.
        A Milan football magazine lists the national teams. Under which name does this country appear?
        Country, English to Italian, without any article.
        Please answer with the Italian word for the place.
        IT country name
        whats this country in italian, just the name
        The Venice film festival lists where each film comes from, in Italian: Spagna, Francia, Giappone. Enter the country I name in English.
        Neither Spanish nor French names are of use here; Italian ones are, free of articles.
        Nome del paese in italiano, starting from its English name.
        A Naples coffee importer relabels sacks from all over the world. Read the English origin and write the Italian.
    """,
    "country_pt": """
        Portuguese word for a country.
        Translate the English country name into Portuguese.
        How do people in Brazil write the name of this country?
        Germany -> Alemanha, Switzerland -> Suíça, Egypt -> Egito
        Which Portuguese word names the given nation? Output it alone.
        I'm preparing a quiz in Portuguese about the world. Give me the Portuguese name of each country.
        Portuguese geography lesson: read the English word, write the Portuguese one.
        Please convert the place name to the language of Lisbon and Rio.
        Write down what the country is called by Portuguese speakers.
        A passport office in São Paulo enters the country of birth; what will it type?
        Your output should be how Angolans or Portuguese name the nation.
        Name this state in Portuguese with the correct accents and tildes.
        PT country name
        whats this country in portuguese, just the name
        The World Cup album sold in Rio prints Alemanha on the page of Germany and Espanha on that of Spain. Which title has the page of this team?
        Not the Spanish but the Portuguese name of the state, without o or a before it.
        Nome do país em português, given the English one.
        A Lisbon cruise line wants its ports of call sorted by country; rename each country from English for Portuguese passengers.
    """,
    "country_nl": """
        Country name in Dutch.
        Say which name the Dutch use for this country.
        Translate the country from English to Dutch.
        Germany = Duitsland, Austria = Oostenrijk, so what is the next country in Dutch?
        Give the Nederlandse naam for the English name of a country or territory.
        What would be printed on a Dutch map? Write the name of the land in Dutch.
        Please render the country name in the language of Amsterdam.
        Dutch spelling of a state or island group, please, nothing added.
        An Antwerp shop ships parcels abroad. Provide the Dutch spelling of the destination.
        I'm learning Dutch geography and type an English name to get the Dutch one.
        Output the Dutch counterpart of the nation mentioned.
        Turn the English place name into Dutch and leave out everything else.
        NL country name
        whats this country in dutch, just the name
        Schiphol airport announces flights for Dutch families: Spain is called Spanje, Greece Griekenland. Announce the country.
        Don't give me the German name, the Dutch one is needed, without het or de.
        Hoe heet dit land in het Nederlands? I type it in English.
        A flower auction near Leiden ships to the whole world; write the buyer's country, known in English, on the Dutch waybill.
    """,
    "language_fr": """
        Language name in French.
        How do you say the name of this language in French?
        Translate the English word for a language into French, in small letters as the French write it.
        German -> allemand, Greek -> grec
        A library in Lyon sorts its books by language; give the French word for the language.
        Write the French name of the given tongue.
        French glossary entry for the language.
        Please complete in French: "Je parle ..." with the language I name in English.
        What is this language called by speakers of French? One word if possible.
        I'm writing my CV in French and list the languages I know; convert each of them.
        From English glossonym to French glossonym.
        Return the lower-case French term for the language.
        FR language name
        whats this language called in french, lowercase
        Subtitles on a French streaming service are chosen from a menu: anglais, espagnol, russe. Write the menu item for the English name I give.
        No article and no capital: a language, as the French write it.
        Langue parlée, nom en français, e.g. Italian gives italien.
        The interpreter's badge in Strasbourg says in French which tongue she works in; her file says it in English. Write the badge.
    """,
    "language_de": """
        The language, named in German.
        Say in German which language this is.
        Give the German noun for the language, e.g. Italian -> Italienisch.
        What do Germans call this tongue? Answer with its German name.
        Convert names of languages, English to German.
        Please finish the sentence "Ich lerne ..." for the language named.
        For the language menu of a German web page, write the entry that stands for the English name.
        Localise one line of a language picker into German.
        The evening school in Vienna offers courses in many languages. What is this course called there?
        Output the German designation of the language, capitalised.
        Tell me the word used in Germany for the language with this English name.
        Name the language auf Deutsch.
        DE language name
        whats this language called in german, with capital
        The Goethe reading room labels shelves Englisch, Spanisch, Russisch. Which label goes on the shelf for the language I name in English?
        Not the adjective in small letters and not the country; the capitalised German noun for the tongue.
        Name der Sprache auf Deutsch, for example Norwegian gives Norwegisch.
        Court interpreters in Cologne are listed by language in German. The request came in English, so translate the name of the tongue.
    """,
    "language_es": """
        Spanish term for a language.
        Write the Spanish word for this language.
        Translate language names from English into Spanish; French becomes francés.
        How is the language called in Spain? Use lower case.
        ¿Qué idioma es? Answer with the Spanish name of the language given in English.
        Please provide the Spanish term for the tongue I mention.
        Spanish label of an idiom of the world, such as alemán for German.
        A translator's website needs a Spanish list of languages; convert the given entry.
        Complete "Hablo ..." with the right language name.
        Put the name of the language into the language of Cervantes.
        Return how a Mexican would write the name of this language.
        English name of a language in, Spanish name out.
        ES language name
        whats this language called in spanish, lowercase
        A call centre in Lima asks which language the customer speaks and files inglés, ruso, italiano. The customer's language reaches you in English; file it.
        Neither the country nor a capital letter: the idiom as Spaniards name it.
        Nombre del idioma en español, e.g. German gives alemán.
        The Barcelona tourist office sorts audio guides by language with Spanish stickers; compose the sticker.
    """,
    "language_nl": """
        Language name in Dutch.
        Which word do the Dutch use for this language?
        Give the Dutch name of the language, for instance German -> Duits.
        Translate into Dutch the name of the language.
        Please complete the Dutch sentence "Ik spreek ..." with the language I give in English.
        What would this language be called on a Dutch dictionary's cover?
        The thing people speak, named the Dutch way.
        My app is being localised for the Netherlands. Supply the Dutch entry for this item of the language menu.
        State the language in Dutch.
        Convert one English language name to its Dutch counterpart with a capital letter.
        A school in Utrecht teaches many tongues; tell me how it writes the name of this one.
        Output the name that Dutch speakers have for the given tongue.
        NL language name
        whats this language called in dutch, with capital
        The museum in The Hague offers audio tours: Engels, Frans, Spaans. Which button belongs to the language I state in English?
        The German spelling is wrong here; it must be the Dutch name of the tongue, with a capital.
        Naam van de taal in het Nederlands, e.g. Italian gives Italiaans.
        A Rotterdam employer notes the languages of applicants in Dutch. Their CV says it in English; write the note.
    """,
    "date_fr": """
        Date in French words: weekday, day, month.
        Translate the day and month names of the date into French, e.g. Monday 5 May -> lundi 5 mai.
        How would this date be written in a French diary?
        Write the date the French way, all in small letters, with the day number unchanged.
        Please put "weekday number month" into French.
        The invitation goes to guests in Bordeaux. Give the date in their language.
        Swap the English weekday and month for French ones around the same number.
        Convert the weekday to lundi, mardi, ... and the month to janvier, février, ...
        calendar line, from English into French
        I am booking a hotel in Nice by letter and need to name the day in French.
        Render the given calendar day as a French newspaper would print it, without a year.
        What does the date say in French?
        FR date
        day and date in french, all lowercase, no year
        The cheese fair in Dijon is on a day I know in English; the poster says it in French, like "mardi 14 avril". What will be on it?
        No comma, no "le", no year: weekday, number, month, each name in French.
        Jour et mois en français, given for example Sunday 20 July, resulting in dimanche 20 juillet.
        Train ticket, Lille counter: the passenger says the day in English, the clerk repeats it in French. Write what the clerk says.
    """,
    "date_de": """
        German calendar date.
        Translate the date into German with a comma after the weekday and a full stop after the number.
        Monday 5 May -> Montag, 5. Mai. Treat the next date likewise.
        How does a German calendar show this day?
        Please write the date in German, as in "Freitag, 20. Juni".
        The meeting is in Hamburg, so tell me the English date as the colleagues there would put it.
        Convert English weekdays to Montag, Dienstag, ... and months to Januar, Februar, ...
        Day and month go from English to German, the numeral gets a dot.
        Express this weekday, day and month auf Deutsch.
        My German landlady asks on which day I arrive. I give the date in English, you give it in German.
        Return the German spelling of the calendar day.
        Localise the date for Germany, without a year.
        DE date
        day and date in german, comma after weekday, dot after nr
        The beer garden in Munich opens on a day I know in English; its sign says it in German, like "Dienstag, 14. April". What will be on it?
        Don't forget the comma nor the point: Sonntag, 20. Juli is how Sunday 20 July has to come out.
        Datum auf Deutsch mit Wochentag, from the English one.
        The dentist's assistant in Stuttgart writes an appointment card for an English patient's date; give the German wording on the card.
    """,
    "date_es": """
        Date in Spanish words: weekday, day, month.
        Translate the date into Spanish using "de" before the month.
        Monday 5 May -> lunes, 5 de mayo. And the given date?
        How do Spaniards write this day? Keep the number and put the names in Spanish.
        Please turn the English weekday, number and month into a Spanish date.
        A ticket for a concert in Valencia shows the date; write what it shows.
        Convert to Spanish: lunes, martes, ... for days and enero, febrero, ... for months.
        Spanish wording of day plus month, number kept.
        I must tell my Spanish teacher when I will be away. Say the date in Spanish for me.
        Output the day in the pattern "weekday, number de month" with Spanish names.
        Localise the date for readers in Spain and Latin America.
        What is this date en español?
        ES date
        day and date in spanish, comma after weekday and "de" b4 the month
        The bullring museum in Ronda closes on a day I know in English; the notice has it in Spanish, like "martes, 14 de abril". Write the notice.
        All in small letters, with a comma behind the weekday and without a year: domingo, 20 de julio for Sunday 20 July.
        Fecha en español con día de la semana, from the English one.
        The lawyer in Bilbao dates the hearing in Spanish, having got the date in English. How is it dated?
    """,
    "date_it": """
        Italian: day of the week, number, month.
        Write the date as Italians do, for example lunedì 5 maggio.
        Translate weekday and month into Italian and leave the number as it is.
        Which words would an Italian calendar use for this day?
        Please give the English date in Italian, in lower case.
        I'm reserving a table in Florence. How do I name the date there?
        Convert to Italian: lunedì, martedì, ... for days and gennaio, febbraio, ... for months.
        Take the English day of the year and dress it in Italian.
        Say on which day it is, in italiano.
        The English programme of the festival must be printed in Italian; translate the date of the show.
        Return the Italian version of a date without a year.
        Localise weekday, day and month for Italy.
        IT date
        day and date in italian, lowercase, no comma
        The opera in Verona begins on a day I know in English; the ticket has it in Italian, like "martedì 14 aprile". Write the ticket's line.
        Neither "il" nor comma nor year: giorno, numero, mese, e.g. domenica 20 luglio for Sunday 20 July.
        Data in italiano con il giorno della settimana, from the English one.
        The plumber in Bologna can come on this day, my English neighbour says. Confirm the day to him in his Italian.
    """,
    "name_language": """
        Language of the country name.
        In which language is this country name written: Swedish, Polish, Finnish, Turkish, Hungarian or Romanian?
        Recognise the language of a geographic name. Österrike is Swedish, Szwecja is Polish, Ranska is Finnish.
        I found a word on an old map and know it names a country. Tell me the language it is in.
        Please identify the language and answer with its English name.
        Language identification for single country names, six classes.
        Which of these six languages - Finnish, Hungarian, Polish, Romanian, Swedish, Turkish - has this form of the name?
        Look at the spelling of the land and say what tongue it belongs to.
        name of the language of the input
        The map was printed in Stockholm, Warsaw, Helsinki, Ankara, Budapest or Bucharest. Judge by the name and output the matching language.
        Do not translate the country; only report which language was used to name it.
        Who would write the country like this? Give the language in English.
        Which tongue is it in? (English word for it)
        is this country name swedish, polish, finnish, turkish, hungarian or romanian
        Six embassies sent us lists of countries and the covers got lost. Tell from the single word who sent it: Finnish, Hungarian, Polish, Romanian, Swedish or Turkish.
        We don't want the country in English; the answer is a language, for example Hungarian for Svédország or Turkish for Almanya.
        Letters like ő, ł, å, ş or ț and the typical endings betray the source language. State it with a capital, e.g. Romanian.
        Linguist wanted who reads a foreign word for a land and says "that's Polish" or "that's Finnish"; only the language's name is noted.
    """,
    "country_to_english": """
        Country name in English.
        Translate the foreign country name into English.
        What is this country called in English? The input may be Swedish, Polish, Finnish, Turkish, Hungarian or Romanian.
        Tyskland -> Germany, Szwecja -> Sweden, Ranska -> France
        I read a foreign map. Give me the English name of each country on it.
        Whatever European language the name is in, output the English one.
        Please decode the name of the land for an English reader.
        Return the English exonym for the state named in another language.
        to English, countries and territories
        The letter has a foreign stamp with a country on it. Which country is that, in English?
        Convert the place name back to the way people in London write it.
        Find out which nation is meant and name it in English.
        -> English country
        what country is that in english
        Letters from six embassies (Ankara, Warsaw, Stockholm, Helsinki, Budapest, Bucharest) mention lands by local names. File them under the English name.
        We know it's a foreign word and don't care which tongue it is in; what country it means, in English, is the question.
        Németország, Niemcy, Almanya and Saksa are all filed as Germany. File the next name.
        The atlas of my grandmother is not in English. Please which country she calls so?
    """,
}


@cache
def _locale(code: str) -> Any:
    """Loads one locale; Babel is imported late because it comes from a wheel."""
    import_folder(BABEL)
    from babel import Locale

    return Locale.parse(code)


@lru_cache(maxsize=1)
def country_codes() -> tuple[str, ...]:
    """Codes of the countries and territories with a short name in all languages."""
    names = _locale("en").territories
    return tuple(
        code
        for code in sorted(names)
        if len(code) == 2
        and code.isalpha()
        and code not in ("EU", "UN", "EZ", "QO", "XA", "XB", "ZZ")
        and all(
            len(_locale(language).territories.get(code, "-" * 99)) <= 32
            and "(" not in _locale(language).territories[code]
            for language in ("en", *COUNTRY_LANGUAGES, *MIXED_LANGUAGES)
        )
    )


def _country_rows(language: str) -> Rows:
    english, other = _locale("en").territories, _locale(language).territories
    return [(english[code], other[code]) for code in country_codes()]


def _language_rows(language: str) -> Rows:
    """Yields languages with a code of two letters, then well-known longer ones."""
    english, other = _locale("en").languages, _locale(language).languages
    codes = sorted(
        (code for code in english if len(code) <= 3), key=lambda c: (len(c), c)
    )
    known = [
        code
        for code in codes
        if all(code in _locale(each).languages for each in LANGUAGE_LANGUAGES)
        and english[code].isalpha()
    ]
    rows = {english[code]: other[code] for code in known}
    return list(rows.items())[:230]


def _date_rows(language: str) -> Rows:
    generator = random.Random(f"{FAMILY}/dates")
    english, other = _locale("en"), _locale(language)
    rows: dict[str, str] = {}
    while len(rows) < _NUM_DATES:
        # French writes the first of a month differently, so days start at two.
        weekday, month = generator.randrange(7), generator.randrange(1, 13)
        day = generator.randrange(2, 29)
        names = english.days["format"]["wide"], english.months["format"]["wide"]
        rows[f"{names[0][weekday]} {day} {names[1][month]}"] = DATE_PATTERNS[
            language
        ].format(
            weekday=other.days["format"]["wide"][weekday],
            day=day,
            month=other.months["format"]["wide"][month],
        )
    return list(rows.items())


def _foreign_names() -> Iterator[tuple[str, str, str]]:
    """Yields names used in one language only, that language and the English name."""
    english = _locale("en").territories
    uses = Counter(
        _locale(language).territories[code]
        for language in ("en", *COUNTRY_LANGUAGES, *MIXED_LANGUAGES)
        for code in country_codes()
    )
    for language, its_name in MIXED_LANGUAGES.items():
        for code in country_codes():
            name = _locale(language).territories[code]
            if uses[name] == 1:
                yield name, its_name, english[code]


def _rows() -> Iterator[tuple[str, str, Rows]]:
    """Yields the name, the pool and the rows of every task."""
    for language in COUNTRY_LANGUAGES:
        yield f"country_{language}", "country_names", _country_rows(language)
    for language in LANGUAGE_LANGUAGES:
        yield f"language_{language}", "language_names", _language_rows(language)
    for language in DATE_PATTERNS:
        yield f"date_{language}", "english_dates", _date_rows(language)
    named = list(_foreign_names())
    random.Random(f"{FAMILY}/foreign").shuffle(named)
    pool = "foreign_country_names"
    labelled = [(name, language) for name, language, _ in named]
    rows = list(balanced(labelled, seed=f"{FAMILY}/name_language", at_most=360))
    yield "name_language", pool, rows
    english = {name: country for name, _, country in named}
    yield "country_to_english", pool, [(name, english[name]) for name, _ in rows]


def drafts() -> Iterator[TaskDraft]:
    """Yields the tasks of this family."""
    for task, pool, rows in _rows():
        # The two tasks on foreign names are made from one table.
        group = pool if pool == "foreign_country_names" else task
        yield TaskDraft(
            id=f"{FAMILY}_{task}",
            descriptions=wordings(DESCRIPTIONS[task]),
            rows=rows,
            pool=pool,
            group=f"{FAMILY}_{group}",
            licence="Unicode-3.0",
            source="babel 2.18.0 (CLDR)",
        )
