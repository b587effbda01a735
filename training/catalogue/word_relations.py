"""Word relations family: same and opposite meaning, part of speech, derived words."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, lru_cache

from training.catalogue import wordnet
from training.catalogue.drafting import balanced, unambiguous, wordings
from training.catalogue.nouns import NOUNS, broader_terms
from training.catalogue.source import Answer, TaskDraft
from training.catalogue.words import (
    WORDS_PACKAGES,
    WORDS_SOURCE,
    common_words,
    is_vulgar,
    word_ranks,
)

FAMILY = "word_relations"
PACKAGES = (wordnet.PACKAGE, *WORDS_PACKAGES)
LICENCE = f"{wordnet.LICENCE} AND MIT"
SOURCE = f"{wordnet.SOURCE}; {WORDS_SOURCE}"

# Rarer words than this are no fair answer.
_RAREST_ANSWER = 12_000
_NOUN_ENDINGS = ("ion", "ment", "ance", "ence", "al", "ure", "ery", "age")
_AGENT_ENDINGS = ("er", "or")

DESCRIPTIONS = {
    "part_of_speech": """
        Part of speech: noun, verb, adjective or adverb.
        Is the word a noun, a verb, an adjective or an adverb? Answer with the name of the word class.
        Tell me the grammatical class of the given English word, e.g. swim -> verb, quickly -> adverb.
        Tag a single word with one of four POS labels written out in full: noun, verb, adjective, adverb.
        My grammar exercise lists isolated words; please write beside each whether it is a noun, verb, adjective or adverb.
        Which kind of word is it? Things are nouns, actions are verbs, qualities are adjectives, and words like "often" are adverbs.
        Output the lexical category of the input word in lower case.
        How would a dictionary label this headword - noun, verb, adjective or adverb?
        word class of the word
        Sort words into the four big grammatical boxes: noun, verb, adjective, adverb. Name the box.
        Given one word, determine its part of speech and print that term, without the word itself.
        Grammar check. Do not explain what the word means; only say noun, verb, adjective or adverb.
        noun / verb / adjective / adverb
        what type of word is it? noun verb adjective or adverb
        The dictionary lost its little n., v., adj. and adv. marks. Restore them in long form: noun, verb, adjective, adverb.
        Neither definition nor example; the word class in full, e.g. adjective for honest or noun for kitchen.
        Does it name something (noun), tell what one does (verb), describe a thing (adjective) or say how it is done (adverb)? Reply with the term.
        A colour-by-grammar worksheet: nouns blue, verbs red, adjectives green, adverbs yellow. Don't give the colour, give the class of my word.
    """,
    "synonym": """
        Give a synonym.
        Write another word that means the same as the given word.
        What else could one say instead of this word? Reply with a single word of the same meaning.
        Replace the word by a synonym, as in "huge -> enormous" or "begin -> start".
        I keep repeating myself in my essay. Suggest one word with the same sense for each word I paste.
        Thesaurus lookup: input a word, output one entry of equal meaning.
        Please name a word that is nearly identical in meaning.
        Find a term with the same meaning but a different spelling and print it alone.
        Say the same thing with a different word.
        Paraphrase this single word by another single word.
        synonym of the input, one word, lower case
        Which English word could stand in its place without changing what a sentence says?
        same meaning, other word
        give me another word 4 it
        The subtitle is too wide by a few letters, so the editor looks for a different word saying just the same. Suggest one.
        Not the opposite and no definition: one word that may stand for mine, such as quick for rapid.
        A crossword clue consists of this one word. What could the solution be?
        Writers come to you with a worn-out word and leave with a fresh one of equal sense, buy having become purchase.
    """,
    "antonym": """
        Give the opposite.
        Write the antonym of the word.
        What is the opposite of this word? Answer with one word.
        Turn the meaning around: full becomes empty, import becomes export. Do it for the given word.
        I am making a game of opposites and need the contrary of every word I enter.
        Output the word with the reverse meaning, nothing else.
        Please name the word that means the contrary.
        Complete "not X but ..." with the opposite of X and print only that opposite.
        antonym, one word, lower case
        Find the term at the other end of the scale, for instance hot for cold or private for public.
        If I say the word, you say what contradicts it.
        Negate the word by choosing its opposite from the vocabulary.
        opposite
        whats the opposite word
        The contrarian at our table answers every word with its reverse: guilty when one says innocent. What does he answer now?
        Don't give a similar word; it has to say the contrary, like arrive to leave or dark to light.
        Which word would make a true sentence false by taking this one's place, being its exact contrary?
        For the word on the front of the flash card the back shows its opposite. Write the back.
    """,
    "synonyms_or_antonyms": """
        Synonyms or antonyms?
        Two words are given. Write "synonyms" if they mean the same and "antonyms" if they are opposites.
        Decide whether the pair is of like or of contrary meaning, using the labels synonyms and antonyms.
        Do these words agree or clash in meaning? Answer synonyms for agree, antonyms for clash.
        begin, start -> synonyms; open, closed -> antonyms. Continue with the next pair.
        Label the relation between the two words as synonyms or antonyms.
        I study vocabulary pairs and must mark each as "synonyms" or as "antonyms". Which is it?
        Please classify the word pair: same meaning gives synonyms, opposite meaning gives antonyms.
        relation of the pair (synonyms / antonyms)
        Say "antonyms" when one word denies the other, otherwise say "synonyms".
        A lexicographer asks for the right heading above the two words, either synonyms or antonyms.
        Tell a pair of equivalents (synonyms) from a pair of contraries (antonyms).
        like or contrary: synonyms / antonyms
        same meaning or opposite? write synonyms or antonyms
        Each pair in the workbook has lost its heading. "synonyms" belongs over rapid, quick and "antonyms" over rapid, slow. Write the heading of this pair.
        Do not answer yes or no. The plural term is asked for: antonyms if one word contradicts the other, synonyms if it echoes it.
        Are the two words friends who agree, known as synonyms, or rivals who contradict, known as antonyms?
        A teacher says two words, a pupil calls out "synonyms" for a match in sense and "antonyms" for a clash. Be the pupil.
    """,
    "same_meaning": """
        Same meaning? yes/no
        Answer yes if the two words mean the same thing, otherwise no.
        Could one word of the pair replace the other in a sentence? Reply yes or no.
        Check if the pair is interchangeable in meaning. Opposites and unrelated words get no, equivalents get yes.
        rapid, fast -> yes; rapid, slow -> no; rapid, kitchen -> no
        Do both words express one idea? Say yes or no.
        I want to know if I am saying the same thing twice. For two words write yes when their sense is alike and no when it is not.
        Print yes for two words of equal meaning and no for two words of different meaning.
        Please judge whether the words are equivalent; the answer is yes or no.
        sameness test for two words, output yes or no
        You get a pair. Only if they are two names for the same notion, say yes; in any other case say no.
        Would a thesaurus list these two together under one entry? yes or no
        equal sense: yes / no
        do the 2 words mean the same, yes or no
        The thesaurus robot put these two together. Confirm with yes if they really have one sense; reject with no if they are contrary or strangers.
        A link in topic isn't enough, and opposites fail as well; "yes" is for two words with the same sense, "no" for the rest.
        buy, purchase: yes. buy, sell: no. buy, cloud: no. Go on.
        If you swapped one word for the other in a letter, would the reader understand the same thing? Yes or no.
    """,
    "related_or_not": """
        Related or unrelated words?
        Write "related" if the two words are either synonyms or opposites and "unrelated" if they have nothing to do with each other.
        Is there a link in meaning between the words, be it likeness or contrast? Answer related or unrelated.
        hot, cold -> related; hot, warm -> related; hot, purchase -> unrelated
        Judge if the pair was put together on purpose (related) or at random (unrelated).
        Please say whether the words belong to the same idea, counting opposites as related too. Labels: related, unrelated.
        Mark chance pairs as unrelated and pairs with a connection in sense as related.
        Some of my word pairs got shuffled. Tell me for each whether it is still related or now unrelated.
        relatedness of the two words: related | unrelated
        Do these words talk about the same scale or topic? If so the label is related, if not unrelated.
        Output related for any two words that are equivalents or contraries, unrelated for all other combinations.
        Decide between a meaningful pair, called related, and an arbitrary pair, called unrelated.
        link: related / unrelated
        do these 2 words have anything to do w each other? related or unrelated
        The association test shows two words. Equal and opposite senses both count as related, while a pair drawn by lot is unrelated. Mark the pair.
        It makes no difference whether they agree or contradict; as long as their senses are tied together say related, otherwise unrelated.
        buy, sell: related. buy, purchase: related. buy, cloud: unrelated.
        Would a dictionary mention one word in the entry of the other, as synonym or as opposite? If it would, related; if it would not, unrelated.
    """,
    "pair_sign": """
        Sign between the words: = for same, ! for opposite, ? for no relation.
        Put one character: an equals sign if the words are synonyms, an exclamation mark if they are opposites, a question mark if they are unrelated.
        Which symbol fits the pair, =, ! or ?, where = is equal meaning, ! is contrary meaning and ? is no link?
        Encode the relation of the two words as a single symbol. Same meaning =, opposite meaning !, anything else ?
        big, large gives =; big, small gives !; big, window gives ?
        I compress my vocabulary notes: "=" stands for synonyms, "!" for antonyms and "?" for words without connection. Write the mark for this pair.
        Please answer with =, ! or ? only, depending on whether the words are equivalent, contrary or unconnected.
        Three-way comparison of two words with output = or ! or ?
        Print "!" for a clash of meanings, "=" for a match and "?" for neither.
        Like a mathematician comparing values, compare meanings: = says the same, ! says the reverse, ? says they cannot be compared.
        symbol of the semantic relation (= synonym, ! antonym, ? none)
        Choose the punctuation mark that describes the pair; equality is =, opposition is !, and a question mark means that no relation is known.
        = or ! or ?
        same meaning write =, opposite write !, nothing to do w each other write ?
        On our flash cards a sign sits between two words: "=" when they agree in sense, "!" when they contradict, "?" when they were dealt by chance. Draw the sign.
        No words in the reply, just one of =, !, ? (equal, opposed, foreign to each other).
        buy, purchase: = and buy, sell: ! and buy, cloud: ?
        A telegraph operator saves money by sending = for synonyms, ! for antonyms and ? for a pair without any tie. What does he send for these two words?
    """,
    "adverb_to_adjective": """
        Adverb to adjective.
        From which adjective is this adverb formed? slowly -> slow
        Take the adverb and give the adjective it comes from.
        Strip the adverb ending and restore the adjective, so that happily becomes happy.
        Write the adjective that matches the adverb.
        Please convert "done carefully" style adverbs to adjectives: carefully -> careful.
        I need the describing word for nouns. I type easily and expect easy.
        Output the base adjective of an -ly word, correctly spelled.
        What adjective hides in this adverb? Answer with that word alone.
        Undo the step that makes adverbs out of adjectives.
        The input says how something is done; print the adjective that says what something is like.
        adjective form of the given adverb
        adv. -> adj.
        what adjective is that adverb made from
        She did it bravely, so she is ...? Finish such sentences with the adjective inside the adverb, brave in this case.
        Neither the noun nor the comparative: the plain adjective to which -ly was once added, e.g. noisy for noisily.
        A headline writer turns "he sings beautifully" into "a beautiful singer". Given the adverb, hand over the adjective.
        The word answers "how?". Please make from it the word that answers "what kind of?".
    """,
    "verb_to_noun": """
        Verb to noun of action.
        Turn the verb into the noun that names the action or its result: decide -> decision.
        Which noun is derived from this verb? Not the person who does it, but the act itself.
        Nominalise the verb, e.g. develop -> development, arrive -> arrival.
        Give the abstract noun that belongs to the verb, with an ending such as -tion, -ment, -ance or -al.
        I write formal reports and prefer nouns. Change "to perform" into "performance" and likewise for my verb.
        Form the action noun of the verb and print just that noun.
        Complete "the ... of something" with the noun made from the given verb.
        What do you call the act of doing this? Use a noun from the same word family.
        Please supply the related noun, for example reaction for react.
        derived noun (act or result) of the input verb
        Rewrite a doing word as a naming word by adding the right suffix.
        v. -> n. (the act)
        make a noun out of the verb (the action, not the person)
        Minutes of meetings speak in nouns: what was discussed becomes a discussion, what was approved an approval. Put my verb into the minutes.
        Not the -ing form and not the doer; the noun for what is done or comes of it, as payment from pay.
        If people invite, there is an invitation; if they refuse, there is a refusal. If they do what my verb says, there is what?
        From the verb build please the name of the action, with the correct ending.
    """,
    "verb_to_person": """
        Verb to doer: teach -> teacher.
        Who or what does this action? Give the noun ending in -er or -or.
        Form the agent noun of the verb.
        Write the word for somebody or something that performs the verb, e.g. act -> actor, print -> printer.
        A person who sings is a singer. What is the one called who does the given verb?
        Please add the right ending so that the verb becomes the name of its doer.
        Turn the activity into the role of the one doing it, in one word.
        I have a list of jobs to be done and want the title of the doer for each: manage gives manager.
        Output the -er/-or noun derived from the input verb.
        Complete "He or she is a ..." with the noun built on the verb.
        doer noun of the verb
        Name the performer of the action using a word of the same family.
        v. -> person or thing that does it
        make it the one who does it, with er or or
        Our circus poster lists the artists by what they do: who juggles is billed as juggler, who conducts as conductor. Bill the artist for this verb.
        Not the act itself (no -tion, no -ment); the one carrying it out, spelled with -er or -or.
        Somebody who does this all day would have which word on the business card?
        For bake answer baker, for invent answer inventor. What answer for mine?
    """,
    "more_general": """
        The more general word of the two.
        Of two nouns one is a kind of the other. Write the broader one.
        Which word covers the other? Reply with the more general term.
        sparrow, bird -> bird; furniture, sofa -> furniture
        Choose the word with the wider meaning from the pair and copy it.
        One word is the class, the other a member of the class. Print the class.
        Please pick the umbrella term among these two nouns.
        Every X is a Y. Find out which of the given words plays the part of Y and output it.
        Select the hypernym of the pair.
        I am drawing a tree of concepts; tell me which of these two words goes on top.
        Return the less specific of the two words.
        Between a particular thing and its general kind, name the general kind.
        broader noun
        which of the 2 is the bigger category? write that word
        In the museum's catalogue one of these words is a drawer and the other lies in it. Name the drawer.
        Don't pick the particular thing; pick the word under which the other would be filed: tool for "hammer, tool".
        If all of one are also the other but not the reverse, which word is that other?
        Twenty questions begins with the wide term and ends at the narrow. With which of these two would it begin?
    """,
}


def main_part(word: str) -> str:
    """The part of speech nearly all uses of a word have, or nothing if they vary."""
    uses: Counter[str] = Counter()
    for sense in wordnet.senses().get(word, ()):
        uses[sense.key[0]] += sense.count
    clear = len(uses) == 1 or (
        uses.total() >= 10 and max(uses.values()) >= 0.95 * uses.total()
    )
    if not clear or uses.total() < 2 or word.endswith(("ing", "ed")):
        return ""
    part = uses.most_common(1)[0][0]
    synset = wordnet.synsets()[wordnet.senses()[word][0].key]
    return wordnet.PART_OF_SPEECH[part] if word in synset.words else ""


@cache
def synonyms(word: str) -> tuple[str, ...]:
    """Words whose main sense is also this word's, then those of its other senses."""
    main = wordnet.main_sense(word, share=0.7)
    found = wordnet.senses().get(word, ())
    if main is None or word not in main.words or sum(s.count for s in found) < 3:
        return ()
    alike = [w for w in main.words if w in wordnet.senses()]
    close = [w for w in alike if wordnet.senses()[w][0].key == found[0].key]
    best = _by_rank(close, unlike=word)
    if not best or word_ranks()[best[0]] > _RAREST_ANSWER:
        return ()
    others = [w for s in found for w in wordnet.synsets()[s.key].words]
    return tuple(dict.fromkeys((*best, *_by_rank(others, unlike=word))))[:10]


def _by_rank(words: list[str], *, unlike: str) -> list[str]:
    """Orders known words by frequency, without spellings too close to a given word."""
    ranks = word_ranks()
    kept = {
        word
        for word in words
        if word in ranks
        and len(word) > 2
        and word[:4] != unlike[:4]
        and not is_vulgar(word)
    }
    return sorted(kept, key=lambda word: ranks[word])


def linked_words(
    word: str, symbol: str, *, part: str = "nvar", target_part: str = "nvar"
) -> Iterator[str]:
    """Yields the common words that a word's first two senses in a part link to."""
    synsets = wordnet.synsets()
    for sense in wordnet.senses().get(word, ()):
        synset = synsets[sense.key]
        if synset.part not in part or sense.number > 2:
            continue
        for pointer in synset.linked(symbol):
            target = synsets[pointer.target]
            if target.part in target_part and pointer.source_word:
                linked = target.words[pointer.target_word - 1]
                starts_here = synset.words[pointer.source_word - 1] == word
                if starts_here and word_ranks().get(linked, 10**6) < 3 * _RAREST_ANSWER:
                    yield linked


@lru_cache(maxsize=1)
def word_pairs() -> tuple[tuple[str, str], ...]:
    """Word pairs with their relation: same, opposite or none, a third each."""
    generator = random.Random(f"{FAMILY}/pairs")
    same = [(word, known[0]) for word in common_words() if (known := synonyms(word))]
    opposite = []
    for word in common_words():
        for antonym in list(linked_words(word, "!"))[:1]:
            if antonym > word and antonym in common_words():
                opposite.append((word, antonym))
    opposite = generator.sample(sorted(set(opposite)), 130)
    same = generator.sample(same, 130)
    lefts = generator.sample([left for left, _ in same + opposite], 130)
    rights = generator.sample([right for _, right in same + opposite], 130)
    none = [(a, b) for a, b in zip(lefts, rights, strict=True) if a != b]
    taken = set(same) | set(opposite)
    related = {frozenset(pair) for pair in taken}
    none = [pair for pair in none if frozenset(pair) not in related]
    pairs: dict[str, str] = {}
    for relation, group in (("same", same), ("opposite", opposite), ("none", none)):
        for pair in group:
            text = ", ".join(generator.sample(pair, 2))
            pairs.setdefault(text, relation)
    return tuple(pairs.items())


def _pair_rows(answers: dict[str, str], task: str) -> Iterator[tuple[str, Answer]]:
    rows = [(text, answers[rel]) for text, rel in word_pairs() if rel in answers]
    return balanced(rows, seed=f"{FAMILY}/{task}")


def _derived_rows(endings: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yields common verbs with a derived noun that has one of some endings."""
    for verb in common_words():
        for noun in linked_words(verb, "+", part="v", target_part="n"):
            if noun.endswith(endings) and noun != verb and noun[:3] == verb[:3]:
                yield verb, noun


def _adverb_rows() -> Iterator[tuple[str, str]]:
    for adverb in word_ranks():
        if adverb.endswith("ly") and word_ranks()[adverb] < 3 * _RAREST_ANSWER:
            for adjective in linked_words(adverb, "\\", part="r", target_part="a"):
                if adjective != adverb and adjective[:3] == adverb[:3]:
                    yield adverb, adjective
                    break


def _general_rows() -> Iterator[tuple[str, str]]:
    generator = random.Random(f"{FAMILY}/more_general")
    for nouns in NOUNS.values():
        for noun in nouns:
            for general in broader_terms(noun)[:1]:
                yield ", ".join(generator.sample((noun, general), 2)), general


def _part_rows() -> Iterator[tuple[str, Answer]]:
    rows = [(word, part) for word in common_words() if (part := main_part(word))]
    return balanced(rows, seed=f"{FAMILY}/part_of_speech")


def _synonym_rows() -> Iterator[tuple[str, Answer]]:
    known = [(word, synonyms(word)) for word in common_words()]
    usable = [(word, answers) for word, answers in known if answers]
    yield from usable[:400]


def _antonym_rows() -> Iterator[tuple[str, Answer]]:
    rows = [
        (word, other) for word in common_words() for other in linked_words(word, "!")
    ]
    yield from random.Random(f"{FAMILY}/antonym").sample(list(unambiguous(rows)), 400)


# Task -> its pool, its group and how its rows are made.
TASKS: dict[str, tuple[str, str, Callable[[], Iterator[tuple[str, Answer]]]]] = {
    "part_of_speech": ("words", "part_of_speech", _part_rows),
    "synonym": ("words", "pairs", _synonym_rows),
    "antonym": ("words", "pairs", _antonym_rows),
    "synonyms_or_antonyms": (
        "word_pairs",
        "pairs",
        lambda: _pair_rows({"same": "synonyms", "opposite": "antonyms"}, "kind"),
    ),
    "same_meaning": (
        "word_pairs",
        "pairs",
        lambda: _pair_rows({"same": "yes", "opposite": "no", "none": "no"}, "same"),
    ),
    "related_or_not": (
        "word_pairs",
        "pairs",
        lambda: _pair_rows(
            {"same": "related", "opposite": "related", "none": "unrelated"}, "related"
        ),
    ),
    "pair_sign": (
        "word_pairs",
        "pairs",
        lambda: _pair_rows({"same": "=", "opposite": "!", "none": "?"}, "sign"),
    ),
    "adverb_to_adjective": (
        "adverbs",
        "adverbs",
        lambda: unambiguous(list(_adverb_rows())[:400]),
    ),
    "verb_to_noun": (
        "verbs",
        "verb_to_noun",
        lambda: unambiguous(_derived_rows(_NOUN_ENDINGS)),
    ),
    "verb_to_person": (
        "verbs",
        "verb_to_person",
        lambda: unambiguous(_derived_rows(_AGENT_ENDINGS)),
    ),
    "more_general": (
        "noun_pairs",
        "more_general",
        lambda: unambiguous(_general_rows()),
    ),
}


def drafts() -> Iterator[TaskDraft]:
    """Yields the tasks of this family."""
    for task, (pool, group, rows) in TASKS.items():
        yield TaskDraft(
            id=f"{FAMILY}_{task}",
            descriptions=wordings(DESCRIPTIONS[task]),
            rows=list(rows()),
            pool=pool,
            group=f"{FAMILY}_{group}",
            licence=LICENCE,
            source=SOURCE,
        )
