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
        capital of this country pls (Spain - Madrid)
        Our school atlas prints one city of every land in red, the one where the government sits. Which city is printed in red here?
        Not the biggest town and not the most famous one, but the official capital of the state.
        Quiz night, round three: the host names a country and the fastest team shouts its capital. Be the fastest team.
        If you wrote a letter to the ministry of foreign affairs of this nation, which town would be on the envelope?
        Norway goes with Oslo and Egypt goes with Cairo. Which city goes with the country named?
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
        which continent? (Africa / Americas / Asia / Europe / Oceania)
        The logistics department has five desks: Africa, Americas, Asia, Europe, Oceania. Hand over the file on this country to the right desk by naming it.
        Canada and Peru are both Americas, Fiji is Oceania, Nepal is Asia. And this one?
        Don't write North America or Australia as an answer; the five allowed regions are Europe, Asia, Africa, Oceania and Americas.
        A globe puzzle for children has one colour per continent. Which continent's colour does this piece have? Both Americas are one piece named Americas.
        We count our customers by world region and not by nation. Replace the nation with its region, for example Oceania.
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
        ISO code of the money there, three letters
        The accounting software asks for the currency of every supplier's country and only takes codes like CHF or BRL. What is it for this country?
        Not the name of the money (yen, zloty) but its code: JPY, PLN.
        On the exchange board at the airport every row starts with three capitals. Which row do I need for a trip to this land?
        Travelling sales rep wanted who knows offhand that Sweden pays in SEK and Kenya in KES. Say the code for the country at hand.
        When someone there gets his wages, in what currency are they paid? Abbreviate by the international standard.
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
        people from there are called? one word (Norway - Norwegian)
        Our sports reports say "the Danish swimmer" and not "the swimmer from Denmark". What is the word in this case?
        At the border the officer enters the visitor's nationality as an adjective with a capital. What does he enter for this homeland?
        Neither the language nor the capital is meant; we want the word for the inhabitants.
        Chile has the Chilean embassy; tell me which embassy the country here has, using a single word.
        Somebody was born and bred in this land, and he is proud to be a(n) ___. Fill in.
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
        country -> 2 letter code, capitals
        On a domain registrar's list the nation column holds AT for Austria and ZA for South Africa. Fill the column for the given country; no dot, capitals.
        Our parcel software refuses long names and wants the short ISO form with exactly two characters.
        Not DEU and not .de but DE: that is the sort of answer we need for each country.
        Which pair of letters would the region setting of a phone use for this land, as in en_GB?
        The statistics office of Europe labels rows with codes like SE, PT or FI; put such a label on the country here, even if it's elsewhere in the world.
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
        country -> 3 letter ISO code, capitals
        In a passport's bottom lines Austria is AUT and South Africa is ZAF. What are the letters for the given country?
        The database key is the longer one of both ISO codes, the one with exactly three characters.
        Not DE and not .de but DEU: that is the sort of answer we need for each country.
        United Nations tables use a triple of capitals per member, such as NOR or KEN; give it for the state here.
        Three letters by ISO, please - not the currency's and not the Olympic committee's, but the country's.
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
        internet ending for country, with dot, small letters
        The marketing team buys a web address in each market: .at in Austria, .za in South Africa. Which ending do they buy here?
        Not DE and not DEU but .de: that is the sort of answer we need for each country.
        Somebody from this nation gives me the address of his home page. What is likely to stand at its very end, dot included?
        Spam filter rule: block by country domain. Tell me the domain, e.g. .it, for the country to be blocked.
        Where would I look if I searched the web only for pages of this land: site:.pt, site:.fi, site:.?
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
        no sea at all? yes / no
        Shipping clerks must know if goods can arrive by ship directly. When the land has no coast the answer is yes, when it has one the answer is no.
        Zambia is a yes and Vietnam is a no, since only the first has other countries on all sides. What about this one?
        Can you walk to a beach of the ocean without leaving the country? If you cannot, write yes; if you can, write no.
        Mind the direction of the question: yes stands for a state without seashore, no for a state with it.
        Column "landlocked" of our table of nations; allowed values yes and no.
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
        equator: is the country northern or southern of it?
        Our gardening magazine is sent six months later to the bottom half of the world. Does this country belong to the top (northern) or the bottom (southern)?
        Canada and India are northern, Peru and Namibia are southern. Which adjective suits the nation given?
        Solar panels face the equator. Does the land in question lie on the northern or the southern side of it?
        Don't say Europe or Africa and don't say north or south, but northern or southern, after the half of the globe.
        In which hemisphere would my plane land if I flew to the middle of this state? One adjective, northern or southern.
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
        longitude: east / west ?
        Sailors write E or W behind the degrees. Spell the one that goes behind this country's longitude, east or west.
        Kenya and China are east, Brazil and Canada are west. Which word suits the nation given?
        When it is noon in Greenwich, is it already afternoon there (east) or still morning (west)?
        Not eastern and not western, just east or west, counted from the zero meridian through London.
        If you fly from Greenwich by the shorter way, do you set out for sunrise (east) or for sunset (west) to get there?
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
        what language is official there? in English, like Portuguese
        The embassy hires an interpreter for talks with this state. For which language must it search?
        Austria goes with German and Egypt goes with Arabic. Which language goes with the country named?
        Not the nationality and not a code; the name of the tongue in which the authorities write, please.
        We localise our app country by country and need the one language to put on the start screen. Name it in English.
        School lessons, road signs and court papers in this land use a certain language. Which?
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
        which country has this city as its capital? Oslo - Norway
        News agencies write "Oslo said" when they mean the government of Norway. Whose government is meant by the city here?
        You get a dot with a star on the map; name the territory around it that it rules.
        The ambassador is moving to this city. To which country has he been sent?
        Not the continent, not the people, but the state of which this is the first city by law.
        Madrid belongs to Spain as its capital; to which land does the given capital belong?
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
        nationality -> country (Danish - Denmark)
        The sports reporter says only "the Danish swimmer". On our list we have to enter the country instead, Denmark. Enter it for this word.
        Somebody calls herself by this word. Under which flag does she vote?
        From adjective back to map: Thai leads to Thailand and Swiss leads to Switzerland. Where does this one lead?
        Cheese, wine or music described with this adjective comes from which state?
        Not the language and not the capital; I want the name of the homeland of the people so called.
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
        2 letter code -> country name
        Behind the link on a flag there is only AT or ZA in the page's source. Austria and South Africa are what visitors should read. Do this for the code here.
        In our customs file the origin is given as PT, FI and so on. Tell me what land I should write on the form.
        Not the domain and not the language: understand the letters as a country by ISO and spell its name in English.
        Where do I travel if my booking shows just this pair of capitals as destination country?
        Undo the abbreviation: NO becomes Norway, KE becomes Kenya.
    """,
}
