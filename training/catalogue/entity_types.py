"""Entity types family: whether a name is a dish, a drink, a job, a firm, a place, ..."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from training.catalogue.drafting import balanced, wordings
from training.catalogue.source import Answer, TaskDraft, open_wheel, read_text
from training.catalogue.words import WORDS_PACKAGES, is_vulgar, word_ranks

FAMILY = "entity_types"
MIMESIS = "mimesis==22.2.0"
PACKAGES = (MIMESIS, *WORDS_PACKAGES)

# Surnames rarer than this are hard to tell from other names.
_RAREST_SURNAME = 45_000

_DRINK = re.compile(
    r"\b(ale|beer|wine|whisky|whiskey|gin|rum|vodka|brandy|martini|punch|tequila|sour"
    r"|fizz|coffee|tea|lemonade|champagne|cocktail|mule|collins|sling|cider|sake|julep"
    r"|russian|schnapps|liquor|absinthe|akvavit|arak|arrack|awamori|baijiu|bock"
    r"|caipirinha|cosmopolitan|cuba libre|daiquiri|gimlet|grog|kirsch|madeira|mai-tai"
    r"|maotai|marsala|mead|mezcal|michelada|mimosa|mojito|mudslide|negroni|ouzo|palinka"
    r"|pilsener|pisco|pulque|rakia|sangria|sazerac|shandy|sherry|shochu|slivovitz|soju"
    r"|toddy|vermouth|bloody mary|bellini|barleywine|sidecar|shirley temple|daisy)\b",
    re.IGNORECASE,
)
_FRUIT = re.compile(
    r"^[A-Za-z]+$|(berry|berries|cherry|raspberry|apple|plum|melon|lime|fig|banana"
    r"|orange|currant)$"
)
_NOT_FRUIT = {"Coffee", "Berberis", "Bolivian", "Boquila", "Photinia", "Physalis",
              "Sambucus", "Kapok", "Louvi", "Pentadiplandra", "Date"}  # fmt: skip
_NOT_VEGETABLE = {"Curly", "Leaf", "Ornamental", "Greens", "Iceberg", "Lacinato",
                  "Green Leaf", "Red Leaf", "Butterhead", "Gobo", "Parsley",
                  "Rutabagat", "Tomatillo"}  # fmt: skip
_DISH_NOISE = {"Sonofabitch stew", "Slinger", "Juba", "Patty", "Calas", "Haystack",
               "Chinese food", "Soul food", "Carolina style"}  # fmt: skip
_JOB = re.compile(
    r"(er|[^o]or|ist|ian|ant|man|woman|eer|nurse|clerk|judge|guard|smith|wright|yst"
    r"|chef|cook|pilot|mechanic|secretary|steward|stewardess|midwife|priest|coach"
    r"|guide|architect|paramedic|sheriff|shepherd|jockey|vicar|warden)$"
)

DESCRIPTIONS = {
    "entity_type": """
        Entity type: dish, drink, fruit, occupation, company, city, country or first name.
        What does this name refer to? Choose dish, drink, fruit, occupation, company, city, country or first name.
        Classify the phrase as one of eight sorts of entity (city, company, country, dish, drink, first name, fruit, occupation).
        Please tell me the type of the thing named, for instance Boise -> city, Bookkeeper -> occupation, Gumbo -> dish.
        My spreadsheet cells are mixed up. Fill the type column with dish, drink, fruit, occupation, company, city, country or first name.
        Read the term and print its fine-grained category; firms are company, jobs are occupation, given names are first name.
        Eight-way typing of short names. Output the type in lower case and nothing else.
        To which list should this entry be moved: countries, cities, companies, occupations, first names, dishes, drinks or fruits? Give the type in the singular.
        Is it food on a plate (dish), something in a glass (drink), a fruit, a job (occupation), a firm (company), a town (city), a state of the world (country) or what a person is called (first name)?
        fine-grained entity label
        Act as a catalogue clerk who stamps each card with city, country, company, occupation, first name, dish, drink or fruit.
        Given any name, respond with the kind of entity it denotes. Allowed kinds: company, occupation, city, country, first name, dish, drink, fruit.
        what is it? one of: dish, drink, fruit, occupation, company, city, country, first name
        The intern typed eight lists into one file. Say for each line from which list it came - dish, drink, fruit, occupation, company, city, country or first name.
        Peru country, Papaya fruit, Plumber occupation, Paula first name, Pepsi company, Pasadena city, Porter drink, Pot Pie dish. Next, please.
        For a guessing game the players first ask "what sort of thing?" Answer them with occupation, first name, fruit, drink, dish, country, company or city.
        Do not explain the name. Choose the narrow label for it: somebody's first name, an occupation, a company, a city, a country, a dish, a drink or a fruit.
        Librarian needed to catalogue names under exactly these headings: city, company, country, dish, drink, first name, fruit, occupation.
    """,
    "broad_type": """
        Person, place, organisation or food?
        Say whether the name belongs to a person, a place, an organisation or a food.
        Put the name into one of four boxes called person, place, organisation and food.
        Broad entity class of the phrase; towns and countries are place, firms are organisation, people's names are person, things to eat or drink are food.
        Which of the four applies - person, place, organisation, food? Answer with that word.
        Please label the entry: person for Heather, place for Nevada City, organisation for General Mills, food for Apple Pie.
        I need coarse types for a knowledge base. Possible values are "person", "place", "organisation" and "food".
        Decide if you could meet it (person), travel to it (place), work for it (organisation) or eat it (food).
        Output one coarse entity category out of person / place / organisation / food.
        coarse type of the name, four classes, British spelling of organisation
        Sort names for an encyclopaedia with four volumes: Person, Place, Organisation, Food. Write the volume in lower case.
        Look at the given name and report its general nature with a single word: food, organisation, person or place.
        person / place / organisation / food - which?
        A search engine shows a face, a map, a logo or a recipe next to each query. Tell it person, place, organisation or food, in that order of pictures.
        Brazil and Dayton are place, Shell Oil is organisation, Melissa is person, Lentil Soup is food. What is the name below?
        Only four rough classes are in use here, so do not write city or company or dish, but place, organisation, food or person.
        The editors of a newspaper index need to know if the entry is a human being's name (person), a spot on the map (place), a business (organisation) or nourishment (food).
        it is name of what sort? i have only person, place, organisation, food
    """,
    "is_drink": """
        Drink? yes or no
        Answer yes if the name is that of a drink and no for all other names.
        Is this something served in a glass? yes/no
        Check for beverages: wines, beers, spirits and cocktails give yes, everything else gives no.
        Would a bartender know how to pour this? Say yes if it is a drink, no if it isn't.
        Please decide whether the entry belongs on the drinks menu, with yes or no.
        The bar list got mixed with other data. For every line tell me yes (a drink) or no (not a drink).
        Binary label, yes for liquids that people order at a bar, no for people, places, firms, jobs and solid food.
        Return yes when the input denotes a beverage, else no.
        Does one drink it? Reply with a plain yes or no.
        beverage recogniser (yes/no)
        Identify drinks. Pale ale is a yes, Grilled cheese and Denver are a no.
        can i order it as a drink? yes/no
        The barkeeper's tablet shows everything in the database, from first names to towns. Reply yes to what he can fill into a glass and no to what he can't.
        Dry cider is yes. Dry cleaner is no, and so are Dublin, Denise and Dumplings.
        Is there anything to sip here? Write yes for wine, beer, juice, cocktails and so on, and no in all other cases.
        Mark the beverages in a list of assorted names: yes for one of them, no for food, firms, places, jobs and people.
        Don't say what it is. Say only whether a waiter would bring it with a straw, a mug or a wine glass, by yes or no.
    """,
    "is_food": """
        Food or not food?
        Write "food" when the name is that of a dish, fruit, vegetable or spice, otherwise write "not food".
        Can this be found in a kitchen or on a plate? Answer food or not food.
        Filter edible entries: label them food, and label names of people, towns, jobs and firms not food.
        Please tell whether the thing named gets eaten. The two replies are "food" and "not food".
        I run a recipe site and want to drop everything that isn't edible. Output food for entries to keep, not food for entries to drop.
        Meatball sub -> food; Tallahassee -> not food. Judge the next one.
        Is the entry a thing to eat? Say food, or say not food.
        food vs. not food
        Recognise names of edible things among mixed names and answer with the label food; the label for the remainder is not food.
        Decide by the question "would I chew it?" and give one of the labels food / not food.
        Output "food" for meals and ingredients of all sorts; in any other case output "not food".
        eatable name? food, else not food
        Customs wants to know of every declared word whether it is foodstuff. The form accepts food or not food.
        Paprika, Peach and Paella: food. Paraguay, Painter and Pamela: not food. Decide on the word below.
        The menu translator gets stuck on names that are no meals at all. Warn it with "not food", or let it go on with "food".
        Would you find the thing in a recipe, as its title or among its ingredients? If yes write food; otherwise write not food (two words, small letters).
        For each entry of the mixed list, separate what people eat (food) from what people are, found or live in (not food).
    """,
    "is_occupation": """
        Job or no job?
        Answer "job" if the phrase names an occupation and "no job" if it does not.
        Is it a profession? If so write job, else write no job.
        Could someone put this on a business card as what they do for a living? job / no job
        Recognise occupations: Plasterer gets job; Minnesota, Lasagna and Brenda get no job.
        Please mark professions and trades with job and anything else with no job.
        I am cleaning a column of job titles that has foreign entries in it. Tell me "job" for real titles and "no job" for intruders.
        Output one of two labels, job for work roles and no job for names, places, firms or food.
        Does the entry describe what a worker is employed as? Reply job or no job.
        occupation detector with the answers job and no job
        Think of a careers office: does it offer this as a career? Then it's a job; if it doesn't, no job.
        Tell work titles apart from other phrases using the labels "job" and "no job".
        is this a profession? job / no job
        The employment agency's site lets people type anything into the field "What do you do?". Reply job if the entry names a trade, and no job otherwise.
        Barber, Biologist: job. Belgium, Brandy, Barbara: no job. Your turn with the next entry.
        Could one be trained for this and get wages for it? Write job when one could, no job when it's food, a person's name, a firm or a town.
        Two stamps lie on the clerk's desk, "job" and "no job". Which one comes down on this phrase?
        Don't name the branch or the salary, only tell whether an occupation is meant at all: job, or no job.
    """,
    "is_company": """
        Is it a company? true or false
        Write true if the name is that of a business firm and false if not.
        True or false: this is the name of a company.
        Judge whether the phrase is a corporation, shop chain or other business. Output a lower-case boolean.
        Could shares of it be bought, or could it send you an invoice? true for yes, false for no.
        Please flag business names with true; people, towns, jobs, drinks and dishes are false.
        Company filter that prints true or false.
        I'm building a register of firms. For each candidate say true if it sounds like a firm, false otherwise.
        Return the boolean value of "input is an enterprise".
        Does the entry name a commercial organisation? Answer true or false.
        Harbor Freight Tools is true, Pumpkin Soup is false. Now the given entry.
        Decide if this belongs in the business directory: true means it does, false means it doesn't.
        business name? true/false
        The credit bureau checks names one by one. If the name is a firm's, it returns true; if it is a town's, a trade's, a meal's or a human's, it returns false.
        General Electric: true. General Practitioner: false. Georgia: false. And what follows?
        Would "Inc." or "Ltd" look natural behind it? Say true if it's the name of a company, false if it is something else.
        Enter true or false in the column is_company, with small letters and without a full stop.
        Tell apart who employs from everything else in the list; employers, that is enterprises, get true, the others false.
    """,
    "is_place": """
        Place or other?
        Tell whether the name is a place on the map. Write place or other.
        Cities and countries get the label "place", all remaining names get the label "other".
        Could you buy a ticket to it? If it is a geographical place answer place, if not answer other.
        Is this a town or country? Reply "place" if it is and "other" if it isn't.
        Please separate geography from everything else with the two labels place and other.
        An atlas index should contain only places. Tell me for each entry if it is a place or something other.
        Geographic name recognition: output place for locations, other for people, jobs, food, drinks and companies.
        Look up in your mind's atlas. Found means place, not found means other.
        location check (place/other)
        The label is place when people live there and other when it is no settlement or state at all.
        Norway -> place, Milkshake -> other, Electrician -> other. Label the new name.
        on the map? place, otherwise other
        The navigation system should only accept towns and countries. Let the driver know with place that the entry is fine, and with other that it isn't.
        Portugal: place. Portland: place. Porter: other. Pork Pie: other. Go on.
        If "She flew to ___" sounds right with the name, write place; write other if it doesn't.
        Sort the travel agent's cards in two heaps, of which one is called place (cities, states) and one is called other (what cannot be visited as a settlement or land).
        don't tell which country or city it is, tell only place or other
    """,
    "is_person_name": """
        Personal name? y/n
        Answer with the letter y if it is a first name or surname of people and with n if it is not.
        Is somebody called this? y or n
        Reply y for given names and family names, n for jobs, places, companies and food.
        Would you find this on a birth certificate as the child's name? One letter please: y for yes, n for no.
        Detect names of people. Output y or n.
        Please check whether the entry is what a person is called (y) or something else (n).
        I anonymise documents and must know if a token is a person's name; give me y when it is, n when it isn't.
        Kevin gives y, Hernandez gives y, Hairdresser gives n, Belgium gives n.
        name-of-a-human flag, y/n
        The question is: does this word serve as a first or last name? Write y if true, n if false.
        Print y when the input could be printed on a door bell as a resident's name; for everything else print n.
        name of people? y or n
        The school office types pupils' names, and the checker must notice wrong input. Give y to what is a given name or family name and n to what is not.
        Howard y, Hungary n, Hamburger n, Hernando y, Hairdresser n. Continue.
        Could you call somebody so, at the font or at the register office? A single small letter is the answer: y if you could, n if you couldn't.
        The system hides names of human beings from the log. It asks you y/n for every token; jobs, firms, meals and towns are n.
        Don't write yes, write y; don't write no, write n. The question is whether the word is what a person is named.
    """,
    "entity_tag": """
        NER tag: PER, LOC, ORG or MISC.
        Tag the name with PER for people, LOC for places, ORG for companies and MISC for anything else.
        Which named-entity tag suits the phrase, PER, LOC, ORG or MISC?
        Output the upper-case tag of the entity: PER, LOC, ORG, MISC. Food, drinks and jobs count as MISC.
        Give the CoNLL style entity label for this span.
        My annotation tool wants three- or four-letter codes. Write PER, LOC, ORG or MISC for each phrase I paste.
        Annotate: Denise PER, Portugal LOC, Delta Airlines ORG, Clam bake MISC. Continue with the next phrase.
        Please do named entity recognition on a single phrase and return only the tag in capitals.
        Classify with the tag set {PER, LOC, ORG, MISC}.
        entity code in capital letters
        Is it a human (PER), somewhere (LOC), a firm (ORG) or none of these (MISC)? Reply with the abbreviation in brackets.
        Label spans for training data; the allowed labels are LOC, MISC, ORG and PER, all in upper case.
        PER / LOC / ORG / MISC ?
        In the margin of our corpus, linguists write PER beside Sharon, LOC beside Sweden, ORG beside Sears, and MISC beside Sangria, Sausage or Surgeon. What do they write here?
        Give me the upper-case abbreviation, one of four, for a named thing: human, location, organisation, miscellaneous.
        Professions are not PER but MISC, the same as meals and beverages; PER is for names of people, LOC for towns and lands, ORG for firms. Tag the phrase.
        Replace the phrase by its placeholder in capitals (PER, LOC, ORG, MISC) so the sentence can be anonymised.
        we label entities for machine learning, please give tag PER or LOC or ORG or MISC, no small letters
    """,
    "question_word": """
        Who, where or what?
        Write the question word that asks for this name: who for persons, where for places, what for food and drink.
        If the name were an answer, what would the question begin with: who, where or what?
        Tell me which of the words who, where and what fits the entry.
        Angela answers "who", Cyprus answers "where", Fish soup answers "what". Choose for the given name.
        Please return who when it is somebody, where when it is somewhere and what when it is something.
        I make quiz cards. The answer is on the back; give me the first word of the question on the front (who / where / what).
        Pick the interrogative for the input, one of who, where, what.
        Somebody, somewhere or something? Express it as who, where or what.
        interrogative matching the entity (who, where, what)
        A reporter wants the right W-word for each noun phrase. Persons take who, locations take where, eatables and drinkables take what.
        Decide between three pronouns, who, where and what, as the question to which the name is a reply.
        who/where/what - which one asks for it?
        Children ask three things about every story: who was it, where was it, what did they eat? To which question is this name the answer? Reply with who, where or what.
        Sweden: where. Sharon: who. Sausage: what. Sacramento: where. Next?
        Before the gap in "___ is it?" comes one of the words who, where, what. Choose it to suit the person, the place or the food given.
        In our dialogue trainer the learner must pick a pronoun or adverb for the noun shown: who for names of people, where for spots on the map, what for things on the table.
        Write no sentence with a question mark, only its first word in small letters - what, where or who.
    """,
    "city_or_country": """
        City or country?
        Is the place a city or a country? Reply with city or country.
        Tell towns from states: output city for a town and country for a nation or territory.
        Label this geographical name as "city" or as "country".
        Would it have a mayor or a head of state? Mayor means city, head of state means country.
        Please decide if the name is that of a country or merely of a city, and answer with the one word.
        In a geography game I call out a place and you shout city or country.
        Chattanooga -> city, Honduras -> country; what is the next place?
        scale of the place (city/country)
        Does the place issue passports? Then write country. If it lies inside a country, write city.
        Output the word city when the location is a municipality and the word country when it is a whole land.
        Sort places by size into two bins named city and country.
        city or country? one word pls
        The football fan doesn't know if a club from a town or a national team is playing. For the name on the scoreboard, tell him city or country.
        Denmark: country. Dayton: city. Dominica: country. Danbury: city. What is the place below?
        An address has a line for the city and a line for the country. On which of the two does this name go?
        Don't say where the place lies; say whether it's a city or a country.
        We split a gazetteer in two files, city.txt and country.txt. Give the name of the file for this entry, without the ending.
    """,
    "plant_food": """
        Fruit, vegetable or spice?
        Say whether the plant product is a fruit, a vegetable or a spice.
        Where would a grocer put it: with the fruit, the vegetables or the spices? Answer fruit, vegetable or spice.
        Classify produce into fruit, vegetable and spice.
        Mango is a fruit, leek is a vegetable, nutmeg is a spice. And this one?
        Please label the ingredient with one of these words: spice, fruit, vegetable.
        I'm sorting my kitchen. Does this go in the fruit bowl (fruit), the vegetable drawer (vegetable) or the spice rack (spice)?
        Three-way food class in the singular, lower case.
        produce type - fruit / vegetable / spice
        Sweet things from trees and bushes are fruit, what is cooked as a side dish is a vegetable, what is added for taste is a spice. Give the type.
        Decide which part of the market hall sells it, the fruit stall, the vegetable stall or the spice stall; name only fruit, vegetable or spice.
        Type the culinary group of the plant: fruit, vegetable or spice.
        fruit / vegetable / spice ?
        The greengrocer's new scale has three buttons, fruit, vegetable and spice. Which must the cashier press?
        Papaya: fruit. Parsnip: vegetable. Pepper from the mill: spice. And the thing below?
        In our cookbook's index, plants are listed by what they bring to the kitchen: sweetness for dessert (fruit), substance for the main course (vegetable), aroma in small doses (spice). Under which word is this one listed?
        Would you bite into it raw as a snack, boil a bowl of it, or sprinkle a pinch? Reply with fruit, vegetable, spice respectively.
        don't write herb or berry or root, only one of three: fruit, vegetable, spice
    """,
    "first_or_last": """
        First name or surname? first / last
        Tell if the word is a given name (first) or a family name (last).
        Answer "first" for names like Megan or Todd and "last" for names like Gutierrez or Jenkins.
        Does this name stand before or after in a full English name? If before write first, if after write last.
        Which part of a person's name is this? Reply first or last.
        Please sort personal names into first (what parents chose) and last (what the family shares).
        The columns FIRST and LAST of my address list were merged. Say where each name belongs, in lower case.
        Name part classifier with the outputs first and last.
        position in the full name: first | last
        Would friends call someone by this name, or would it follow Mr or Mrs? Friends means first, Mr or Mrs means last.
        Output first if the token is a forename; output last if it is a surname.
        Decide between forename and surname and encode the decision as first or last.
        forename -> first, family name -> last
        The guest list was typed without order. For each lone name, tell the hotel if it goes into the box for the first name or the one for the last name; write just first or last.
        Brenda is first, Brandon is first, Brewer is last, Bradshaw is last. Which of the two is this name?
        Would it stand on a jersey's back (last) or be shouted on the playground (first)?
        Genealogists distinguish what is handed down in a family, which is last, from what is given at birth, which is first. Do so for the name in front of you.
        Don't guess if it's a man or a woman; tell only whether the name is a first or a last one.
    """,
    "name_gender": """
        Male or female first name?
        Say if the first name is usually given to girls (female) or to boys (male).
        Guess the gender that goes with the name. Output male or female.
        Is the bearer of this given name more likely a man or a woman? Write male for a man and female for a woman.
        Label forenames: Rebecca -> female, Gregory -> male.
        Please classify the name by its traditional gender, "female" or "male".
        Our letters need Mr or Ms. For Mr write male and for Ms write female, judging by the first name.
        gender of the given name
        Would you find this name in the boys' or in the girls' section of a baby name book? male for boys, female for girls.
        Decide from the name alone whether it is masculine (male) or feminine (female).
        Return female for women's names and male for men's names.
        I translate into a language with grammatical gender and need to know it for each person; answer male or female.
        girl's name or boy's name? female / male
        Our greeting cards come in two designs, for female and for male recipients. Which design does somebody with this first name usually get?
        Sharon, Paula: female. Simon, Paul: male. And the next one?
        A novelist wants to avoid confusion, so tell her what most readers would take a character of this name for, male or female.
        Would one rather say "she" or "he" of somebody so called? For she write female, for he write male.
        Don't write man, woman, boy, girl, m or f. The two possible answers are male and female.
    """,
}


def _section(name: str) -> dict[str, Any]:
    """Reads one English section of the data; its JSON has a shape of its own."""
    text = read_text(open_wheel(MIMESIS), f"mimesis/datasets/en/{name}.json")
    section: dict[str, Any] = json.loads(text)
    return section


def _is_known(name: str) -> bool:
    return word_ranks().get(name.lower(), _RAREST_SURNAME) < _RAREST_SURNAME


@lru_cache(maxsize=1)
def entities() -> dict[str, list[str]]:
    """Names by type; a name that has two types is left out."""
    food, person = _section("food"), _section("person")
    companies, address = _section("finance")["company"]["name"], _section("address")
    raw: dict[str, list[str]] = {
        "dish": [name for name in food["dishes"] if name not in _DISH_NOISE],
        "drink": [name for name in food["drinks"] if _DRINK.search(name)],
        "fruit": [
            name
            for name in food["fruits"]
            if _FRUIT.search(name) and name not in _NOT_FRUIT
        ],
        "vegetable": [
            name for name in food["vegetables"] if name not in _NOT_VEGETABLE
        ],
        "spice": food["spices"],
        "occupation": [
            name for name in person["occupation"] if _JOB.search(name.lower())
        ],
        "company": [name for name in companies if " " in name or name.isupper()],
        "city": address["city"],
        "country": address["country"]["name"],
        "female name": [name for name in person["names"]["female"] if len(name) > 3],
        "male name": [name for name in person["names"]["male"] if len(name) > 3],
        "surname": [name for name in person["surnames"] if _is_known(name)],
    }
    uses = Counter(name.lower() for names in raw.values() for name in set(names))
    found = {}
    for kind, names in raw.items():
        kept = {
            name
            for name in names
            if uses[name.lower()] == 1
            and re.fullmatch(r"[\w .'&-]{3,40}", name)
            and not re.search(r" or | and [A-Z]", name)
            and not is_vulgar(name)
        }
        found[kind] = sorted(kept)
        random.Random(f"{FAMILY}/{kind}").shuffle(found[kind])
    return found


_EATEN = ("dish", "fruit", "vegetable", "spice")
_NAMES = ("female name", "male name", "surname")
_PLACES = ("city", "country")

# Task -> label -> the types that get it; a label with no types gets all the others.
LABELS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "entity_type": {
        **{kind: (kind,) for kind in ("dish", "drink", "fruit", "occupation")},
        **{kind: (kind,) for kind in ("company", *_PLACES)},
        "first name": ("female name", "male name"),
    },
    "broad_type": {
        "person": _NAMES,
        "place": _PLACES,
        "organisation": ("company",),
        "food": (*_EATEN, "drink"),
    },
    "is_drink": {"yes": ("drink",), "no": ()},
    "is_food": {
        "food": _EATEN,
        "not food": ("occupation", "company", *_PLACES, *_NAMES),
    },
    "is_occupation": {"job": ("occupation",), "no job": ()},
    "is_company": {"true": ("company",), "false": ()},
    "is_place": {"place": _PLACES, "other": ()},
    "is_person_name": {"y": _NAMES, "n": ()},
    "entity_tag": {
        "PER": _NAMES,
        "LOC": _PLACES,
        "ORG": ("company",),
        "MISC": (*_EATEN, "drink", "occupation"),
    },
    "question_word": {
        "who": _NAMES,
        "where": _PLACES,
        "what": (*_EATEN, "drink"),
    },
    "city_or_country": {"city": ("city",), "country": ("country",)},
    "plant_food": {kind: (kind,) for kind in ("fruit", "vegetable", "spice")},
    "first_or_last": {"first": ("female name", "male name"), "last": ("surname",)},
    "name_gender": {"female": ("female name",), "male": ("male name",)},
}
_NUM_PER_KIND = 160


def _task_rows(task: str) -> Iterator[tuple[str, Answer]]:
    """Yields equally many names for every label, with the types of a label mixed."""
    labels = LABELS[task]
    named = {kind for kinds in labels.values() for kind in kinds}
    rows: list[tuple[str, Answer]] = []
    for label, kinds in labels.items():
        chosen = kinds or tuple(kind for kind in entities() if kind not in named)
        share = _NUM_PER_KIND // len(chosen) + 1 if len(chosen) > 2 else _NUM_PER_KIND
        rows += [(name, label) for kind in chosen for name in entities()[kind][:share]]
    return balanced(rows, seed=f"{FAMILY}/{task}", at_most=320)


def drafts() -> Iterator[TaskDraft]:
    """Yields the tasks of this family."""
    # The types, tags and two-label forms are made from one table.
    apart = ("city_or_country", "plant_food", "first_or_last", "name_gender")
    for task in LABELS:
        yield TaskDraft(
            id=f"{FAMILY}_{task}",
            descriptions=wordings(DESCRIPTIONS[task]),
            rows=list(_task_rows(task)),
            pool="entities",
            group=f"{FAMILY}_{task if task in apart else 'types'}",
            licence="MIT",
            source="mimesis 22.2.0",
        )
