"""Country facts family: capitals, codes, languages and places of countries."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

from training.catalogue.drafting import balanced, unambiguous, wordings
from training.catalogue.source import Answer, TaskDraft, open_wheel

FAMILY = "country_facts"
PACKAGES = ("countryinfo==1.0.1",)
LICENCE = "MIT"
SMALLEST_POPULATION = 50_000
NEAR_EQUATOR_DEGREES = 4
NEAR_MERIDIAN_DEGREES = 5

# Values are JSON of many shapes; every field is checked where it is read.
Country = dict[str, Any]

RENAMED_OR_DISPUTED = frozenset(
    {
        "Western Sahara", "Swaziland", "Serbia and Montenegro", "Macau", "Hong Kong",
        "Republic of Macedonia",
    }
)  # fmt: skip
DISPUTED_CAPITALS = frozenset({"Israel", "Palestine", "Sri Lanka"})
CAPITALS = {
    "Bolivia": ("Sucre", "La Paz"),
    "Burundi": ("Gitega", "Bujumbura"),
    "Kazakhstan": ("Astana", "Nur-Sultan"),
    "United States": ("Washington, D.C.", "Washington", "Washington D.C."),
}
REPLACED_CURRENCIES = frozenset(
    {"BYR", "HRK", "ZMK", "VEF", "STD", "MRO", "SLL", "BGN", "EEK", "LTL", "LVL"}
)
BORROWED_DEMONYMS = frozenset(
    {
        "Martinique", "Mayotte", "Réunion", "Northern Mariana Islands", "Djibouti",
        "Jersey", "Guernsey", "Tajikistan", "Kyrgyzstan",
    }
)  # fmt: skip
LANDLOCKED = frozenset(
    {
        "AF", "AM", "AD", "AT", "AZ", "BY", "BT", "BO", "BW", "BF", "BI", "CF",
        "TD", "CZ", "ET", "HU", "KZ", "KG", "LA", "LS", "LI", "LU", "MW", "ML",
        "MD", "MN", "NP", "NE", "MK", "PY", "RW", "RS", "SM", "SK", "SS", "SZ",
        "CH", "TJ", "TM", "UG", "UZ", "VA", "XK", "ZM", "ZW",
    }
)  # fmt: skip
LANGUAGES = {
    "en": "English", "es": "Spanish", "ar": "Arabic", "fr": "French", "pt": "Portuguese",
    "de": "German", "zh": "Chinese", "ko": "Korean", "ro": "Romanian", "nl": "Dutch",
    "sq": "Albanian", "bn": "Bengali", "dz": "Dzongkha", "ms": "Malay", "bg": "Bulgarian",
    "km": "Khmer", "hr": "Croatian", "da": "Danish", "et": "Estonian", "am": "Amharic",
    "ka": "Georgian", "el": "Greek", "kl": "Greenlandic", "hu": "Hungarian",
    "is": "Icelandic", "id": "Indonesian", "fa": "Persian", "it": "Italian",
    "ja": "Japanese", "lo": "Lao", "lv": "Latvian", "lt": "Lithuanian",
    "mk": "Macedonian", "dv": "Dhivehi", "mn": "Mongolian", "my": "Burmese",
    "ne": "Nepali", "pl": "Polish", "ru": "Russian", "rs": "Serbian", "sk": "Slovak",
    "sl": "Slovene", "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian",
    "vi": "Vietnamese",
}  # fmt: skip
OUTDATED_LANGUAGES = frozenset(
    {"Philippines", "East Timor", "Mali", "Niger", "Burkina Faso"}
)


def countries() -> list[Country]:
    """Reads the countries and larger territories, in alphabetical order."""
    with open_wheel(PACKAGES[0]) as wheel:
        found = [
            json.loads(wheel.read(path))
            for path in sorted(wheel.namelist())
            if path.endswith(".json")
        ]
    kept = {
        country["name"]: country
        for country in found
        if country.get("population", 0) > SMALLEST_POPULATION
        and country.get("ISO", {}).get("numeric")
        and country["name"] not in RENAMED_OR_DISPUTED
    }
    return [kept[name] for name in sorted(kept)]


def plain(text: str) -> str:
    """Takes the accents off a text."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _capital(country: Country) -> tuple[str, ...]:
    if country["name"] in DISPUTED_CAPITALS or not country.get("capital"):
        return ()
    return CAPITALS.get(country["name"], (country["capital"],))


def _currency(country: Country) -> tuple[str, ...]:
    codes = tuple(country.get("currencies", ()))
    if len(codes) != 1 or codes[0] in REPLACED_CURRENCIES:
        return ()
    return codes


def _demonym(country: Country) -> tuple[str, ...]:
    if country["name"] in BORROWED_DEMONYMS or not country.get("demonym"):
        return ()
    return tuple(re.split("[,/]", country["demonym"]))


def _language(country: Country) -> tuple[str, ...]:
    codes = country.get("languages", ())
    if len(codes) != 1 or country["name"] in OUTDATED_LANGUAGES:
        return ()
    return (LANGUAGES[codes[0]],) if codes[0] in LANGUAGES else ()


def _top_level_domain(country: Country) -> tuple[str, ...]:
    return tuple(country.get("tld", ())[:1])


def _landlocked(country: Country) -> tuple[str, ...]:
    if not country.get("borders"):
        return ()
    return ("yes" if country["ISO"]["alpha2"] in LANDLOCKED else "no",)


def _north_or_south(country: Country) -> tuple[str, ...]:
    latitude = country["latlng"][0]
    if abs(latitude) < NEAR_EQUATOR_DEGREES:
        return ()
    return ("northern" if latitude > 0 else "southern",)


def _east_or_west(country: Country) -> tuple[str, ...]:
    longitude = country["latlng"][1]
    if not NEAR_MERIDIAN_DEGREES < abs(longitude) < 180 - NEAR_MERIDIAN_DEGREES:
        return ()
    return ("east" if longitude > 0 else "west",)


ANSWERS: dict[str, Callable[[Country], tuple[str, ...]]] = {
    "capital": _capital,
    "continent": lambda country: (country["region"],),
    "currency": _currency,
    "demonym": _demonym,
    "alpha2": lambda country: (country["ISO"]["alpha2"],),
    "alpha3": lambda country: (country["ISO"]["alpha3"],),
    "top_level_domain": _top_level_domain,
    "landlocked": _landlocked,
    "north_or_south": _north_or_south,
    "east_or_west": _east_or_west,
    "language": _language,
}
REVERSED = {
    "country_of_capital": "capital",
    "country_of_demonym": "demonym",
    "country_of_alpha2": "alpha2",
}
LABEL_TASKS = ("landlocked", "north_or_south", "east_or_west")
GROUPS = {"alpha2": "codes", "alpha3": "codes", "top_level_domain": "codes"}


def drafts() -> Iterator[TaskDraft]:
    """Yields every task of the family."""
    pool = countries()
    for task, answer in ANSWERS.items():
        rows = [(country["name"], _accepted(answer(country))) for country in pool]
        yield _draft(task, "countries", task, [row for row in rows if row[1]])
    for task, fact in REVERSED.items():
        pairs = [
            (known, country["name"])
            for country in pool
            for known in ANSWERS[fact](country)[:1]
        ]
        yield _draft(task, f"country_{fact}s", fact, list(unambiguous(pairs)))


def _accepted(answers: tuple[str, ...]) -> Answer:
    spellings = dict.fromkeys((*answers, *map(plain, answers)))
    return next(iter(spellings)) if len(spellings) == 1 else tuple(spellings)


def _draft(
    task: str, pool: str, table: str, rows: list[tuple[str, Answer]]
) -> TaskDraft:
    identifier = f"{FAMILY}_{task}"
    return TaskDraft(
        id=identifier,
        descriptions=wordings(DESCRIPTIONS[task]),
        rows=list(balanced(rows, seed=identifier)) if task in LABEL_TASKS else rows,
        pool=pool,
        group=f"{FAMILY}_{GROUPS.get(table, table)}",
        licence=LICENCE,
        source=PACKAGES[0],
    )


DESCRIPTIONS = {
    "capital": """
        capital city
        What is the capital of this country?
        Name the city where the country has its seat of government.
        Country to capital, e.g. France -> Paris.
        Please tell me the capital for the country I type.
        I'm revising for a geography quiz: I say a state and you answer with its capital.
        Give the principal city of the nation, as printed with a star on maps.
        Return the capital and nothing else.
        Which city do ambassadors to this land live in?
        Fill in: "The capital of X is ___."
        Input: a country or territory. Output: its capital city's English name.
        For a table of states, supply the column "Capital".
    """,
    "continent": """
        continent
        On which continent is the country: Africa, Americas, Asia, Europe or Oceania?
        Name the part of the world the country lies in (Americas counts as one).
        Country to world region, e.g. Kenya -> Africa.
        Please sort the country into one of the five regions Africa, Americas, Asia, Europe, Oceania.
        Where in the world is it, roughly? Give the continent.
        I collect stamps in five albums, one per continent; which album does this country go in?
        Return the UN macro region of the state, such as Oceania or Asia.
        To which landmass does the nation belong? North and South America are both called Americas.
        Label countries by continent.
        A traveller asks which continent to fly to for this destination. Answer it.
        Geography category of a country: Europe, Asia, Africa, Oceania, Americas.
    """,
    "currency": """
        currency code
        Which currency does the country use? Answer with the three-letter code, like EUR.
        Give the ISO 4217 code of the money used in the country.
        Japan -> JPY, Poland -> PLN
        Please tell me what code my bank shows for cash from this country.
        I'm changing money before a trip; name the currency by its code in capitals.
        Country to legal tender, abbreviated to three letters.
        What do exchange offices write on the board for this nation's money?
        Return the currency abbreviation belonging to the country.
        Prices in this country are in ... ? Three capital letters, e.g. USD.
        Output the code of the official currency.
        For a price list by country, supply the currency column (ISO code).
    """,
    "demonym": """
        demonym
        What do you call somebody or something from this country? One word like German.
        Give the adjective or noun for the inhabitants of the country.
        Spain -> Spanish, Canada -> Canadian
        Please name the nationality that goes with the country.
        What is written under "Nationality" in a passport from there?
        People from this place are called ...
        Turn the country into the word for its people.
        Nationality word, capitalised.
        My neighbour comes from this country. So my neighbour is ... what?
        Return the demonym belonging to the state.
        Derive the word for its residents from the country's name, e.g. Peru gives Peruvian.
    """,
    "alpha2": """
        two-letter country code
        Give the ISO 3166-1 alpha-2 code of the country.
        Which two capital letters stand for this country?
        Germany -> DE, Japan -> JP
        Please abbreviate the country to its official code of two letters.
        I'm filling in a shipping form that only takes codes such as BR or SE.
        Country to ISO-2.
        Return the 2-character code in upper case.
        What does the locale suffix look like for this nation, e.g. FR?
        Encode the state's name with two letters, per the international standard.
        Alpha-2 code wanted, not alpha-3.
        Shorten it the way flag emoji are encoded: two letters, both capitals.
    """,
    "alpha3": """
        three-letter country code
        Give the ISO 3166-1 alpha-3 code of the country.
        Which three capital letters stand for this country?
        Germany -> DEU, Japan -> JPN
        Please abbreviate the country to its official code of three letters.
        My passport's machine-readable line uses codes such as BRA or SWE; write the one for this country.
        Country to ISO-3.
        Return the 3-character code in upper case.
        The World Bank lists nations by three letters. What are they here?
        Encode the state's name with three letters, per the international standard.
        Alpha-3 code wanted, not alpha-2.
        Label for the country in a data set keyed by three capitals, such as FRA.
    """,
    "top_level_domain": """
        internet domain of the country
        What do web addresses from this country end in? Answer with the dot, like .de.
        Give the country-code top-level domain.
        Germany -> .de, Japan -> .jp
        Please tell me the ending of local websites, including the full stop.
        ccTLD lookup: country in, dot and two small letters out.
        I want to register a site for customers there; which domain ending do I buy?
        Return the national internet suffix in lower case.
        A URL such as www.shop.fr ends in .fr; do the same for my country.
        Web suffix of the nation.
        Which letters come after the last dot in this state's web addresses? Write the dot too.
        Network domain assigned to the country, e.g. .br.
    """,
    "landlocked": """
        landlocked? yes or no
        Does the country have no coast at all? Answer yes or no.
        Say yes if the state is cut off from the sea by its neighbours, otherwise no.
        Switzerland -> yes, Portugal -> no (is it landlocked?)
        Please tell me, yes or no, whether the nation lacks access to the ocean.
        I want to go to the seaside. Answer yes if this country has no seaside and no if it has one.
        Check whether a country is entirely surrounded by land and reply yes/no.
        A navy would make no sense here because there is no shore: yes or no?
        Yes/no classifier for states without a coastline.
        Is every border of the country a land border? "yes" or "no".
        No ocean harbour possible -> yes; a coast on some sea -> no.
        Landlocked countries get the label yes, coastal ones the label no.
    """,
    "north_or_south": """
        northern or southern hemisphere?
        On which side of the equator is the country? Answer northern or southern.
        Name the hemisphere, northern or southern, of the country's centre.
        Norway -> northern, Chile -> southern
        Please say if this land lies above the equator (northern) or beneath it (southern).
        Is July a summer month there (northern) or a winter month (southern)?
        Label the country by its latitude: positive is northern, negative southern.
        Two halves of the globe, split by the equator: which one, northern or southern?
        Return "northern" or "southern" according to the position on Earth.
        Would you see the Southern Cross high up at night? If so write southern, else northern.
        Hemisphere by latitude, one lower-case adjective.
        I'm choosing a destination for the warm Christmas holidays; tell me whether it is in the southern or northern half of the world.
    """,
    "east_or_west": """
        east or west of Greenwich?
        Is the country's longitude east or west? One word.
        Answer east if the country lies east of the prime meridian and west if it lies west of it.
        Japan -> east, Mexico -> west
        Please tell me which letter group its longitude has, giving the full word east or west.
        Seen from London's meridian, in which of both directions is this land: east or west?
        Label the country by its longitude: positive is east, negative west.
        The globe split by the Greenwich line: name the half (west or east) that the nation is in.
        Do clocks there run ahead of Greenwich (east) or behind it (west)?
        Return "east" or "west" for the state's place relative to zero degrees longitude.
        Hemisphere by longitude, in lower case: east/west.
        The Americas are west and most of Asia is east; decide for the country given.
    """,
    "language": """
        official language
        Which language is official in the country?
        Name the country's language in English, e.g. Brazil -> Portuguese.
        What do they speak there? Give the official language.
        Please tell me which language I should learn before moving to this country.
        I translate leaflets for tourists' hosts; into which language for this country?
        Country to national language.
        Return the language of the government and schools of the state.
        Laws in this nation are written in ... ?
        Output one language name, such as Spanish or Arabic.
        Street signs in this land are in which tongue?
        For a table of countries, supply the column "Official language".
    """,
    "country_of_capital": """
        country of the capital
        Which country has this capital?
        Name the country that is governed from this city.
        Capital to country, e.g. Paris -> France.
        Please tell me of what state this city is the capital.
        My plane lands in this capital; in which country am I then?
        Fill in: "X is the capital of ___."
        Reverse geography quiz, where I say the capital and you answer with the nation.
        Return the land to which the capital belongs.
        Input: a capital city. Output: the English name of its country or territory.
        The parliament sits in this city. Whose parliament is it? Give the country.
        Locate the seat of government: city in, country out.
    """,
    "country_of_demonym": """
        country of a nationality
        From which country does a person with this nationality come?
        Name the country behind the demonym, e.g. Spanish -> Spain.
        Turn the word for the people into the name of their land.
        Please tell me what country this adjective refers to.
        A passport says this under "Nationality". Which state issued it?
        Canadian means Canada; what does this one mean?
        My new colleague describes himself with this word, so his home country is ...?
        Return the state belonging to the nationality word.
        Where do you have to go to meet these people at home?
        Demonym in, country name out.
        Undo the derivation that made the inhabitants' name: Peruvian gives Peru.
    """,
    "country_of_alpha2": """
        country from its two-letter code
        Which country does the code stand for?
        Decode the ISO 3166-1 alpha-2 code into the country's English name.
        DE -> Germany, JP -> Japan
        Please write out the country abbreviated by these two letters.
        The parcel's label only shows a code; say where it is going.
        ISO-2 to country.
        Expand the 2-letter abbreviation of a nation.
        What is the full name of the state behind the capitals?
        A column of my data holds codes such as BR and SE, but readers want names of countries.
        Return the land or territory to which the pair of letters is assigned.
        Two capitals in, one country name out.
    """,
}
