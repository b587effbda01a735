"""Spelling family: British and American forms, contractions, slips and gaps."""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from training.catalogue.source import (
    Answer,
    TaskDraft,
    open_npm_package,
    open_wheel,
    read_text,
)
from training.catalogue.words import (
    WORDS_LICENCE,
    WORDS_PACKAGES,
    WORDS_SOURCE,
    balanced_rows,
    is_vulgar,
    sample_words,
    word_ranks,
)

FAMILY = "spelling"
PACKAGES = (
    "american-british-english-translator@0.2.1",
    "contractions==0.1.73",
    "nlpaug==1.1.11",
    *WORDS_PACKAGES,
)

_NUM_ROWS = 320
_WORD_RANK = 6000
_GAP_RANK = 30000

# What turns a British spelling into the American one; other pairs of the table differ
# in word or sense, not just in spelling.
_RESPELLINGS = (
    ("our", "or"),
    ("is", "iz"),
    ("ys", "yz"),
    ("re", "er"),
    ("ll", "l"),
    ("l", "ll"),
    ("ence", "ense"),
    ("ae", "e"),
    ("oe", "e"),
    ("oul", "ol"),
    ("rey", "ray"),
    ("yre", "ire"),
)
_UNCLEAR_PAIRS = re.compile(
    "aesth|draught|instal|licen|store|philtre|practi|disc|f(a)?eces|f(a)?ecal|gonor"
    "|diarrh|h(a)?emorrh|fillet|fold|wool"
)
_FULL_ALTERNATIVES = {"is": "has", "would": "had", "did": "would", "cannot": "can not"}
_CONTRACTION = re.compile(r"[A-Za-z]+'(m|re|ve|ll|d|s|t)")
_ODD_CONTRACTIONS = frozenset(
    [
        "ain't",
        "amn't",
        "daresn't",
        "dasn't",
        "e'er",
        "gon't",
        "mayn't",
        "shalln't",
        "so's",
        "so've",
        "this's",
        "these're",
        "this'd",
        "this'll",
        "those're",
        "to've",
        "what'd",
        "where'd",
        "when've",
        "why've",
        "that've",
        "will've",
        "somebody's",
        "that're",
        "may've",
        "ma'am",
        "he've",
        "where've",
    ]
)


def _one_edit_apart(first: str, second: str) -> bool:
    """Whether one inserted, dropped, changed or swapped letter turns one into other."""
    if abs(len(first) - len(second)) > 1 or first == second:
        return False
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    left, right = first[start:], second[start:]
    swapped = left[1:2] + left[:1] + left[2:]
    return (
        left[1:] == right[1:]
        or left[1:] == right
        or left == right[1:]
        or (swapped == right)
    )


def _is_respelled(british: str, american: str) -> bool:
    """Whether one rule, applied at one place, leads from British to American."""
    return any(
        british[: found.start()] + new + british[found.end() :] == american
        for old, new in _RESPELLINGS
        for found in re.finditer(old, british)
    )


@lru_cache(maxsize=1)
def _variants() -> dict[str, tuple[str, str]]:
    """The given form of a word with its British and its American spelling."""
    with open_npm_package(PACKAGES[0]) as tarball:
        stream = tarball.extractfile("package/data/british_spellings.json")
        assert stream is not None
        table: dict[str, str] = json.load(stream)
    ranks = word_ranks()
    pairs = [
        (british, american)
        for british, american in sorted(table.items())
        if (british in ranks or american in ranks)
        and _is_respelled(british, american)
        and british not in table.values()
        and american not in table
        and not _UNCLEAR_PAIRS.search(british)
        and not is_vulgar(f"{british} {american}")
    ]
    random.Random(f"{FAMILY}/variants").shuffle(pairs)
    z_pairs = [pair for pair in pairs if pair[1].replace("z", "s") == pair[0]]
    others = [pair for pair in pairs if pair not in z_pairs]
    num_others = min(len(others), _NUM_ROWS * 3 // 4)
    chosen = others[:num_others] + z_pairs[: _NUM_ROWS - num_others]
    random.Random(f"{FAMILY}/sides").shuffle(chosen)
    return {pair[index % 2]: pair for index, pair in enumerate(chosen)}


@lru_cache(maxsize=1)
def _contractions() -> tuple[tuple[str, str], ...]:
    """Clear contractions with their full forms, in a fixed random order."""
    with open_wheel(PACKAGES[1]) as wheel:
        table = json.loads(read_text(wheel, "contractions/data/contractions_dict.json"))
    pairs = [
        (short, full)
        for short, full in sorted(table.items())
        if _CONTRACTION.fullmatch(short) and short not in _ODD_CONTRACTIONS
    ]
    random.Random(f"{FAMILY}/contractions").shuffle(pairs)
    return tuple(pairs)


def _full_forms(full: str) -> tuple[str, ...]:
    head, _, last = full.rpartition(" ")
    other = _FULL_ALTERNATIVES.get(last)
    return (full, f"{head} {other}".strip()) if other else (full,)


@lru_cache(maxsize=1)
def _attempts() -> dict[str, tuple[str, ...]]:
    """Learners' spellings, right and wrong by turns, with the accepted corrections."""
    with open_wheel(PACKAGES[2]) as wheel:
        text = read_text(wheel, "nlpaug/res/word/spelling/spelling_en.txt")
    ranks = word_ranks()
    corrections: defaultdict[str, set[str]] = defaultdict(set)
    for line in text.splitlines():
        word, *errors = line.split() or [""]
        if len(word) < 5 or ranks.get(word, _WORD_RANK) >= _WORD_RANK:
            continue
        for error in errors:
            is_plain = re.fullmatch("[a-z]{4,12}", error) and error not in ranks
            if is_plain and _one_edit_apart(error, word):
                corrections[error].add(word)
    wrong = sorted(
        error
        for error, words in corrections.items()
        if not is_vulgar(" ".join((error, *sorted(words))))
    )
    random.Random(f"{FAMILY}/attempts").shuffle(wrong)
    attempts: dict[str, tuple[str, ...]] = {}
    right = [word for word in sample_words(f"{FAMILY}/right", 2000) if len(word) >= 5]
    for error, word in zip(wrong[: _NUM_ROWS // 2], right, strict=False):
        words = sorted(corrections[error], key=lambda correct: ranks[correct])
        attempts[error] = tuple(words)
        attempts[word] = (word,)
    return attempts


@lru_cache(maxsize=1)
def _gaps() -> dict[str, str]:
    """Words with one inner letter blanked out so that no other word fits."""
    generator = random.Random(f"{FAMILY}/gaps")
    known = [word for word, rank in word_ranks().items() if rank < _GAP_RANK]
    by_gap: defaultdict[str, list[str]] = defaultdict(list)
    for word in known:
        for index in range(1, len(word) - 1):
            by_gap[f"{word[:index]}_{word[index + 1 :]}"].append(word)
    gaps: dict[str, str] = {}
    for word in sample_words(f"{FAMILY}/gaps", 3000):
        if len(word) < 6 or len(gaps) == _NUM_ROWS:
            continue
        index = generator.randrange(1, len(word) - 1)
        gap = f"{word[:index]}_{word[index + 1 :]}"
        if len(by_gap[gap]) == 1:
            gaps[gap] = word
    return gaps


def _label_rows(labels: dict[str, str]) -> list[tuple[str, Answer]]:
    return balanced_rows(labels, lambda text: labels[text], num_rows=_NUM_ROWS)


def _variant_rows() -> dict[str, Iterable[tuple[str, Answer]]]:
    variants = _variants()
    labels = {
        form: "British" if form == british else "American"
        for form, (british, _) in variants.items()
    }
    return {
        "to_american": ((form, american) for form, (_, american) in variants.items()),
        "to_british": ((form, british) for form, (british, _) in variants.items()),
        "british_or_american": _label_rows(labels),
        "swap_variety": (
            (form, american if form == british else british)
            for form, (british, american) in variants.items()
        ),
    }


def _contraction_rows() -> dict[str, Iterable[tuple[str, Answer]]]:
    expand: dict[str, Answer] = {}
    contract: dict[str, Answer] = {}
    labels: dict[str, str] = {}
    toggle: dict[str, Answer] = {}
    for short, full in _contractions():
        expand |= {short: _full_forms(full), full: full}
        contract |= {short: short, full: short}
        labels |= {short: "short", full: "full"}
        toggle |= {short: _full_forms(full), full: short}
    return {
        "expand_contraction": expand.items(),
        "make_contraction": contract.items(),
        "short_or_full": _label_rows(labels),
        "toggle_contraction": toggle.items(),
    }


def _attempt_rows() -> dict[str, Iterable[tuple[str, Answer]]]:
    attempts = _attempts()
    labels = {
        form: "yes" if form in words else "no" for form, words in attempts.items()
    }
    return {
        "correct": attempts.items(),
        "spelled_right": _label_rows(labels),
        "fine_or_fixed": (
            (form, "fine" if form in words else words)
            for form, words in attempts.items()
        ),
        "star_mistakes": (
            (form, form if form in words else f"*{form}")
            for form, words in attempts.items()
        ),
    }


def _gap_rows() -> dict[str, Iterable[tuple[str, Answer]]]:
    gaps = _gaps()
    return {
        "fill_gap": gaps.items(),
        "missing_letter": ((gap, word[gap.index("_")]) for gap, word in gaps.items()),
    }


_DESCRIPTIONS: dict[str, tuple[str, ...]] = {
    "to_american": (
        "American spelling of the word.",
        "Write the word as it is spelled in the United States: colour -> color.",
        "If the word is British English, respell it for American readers; American words stay as they are.",
        "Please localise this spelling to en-US.",
        "How would Webster's dictionary write it?",
        "Change any British form to the US form and leave US forms alone.",
        "I edit for a New York magazine. Give me each word in our house spelling.",
        "Output the word with American orthography, one word only.",
        "Centre should come out as center and so should center. Treat the word accordingly.",
        "Convert UK spelling into US spelling where the two differ.",
        "Return the variant found in American newspapers.",
        "Make it look American: no -our, -ise or -tre.",
        "en-US form",
        "spell it the american way (leave it if it already is)",
        "The Boston branch reprints our leaflets. Favourite must turn into favorite, while favorite is left in peace; handle the word.",
        "Never hand back the British form: whichever of the two comes in, the one used in the States goes out.",
        "How would a speller from Chicago write what I typed?",
        "Our software's texts ship with US orthography only, e.g. theater, labor, organize. Adapt the word where it isn't so yet.",
    ),
    "to_british": (
        "British spelling of the word.",
        "Write the word as it is spelled in the United Kingdom: color -> colour.",
        "If the word is American English, respell it for British readers; British words stay as they are.",
        "Please localise this spelling to en-GB, with -ise endings.",
        "How would a London newspaper write it?",
        "Change any US form to the UK form and leave UK forms alone.",
        "My publisher is in Oxford Street and wants British orthography for every word. Supply it.",
        "Output the word the way English schoolchildren learn to spell it.",
        "Center should come out as centre and so should centre. Treat the word accordingly.",
        "Convert American spelling into British spelling where the two differ.",
        "Return the variant used by the BBC.",
        "Make it look British: put back the -our, -ise or -tre.",
        "en-GB form",
        "spell it the british way (leave it if it already is)",
        "The Manchester branch reprints our leaflets. Favorite must turn into favourite, while favourite is left in peace; handle the word.",
        "Never hand back the American form: whichever of the two comes in, the one used in England goes out.",
        "How would a speller from Leeds write what I typed?",
        "For the Cambridge exam only spellings such as theatre, labour, organise are taught to us. Please put the word in this form.",
    ),
    "british_or_american": (
        "British or American spelling?",
        "Is the word spelled the British or the American way? Answer British or American.",
        "colour -> British, color -> American. Label the word.",
        "Please name the variety of English this spelling belongs to, American or British.",
        "Which side of the Atlantic spells it like this? Say American or British.",
        "Output the label British for UK orthography, the label American for US orthography.",
        "I sort submissions by their spelling convention. Tell me which one this word follows: British or American.",
        "Would a spell checker set to en-US accept it (American), or only one set to en-GB (British)?",
        "Do not respell the word; just classify it as American or British.",
        "Decide between two tags, British and American, from the spelling alone.",
        "Does this come from a British or an American writer, judging by its letters?",
        "Spelling variety of the given word, one of: American, British.",
        "Variety: American / British",
        "is it spelled british or american? one word",
        "Two editors, one in Leeds and one in Boston, share a manuscript. Who spelled this word? British is for Leeds, American for Boston.",
        "Neither convert nor correct it; only the tag counts, e.g. American for theater, British for theatre.",
        "Endings like -our, -tre and -ise get British; -or, -ter and -ize get American. Tag the word with one of these two names.",
        "From its letters, on which keyboard was this word typed, the American or the British?",
    ),
    "swap_variety": (
        "The other variety's spelling.",
        "Switch the spelling across the Atlantic: colour -> color, color -> colour.",
        "Turn British into American and American into British.",
        "Please give whichever regional spelling was not used.",
        "The word is in UK or US form; answer with its counterpart from the other country.",
        "If it is the British form write the American one, and the reverse if it is American.",
        "Every word here has two spellings. You see one; tell me the second.",
        "Output the alternative transatlantic spelling, which always differs from the input.",
        "I have one of the pair centre/center and want its partner; do that for any such word.",
        "How do they write it on the other side of the ocean?",
        "Flip the orthography between en-GB and en-US.",
        "Never return the word unchanged: exchange its spelling for that of the rival variety.",
        "UK <-> US",
        "give me the other spelling, brit if its american and american if its brit",
        "Our card game pairs theatre with theater and honor with honour. I lay one card; lay its mate.",
        "You may not answer with the same spelling; a word in British dress leaves in American dress and the other way about.",
        "An exchange student takes every word over the ocean and back. Coming from London it leaves as in New York; coming from New York, as in London.",
        "For the one who has favourite say favorite, for the one who has favorite say favourite. Here is my word.",
    ),
    "expand_contraction": (
        "Full form of the contraction.",
        "Write out the contraction in full: don't -> do not. Full forms stay unchanged.",
        "Please remove the apostrophe by spelling out both words.",
        "What is this short for? If nothing is shortened, repeat the phrase.",
        "Formal writing allows no contractions. Give the expanded wording.",
        "Return the uncontracted phrase.",
        "Replace it's by it is, we'll by we will, and so on.",
        "I am writing a legal letter and need every such short form at full length.",
        "Undo the shortening: restore the letters that the apostrophe stands for.",
        "Output the long version, whichever version is given.",
        "How would this be said slowly, in separate words?",
        "Expand wherever possible; leave wordings without apostrophe as they are.",
        "Long form",
        "write it out w/o apostrophe, leave it if its already written out",
        'Our contract department strikes out each "can\'t" and writes "cannot", each "they\'ve" and writes "they have". Be their pen.',
        "Do not shorten anything; two separate words that are given remain as given, an apostrophe is resolved.",
        "How does a foreign learner, who has never met apostrophes, need to see this phrase?",
        "I've becomes I have, and I have stays I have; with my phrase do it equal, please.",
    ),
    "make_contraction": (
        "Contracted form.",
        "Shorten the phrase with an apostrophe: do not -> don't. Contractions stay unchanged.",
        "Please turn the two words into the usual short form.",
        "How do people say this in relaxed speech, as one word with an apostrophe?",
        "Return the contraction of the phrase.",
        "Replace it is by it's, we will by we'll, and so on.",
        "I want my text to sound casual. Give me the contracted wording.",
        "Merge pronoun and verb, or verb and not, into a single word.",
        "Output the short version, whichever version is given.",
        "Contract wherever possible; leave wordings that already have an apostrophe.",
        "Make it informal by squeezing the words together.",
        "Write the clipped form used in chat and dialogue.",
        "Short form",
        "shorten it w an apostrophe, leave it if its already short",
        "Comic-strip bubbles are small, so our letterer writes they've for they have and isn't for is not. Letter this phrase.",
        "Do not spell anything out; a phrase already having its apostrophe passes unchanged, any other gets one.",
        "How would a teenager say these words, pressed into one?",
        "I have becomes I've, and I've stays I've; with my phrase do it equal, please.",
    ),
    "short_or_full": (
        "Contraction or not: short or full.",
        "Is the wording contracted? Answer short if it is, full if it is written out.",
        "don't -> short, do not -> full. Label the phrase.",
        "Please tell me which form this is, short or full.",
        "Say full for phrases whose words are complete and short for those with letters left out.",
        "A style checker flags contractions: they get the tag short, everything else gets full.",
        "Output one word, full or short, by whether the expression has been contracted.",
        "Which register marker applies, short (casual, with apostrophe) or full (formal, separate words)?",
        "Classify without rewriting: short form or full form?",
        "Has anything been squeezed together here? short means yes, full means no.",
        "Decide whether we see the long wording (full) or the clipped one (short).",
        "Return 'short' if \"'\" in text else 'full'.",
        "Form: full / short",
        "apostrophe form or written out? say short or full",
        "At the speech lab we log whether a speaker contracted. They've is logged as short, they have as full. Log this one.",
        "Please neither expand nor contract it; whether it is the short variant or the full one is what we ask.",
        "Would a strict English teacher strike it out as too casual? short when she would, full when she wouldn't.",
        'One of two drawers, "full" for wordings in complete words and "short" for clipped ones. Into which is this put?',
    ),
    "toggle_contraction": (
        "Switch between contraction and full form.",
        "If it is a contraction, spell it out; if it is spelled out, contract it.",
        "don't -> do not, do not -> don't. Swap the form.",
        "Please give the other form of this wording, short for long and long for short.",
        "Return whichever of the two versions was not given.",
        "Formal becomes casual and casual becomes formal, using the apostrophe form or its absence.",
        "Each expression here has a contracted twin and a full twin. Name the twin of mine.",
        "Flip it: we'll into we will, we will into we'll.",
        "The output always differs from the input: add a contraction or undo one.",
        "I see one side of a flash card, either short or written out. What is on the back?",
        "Convert in whichever direction is possible, expanding or contracting.",
        "Exchange the phrase for its counterpart with or without an apostrophe.",
        "short <-> full",
        "swap it: short one to long, long one to short",
        "Our memory game matches they've with they have. I turn over one of the two cards; say what is on the matching card.",
        "Leaving it as it stands is not allowed. Where an apostrophe is, take it apart; where none is, put the words together.",
        "Translate between the office and the pub: is not from the office is isn't in the pub, and isn't from the pub is is not in the office.",
        "For I've say I have, for I have say I've. What do you say for mine?",
    ),
    "correct": (
        "Correct spelling of the word.",
        "Fix the spelling if it is wrong: freind -> friend. Right words stay as they are.",
        "Please write the word as it should be spelled.",
        "A learner wrote this. What word was meant?",
        "Return the word with any typing or spelling slip repaired.",
        "Act as autocorrect: one correct English word comes out, whatever goes in.",
        "What would a spell checker put here?",
        "Output the proper dictionary spelling.",
        "I can't spell well; give me back my words without mistakes.",
        "Proofread this single word and print the clean version.",
        "Repair missing, extra, swapped or wrong letters, if there are any.",
        "The teacher writes the right spelling beside each answer. Do that for this one.",
        "Right spelling",
        "fix teh typo, if there is one",
        "Search queries reach our shop with slips such as becuase or adress. Pass on the word the customer had in mind, because and address here.",
        "Don't comment and don't mark the mistake; simply write the word without it, or the same word if there's none.",
        "How is this word spelled in a dictionary? Possibly just as I have it.",
        "I am not native. Please to write my word like an educated English person writes it.",
    ),
    "spelled_right": (
        "Spelled correctly? yes or no.",
        "Is this a correctly spelled English word? Answer yes or no.",
        "friend -> yes, freind -> no. Judge the word.",
        "Please say yes if the spelling is right and no if it contains a mistake.",
        "Would a spell checker leave the word without a red line? Reply yes or no.",
        "Decide if the learner got the word right: yes for correct, no for misspelled.",
        "Output no for any word with a wrong, missing, extra or swapped letter and yes for the rest.",
        "I mark dictations. Tell me with yes or no whether this word earns the point.",
        "Can the word stand as it is written? yes/no",
        "Check the orthography without correcting anything: yes when flawless, no when flawed.",
        "Does the dictionary contain precisely this string of letters? Say yes or say no.",
        "Yes or no: no errors here.",
        "OK spelling? yes / no",
        "is the spelling right, yes or no",
        "The spelling bee jury raises a card: yes for because, no for becuase. Which card for this contestant's word?",
        "We do not need the correction. A clean word earns a yes, a word with a slip earns a no.",
        "Can this go to print with its letters as they stand, yes or no?",
        'Quality control for a dictionary: report "no" on finding an error in the entry\'s letters and "yes" otherwise.',
    ),
    "fine_or_fixed": (
        "Say fine, or give the correction.",
        "If the word is spelled correctly reply fine, otherwise reply with the right spelling.",
        "friend -> fine, freind -> friend.",
        "Please comment on each spelling: the word fine for a good one, the repaired word for a bad one.",
        "Only misspelled words should be answered with a word of their own; all others just get fine.",
        "Return the correction when one is needed and the remark fine when none is needed.",
        "I read my essay to you word by word. Tell me fine, or else how it is really spelled.",
        "A marker writes fine under right answers and the proper word under wrong ones. What is written here?",
        "Output 'fine' if nothing has to be changed; if something has, output the changed word.",
        "Is it fine? If not, fix it and show me the result only.",
        "Spell check with approval: fine for no error, correct form for an error.",
        "Never repeat a correct word; acknowledge it with fine, and correct the incorrect ones.",
        "fine / corrected word",
        "if its spelled ok say fine, if not write it right",
        'The writing coach nods "fine" at because, but at becuase she says "because". What does she say here?',
        "Do not return a right word and do not say fine to a wrong one, which has to be replaced by its proper form.",
        "Either it passes, then note fine; or it fails, then note how it ought to be spelled.",
        'A dictation is controlled: beside each word the pupil finds "fine" or the good spelling. Please make this for one word.',
    ),
    "star_mistakes": (
        "Star the misspelled words.",
        "Put * in front of the word if it is misspelled; otherwise repeat it as it is.",
        "friend -> friend, freind -> *freind",
        "Please flag spelling mistakes with a leading asterisk and leave the letters untouched.",
        "Linguists mark bad forms with an asterisk. Do so for wrong spellings, not for right ones.",
        "Do not correct anything: copy the word, adding * before it in case of an error.",
        "Output the input, with an asterisk attached to the front whenever the spelling is faulty.",
        "I need to see at a glance which words are wrong, so prefix those with a star.",
        "Copy good words plainly and bad words with a * at the start.",
        "Which of my words deserve the star of shame for bad spelling? Mark them like *this.",
        "Return word if it is correct, else '*' + word.",
        "Proofreader's mark: an asterisk goes before each misspelling, nothing goes before the rest.",
        "*wrong, right",
        "put a * before it if its spelled wrong, else just copy it",
        "In our error corpus because stays because, whereas becuase is entered as *becuase. Enter this word.",
        "The letters are not to be changed, not even wrong ones; a mistake merely earns an asterisk at the front.",
        "Warning lights: a faulty spelling lights up with * on its left, a faultless one stays dark. Show the word with its light.",
        "Copyist needed who reproduces each word to the letter and warns of bad orthography by a leading *.",
    ),
    "fill_gap": (
        "Complete the word.",
        "Replace the underscore by the missing letter and write the whole word: gard_n -> garden",
        "Which word is this, with one letter hidden?",
        "Please fill the blank and return the finished word.",
        "One letter has been rubbed out. Restore the word.",
        "Output the full English word that fits the pattern.",
        "As in hangman with a single open position, say the solution word.",
        "I have a crossword entry with one empty square; tell me the entire entry.",
        "Write the word without a gap.",
        "The _ stands for a letter. Put it back and spell out everything.",
        "Guess the damaged word on the sign and print it intact.",
        "What complete word do you read here?",
        "whole word, gap filled",
        "put the letter back in for the _ and write the full word",
        "Moths have eaten one letter of each word in this old book. Write out the word as it was before, e.g. kitchen for kit_hen.",
        "The letter by itself is not enough: repeat the entire word, having it in its place.",
        "A quiz show board has a last tile still turned over. Call out the solution.",
        "Transcribe the blurred sign, where _ is an unreadable letter: w_ndow reads window.",
    ),
    "missing_letter": (
        "Missing letter.",
        "Which letter belongs in place of the underscore? gard_n -> e",
        "Reply with the hidden letter alone, not with the word.",
        "Please tell me the one character that fills the gap.",
        "A letter fell off the shop sign. Which letter must we buy?",
        "Output a single lowercase letter that completes the word.",
        "In hangman only one position is open. What letter do you call?",
        "Find what the blank stands for, and answer with that letter.",
        "I know most of the word; give me just the letter I lack.",
        "The answer has exactly one character: the one replaced by _.",
        "What goes into the empty square? One letter, please.",
        "Name the letter that was taken out.",
        "letter behind the _",
        "which letter is missing, just the letter",
        'The printer ran out of one type and left "_" in its stead. Which piece of type shall the boy fetch? kit_hen needs c.',
        "Not the complete word, please: the lone letter that the underscore hides.",
        "On the quiz show board one tile is still turned over. What is on the tile?",
        "For w_ndow say i, for kit_hen say c. So what do you say now?",
    ),
}

_SOURCES = {
    "british_american": "american-british-english-translator 0.2.1",
    "contractions": "contractions 0.1.73",
    "learner_spellings": "nlpaug 1.1.11, symspellpy 6.10.1",
    "gapped_words": WORDS_SOURCE,
}


def drafts() -> Iterator[TaskDraft]:
    """Yields the tasks of each of the four pools of spellings."""
    pools = {
        "british_american": _variant_rows(),
        "contractions": _contraction_rows(),
        "learner_spellings": _attempt_rows(),
        "gapped_words": _gap_rows(),
    }
    for pool, tables in pools.items():
        for task, rows in tables.items():
            yield TaskDraft(
                id=f"{FAMILY}_{task}",
                descriptions=_DESCRIPTIONS[task],
                rows=list(rows)[:_NUM_ROWS],
                pool=pool,
                group=f"{FAMILY}_{pool}",
                licence=WORDS_LICENCE,
                source=_SOURCES[pool],
            )
