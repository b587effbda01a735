"""List family: picks from, reorders or reformats a short list of words."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import lru_cache

from training.catalogue.source import Answer, TaskDraft
from training.catalogue.words import (
    WORDS_LICENCE,
    WORDS_PACKAGES,
    WORDS_SOURCE,
    balanced_rows,
    is_vulgar,
    sample_words,
)

FAMILY = "list_ops"
PACKAGES = WORDS_PACKAGES

_NUM_ROWS = 320
_NUM_LISTS = 640
_NUM_CANDIDATES = 1500

_REWRITES: dict[str, Callable[[list[str]], Answer]] = {
    "first": lambda words: words[0],
    "second": lambda words: words[1],
    "last": lambda words: words[-1],
    "longest": lambda words: _extremes(words, max(map(len, words))),
    "shortest": lambda words: _extremes(words, min(map(len, words))),
    "alphabetically_first": min,
    "sort": lambda words: " ".join(sorted(words)),
    "reverse": lambda words: " ".join(reversed(words)),
    "join_commas": ", ".join,
    "join_semicolons": "; ".join,
    "join_and": lambda words: f"{', '.join(words[:-1])} and {words[-1]}",
    "acronym": lambda words: "".join(word[0] for word in words).upper(),
    "snake_case": "_".join,
    "kebab_case": "-".join,
    "camel_case": lambda words: words[0] + "".join(map(str.capitalize, words[1:])),
    "title_case": lambda words: " ".join(map(str.capitalize, words)),
    "remove_duplicates": lambda words: " ".join(dict.fromkeys(words)),
    "swap_ends": lambda words: " ".join([words[-1], *words[1:-1], words[0]]),
}

_LABELS: dict[str, Callable[[list[str]], str]] = {
    "count": lambda words: str(len(words)),
    "has_duplicate": lambda words: "yes" if len(set(words)) < len(words) else "no",
}


def _extremes(words: list[str], length: int) -> Answer:
    return tuple(dict.fromkeys(word for word in words if len(word) == length))


@lru_cache(maxsize=1)
def _word_lists() -> tuple[str, ...]:
    """Lists of three to six words joined by spaces; every second one repeats a word."""
    generator = random.Random(f"{FAMILY}/lists")
    candidates = sample_words(FAMILY, _NUM_CANDIDATES)
    lists: list[str] = []
    for index in range(_NUM_LISTS):
        words = generator.sample(candidates, generator.randint(3, 6))
        if index % 2:
            source, target = generator.sample(range(len(words)), 2)
            words[target] = words[source]
        lists.append(" ".join(words))
    return tuple(dict.fromkeys(lists))


_DESCRIPTIONS: dict[str, tuple[str, ...]] = {
    "first": (
        "First word of the list.",
        "Which word comes first?",
        "Return the opening item and ignore the others.",
        "Several words are given, separated by spaces. Answer with the one at the front.",
        "Please pick the leftmost word.",
        "river stone lamp -> river",
        "Give me items[0].",
        "I paste a few words in a row and want only the one I typed first.",
        "The queue is written from front to back; name whoever stands at the front.",
        "Output the initial element of the sequence of words.",
        "Keep the word before the first space and delete everything after it.",
        "Whatever heads the list is the answer.",
    ),
    "second": (
        "Second word of the list.",
        "Which word is in position two?",
        "Return the item that directly follows the first one.",
        "Please give me word number 2 out of these.",
        "river stone lamp -> stone",
        "Answer with the word between the first and the second space.",
        "Give me items[1].",
        "The list is a ranking. Who took silver?",
        "Skip one word, then print the next.",
        "I need just the runner-up in the order written, namely the second entry.",
        "Out of the space-separated words, select the one counted as two.",
        "Output the second element and nothing more.",
    ),
    "last": (
        "Last word of the list.",
        "Which word comes at the end?",
        "Return the closing item only.",
        "Please pick the rightmost of these words.",
        "river stone lamp -> lamp",
        "Give me items[-1].",
        "A row of words is given; answer with the one nothing follows.",
        "I keep adding words at the end. Tell me the newest entry.",
        "Output the final element of the sequence.",
        "Ignore all words until the very end and repeat that one.",
        "What did I write after the last space?",
        "The back of the line: which word stands there?",
    ),
    "longest": (
        "Longest word.",
        "Which of the words has the most letters?",
        "Return the word with the greatest length from the list.",
        "Please find the biggest word by letter count.",
        "river motorway lamp -> motorway",
        "Compare the words by size and print the lengthiest one.",
        "I need max(words, key=len).",
        "One of these words takes up more room than the rest; which one?",
        "Pick the entry that is hardest to fit into a narrow column.",
        "Output the single longest item; if two tie, either will do.",
        "Count letters for each word and answer with the winner.",
        "Among the space-separated words, name the one that is spelled with the most characters.",
    ),
    "shortest": (
        "Shortest word.",
        "Which of the words has the fewest letters?",
        "Return the word with the least length from the list.",
        "Please find the smallest word by letter count.",
        "river lamp motorway -> lamp",
        "Compare the words by size and print the briefest one.",
        "I need min(words, key=len).",
        "One of these words takes less ink than all the others; which?",
        "Pick the tiniest entry in terms of characters.",
        "Output the single shortest item; in case of a tie any of them is fine.",
        "Count letters for each word and answer with the lowest scorer.",
        "Which word would be quickest to type? Judge only by how few letters it has.",
    ),
    "alphabetically_first": (
        "Alphabetically first word.",
        "Which of these would a dictionary list earliest?",
        "Return the word that comes first in ABC order, wherever it stands in the list.",
        "Please compare the words alphabetically and give the earliest one.",
        "stone lamp river -> lamp",
        "I need min(words) under ordinary string comparison.",
        "If we sorted these from a to z, what would be on top? Only that word.",
        "Find the entry closest to the letter A.",
        "Output a single word: the one whose spelling precedes all the others.",
        "Imagine the register is ordered by name. Whom does the teacher call first?",
        "Pick whichever word you would meet first when leafing through an encyclopedia.",
        "Not the first as written, but the first by alphabet: tell me that word.",
    ),
    "sort": (
        "Sort the words.",
        "Put the words in alphabetical order, separated by spaces.",
        "Arrange these from a to z and print all of them.",
        "Could you alphabetise this list for me?",
        "stone apple river -> apple river stone",
        "Return ' '.join(sorted(words)).",
        "I have shelf labels in random order and need them in dictionary order.",
        "Reorder the words so that each one precedes the next by spelling.",
        "Output the whole list in ascending alphabetical sequence, repeats kept.",
        "How would these entries follow one another in an index?",
        "Same words, ABC order.",
        "File the words as a librarian would and read out the complete row.",
    ),
    "reverse": (
        "Reverse the order of the words.",
        "Write the list backwards: last word first, first word last.",
        "Please turn the sequence of words around, leaving each word's spelling intact.",
        "stone river lamp -> lamp river stone, the other way round from how it was given.",
        "Return ' '.join(reversed(words)).",
        "I read the row from the right. What do I see, word by word?",
        "Print all items from the end to the beginning.",
        "Flip the list; do not spell the words backward.",
        "The words should appear in opposite order, separated by spaces.",
        "Play the playlist in reverse: name every entry starting with the final one.",
        "What would the line look like if everybody turned and the tail became the head?",
        "Output the same words in mirrored order.",
    ),
    "join_commas": (
        "Join with commas.",
        "Put a comma and a space between the words: stone, river, lamp",
        "Write the words as a comma-separated list.",
        "Please replace every gap with ', '.",
        "Turn the row of words into an enumeration with commas only, no and.",
        "I have tags separated by spaces and need them separated by commas.",
        "Return ', '.join(words).",
        "How would you write these items one after another with commas?",
        "Insert a comma after each word but the final one.",
        "Output: word, word, word, in the order given.",
        "Punctuate the list with commas.",
        "Make it CSV-like, with one blank after each comma.",
    ),
    "join_semicolons": (
        "Join with semicolons.",
        "Put a semicolon and a space between the words: stone; river; lamp",
        "Write the words as a semicolon-separated list.",
        "Please replace every gap with '; '.",
        "The mail program wants recipients divided by semicolons. Reformat my row of words.",
        "Return '; '.join(words).",
        "Each word except the last gets a ; behind it.",
        "Keep the order but separate the entries with semicolons in place of bare spaces.",
        "Output: word; word; word",
        "Punctuate the list using the mark that combines a dot and a comma.",
        "I want my keywords in the style of a library catalogue: one; two; three.",
        "How does the list look with semicolons between its items?",
    ),
    "join_and": (
        "Join with commas and a final and.",
        "Write the list as in a sentence: stone, river and lamp",
        "Enumerate the words in natural English, with the word and before the last one.",
        "Please make this readable aloud: commas first, then and.",
        "I need the items phrased as prose, without an Oxford comma.",
        "Commas between the words, except that the last two are linked by and.",
        "red green blue -> red, green and blue",
        "How would you list these things when speaking to somebody? Use and ahead of the closing item.",
        "Output a human-friendly enumeration of the words that contains exactly one added and.",
        "Turn raw keywords into a phrase such as bread, butter and jam.",
        "The final word has to be introduced by and, earlier ones are divided by commas.",
        "Combine all words into a fluent series ending in '... and ...'.",
    ),
    "acronym": (
        "Acronym of the words.",
        "Take the first letter of each word and write them together in capitals.",
        "stone river lamp -> SRL",
        "What would the initials be?",
        "Please abbreviate the phrase to its starting letters, all uppercase, no dots.",
        "Like NATO or BBC: make an abbreviation out of these words.",
        "Return the initial letters joined into one string.",
        "I name projects with several words and need the short code made of their initials.",
        "Output one capital letter for each word, in order and without spaces.",
        "Shrink the whole list to an acronym.",
        "Read only the beginnings of the words and shout them as one block.",
        "The organisation's name is given; print its initialism.",
    ),
    "snake_case": (
        "snake_case",
        "Connect the words with underscores: stone_river_lamp",
        "Write the words as a Python variable name.",
        "Please replace the spaces with underscores.",
        "Turn the phrase into a lowercase identifier in snake case.",
        "Return '_'.join(words).",
        "Our database columns are named like first_name; name one after this list.",
        "I need one token without blanks, using _ as the glue.",
        "How would a Python programmer spell this as a function name?",
        "Insert a low line wherever two words meet.",
        "Output all words in order with an underscore between neighbours.",
        "Format for an environment file, though in small letters: words joined by _.",
    ),
    "kebab_case": (
        "kebab-case",
        "Connect the words with hyphens: stone-river-lamp",
        "Write the phrase as a URL slug.",
        "Please replace the spaces with dashes.",
        "Turn these words into a CSS class name in kebab case.",
        "Return '-'.join(words).",
        "The blog address uses lowercase words with hyphens in between. What is the slug for this title?",
        "I want one long hyphenated compound from my words.",
        "Skewer the words on a minus sign, in the order given.",
        "Insert a hyphen wherever two words meet.",
        "How would this look as the last part of a web link?",
        "Output all words joined by - without any blanks.",
    ),
    "camel_case": (
        "camelCase",
        "Glue the words together; capitalise all but the first: stoneRiverLamp",
        "Write the phrase as a JavaScript variable name.",
        "Please convert the words to lower camel case.",
        "No spaces, small first letter, a capital where each further word begins.",
        "Turn get user name into getUserName; do the same with these words.",
        "I need a Java method name made of the given words.",
        "Return an identifier with humps.",
        "Run the words into one, marking the seams with uppercase letters.",
        "How would a Java programmer join these words into one name?",
        "Output a single token in which word two, three and so on start with a big letter.",
        "Format the list in medial capitals, beginning in lowercase.",
    ),
    "title_case": (
        "Title case.",
        "Capitalise every word: Stone River Lamp",
        "Write the words like the title of a book.",
        "Please give each word a big first letter and keep the spaces.",
        "Make a headline of these words, all of them with an initial capital.",
        "Return the string's .title() form.",
        "I need these shown as a heading on a web page, each word starting in upper case.",
        "Every word should begin with a capital letter and otherwise stay small.",
        "How would this row of words be set on a film poster that capitalises each word?",
        "Change only the letters right after a space and the very first letter.",
        "Output the same words in the same order, but treat each as a proper name.",
        "Uppercase the initials, leave the remaining letters and the blanks alone.",
    ),
    "remove_duplicates": (
        "Remove duplicates.",
        "Write every word just once, in order of first appearance.",
        "If a word occurs again, leave the repetition out: stone lamp stone -> stone lamp",
        "Please clean the list so that no word is listed twice.",
        "Return ' '.join(dict.fromkeys(words)).",
        "My shopping list has the same thing on it more than once; give me a list without repeats.",
        "Keep the earliest copy of each word and drop later copies.",
        "What are the distinct words here? Separate them with spaces.",
        "Deduplicate the words without changing their order.",
        "Output the unique items of the list.",
        "When all words differ, return the row as it is; if not, delete the second mention.",
        "Go from left to right and skip anything you have already written.",
    ),
    "swap_ends": (
        "Swap the first and last word.",
        "Exchange the outer two words and leave the middle as it is.",
        "stone river blue lamp -> lamp river blue stone",
        "Please let the opening and the closing word trade places.",
        "Return the list with items[0] and items[-1] interchanged.",
        "The first in the row moves to the end and the last moves to the front; everybody else stays.",
        "What does the row look like after the two end words switch seats?",
        "Only the end positions change: put the final word first and the initial word last.",
        "I want all the words back, but with the two on the outside swapped over.",
        "Output the words with head and tail exchanged, spaces in between.",
        "Keep the inner words fixed and flip the pair around them.",
        "Make the last word lead and the first word finish; the rest keeps its order.",
    ),
    "count": (
        "Number of words.",
        "How many words are in the list? Answer with a digit.",
        "Count the items: stone river lamp -> 3",
        "Please tell me the size of this list as a numeral.",
        "Return len(words).",
        "I type some words and want to know how many I typed.",
        "Output the word count, counting repeated words each time.",
        "How many entries do you see, separated by spaces?",
        "Say 3, 4, 5 or 6, whichever is the number of words given.",
        "Add one to the number of spaces and print the result.",
        "Don't repeat the words; just report their total.",
        "The answer is one figure stating how long the list is.",
    ),
    "has_duplicate": (
        "Any word repeated? yes or no.",
        "Does a word occur more than once in the list? Answer yes or no.",
        "Say yes if the list contains a duplicate, no if all words are different.",
        "stone lamp stone -> yes; stone lamp river -> no",
        "Please check the row for repetitions and reply yes or no.",
        "Is there some word that I wrote twice? Just yes or no.",
        "Return yes when len(set(words)) is smaller than len(words), else no.",
        "I need to know whether the names in the draw are not all distinct: yes for a double entry, no for none.",
        "Look for two identical words; answer yes when found and no otherwise.",
        "Does anything appear again? One word, yes or no, is enough.",
        "Test for duplicates. Possible outputs: yes, no.",
        "Reply no only if each word of the list is unique; in the other case reply yes.",
    ),
}


def drafts() -> Iterator[TaskDraft]:
    """Yields one task for every operation, all over the same lists of words."""
    for task, descriptions in _DESCRIPTIONS.items():
        yield TaskDraft(
            id=f"{FAMILY}_{task}",
            descriptions=descriptions,
            rows=_rows(task),
            pool="word_lists",
            group=f"{FAMILY}_{task}",
            licence=WORDS_LICENCE,
            source=WORDS_SOURCE,
        )


def _rows(task: str) -> list[tuple[str, Answer]]:
    if task in _LABELS:
        label = _LABELS[task]
        return balanced_rows(
            _word_lists(), lambda text: label(text.split()), num_rows=_NUM_ROWS
        )
    rows = [(text, _REWRITES[task](text.split())) for text in _word_lists()[:_NUM_ROWS]]
    if task == "acronym":
        rows = [(text, answer) for text, answer in rows if not is_vulgar(str(answer))]
    return rows
