"""Inflection family: forms of common English verbs, nouns and adjectives."""

from __future__ import annotations

import gzip
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from training.catalogue.source import Answer, TaskDraft, open_wheel
from training.catalogue.words import (
    WORDS_PACKAGES,
    balanced_rows,
    is_vulgar,
    word_ranks,
)

FAMILY = "inflection"
PACKAGES = ("lemminflect==0.2.3", *WORDS_PACKAGES)

_NUM_ROWS = 320
_NUM_UNUSUAL = 130
_LEMMA_RANKS = {"verb": 6000, "noun": 8000, "adj": 40000}
_RARE_LEMMA_RANK = 22000
_FORM_RANK = 30000
_UNSUITABLE_NOUNS = ("aye", "dos", "money", "amp")
_UNSUITABLE_ADJECTIVES = ("ill", "wrong", "well")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Verb:
    """A verb's forms; the commonest of several accepted forms comes first."""

    base: str
    past: tuple[str, ...]
    participle: tuple[str, ...]
    ing: tuple[str, ...]
    third: tuple[str, ...]

    def regular_past(self) -> tuple[str, ...]:
        """The past forms that only add -ed to the base, give or take a letter."""
        return tuple(
            form
            for form in self.past
            if form.endswith("ed")
            and form.startswith(self.base[:-1])
            and len(form) > len(self.base)
        )


@lru_cache(maxsize=1)
def _entries() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Lemma, part of speech and raw forms of every clean single lowercase word."""
    with open_wheel(PACKAGES[0]) as wheel:
        packed = wheel.read("lemminflect/resources/infl_lu.csv.gz")
    entries: list[tuple[str, str, tuple[str, ...]]] = []
    for line in gzip.decompress(packed).decode("utf-8").splitlines():
        lemma, part, *forms = line.split(",")
        if len(lemma) > 1 and lemma in word_ranks() and not is_vulgar(lemma):
            entries.append((lemma, part, tuple(forms)))
    return tuple(entries)


def _attested(forms: Iterable[str]) -> tuple[str, ...]:
    """The forms that occur in running text, the commonest first."""
    ranks = word_ranks()
    known = {form for form in forms if ranks.get(form, _FORM_RANK) < _FORM_RANK}
    clean = [form for form in known if not is_vulgar(form)]
    return tuple(sorted(clean, key=lambda form: ranks[form]))


@lru_cache(maxsize=1)
def _verbs() -> tuple[_Verb, ...]:
    """All usable verbs in a fixed random order; irregular ones lead the order."""
    verbs: list[_Verb] = []
    for lemma, part, forms in _entries():
        if part != "verb" or len(forms) != 4 or len(lemma) < 3:
            continue
        past, participle, ing, third = (field.split("/") for field in forms)
        # The table lists regular participles only when they differ from the past.
        regular = [form for form in past if form.endswith("ed")]
        candidates = participle + regular if participle != [""] else past
        verb = _Verb(
            base=lemma,
            past=_attested(past),
            participle=_attested(candidates),
            ing=_attested(ing),
            third=_attested(third),
        )
        is_complete = verb.past and verb.participle and verb.ing and verb.third
        is_regular = len(verb.regular_past()) == len(verb.past)
        limit = _LEMMA_RANKS["verb"] if is_regular else _RARE_LEMMA_RANK
        if is_complete and word_ranks()[lemma] < limit:
            verbs.append(verb)
    random.Random(f"{FAMILY}/verbs").shuffle(verbs)
    irregular = [verb for verb in verbs if not verb.regular_past()]
    first = irregular[:_NUM_UNUSUAL]
    return (*first, *(verb for verb in verbs if verb not in first))


@lru_cache(maxsize=1)
def _nouns() -> dict[str, tuple[str, ...]]:
    """Nouns with their plurals; those that do not simply add -s lead the order.

    Left out are nouns that are verbs or adjectives too, and those whose spelling does
    not settle whether they take a or an.
    """
    others = {lemma for lemma, part, _ in _entries() if part != "noun"}
    nouns: dict[str, tuple[str, ...]] = {}
    for lemma, part, forms in _entries():
        if part != "noun" or lemma in others or len(lemma) < 3:
            continue
        if (
            lemma.startswith(("h", "u", "eu", "ew", "one"))
            or lemma in _UNSUITABLE_NOUNS
        ):
            continue
        raw = forms[0].split("/")
        plurals = _attested(form for form in raw if form != lemma)
        if raw[0] != lemma and plurals and word_ranks()[lemma] < _LEMMA_RANKS["noun"]:
            nouns[lemma] = plurals
    order = sorted(nouns)
    random.Random(f"{FAMILY}/nouns").shuffle(order)
    unusual = [noun for noun in order if nouns[noun][0] != f"{noun}s"][:_NUM_UNUSUAL]
    return {noun: nouns[noun] for noun in dict.fromkeys(unusual + order)}


@lru_cache(maxsize=1)
def _adjectives() -> dict[str, tuple[str, str]]:
    """Adjectives with the comparative and superlative that take an ending."""
    degrees: dict[str, tuple[str, str]] = {}
    for lemma, part, forms in _entries():
        if part != "adj" or word_ranks()[lemma] >= _LEMMA_RANKS["adj"]:
            continue
        if lemma in _UNSUITABLE_ADJECTIVES:
            continue
        pair = [field.split("/")[0] for field in forms]
        if all(form in word_ranks() and not is_vulgar(form) for form in pair):
            degrees[lemma] = (pair[0], pair[1])
    return degrees


@lru_cache(maxsize=1)
def _verb_forms() -> dict[str, str]:
    """One inflected form of each verb, with its label: past, ing or present."""
    generator = random.Random(f"{FAMILY}/verb_forms")
    bases = {lemma for lemma, part, _ in _entries() if part in ("verb", "adj")}
    forms: dict[str, str] = {}
    for verb in _verbs():
        label = generator.choice(("past", "ing", "present"))
        form = {"past": verb.past, "ing": verb.ing, "present": verb.third}[label][0]
        if form not in bases and form not in forms:
            forms[form] = label
    return forms


def _base_rows() -> Iterator[tuple[str, Answer]]:
    bases: defaultdict[str, list[str]] = defaultdict(list)
    for lemma, part, fields in _entries():
        if part == "verb":
            for form in dict.fromkeys("/".join(fields).split("/")):
                bases[form].append(lemma)
    for form in _verb_forms():
        yield form, tuple(sorted(bases[form], key=lambda base: word_ranks()[base]))


def _singular_rows() -> Iterator[tuple[str, Answer]]:
    singulars: defaultdict[str, list[str]] = defaultdict(list)
    for lemma, part, fields in _entries():
        if part == "noun":
            for form in fields[0].split("/"):
                if form != lemma:
                    singulars[form].append(lemma)
    for plurals in _nouns().values():
        lemmas = singulars[plurals[0]]
        yield plurals[0], tuple(sorted(lemmas, key=lambda noun: word_ranks()[noun]))


def _positive_rows() -> Iterator[tuple[str, Answer]]:
    positives: defaultdict[str, list[str]] = defaultdict(list)
    for base, (comparative, _) in _adjectives().items():
        positives[comparative].append(base)
    for comparative, bases in positives.items():
        yield comparative, tuple(bases)


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeio" else "a"


def _irregular_label(verb: _Verb) -> str:
    if not verb.regular_past():
        return "yes"
    return "no" if len(verb.regular_past()) == len(verb.past) else ""


def _label_rows(labels: dict[str, str]) -> list[tuple[str, Answer]]:
    return balanced_rows(labels, lambda text: labels[text], num_rows=_NUM_ROWS)


def _tables() -> dict[str, tuple[str, str, Iterable[tuple[str, Answer]]]]:
    """Pool, group and rows of every task."""
    verbs, nouns, adjectives = _verbs(), _nouns(), _adjectives()
    irregular = {verb.base: _irregular_label(verb) for verb in verbs}
    articles = {noun: _article(noun) for noun in nouns}
    return {
        "past_tense": ("verbs", "verbs", ((verb.base, verb.past) for verb in verbs)),
        "past_participle": (
            "verbs",
            "verbs",
            ((verb.base, verb.participle) for verb in verbs),
        ),
        "ing_form": ("verbs", "verbs", ((verb.base, verb.ing) for verb in verbs)),
        "third_person": ("verbs", "verbs", ((verb.base, verb.third) for verb in verbs)),
        "irregular_verb": ("verbs", "verbs", _label_rows(irregular)),
        "base_form": ("verb_forms", "verbs", _base_rows()),
        "verb_form_name": ("verb_forms", "verbs", _label_rows(_verb_forms())),
        "plural": ("nouns", "nouns", nouns.items()),
        "two_of_them": (
            "nouns",
            "nouns",
            ((noun, tuple(f"two {form}" for form in nouns[noun])) for noun in nouns),
        ),
        "a_or_an": ("nouns", "articles", _label_rows(articles)),
        "with_article": (
            "nouns",
            "articles",
            ((noun, f"{article} {noun}") for noun, article in articles.items()),
        ),
        "singular": ("plural_nouns", "nouns", _singular_rows()),
        "comparative": (
            "adjectives",
            "adjectives",
            ((base, degrees[0]) for base, degrees in adjectives.items()),
        ),
        "superlative": (
            "adjectives",
            "adjectives",
            ((base, degrees[1]) for base, degrees in adjectives.items()),
        ),
        "comparative_base": (
            "comparatives",
            "adjectives",
            _positive_rows(),
        ),
    }


_DESCRIPTIONS: dict[str, tuple[str, ...]] = {
    "past_tense": (
        "Past tense of the verb.",
        "Put the verb into the simple past: walk -> walked.",
        "What did I do yesterday? Give the one-word past form.",
        "Please write the preterite of this English verb.",
        "Today I go, yesterday I went. Make the same change for the verb given.",
        "I type a verb in its base form and want the form used for finished past events.",
        "Output the simple-past form only, irregular where the verb is irregular.",
        "Second principal part, please (as in sing, SANG, sung).",
        "Rewrite the verb as it would appear in a story told in the past.",
        "How does this verb look after 'last week they ...'?",
        "The verb describes something now; state it as something that already took place, e.g. see becomes saw.",
        "Conjugate for the simple past and answer with the bare verb.",
        "past form of the verb pls (bring -> brought)",
        "Our novel is being moved from the present to the past, so 'she brings' turns into 'she brought'. Give me the new form of each verb, without the pronoun.",
        "Not the participle that follows have, and not the -ing form: the simple past is wanted, as ate for eat.",
        "'Yesterday we ___.' Which one-word form of the verb belongs in the gap?",
        "Job for a language teacher: hear an infinitive, answer with the finite past form, be it regular (asked) or irregular (swam).",
        "Diary entries report what is over and done with. Put the verb into the form that such an entry uses.",
    ),
    "past_participle": (
        "Past participle of the verb.",
        "Give the form used after have: I have ... (go -> gone)",
        "Which form of this verb follows 'has been' in the passive?",
        "Please write the third principal part, as in sing, sang, SUNG.",
        "Output the perfect participle: eat -> eaten, walk -> walked.",
        "Complete 'they had already ___' with the proper form of the verb.",
        "Turn the infinitive into the V3 form from the school verb table.",
        "I need the verb ready for the present perfect, without the auxiliary.",
        "Not the preterite but the participle: take gives taken, write gives written.",
        "Return the past participle and nothing besides it.",
        "What form would complete the phrase 'it was ___ by someone'?",
        "From the plain verb derive the participle that builds perfect tenses.",
        "V3 of the verb pls (sing -> sung)",
        "In the verb table at the back of the schoolbook there are three columns: begin, began, begun. Tell me what stands in the last one.",
        "Where English says 'I have never ___', the verb takes a special form, e.g. driven, cut or phoned. Supply it.",
        "Not 'ate' but 'eaten', not 'went' but 'gone': for every verb I need the one that goes with have or be.",
        "We turn headlines into the passive ('window broken by ball'). Give the single word that the verb becomes there.",
        "A grammar checker must know what is right after 'should have'. Enter that word for this verb.",
    ),
    "ing_form": (
        "-ing form of the verb.",
        "Add -ing with the right spelling: run -> running, make -> making.",
        "What am I doing right now? One word.",
        "Please give the present participle.",
        "Write the gerund of this verb.",
        "Complete 'she is ___' using the verb.",
        "Make the verb fit the progressive tenses, auxiliary left out.",
        "I want to use the action as a noun, as swimming comes from swim. What is the word?",
        "Output the continuous form ending in ing.",
        "Dropping a final e or doubling a consonant where needed, attach ing.",
        "How would you spell the verb when the activity is ongoing?",
        "Return the verb's ing-word.",
        "make it end with ing pls (swim -> swimming)",
        "Every captain's log entry begins with what the crew is doing at the moment: sailing, resting, repairing. Put our verb in this form.",
        "A hobby is named by the form in -ing, so someone who hikes writes down hiking. What is written down for this verb?",
        "Mind the spelling: lie gives lying, hope gives hoping, hop gives hopping. Do the verb below.",
        "After 'enjoy' and 'keep on' a verb can't stay as it is. What must it look like?",
        "Don't add is or are; a single word that says the action is in progress is sufficient.",
    ),
    "third_person": (
        "Third person singular of the verb.",
        "Give the he/she/it form in the present: go -> goes.",
        "I walk, you walk, he ...? Answer for the given verb.",
        "Please conjugate in the simple present for the subject 'she'.",
        "Add -s, -es or -ies as English spelling requires.",
        "What does one person do every day? Write the verb for 'it'.",
        "Output the present-tense form with the s ending.",
        "Turn 'they try' into 'he tries': only the verb is wanted.",
        "Which form agrees with a singular subject such as 'my neighbour'?",
        "I have the infinitive and need the form found after 'everybody' in the present tense.",
        "Return the 3sg present of the verb.",
        "The verb should match 'the dog ___ every morning'.",
        "he/she/it form please (carry -> carries)",
        "Our robot describes what its owner does all day: 'He wakes, he eats, he works.' Give the form of this verb that the robot says, without he.",
        "The teacher crosses out 'she go' and writes 'goes' above it. What does she write above this bare verb?",
        "With 'they' the verb has no ending, with 'my sister' it has one. Write it the second way, in the present.",
        "Not past and not -ing, but the present form that ends in s.",
        "A job description in the style of 'sells, advises, delivers' has to be written; convert each verb for it.",
    ),
    "irregular_verb": (
        "Irregular verb? yes or no.",
        "Is the past tense of this verb irregular? Answer yes or no.",
        "Say no if the past simply ends in -ed, and yes if it is formed in some other way.",
        "go -> yes, walk -> no. Judge the given verb.",
        "Would a learner find this verb in the table of irregular verbs? Reply yes or no.",
        "Please check whether the verb is a strong or otherwise irregular one: yes or no.",
        "Does the verb break the -ed rule in the past? yes/no",
        "Answer yes for verbs like sing or put, no for verbs like open or play.",
        "I teach English and need to sort verbs: yes means the past must be memorised, no means it is predictable.",
        "Decide if forming the preterite of this word takes anything but an added -ed. Output yes or no.",
        "True irregulars get yes. Regular verbs get no.",
        "Can the past NOT be made by adding -ed or -d? Tell me yes or no.",
        "irregular past? yes/no",
        "Children say 'goed' because they follow the rule. Is this verb one where following the rule gives a mistake (yes), or one where the rule works (no)?",
        "For our flash cards we keep verbs like bring and swim (yes) and leave out verbs like wait and carry (no). Should this one be kept?",
        "If a machine that only knows how to add -ed could make the past of this verb, answer no. If the machine fails, answer yes.",
        "Don't give the past form; say whether it's an exception, with yes or no.",
        "Look at the verb: past in -ed means no, past with a changed vowel or no change at all means yes.",
    ),
    "base_form": (
        "Base form of the verb.",
        "Give the infinitive without to: went -> go, making -> make, tries -> try.",
        "Which verb is this a form of?",
        "Please lemmatise the inflected verb.",
        "Undo the ending and return the dictionary form.",
        "Under which headword would I look up this verb form?",
        "Strip tense and person from the verb.",
        "Return the verb as it would follow 'to'.",
        "I find conjugated verbs in a text and want their plain form.",
        "Output the root verb, whatever tense the input is in.",
        "Take running back to run, took back to take, and this one back to its stem form.",
        "Reduce the past, -ing or -s form to the simple present without ending.",
        "dictionary form of the verb, e.g. bought -> buy",
        "The search engine should find 'teach' for people who type taught, teaching or teaches. Bring each such form back to its plain verb.",
        "Somebody is confused by the word on the card. Tell her which infinitive it comes from, leaving 'to' away.",
        "Not the name of the tense, but the verb itself without any ending or vowel change is needed.",
        "What would you write after 'can' or 'must' in place of this conjugated word?",
        "In the word count, gave, gives and giving are all filed as give. How is the present form filed?",
    ),
    "verb_form_name": (
        "Name the form: past, ing or present.",
        "Which kind of verb form is it? Answer past, ing or present.",
        "went -> past, going -> ing, goes -> present. Label the word.",
        "Please classify the conjugated verb with one of three tags: past, ing, present.",
        "Say past for a past-tense form, ing for a gerund, present for a he/she/it form.",
        "Tell me the tense label of this verb; the choices are past, present and ing.",
        "I annotate verbs. Each gets the tag ing, past or present depending on its ending or shape.",
        "Does the word show a finished action (past), an ongoing one (ing) or a habit of one person (present)?",
        "Output exactly one of: past / ing / present.",
        "Do not change the verb, only identify its form as past, present or ing.",
        "Morphological tagging: assign present to forms in -s, ing to forms in -ing, past to the rest.",
        "What grammatical form has the verb been put in? ing, past or present?",
        "say past, ing or present for the verb form",
        "swam past, swimming ing, swims present - now yours",
        "The corrector of a language school marks each verb by form, either past, or ing, or present. Which of the three marks is right here?",
        "If the word can follow 'yesterday he' it is past, if it can follow 'he is' it is ing, and if it can follow 'every day he' it is present.",
        "Don't return to the infinitive; return the tag of the form, one of present, ing and past.",
        "Three drawers hold verb cards: one for 'walked' and its like (past), one for 'walking' (ing), one for 'walks' (present). Name the drawer of this card.",
    ),
    "plural": (
        "Plural of the noun.",
        "Make the noun plural: child -> children, box -> boxes.",
        "What is the word for more than one of these?",
        "Please write the plural form.",
        "One city, many cities. Do the same for this noun, leaving out the many.",
        "Return the noun in the plural, irregular where English requires it.",
        "I name a thing; you name several of the same thing in one word.",
        "Change the singular noun so that it goes with 'these'.",
        "Output only the pluralised noun.",
        "How would you spell it if there were a lot of them?",
        "Add -s, -es, -ies or whatever else the noun needs.",
        "Turn the label of a single item into the heading for a whole group of them.",
        "plural pls, only the word (wolf -> wolves)",
        "The sign above a shelf names what lies there in large numbers: knives, torches, pianos. Make the sign for this noun.",
        "One goose on the pond, and then its friends arrive. What is the word now? Do the equivalent for the noun shown.",
        "Neither an article nor a number belongs in the answer, merely the noun in the form that goes with 'many'.",
        "A web shop lists single articles, but the menu has to read 'bicycles', 'dresses', 'batteries'. Write the menu item.",
        "When I say 'a few', which form of this word do I use after it?",
    ),
    "two_of_them": (
        "Say that there are two.",
        "Write two followed by the plural: child -> two children.",
        "There is one; now imagine another. How do you say it with the number two?",
        "Please count out a pair: the answer starts with the word two.",
        "Order the item twice, as in 'two boxes'.",
        "I say one thing, you reply with two things.",
        "Output the noun phrase for a quantity of 2, number spelled out.",
        "city becomes two cities, and your noun becomes ...?",
        "Double the quantity: number word first, then the noun in the proper form.",
        "Put the numeral two in front and inflect the noun to agree.",
        "How would a shopping list mention a couple of these, using the word two?",
        "The answer is a two-word phrase meaning 2 x the given object.",
        "2 of it, in words, like two wolves",
        "A waiter hears the name of a thing and calls into the kitchen that a pair was ordered: 'two knives!' What does he call here?",
        "On Noah's ark nothing came alone. Write what came aboard, beginning with two and going on with the plural.",
        "Not the plural by itself, but the plural with the number word before it, as in two torches.",
        "If I already have one and am given one more, what do I have? (two + noun)",
        "Picture book, page 2: under the drawing it says 'two geese'. Produce the caption for my noun in the same way.",
    ),
    "a_or_an": (
        "a or an?",
        "Which indefinite article goes before the noun, a or an?",
        "Reply only with the article: orange -> an, table -> a.",
        "Please choose between a and an for this word.",
        "Say an if the word starts with a vowel sound and a otherwise.",
        "Does English put a or an in front of it?",
        "Fill the gap in 'this is ___ ...' with the right one of a and an; do not repeat the noun.",
        "Output the article alone, never the noun.",
        "I keep mixing up a and an. Tell me which of the two belongs here.",
        "Select the label an for vowel-initial nouns, the label a for the others.",
        "Pick the article that makes the noun easy to say.",
        "Which would you use, a (as in a dog) or an (as in an egg)?",
        "which article, a / an? only the article",
        "The program that writes our quiz sentences needs to know if 'a' or 'an' comes first. Tell it for each noun, and leave the noun itself out.",
        "Island and egg take an, lamp and garden take a. What does the given noun take?",
        "Listen to how the word begins. With a vowel the answer is an, with a consonant it is a.",
        "Don't write the phrase, write the missing little word: 'I bought ___ [noun] yesterday.'",
        "A foreign student left a blank before every noun. Which of the two short articles must stand in this blank?",
    ),
    "with_article": (
        "Noun with its indefinite article.",
        "Write the noun with a or an before it: orange -> an orange.",
        "How would you say that you have one of these? Article plus noun.",
        "Please put the correct article in front and keep the word.",
        "Complete 'I can see ...' by repeating the noun after a or an.",
        "table becomes a table, egg becomes an egg; continue with my word.",
        "Turn the bare noun into a noun phrase with an indefinite article.",
        "Return two words, the article first and then the noun.",
        "I give you a thing, you introduce it as if for the first time, the way a story mentions a king.",
        "Prefix the noun with a or an according to its first sound.",
        "Output the indefinite phrase, not just the article.",
        "Say it with the article English grammar demands for one unspecified item.",
        "article + noun pls, like an island or a lamp",
        "In our picture cards the caption under a drawing is always 'a lamp' or 'an island', never the bare word. Write the caption for this noun.",
        "'What is this?' - 'It's ...' Finish the answer with two words.",
        "Don't reply with just a or an; put it before the noun and write both.",
        "The noun comes to me naked and I want it dressed with the right one of the two indefinite articles.",
        "Once upon a time there was ... whom or what? Repeat the given word with a or an.",
    ),
    "singular": (
        "Singular of the noun.",
        "Give the form for just one: children -> child, boxes -> box.",
        "The noun is plural; make it singular.",
        "What do you call a single one of these?",
        "Please undo the plural.",
        "Return the noun as it would be listed in the dictionary.",
        "Many cities, one city. Do that for this word, leaving out the one.",
        "I have the heading for a group and need the label for one member.",
        "Take away the plural ending, restoring y, f or an irregular spelling if necessary.",
        "Output the noun that goes with 'this' in place of 'these'.",
        "How is the word written when only one is left?",
        "Convert from plural number to singular number.",
        "only one of it pls (wolves -> wolf)",
        "Price tags are for one piece each. The box says 'knives' and the tag must say 'knife'; what must the tag say for this box?",
        "A flock flew away and a sole bird remained: geese, goose. Tell me the form for what remains of the noun given.",
        "Give back the noun without its mark of the plural, and put neither a nor one in front of it.",
        "In the glossary every heading is in the singular. Which heading does this plural go under?",
        "'Each of these ___' has the plural; 'each ___' does not. What stands in the second gap?",
    ),
    "comparative": (
        "Comparative of the adjective.",
        "Give the form meaning 'more so': big -> bigger.",
        "This one is nice, that one is ...? One word.",
        "Please add -er with the right spelling.",
        "Which form of the adjective goes before 'than'?",
        "Write the adjective so that it compares two things.",
        "happy becomes happier, good becomes better. Handle this one.",
        "Output the second degree of comparison.",
        "I want to say that something has more of the quality.",
        "Inflect the adjective for a comparison, irregular if it must be.",
        "Fill in: 'yours is ___ than mine', using the given adjective.",
        "Return the er-form of the adjective.",
        "er form pls, like tall -> taller",
        "Two candidates are weighed against each other, and one is stronger, kinder, quicker. How do you put our adjective here?",
        "Advertising loves the second step: fresh soap becomes fresher soap. Take the given adjective one step up, not two.",
        "Not 'more' plus adjective and not the -est form; I want the one-word form that says 'to a greater degree'.",
        "My brother is young and I'm even ...? Use the adjective you get instead of young.",
        "Between smooth and smoothest there is smoother. Which word is between the other two for this adjective?",
    ),
    "superlative": (
        "Superlative of the adjective.",
        "Give the form meaning 'most of all': big -> biggest.",
        "Which form goes into 'the ... in the world'?",
        "Please add -est with the right spelling.",
        "Nice, nicer, ...? Finish the row for this adjective.",
        "Write the adjective as used for the record holder.",
        "happy becomes happiest, good becomes best. Handle this one.",
        "Output the highest degree of comparison in one word, without the.",
        "I want to say nothing else has as much of this quality.",
        "Inflect the adjective to rank its noun above all others.",
        "Return the est-form of the adjective.",
        "Third degree of comparison, please.",
        "est form pls, like tall -> tallest",
        "The Guinness book describes champions: the fastest, the heaviest, the oldest. Which word would it make of our adjective? Leave out the article.",
        "Advertising loves the last step: fresh soap becomes the freshest soap. Take the given adjective right to the top, in a single word.",
        "Not the -er form for two things but the form for one thing among all.",
        "Out of all my brothers, Tom is the ...? Answer with the right form of the adjective.",
        "At the end of the row smooth, smoother, ... there is one more word. What is it for this adjective?",
    ),
    "comparative_base": (
        "Positive form of the comparative.",
        "Undo the comparison: bigger -> big, better -> good.",
        "Which plain adjective is this -er word made from?",
        "Please give the basic adjective behind the comparative.",
        "Remove the er ending and repair the spelling.",
        "Return the adjective in its ordinary degree, as in the dictionary.",
        "happier comes from happy. Where does this one come from?",
        "I have the word used before 'than' and need the simple adjective.",
        "Take the quality back from 'more' to just plain.",
        "Output the stem adjective without any comparison in it.",
        "Under which headword is this comparative listed?",
        "From the second degree go back to the first.",
        "adjective without er pls, like taller -> tall",
        "Our thesaurus has no entry for stronger or funnier, only for strong and funny. Under what word must I search for this one?",
        "Somebody said 'mine is nicer than yours' and I reply that mine is just nice. Which word do I use if he says the given one?",
        "Go down a step, from smoother to smooth; do not go up to smoothest.",
        "If the comparative is written on the card's front, what is on its back? The adjective as it was before comparing.",
        "Say it without competition: the thing is no longer quicker, it's merely quick. Treat this adjective likewise.",
    ),
}


def drafts() -> Iterator[TaskDraft]:
    """Yields every inflection task, with at most `_NUM_ROWS` rows each."""
    tables = _tables()
    for task, descriptions in _DESCRIPTIONS.items():
        pool, group, rows = tables[task]
        unique: dict[str, Answer] = {}
        for text, answer in rows:
            unique.setdefault(text, answer)
        yield TaskDraft(
            id=f"{FAMILY}_{task}",
            descriptions=descriptions,
            rows=list(unique.items())[:_NUM_ROWS],
            pool=pool,
            group=f"{FAMILY}_{group}",
            licence="MIT",
            source="lemminflect 0.2.3, symspellpy 6.10.1",
        )
