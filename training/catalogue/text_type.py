"""Text type family: what a one-line text is - a question, a fact, an idiom or a joke."""

from __future__ import annotations

import html
import json
import random
import re
from collections.abc import Iterator
from functools import lru_cache

from training.catalogue.drafting import balanced, wordings
from training.catalogue.source import (
    Answer,
    TaskDraft,
    open_npm_package,
    open_wheel,
    read_text,
)
from training.catalogue.words import WORDS_PACKAGES, is_vulgar

FAMILY = "text_type"
MIMESIS = "mimesis==22.2.0"
RANDFACTS = "randfacts==0.24.4"
IDIOMS = "idioms@0.0.2"
JOKES = "one-liner-joke@1.2.2"
PACKAGES = (MIMESIS, RANDFACTS, IDIOMS, JOKES, *WORDS_PACKAGES)

Rows = list[tuple[str, Answer]]

_NUM_PER_KIND = 700
_COARSE_TAGS = {
    "dirty", "sex", "flirty", "racist", "rude", "insults", "black", "blonde", "gay",
    "ugly", "fat", "hate", "women", "men", "stupid", "death", "drug", "christian", "God",
    "political", "alcohol",
}  # fmt: skip
# Subjects on which a sentence offends or ages quickly.
_TOUCHY = re.compile(
    r"trump|clinton|obama|hillary|modi\b|islam|muslim|hindu|jew|christian|relig|\bgod\b"
    r"|suicid|kill|murder|rape|gay|lesbian|girlfriend|boyfriend|virgin|penis|breast"
    r"|nazi|hitler|terror|drug|weed|cocaine|abort|racis|black people|white people|slave"
    r"|drunk|torrent|crack|hack|lose weight|\bdie\b|dead|death|execut|cannibal|porn|naked|urin|fart|\bpee\b|feces|poop",
    re.IGNORECASE,
)
_QUESTION_WORDS = ("what", "how", "why", "which", "who", "where")
_YES_NO_OPENERS = (
    "is", "can", "do", "does", "are", "will", "should", "has", "have", "would", "could",
    "did", "was", "were", "am",
)  # fmt: skip

DESCRIPTIONS = {
    "kind": """
        Kind of text: question, fact, idiom or joke.
        What sort of line is this - a question, a fact, an idiom or a joke? Answer with one of these words.
        Classify a one-line text as question, fact, idiom or joke.
        Please label the line: "question" if it asks, "fact" if it reports something true, "idiom" if it is a set phrase, "joke" if it wants a laugh.
        My notebook mixes trivia, proverbs, wisecracks and things I wanted to ask. Sort each line under fact, idiom, joke or question.
        Genre of the sentence, four classes in lower case (fact, idiom, joke, question).
        Did the author want to know something (question), inform (fact), use a saying (idiom) or amuse (joke)?
        Read the text and output its type; the types are joke, idiom, fact and question.
        text genre
        "Spill the beans" is an idiom, "Honey never spoils" a fact, "Where is Oslo?" a question, "I'm on a seafood diet: I see food and eat it" a joke. Name the type of the new text.
        Decide which column of a magazine would print the line: Trivia (fact), Laughs (joke), Sayings (idiom) or Ask Us (question). Give the word in brackets.
        Four-way text type recognition without any explanation, one word out.
        question / fact / idiom / joke
        what is this: a question, a fact, an idiom or a joke?
        The radio host gets slips of paper and reads idioms, jokes, facts and questions in separate shows. For which show is this slip? Reply idiom, joke, fact or question.
        The complete lower-case word is required, not a letter: fact if one learns something true, joke if one grins, idiom if it's a fixed saying, question if it asks.
        Is somebody asking, informing, quoting a saying, or fooling around? Call it question, fact, idiom, joke in this order.
        To build a corpus we need annotators choosing one of the tags idiom, question, joke, fact for each line.
    """,
    "kind_letter": """
        Text type as one letter: Q, F, I or J.
        Write Q for a question, F for a fact, I for an idiom and J for a joke.
        Give only the initial of the text's type in upper case (Question, Fact, Idiom, Joke).
        Which letter belongs to the line: F, I, J or Q?
        Code the genre of the text with a single capital letter; F stands for fact, J for joke, I for idiom and Q for question.
        Please mark each line with its one-letter type code from the set Q/F/I/J.
        For my card index I need a letter per text. Jokes go under J, idioms under I, facts under F, questions under Q.
        "When does the shop open?" gets Q, "Break a leg" gets I. Find the letter of the given text.
        one-character genre code
        Abbreviate the kind of text to its first letter, capitalised.
        Return Q when something is asked, I for a figure of speech, F for a piece of knowledge, J when the line is meant to be funny.
        The answer is a lone capital: J, I, F or Q, depending on what type of writing the input is.
        Q / F / I / J
        just the letter: Q question, F fact, I idiom, J joke
        The punched cards have a single column for the sort of text. Punch J where it's funny, F where it's true knowledge, Q where it asks, I where it is a set phrase.
        Never write out the type; its capital initial has to do, e.g. F for "Honey never spoils".
        On the spine of each notebook stands I, Q, J or F for idioms, questions, jokes, facts. In which notebook is this line?
        Imagine a four-button remote marked F, I, J, Q (fact, idiom, joke, question). Which button fits the text?
    """,
    "is_question": """
        Question? yes / no
        Say yes if the text is a question and no if it is not.
        Does this line ask something? Answer yes or no.
        Check whether the sentence is interrogative; print yes for questions, no for statements and sayings.
        Is the writer waiting for an answer? yes or no, please.
        I need to route incoming lines to the help desk. Reply yes when the line is a question, else reply no.
        Binary detection of questions with output yes/no.
        Respond with "yes" to texts that ask and "no" to texts that tell.
        Decide if the text requires a reply because it is a question: yes, it does, or no, it doesn't.
        question detector
        Tell me whether somebody wants to find something out with this sentence. Write yes or no.
        Facts, jokes and idioms are a no. Questions are a yes.
        asks? yes/no
        is it a question, yes or no
        The chatbot should answer only when it's been asked something. Let it know: yes if the line asks, no if it states or jokes.
        The topic is of no interest, nor is the answer. A question earns yes and any other kind of line earns no.
        "Where is Oslo?" yes, "Honey never spoils" no, "Spill the beans" no. And my line?
        When reading it aloud, would you let your voice rise and look at someone for a reply? Say yes or no.
    """,
    "question_word": """
        Question word of the question: what, how, why, which, who or where.
        With which question word does the sentence begin? Output it in lower case.
        Copy the interrogative that opens the question.
        Is it a what, how, why, which, who or where question? Answer with that word.
        Extract the W-word (or how) from the question and write it without a capital.
        Please sort questions by their asking word and return that word only.
        "Where can I buy tea?" -> where; "Who wrote it?" -> who
        I count the kinds of questions people ask. For each, tell me the kind by its question word, in small letters.
        leading interrogative, lower case
        Find the word that makes this sentence a question, for example why or which, and repeat it.
        Output the type of the question as named by its first word: how, what, where, which, who, why.
        Take the asking word off the front of the question and hand it to me in lower case.
        how / what / where / which / who / why
        which question word does it start with, lowercase
        The help desk has six desks named who, what, where, why, which and how. Send the question to the desk with the name of its opening word.
        Don't answer the question and don't shorten it; the asking word at its front, in small letters, is all.
        For "Why is the sky blue?" give why, for "How do magnets work?" give how.
        In the language course we sort questions after the word they begin with. Please this word, small written.
    """,
    "open_or_closed": """
        Open or closed question?
        Write "closed" if the question can be answered by yes or no, and "open" if it needs more than that.
        Would a simple yes or no do as an answer? If it would, say closed; if not, say open.
        Interview training: label every question as open or closed.
        Questions starting with is, can, do and the like are closed, those starting with what, how, why and the like are open. Classify the question.
        Please decide between an open question and a closed question; reply with open or closed.
        "Is it raining?" -> closed. "Why is it raining?" -> open.
        form of the question: open | closed
        I design surveys. Closed questions get tick boxes and open ones get a text field; which of the two words describes this question?
        Can the person asked just nod or shake the head? Then it is closed, otherwise open.
        Tell yes/no questions (closed) from information questions (open).
        Give the linguistic class of the question, open for wh-questions and closed for polar questions.
        closed / open
        yes-no question = closed, anything else = open. which one
        A lawyer cross-examining prefers questions leaving just yes or no, the closed ones, to those inviting a story, the open ones. Which is this?
        Do not answer it. Judge whether yes or no would satisfy the asker (closed), or an explanation, a name or a place is expected (open).
        "Can cats swim?" is closed, "How do cats swim?" is open; label mine with one of those words.
        Begins with a verb like do, is, can or will: closed. Begins with a word like who, where or how: open.
    """,
    "joke_or_fact": """
        Joke or fact?
        Tell if the sentence is a joke or a fact.
        Is the writer kidding or informing? Write joke for kidding and fact for informing.
        Separate humour from knowledge with the labels joke and fact.
        Could this line stand in an encyclopaedia (fact) or on a comedy stage (joke)?
        Please mark one-liners as joke and pieces of trivia as fact.
        My quiz sheet got mixed with my comedy notes; say "fact" for quiz lines and "joke" for comedy lines.
        Humour detection on single lines: joke versus fact.
        Serious information is a fact, a funny remark is a joke. Which one is the given line?
        joke/fact label
        Answer with joke if one is supposed to laugh and with fact if one is supposed to learn.
        Two possible outputs, fact or joke, according to whether the claim is meant in earnest.
        fact / joke
        real fact or just a joke?
        The science museum's guide mixes trivia with wisecracks. Visitors should write down the former, marked fact, and laugh at the latter, marked joke.
        Not yes or no and not funny or true: the two words permitted are joke and fact.
        "Honey never spoils" is fact, "I told my computer I needed a break, and it froze" is joke. And this?
        Would a teacher test you on the line in an exam (fact), or was it made up to get a laugh (joke)?
    """,
    "is_idiom": """
        Idiom? true or false
        Write true if the text is an idiom or set phrase, false otherwise.
        True or false: this is a saying people use, not a piece of news, a question or a gag.
        Decide whether the line is an idiomatic expression and print a lower-case boolean.
        Would you look this up in a dictionary of phrases? true if so, false if not.
        Please recognise figures of speech, proverbs and set expressions (true) among other lines (false).
        I collect idioms for learners of English. Tell me if a line belongs in the collection: true or false.
        "Bite the bullet" is true, "The Nile is a river" is false. Judge the next text.
        Return the value of the test "input is a fixed English expression" as true or false.
        phrase-book check (true/false)
        Does the wording come ready-made from the language, like "once in a blue moon"? Answer true or false.
        Output true for ready-made phrases and false for free sentences.
        idiom = true, else false
        is it an idiom or saying? true or false
        For the phrase calendar only idioms qualify. Set the flag to true on those and to false on questions, facts and jokes.
        Truth of the content has nothing to do with it: true merely says that the line is an established phrase, false that it isn't.
        "A piece of cake" -> true, "Is cake healthy?" -> false, "Cake was known in Egypt" -> false
        Have English speakers been using this very wording for ages as a fixed expression? Reply true or false.
    """,
    "has_digit": """
        Digits in the text? digits / none
        Say "digits" if the text contains a number written in figures and "none" if it contains no figures.
        Look for the characters 0 to 9. If there is at least one write digits, if there is not write none.
        Does the line mention a number in figures? Reply with digits or none.
        Please scan the sentence for numerals such as 7 or 1969; the two answers are digits and none.
        I proofread numbers only. Tell me "digits" when there is something for me in the line and "none" when there isn't.
        "It opened in 1902" -> digits; "It opened long ago" -> none
        numeral check, output digits or none
        Is there any figure to be read in this text? Answer digits for yes and none for no.
        Whatever the sentence is about, report only whether it has numerals (digits) or lacks them (none).
        Detect the presence of numeric characters and label the line digits or none accordingly.
        Sort the texts into those with figures, labelled digits, and those made of letters alone, labelled none.
        figures: digits / none
        any numbers written with 0-9 in it? say digits or none
        The voice actor wants a warning before lines with numerals in them. Warn with digits; if there are no numerals, write none.
        Words like seven or hundred aren't what we look for. A character from 0 to 9 makes it "digits", its absence "none".
        Honey lasts 3000 years: digits. Honey never spoils: none. The new line?
        With the number keys of the keyboard broken, could I still type the text? Then none; if I couldn't, digits.
    """,
    "length": """
        Short or long text?
        Write "short" if the line has at most eight words and "long" if it has fourteen words or more.
        Is it a brief line or a lengthy one? Answer short or long.
        Judge by the number of words: few words make it short, many words make it long.
        How much is there to read - little (short) or a lot (long)?
        Please label the text as short (up to eight words) or long (more than a dozen words).
        My display fits eight words. Tell me if a line is short enough or too long; say just short or long.
        length class: short/long
        Do not mind the content. Return short for a handful of words and long for a full-length sentence.
        Would you read this aloud in one quick breath? Then it's short, if not it's long.
        Measure the line and give its size as short or long.
        Choose the adjective short or long by the word count of the input.
        long / short
        is the line short (8 words or less) or long (14+)
        A ticker can show eight words at once. Lines fitting in are short, those of fourteen words and beyond are long. Which is it?
        Give no number. Eight words or below are called short, fourteen or above are called long.
        "Where is Oslo?" is short, while a line that rambles on well past a dozen words, like this very one, is long.
        Proof pages are sorted by how much there is on the line: a scrap of a few words goes to short, a full sentence to long.
    """,
    "personal": """
        Personal or general text?
        Say "personal" if the writer speaks about himself or herself with I, me or my, otherwise "general".
        Does the line contain the first person (I, me, my, mine)? Write personal if so and general if not.
        Is somebody talking about their own life here? Answer personal or general.
        Label texts with the speaker in them as personal and texts without as general.
        "How do I fix my bike?" -> personal; "How are bikes made?" -> general
        Please check for words like I and my: their presence makes the line personal, their absence general.
        Should I read this as a private remark or as a statement for everybody? Reply with personal or general.
        first-person check, output personal or general
        I filter out lines in which people mention themselves. Mark those as personal, all others as general.
        Tell whether the sentence is in the first person singular, using the label personal, or not, using general.
        Look at the pronouns. If the author occurs in the text it is personal, else it is general.
        general / personal
        does the writer talk about himself (I, me, my)? personal if yes, general if no
        Before publishing letters we set aside those where the author says I, me or my. Those are personal, the remaining ones general.
        Names and other people do not make it personal; the first person singular does. Without it the line is general.
        "My cat hates rain" is personal, "Cats hate rain" is general. Judge my line by this.
        Would the line need rewriting if someone else were to say it, because it has I, my or me in it? personal if so, general if not.
    """,
}


def _is_clean(text: str) -> bool:
    return not is_vulgar(text) and not _TOUCHY.search(text)


def _sample(texts: set[str], name: str) -> list[str]:
    clean = sorted(text for text in texts if _is_clean(text))
    size = min(_NUM_PER_KIND, len(clean))
    return random.Random(f"{FAMILY}/{name}").sample(clean, size)


def _questions() -> set[str]:
    text = read_text(open_wheel(MIMESIS), "mimesis/datasets/en/text.json")
    questions = (re.sub(r"\bi\b", "I", line) for line in json.loads(text)["questions"])
    return {
        question
        for question in questions
        if question.endswith("?")
        and _first_word(question) in (*_QUESTION_WORDS, *_YES_NO_OPENERS, "when")
        and question.count("?") == 1
        and len(question) <= 110
        and len(question.split()) >= 4
        and not re.search(r"[.!(]", question)
    }


def _facts() -> set[str]:
    lines = read_text(open_wheel(RANDFACTS), "randfacts/safe.txt").splitlines()
    return {line.strip() for line in lines if 30 <= len(line.strip()) <= 120}


def _idioms() -> set[str]:
    with open_npm_package(IDIOMS) as tarball:
        member = tarball.extractfile("package/idioms.txt")
        lines = member.read().decode("utf-8").splitlines() if member else []
    return {
        line[0].upper() + line[1:]
        for line in map(str.strip, lines)
        if len(line.split()) >= 4
        and len(line) < 70
        and not re.search(r"[?\d(/;\[]| '|Go to|\b(\w+ \w+) .*\b\1", line)
    }


def _jokes() -> set[str]:
    with open_npm_package(JOKES) as tarball:
        member = tarball.extractfile("package/jokes.json")
        jokes = json.load(member) if member else []
    bodies = (
        html.unescape(j["body"]) for j in jokes if not _COARSE_TAGS & {*j["tags"]}
    )
    return {
        body
        for body in (" ".join(body.split()) for body in bodies)
        if 25 <= len(body) <= 140 and "?" not in body and "(" not in body
    }


@lru_cache(maxsize=1)
def texts() -> dict[str, list[str]]:
    """The shared pool: clean one-line texts by kind."""
    return {
        "question": _sample(_questions(), "question"),
        "fact": _sample(_facts(), "fact"),
        "idiom": _sample(_idioms(), "idiom"),
        "joke": _sample(_jokes(), "joke"),
    }


def _first_word(text: str) -> str:
    return text.split()[0].lower()


def _length(text: str) -> str:
    num_words = len(text.split())
    if num_words <= 8:
        return "short"
    return "long" if num_words >= 14 else ""


def _openness(question: str) -> str:
    if _first_word(question) in _YES_NO_OPENERS:
        return "closed"
    return "open" if _first_word(question) in _QUESTION_WORDS else ""


def _is_personal(text: str) -> bool:
    return bool(re.search(r"\b(i|me|my|mine|myself|i'm|i'll|i've)\b", text.lower()))


def _label_pairs() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yields every task with its labelled texts; an empty label drops the text."""
    pool = [(text, kind) for kind, group in texts().items() for text in group]
    questions = sorted(filter(_is_clean, _questions()))
    random.Random(f"{FAMILY}/questions").shuffle(questions)
    yield "kind", pool
    yield "kind_letter", [(text, kind[0].upper()) for text, kind in pool]
    yield (
        "is_question",
        [(t, "yes" if kind == "question" else "no") for t, kind in pool],
    )
    words = [(question, _first_word(question)) for question in questions]
    yield "question_word", [(q, word) for q, word in words if word in _QUESTION_WORDS]
    yield "open_or_closed", [(question, _openness(question)) for question in questions]
    yield "joke_or_fact", [(t, kind) for t, kind in pool if kind in ("joke", "fact")]
    yield "is_idiom", [(t, "true" if kind == "idiom" else "false") for t, kind in pool]
    yield (
        "has_digit",
        [(text, "digits" if re.search(r"\d", text) else "none") for text, _ in pool],
    )
    yield "length", [(text, _length(text)) for text, _ in pool]
    yield (
        "personal",
        [
            (text, "personal" if _is_personal(text) else "general")
            for text, kind in pool
            if kind != "idiom"
        ],
    )


def drafts() -> Iterator[TaskDraft]:
    """Yields the tasks of this family."""
    kinds = ("kind", "kind_letter", "is_question", "joke_or_fact", "is_idiom")
    for task, pairs in _label_pairs():
        labelled: Rows = [(text, label) for text, label in pairs if label]
        yield TaskDraft(
            id=f"{FAMILY}_{task}",
            descriptions=wordings(DESCRIPTIONS[task]),
            rows=list(balanced(labelled, seed=f"{FAMILY}/{task}", at_most=320)),
            pool="texts",
            group=f"{FAMILY}_{'kind' if task in kinds else task}",
            licence="MIT",
            source="mimesis 22.2.0; randfacts 0.24.4; npm idioms 0.0.2, "
            "one-liner-joke 1.2.2",
        )
