"""Sentence repair family: sentences with several faults, of which a task names one."""

from __future__ import annotations

from collections.abc import Iterator

from training.catalogue import example_sentences, faulty_lines
from training.catalogue.drafting import balanced, wordings
from training.catalogue.example_sentences import as_sentence
from training.catalogue.faulty_lines import Gaps, Slip
from training.catalogue.source import Answer, TaskDraft

FAMILY = "sentence_repair"
PACKAGES = faulty_lines.PACKAGES

DESCRIPTIONS = {
    "all": """
        Correct everything.
        The sentence lacks its capital and full stop, has one word twice and one word misspelled. Repair all of it.
        we we closed teh shop -> We closed the shop.
        Please clean up the sentence completely: doubled word, spelling, capital letter, full stop.
        Give me a fault-free version of this sloppy line.
        Rewrite it the way a careful writer would have typed it, punctuation and capital included.
        Full proofreading: nothing wrong may be left, so watch repeated words, typos, the start and the end.
        How should the sentence read in print?
        Fix the typo, drop the repetition, begin with a capital, end with a full stop, and print the outcome.
        Copy editor wanted who turns rushed notes into flawless sentences, one at a time.
        make it perfect pls, every mistake
        Output the sentence with all four kinds of error removed.
        This was typed in a hurry on a phone. I want it in clean English with proper sentence form.
        Apply all corrections at once - spelling, duplicate, initial capital, final period.
        Four things went wrong here. Undo each of them and return the finished sentence.
        The teacher writes a model sentence under the pupil's faulty one. Write that model.
        Leave no mistake in it, whatever its kind.
        From draft to final copy: produce the final copy of this sentence.
    """,
    "doubled_only": """
        Remove the repeated word; leave other mistakes alone.
        One word is there twice in a row. Write the line with it once, and do not touch spelling, capitals or punctuation.
        we we closed teh shop -> we closed teh shop
        Please delete the duplicate of the doubled word and copy the rest exactly, errors included.
        Undo the stutter and nothing else.
        De-duplicate neighbouring words, keep everything else verbatim, even the misspelling and the small first letter.
        Only the repetition bothers me. Take it out and give back the line as it is otherwise.
        Somebody's keyboard repeats words. Drop the second copy; another program does the spelling later.
        Output the text with the consecutive identical words merged into one.
        drop the double word, dont correct anything else
        Which line do you get if "the the" becomes "the", for whatever word is doubled here, and all further slips stay?
        Repair a single fault, namely the word typed twice.
        A stammer filter: it removes an immediate repetition and passes all other characters through. Act as that filter.
        Collapse w w into w, once; no spell checking, no capital, no full stop.
        Rewrite the line without saying any word twice in succession, typos preserved.
        The line says one word again right after saying it. Leave out the extra one and mend no other error.
        Keep misspellings as they are, just get rid of the duplicated word.
        Return the line minus its superfluous repeat.
    """,
    "spelling_only": """
        Correct the spelling; leave other mistakes alone.
        One word is misspelled. Write the line with that word spelled properly, keep the doubled word and add no punctuation.
        we we closed teh shop -> we we closed the shop
        Please act as a spell checker and nothing more: the repetition stays, the small first letter stays.
        Replace the wrongly spelled word within the line and change nothing else.
        Spelling pass only. Duplicates, capitals and full stops are somebody else's job.
        Find the typo and print the line with the typo mended, stutter included.
        Which line results if the one misspelling is put right and all else is copied?
        Output the text with its non-word turned into the English word that was meant.
        fix the spelling mistake, not the rest
        Repair a single fault, namely the letters of one word.
        My spell checker is broken. Do its work on this line, ignoring repeated words and missing punctuation.
        Rewrite the line with correct orthography, word for word, even where a word comes twice.
        Leave grammar, case and repetition alone and set right the word a learner got wrong.
        Swap the misspelt word for its correct form in place. No other edits.
        Every word must be spelled as in the dictionary; the number of words must not change.
        Keep the double word, correct the faulty one.
        Return the line after spelling correction and before any other correction.
    """,
    "case_and_stop_only": """
        Add the capital and the full stop; leave other mistakes alone.
        Make the first letter a capital and put a full stop at the end, but keep the doubled word and the misspelling.
        we we closed teh shop -> We we closed teh shop.
        Please give the line the outer form of a sentence, upper-case start and period, without correcting its words.
        Begin with a capital, close with a full stop, copy what lies between.
        Sentence case and final punctuation only. Words stay as typed, mistakes and all.
        How does the line look once its first letter is big and a dot is behind its last word?
        Format it as a sentence; do not proofread it.
        Output text[0].upper() + text[1:] + '.'
        capital letter + full stop pls, leave the typos in
        Repair the start and the end and nothing in the middle.
        The words are quoted from a pupil and must stay faulty. Just supply the initial capital and the closing period.
        Rewrite the line so that it starts and ends like a sentence, errors in between untouched.
        Add what turns a string of words into a written sentence: a capital in front, a point behind.
        No spelling changes, no deletions - merely capitalise the opening word and finish with a period.
        Typesetting step one is the capital and the stop; later steps are not yet due. Do step one.
        Keep each word, wrong or double, and correct capitalisation and end mark.
        Return the line dressed as a sentence.
    """,
    "doubled_word": """
        Which word is doubled?
        Name the word that occurs twice in a row.
        we we closed teh shop -> we
        Could you name the word that was typed two times running? Once is enough.
        Find the stutter and answer with the stuttered word.
        Reply with the repeated word alone, not with the line.
        Two neighbours in this line are identical. Which word are they?
        Output w where "w w" appears.
        the word thats in there twice?
        A duplicate slipped in. I need to know of which word.
        Scan for a word followed by itself and print it.
        Which word would you strike out once?
        Say the word on which the writer's key seems to have stuck.
        There's a word standing next to its own copy; what is it?
        Report the immediate repetition in this line, as a single word.
        Ignore the spelling mistake. The question is only which word has been written a second time.
        A proofreader circles the second of two equal words. What does the circle contain?
        Give the word whose count drops to one if the line is cleaned of repeats.
    """,
    "misspelled_word": """
        Which word is misspelled?
        Copy the wrongly spelled word exactly as it stands in the line.
        we we closed teh shop -> teh
        Please point out the spelling mistake by quoting the faulty word, uncorrected.
        Find the typo and answer with it, as typed.
        Reply with the one string that is not an English word.
        A spell checker would put a red line under one word. Which?
        Output the out-of-vocabulary token.
        the wrong word, the way its written here
        I want to see the learner's error itself, not the right spelling.
        Scan for a word missing from the dictionary and print it without change.
        Which word here has a letter missing, added, wrong or in the wrong place?
        Quote the word the pupil could not spell.
        There's a misspelling among these words; cite it in its misspelled form.
        Report the orthographic error of this line, letter for letter.
        Never mind the repetition. Only tell which word is spelled incorrectly, repeating its incorrect letters.
        A proofreader underlines the bad spelling. What is underlined?
        Extract the erroneous word form.
    """,
    "corrected_word": """
        Right spelling of the misspelled word.
        One word of the line is misspelled. Give that word alone, spelled correctly.
        we we closed teh shop -> the
        Please find the typo and reply with the word that was meant.
        What does the wrongly spelled word have to look like? One word.
        Spell checker suggestion for the faulty word in this line, please; nothing but the suggestion.
        Answer with the correction only, neither the line nor the mistake.
        Which English word did the writer try to spell and fail?
        Output the intended form of the out-of-vocabulary token.
        correct spelling of the word thats wrong
        I show you a sentence with a misspelling and you tell me how the word is really written.
        Locate the word that no dictionary has and print the dictionary word behind it.
        On the margin a teacher notes the proper spelling of the bad word. What does the note say?
        There's an error in the letters of one word; state the word without the error.
        Ignore the repetition. Correct the single misspelled word and show me that word by itself.
        Name the word that should replace the misspelling.
        If this were dictated, one word would cost a point. Write it so that it doesn't.
        Return the repaired word, not the repaired line.
    """,
    "first_fault": """
        Which comes first, the doubled word or the misspelled one? doubled / misspelled
        Reading from the left, do you meet the repetition first (doubled) or the spelling mistake first (misspelled)?
        we we closed teh shop -> doubled; teh shop shop is closed -> misspelled
        Of what kind is the first mistake in the line? Kindly answer doubled or misspelled.
        Say misspelled if the typo lies before the repeated words and doubled if it lies after them.
        Two faults, one order. Which one is nearer to the start - doubled or misspelled?
        The line holds a stutter and a spelling slip. Name the one that comes earlier, as doubled or misspelled.
        Go word by word and stop at the first fault; its kind, doubled or misspelled, is the answer.
        first error type? misspelled/doubled
        Output "doubled" when index(repeat) < index(typo), else "misspelled".
        An examiner lists faults in the order of their appearance. What heads the list: misspelled or doubled?
        Is the earliest mistake in the line a word spelled wrong (misspelled) or a word written twice (doubled)?
        Don't correct a thing. Just compare the places of the two errors and say which kind leads: doubled, misspelled.
        Label the line with the type of its leftmost error, one of doubled and misspelled.
        Of the repeated word and the badly spelled word, which would you notice first while reading? Answer doubled or misspelled.
        Which fault is further left? "doubled" stands for the twin words, "misspelled" for the wrong letters.
        I correct from left to right and ask what awaits me first: something doubled or something misspelled?
        Decide on the sequence of the mistakes: misspelled before doubled gives misspelled, the other order gives doubled.
    """,
    "join_only": """
        Join the word that was split; leave the rest.
        A blank cuts one word in two. Close that gap, but do not part the words that run together.
        the win dow isopen today -> the window isopen today
        Please mend the broken word and copy everything else as it is, glued words included.
        Undo the superfluous space, not the missing one.
        One word fell apart into two pieces. Put it together again within its line and change no more.
        Rewrite the line with the two halves of the divided word reunited.
        Only the extra blank is my concern; take it out, keep all other characters.
        Output the text with the single wrong space deleted.
        put the split word back together, nothing else
        Which line do you get when the torn word is made whole and the merged pair is left merged?
        OCR often breaks a word. Repair this break and ignore the words without a gap between them.
        Delete one space: the one that lies inside a word.
        Remove the gap that makes nonsense of a word; another gap that lacks may go on lacking.
        Line in, line out, with the fragments of one word joined up.
        Repair a single fault, namely the word with a hole in it.
        Find two bits that belong to one word and write them as one, in the full line.
        Return the line after merging what should never have been separated.
    """,
    "part_only": """
        Part the words that run together; leave the rest.
        Two words are stuck together. Put the missing blank between them, but do not mend the word that was cut in two.
        the win dow isopen today -> the win dow is open today
        Please separate the glued words and copy everything else as it is, the broken word included.
        Insert the missing space, do not delete the superfluous one.
        Somewhere the space bar was not hit. Add that space to the line and change no more.
        Rewrite the line with the merged pair of words written as two.
        Only the lacking blank is my concern; put it in, keep all other characters.
        Output the text with a single space inserted where two words touch.
        split the two words that got stuck, nothing else
        Which line do you get when the fused pair comes apart and the torn word is left torn?
        OCR often swallows a gap. Give back the one it swallowed and ignore the gap it invented.
        Add one space: the one that lacks between two words.
        Unglue what sticks together; pieces of a broken word stay apart.
        Line in, line out, with the run-together words divided.
        Repair a single fault, namely the absence of a blank.
        Find the string that is really two words and write it as two, in the full line.
        Return the line after separating what should never have been joined.
    """,
    "spaces": """
        Put the spaces right.
        One blank is too many and one is missing. Write the line with correct spacing.
        the win dow isopen today -> the window is open today
        Please repair both the split word and the words that run together.
        All letters are right, the gaps are not. Set every gap properly.
        Join what is torn, part what is glued, and give me the readable line.
        Rewrite the line so that each word is whole and stands by itself.
        How was this meant to be spaced?
        Output the text after fixing word boundaries throughout.
        correct the spacing (all of it)
        The space bar was hit once at the wrong place and once not at all. Restore the line.
        OCR clean-up: remove the wrong blank, insert the missing blank.
        Move the blanks to where they belong; change no letter.
        Both spacing errors should disappear. Print what is left.
        Typists confuse word limits when tired. Undo that here, completely.
        Line in, line out, this time with word division as in a book.
        Find the word in two parts and the two words in one part, and correct each.
        Return the sentence with faultless word separation.
    """,
    "split_word": """
        Which word was split?
        A blank cuts one word in two. Name the word, written in one piece.
        the win dow isopen today -> window
        Kindly put together the word that fell apart and say just that word.
        Find the two fragments of a single word and reply with that word.
        Answer with the mended word alone, not with the line.
        Two neighbouring bits make no sense unless they are joined. What do they make then?
        Output the word that contains a stray space, without the space.
        the broken word, in one piece pls
        I need to know which word the wrong blank tore up.
        Scan for pieces that are one word and print their union.
        Which word would be whole if a single blank were deleted?
        Say the word that the typist interrupted with the space bar.
        There's a word here with a gap in its middle; what is it?
        Report the wrongly divided word of this line, undivided.
        Ignore the words that stick together. Which word has been separated by mistake?
        A proofreader draws a bow over a gap to close it. Which word stands under the bow?
        Give the one dictionary word that appears here as two parts.
    """,
    "joined_words": """
        Which two words run together?
        Two words lack the blank between them. Give both, with a blank.
        the win dow isopen today -> is open
        Would you separate the glued words and give me the two?
        Find the string that is really two words and reply with those two words.
        Answer with the parted pair alone, not with the line.
        One "word" of the line is none, but hides a pair. Which pair?
        Output the fused token with the missing space put in.
        the stuck together words, apart pls
        I need to know where the space bar was forgotten: name the words on both sides, as they should be written.
        Scan for a merger of neighbours and print the neighbours.
        Which two words would come free if a single blank were added?
        Say the pair that the typist wrote in one go.
        There's a compound here that should not be one; take it apart.
        Report the two words that were wrongly written as one.
        Ignore the word that was cut. Which words have been fused by mistake?
        A proofreader draws a stroke where a gap belongs. Which words stand left and right of the stroke?
        Give the pair of dictionary words that appears here as one string.
    """,
}


def _slip_answers(slip: Slip) -> dict[str, Answer]:
    both = frozenset(["double", "spelling"])
    is_double_first = slip.doubled < slip.misspelled
    return {
        "all": as_sentence(slip.line(fixed=both)),
        "doubled_only": slip.line(fixed=frozenset(["double"])),
        "spelling_only": slip.line(fixed=frozenset(["spelling"])),
        "case_and_stop_only": as_sentence(slip.line()),
        "doubled_word": slip.words[slip.doubled],
        "misspelled_word": slip.spelling,
        "corrected_word": slip.words[slip.misspelled],
        "first_fault": "doubled" if is_double_first else "misspelled",
    }


def _gap_answers(gaps: Gaps) -> dict[str, Answer]:
    return {
        "join_only": gaps.line(fixed=frozenset(["split"])),
        "part_only": gaps.line(fixed=frozenset(["joined"])),
        "spaces": gaps.line(fixed=frozenset(["split", "joined"])),
        "split_word": gaps.words[gaps.split],
        "joined_words": " ".join(gaps.pair),
    }


_GROUPS = {
    "misspelled_word": "spelling",
    "corrected_word": "spelling",
    "spelling_only": "spelling",
    "doubled_word": "doubled",
    "doubled_only": "doubled",
    "join_only": "splits",
    "split_word": "splits",
    "part_only": "joints",
    "joined_words": "joints",
}


def _tables() -> Iterator[tuple[str, str, list[tuple[str, Answer]]]]:
    """Yields the pool, name and rows of every task."""
    slips = {text: _slip_answers(slip) for text, slip in faulty_lines.slips().items()}
    gaps = {text: _gap_answers(line) for text, line in faulty_lines.gaps().items()}
    for pool, table in (("slips", slips), ("gaps", gaps)):
        for task in next(iter(table.values())):
            rows = [(text, answers[task]) for text, answers in table.items()]
            if task == "first_fault":
                rows = list(balanced(rows, seed=f"{FAMILY}/{task}"))
            yield pool, task, rows


def drafts() -> Iterator[TaskDraft]:
    """Yields the tasks over lines with slips and those over lines with wrong blanks."""
    for pool, task, rows in _tables():
        yield TaskDraft(
            id=f"{FAMILY}_{task}",
            descriptions=wordings(DESCRIPTIONS[task]),
            rows=rows,
            pool=pool,
            group=f"{FAMILY}_{_GROUPS.get(task, task)}",
            licence=example_sentences.LICENCE,
            source=faulty_lines.SOURCE,
        )
