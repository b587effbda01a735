"""Sentence clauses family: subject and verb of short sentences, half of them faulty."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from training.catalogue import example_sentences
from training.catalogue.drafting import wordings
from training.catalogue.example_sentences import (
    MarkedExample,
    as_sentence,
    marked_examples,
)
from training.catalogue.source import Answer, TaskDraft
from training.catalogue.word_forms import forms_of, readings
from training.catalogue.words import balanced_rows, word_ranks

FAMILY = "sentence_clauses"
PACKAGES = example_sentences.PACKAGES

_NUM_ROWS = 320
_MAX_WORDS = 9
_RAREST_VERB = 15_000
_PRONOUNS = {
    "he": "one",
    "she": "one",
    "it": "one",
    "i": "one",
    "we": "many",
    "they": "many",
}
_DETERMINERS = frozenset(["the", "my", "his", "her", "our", "their", "a", "an"])
_OTHER_VERBS = frozenset(["be", "do", "have", "can", "may", "must", "shall", "will"])
# With these after the verb, a change of tense or form spoils the sentence.
_TIED_TO_ITS_TENSE = re.compile(
    r"\b(ago|already|any|before|did|does|had|has|have|him|himself|herself|itself"
    r"|last|let|may|might|must|never|no|not|nobody|nothing|now|some|than|that|then"
    r"|today|until|was|were|what|when|which|while|who|will|would|yesterday)\b"
)
# Forms that are some other word in most of these sentences.
_UNLIKE_SUBJECTS = frozenset(
    ["company", "crowd", "family", "following", "news", "people", "police", "series"]
)

DESCRIPTIONS = {
    "agreement_ok": """
        Subject and verb agree? right or wrong
        Say right if the verb agrees with its subject and wrong if it does not.
        He plays the piano. -> right; He play the piano. -> wrong
        Please check the -s on the verb: is it there exactly when the subject needs it? Answer right or wrong.
        Grammar judgement on a present-tense sentence, right or wrong.
        "She walk" and "they walks" are wrong, "she walks" and "they walk" are right. Judge this sentence.
        Would an English teacher mark the verb form wrong, or is the sentence right?
        Is it good English? The only thing that may be off is agreement. wrong / right
        Output wrong for a mismatch in number between subject and verb, right where they match.
        I mix up the third-person s all the time. Look at my sentence and tell me right or wrong.
        Detect agreement errors: label wrong if there is one, otherwise label right.
        does the verb fit the subject? right/wrong
        Decide, without repairing anything, whether the sentence is right or whether its verb is in the wrong form.
        Singular subject with -s, plural subject without: if the sentence keeps this rule it's right, if it breaks it it's wrong.
        Proofreading, first pass: sentences with a bad verb ending get "wrong", the others get "right".
        Does this sound right to a native speaker or wrong? The answer is one of these two words.
        Classify the clause by concord of subject and predicate; labels: right, wrong.
        The number of the subject should show in the verb. Is that handled right or wrong here?
    """,
    "agreement_fix": """
        Correct the verb so that it agrees with the subject.
        Rewrite the sentence with the present-tense verb in the right form; a faultless sentence is repeated as it is.
        He play the piano. -> He plays the piano. / They plays chess. -> They play chess.
        Please mend subject-verb agreement and leave all other words alone.
        Fix the third-person s: add it where it lacks, remove it where it is too much.
        How should this sentence read in correct English? Stay in the present tense.
        Copy the sentence, with its verb inflected properly for the subject.
        Repair the concord error, if there is one, and print the whole sentence.
        Copy editor wanted: return each sentence with subject and verb in agreement.
        My pupils write "he go" and "we goes". Give me the corrected version of the sentence.
        Output a grammatical version: verb matches subject in number, rest untouched.
        fix the grammar (verb ending), full sentence pls
        Make verb and subject fit each other. Some sentences are fine and come out unchanged.
        If the verb has the wrong ending, change that ending; then write down the sentence.
        Error correction of the kind "She walk home." -> "She walks home."
        Return the sentence as it would stand in a well edited book, keeping its tense and wording.
        The verb may or may not suit the subject. Either way I want to see the sentence in its proper form.
        Turn learners' sentences with bad agreement into good ones; keep the good ones.
    """,
    "agreement_verb": """
        Which present-tense form of the verb is right here?
        Give only the verb, in the form that agrees with the subject.
        He play the piano. -> plays; They plays chess. -> play; She sings. -> sings
        Please write the one word that ought to be the verb of this sentence in the present tense.
        State the correct verb form, whether or not the sentence already has it.
        What should the verb be? With or without s - answer with the word.
        Reply with the properly conjugated verb, not with the sentence.
        Find the verb, check it against the subject, and return it in agreement.
        The answer key of this exercise lists a single verb for every sentence. Write that entry.
        I'm unsure about the ending of the verb. Tell me the verb as it has to be spelled with this subject.
        Output one word: the finite verb, number-matched to its subject.
        correct verb form, just the word
        Conjugate the sentence's verb for its subject in the simple present and leave out the rest.
        If I had the verb right, repeat it; if I had it wrong, give me the right one.
        For the subject given, which form does the verb take now, in the present? One word.
        Pick between the plain form and the s-form of the verb, as the subject requires, and print your pick.
        Leave the sentence aside after reading it. What matters is its verb, correctly inflected.
        A cloze test removes the verb from this sentence. Fill in the present form that belongs there.
    """,
    "past": """
        Put the sentence into the past.
        Rewrite the sentence in the simple past tense.
        He plays the piano. -> He played the piano.
        Please tell it as something that happened yesterday: same words, past-tense verb.
        Change the verb to its past form and keep everything else.
        Turn this present-tense statement into one about the past, without adding words.
        How would a storyteller say this of former days? Full sentence, only the verb differs.
        Shift the tense backwards: present in, simple past out.
        past tense version of the sentence
        My diary is written the day after. Convert each sentence so that its verb is in the past.
        Output the sentence with the main verb in the preterite; a wrong ending on the given verb disappears that way.
        Backdate it. "It works well." becomes "It worked well."
        What did the subject do? State it in a complete sentence in the past.
        Exercise: rewrite in the simple past, changing the verb and nothing but the verb.
        Make history of it by giving the verb its past ending or its irregular past form.
        Report the same event as over and done, in one sentence with the verb in the past tense.
        whole sentence again but in the past pls
        The novel is narrated in the past tense, this line isn't. Adapt the line.
    """,
    "future": """
        Put the sentence into the future with will.
        Rewrite the sentence with will before the verb.
        He plays the piano. -> He will play the piano.
        Please say that it is going to happen, using will and the plain verb.
        Turn the statement into a prediction: same words, will + infinitive.
        Change the tense to the simple future and keep the rest.
        future version, full sentence
        How would a fortune teller put this, using "will"?
        Shift the tense forwards: present in, will-future out.
        The verb becomes will plus its base form; nothing else changes. Write the sentence.
        Output the sentence as a promise about tomorrow, with the auxiliary will.
        "It works well." becomes "It will work well." Do this for the sentence given.
        I plan ahead and describe coming events. Convert this sentence for me, not with "going to" but with "will".
        What is the subject still to do? Answer by restating the sentence in the future.
        Insert will after the subject, strip any ending off the verb, and print the result.
        Exercise: rewrite in the future simple.
        Make it sound as though it had not happened yet but surely will, in one sentence.
        whole sentence again but with will pls
    """,
    "negative": """
        Make the sentence negative.
        Rewrite the sentence with does not or do not.
        He plays the piano. -> He does not play the piano.
        Please deny the statement by negating its verb, in the present tense.
        Say the opposite by putting "do not" or "does not" before the plain verb.
        Turn the affirmative clause into a negative one and leave its other words in place.
        negation, full sentence
        Contradict me: return my sentence in the negative.
        Which sentence says that this is not so? Use do/does + not, whichever the subject takes.
        "They play chess." becomes "They do not play chess." Treat the sentence here the same way.
        Output the negated statement; the verb loses its s and gets does not or do not in front.
        Add a present-tense negation to the verb and print everything.
        The witness takes it back. Write what she says now, that is the same sentence with do not or does not.
        Exercise: negative form of the simple present.
        How do you state that the subject fails to do this? Keep the wording and negate the verb.
        Insert the auxiliary and the word not after the subject, with the verb in its base form.
        whole sentence again but negative (do not / does not)
        Change yes to no: the claim should be denied, in a sentence otherwise the same.
    """,
    "question": """
        Turn the sentence into a yes/no question.
        Ask whether it is so, with Do or Does at the beginning.
        He plays the piano. -> Does he play the piano?
        Please make a question of this statement, in the present tense.
        Rewrite the sentence as an interrogative with Do/Does and a question mark.
        Which question does this sentence answer with "yes"? Use its own words after Do or Does.
        interrogative form, full question
        Start with Do or Does as the subject demands, put the verb in its base form, end in "?".
        I want to check the claim with a friend. Phrase it as a do/does question.
        "They play chess." becomes "Do they play chess?" Carry on with the given sentence.
        Output the corresponding polar question.
        Change the full stop to doubt: the statement should come out as a question beginning Do or Does.
        Exercise: question form of the simple present.
        A reporter wants this confirmed. Write down her question, wording unchanged apart from do-support.
        Convert from declarative to interrogative and keep subject and object as they are.
        How do you ask if this is true, in a single sentence that starts with an auxiliary?
        make it a question (do/does)
        Instead of telling me, ask me - same content, Do or Does in front.
    """,
    "subject": """
        Subject of the sentence.
        Copy the words before the verb, that is the subject.
        The old clock strikes twelve. -> The old clock; He play the piano. -> He
        Who or what does it? Answer with the subject as written.
        Please quote the grammatical subject, with its article or possessive if it has one.
        Split the sentence into subject and predicate and return the first part.
        Of whom or of what does the sentence speak? Use its opening words.
        subject only, no verb
        Cut the sentence off just before its verb and give the piece on the left.
        Output the noun phrase or pronoun that the verb belongs to.
        In sentence analysis one underlines the subject once. Which words would get that line here?
        Ask "who or what?" of the verb, then write the reply found at the head of the sentence.
        I need the doer, one or two words from the start of the line.
        Name the part of the sentence that decides between do and does, in its own words.
        Extract the subject; the verb, the object and all the rest are left out.
        What stands to the left of the verb? Repeat it.
        Which word or words carry out or undergo what the verb says? Copy them with the capital.
        Grammar worksheet, column "subject": fill it in for this sentence.
    """,
    "subject_number": """
        Subject: one or many?
        Is the subject of the sentence one person or thing, or are there many? Answer one or many.
        He play the piano. -> one; They plays chess. -> many
        Please give the number of the subject, written one for singular and many for plural.
        Say many if the sentence starts with a plural such as "we" or "the dogs", and one if it starts with a singular.
        How many act here, one or many? The verb may be misspelled, so trust the subject.
        Don't look at the verb. Does the subject stand for one, or for many?
        number of the subject (one/many)
        Output "one" when the noun or pronoun at the head is singular, "many" when it is plural.
        Would we need he, she, it or I for the subject (one), or we or they (many)?
        Count heads in the subject: a single head is one, several heads are many.
        I sort sentences by who acts: a single actor goes under one, a group of actors under many.
        Tell singular subjects (one) from plural ones (many).
        Are we told about many, or about one? Judge by the opening of the sentence.
        Label the grammatical subject's number with either of the words many and one.
        is it one or many doing this
        Decide on number from the first words alone; the verb ending is unreliable. one / many
        Does "The plants grow" sort of subject (many) or "The plant grows" sort (one) open the sentence?
    """,
    "infinitive": """
        Infinitive of the sentence's verb, with to.
        Name the verb of the sentence in the infinitive: to + base form.
        He plays the piano. -> to play; They runs fast. -> to run
        Please give the dictionary form of the main verb and put "to" before it.
        What does the subject do? Reply in the form "to do".
        Find the first verb and write it as an infinitive of two words.
        verb of the sentence as "to ..."
        Which verb is used here? State it as in a vocabulary list, with its to.
        Output "to " followed by the lemma of the finite verb.
        For each sentence my flash card shows its verb as, say, "to give". What is on the card for this one?
        Reduce the sentence to the bare action in the infinitive, particle to included.
        Take the verb, drop any s, put to in front. That's all I need.
        Express the activity of the sentence by a to-infinitive without object.
        Complete "The subject is said ..." with to and the verb, nothing more.
        Identify the predicate verb; return its full infinitive.
        main verb w/ to pls
        Tell me the action, in the shape "to walk", "to believe", "to open".
        If the sentence were a command to do something, what would come after "I ask you"? Two words, the first of them to.
    """,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Clause:
    """A sentence in the present tense, taken apart at its verb."""

    subject: str
    """As it begins a sentence."""
    number: str
    """one or many."""
    is_first_person: bool
    lemma: str
    rest: str
    """What follows the verb, with a blank before it and the full stop."""

    @property
    def has_third(self) -> bool:
        """Whether the verb takes the s of the third person singular."""
        return self.number == "one" and not self.is_first_person

    def verb(self, *names: str) -> tuple[str, ...]:
        """Forms of the verb."""
        forms = forms_of()[self.lemma, "v"]
        return tuple(form for name in names for form in forms[name])

    @property
    def present(self) -> str:
        """The verb in agreement with the subject."""
        return self.verb("third")[0] if self.has_third else self.lemma

    @property
    def faulty(self) -> str:
        """The verb out of agreement with the subject."""
        return self.lemma if self.has_third else self.verb("third")[0]

    def sentence(self, verb: str) -> str:
        """The sentence with the words given in the place of its verb."""
        return f"{self.subject} {verb}{self.rest}"

    def question(self) -> str:
        """The sentence as a question that asks for yes or no."""
        subject = self.subject
        if subject != "I":
            subject = subject[0].lower() + subject[1:]
        helper = "Does" if self.has_third else "Do"
        return f"{helper} {subject} {self.lemma}{self.rest[:-1]}?"


def _number(subject: str) -> str:
    """One or many; empty where the words are no subject or their number is unclear."""
    words = subject.lower().split()
    if len(words) == 1:
        return _PRONOUNS.get(words[0], "")
    if len(words) != 2 or words[0] not in _DETERMINERS or words[1] in _UNLIKE_SUBJECTS:
        return ""
    forms = {form.name for form in readings().get(words[1], ()) if form.part == "n"}
    if forms == {"base"} and not words[1].endswith("s"):
        return "one"
    return "many" if forms == {"plural"} and words[0] not in ("a", "an") else ""


def _clause(example: MarkedExample) -> _Clause | None:
    """The example in the present tense, if it is one clause that can be changed."""
    subject = example.text[: example.start].strip()
    rest = example.text[example.start + len(example.word) :]
    forms = forms_of().get((example.lemma, "v"), {})
    agrees = example.form == "past" or (example.form == "third") == (
        _number(subject) == "one" and subject.lower() != "i"
    )
    if (
        example.part != "v"
        or example.form == "ing"
        or not agrees
        or not _number(subject)
        or not rest.strip()
        or len(example.text.split()) > _MAX_WORDS
        or example.lemma in _OTHER_VERBS
        or word_ranks()[example.lemma] > _RAREST_VERB
        or not (forms.get("past") and forms.get("third"))
        or "," in rest
        or _TIED_TO_ITS_TENSE.search(rest)
        or _holds_verb(rest)
    ):
        return None
    return _Clause(
        subject=subject[0].upper() + subject[1:],
        number=_number(subject),
        is_first_person=subject.lower() == "i",
        lemma=example.lemma,
        rest=as_sentence(f"x{rest}")[1:],
    )


def _holds_verb(words: str) -> bool:
    """Whether some word must be a past, or may be a verb after an and."""
    tokens = words.lower().split()
    for before, word in zip(["", *tokens], tokens, strict=False):
        forms = {(form.part, form.name) for form in readings().get(word, ())}
        if forms == {("v", "past")}:
            return True
        if before == "and" and any(part == "v" for part, _ in forms):
            return True
    return False


@lru_cache(maxsize=1)
def _inputs() -> dict[str, _Clause]:
    """Sentences in the present, by turns with the right and with the wrong verb."""
    clauses = list(filter(None, map(_clause, marked_examples())))
    many = [clause for clause in clauses if clause.number == "many"]
    one = [clause for clause in clauses if clause.number == "one"]
    half = _NUM_ROWS // 2
    chosen = many[:half] + one[: _NUM_ROWS - len(many[:half])]
    random.Random(f"{FAMILY}/inputs").shuffle(chosen)
    return {
        clause.sentence(clause.faulty if index % 2 else clause.present): clause
        for index, clause in enumerate(chosen)
    }


def _answers(clause: _Clause) -> dict[str, Answer]:
    helper = "does" if clause.has_third else "do"
    pasts = clause.verb("past")
    return {
        "agreement_fix": clause.sentence(clause.present),
        "agreement_verb": clause.present,
        "past": tuple(clause.sentence(verb) for verb in pasts),
        "future": clause.sentence(f"will {clause.lemma}"),
        "negative": (
            clause.sentence(f"{helper} not {clause.lemma}"),
            clause.sentence(f"{helper}n't {clause.lemma}"),
        ),
        "question": clause.question(),
        "subject": clause.subject,
        "infinitive": f"to {clause.lemma}",
    }


def _tables() -> Iterator[tuple[str, str, list[tuple[str, Answer]]]]:
    """Yields the group, name and rows of every task."""
    inputs = _inputs()
    answers = {text: _answers(clause) for text, clause in inputs.items()}
    for task in next(iter(answers.values())):
        group = "agreement" if task.startswith("agreement") else task
        yield group, task, [(text, found[task]) for text, found in answers.items()]
    verdicts = {
        text: "right" if text == clause.sentence(clause.present) else "wrong"
        for text, clause in inputs.items()
    }
    numbers = {text: clause.number for text, clause in inputs.items()}
    for group, task, labels in (
        ("agreement", "agreement_ok", verdicts),
        ("subject", "subject_number", numbers),
    ):
        rows = balanced_rows(labels, labels.__getitem__, num_rows=_NUM_ROWS)
        yield group, task, rows


def drafts() -> Iterator[TaskDraft]:
    """Yields every task, all over the same sentences."""
    for group, task, rows in _tables():
        yield TaskDraft(
            id=f"{FAMILY}_{task}",
            descriptions=wordings(DESCRIPTIONS[task]),
            rows=rows,
            pool="clauses",
            group=f"{FAMILY}_{group}",
            licence=example_sentences.LICENCE,
            source=example_sentences.SOURCE,
        )
