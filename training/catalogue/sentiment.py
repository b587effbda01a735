"""Sentiment family: how good, bad or strong the feeling of a word or emoticon is."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import lru_cache

from training.catalogue.drafting import balanced, wordings
from training.catalogue.source import Answer, TaskDraft, open_wheel, read_text
from training.catalogue.words import WORDS_PACKAGES, is_vulgar, word_ranks

FAMILY = "sentiment"
VADER = "vaderSentiment==3.3.2"
TEXTBLOB = "textblob==0.20.1"
PACKAGES = (VADER, TEXTBLOB, *WORDS_PACKAGES)

Rows = list[tuple[str, Answer]]

_RAREST_WORD = 15_000
_NUM_PAIRS = 320
# Raters of the lexicon scored from -4 to 4; beyond this spread they disagreed.
_WIDEST_SPREAD = 1.0

DESCRIPTIONS = {
    "polarity": """
        Word polarity: positive or negative.
        Does the word carry a positive or a negative feeling? Answer positive or negative.
        Sentiment of one word. Output "positive" or "negative".
        Label each word by its emotional tone, e.g. delight -> positive, disaster -> negative.
        Please judge if this word sounds favourable (positive) or unfavourable (negative).
        Classify the input by valence using the words positive and negative in full.
        I analyse customer vocabulary word by word. Tell me whether a term is positive or negative.
        When somebody uses this word, is the mood likely to be positive or negative?
        Sentiment lexicon entry: given the headword, write its polarity class (positive / negative).
        Is it a nice word or a nasty one? Say positive for nice, negative for nasty.
        Decide between "positive" and "negative" from the connotation of the word alone.
        Two-way opinion classifier for single words, labels spelled out as positive and negative.
        positive / negative
        is the word positive or negative, full word pls
        We screen product names in advance. If the suggestion rings agreeable note positive, if it rings disagreeable note negative.
        No smileys and no grades of strength: "positive" for warm words, "negative" for cold ones.
        comfort is positive and theft is negative; what is the word I give?
        A marketing team seeks someone who can hear at once whether a term attracts customers (positive) or puts them off (negative).
    """,
    "thumbs": """
        Thumbs up or down? up / down
        React to the word with "up" if it is something good and "down" if it is something bad.
        Where does the thumb point, up or down? A pleasant word gets up, an unpleasant one gets down.
        Like a judge in the arena, answer the word with up (approval) or down (disapproval).
        hope -> up, failure -> down. What about the next word?
        Give me only the direction of the thumb for this word.
        We show ratings as arrows. Write up for a word of praise or joy and down for a word of blame or pain.
        Please vote on the word: "up" when its meaning is welcome, "down" when it is unwelcome.
        Would the word lift a person's spirits or lower them? Reply up or down.
        rating of the word, one of: up, down
        Imagine the word as a comment under a video and choose the matching thumb, up or down.
        Print "up" for words with good associations, "down" for words with bad associations.
        up/down
        thumbs up or down for this one? write up or down
        In our vocabulary app one swipes. A welcome word is swiped up, an unwelcome one down. In which direction does this one go?
        Neither positive nor negative is understood by the machine, just the two directions: up for good things, down for bad.
        comfort goes up and theft goes down; where goes the word I give?
        The crowd cheers (up) or boos (down) as each word is read out. Report the crowd.
    """,
    "smiley": """
        Answer the word with :) or :(
        Which face fits the word, :) for a happy meaning or :( for an unhappy meaning?
        Put a smiley :) after good words and a frowny :( after bad words; print just the face.
        I chat in emoticons only. Turn each word I send into :) or :( according to how it makes people feel.
        Reply with the two characters :) when the word is cheerful and with :( when it is gloomy.
        friendly gives :) and cruel gives :(
        Please draw the face people would make on hearing the word, smiling :) or frowning :(
        Emoticon sentiment: :) or :(
        Convert the connotation of the word to a typed face, using a colon followed by ) for pleasant and by ( for unpleasant.
        Does the word deserve a smile or a frown? Show it as :) or :(
        Output :( for anything sad, harmful or annoying and :) for anything kind, useful or delightful.
        The sticker for each vocabulary card is a happy face :) or a sad face :(, depending on the feeling of the word.
        :) / :(
        reply w a smiley, :) if its a good word :( if bad
        Feedback from small children is collected by stickers, :) beside what they like and :( beside what hurts. Stick one beside this word.
        Write no letters at all. A colon with a closing bracket stands for gladness, a colon with an opening bracket for sorrow.
        comfort :) theft :( and now this word, which mouth has it?
        Your texting friend answers a pleasant word with :) and a nasty one with :( and never says more. What does the friend send?
    """,
    "strength": """
        Strong or weak feeling?
        Say whether the emotion in the word is strong or weak, no matter if it is good or bad.
        How intense is the word? Answer strong for extreme words and weak for mild ones.
        Rate emotional intensity with two labels, strong and weak. "Horrible" and "superb" are strong, "okay" and "unclear" are weak.
        Ignore the direction of the sentiment and report its force: strong or weak.
        Does this word hit hard or softly? Write strong if hard, weak if softly.
        Please mark words with a powerful emotional charge as strong and words with little charge as weak.
        I tone down my letters. For each word I need to know if it is strong (then I replace it) or weak (then it stays).
        intensity label for a sentiment word: strong / weak
        Would a calm person choose this word, or does it take real passion? Calm is weak, passion is strong.
        Measure the loudness of the feeling, not its sign; the result is strong or weak.
        Between "strong" and "weak", pick the adjective that describes the emotional weight of the word.
        force: strong / weak
        is it a strong or a weak emotion word (good or bad doesnt matter)
        The radio censor lets through weak words of praise and blame, but stops strong ones. Write strong or weak, the way he decides.
        Good and bad play no part here. What matters is whether the feeling is big (strong) or small (weak).
        Both ecstasy and terror are strong; both agreeable and annoyance are weak. Place the word.
        On a thermometer of emotions would the word stand near boiling, be it joy or rage (strong), or be just lukewarm (weak)?
    """,
    "signed_level": """
        Sentiment as signs: ++ + - --
        Write ++ for a very positive word, + for a mildly positive one, - for a mildly negative one and -- for a very negative one.
        How does the word score on a four-step scale made of plus and minus signs (++, +, -, --)?
        wonderful is ++, useful is +, doubt is -, murder is --. Score the given word.
        Grade the feeling of a word with one or two signs. Two signs mean strong, one sign means mild; plus is good, minus is bad.
        Output ++, +, - or -- depending on both the direction and the strength of the word's sentiment.
        My spreadsheet column accepts only ++, +, - and --. Fill it in for this word.
        Please rate the word like a school report would, from double plus down to double minus.
        Combine polarity and intensity in one code: sign for polarity, doubled when intense.
        four-class valence of the word (double plus / plus / minus / double minus, written as signs)
        Is the word great (++), fine (+), not so fine (-) or dreadful (--)? Answer with the signs.
        Express the emotional value of the input using nothing but plus or minus characters, doubling them for extremes.
        ++ / + / - / --
        score it ++ + - or --
        Restaurant critics of our paper give ++ to a triumph, + to a decent meal, - to a slight letdown and -- to a disaster. Treat the word like a meal.
        Don't use digits or words; one sign for a slight feeling, two equal signs for a violent one, plus when pleasant and minus when not.
        love ++, agree +, late -, torture --
        If the scale ran from -- at the worst through - and + to ++ at the best, on which mark would the word sit?
    """,
    "more_positive": """
        The more positive word of the two.
        Two words are joined by "or". Write the one with the better feeling.
        Which of the words sounds nicer? Copy that word.
        Compare the sentiment of both words and output the higher one.
        "joy or pain" -> joy; "crime or help" -> help
        Please choose the word that would please people more.
        If you had to put one of these words on a greeting card, which one? Answer with the word.
        Select the more favourable member of the pair.
        I want my text to sound friendlier, so tell me which of the two words to prefer.
        Print the winner of the pair in terms of positivity.
        Of the pair, repeat the word with the more pleasant connotation.
        happier word of the pair
        the nicer of the two
        which of the 2 is the better word, write it
        The mayor can only promise one of these in her speech, and of course takes what voters like more. Write what she takes.
        Not left or right, please, but the word itself; the one that warms the heart more, or chills it less.
        From "theft or comfort" take comfort, from "late or torture" take late.
        Given the choice between these two, what would any sane person wish for?
    """,
    "more_negative": """
        The more negative word of the two.
        Two words are joined by "or". Write the one with the worse feeling.
        Which of the words sounds nastier? Copy that word.
        Compare the sentiment of both words and output the lower one.
        "joy or pain" -> pain; "crime or help" -> crime
        Please choose the word that would upset people more.
        One of these words should be kept out of a friendly letter. Which one?
        Select the more unfavourable member of the pair.
        I am removing unpleasant vocabulary and drop one word of each pair; name the word to drop.
        Print the loser of the pair in terms of positivity.
        Of the pair, repeat the word with the more unpleasant connotation.
        sadder or harsher word of the pair
        the worse of the two
        which of the 2 is the worse word, write it
        The insurance pays for just one of these events, the one that hurts more. Write which it is.
        Not left or right, please, but the word itself; the one that chills the heart more, or warms it less.
        From "theft or comfort" take theft, from "late or torture" take torture.
        Given the choice between these two, what would any sane person rather avoid?
    """,
    "same_side": """
        Same side or mixed?
        Write "same" if both words are good or both are bad, and "mixed" if one is good and the other bad.
        Do the two words share their polarity? Answer same or mixed.
        Look at the feeling of each word. Equal signs are same, different signs are mixed.
        "joy or love" -> same, "pain or crime" -> same, "joy or crime" -> mixed
        Please tell whether the words of the pair agree in being positive or negative (same) or not (mixed).
        Label the pair of words as same or mixed according to their sentiments.
        I group words by mood. Would these two land in one group (same) or in two groups (mixed)?
        polarity agreement: same | mixed
        Is it a uniform pair or a bittersweet one? Say same for uniform and mixed for bittersweet.
        Output mixed when a pleasant word stands beside an unpleasant one; output same otherwise.
        Check that both words pull in one emotional direction. If so reply same, if they pull apart reply mixed.
        polarity: same / mixed
        are they both good or both bad (same), or one of each (mixed)
        The florist's cards carry two words each. Cards with a kind and an unkind word are returned as mixed, the others are stamped same.
        Don't tell which word is good. Only tell if the two feelings are alike (same) or contrary (mixed).
        comfort or theft: mixed. theft or torture: same. comfort or love: same.
        Multiply the signs of both words: a plus times a minus is reported as mixed, two equal signs as same.
    """,
    "better_position": """
        Where is the better word, left or right?
        Of the two words around "or", say on which side the more positive one stands: left or right.
        Answer with the position of the nicer word, not with the word itself. Positions are left and right.
        joy or pain -> left; crime or help -> right
        Two words sit on a bench. Is the friendlier one sitting on the left or on the right?
        Compare the feelings of both words; write left when the first wins and right when the second wins.
        Please point to the happier half of the phrase by typing left or right.
        I click on the half I like more. Tell me which half has the better connotation, "left" or "right".
        position of the more favourable word (left/right)
        The scale tips towards the more pleasant word. To which side does it tip? left or right
        Output the word left if the text before "or" is more positive than the text after it; if not, output right.
        Which side of the pair would you keep to stay cheerful? Reply left or right only.
        nicer side (left / right)
        which side has the better word, left or right
        A donkey stands before "or" with one word on each side and walks to the more agreeable. Does it walk left or right?
        Please never copy a word. left means the word before "or" is the kinder of the two, right means the one behind it is.
        theft or comfort -> right; late or torture -> left
        In our app the user taps the half with the more favourable term. Name the half tapped: left, right.
    """,
    "emoticon": """
        Emoticon: happy or sad?
        Say if the text emoticon expresses a happy or a sad mood.
        Which mood does this typed face show? Answer happy or sad.
        Read the punctuation as a face and report happy for smiles and laughter, sad for frowns and anger.
        My grandmother cannot read faces made of brackets and colons. Tell her "happy" or "sad".
        Classify ASCII emoticons into two moods, happy and sad.
        :-) is happy and :-( is sad; label the given one.
        Please translate the little face into the word happy or the word sad.
        emoticon sentiment (happy / sad)
        Turn your head sideways and look: is it smiling (happy) or unhappy, cross or upset (sad)?
        Output happy for positive emoticons and sad for negative ones.
        Decide which of the words happy and sad a person meant when typing these characters.
        :? -> happy / sad
        is this face happy or sad
        Old chat logs are full of faces made of punctuation. For our archive put down happy where the writer felt fine and sad where not.
        No emoji and no description; the mood behind the characters, "happy" or "sad", suffices.
        :D counts as happy and :'( as sad. What does mine count as?
        I am too old for this signs. Is the person who sends it happy, or is she sad?
    """,
    "subjectivity": """
        Adjective: subjective or objective?
        Tell if the adjective expresses an opinion (subjective) or a fact that can be checked (objective).
        Would people argue about this quality? If so write subjective, if it can be verified write objective.
        Label the adjective subjective when it voices taste or feeling and objective when it merely describes.
        beautiful -> subjective, wooden -> objective
        A news editor bans opinion words. Mark every adjective as "subjective" (banned) or "objective" (allowed).
        Is this a word of judgement or a word of description? Answer subjective or objective.
        Please sort the adjective into one of two classes: subjective or objective.
        opinion or fact: classify the adjective as subjective/objective
        Can the property be measured or looked up? Then it is objective. Does it lie in the eye of the beholder? Then it is subjective.
        Output the word subjective for evaluative adjectives and the word objective for neutral, factual ones.
        State whether the describing word depends on the speaker's view, answering subjective, or does not, answering objective.
        objective / subjective
        is the adjective an opinion (subjective) or a fact (objective)
        The court reporter may only use adjectives a camera could confirm. Those are objective; the ones that betray her taste are subjective. Judge this one.
        Whether it is praise or blame does not matter. If two honest people may disagree on it write subjective, else objective.
        lovely is subjective, monthly is objective. Do the same to the adjective I give.
        Could the adjective stand in a patent or a timetable? Then objective. Does it belong in a review or a love letter? Then subjective.
    """,
}


def _lexicon() -> Iterator[tuple[str, float, float]]:
    """Yields every token of the rated lexicon with its mean score and its spread."""
    text = read_text(open_wheel(VADER), "vaderSentiment/vader_lexicon.txt")
    for line in text.splitlines():
        token, score, spread, _ = line.split("\t")
        yield token.strip(), float(score), float(spread)


@lru_cache(maxsize=1)
def scored_words() -> dict[str, float]:
    """Common clean words whose score the raters agreed on, from -4 to 4."""
    return {
        token: score
        for token, score, spread in _lexicon()
        if spread <= _WIDEST_SPREAD
        and abs(score) >= 0.8
        and word_ranks().get(token, _RAREST_WORD) < _RAREST_WORD
        and re.fullmatch(r"[a-z]{3,}", token)
        and not is_vulgar(token)
    }


def _word_rows(
    task: str, label: Callable[[float], str]
) -> Iterator[tuple[str, Answer]]:
    rows = [(word, label(score)) for word, score in scored_words().items()]
    kept = [(word, answer) for word, answer in rows if answer]
    return balanced(kept, seed=f"{FAMILY}/{task}", at_most=320)


def _strength(score: float) -> str:
    """Strong or weak, or nothing between the two."""
    if abs(score) >= 2.3:
        return "strong"
    return "weak" if abs(score) <= 1.3 else ""


def _signed_level(score: float) -> str:
    """One sign for a mild score, two for a strong one, nothing in between."""
    sign = "+" if score > 0 else "-"
    return {"strong": 2 * sign, "weak": sign}.get(_strength(score), "")


def _pairs() -> Iterator[tuple[str, str]]:
    """Yields the better and the worse word of pairs with clearly unlike scores."""
    generator = random.Random(f"{FAMILY}/pairs")
    scores = scored_words()
    names = sorted(scores)
    num_mixed = num_same = 0
    while num_mixed + num_same < _NUM_PAIRS:
        worse, better = sorted(generator.sample(names, 2), key=lambda w: scores[w])
        is_mixed = scores[worse] < 0 < scores[better]
        far_apart = scores[better] - scores[worse] >= 1.0
        if far_apart and (num_mixed if is_mixed else num_same) < _NUM_PAIRS // 2:
            num_mixed += is_mixed
            num_same += not is_mixed
            yield better, worse


@lru_cache(maxsize=1)
def scored_pairs() -> dict[str, tuple[str, str]]:
    """Texts such as `joy or pain` with the better and the worse word."""
    generator = random.Random(f"{FAMILY}/order")
    return {" or ".join(generator.sample(pair, 2)): pair for pair in _pairs()}


def _emoticon_rows() -> Iterator[tuple[str, Answer]]:
    """Yields emoticons with a clear mood; bare letters and words are left out."""
    moods = {
        token: "happy" if score > 0 else "sad"
        for token, score, _ in _lexicon()
        if abs(score) >= 0.7 and not re.search(r"[a-z0-9]{2}|^\w+$|&", token.lower())
    }
    return balanced(moods.items(), seed=f"{FAMILY}/emoticon")


def _subjectivity_rows() -> Iterator[tuple[str, Answer]]:
    """Yields adjectives that are clearly opinions or clearly facts in all senses."""
    text = read_text(open_wheel(TEXTBLOB), "textblob/en/en-sentiment.xml")
    pattern = r'form="([a-z]+)"[^>]* pos="JJ"[^>]*subjectivity="([\d.]+)"'
    found: defaultdict[str, list[float]] = defaultdict(list)
    for form, subjectivity in re.findall(pattern, text):
        if word_ranks().get(form, 20_000) < 20_000 and not is_vulgar(form):
            found[form].append(float(subjectivity))
    rows = []
    for form, values in sorted(found.items()):
        if max(values) <= 0.2:
            rows.append((form, "objective"))
        elif min(values) >= 0.6:
            rows.append((form, "subjective"))
    return balanced(rows, seed=f"{FAMILY}/subjectivity")


def _same_side(pair: tuple[str, str]) -> str:
    better, worse = (scored_words()[word] for word in pair)
    return "mixed" if worse < 0 < better else "same"


WORD_LABELS: dict[str, Callable[[float], str]] = {
    "polarity": lambda score: "positive" if score > 0 else "negative",
    "thumbs": lambda score: "up" if score > 0 else "down",
    "smiley": lambda score: ":)" if score > 0 else ":(",
    "strength": _strength,
    "signed_level": _signed_level,
}
PAIR_LABELS: dict[str, Callable[[str, tuple[str, str]], str]] = {
    "more_positive": lambda _, pair: pair[0],
    "more_negative": lambda _, pair: pair[1],
    "same_side": lambda _, pair: _same_side(pair),
    "better_position": lambda text, pair: (
        "left" if text.startswith(f"{pair[0]} ") else "right"
    ),
}


def _rows() -> Iterator[tuple[str, str, Rows]]:
    """Yields the name, the pool and the rows of every task."""
    for task, label in WORD_LABELS.items():
        yield task, "scored_words", list(_word_rows(task, label))
    for task, answer in PAIR_LABELS.items():
        pairs = scored_pairs().items()
        rows: Rows = [(text, answer(text, pair)) for text, pair in pairs]
        yield task, "scored_pairs", rows
    yield "emoticon", "emoticons", list(_emoticon_rows())
    yield "subjectivity", "adjectives", list(_subjectivity_rows())


def drafts() -> Iterator[TaskDraft]:
    """Yields the tasks of this family."""
    groups = {"strength": "strength", "emoticon": "emoticon"}
    groups |= {"subjectivity": "subjectivity", "signed_level": "polarity"}
    for task, pool, rows in _rows():
        default = "pairs" if task in PAIR_LABELS else "polarity"
        yield TaskDraft(
            id=f"{FAMILY}_{task}",
            descriptions=wordings(DESCRIPTIONS[task]),
            rows=rows,
            pool=pool,
            group=f"{FAMILY}_{groups.get(task, default)}",
            licence="MIT AND PDDL-1.0" if task == "subjectivity" else "MIT",
            source="textblob 0.20.1"
            if task == "subjectivity"
            else "vaderSentiment 3.3.2",
        )
