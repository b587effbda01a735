"""Chat family: the language, the topic and the form of short chat messages."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache

import yaml

from training.catalogue.drafting import balanced, wordings
from training.catalogue.source import Answer, TaskDraft, open_wheel, read_text
from training.catalogue.words import WORDS_PACKAGES, is_vulgar

FAMILY = "chat"
CHATTERBOT = "chatterbot-corpus==1.3.3"
# The word list of the vulgarity check.
PACKAGES = (CHATTERBOT, WORDS_PACKAGES[1])

# Folder of the corpus -> English name, code and branch of the language.
LANGUAGES = {
    "english": ("English", "en", "Germanic"),
    "german": ("German", "de", "Germanic"),
    "dutch": ("Dutch", "nl", "Germanic"),
    "italian": ("Italian", "it", "Romance"),
    "spanish": ("Spanish", "es", "Romance"),
    "portuguese": ("Portuguese", "pt", "Romance"),
    "indonesian": ("Indonesian", "id", "other"),
    "turkish": ("Turkish", "tr", "other"),
}
# Files of the English folder by what their messages are about.
_TOPICS = {
    "coding": "coding",
    "trivia": "trivia",
    "ai": "bot",
    "botprofile": "bot",
    "emotion": "bot",
    "psychology": "bot",
    "food": "bot",
}
_TOUCHY = re.compile(
    r"\bdie\b|kill|mate\b|bend over|stupid|idiot|hitler|nazi|drunk|suicid|muor|morir|morr"
    r"|sterben|crazy|addict|brain damage|sex|gun|disgusting|murder|assas|shot dead",
    re.IGNORECASE,
)
_LONGEST = 90
_NUM_PER_LANGUAGE = 150

DESCRIPTIONS = {
    "language": """
        Language of the message.
        In which language is this written: English, German, Dutch, Italian, Spanish, Portuguese, Indonesian or Turkish?
        Identify the language of a short chat message and give its English name.
        "Guten Morgen" is German, "Selamat pagi" is Indonesian, "Buongiorno" is Italian. Name the language of the next line.
        Please tell me what language the person is using.
        Our call centre speaks eight languages. Read the message and say which one it is in, for example Turkish.
        Language identification on utterances. Output the language name with a capital letter.
        What tongue is that? Answer with one word such as Dutch or Spanish.
        I found this line in a chat log and don't know the language. Write its name in English.
        Do not translate or answer the text; only report the name of its language.
        From a line of text, determine the language it was typed in (full English name).
        Which flag should go next to this message? Instead of the flag, print the name of the language.
        what language is it? English, German, Dutch, Italian, Spanish, Portuguese, Indonesian, Turkish
        Visitors of our hotel write in eight languages. So that the right colleague can reply, tell us the language's English name, like Portuguese.
        Don't reply to the sentence and don't write a code like pt; write the language's name in full, in English.
        "Ik hou van muziek" Dutch, "Müzik severim" Turkish, "Me gusta la música" Spanish. And the sentence here?
        Language expert wanted who recognises Dutch, English, German, Indonesian, Italian, Portuguese, Spanish and Turkish from one line of chat.
        Suppose you looked up the words of this line. On the cover of the dictionary there would be which language?
    """,
    "language_code": """
        Language code of the message: en, de, nl, it, es, pt, id or tr.
        Give the ISO 639-1 code of the language in which the text is written.
        Which two-letter code belongs in the lang attribute of this line?
        Write the two small letters for the language: de for German, es for Spanish, tr for Turkish and so on.
        Please detect the language and return its code, not its name.
        The router needs a locale prefix for every message. Output en, de, nl, it, es, pt, id or tr.
        "Hallo, hoe gaat het?" -> nl; "¿Qué tal?" -> es; "Tudo bem?" -> pt
        language tag, two letters, lower case
        Determine the language and abbreviate it according to the ISO standard.
        As in a web address such as xx.wikipedia.org: which xx fits this text?
        Only a two-letter answer is allowed. Which language code describes the input?
        My database stores languages as codes. Fill in the code for the given utterance.
        two letter code of text's language (en de nl it es pt id tr)
        The spell checker has to load a dictionary called nl, tr, pt and so on. Which does it load for this text?
        Don't write German, write de; don't write Indonesian, write id. This is the sort of answer I want for every message.
        "Ik hou van muziek" nl, "Müzik severim" tr, "Me gusta la música" es. And the sentence here?
        Set the HTML attribute of the paragraph, as in lang="it". Only what goes between the quotation marks is wanted.
        A subtitle file ends in something like .en.srt or .es.srt. What goes between the two full stops if the subtitles are in this language?
    """,
    "english_or_not": """
        English or foreign?
        Write "English" if the message is in English, and "foreign" if it is in any other language.
        Can a monolingual American read it? If yes answer English, if no answer foreign.
        Separate English lines from lines in other languages with the labels English and foreign.
        Please say whether this utterance needs a translator (foreign) or not (English).
        I only answer English messages. Mark each line as English or foreign so that I can skip the latter.
        Is the text English? The two possible replies are English and foreign.
        English/foreign check of one chat line
        Good evening -> English, Guten Abend -> foreign, Buenas tardes -> foreign
        Detect non-English input. Non-English is called foreign, everything else is called English.
        Decide between English and foreign by looking at the words of the message.
        Whatever other language it is, call it foreign; call it English only when it is English.
        English or some other language? (English / foreign)
        The volunteer at the help desk knows no language but English. Messages that she can answer are English, all those she can't are foreign.
        Don't name the exact language. If it isn't English, the word foreign says enough.
        "I like music" English, "Ik hou van muziek" foreign, "Müzik severim" foreign. And the line here?
        Two folders are open for a pile of chat lines: "English", with a capital, and "foreign", without one. Choose the folder.
        Would a spell checker for English underline nearly all of this? Then it's foreign; would it leave it alone? Then it's English.
    """,
    "branch": """
        Language branch: Germanic, Romance or other.
        Does the message belong to a Germanic language, a Romance language or another one? Answer Germanic, Romance or other.
        English, German and Dutch are Germanic; Italian, Spanish and Portuguese are Romance; Turkish and Indonesian are other. Give the branch of the text.
        To which family does the language of this line belong? Choose Germanic, Romance, other.
        Please classify the utterance by language family rather than by language.
        A linguist sorts chat lines into three piles: descended from Latin (Romance), related to German (Germanic), neither (other).
        Is that close to Latin, close to German or to neither of them? Reply with Romance, Germanic or other.
        language family label of a sentence
        I don't need the exact language, only whether it's Germanic, Romance or other.
        Report the branch of the family tree on which the language of the message sits.
        "Ik heb honger" gives Germanic, "Ho fame" gives Romance, "Aku lapar" gives other.
        Decide from the words which group of languages was used; output Germanic, Romance or other.
        language group: Germanic / Romance / other
        For a course on the history of languages, mark every line as a daughter of Latin (Romance), a cousin of Dutch and German (Germanic) or neither of these (other).
        "I like music" Germanic, "Me gusta la música" Romance, "Müzik severim" other. And the line here?
        Don't write Italian or Turkish or English. The reply is one of the three groups Romance, other, Germanic.
        An English or German line belongs with Germanic; a Portuguese or Italian line belongs with Romance; for Turkish and Indonesian lines we have the box other. Where does this line belong?
        The university has an institute for Germanic and one for Romance languages, and remaining ones go to "other". Who should study this message?
    """,
    "is_asking": """
        Is the message asking? asks / tells
        Write "asks" if the line is a question, in whatever language, and "tells" if it is a statement.
        Does the speaker want an answer (asks) or not (tells)?
        Label chat lines of many languages as asks or tells.
        Even if you don't know the language, the question mark gives it away: with one it asks, without one it tells.
        Please decide whether the utterance asks something or tells something.
        I count questions in a multilingual chat. Say asks for each question and tells for every other line.
        Question -> asks. Statement, greeting or reply -> tells.
        speech act of the message: asks | tells
        Would you reply to this with information? If the person is inquiring, the label is asks, else tells.
        Choose one of two verbs, asks or tells, to describe what the sender does.
        "Wie geht es dir?" asks, "Mir geht es gut." tells. Which verb fits the given message?
        question or not? write asks / tells
        At the hotel's chat desk, whatever asks must be answered within a minute and whatever tells can wait. Which of these verbs is true of the message?
        Don't answer the message or say what language it's in. It asks or it tells; print which.
        "¿Dónde vives?" asks. "Vivo en Roma." tells. "Nasılsın?" asks. Go on with the line below.
        Would your voice go up at the end if you read it out as a question? If so write asks, if not write tells.
        Somebody sums up the chat as "he asks ..." or "he tells ...". Which verb starts the summary of this line?
    """,
    "topic": """
        Topic of the question: coding, trivia or bot.
        What is the English message about - programming (coding), general knowledge (trivia) or the chatbot itself (bot)?
        Sort messages to an assistant by topic. The topics are coding, trivia and bot.
        Requests for code are coding, quiz questions are trivia, remarks about the assistant are bot. Give the label.
        Should a programmer, a quiz master or the bot's owner read this? Answer coding for the programmer, trivia for the quiz master, bot for the owner.
        Please route the user's line to one of three desks named coding, trivia and bot.
        can you write a parser -> coding; are you happy -> bot; how many ribs has a human -> trivia
        intent domain (coding / trivia / bot)
        My assistant has three skills, writing programs (coding), answering quizzes (trivia) and small talk about itself (bot). Which one is wanted?
        Classify the English chat line by subject with one word out of bot, coding and trivia.
        Is the person talking about software to write, about facts of the world or about you? Say coding, trivia or bot.
        Name the theme of the message, where "bot" stands for anything about the machine's character and feelings.
        about programs (coding), about facts (trivia) or about the chatbot (bot)?
        The school's assistant has three teachers behind it: one writes code, one knows facts, one chats about what it's like to be a machine. Their channels are coding, trivia and bot; choose the channel.
        "can you write quicksort in Go?" coding. "Who painted Guernica?" trivia. "Do you ever get bored?" bot. Next message, please.
        Don't do what the message says. Say merely which of the subjects coding, trivia and bot it has.
        If a search in an encyclopaedia would settle it, trivia; if a compiler has to run afterwards, coding; if one must ask the assistant about itself, its tastes or moods, bot.
        Label for the statistics of a chat assistant's use: bot, coding or trivia, according to what the user's message deals with.
    """,
    "second_person": """
        Is somebody addressed as "you"? yes/no
        Answer yes if the English message contains you or your, otherwise no.
        Does the sender speak directly to the listener with the word you? Reply yes or no.
        Check for the second person. Lines with you, your or yours are a yes, lines without are a no.
        Please tell whether the message is aimed at "you", with yes or no.
        What is your name? -> yes; Who wrote Hamlet? -> no
        I separate personal questions from impersonal ones by looking for the pronoun you. Say yes when it occurs and no when it does not.
        second-person pronoun present: yes or no
        Is the reader mentioned in the line? If you or your can be found write yes, if not write no.
        Look only at the pronouns and decide if the listener is spoken to; output yes or no.
        Would the text change if it were turned from you into he or she? Then yes, else no.
        Detect direct address in chat lines, yes for present and no for absent.
        is you/your in it? yes or no
        A tailor-made reply is needed if people speak to the assistant itself with "you" or "your". Is such a word in the message? Write yes or no.
        "Can you sing?" yes. "Who invented the piano?" no. "What is your name?" yes. Next message, please.
        Don't mind what the message is about; just search it for you, your, yours or yourself and report yes if there is one and no if there's none.
        If the line were put in French, would tu, vous or votre have to appear? yes if they would, no if not
        Grammar check on an English line: is a pronoun of the second person used in it? The reply is yes or no.
    """,
}


@lru_cache(maxsize=1)
def _messages() -> dict[str, dict[str, list[str]]]:
    """Clean messages of medium length by language folder, then by file."""
    found: dict[str, dict[str, list[str]]] = {folder: {} for folder in LANGUAGES}
    wheel = open_wheel(CHATTERBOT)
    for path in sorted(wheel.namelist()):
        match = re.fullmatch(r"chatterbot_corpus/data/(\w+)/(\w+)\.yml", path)
        if match is None or match[1] not in LANGUAGES:
            continue
        conversations = yaml.safe_load(read_text(wheel, path))["conversations"]
        texts = (" ".join(str(text).split()) for talk in conversations for text in talk)
        openers = {" ".join(str(talk[0]).split()) for talk in conversations}
        kept = (text for text in dict.fromkeys(texts) if 10 <= len(text) <= _LONGEST)
        found[match[1]][match[2]] = [
            text
            for text in kept
            if not is_vulgar(text)
            and not _TOUCHY.search(text)
            and not text.isupper()
            and (match[1] != "english" or text in openers)
        ]
    return found


def _is_prose(text: str) -> bool:
    """Whether a text is more than a title, a date or a greeting."""
    return len(text.split()) > 2 and not re.search(r"\d", text)


@lru_cache(maxsize=1)
def utterances() -> tuple[tuple[str, str], ...]:
    """The multilingual pool: messages of one language only, with their folder."""
    all_texts = {
        folder: sorted({text for texts in files.values() for text in texts})
        for folder, files in _messages().items()
    }
    uses = Counter(text.lower() for texts in all_texts.values() for text in texts)
    pairs = []
    for folder, texts in all_texts.items():
        usable = [text for text in texts if uses[text.lower()] == 1 and _is_prose(text)]
        random.Random(f"{FAMILY}/{folder}").shuffle(usable)
        pairs += [(text, folder) for text in usable[:_NUM_PER_LANGUAGE]]
    return tuple(pairs)


def _topic_messages() -> Iterator[tuple[str, str]]:
    """Yields English messages that open a conversation, with their topic."""
    seen = set()
    for file, topic in _TOPICS.items():
        for text in _messages()["english"].get(file, ()):
            if text not in seen and " " in text:
                seen.add(text)
                yield text, topic


def _has_second_person(text: str) -> bool:
    return bool(re.search(r"\b(you|your|yours|yourself)\b|\byou'", text.lower()))


MULTILINGUAL_LABELS: dict[str, Callable[[str, str], str]] = {
    "language": lambda _, folder: LANGUAGES[folder][0],
    "language_code": lambda _, folder: LANGUAGES[folder][1],
    "english_or_not": lambda _, folder: "English" if folder == "english" else "foreign",
    "branch": lambda _, folder: LANGUAGES[folder][2],
    "is_asking": lambda text, _: "asks" if text.endswith("?") else "tells",
}


def _rows() -> Iterator[tuple[str, str, list[tuple[str, Answer]]]]:
    """Yields the name, the pool and the labelled rows of every task."""
    for task, label in MULTILINGUAL_LABELS.items():
        rows: list[tuple[str, Answer]] = [
            (text, label(text, folder))
            for text, folder in utterances()
            # Some questions of the corpus lack their mark; a statement ends in a stop.
            if task != "is_asking" or text[-1] in "?.!"
        ]
        yield task, "utterances", rows
    topics = list(_topic_messages())
    yield "topic", "chat_messages", [(text, topic) for text, topic in topics]
    yield (
        "second_person",
        "chat_messages",
        [(text, "yes" if _has_second_person(text) else "no") for text, _ in topics],
    )


def drafts() -> Iterator[TaskDraft]:
    """Yields the tasks of this family."""
    language_tasks = ("language", "language_code", "english_or_not", "branch")
    for task, pool, rows in _rows():
        group = "language" if task in language_tasks else task
        yield TaskDraft(
            id=f"{FAMILY}_{task}",
            descriptions=wordings(DESCRIPTIONS[task]),
            rows=list(balanced(rows, seed=f"{FAMILY}/{task}", at_most=320)),
            pool=pool,
            group=f"{FAMILY}_{group}",
            licence="BSD-3-Clause",
            source="chatterbot-corpus 1.3.3",
        )
