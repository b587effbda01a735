"""Categories family: what sort of thing an everyday noun names."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

from training.catalogue import wordnet
from training.catalogue.drafting import balanced, wordings
from training.catalogue.nouns import ALIVE, MAN_MADE, NOUNS, broader_terms
from training.catalogue.source import Answer, TaskDraft

FAMILY = "categories"
PACKAGES = (wordnet.PACKAGE,)

Rows = list[tuple[str, Answer]]

MAIN_KINDS = (
    "animal", "plant", "food", "person", "body part", "clothing", "vehicle", "building",
)  # fmt: skip
_THINGS = ("clothing", "vehicle", "building", "furniture", "tool", "musical instrument")
_INANIMATE = (*MAN_MADE, "landscape")

# Task -> the label for the kinds that count, those kinds, the other label, its kinds.
LABELS: Mapping[str, tuple[str, tuple[str, ...], str, tuple[str, ...]]] = {
    "is_animal": ("yes", ("animal",), "no", ()),
    "is_food": ("true", ("food",), "false", ()),
    "who_or_what": ("who", ("person",), "what", ()),
    "is_plant": ("plant", ("plant",), "other", ()),
    "is_body_part": ("1", ("body part",), "0", ()),
    "can_be_worn": ("wear", ("clothing",), "skip", ()),
    "living": ("living", ALIVE, "non-living", _INANIMATE),
    "origin": (
        "natural",
        ("animal", "plant", "landscape", "body part"),
        "man-made",
        MAN_MADE,
    ),
    "edible": ("edible", ("food",), "inedible", (*_INANIMATE, "person")),
    "mobility": (
        "moves",
        ("animal", "person", "vehicle"),
        "stays",
        ("plant", "building", "furniture", "landscape"),
    ),
}

DESCRIPTIONS = {
    "category": """
        Noun category: animal, plant, food, person, body part, clothing, vehicle or building.
        Which of these eight groups does the word belong to: animal, plant, food, person, body part, clothing, vehicle, building? Reply with the group only.
        Sort single nouns into broad classes. The classes are animal, plant, food, person, body part, clothing, vehicle and building; "shark" goes to animal, "elbow" to body part.
        I will send you one noun. Please tell me what sort of thing it is, choosing among animal, plant, food, person, body part, clothing, vehicle, building.
        name the semantic class of the noun (plant / animal / food / person / clothing / vehicle / building / body part)
        Given a noun, output its general category, for example tulip -> plant, sailor -> person, taxi -> vehicle.
        We are tagging a picture dictionary: for each headword, write whether it shows an animal, a plant, some food, a person, a body part, clothing, a vehicle or a building.
        Eight boxes stand on the table, labelled animal, plant, food, person, body part, clothing, vehicle and building. Say which box the word should be dropped into.
        Coarse-grained noun classification with eight labels. Input: a common noun. Output: one of animal, plant, food, person, body part, clothing, vehicle, building.
        What does this word stand for - an animal, a plant, a food, a person, a part of the body, an item of clothing, a vehicle or a building? Answer "body part" or "clothing" etc., nothing more.
        Put the noun into its family of meanings. Dog is an animal, scarf is clothing, chapel is a building.
        Write the category label of the thing named. Do not define the word; just give animal, plant, food, person, body part, clothing, vehicle or building.
        kind of thing (animal / plant / food / person / body part / clothing / vehicle / building), one label per word pls
        Every item in our museum shop's word game gets a colour by class, so I must know the class: animal, plant, food, person, body part, clothing, vehicle or building. Chef would be person, barn would be building.
        Wanted: someone who looks at a noun and files it under animal, plant, food, person, body part, clothing, vehicle or building without a second thought.
        You have eight possible answers and no ninth: animal, body part, building, clothing, food, person, plant, vehicle. Which is right for the noun below?
        i give noun, you give class. soup -> food, knee -> body part, truck -> vehicle, also possible animal, plant, person, clothing, building
        Not the definition and not a synonym, please - only the broad class out of food, animal, vehicle, plant, building, clothing, person and body part.
    """,
    "is_animal": """
        Animal? yes/no
        Say yes if the word is the name of an animal, and no if it is anything else.
        Is this a creature from the animal kingdom? Answer yes or no.
        Check whether the noun names an animal such as a horse or a beetle. The reply is a single yes or no.
        I'm sorting flash cards and need to know which ones show animals. For each word reply "yes" (it is an animal) or "no" (it isn't).
        Decide if a zoologist would study this thing: yes for animals of any sort, no for plants, people, food and objects.
        Animal detector: mammals, birds, fish, insects and reptiles get yes; everything else gets no.
        Please tell me, with yes or no, if the given noun refers to an animal.
        Binary test on one noun. yes = an animal, no = not an animal. Example: falcon -> yes, wagon -> no.
        Would you find this in a zoo, a stable, a pond or an anthill as a living beast? yes or no
        The task is to recognise animal names among ordinary nouns, answering yes for them and no for the rest.
        Return "yes" when the input is a beast, bird, fish or bug; return "no" otherwise.
        is it animal or not, say yes / no
        Our pet shop's stock list has been polluted with furniture and vegetables. Put yes beside each living animal kind and no beside everything that isn't one.
        A wolf counts, a tulip doesn't, a nurse doesn't either. Reply with yes for words of the wolf sort and no for all the others.
        Could a child draw this for the poster "Animals of the World"? One lower-case word, yes or no.
        Go through the nouns and confirm (yes) or deny (no) that the thing meant is an animal; humans are to be denied.
        The labelling guide says: yes = fauna. no = flora, people, objects, food, places. Apply it to the noun.
    """,
    "is_food": """
        Food or drink: true or false?
        Answer true if the noun names something people eat or drink, false if it does not.
        True or false - the word on the card is a food.
        Does the word name a food, a dish or a beverage? Output the word true or the word false.
        Evaluate the statement "this is food" for the given noun and print true or false.
        I keep a list of mixed words and only want the groceries. Mark each word true when it is something to eat or drink and false when it isn't.
        For every noun return a boolean: true for food and drink (muffin -> true), false for all else (ladder -> false).
        Could this be on the menu of a cafe or in a lunch box? Say true or false.
        Please judge whether the input is a kind of food; your answer must be true or false.
        food check, boolean output in lower case (true/false)
        A cook's filter: soup, tea and sausages come out as true; animals, tools, people and places come out as false.
        You see one noun. If it belongs to the class of edible goods write true, and if it belongs elsewhere write false.
        eatable or drinkable thing? write true, otherwise false
        Our allergy app must first find out whether a word is food or drink at all. Give it true when it is and false when it is not.
        If you could buy it in the grocery section to put in your mouth, that is true. If it is a hat, a horse or a hospital, that is false.
        Set the field is_food for this noun. Allowed values are true and false; don't add quotation marks or explanations.
        A waiter reads a word from a card and wonders if the kitchen can bring it. Tell him true or false.
        pizza true, cider true, elbow false, lawyer false - carry on with the word given
    """,
    "who_or_what": """
        Who or what?
        Say "who" if the noun refers to a person and "what" if it refers to anything else.
        Would you ask "who is it?" or "what is it?" about this word? Answer who or what.
        Distinguish people from everything else: who for people such as a baker, what for animals, plants and objects.
        Given a noun, print who (human being, role or profession) or what (not a human being).
        If the word names a kind of person, such as a nurse or a cousin, the answer is who; otherwise it is what.
        We need the right question word for each noun. People take "who", all other nouns take "what"; reply with that one word.
        Please label the noun with the pronoun that asks about it, who for humans and what for non-humans.
        senator -> who, guitar -> what, uncle -> who, lobster -> what. Do the same for the next noun.
        human = who, everything else = what
        Someone whispers a noun to you; you may only reply "who" when it means a human being or "what" when it means a thing, beast or place.
        Choose between the two words who and what, depending on whether the noun stands for a person.
        person? then who. no person? then what.
        In the grammar lesson we replace each noun by a question word. A pilot is asked for with who; a lamp, a cat or a cake is asked for with what.
        For the sentence "___ did you see?" choose who or what so that it asks for the given noun.
        Don't classify any further than this: is somebody meant (who) or something (what)? Animals belong to the second group.
        The form has one box that accepts only the words who and what. Enter who for roles, relatives and professions, what for the remainder.
        Which of these two words would a detective write on his notepad, who for a human suspect or what for evidence that is not human?
    """,
    "is_plant": """
        Label the noun plant or other.
        Is it a plant? Write "plant" if so and "other" if not.
        Pick out flowers, trees, shrubs and grasses: these get the label plant, and all other nouns get the label other.
        I am a gardener with a messy word list. Tell me for each word whether it is a plant or something other; answer plant / other.
        Botany filter for single nouns, output "plant" or "other".
        Decide if the thing grows from roots in the ground, like an orchid or an elm. Answer with plant, or with other when it is not vegetation.
        Two classes: plant (oak, daisy, ivy) and other (dog, chair, baker, soup). Give the class of the word.
        Please answer "plant" for any tree, bush, flower or herb, and answer "other" for every remaining noun.
        Does this word belong in a book of wild and garden plants? Respond plant for yes, other for no.
        plant vs other
        Read the noun and say whether what it names is vegetable life. The two allowed replies are plant and other.
        Flora get "plant". Non-flora get "other". Nothing else may be printed.
        botanist wants only vegetation: plant for it, other for the rest
        Rose? plant. Rabbit? other. Radio? other. Next one, please.
        In a seed catalogue I expect trees, flowers, grasses and the like. Words which don't fit there are to be called other, and those which do are to be called plant.
        Is this thing a member of the vegetable kingdom or not? Your reply has to be plant if it is and other if it is not.
        Go over the noun list for the botanical garden and tag every word with plant or other; animals, people and tools are always other.
        tag = plant when it has leaves, stems or blossoms by nature, tag = other when it has none
    """,
    "is_body_part": """
        Body part flag, 1 or 0.
        Print 1 if the word names a part of the body and 0 if it does not.
        Does a doctor find this in or on a human or animal body as one of its parts? 1 means yes, 0 means no.
        Mark anatomy terms with the digit 1 and other nouns with the digit 0.
        Output a single digit for each noun: 1 for something like knee, liver or eyebrow, 0 for something like kettle.
        Is it a piece of anatomy? Write 1 for that, else write 0.
        I need an indicator variable for body parts. Input a noun, get 1 (body part) or 0 (anything else).
        Please return the number one when the noun is an organ, a limb, a bone or another part of a body, and the number zero in all other cases, as digits.
        wrist gives 1; window gives 0. Treat the next noun in the same way, looking only at whether it belongs to a body.
        0/1 classification of nouns: does the word denote a body part?
        Could you point at it on yourself or on an anatomy chart? If yes answer 1, if not answer 0.
        Binary anatomy tagger whose positive label is 1 and whose negative label is 0.
        part of the body? one digit, 1 yes 0 no
        The anatomy students keep getting wrong cards in their deck. For a card such as ankle or lung write 1, for a card such as pencil write 0.
        Does "my ... hurts" make sense literally with this word, as a piece of yourself? Answer in binary: 1 if yes, 0 if no.
        Never reply with words, only with a digit. A one says that the noun belongs to the body of a human or beast, a zero says that it does not.
        We fill the column body_part of a table with ones and zeros; fill the cell for this noun.
        thumb 1, spine 1, bicycle 0, sausage 0, next?
    """,
    "can_be_worn": """
        Wear it or skip it?
        Answer "wear" if the noun is a piece of clothing and "skip" if it is not.
        Sort the word for my wardrobe: clothes, shoes and hats are "wear", whatever cannot be worn is "skip".
        Is this something one puts on to get dressed? Reply wear for clothing and skip for the rest.
        Given one noun, say wear when it is a garment, footwear or headgear, otherwise say skip.
        I'm packing a suitcase with clothes only. Tell me for each item whether to wear it or skip it, using just the word wear or skip.
        Clothing filter with the outputs wear / skip, e.g. jacket -> wear, hammer -> skip.
        Please decide whether the object named is an article of clothing. Possible answers: wear, skip.
        Fashion editors want apparel separated from other nouns; apparel is tagged wear and non-apparel is tagged skip.
        wear = clothes; skip = not clothes
        Would a tailor, a shoemaker or a hatter make it? Then write wear. If nobody would dress in it, write skip.
        Print the verb wear for nouns naming garments and the verb skip for all other nouns.
        clothes yes -> wear, no clothes -> skip
        Our charity shop takes garments, shoes and hats only. Tell the helper at the door which donation to wear and which to skip, in that single word.
        Scarf, sock, bonnet: wear. Saw, spinach, sister: skip. What is the verdict on the present noun?
        When a dressing robot picks up an object it has to choose a command. The command is wear for apparel and skip for any object that isn't apparel.
        Can you have it on your body as clothing? Say wear if you can. In every other case say skip, and say nothing more.
        Label each noun of the theatre inventory: costume pieces become wear, props and all the rest become skip.
    """,
    "living": """
        Living or non-living?
        State whether the noun names a living being or a non-living object. Write living or non-living.
        Biology homework: classify each thing as "living" (people, animals, plants) or "non-living" (objects, buildings, rocks, water).
        Does the thing breathe or grow? Answer living if it does and non-living if it does not.
        Please tell organisms from inanimate things, with the labels living and non-living.
        For a noun such as oak, sailor or beetle reply living; for one such as table, canyon or bus reply non-living.
        living / non-living classification of a common noun
        My son is learning what is alive. When I type a word, say "living" or "non-living".
        Decide if the entity is alive in the biological sense and output one of two labels: living, non-living.
        Organism -> living. Lifeless object or place -> non-living.
        Is it alive or is it lifeless? Use the exact words "living" and "non-living" for your verdict.
        You are given the name of a thing. If it is a creature, a human or a plant it counts as living, and otherwise as non-living; reply with the label.
        alive or not alive: living / non-living
        For the science worksheet, decide about each word whether it is one of the living (a fox, a fern, a fisherman) or one of the non-living (a fork, a fjord, a ferry).
        Does the thing named need food, water or sunlight to stay alive? Then it is living. A thing that needs none of them is non-living.
        The answer is an adjective with or without "non-": living for beings and plants, non-living for matter and artefacts.
        i sort pictures for biology class, please say living or non-living for every noun, no other comment
        Would a biologist call this an organism? Return living in that case; return non-living for stones, machines, garments, rivers and houses.
    """,
    "origin": """
        Natural or man-made?
        Say whether the thing named occurs in nature or is manufactured. Reply natural or man-made.
        Did people build it, or does nature produce it? Output "man-made" for the first case and "natural" for the second.
        Tag the noun by origin: natural for animals, plants, body parts and landscapes, man-made for artefacts.
        A geography quiz: river is natural, bridge is man-made. What about the given word?
        Please mark each noun as "natural" (nature made it) or "man-made" (humans made it).
        origin of the thing: natural | man-made
        I want to separate artefacts from natural things. Artefacts such as coats, cups and cars are man-made, the rest are natural. Give me the label of the word.
        Was this object made in a workshop or factory, or would it exist without people? Answer man-made or natural.
        Output one of two labels for the noun, natural if it grows, lives or lies in nature and man-made if somebody produced it.
        Think of a world without humans: things still there are natural, things that would be missing are man-made. Label the word accordingly.
        Classify by maker. Nature's work gets the label natural, human work gets the label man-made.
        made by nature or by people? natural / man-made
        The exhibition has two halls, one called natural and one called man-made. To which hall do we carry the thing named?
        A fox, a shin, an oak and a valley are natural, whereas a drill, a flute, a castle and a canoe are man-made. Go on in this way.
        Before you answer, think if there is a factory, a carpenter or a builder behind it. With one it is man-made, without one it is natural.
        Please fill the field "provenance" of each noun. There are only two values, natural and man-made (mind the hyphen).
        Do not tell what it is used for; just tell if it came about by itself (natural) or by human hands (man-made).
    """,
    "edible": """
        Edible or inedible?
        Can it be eaten or drunk? Answer with "edible" or "inedible".
        Tell me if the thing can be swallowed as food: edible for food and drink, inedible for objects, places and people.
        Write edible when the noun is good to eat or drink and inedible when it isn't.
        A hungry robot asks about every object it meets. Reply edible or inedible so that it does not chew the furniture.
        Judge the edibility of the item named; the two outcomes are edible and inedible.
        pancake -> edible, trumpet -> inedible
        Please state whether a person can consume the thing, using the adjectives edible and inedible.
        Label for a safety sheet: is the item edible or is it inedible?
        I give you a noun, you give me "edible" if I may put it on my plate or in my glass, else "inedible".
        Separate what belongs in the stomach from what does not. Output: edible / inedible.
        One adjective per noun, edible for anything nourishing and inedible for anything you should not bite into.
        can i eat or drink this? edible / inedible
        Survival course, lesson one: name a thing and the instructor shouts edible or inedible. Be the instructor.
        A porridge is edible and a doorknob is inedible; people and landscapes are inedible too. Judge the noun.
        Our kitchen scanner needs a warning label. For whatever belongs in a mouth as food or drink write edible, for everything else write inedible.
        If a toddler swallowed this, would it be a snack or an accident? Snack means edible, accident means inedible.
        Two-way adjective choice - inedible for objects, buildings, clothes, persons, scenery; edible for eats and drinks.
    """,
    "mobility": """
        Does it move or stay? moves / stays
        Answer "moves" if the thing gets from place to place and "stays" if it remains where it is.
        People, animals and vehicles are labelled moves; plants, buildings, furniture and landscapes are labelled stays. Label the noun.
        Is the thing mobile or fixed to its spot? Write moves for mobile and stays for fixed.
        Imagine leaving it alone for a day. If it can walk, fly, swim or drive away say moves, else say stays.
        Given a noun, print moves (travels about, like a horse or a bus) or stays (stands still, like a willow or a church).
        I need to know which items of my scene must be animated. Reply moves or stays for each word.
        mobility label for a noun: moves or stays
        Please classify by mobility with the two words "moves" and "stays".
        sheriff -> moves; ferry -> moves; cliff -> stays; sofa -> stays
        Would a camera on a tripod see this thing travel across the picture? moves if so, stays if not.
        Tell the movers from the stationary things. A mover gets "moves", a stationary thing gets "stays".
        goes around = moves, remains in place = stays
        For a computer game I have to know which things get legs, wings or wheels. If it gets any, write moves; if it is part of the scenery, write stays.
        A removal firm finds some things gone and others still there next morning. Would this one have left by its own power (moves) or not (stays)?
        Grandmothers, geese and tractors are moves. Wardrobes, oaks, hills and chapels are stays. Which verb does the noun get?
        Reply with a verb in the third person, either moves or stays, depending on if the thing named can travel.
        Could it come to meet you, or would you have to go and find it where it stands? Answer moves in the first case and stays in the second.
    """,
    "broader_term": """
        Broader term for the noun.
        What kind of thing is it? Give the more general word, for example sparrow -> bird, sandal -> footwear.
        Name the class that the thing is a kind of: bird, insect, mammal, drink, fruit, tree, boat, garment and so on.
        Complete the sentence "It is a kind of ..." for the given noun, and print only the missing word.
        Give a hypernym of the noun.
        Please replace the specific noun by the general one that covers it, the way "trout" becomes "fish" and "canoe" becomes "boat".
        Go one step up in generality: from violin to musical instrument, from uncle to relative, from wolf to mammal.
        I write crossword clues and need the general class of a thing. I type "tulip" and want "flower".
        Output the everyday superordinate term of the word, in one or two words.
        If a child asked "what's that?", which broad family name would you answer with? Write it down.
        Type-of relation: input X, output Y such that every X is a Y and Y is a common broader word like reptile, vegetable, container or vehicle.
        From particular to general - say what sort of thing the word is.
        more general word for this noun (hypernym), e.g. oak -> tree
        In our thesaurus each entry needs a "see under" reference to the next wider class, so that cobra refers to snake and teapot refers to container.
        You know the thing, but your listener doesn't. Tell him in one plain noun what group of things it is one of, as hawk is one of the birds.
        please not the definition, only the word for the bigger group where this thing is included, like poodle - dog
        Every X is a Y: every gin is a drink, every nephew is a relative. X is given here, write Y.
        Climb one rung on the ladder of meaning and report the more abstract noun you find there.
    """,
    "pick_animal": """
        Pick the animal from the list.
        Four words are given and exactly one is an animal. Write that word.
        Which of these is the animal? Answer with the word itself.
        Copy out the only creature in the comma-separated list.
        From "baker, taxi, heron, soup" take "heron": return the list item that names an animal.
        Find the beast, bird, fish or bug hidden among the four items and repeat it.
        I have mixed up my cards again; please hand me the animal card out of the four.
        Select the member of the list that a zoo could keep.
        animal in list -> output it
        Read the four nouns and extract the one belonging to the animal kingdom.
        The answer is the word for an animal; leave out the food, the person and the object.
        A vet gets a list of four words. Which one is a patient? Give just that word.
        which one is animal? write only this word
        A farmer dropped four labels and just one belongs on a stable, cage or fish tank. Copy that label.
        In every row of our worksheet stand four nouns, and the pupils circle the animal. Give the circled word.
        "mayor, goulash, otter, guitar" -> otter, because it alone is an animal; treat the new row in the same manner.
        Do not explain and do not name the category. Repeat the list entry that lives as a beast, bird, fish or insect.
        Who of the four would leave paw prints, feathers or a web behind? Answer with this entry.
    """,
    "pick_food": """
        Pick the food from the list.
        One of the four words is something to eat or drink. Print it.
        Which item could be served at a meal? Reply with that item only.
        Extract the food or drink from the comma-separated words.
        Out of "baker, taxi, heron, soup" choose "soup", that is, the one you can consume.
        Give me whichever word belongs on a menu and ignore the other three.
        food in list -> output it
        I'm hungry, so tell me which of these four things is for eating or drinking.
        Look through the nouns, find the edible one and write it down unchanged.
        The cook may take a single item from each list. Name it.
        Return the list member that is a dish, an ingredient or a beverage.
        Select the word naming nourishment; skip the animal, the person and the object.
        which one is food or drink? write only this word
        A mouse finds four things and nibbles at the sole one that is meant to be eaten or drunk. Which one?
        In "mayor, goulash, otter, guitar" it is goulash. Find the thing for the table in the new row, too.
        Our caterer gets lists with three mistakes in them. Strike out what cannot be served, and send back the single entry that can.
        Of four comma-separated nouns, return the victual. Animals in the list are to be treated as animals, not as meat.
        Search for what you'd see on a plate or in a cup, and type that one entry again.
    """,
    "pick_person": """
        Pick the person from the list.
        Find the one word that stands for a human being and write it.
        Which of the four is a person? Answer with that word alone.
        Among four nouns, exactly one names a role, job or relation of people. Output it.
        From "baker, taxi, heron, soup" the answer is "baker", since a baker is a person.
        Who is in this list? Copy out the only human.
        person in list -> output it
        Please point out the member of the list you could shake hands with and have a chat with.
        Select the noun that refers to somebody rather than something.
        I only invite people to my party. Read the list and tell me whom I should invite.
        Extract the human from the comma-separated items, leaving animals, food and objects aside.
        Return whichever of the words could be the subject of "went home and read the newspaper".
        which one is human? write only this word
        Three of the four can't sign a contract. Write down the one who can.
        In "mayor, goulash, otter, guitar" it is mayor. Name the human member of the new row as well.
        The receptionist only hands visitor badges to people. Who on this list of four gets a badge?
        Scan the row for a job, a family relation or another word for somebody, and give back this word unaltered.
        Of the nouns below keep the man, woman or child; throw out what is eaten, what is used and what has fur, fins or feathers.
    """,
    "pick_object": """
        Pick the object from the list.
        Three of the words are an animal, a food and a person. Write the fourth, the man-made thing.
        Which word names an object that people built or made? Give that word.
        Extract the artefact (clothing, vehicle, building, furniture, tool or instrument) from the list.
        From "baker, taxi, heron, soup" keep "taxi", the manufactured item.
        object in list -> output it
        Find what is neither alive nor edible among the four nouns and repeat it.
        Leave out everyone who lives and everything that can be eaten. What remains? Reply with that word.
        Please name the inanimate, inedible item of the list.
        Select the lifeless thing one could own, enter, drive, play or put on.
        A museum of technology and design collects things only. Tell me which word of the list it would collect.
        Output the list member that was manufactured or constructed.
        which one is a man-made thing? write only this word
        Somebody sewed, built, forged or assembled exactly one of these four. Copy its name.
        In "mayor, goulash, otter, guitar" it is guitar. Do likewise for the new row and give the made thing.
        Insurance covers household goods, vehicles and buildings but neither beings nor groceries. Which entry of the list is covered?
        Take away the human, the beast and the meal, then tell me the artefact that is left over.
        Our inventory is for manufactured property. From each row of four words extract the only one we have to register.
    """,
    "odd_one_out": """
        Odd one out.
        Three of the four words are of one kind. Write the word that does not fit.
        Which word is the intruder in this list? Answer with that word only.
        Find the item whose category differs from that of the other three and print it.
        tulip, daisy, hammer, lily -> hammer
        Please tell me which of the four doesn't belong with the rest.
        I'm making puzzles where one word is out of place; solve this one by naming the misfit.
        Spot the exception: all but one of these nouns share a category, so give the exception.
        Read the comma-separated words, see what most of them have in common, and output the stranger among them.
        Remove one word so that the remaining three make a proper group. Which one do you remove?
        Return the single outlier of the list, unchanged.
        One of these things is not like the others - name it.
        which word does not fit with other three?
        The shopkeeper put four things on a shelf, three alike and one by mistake. Name the mistake.
        bus, lorry, van, thigh: here the answer is thigh. Read my four words and do the same.
        Group the nouns by meaning, three against one, and write the one. Don't write what the three are.
        During the quiz you hear four words and press the button for the one from a different category. Which is it?
        Quality check for word sets: each ought to hold a single theme. Report the word that violates the theme.
    """,
    "common_category": """
        Category that three of the four words share.
        Most of these words are the same kind of thing. Which kind? animal, plant, food, person, body part, clothing, vehicle or building
        Name the group that all but one of the words belong to, choosing from animal, plant, food, person, body part, clothing, vehicle, building.
        tulip, daisy, hammer, lily -> plant
        Write the majority category of the list, ignoring the word that is out of place.
        Please give the topic of this list: the class into which three of its four nouns fall.
        A shelf holds four things and one was put there by mistake. What should the label of the shelf be? (animal, plant, food, person, body part, clothing, vehicle, building)
        Label the list by its main theme with one of eight labels: animal, plant, food, person, body part, clothing, vehicle, building.
        Do not name the intruder. Name what the other three words are, e.g. "vehicle".
        What do three of these nouns have in common? Reply with their shared category.
        I want a heading for each of my word lists; print the category that covers the most words.
        Majority vote over the kinds of four words - output the winning kind.
        what are the three matching words? animal, plant, food, person, body part, clothing, vehicle or building
        bus, lorry, van, thigh: here the answer is vehicle, and thigh can be ignored. Read my four words and do the same.
        Our crossword editor groups words under headings and one in four is always wrong. Tell her the right heading: animal, plant, food, person, body part, clothing, vehicle, building.
        Don't repeat any word of the list. Say which of the eight classes, e.g. clothing or body part, three of its members are in.
        If you deleted the stray word, how would you title the rest? One of building, vehicle, clothing, body part, person, food, plant, animal.
        Give the class that wins three to one among the nouns in the row, written in the singular, like "plant".
    """,
}


def kind_of_nouns(kinds: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yields every noun of some kinds, by default of all, with its kind."""
    for kind in kinds or tuple(NOUNS):
        for noun in NOUNS[kind]:
            yield noun, kind


def label_rows(task: str) -> Iterator[tuple[str, Answer]]:
    """Yields equally many nouns for both labels of a two-label task."""
    positive, kinds, negative, others = LABELS[task]
    rest = others or tuple(kind for kind in NOUNS if kind not in kinds)
    rows = [(noun, positive) for noun, _ in kind_of_nouns(kinds)]
    rows += [(noun, negative) for noun, _ in kind_of_nouns(rest)]
    return balanced(rows, seed=f"{FAMILY}/{task}")


def mixed_lists() -> Iterator[dict[str, str]]:
    """Yields an animal, a food, a person and an object in random order, by kind."""
    generator = random.Random(f"{FAMILY}/mixed_lists")
    for _ in range(300):
        chosen = {
            "pick_animal": generator.choice(NOUNS["animal"]),
            "pick_food": generator.choice(NOUNS["food"]),
            "pick_person": generator.choice(NOUNS["person"]),
            "pick_object": generator.choice(NOUNS[generator.choice(_THINGS)]),
        }
        order = generator.sample(sorted(chosen), len(chosen))
        yield {task: chosen[task] for task in order}


def misfit_lists() -> Iterator[tuple[str, str, str]]:
    """Yields a list of three nouns of a kind and a misfit, the misfit, the kind."""
    generator = random.Random(f"{FAMILY}/misfit_lists")
    for number in range(304):
        kind = MAIN_KINDS[number % len(MAIN_KINDS)]
        # Food and living things overlap in meaning, so the misfit keeps away from them.
        near = (*ALIVE, "food") if kind in (*ALIVE, "food") else (kind,)
        others = [other for other in NOUNS if other not in near]
        misfit = generator.choice(NOUNS[generator.choice(others)])
        words = [*generator.sample(NOUNS[kind], 3), misfit]
        generator.shuffle(words)
        yield ", ".join(words), misfit, kind


def _rows() -> Iterator[tuple[str, str, Rows]]:
    """Yields the name, the pool and the rows of every task."""
    kinds = balanced(kind_of_nouns(MAIN_KINDS), seed=f"{FAMILY}/category")
    yield "category", "nouns", list(kinds)
    for task in LABELS:
        yield task, "nouns", list(label_rows(task))
    terms = ((noun, broader_terms(noun)) for noun, _ in kind_of_nouns())
    yield "broader_term", "nouns", [(noun, known) for noun, known in terms if known]
    lists = list(mixed_lists())
    for task in ("pick_animal", "pick_food", "pick_person", "pick_object"):
        rows: Rows = [(", ".join(words.values()), words[task]) for words in lists]
        yield task, "noun_lists", rows
    misfits = list(misfit_lists())
    yield "odd_one_out", "noun_misfits", [(text, word) for text, word, _ in misfits]
    yield "common_category", "noun_misfits", [(text, kind) for text, _, kind in misfits]


def drafts() -> Iterator[TaskDraft]:
    """Yields the tasks of this family."""
    groups = {task: "lists" for task in DESCRIPTIONS if task.startswith("pick_")}
    # The category and its two-label forms are made from one table.
    for task in (
        "category",
        "is_animal",
        "is_food",
        "edible",
        "who_or_what",
        "is_plant",
    ):
        groups[task] = "kinds"
    groups |= {"is_body_part": "kinds", "can_be_worn": "kinds"}
    groups |= {"odd_one_out": "misfits", "common_category": "misfits"}
    for task, pool, rows in _rows():
        yield TaskDraft(
            id=f"{FAMILY}_{task}",
            descriptions=wordings(DESCRIPTIONS[task]),
            rows=rows,
            pool=pool,
            group=f"{FAMILY}_{groups.get(task, task)}",
            licence=wordnet.LICENCE,
            source=wordnet.SOURCE,
        )
