"""Sentence grammar family: the bracketed word of an example, its class and forms."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from training.catalogue import example_sentences, wordnet
from training.catalogue.drafting import balanced, wordings
from training.catalogue.example_sentences import MarkedExample, marked_examples
from training.catalogue.source import Answer, TaskDraft
from training.catalogue.word_forms import forms_of, readings
from training.catalogue.words import balanced_rows, word_ranks

FAMILY = "sentence_grammar"
PACKAGES = example_sentences.PACKAGES

_NUM_ROWS = 320
_NUM_PER_FORM = 80
_NUM_PER_ARTICLE = 107
_RAREST_LEMMA = 12_000
_HELPING_VERBS = frozenset(["be", "do", "have", "can", "may", "must", "shall", "will"])
# Spelling does not say how these begin when spoken.
_UNCLEAR_STARTS = ("u", "eu", "ew", "h", "one", "x", "y")
# Nouns that are seldom counted, though the tables give them a plural.
_SELDOM_COUNTED = re.compile(
    r".*(ness|ity|ism|ance|ence|tude|ship|hood|cy|ment|ing|ture|ation|ics)|.*s|absolute"
)

DESCRIPTIONS = {
    "word_class": """
        Noun, verb, adjective or adverb?
        Which part of speech is the word in square brackets? Answer noun, verb, adjective or adverb.
        POS of [word] in context
        Please name the word class that the bracketed word has in this sentence: noun, verb, adjective or adverb.
        the [trend] of the market -> noun; he [struck] the table -> verb; an [upright] man -> adjective; spoke [softly] -> adverb
        You are hired to tag text. One word per line is marked with brackets; write its class in full and in lower case (noun, verb, adjective, adverb).
        How does the marked word work here - as a noun, a verb, an adjective or an adverb?
        The same form can belong to several classes, so look at the phrase and say which one applies between the brackets: adjective, adverb, noun or verb.
        A grammar quiz for school: things and ideas are nouns, doings are verbs, qualities are adjectives, ways and degrees are adverbs. What is the word in brackets?
        whats the [ ] word, grammatically? noun / verb / adjective / adverb
        Output the lexical category of the token enclosed by [ and ].
        Label the enclosed word with its grammatical role name: adjective, noun, adverb or verb. Nothing else.
        I'm parsing a phrase by hand and got stuck at the bracket. Tell me if it holds a noun, a verb, an adjective or an adverb.
        Determine the syntactic class of the highlighted word from its use in the line, choosing among four terms: noun, verb, adjective, adverb.
        Would you colour the bracketed word as noun, verb, adjective or adverb in a grammar workbook?
        Do not define the word. Only state what kind of word it is where it stands: adverb, adjective, verb or noun.
        One of four answers - noun, verb, adjective, adverb - describes the word between the brackets. Which?
        Reader asks: "is that a noun or what?" Reply for the bracketed item with noun, verb, adjective or adverb.
    """,
    "word_before": """
        Word before the bracket; start if there is none.
        Which word stands directly to the left of the bracketed one? If the bracket comes first, answer start.
        left neighbour of [word], or "start"
        Please give me the word that comes just before the square brackets, and write start when nothing comes before.
        he [struck] the table -> he; [bead] the gown -> start
        I need the context on the left: a single word, the last one ahead of the bracket, else the word start.
        Look at the marked word, step back by one word and report where you land. At the very beginning report start.
        What precedes the word in brackets? One word, as written; "start" if it opens the line.
        Extract token i-1, where i is the bracketed token. For i = 0 output start.
        Our concordance lists the preceding word of every hit. The hit is bracketed; supply that word (or start).
        Don't give me the word in brackets but its predecessor. If it has no predecessor, say start.
        whats right in front of the [ ] ? no word there = start
        Reading up to the opening bracket, which word have you read last? If you have read none, reply start.
        Print the word that leads into the marked one, or start when the marked one leads the sentence.
        Name the immediate left-hand companion of the highlighted word. Where none exists the answer is the word start.
        The task concerns order only: find the bracket, and repeat the word before it, or start if the bracket is at the front.
        For a bigram table I want the first half of each pair whose second half is bracketed; use start for sentence-initial words.
        Tell which word the bracketed word follows. A bracket with nothing ahead of it gets "start".
    """,
    "position": """
        Bracket position: start, middle or end.
        Does the bracketed word come first, last or somewhere between? Answer start, end or middle.
        Where in the line is the marked word? start / middle / end
        Please tell me if the word in brackets opens the phrase (start), closes it (end) or stands inside (middle).
        [bead] the gown -> start; he [struck] the table -> middle; slept [soundly] -> end
        Only the place of the bracket matters: write start for the first word, end for the last word and middle for any other.
        Say end when no word follows the brackets, start when no word precedes them, middle otherwise.
        Locate [ ] in the sentence and describe the location with one of the words start, middle, end.
        I align subtitles and must know whether the highlighted word falls at the start, in the middle or at the end of a line.
        is the bracket at the start, the end, or in the middle
        Output "start" if index == 0, "end" if index == len - 1, else "middle", for the bracketed token.
        Could you report the marked word's position in the phrase, using start, middle or end?
        Forget grammar and meaning. Is there text on both sides of the bracket (middle), only after it (start) or only before it (end)?
        The sentence has three zones - start is its first word, end is its last, middle is all between. Which zone holds the bracket?
        Position label for the enclosed word; three values are possible: start, middle, end.
        When reading aloud, do you meet the bracketed word at once (start), on the way (middle) or as the final word (end)?
        Judge the placing of the square brackets within the line: end, middle or start?
        Tell apart words in first place (start), in last place (end) and in between (middle); the word in question is bracketed.
    """,
    "dropped": """
        Delete the bracketed word.
        Write the line again without the word in square brackets.
        Please leave out the marked word together with its brackets and keep everything else as it is.
        he [struck] the table -> he the table
        Drop what is between [ and ], and the brackets too.
        How does the phrase read once the bracketed word has been taken out?
        Return the text with the enclosed token removed and single spaces between the remaining words.
        Omit the highlighted word. No other change, even if the result is no longer good English.
        An editor struck out the bracketed word. Copy the sentence in the state after that correction.
        remove [word], print the rest
        Everything outside the brackets, please, in the same order.
        I want to test whether a sentence survives without one of its words: strip the one in brackets and show me what is left.
        Cut the marked word and close the gap.
        Print all words except the one inside the square brackets.
        Skip the bracketed item while copying the line.
        The bracket shows what must go. Produce the shortened line, in the same case and with the same punctuation.
        Erase the word that the brackets enclose; the output is the input minus that word.
        Copy typist wanted: retype each line and ignore its bracketed word.
    """,
    "capitals": """
        Bracketed word in CAPITALS, brackets gone.
        Rewrite the line so that the marked word is in upper case and the square brackets are gone.
        he [struck] the table -> he STRUCK the table
        Instead of brackets use capital letters to stress the word; leave the other words alone.
        Please show the emphasis by capitals and not by brackets.
        Convert the [marked] notation to the MARKED notation and return the whole line.
        My mail program has no brackets for stress, so write the bracketed word in big letters and repeat the rest unchanged.
        Shout the word in brackets. The remaining words stay as they are and no bracket is left.
        Output the sentence with text inside [ ] uppercased and the two bracket characters deleted.
        make the [ ] word ALL CAPS and lose the brackets
        How would the phrase look if the highlighted word were printed in block capitals and nothing else were changed?
        Replace each bracket pair by capitalisation of what it encloses.
        The narrator puts weight on one word. Mark it by writing that word in capitals, with no brackets, in the full line.
        Retype the phrase: upper case where the brackets are, everything else just as given, brackets dropped.
        For a poster, set the bracketed word in capitals inside its line.
        Apply str.upper() to the bracketed word only, unwrap it, and give back the entire text.
        Stress mark conversion: brackets out, capital letters in, same line otherwise.
        Turn the enclosed word into upper case and print it within its sentence, without the enclosing signs.
    """,
    "verb_form": """
        Verb form in brackets: base, past, ing or third.
        Which form does the bracketed verb have? base (go), third (goes), past (went, gone) or ing (going).
        Please classify the marked verb: past for past tense or participle, ing for the -ing form, third for the -s form, base for the plain form.
        He [struck] the table -> past; [bead] the gown -> base; it [looks] good -> third; he is [running] -> ing
        Tag the verb between the brackets with one of base / third / past / ing.
        Conjugation check. Is the verb unchanged (base), with -s (third), in the past or participle (past), or in -ing (ing)?
        whats the verb form in [ ]: base, past, third or ing?
        Work as a morphological tagger and output past, ing, third or base for the bracketed verb.
        I teach verb forms and mark each verb on the board as base, past, third or ing. Which mark does the bracketed one get?
        Tell me the shape of the enclosed verb, one word out of these: ing, base, third, past.
        Has the verb in the brackets its dictionary form (base), the he/she/it form (third), a form like went or broken (past), or a form like going (ing)?
        Find out what was done to the infinitive: nothing -> base, -s added -> third, -ing added -> ing, put into the past or the participle -> past.
        Verb morphology label for the highlighted word, from the set {base, past, ing, third}.
        Don't change the verb, just name its form as base, third, past or ing.
        A learner underlined a verb, shown here in brackets, and asks which form it is. Reply past, base, ing or third.
        Look at the ending of the marked verb and the words around it, then pick the right label among third, past, ing and base.
        Four piles: base (take), third (takes), past (took or taken), ing (taking). Put the bracketed verb on one of them.
        In which form is the verb in the square brackets used? Say base, third, past or ing and stop.
    """,
    "verb_base": """
        Base form of the bracketed verb.
        Give the infinitive, without to, of the verb in square brackets.
        He [struck] the table -> strike
        Under which headword would a dictionary list the marked verb?
        Please lemmatise the verb between the brackets and give nothing but the lemma.
        Undo tense and person: what is the plain verb in the bracket?
        Reduce [went], [goes] or [going] to go, and do the same with the verb marked here.
        I look up verbs one by one. For the bracketed one, what do I type into the dictionary?
        infinitive of the [verb], one word
        Output the uninflected form of the enclosed verb; if it is uninflected already, repeat it.
        Which verb is it that the brackets show in some form or other? Name it as after "to".
        Take the ending off the highlighted verb, restore the spelling, and write the bare verb.
        Someone will put this verb after "can". How must the bracketed word look then?
        Return lemma(verb) for the word inside [ ].
        The sentence uses a verb, bracketed, perhaps in the past or with -s or -ing. State its simplest form.
        Strip the inflection from the bracketed verb.
        dictionary form plz of whats in the brackets (its a verb)
        Vocabulary list entry for the verb in brackets: just the bare infinitive in lower case.
    """,
    "verb_ing": """
        -ing form of the bracketed verb.
        Write the verb in square brackets with -ing.
        He [struck] the table -> striking
        Please give the present participle of the marked verb, whatever form it has now.
        Which word would follow "is" if the bracketed action were going on at this moment?
        Turn the enclosed verb into a gerund and reply with that one word.
        ing-form of [verb], spelled properly
        The verb in the bracket may be plain, past or in -s; I want it in the continuous form, alone.
        How is the highlighted verb spelled after "keep on"?
        Add ing to the stem of the bracketed verb, doubling or dropping letters where English does so.
        Output the progressive participle of the word between [ and ].
        Make an activity noun of the marked verb, as swim gives swimming.
        For a caption such as "a man ___", supply the bracketed verb in its -ing shape.
        Change [struck] to striking, [goes] to going, and treat the verb of this line alike.
        What would you write in place of the bracket after "without"? One word ending in ing.
        Conjugation exercise, column 4 (the ing column): fill it in for the bracketed verb.
        gerund of the thing in brackets, one word pls
        Return only the -ing inflection belonging to the verb that is marked in the sentence.
    """,
    "verb_past": """
        Simple past of the bracketed verb.
        Give the past tense of the verb in square brackets.
        it [looks] good -> looked; he is [running] -> ran
        Please write the marked verb as it would be used with "yesterday".
        What is the preterite of the word between the brackets? Reply with it alone.
        Put the enclosed verb, and only that verb, into the past.
        If the action in brackets happened last year, how would the verb be written after "they"?
        past tense of [verb], one word
        Whatever its present shape, give the highlighted verb's V2, the second form of the school table (sing, SANG, sung).
        Output the simple past inflection; a bracketed verb that has it already is just repeated.
        I retell everything as history. Tell me the past form I need for the verb in the bracket.
        Change [strikes] to struck, [walk] to walked, [going] to went; continue with the verb given here.
        Conjugate the bracketed verb for "he ... last week".
        Return the tense form used in narratives for the verb inside [ ].
        Irregular or not, state how the bracketed verb forms its past tense (not its participle).
        Which word replaces the bracket in a story told about long ago, right after "she"?
        whats the past of the verb in brackets
        Supply for the marked verb the form that "did" plus infinitive stands for: did go -> went.
    """,
    "verb_third": """
        He/she/it form of the bracketed verb.
        Give the third person singular present of the verb in square brackets.
        He [struck] the table -> strikes
        Please write the marked verb with the -s it takes after "she".
        How is the verb between the brackets conjugated for "it" in the present?
        Put the enclosed verb into the simple present, third person singular, and output that word alone.
        s-form of [verb]
        Whatever form you find in the bracket, answer with the one that fits "every day he ...".
        Change [struck] to strikes, [going] to goes, [try] to tries; do so for the verb here.
        What would the highlighted verb be if one person did it regularly?
        I write stage directions in the present ("she enters"). Convert the bracketed verb, one word only.
        Add -s or -es to the stem of the verb in brackets, with the usual spelling changes.
        Return the 3sg present inflection of the word inside [ ].
        Which form of the bracketed verb agrees with "the neighbour" today?
        The subject is a single thing and the time is now: inflect the marked verb.
        present tense, he-form, of the bracketed verb pls
        Conjugation table, third row of the present singular: enter the verb from the bracket.
        Supply the verb ending in s that belongs to the bracketed word.
    """,
    "noun_number": """
        Bracketed noun: singular or plural?
        Is the noun in square brackets singular or plural? Answer with that word.
        Please state the grammatical number of the marked noun, singular or plural.
        the [wheels] turn -> plural; an open [door] -> singular
        One thing or several in the brackets? Write singular for one and plural for several.
        number of the [noun]: singular/plural
        Tag the enclosed noun as plural if it names more than one, else as singular.
        Does the highlighted noun carry a plural form? If so the answer is plural, if not it is singular.
        My pupils confuse numbers. For every bracketed noun I need the label singular or plural.
        Would the word in brackets go with "these" (plural) or with "this" (singular)?
        Output the value of the feature Number for the word inside [ ], spelled out: singular or plural.
        Look at the noun's ending between the brackets and tell me: plural, or singular?
        Sort phrases by their bracketed noun; box one is called singular, box two plural.
        Has the marked word been put into the plural, or is it in the singular?
        Decide about the noun in brackets - singular form or plural form - and give the one-word verdict.
        is that noun singular or plural (the one in the brackets i mean)
        Say whether the bracket holds the name of a single item (singular) or of a number of items (plural).
        Grammatical check of one noun per line, marked by brackets; the outcome is either singular or plural.
    """,
    "noun_plural": """
        Plural of the bracketed noun.
        Write the noun in square brackets in the plural; a plural stays as it is.
        an open [door] -> doors; the [wheels] turn -> wheels
        Please give the form of the marked noun for more than one.
        What would the word in brackets be after "many"?
        plural form of [noun], one word
        Put just the enclosed noun into the plural and leave the sentence away.
        If there were several, how would the bracketed thing be called?
        Add -s, -es or whatever it takes to the noun in the brackets, unless that has been done.
        Output the pluralised noun from inside [ ].
        I make an index whose entries are all plurals. Give me the entry for the highlighted noun.
        The noun between the brackets must go with "these". Write it accordingly.
        Which form of the bracketed noun would I use to speak of two of them?
        Turn [child] into children and [boxes] into boxes; handle the noun marked here in this way.
        Return the plural of the marked noun no matter in which number it is used.
        more than one of the thing in brackets = ?
        State the bracketed noun's plural, irregular if English wants it so.
        Heading for a list of such things: the bracketed noun, plural, without article.
    """,
    "noun_singular": """
        Singular of the bracketed noun.
        Write the noun in square brackets in the singular; a singular stays as it is.
        the [wheels] turn -> wheel; an open [door] -> door
        Please give the form of the marked noun for exactly one.
        What would the word in brackets be after "this"?
        singular form of [noun], one word
        Undo the plural of the enclosed noun if it has one, and reply with the noun alone.
        If only one were left, how would the bracketed thing be called?
        Which headword stands in the dictionary for the noun between the brackets?
        Output the noun from inside [ ] without any plural ending.
        I make an index whose entries are all singulars. Give me the entry for the highlighted noun.
        The noun between the brackets must go with "each". Write it accordingly.
        Turn [children] into child and [box] into box; handle the noun marked here in this way.
        Return the singular of the marked noun no matter in which number it is used.
        Take the -s, -es or -ies off the bracketed noun where there is one, and mend the spelling.
        just one of the thing in brackets = ?
        State the bracketed noun's form for a single specimen.
        Label for one such thing: the bracketed noun, singular, without article.
    """,
    "noun_article": """
        a, an or some before the bracketed noun?
        Say some if the noun in square brackets is plural; otherwise say a or an, as the noun demands.
        [door] -> a; [entrance] -> an; [wheels] -> some
        Please choose the word that could introduce the marked noun by itself: a, an or some.
        Which of a, an, some fits into "there is/are ... ___", with the bracketed noun in the gap?
        Pick the determiner for the enclosed noun: some for plurals, an before a vowel, a before a consonant.
        a / an / some + [noun]
        I introduce the highlighted noun on its own, without the words around it. Do I start with a, with an or with some?
        Output the indefinite article that the bracketed noun takes, with "some" serving as the plural article.
        Ignore any article in the phrase itself and answer which one - a, an or some - the noun in the brackets would need.
        A shopping list says "an egg", "a lemon", "some plums". Which little word would the bracketed noun get there?
        For a singular noun in brackets write a or an according to its first sound, for a plural noun write some.
        Between a, an and some, which can stand directly before the word inside [ ]?
        Article drill: I show a noun in brackets, you call out a, an or some.
        does the bracketed noun want a, an or some
        Give the small word that turns the marked noun into an indefinite phrase (a, an; for several things: some).
        Complete "I saw ___" with the right one of some, a and an, followed by the bracketed noun. Reply with the small word only.
        Look at number and first letter of the bracketed noun, then return a, an or some.
    """,
}


def _cut(example: MarkedExample) -> tuple[list[str], list[str]]:
    """The words before and after the marked one."""
    end = example.start + len(example.word)
    return example.text[: example.start].split(), example.text[end:].split()


def _position(example: MarkedExample) -> str:
    before, after = _cut(example)
    if not before:
        return "start"
    return "middle" if after else "end"


def _is_clear_class(example: MarkedExample) -> bool:
    """Whether grammars agree on the class, which they do not for participles."""
    others = {(form.part, form.name) for form in readings()[example.word.lower()]}
    if example.part == "r":
        return not any(part == "a" for part, _ in others)
    return example.part == "v" or not others & {("v", "past"), ("v", "ing")}


@lru_cache(maxsize=1)
def _marked_words() -> tuple[MarkedExample, ...]:
    """Equally many examples of the four classes."""
    by_part: defaultdict[str, list[MarkedExample]] = defaultdict(list)
    for example in marked_examples():
        has_comma = "," in example.text
        if not has_comma and _is_clear_class(example):
            by_part[example.part].append(example)
    share = _NUM_ROWS // len(by_part)
    return tuple(example for part in "nvar" for example in by_part[part][:share])


def _position_rows() -> list[tuple[str, Answer]]:
    """Equally many brackets in the three places, shared examples first."""
    plain = [example for example in marked_examples() if "," not in example.text]
    positions = {e.bracketed: _position(e) for e in (*_marked_words(), *plain)}
    return balanced_rows(positions, lambda text: positions[text], num_rows=_NUM_ROWS)


@lru_cache(maxsize=1)
def _marked_verbs() -> tuple[MarkedExample, ...]:
    """Equally many verbs of the four forms, none with a past like its base."""
    by_form: defaultdict[str, list[MarkedExample]] = defaultdict(list)
    for example in marked_examples():
        forms = forms_of().get((example.lemma, "v"), {})
        if (
            example.part == "v"
            and example.lemma not in _HELPING_VERBS
            and all(forms.get(name) for name in ("past", "ing", "third"))
            and example.lemma not in forms["past"]
            and word_ranks()[example.lemma] < _RAREST_LEMMA
        ):
            by_form[example.form].append(example)
    names = ("base", "past", "ing", "third")
    return tuple(verb for name in names for verb in by_form[name][:_NUM_PER_FORM])


def _article(example: MarkedExample) -> str:
    if example.form == "plural":
        return "some"
    return "an" if example.lemma[0] in "aeio" else "a"


@lru_cache(maxsize=1)
def _marked_nouns() -> tuple[MarkedExample, ...]:
    """Countable nouns, a third each with a, with an and in the plural."""
    by_article: defaultdict[str, list[MarkedExample]] = defaultdict(list)
    for example in marked_examples():
        lemma = example.lemma
        if (
            example.part == "n"
            and example.word.islower()
            and forms_of().get((lemma, "n"), {}).get("plural")
            and forms_of()[lemma, "n"]["plural"][0] != lemma
            and word_ranks()[lemma] < _RAREST_LEMMA
            and not lemma.startswith(_UNCLEAR_STARTS)
            and not _SELDOM_COUNTED.fullmatch(lemma)
            and not _is_verb_form(example.word)
        ):
            by_article[_article(example)].append(example)
    return tuple(
        noun
        for article in ("a", "an", "some")
        for noun in by_article[article][:_NUM_PER_ARTICLE]
    )


def _is_verb_form(word: str) -> bool:
    forms = readings()[word]
    return any(form.part == "v" and form.name in ("past", "ing") for form in forms)


def _noun_forms(example: MarkedExample) -> tuple[str, ...]:
    if example.form == "plural":
        return (example.word,)
    return forms_of()[example.lemma, "n"]["plural"]


def _verb_forms(example: MarkedExample, name: str) -> tuple[str, ...]:
    return forms_of()[example.lemma, "v"][name]


def _word_answers(example: MarkedExample) -> dict[str, Answer]:
    before, after = _cut(example)
    return {
        "word_class": wordnet.PART_OF_SPEECH[example.part],
        "word_before": before[-1] if before else "start",
        "dropped": " ".join(before + after),
        "capitals": example.with_word(example.word.upper()),
    }


def _verb_answers(example: MarkedExample) -> dict[str, Answer]:
    return {
        "verb_form": example.form,
        "verb_base": example.lemma,
        "verb_ing": _verb_forms(example, "ing"),
        "verb_past": _verb_forms(example, "past"),
        "verb_third": _verb_forms(example, "third"),
    }


def _noun_answers(example: MarkedExample) -> dict[str, Answer]:
    return {
        "noun_number": "plural" if example.form == "plural" else "singular",
        "noun_plural": _noun_forms(example),
        "noun_singular": example.lemma,
        "noun_article": _article(example),
    }


def _tables() -> Iterator[tuple[str, str, str, list[tuple[str, Answer]]]]:
    """Yields the pool, group, name and rows of every task."""
    words = {e.bracketed: _word_answers(e) for e in _marked_words()}
    for task in ("word_class", "word_before", "dropped", "capitals"):
        yield "marked_words", task, task, [(t, a[task]) for t, a in words.items()]
    yield "marked_words", "position", "position", _position_rows()
    verbs = {e.bracketed: _verb_answers(e) for e in _marked_verbs()}
    for task in ("verb_form", "verb_base", "verb_ing", "verb_past", "verb_third"):
        rows = [(text, answers[task]) for text, answers in verbs.items()]
        yield "marked_verbs", "verb_forms", task, rows
    nouns = {e.bracketed: _noun_answers(e) for e in _marked_nouns()}
    for task in ("noun_number", "noun_plural", "noun_singular", "noun_article"):
        rows = [(text, answers[task]) for text, answers in nouns.items()]
        if task == "noun_number":
            rows = list(balanced(rows, seed=f"{FAMILY}/{task}"))
        yield "marked_nouns", "noun_forms", task, rows


def drafts() -> Iterator[TaskDraft]:
    """Yields the tasks of the three pools of bracketed words."""
    for pool, group, task, rows in _tables():
        yield TaskDraft(
            id=f"{FAMILY}_{task}",
            descriptions=wordings(DESCRIPTIONS[task]),
            rows=rows,
            pool=pool,
            group=f"{FAMILY}_{group}",
            licence=example_sentences.LICENCE,
            source=example_sentences.SOURCE,
        )
