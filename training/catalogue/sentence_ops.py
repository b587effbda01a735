"""Sentence family: reads or rewrites the surface of one short factual sentence."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from training.catalogue.source import Answer, TaskDraft, open_wheel, read_text
from training.catalogue.words import WORDS_PACKAGES, balanced_rows, is_vulgar

FAMILY = "sentence_ops"
PACKAGES = ("randfacts==0.24.4", *WORDS_PACKAGES)

_NUM_ROWS = 320
_MIN_WORDS, _MAX_WORDS, _MAX_CHARACTERS = 4, 10, 70
_MAX_INNER_CAPITALS = 3
_UNSUITABLE = re.compile(
    r"\b(abus|cannibal|corpse|dead|death|die|dying|execut|faec|fece|flatul|genital"
    r"|illegal|kill|murder|naked|passes gas|poison|poop|pregnan|slave|sperm|toilet"
    r"|tortur|urin|victim)",
    re.IGNORECASE,
)

_REWRITES: dict[str, Callable[[str], Answer]] = {
    "first_word": lambda sentence: _words(sentence)[0],
    "second_word": lambda sentence: _words(sentence)[1],
    "last_word": lambda sentence: _words(sentence)[-1],
    "first_three_words": lambda sentence: " ".join(_words(sentence)[:3]),
    "longest_word": lambda sentence: _longest(_words(sentence)),
    "uppercase": str.upper,
    "lowercase": str.lower,
    "capitalised_words": lambda sentence: _inner_capitals(sentence),
    "initials": lambda sentence: _initials(_words(sentence)),
    "exclamation": lambda sentence: f"{sentence.removesuffix('.')}!",
    "quoted": lambda sentence: f'"{sentence}"',
}

_LABELS: dict[str, Callable[[str], str]] = {
    "word_count": lambda sentence: str(len(_words(sentence))),
    "contains_number": lambda sentence: "yes" if re.search(r"\d", sentence) else "no",
    "first_word_size": lambda sentence: _size(_words(sentence)[0]),
    "ends_with_stop": lambda sentence: "closed" if sentence[-1] == "." else "open",
    "has_comma": lambda sentence: "comma" if re.search(", ", sentence) else "none",
}


def _words(sentence: str) -> list[str]:
    return [word.strip(".,") for word in sentence.split()]


def _longest(words: list[str]) -> Answer:
    length = max(map(len, words))
    return tuple(dict.fromkeys(word for word in words if len(word) == length))


def _inner_capitals(sentence: str) -> str:
    inner = [word for word in _words(sentence)[1:] if word[:1].isupper()]
    return ", ".join(inner) or "none"


def _initials(words: list[str]) -> str:
    if not all(word[0].isalpha() for word in words):
        return ""
    return "".join(word[0] for word in words).upper()


def _size(word: str) -> str:
    return "short" if len(word) <= 3 else "long"


def _is_usable(sentence: str) -> bool:
    words = _words(sentence)
    return (
        _MIN_WORDS <= len(words) <= _MAX_WORDS
        and len(sentence) <= _MAX_CHARACTERS
        and re.fullmatch(r"[A-Z][A-Za-z0-9 ,.'-]*[a-z0-9]\.?", sentence) is not None
        and "." not in sentence[:-1]
        and not re.search(r"  |,[a-z]|(^| )['-]|['-]( |$)", sentence)
        and sum(word[:1].isupper() for word in words[1:]) <= _MAX_INNER_CAPITALS
        and not is_vulgar(sentence)
        and not _UNSUITABLE.search(sentence)
    )


@lru_cache(maxsize=1)
def short_facts() -> tuple[str, ...]:
    """Short clean one-sentence facts in a fixed random order."""
    with open_wheel(PACKAGES[0]) as wheel:
        lines = read_text(wheel, "randfacts/safe.txt").splitlines()
    facts = sorted({line.strip() for line in lines if _is_usable(line.strip())})
    random.Random(f"{FAMILY}/facts").shuffle(facts)
    return tuple(facts)


_DESCRIPTIONS: dict[str, tuple[str, ...]] = {
    "first_word": (
        "First word of the sentence.",
        "Which word does the sentence open with?",
        "Return the word before the first space, without any comma.",
        "Please repeat just the opening word of the statement.",
        "Sharks have no bones. -> Sharks",
        "I paste a sentence and want only the word it begins with, spelled as it is there.",
        "Cut everything after word one.",
        "Output the leading word, keeping its capital letter.",
        "If you read this aloud, what is the very first word you say?",
        "Of the whole fact keep a single word: the initial one.",
        "Name the word at the beginning of the line.",
        "Give sentence.split()[0].",
        "opening word",
        "just the 1st word of the sentence, as written",
        "The illuminator paints the opening word of each page in gold. Which word does he paint on this one?",
        "Not the first letter and not the first three words; one word from the front, without punctuation.",
        'Stop reading at the first blank and hand in what you have, such as "Honey" for "Honey never spoils."',
        "With which word is it starting, this phrase? Let the big letter stay.",
    ),
    "second_word": (
        "Second word of the sentence.",
        "Which word comes right after the first?",
        "Return word number 2 and nothing else.",
        "Please tell me the word between the first and second space.",
        "Sharks have no bones. -> have",
        "Skip the opening word and print the one that follows it.",
        "Output the second token of the sentence, punctuation removed.",
        "I read one word; what is the next one?",
        "Give sentence.split()[1].",
        "From the statement extract the word standing in position two.",
        "The answer is a single word: the sentence's second.",
        "Ignore word one, ignore words three and later, and repeat what is left.",
        "word no. 2",
        "only the 2nd word pls",
        "A stammering announcer gets stuck on the opening word; prompt him with the word that has to follow.",
        "Neither the first nor the third. Give the word between them, without comma or dot.",
        '"Honey never spoils." calls for never. What does this sentence call for?',
        "Our puzzle takes from every sentence the word that has precisely one word in front of it.",
    ),
    "last_word": (
        "Last word of the sentence.",
        "Which word does the sentence end with?",
        "Return the final word without the full stop.",
        "Please repeat just the closing word of the statement.",
        "Sharks have no bones. -> bones",
        "I want the word that stands at the very end, punctuation removed.",
        "Output the word after the last space, minus any dot.",
        "If you read this aloud, on which word would you stop?",
        "Throw the sentence away except for its final word.",
        "For rhyming I need only the ending word of each line.",
        "Name the rightmost word.",
        "What comes last here? One word, please.",
        "closing word",
        "the word at the end, no dot",
        "The choir holds the final word of every line. Which word will they hold here?",
        "Leave the full stop away, and everything else too, apart from the word that finishes the sentence.",
        '"Honey never spoils." calls for spoils. What does this sentence call for?',
        "By reading from right to left, which complete word do you meet at first?",
    ),
    "first_three_words": (
        "First three words of the sentence.",
        "Give the opening three words and stop.",
        "Sharks have no bones. -> Sharks have no",
        "Please shorten the sentence to a three-word beginning.",
        "Which three words does the statement start with? Leave out commas.",
        "Return ' '.join(words[:3]).",
        "I preview messages by showing words one to three. Print the preview.",
        "Keep a trio of words from the front, drop the rest.",
        "Read until the third word is finished, then write down what you have read.",
        "Output exactly 3 words, those at the start, in order.",
        "How does the sentence begin? Quote three words of it without quotation marks.",
        "Truncate the text after its third word.",
        "opening 3 words",
        "only words 1 to 3, same order",
        "The table of contents lists poems by how they open, three words each. Enter this line.",
        'Neither one nor two: cut off right behind the third word, without any comma, e.g. "Honey never spoils".',
        "What would the listener have heard if the radio went dead after three words?",
        "Index our facts by a key made up of the initial three words, blanks between them.",
    ),
    "longest_word": (
        "Longest word in the sentence.",
        "Which word of the sentence has the most letters?",
        "Return the single longest word; with a tie any of them counts.",
        "Please find the biggest word in this statement by length.",
        "Humans are the only animals that blush. -> animals",
        "Compare the words by number of characters and print the top one.",
        "Give max(words, key=len).",
        "I look for the hardest word to fit on a narrow sign: the one with the largest letter count.",
        "What is the lengthiest word used here?",
        "Scan the text and output whichever word is longest, without punctuation.",
        "One word, the one that takes up the most space.",
        "Pick out the word that would score highest if each letter were worth one point.",
        "word with the most letters",
        "longest word in it?? just write that one",
        "The crossword editor asks which word of the sentence would need the most squares.",
        "Don't count how many letters; copy the word having the most of them, without punctuation.",
        '"Honey never really spoils anything." gives anything, as no other word there has eight letters.',
        "In this phrase, which is the word the most long?",
    ),
    "uppercase": (
        "Sentence in capitals.",
        "Write the whole sentence in upper case.",
        "Sharks have no bones. -> SHARKS HAVE NO BONES.",
        "Please turn on caps lock and retype the statement.",
        "Return text.upper().",
        "I need this line as a poster headline in block letters, wording unchanged.",
        "Shout the entire fact: every letter big.",
        "Make all letters capital and keep spaces and punctuation as they are.",
        "How would the sentence look on a telegram that knows only majuscules?",
        "Output the same text with no lowercase letter left in it.",
        "Convert to ALL CAPS.",
        "Replace each small letter with its large counterpart throughout the sentence.",
        "ALL CAPS SENTENCE",
        "type the whole thing in caps, dot and commas stay",
        "The teleprinter at the station has no small letters. Show the message as it prints it: HONEY NEVER SPOILS.",
        "It isn't enough to capitalise each word; every single letter has to be a capital.",
        "Subtitles for shouting are set in capitals throughout. Set this line.",
        "A pupil must copy the sentence with big letters only, words and points unchanged.",
    ),
    "lowercase": (
        "Sentence in small letters.",
        "Write the whole sentence in lower case.",
        "Pigs live in Denmark. -> pigs live in denmark.",
        "Please remove all capital letters by making them small.",
        "Return text.lower().",
        "Normalise the text for search: no upper case at all, names included.",
        "How would this look typed by someone who never presses shift? Keep the punctuation.",
        "Make every letter little and leave everything else as it is.",
        "Output the statement entirely in minuscules.",
        "I dislike capitals; even at the start of a sentence or name I want a small letter.",
        "Replace A by a, B by b and so on all through the sentence.",
        "Decapitalise everything.",
        "all small letters",
        "no caps anywhere pls, rest the same",
        "A poet of ours writes everything small, even names and beginnings: honey never spoils. Copy the line in his manner.",
        "Do not drop punctuation or digits; what goes is the capitals, replaced by the small forms of those letters.",
        "To compare texts we first lose the difference between A and a by writing a. Give the text after this step.",
        "Please that no letter is big, also not in names of countries.",
    ),
    "capitalised_words": (
        "Capitalised words after the first word.",
        "List the words that start with a capital letter, leaving out the sentence's opening word; say none if there are none.",
        "Which names or other capitalised words occur inside the sentence? Separate them with commas.",
        "There are more pigs than humans in Denmark -> Denmark; with no capital inside, answer none.",
        "Please extract every word with an upper-case initial except the one that begins the sentence.",
        "From word two onward, collect words that have a big first letter, joined by ', '.",
        "I highlight proper names by their capitals. Ignore the start of the sentence and write none when nothing is found.",
        "Output the mid-sentence capitalised words in order, or the word none.",
        "Skip the first word; of the others print only those not written in small letters at the start.",
        "Find candidates for proper nouns: words inside the sentence that carry a capital.",
        "Return [w for w in words[1:] if w[0].isupper()] as a comma list, none for an empty list.",
        "What is capitalised here besides the beginning? Possibly none.",
        "capitals inside the sentence, or none",
        "any words w a big first letter after word 1? list them with commas, else none",
        'The mapmaker looks for names hidden in our facts: note each capitalised word beyond the opening one ("Denmark, Norway"), or "none".',
        "The opening word never counts, however it is written. The others count if they start with a capital; without any, the answer is none.",
        '"Most of Canada speaks English" -> Canada, English; "Honey never spoils." -> none',
        "Would any word keep its capital if the sentence were put in the middle of another? Write those words, comma and space between, or write none.",
    ),
    "initials": (
        "Initials of all words.",
        "Take the first letter of every word and join them in capitals.",
        "Sharks have no bones. -> SHNB",
        "Please build an acronym from the entire sentence.",
        "Return the starting letters of the words as one uppercase string, without dots or spaces.",
        "I make passwords from sentences by using each word's first letter. Show the result in upper case.",
        "Which letters do the words begin with? Write them in a row.",
        "Compress the sentence to one capital for each word.",
        "Output as many letters as there are words, each the initial of its word.",
        "Read only the heads of the words and put them together.",
        "Abbreviate the statement the way people shorten 'laughing out loud' to LOL.",
        "Turn the sentence into an initialism, keeping word order.",
        "FIRST LETTERS ONLY",
        "first letter of every word in caps, stuck together",
        'To learn facts by heart I note only how each word begins: "Honey never spoils." is noted HNS. Make the note.',
        "No dots, blanks or small letters; one capital for each word from the first to the last.",
        "An army of abbreviators would reduce this whole sentence to what row of capitals?",
        "Of every word write the beginning letter as a big one, without spaces in between.",
    ),
    "exclamation": (
        "End the sentence with an exclamation mark.",
        "Replace the full stop by ! or add ! if there is no full stop.",
        "Sharks have no bones. -> Sharks have no bones!",
        "Please make the statement sound excited by changing only the final punctuation.",
        "I want this fact to end in '!', words unchanged.",
        "Say it with surprise: same sentence, exclamation point at the close.",
        "Punctuate the sentence as an exclamation.",
        "Return text.removesuffix('.') + '!'.",
        "Whatever stands at the end, the sentence should finish with a single exclamation sign.",
        "Output the full sentence the way an enthusiastic guide would print it, with ! as its last character.",
        "Turn the calm statement into an outcry using one character.",
        "Write the sentence again and close it with the mark used after Wow.",
        "sentence + !",
        "same sentence but ! at the end (no dot)",
        'The children\'s edition prints every fact as an exclamation: "Honey never spoils!" Give the line as printed there.',
        "Don't add words such as Wow; the only change is at the end, where one exclamation mark replaces the full stop or is added.",
        "How would a circus director announce this fact, wording kept and mark changed?",
        "I want the phrase same as before, only that at the end it is an exclamation sign and not a point.",
    ),
    "quoted": (
        "Put the sentence in quotation marks.",
        'Wrap the whole sentence in double quotes: "Sharks have no bones."',
        "Please quote this statement word for word, with straight double quotation marks around it.",
        "Return the text as a JSON string.",
        "I cite sentences in an essay; surround mine with inverted commas of the double kind.",
        'Add one " in front and one " behind, and leave the words and dot as they are.',
        "How would the sentence be written as direct speech, quotes only?",
        "Enclose everything between two double quote characters.",
        "Output begins with a quotation mark, repeats the text, ends with a quotation mark.",
        "Treat the line as a string literal in source code.",
        "Mark the statement as a quotation.",
        "The full input must appear inside speech marks, unaltered.",
        '"the sentence"',
        'put " before and after it',
        "Journalists print what a witness said word for word between double quotation marks. Print this statement.",
        "Neither single quotes nor any change of wording: quotation mark, sentence with its full stop if it has one, quotation mark.",
        "A CSV field containing commas is protected by double quotes around it. Protect this text.",
        '"Honey never spoils." in quotes is what we hand in when given Honey never spoils. without them.',
    ),
    "word_count": (
        "Number of words in the sentence.",
        "How many words is the statement made of? Answer with a numeral.",
        "Sharks have no bones. -> 4",
        "Please count the words and reply in digits.",
        "Return len(sentence.split()).",
        "I have a word limit; tell me the length of this sentence in words.",
        "Output one number: words separated by spaces.",
        "Tally the words of the text.",
        "Do not repeat the sentence, only state its word total.",
        "What does the word counter show for this line?",
        "Give the size of the sentence, measured in words rather than letters.",
        "Add one to the number of spaces and write the figure.",
        "words: how many?",
        "nr of words in the sentence, digits only",
        "The newspaper charges for small ads by the word. For how many words is this one billed?",
        "Don't count letters or commas; what's wanted is the amount of words, in figures: \"Honey never spoils.\" is 3.",
        "How many times would you press the space bar for it, plus one?",
        "How much words has this phrase? A cipher like 7 is enough.",
    ),
    "contains_number": (
        "Any digits? yes or no.",
        "Does the sentence contain a number written in figures? Answer yes or no.",
        "Say yes if at least one of the characters 0-9 appears, otherwise no.",
        "A chef's hat has 100 pleats. -> yes; Sharks have no bones. -> no",
        "Please check the statement for numerals and reply yes or no.",
        "Number words such as seven don't count; only digits do. Is there one? yes/no",
        "Return yes when re.search('[0-9]', text) finds something and no when it doesn't.",
        "I filter facts with figures in them: yes keeps the sentence, no drops it.",
        "Would I need the digit keys to type this? Tell me yes or no.",
        "Look for years, amounts or other digits and output yes or no.",
        "Is any quantity given in numerals here? Reply with a plain yes or no.",
        "Judge whether the text holds digits. Two answers exist: yes, no.",
        "figures inside: yes/no",
        "is there any digit in it, yes or no",
        "The fact checker only reads sentences with numerals such as 12 or 1969. Does she have to read this one, yes or no?",
        '"Two" and "hundred" in letters are a no; 2 and 100 in figures are a yes.',
        '"Honey lasts 3000 years" -> yes, "Honey never spoils." -> no',
        "Would the sentence look different if all characters from 0 to 9 were erased? yes if so, no if not.",
    ),
    "first_word_size": (
        "Is the first word short or long? Up to three letters is short.",
        "Answer short if the opening word has at most 3 letters, long if it has 4 or more.",
        "The moon is far. -> short; Sharks have no bones. -> long",
        "Please measure the first word only and label it short or long, the limit being three characters.",
        "Does the sentence start with a little word such as In, A or The (short) or with a bigger one (long)?",
        "Output short for an initial word of one to three characters, else output long.",
        "Look at how the statement begins: four letters or more in its first word means long, fewer means short.",
        "Return 'short' if len(words[0]) <= 3 else 'long'.",
        "I sort sentences by their opening word; the bins are called short and long and split after three letters.",
        "Is it long or short, the word in first position?",
        "Ignore all words but the first, then say whether it exceeds three letters (long) or not (short).",
        "Classify the sentence opener by size with the labels long and short.",
        "opening word: short / long",
        "1-3 letters in the 1st word = short, 4+ = long",
        "The typesetter has an ornament that fits opening words of up to three letters. Write short where it fits and long where it doesn't.",
        "The length of the sentence itself plays no role; only its first word does, short up to three letters and long from four.",
        '"An egg floats." is short, "Honey never spoils." is long. Which is the new sentence?',
        "Has the word at the head more than three letters? Then the label is long, and in the other case short.",
    ),
    "ends_with_stop": (
        "Full stop at the end: closed or open.",
        "Answer closed if the sentence ends in a full stop and open if it doesn't.",
        "Sharks have no bones. -> closed; Sharks have no bones -> open",
        "Please check the final punctuation: closed means a dot is there, open means it is missing.",
        "Has the writer put a period after the last word? Say closed for yes, open for no.",
        "Look at the last character only. A dot gives closed, anything else gives open.",
        "Return 'closed' if text.endswith('.') else 'open'.",
        "I proofread facts; unpunctuated endings get the label open, punctuated ones the label closed.",
        "Is the sentence left open, or is it closed by a period?",
        "Output one of two words, open or closed, according to the presence of the terminal point.",
        "Does the line finish properly? closed when the period is present, open when it was forgotten.",
        "Report on the sentence's end mark: open (none) or closed (full stop).",
        "full stop? closed / open",
        "dot at the end -> closed, no dot -> open",
        "Our proofreader shuts each sentence with a period like a door. Report the door: closed if the period stands there, open if it was left out.",
        "Do not add the missing stop; report its presence as closed and its absence as open.",
        '"Honey never spoils." is closed, "Honey never spoils" is open. What is mine?',
        'In a telegram one would hear "stop" at the end or not. Heard: closed. Not heard: open.',
    ),
    "has_comma": (
        "Comma or none.",
        "Does the sentence contain a comma between words? Answer comma if so, none if not.",
        "In golf, ten is a score. -> comma; Sharks have no bones. -> none",
        "Please look for a comma and reply with the word comma or the word none.",
        "Say none for a sentence that runs through without a comma, and comma for one that pauses at one.",
        "Which internal punctuation is there, comma or none? Commas inside figures such as 1,000 do not matter.",
        "Output comma whenever a word is followed by ',' and none otherwise.",
        "I count sentences with clauses split off by commas: label each comma or none.",
        "Return 'comma' if ', ' in text else 'none'.",
        "Is the text broken up by a comma? Respond none when it isn't and comma when it is.",
        "Check for the pause mark that separates parts of a sentence; possible replies: comma, none.",
        "If you had to breathe at a comma while reading this, answer comma; if there is no such place, answer none.",
        "comma / none",
        "is there a comma in it? write comma or none",
        "The announcer takes a breath at commas. Write comma if the line gives him one and none if he has to go straight through.",
        'Neither the full stop nor the comma within 1,000 counts. If words are parted by "," say comma, else none.',
        '"In Rome, cats are protected." -> comma; "Cats sleep a lot." -> none',
        "Which mark will a copyist need besides letters: a comma between words, or none?",
    ),
}


def drafts() -> Iterator[TaskDraft]:
    """Yields one task for every operation, all over the same short facts."""
    for task, descriptions in _DESCRIPTIONS.items():
        if task in _LABELS:
            rows = balanced_rows(short_facts(), _LABELS[task], num_rows=_NUM_ROWS)
        else:
            answers = ((fact, _REWRITES[task](fact)) for fact in short_facts())
            rows = [(fact, answer) for fact, answer in answers if answer][:_NUM_ROWS]
        yield TaskDraft(
            id=f"{FAMILY}_{task}",
            descriptions=descriptions,
            rows=rows,
            pool="short_facts",
            group=f"{FAMILY}_{task}",
            licence="MIT",
            source="randfacts 0.24.4",
        )
