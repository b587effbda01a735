"""Sentence senses family: what the bracketed word of an example means there."""

from __future__ import annotations

from collections.abc import Iterator

from training.catalogue import example_sentences
from training.catalogue.drafting import wordings
from training.catalogue.example_senses import choices, examples_of, opposites
from training.catalogue.source import Answer, TaskDraft
from training.catalogue.words import balanced_rows

FAMILY = "sentence_senses"
PACKAGES = example_sentences.PACKAGES

_NUM_ROWS = 320
_NOUN_KINDS = {
    "person": "person",
    "location": "place",
    "time": "time",
    "group": "group",
    "artifact": "object",
}
_QUESTIONS = {"person": "who", "place": "where", "time": "when", "object": "what"}
_VERB_KINDS = {
    "motion": "moving",
    "communication": "speaking",
    "possession": "having",
    "cognition": "thinking",
}
_VERB_CODES = {"moving": "M", "speaking": "S", "having": "H", "thinking": "T"}
_PREFIXES = ("un", "in", "im", "il", "ir", "dis", "non")

DESCRIPTIONS = {
    "noun_kind": """
        Bracketed noun: person, place, time, group or object?
        What does the noun in square brackets stand for here? Answer person, place, time, group or object.
        the [town] is small -> place; a lazy [summer] -> time; my [boss] -> person; the [audience] -> group; a [table] -> object
        Please sort the marked noun, as used in the line, under one of the headings person, place, time, group, object.
        Name the semantic category of the bracketed noun (object means a thing that people made).
        Is the highlighted word about somebody (person), somewhere (place), some period (time), a set of people or things (group), or something manufactured (object)?
        kind of thing in the [ ]: object / person / group / place / time
        A word may have several meanings; take the one it has in this phrase and label it group, object, person, place or time.
        Annotators tag each bracketed noun with a coarse type. The types are person, place, object, time and group. Supply the tag.
        Tell me whether the enclosed noun refers to a human being, a location, an artefact, a stretch of time or a collective, using the labels person, place, object, time, group.
        Which of the five - group, person, place, time, object - best covers the noun between the brackets?
        I draw mind maps with five branches called person, place, time, group and object. On which branch does the bracketed noun go?
        Output the type of the word inside [ ]: one of time, place, person, object, group.
        Think of what the marked noun denotes in context. An individual? A spot? A period? A crowd or set? A made thing? Say person, place, time, group or object.
        Five boxes, one noun in brackets. Which box: object, time, person, place, group?
        Entity typing for common nouns in context, lower-case label out of {person, place, time, group, object}.
        Ignore the other words' types. What sort of entity is the bracketed one: place, object, group, time or person?
        Classify the sense of the noun shown in brackets as person, place, time, group or object.
    """,
    "noun_question": """
        Question word for the bracketed noun: who, where, when or what.
        Which question word asks for the noun in square brackets? who for people, where for places, when for times, what for things.
        my [boss] called -> who; in the [town] -> where; a lazy [summer] -> when; a [table] -> what
        Please choose the interrogative that fits what the marked noun means: who, what, where or when.
        A crossword clue hides the bracketed noun. Would the solver be asked who, what, where or when?
        If the noun between the brackets were unknown, would you ask who it is, what it is, where it is or when it is? Give the question word.
        who / what / where / when for the [noun]?
        Reporters ask four things: who, what, where, when. To which of them does the highlighted noun belong?
        Label the enclosed noun with who if it is human, where if it is a location, when if it is temporal and what if it is an artefact.
        Does the bracketed word tell us who, when, where, or what? Reply with that word.
        Output one wh-word (who, what, when or where) that matches the sense of the noun inside [ ].
        I make quiz cards; on the front stands the question word for the noun in brackets. Which is it, when, where, who or what?
        Look at the meaning in this phrase only: someone -> who, somewhere -> where, sometime -> when, something -> what.
        Who, what, where or when - which heading of the news checklist covers the marked noun?
        pick the w-word for the thing in brackets (who what where when)
        A child points at the bracketed noun and asks for it. With which of when, what, who, where does the question begin?
        From the noun's sense decide on the pronoun or adverb to ask with: what, who, when, where.
        Map the bracketed noun to its interrogative, out of where, who, what and when.
    """,
    "noun_human": """
        Does the bracketed noun mean a person? human / other
        Answer human if the noun in square brackets stands for one person and other if it stands for anything else.
        my [boss] called -> human; a [table] -> other; the [audience] -> other
        Please tell me whether the marked noun denotes a human being (human) or not (other). Groups count as other.
        Can one shake hands with what is in the brackets? Then human, if not other.
        human or other, for the [noun] as used here
        Single people are human; places, times, things and sets are other. Label the bracketed noun.
        Is somebody meant by the word between the brackets? Reply human for yes, other for no.
        Pick out the people: write human when the highlighted noun is the name of a kind of person, otherwise write other.
        The same noun can mean a man or a thing. Which is it in this line - human, or other?
        Output "human" if the enclosed noun has a person as its referent, "other" in the remaining cases.
        Could the bracketed word be replaced by he or she? Say human if it could and other if it could not.
        My search is for nouns about individuals. Mark the bracketed one human if it qualifies and other if it does not.
        Two labels, other and human. Judge the sense that the noun inside [ ] has here.
        Does it breathe and talk, the thing in brackets? human if so, else other.
        Decide on animacy of the marked noun: a person gives human, a period, spot, collective or object gives other.
        person meant by the bracket? (human/other)
        Separate nouns for a man, woman or child (human) from the rest (other). Here, the noun in brackets is up for sorting.
    """,
    "noun_place_or_time": """
        Bracketed noun: space, date or neither?
        Write space if the noun in square brackets is a place, date if it is a time or period, neither for all else.
        in the [town] -> space; a lazy [summer] -> date; my [boss] -> neither
        Please say whether the marked noun locates something in space, in time (answer: date), or does neither.
        Would the bracketed noun be found on a map (space), on a calendar or clock (date), or on neither?
        space / date / neither - for the [noun]
        Locations get the label space, times get the label date, and people, groups and things get the label neither.
        Is the word between the brackets about where (space), about when (date), or about something different (neither)?
        I extract settings of stories. Tell me if the highlighted noun gives a where - space - or a when - date - or neither of them.
        Output one of neither, date, space by the meaning the enclosed noun has in the line.
        Three answers are possible: space for regions and spots, date for moments and periods, neither for what is left.
        Judge the bracketed noun as it is used: neither, space or date?
        Does the noun inside [ ] name a part of the world (space) or a part of time (date)? If it does not, reply neither.
        A travel agent cares for places (space) and times (date) only. What would she call the bracketed noun? Use neither for nouns she skips.
        Tag spatial nouns space, temporal nouns date and all remaining nouns neither; the noun is marked by brackets.
        is the bracketed thing a place (space), a time (date) or neither
        Decide: where-noun = space, when-noun = date, who- or what-noun = neither.
        Label the marked noun's sense with date, space or neither.
    """,
    "verb_kind": """
        Bracketed verb: moving, speaking, having or thinking?
        What is the verb in square brackets about? Answer moving, speaking, having or thinking.
        The horse [bounded] away -> moving; I [pleaded] with him -> speaking; I [gave] her money -> having; he [remembered] it -> thinking
        Please sort the marked verb by its sense here: moving for motion, speaking for communication, having for getting, giving or owning, thinking for mental acts.
        Name the field of meaning of the bracketed verb; the fields are moving, speaking, having, thinking.
        Does the highlighted verb tell of going somewhere (moving), of saying something (speaking), of possession (having) or of the mind (thinking)?
        verb type in [ ]: thinking / having / speaking / moving
        Verbs change meaning with context. Decide what the enclosed one means in this line and label it having, moving, speaking or thinking.
        Which of four activities does the verb in brackets describe - speaking, thinking, moving, having?
        Annotate the verb between brackets with its semantic class out of moving, having, thinking, speaking.
        Motion is called moving, communication speaking, cognition thinking, possession having. What is the bracketed verb called?
        I build a thesaurus with four chapters: moving, speaking, having, thinking. In which chapter should the marked verb be printed?
        Output the class of the verb inside [ ], a word ending in -ing: moving, speaking, having or thinking.
        Legs, mouth, purse or head? Say moving, speaking, having or thinking according to what the bracketed verb involves.
        Four piles of verbs: having, thinking, speaking, moving. Put the one in brackets on a pile.
        Tell whether the enclosed verb is one of motion (moving), of language (speaking), of ownership (having) or of thought (thinking).
        Choose the label that suits the sense of the marked verb: speaking, moving, thinking, having.
        Is somebody moving, speaking, having or thinking when doing what the bracket says? One word, please.
    """,
    "verb_code": """
        Code for the bracketed verb: M motion, S speech, H possession, T thought.
        Give one letter for the verb in square brackets: M if it is about motion, S about communication, H about having, giving or getting, T about thinking.
        The horse [bounded] away -> M; I [pleaded] with him -> S; I [gave] her money -> H; he [remembered] it -> T
        Please code the marked verb with a capital letter - T for mental verbs, H for verbs of possession, S for verbs of saying, M for verbs of movement.
        Letter code of the [verb]? (M move, S say, H have, T think)
        Our coding sheet has four letters. M: something moves. S: something is communicated. H: something is owned or changes hands. T: something goes on in the mind. Code the bracketed verb.
        One capital as the answer: is the enclosed verb M(otion), S(peech), H(aving) or T(hought)?
        Abbreviate the meaning of the highlighted verb to M for going, S for saying, T for thinking or H for holding and handing over.
        Data entry clerk wanted: read a line, find the verb in brackets, type M, S, H or T for movement, speech, having, thought.
        Reply with a single letter. H stands for possession, M for movement, S for statements and other communication, T for thoughts.
        Encode the sense of the verb inside [ ]: motion=M, communication=S, possession=H, cognition=T.
        Which of the letters H, M, S, T labels the bracketed verb, if they mean having, moving, speaking and thinking?
        just the letter for the verb in brackets pls, M/S/H/T as in move, say, have, think
        Mark the verb T when it happens in the head, S when it is told to others, M when it takes place in space and H when it concerns property.
        Shorthand for verb classes: M (to move), S (to speak), H (to have), T (to think). Write the shorthand for the enclosed verb.
        Turn the bracketed verb's meaning into a code of one character, M, S, H or T, the initials of move, say, have, think.
        On the answer card tick M, S, H or T for motion, speech, holding or thought. What is ticked for the marked verb?
        The four categories motion, speech, having, thought are written M, S, H, T. Print that of the verb between the brackets.
    """,
    "verb_mental": """
        Bracketed verb: mind or world?
        Write mind if the verb in square brackets is about thinking, knowing or judging, and world if it is about anything else.
        he [remembered] it -> mind; The horse [bounded] away -> world; I [pleaded] with him -> world
        Please say whether what the marked verb describes goes on inside a head (mind) or outside it (world).
        Is the bracketed verb a mental one? Answer mind for yes and world for no.
        mind / world for the [verb]
        Thoughts, beliefs and decisions count as mind; going, saying, giving and the like count as world. Label the enclosed verb.
        Could a camera record the act in the brackets (world), or is it only thought (mind)?
        A psychologist collects verbs of cognition. Reply mind if the highlighted verb is one for her and world if not.
        Output "mind" when the verb inside [ ] expresses a mental process in this line, otherwise "world".
        Does the subject use the intellect to do what the bracket says, or something else? mind for intellect, world for something else.
        Two labels for verbs: world and mind. The second is for remembering, believing, planning, comparing and so on. Which one fits here?
        is it thinking (mind) or not (world), the verb in brackets
        Decide by the sense in context if the bracketed verb belongs to the inner life, mind, or to outer events, world.
        Tell verbs of the brain (mind) from verbs of movement, speech and property (world); the verb in question is bracketed.
        Where does it take place - in the mind or in the world - that which the marked verb names?
        Judge the enclosed verb: cognitive means mind, not cognitive means world.
        Sorting task with the bins world (things done or said) and mind (things thought). The bracketed verb goes into ...
    """,
    "choice_fit": """
        Which of the two words after | means the same as the bracketed one here?
        After the bar two words are offered. Choose the one that has the sense of the bracketed word in this line.
        he returned to the [land] of his birth | country or estate -> country
        Please pick the synonym that fits the context from the pair behind the bar.
        Only one of the options could replace the word in brackets without changing what is said. Which?
        Word sense test: a sentence, a marked word, two candidate synonyms. Write the right candidate.
        Of the two words on offer, say which agrees in meaning with the marked word as it is used.
        right synonym for the [word], out of the two
        Reply with the option that a careful writer could put into the brackets.
        The marked word has several senses, and each option stands for one. Give the option for the sense meant here.
        Output the suitable substitute of the two listed after the vertical bar.
        I want to replace the bracketed word and hesitate between two. Tell me the one that keeps my meaning.
        Select the candidate to the right of | that paraphrases the enclosed word correctly.
        Which sense is it? Show it by repeating the matching word of the pair.
        Two near-synonyms compete; context decides. Name the winner.
        Match the highlighted word with the option closest to it in this context.
        Read the line, look at the brackets, then take from the two words at the end the one that says the same.
        A thesaurus gives both words for the one in brackets. Which of them applies in the phrase before the bar?
    """,
    "choice_misfit": """
        Which of the two words after | does NOT fit the bracketed one here?
        After the bar two words are offered. Write the one that has a different sense from the bracketed word in this line.
        he returned to the [land] of his birth | country or estate -> estate
        Please name the option that would change the meaning if it took the place of the word in brackets.
        One of the options belongs to another sense of the marked word. Which?
        Find the wrong synonym: the candidate that does not suit this context.
        Cross out the unsuitable word of the pair and tell me what you crossed out.
        wrong synonym for the [word], out of the two
        Reply with the option that must not be put into the brackets.
        Each option stands for one sense of the marked word. Give the one for the sense that is not meant here.
        Output the distractor among the two words listed behind the vertical bar.
        I want to warn learners of a false substitute. Of the two words after the bar, which would be false in this phrase?
        Select the candidate to the right of | that misrepresents the enclosed word.
        Which of the two does the marked word mean elsewhere, but not in this line?
        Two near-synonyms compete; context decides. Name the loser.
        Reject one of the options at the end - the one further from what the highlighted word says here - and print it.
        Read the line, look at the brackets, then take from the two words at the end the one that says something else.
        A bad translator picks the wrong one of both words. What does the bad translator write for the bracketed word?
    """,
    "choice_place": """
        Is the right synonym the first or the second after the bar? first / second
        Two words follow the bar. Say first or second, depending on which has the meaning of the bracketed word here.
        he returned to the [land] of his birth | country or estate -> first
        Please answer second if the latter option fits the word in brackets and first if the former does.
        Don't write the synonym, write its place in the pair: first or second.
        Which candidate is correct for the marked word, number one (first) or number two (second)?
        first or second option for the [word]?
        The enclosed word can be replaced by one of two words. Give the ordinal of that word.
        Multiple choice with two options after |, the answers being called first and second. Which is correct in this context?
        Output "first" if the word before "or" matches the sense in the brackets, "second" if the word after it does.
        I point at two substitutes, left and right. Tell me first for the left one, second for the right one, whichever keeps the meaning.
        Of the alternatives at the end of the line, is the first or the second synonymous with the highlighted word?
        Judge both options against the context and report the position of the better one as first or second.
        Does the sense of the bracketed word speak for the second word or for the first?
        Answer key wanted: for each item note first or second, according to where the fitting word stands behind the bar.
        Tick one of two boxes. The first box is for the option named first. Which box is right for the word in brackets?
        The pair behind the bar contains one good replacement. Is it in first or in second place?
        State by "first" or "second" which of both words could stand inside the brackets.
    """,
    "choice_text": """
        Put the fitting word of the two into the brackets' place.
        Rewrite the phrase before the bar with the bracketed word replaced by that one of the two options which means the same.
        he returned to the [land] of his birth | country or estate -> he returned to the country of his birth
        Please substitute the correct synonym and give the phrase without brackets and without the options.
        Copy the line up to the bar; instead of the marked word write the suitable candidate.
        How does the phrase run once the enclosed word has been exchanged for the right option?
        Choose between the two words, insert your choice, print the phrase.
        phrase with the right synonym filled in, pls
        Return the text left of | with [word] swapped for the option that preserves its meaning.
        A stylist avoids the bracketed word. Produce her version, using whichever of the two alternatives keeps the sense.
        Paraphrase the phrase by a single replacement: the highlighted word goes, the fitting one of the two offered comes.
        Everything stays but the bracketed word, in whose place the appropriate option is set. Drop the bar and what follows.
        Fill the bracket's position with the better candidate and write out the result.
        Two options, one slot: the slot is the bracket. Give the completed phrase.
        Output the sentence after synonym substitution; take care to pick the candidate for the sense used here.
        Say the same thing with the other word, namely the suitable one of the two listed.
        Exchange the marked word so that the meaning is kept. The replacement is among the two words at the end; the answer is the full phrase.
        Edit the phrase: out with the bracketed word, in with the matching option.
    """,
    "opposite_word": """
        Opposite of the bracketed word.
        Give the antonym of the word in square brackets, in the sense it has here.
        a [heavy] box -> light; they celebrated the [birth] -> death
        Please name the word that means the contrary of the marked one.
        Which single word would turn the bracketed one into its reverse?
        Find the antonym for the word between the brackets and leave the rest of the phrase away.
        antonym of [word], one word
        What is the other end of the scale on which the highlighted word lies?
        Reply with the counterpart of opposite meaning to the enclosed word.
        I contradict people by saying the opposite word. Which word do I need for the one in brackets?
        Output antonym(word inside [ ]) in lower case.
        Not this, but ...? Complete with the contrary of the bracketed word, just that word.
        Context tells which sense is meant; state the opposite for this sense of the marked word.
        Vocabulary quiz: the card shows a phrase with a word in brackets, and you call out the word that means the reverse.
        If the bracketed word is wrong and its contrary is true, what is true?
        whats the opposite of the thing in brackets here
        Tell me the word against which the enclosed one is set, as hot against cold.
        Supply the antonym only; the phrase serves to show the meaning of the word in brackets.
    """,
    "opposite_text": """
        Phrase with the opposite of the bracketed word.
        Rewrite the phrase, replacing the word in square brackets by its antonym, and leave out the brackets.
        a [heavy] box -> a light box; they celebrated the [birth] -> they celebrated the death
        Please turn the meaning round by exchanging the marked word for its contrary, and print the whole line.
        How does the phrase read when the bracketed word is swapped for its reverse?
        Return the full text with [word] changed into the opposite word.
        whole phrase again but with the opposite in place of the brackets
        Copy the line. Where the brackets are, write the word of opposite meaning; elsewhere change nothing.
        Say the contrary of this phrase through a single replacement, that of the highlighted word.
        In a mirror world every marked word means its reverse. Write the line for that world.
        Produce the contradicting version: only the enclosed word differs, being replaced by its antonym.
        I need a counterexample to each phrase. Make it by flipping the bracketed word, and give me the phrase.
        Output the sentence after antonym substitution at [ ].
        Edit the phrase so that it says the opposite at the bracket; the other words stay.
        Swap the word between the brackets for the one at the other end of the scale and write everything out.
        The fact checker says the bracketed word should be its very opposite. Give the corrected phrase.
        Put the antonym where the marked word was, remove the brackets, hand back the phrase.
        Reverse the marked word within its sentence.
    """,
    "opposite_pair": """
        Bracketed word and its opposite, joined by "or".
        Write the word in square brackets, then or, then its antonym.
        a [heavy] box -> heavy or light; they celebrated the [birth] -> birth or death
        Please make a pair of contraries out of the marked word: the word itself first, its opposite after "or".
        Form an alternative question in three words, as in "hot or cold", starting from the bracketed word.
        Which two extremes are in play? Name the one in brackets, add "or" and the other one.
        [word] or ...? Give the complete pair.
        Repeat the highlighted word and set its reverse beside it with an or in between.
        The headings of my table are antonym pairs such as "open or closed". Make the heading from the enclosed word.
        Output f"{word} or {antonym}" for the word inside [ ].
        Offer a choice between the bracketed word and its contrary: three words, "or" in the middle.
        pair of opposites with or, the bracketed one first
        A pollster turns every marked word into a two-way choice. What choice does she put to people here?
        State the word in brackets together with its antonym in the form A or B.
        Couple the marked word with the word that means the reverse; use or as the link and leave the phrase away.
        Give both poles of the scale on which the bracketed word lies, this pole first, separated by "or".
        Dictionary of opposites, entry line: bracketed word, or, opposite word.
        From the phrase take only the enclosed word, attach "or" and the antonym, and reply with that.
    """,
    "opposite_kind": """
        Opposite by prefix or by another word? prefix / word
        Do the bracketed word and its opposite differ just by a prefix such as un-, in- or dis- (prefix), or are they two different words (word)?
        a [usual] day -> prefix (unusual); a [heavy] box -> word (light). Reply with the label alone.
        Please say prefix if the antonym of the marked word comes from adding or removing a negative prefix, and word if it is formed otherwise.
        Think of the contrary of the word in brackets. Is it made with a prefix, or is it a separate word? Answer prefix or word.
        prefix or word? (how the opposite of the [word] is formed)
        Happy/unhappy is a pair of the type prefix, hot/cold one of the type word. Of which type is the enclosed word with its antonym?
        Decide how one negates the highlighted word: by un-, in-, im-, il-, ir-, dis- or non- put on or taken off - prefix - or by choosing a new word - word.
        A morphologist divides antonyms into derived ones, labelled prefix, and unrelated ones, labelled word. Label the opposite of the bracketed word.
        Output "prefix" if word and antonym share their stem, else "word"; the word is the one inside [ ].
        Would the opposite of the marked word be listed under the same stem (prefix) or under another headword (word)?
        Do not tell me the opposite. Only tell me whether it is built by a prefix or is another word: prefix, word.
        Is the reverse of the bracketed word to be had by gluing on or dropping a negative syllable? prefix for yes, word for no.
        Judge the antonym pair that the enclosed word belongs to. Same stem with a negative prefix on one side: prefix. Different stems: word.
        Learners can guess opposites like "unfair" (prefix) but must memorise those like "cheap" for "dear" (word). Which sort does the word in brackets have?
        Two types of contrary, word and prefix. Find the type for the word that the brackets mark.
        whats the opposite formed with, a prefix or a whole other word? (prefix/word)
        To contradict the bracketed word, do I change its beginning (prefix) or the entire item (word)?
    """,
}

Tables = Iterator[tuple[str, str, list[tuple[str, Answer]]]]


def _labelled(task: str, pool: str, labels: dict[str, str]) -> Tables:
    """Yields a task whose labels are balanced."""
    yield pool, task, balanced_rows(labels, labels.__getitem__, num_rows=_NUM_ROWS)


def _noun_tables() -> Tables:
    kinds = examples_of("n", _NOUN_KINDS)
    questions = {text: _QUESTIONS[k] for text, k in kinds.items() if k in _QUESTIONS}
    human = {text: "human" if k == "person" else "other" for text, k in kinds.items()}
    settings = {"place": "space", "time": "date"}
    setting = {text: settings.get(kind, "neither") for text, kind in kinds.items()}
    yield from _labelled("noun_kind", "noun_senses", kinds)
    yield from _labelled("noun_question", "noun_senses", questions)
    yield from _labelled("noun_human", "noun_senses", human)
    yield from _labelled("noun_place_or_time", "noun_senses", setting)


def _verb_tables() -> Tables:
    kinds = examples_of("v", _VERB_KINDS)
    codes = {text: _VERB_CODES[kind] for text, kind in kinds.items()}
    mental = {t: "mind" if kind == "thinking" else "world" for t, kind in kinds.items()}
    yield from _labelled("verb_kind", "verb_senses", kinds)
    yield from _labelled("verb_code", "verb_senses", codes)
    yield from _labelled("verb_mental", "verb_senses", mental)


def _choice_tables() -> Tables:
    found = choices()
    rows: dict[str, list[tuple[str, Answer]]] = {
        "choice_fit": [(c.question, c.fitting) for c in found],
        "choice_misfit": [(c.question, c.misfit) for c in found],
        "choice_text": [(c.question, c.example.with_word(c.fitting)) for c in found],
    }
    for task, pairs in rows.items():
        yield "choices", task, pairs
    places = {c.question: "first" if c.is_fitting_first else "second" for c in found}
    yield from _labelled("choice_place", "choices", places)


def _is_prefixed(word: str, opposite: str) -> bool:
    """Whether a negative prefix makes one word of the other."""
    return any(
        prefix + word == opposite or prefix + opposite == word for prefix in _PREFIXES
    )


def _opposite_tables() -> Tables:
    words: list[tuple[str, Answer]] = []
    texts: list[tuple[str, Answer]] = []
    pairs: list[tuple[str, Answer]] = []
    kinds: dict[str, str] = {}
    for example, found in opposites():
        text = example.bracketed
        words.append((text, found))
        texts.append((text, tuple(map(example.with_word, found))))
        pairs.append((text, tuple(f"{example.lemma} or {word}" for word in found)))
        are_prefixed = {_is_prefixed(example.lemma, word) for word in found}
        if len(are_prefixed) == 1:
            kinds[text] = "prefix" if are_prefixed == {True} else "word"
    yield "opposites", "opposite_word", words
    yield "opposites", "opposite_text", texts
    yield "opposites", "opposite_pair", pairs
    yield from _labelled("opposite_kind", "opposites", kinds)


def drafts() -> Iterator[TaskDraft]:
    """Yields the tasks of the four pools: nouns, verbs, choices and opposites."""
    for tables in (_noun_tables, _verb_tables, _choice_tables, _opposite_tables):
        for pool, task, rows in tables():
            yield TaskDraft(
                id=f"{FAMILY}_{task}",
                descriptions=wordings(DESCRIPTIONS[task]),
                rows=rows,
                pool=pool,
                group=f"{FAMILY}_{pool}",
                licence=example_sentences.LICENCE,
                source=example_sentences.SOURCE,
            )
