"""Emoji family: what an emoji is called and what kind of thing it shows."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from functools import lru_cache

from training.catalogue.drafting import balanced, wordings
from training.catalogue.nouns import NOUNS
from training.catalogue.source import Answer, TaskDraft, open_wheel, read_text
from training.catalogue.words import WORDS_PACKAGES, is_vulgar

FAMILY = "emoji"
EMOJI = "emoji==2.16.0"
# The word list of the vulgarity check.
PACKAGES = (EMOJI, WORDS_PACKAGES[1])

Rows = list[tuple[str, Answer]]

# Later additions are too new for the language models that learn these tasks.
_NEWEST_VERSION = 12.0
_KINDS = ("face", "animal", "food", "vehicle", "clothing")
# Names that the list of everyday nouns does not cover.
_EXTRA = {
    "animal": """turkey duck swan peacock parrot turtle T-Rex whale dolphin octopus
        butterfly bug honeybee scorpion bat hedgehog sloth otter skunk badger ewe ram boar
        lobster shrimp squid fish leopard tiger rhinoceros dragon unicorn chicken
        sauropod raccoon peacock panda chick bear""",
    "food": """cherries grapes watermelon tangerine banana pineapple peach carrot broccoli
        garlic onion mushroom peanuts chestnut hamburger taco popcorn doughnut shortcake
        lollipop spaghetti mango dumpling rice cake pie bread
        fries omelet sandwich""",
    "vehicle": """rocket minibus trolleybus train tram monorail speedboat
        skateboard lorry engine railway""",
    "clothing": "sandal crown sunglasses goggles glasses briefs clothes",
}
_MISLEADING = {
    "heart suit", "club suit", "diamond suit", "spade suit", "hot dog", "computer mouse",
    "carousel horse", "mahjong red dragon", "fried shrimp", "clinking glasses",
    "no bicycles", "shopping cart", "sheaf of rice", "person in tuxedo",
    "person wearing turban", "woman with headscarf", "person rowing boat",
}  # fmt: skip

DESCRIPTIONS = {
    "name": """
        Name of the emoji in English.
        What does this emoji show? Answer with its official English name in lower case.
        Describe the pictogram in a few words, as in "red heart" or "rolling on the floor laughing".
        A screen reader meets this emoji; what does it read out in English?
        Give the short English name of the symbol.
        I can't make out the tiny pictures on my phone. Tell me in English what each one is.
        Turn the emoji into words.
        Please write the English Unicode caption for the emoji.
        emoji -> English caption
        Say in plain English which thing, face or gesture this character depicts.
        For an English picture dictionary, write the entry under the given emoji.
        Output the English label of the icon, without colons or underscores.
        english name of this emoji pls, small letters
        If somebody types a colon and begins to write in an English chat program, this picture appears. What is its whole English name, without colons?
        A blind friend asks what the last character of my message was. Tell him in English, like "red heart" or "crescent moon".
        Not a category such as animal or food and not another language: the particular English name of the thing in the picture.
        Our print shop can't print emoji and puts their English short names in brackets. Leave out the brackets and give the name.
        How does the Unicode chart title this sign in English? Lower case, unless it's a proper name.
    """,
    "name_french": """
        Name of the emoji in French.
        Décris l'emoji: give its French name.
        What is this emoji called in France? Write the French caption.
        A French screen reader comes across the symbol. Print the words it speaks.
        Put a French label under the little picture.
        Please describe the icon in French, in one to a few words.
        I'm learning French with emoji: I send a picture, you send the French word for it.
        Output the French short name of the emoji.
        Caption the pictogram for readers in Paris.
        Which French words stand for this sign?
        emoji into French words
        Tell a French-speaking friend, in French, what the emoji shows.
        nom de l'emoji en français svp
        Our print shop in Lyon can't print emoji and puts their French names instead. Which name does it put here?
        A pupil learns French words by pictures: she sees a comet and writes "comète". What must she write for the picture at hand?
        Not in English and not in Spanish, please; only French words for what the sign shows.
        How does a telephone set to français describe the symbol in its emoji search?
        The Belgian editor wants the alt text for this pictogram in the language of Molière, no sentence, just the name.
    """,
    "name_spanish": """
        Name of the emoji in Spanish.
        ¿Qué es esto? Reply with the Spanish name of the emoji.
        Write what the emoji shows in Spanish.
        How would the keyboard of a phone set to Spanish label this symbol?
        Give a Spanish caption for the pictogram.
        Please name the icon in Spanish using the official short name.
        My Mexican cousins ask what the picture means; say it in Spanish.
        Convert the emoji to Spanish text.
        Say it en español: which object, animal or face is it?
        The sticker book is sold in Madrid, so each emoji needs a Spanish title. Provide it.
        emoji into Spanish words
        Output the Spanish description of the sign.
        nombre del emoji en español por favor
        Our print shop in Bogotá can't print emoji and puts their Spanish names instead. Which name does it put here?
        A pupil learns Spanish words by pictures: she sees a snail and writes "caracol". What must she write for the picture at hand?
        Not in English and not in French, please; only Spanish words for what the sign shows.
        How would abuela in Seville be told, in a few words of her language, what the picture on the screen is?
        The Argentine editor wants the alt text for this pictogram in the language of Cervantes, no sentence, just the name.
    """,
    "is_face": """
        Is the emoji a face? yes/no
        Say yes if the emoji is a face and no if it shows something else.
        Does the symbol look at you with eyes and a mouth? Answer yes or no.
        Smileys, animal heads and other faces get yes; objects, plants, hands and signs get no.
        Check whether the pictogram is a face of any kind. Output yes or no.
        I want to keep only faces in my emoji set. Reply yes to keep, no to remove.
        Please tell if this is a face emoji: yes or no.
        Binary classification of emoji, with yes for faces and no for non-faces.
        Could it express a mood with its features? If it's a face write yes, if it isn't write no.
        face or no face (yes/no)
        Decide if the character draws somebody's or something's face; yes means it does.
        Is a smiling, crying or otherwise visible face all there is to see? Answer with yes or no.
        face? yes / no
        A sticker maker prints round stickers, and for these only faces will do. Tell him yes for an emoji that is one and no for one that isn't.
        😀 is yes, 🚗 is no, 🍎 is no. And the emoji here?
        Don't describe the picture; say if what it consists of is a face (yes) or anything else, such as a thing, a plant or a gesture (no).
        Would you find it on the smileys' page of the emoji keyboard, with eyes and mouth? Give yes or no.
        For research on feelings in chats we keep what has a facial expression. Is it kept? yes for a face, no for a non-face
    """,
    "kind": """
        Kind of emoji: face, animal, food, vehicle or clothing.
        What does the emoji belong to - faces, animals, food, vehicles or clothing? Answer face, animal, food, vehicle or clothing.
        Sort pictograms into five groups called face, animal, food, vehicle, clothing.
        Please give the category of the thing depicted: food if edible, animal if a creature, vehicle for transport, clothing if worn, face for smileys.
        Which tab of the emoji keyboard would it be in if the tabs were animal, clothing, face, food and vehicle?
        My stickers need folders. Write the folder for this one: face, animal, food, vehicle or clothing.
        Look at the picture and return its general class, one of five.
        A burger is food, a bus is a vehicle, a bee is an animal, boots are clothing, a grin is a face. Classify the next emoji.
        semantic class of the pictogram (face / animal / food / vehicle / clothing)
        Don't name the thing shown, name its type: animal, face, food, clothing or vehicle.
        Can you eat it, ride in it, wear it, pet it, or is it a face? Reply with food, vehicle, clothing, animal or face.
        Category label for an emoji, five options, lower case.
        type of emoji? face / animal / food / vehicle / clothing
        A teacher cuts out emoji and glues them on five posters: face, animal, food, vehicle, clothing. On which poster does this one go?
        🐘 animal, 🍕 food, 🚲 vehicle, 👗 clothing, 😀 face. And the emoji here?
        Don't write what exactly it is (dog, pizza, bus); write which of clothing, vehicle, food, animal and face it falls under.
        In the zoo, in the kitchen, in the garage, in the wardrobe or in the mirror: where is this seen? Say it by animal, food, vehicle, clothing or face.
        We tag the pictures that customers send us. The tag list is short: vehicle, clothing, face, food, animal.
    """,
    "flag_country": """
        Country of the flag emoji.
        Which country or territory does this flag belong to? Write its English name.
        Name the land whose flag is shown.
        Read the flag and give the place it stands for.
        Please tell me what country this flag emoji represents.
        A player's nationality is shown as a flag; put it into words as a country name.
        Flag in, English country name out.
        I see this flag in a profile. Where is the person from? Answer with the country only.
        Convert regional indicator flags to names of countries.
        whose flag?
        Identify the state or territory by its banner.
        At the Olympic Games a team marches in behind this flag. Which team is it?
        country of this flag, in english
        A ship on the horizon flies this. From which state or territory does she come?
        🇳🇴 Norway, 🇰🇪 Kenya. And the flag here?
        Don't write a code like NO or KE and don't describe the colours; the name of the land in English is wanted.
        The price list of our phone company marks each destination with a flag. For callers who don't see pictures, write the destination as a word.
        Two hidden letters make up such an emoji, and they stand for a country. Say which one, by its usual English name.
    """,
}


@lru_cache(maxsize=4)
def names(language: str) -> dict[str, str]:
    """Names of the basic emoji in one language; `en` is the table of all emoji."""
    wheel = open_wheel(EMOJI)
    table = json.loads(read_text(wheel, "emoji/unicode_codes/emoji.json"))
    if language == "en":
        raw = {sign: entry["en"] for sign, entry in table.items()}
    else:
        raw = json.loads(read_text(wheel, f"emoji/unicode_codes/emoji_{language}.json"))
    basic = {
        sign
        for sign, entry in table.items()
        if entry["status"] == 2
        and entry["E"] <= _NEWEST_VERSION
        and "skin_tone" not in entry["en"]
        and not is_vulgar(entry["en"].replace("_", " "))
    }
    return {
        sign: name.strip(":").replace("_", " ")
        for sign, name in raw.items()
        if sign in basic
    }


def pictures() -> dict[str, str]:
    """The shared pool: emoji of one character with English names of few words."""
    return {
        sign: name
        for sign, name in names("en").items()
        if len(sign.removesuffix("\ufe0f")) == 1
        and len(name.split()) <= 4
        and "button" not in name
        and "o’clock" not in name
        and name != "middle finger"
    }


def kind_of(name: str) -> str:
    """What a named emoji shows, or nothing if it is none of the main kinds."""
    if name.endswith(" face") or name.startswith("face ") or " face with " in name:
        return "face"
    last = name.split()[-1]
    for kind in _KINDS[1:]:
        known = {*NOUNS[kind], *_EXTRA[kind].split()}
        is_cat_face = last == "cat" and name != "cat"
        if {last, last.removesuffix("s")} & known and not is_cat_face:
            return "" if name in _MISLEADING else kind
    return ""


def _flags() -> dict[str, str]:
    """Flags made of two regional indicators, with the name of the country."""
    return {
        sign: name
        for sign, name in names("en").items()
        if len(sign) == 2 and all("\U0001f1e6" <= c <= "\U0001f1ff" for c in sign)
    }


def _name_rows(language: str) -> Rows:
    generator = random.Random(f"{FAMILY}/names")
    signs = generator.sample(sorted(pictures()), 400)
    known = names(language)
    return [(sign, known[sign]) for sign in signs if sign in known]


def _rows() -> Iterator[tuple[str, str, Rows]]:
    """Yields the name, the pool and the rows of every task."""
    yield "name", "emoji", _name_rows("en")
    yield "name_french", "emoji", _name_rows("fr")
    yield "name_spanish", "emoji", _name_rows("es")
    kinds = [(sign, kind_of(name)) for sign, name in pictures().items()]
    faces: Rows = [
        (sign, "yes" if kind == "face" else "no")
        for sign, kind in kinds
        if "face" not in pictures()[sign] or kind == "face"
    ]
    yield "is_face", "emoji", list(balanced(faces, seed=f"{FAMILY}/is_face"))
    named: Rows = [(sign, kind) for sign, kind in kinds if kind]
    yield "kind", "emoji", list(balanced(named, seed=f"{FAMILY}/kind"))
    yield "flag_country", "emoji_flags", list(_flags().items())


def drafts() -> Iterator[TaskDraft]:
    """Yields the tasks of this family."""
    for task, pool, rows in _rows():
        group = "kind" if task == "is_face" else task
        yield TaskDraft(
            id=f"{FAMILY}_{task}",
            descriptions=wordings(DESCRIPTIONS[task]),
            rows=rows,
            pool=pool,
            group=f"{FAMILY}_{group}",
            licence="BSD-3-Clause AND Unicode-3.0",
            source="emoji 2.16.0",
        )
