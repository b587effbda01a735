"""Numbers family: one-step questions about whole numbers and pairs of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from training.catalogue.drafting import balanced, wordings
from training.catalogue.source import Answer, TaskDraft

FAMILY = "numbers"
PACKAGES = ()
LICENCE = "CC0-1.0"
SOURCE = "Python standard library"

ROMAN_DIGITS = (
    (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
    (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip

LABEL_TASKS = ("parity", "divisible_by_five", "compare_sign")
GROUPS = {
    "next": "numbers_neighbours",
    "previous": "numbers_neighbours",
    "larger": "numbers_comparison",
    "smaller": "numbers_comparison",
    "compare_sign": "numbers_comparison",
    "to_roman": "numbers_roman",
    "from_roman": "numbers_roman",
}


def roman(number: int) -> str:
    """Writes a number from 1 to 999 as a Roman numeral."""
    numeral = ""
    for value, digits in ROMAN_DIGITS:
        while number >= value:
            numeral += digits
            number -= value
    return numeral


INTEGER_ANSWERS: dict[str, Callable[[int], str]] = {
    "parity": lambda number: "odd" if number % 2 else "even",
    "next": lambda number: str(number + 1),
    "previous": lambda number: str(number - 1),
    "digit_count": lambda number: str(len(str(number))),
    "last_digit": lambda number: str(number)[-1],
    "first_digit": lambda number: str(number)[0],
    "reverse_digits": lambda number: str(number)[::-1],
    "divisible_by_five": lambda number: "no" if number % 5 else "yes",
    "negate": lambda number: f"-{number}",
    "percent": lambda number: f"{number}%",
    "pad_six": lambda number: f"{number:06d}",
    "round_tens": lambda number: str((number + 5) // 10 * 10),
    "plus_ten": lambda number: str(number + 10),
    "thousands_separator": lambda number: f"{number:,}",
}

PAIR_ANSWERS: dict[str, Callable[[int, int], str]] = {
    "larger": lambda left, right: str(max(left, right)),
    "smaller": lambda left, right: str(min(left, right)),
    "compare_sign": lambda left, right: "<" if left < right else ">",
    "swap_pair": lambda left, right: f"{right} and {left}",
}


def integers() -> list[int]:
    """Samples numbers of one to four digits, a third of them multiples of five."""
    generator = random.Random(f"{FAMILY}/integers")
    numbers = set(range(1, 10)) | set(generator.sample(range(10, 100), 55))
    numbers |= set(generator.sample(range(100, 1000), 90))
    numbers |= set(generator.sample(range(1000, 10000), 110))
    numbers |= set(generator.sample(range(10, 1000, 5), 45))
    numbers |= set(generator.sample(range(1000, 10000, 5), 55))
    return sorted(numbers)


def integers_to_999() -> list[int]:
    """Samples 300 numbers below a thousand, all those up to a hundred among them."""
    generator = random.Random(f"{FAMILY}/integers_to_999")
    return [*range(1, 101), *sorted(generator.sample(range(101, 1000), 200))]


def integer_pairs() -> list[tuple[int, int]]:
    """Samples pairs of unequal numbers, most of them with as many digits each."""
    generator = random.Random(f"{FAMILY}/integer_pairs")
    pairs: dict[tuple[int, int], None] = {}
    while len(pairs) < 340:
        digits = generator.choice((1, 2, 3))
        other = generator.choice((digits, digits, max(1, digits - 1)))
        left = generator.randrange(10 ** (digits - 1), 10**digits)
        right = generator.randrange(10 ** (other - 1), 10**other)
        if left != right:
            pairs[generator.choice(((left, right), (right, left)))] = None
    return list(pairs)


def drafts() -> Iterator[TaskDraft]:
    """Yields every task of the family."""
    numbers = integers()
    for task, answer in INTEGER_ANSWERS.items():
        rows = [(str(number), answer(number)) for number in numbers]
        yield _draft(task, "integers", rows)
    pairs = integer_pairs()
    for task, answer_pair in PAIR_ANSWERS.items():
        rows = [
            (f"{left} and {right}", answer_pair(left, right)) for left, right in pairs
        ]
        yield _draft(task, "integer_pairs", rows)
    numerals = [(str(number), roman(number)) for number in integers_to_999()]
    yield _draft("to_roman", "integers_to_999", numerals)
    reverse = [(numeral, number) for number, numeral in numerals]
    yield _draft("from_roman", "roman_numerals", reverse)


def _draft(task: str, pool: str, rows: list[tuple[str, str]]) -> TaskDraft:
    identifier = f"{FAMILY}_{task}"
    answers: list[tuple[str, Answer]] = [*rows]
    if task in LABEL_TASKS:
        answers = list(balanced(rows, seed=identifier))
    return TaskDraft(
        id=identifier,
        descriptions=wordings(DESCRIPTIONS[task]),
        rows=answers,
        pool=pool,
        group=GROUPS.get(task, identifier),
        licence=LICENCE,
        source=SOURCE,
    )


DESCRIPTIONS = {
    "parity": """
        Odd or even?
        Say whether the number is odd or even.
        You get a whole number; reply with the word "odd" or the word "even" and nothing else.
        Can this number be split into two equal whole halves? Write even if it can, odd if it cannot.
        parity of an integer: odd / even
        Please look at the number's last digit and tell me if the number is even or odd.
        Classify whole numbers by parity. For instance 14 -> even and 233 -> odd.
        I'm dealing house numbers to two sides of a street: answer even or odd for the one I type.
        Label the integer as odd or even, in lower case.
        If dividing by two leaves a remainder, output odd; otherwise output even.
        Is it an odd number or an even one? One word, please.
        Parity checker wanted: takes an integer such as 7, gives back its parity (here: odd).
        even / odd
        is this nr odd or even pls
        The dance teacher pairs everybody up. Write even if nobody is left without a partner at this head count, odd if somebody is.
        Do not calculate the half; just name the parity, e.g. 58 even, 301 odd.
        Cars may drive on alternate days depending on their plate number being odd or even. Which of the two is this plate?
        We hire a sorter: numbers ending in 0, 2, 4, 6 or 8 go to "even", the remaining ones to "odd".
    """,
    "next": """
        next number
        Add one to the number.
        What whole number comes right after this one?
        Count one step further: 41 -> 42.
        Given an integer, return its successor.
        Please tell me which number follows the one I give you when counting up.
        Increase the value by exactly 1 and print the result as digits.
        I'm numbering tickets; I paste the last number used and want the one that comes next.
        n becomes n + 1
        Keep counting! After 99 you say 100, after 730 you say 731. Give the number after mine.
        Increment the integer.
        Write the number that is one larger than the input, for example 2009 -> 2010.
        n+1
        one more pls
        The bakery's display shows the customer just served. Which number lights up when the clerk presses the button?
        Don't skip any and don't count down: the answer is the integer directly above, e.g. 88 after 87.
        A child says a number, and grandfather goes on counting with the following one. Be the grandfather.
        Which number has the next house if every number is used, even and odd? 19 -> 20.
    """,
    "previous": """
        previous number
        Subtract one from the number.
        Which whole number stands right before this one?
        Count one step back, so 41 -> 40.
        Return the predecessor of the given integer.
        We are counting down; please say the number that follows mine in the countdown.
        Lower the value by exactly 1 and print what you get.
        n becomes n - 1
        Decrement the integer.
        The page I have open is the input, and I want the number of the page before it.
        Answer with the number that is one smaller, e.g. 2010 -> 2009.
        Going backwards from 100 you reach 99; do the same single step back for the number shown.
        n-1
        one less pls
        The counter clicked once too often, so give the reading it should have, one lower.
        Don't count up: we want the integer directly below, e.g. 87 for 88.
        I was yesterday on page so-and-so, today I am on this page, each day is one page. What page was yesterday?
        One guest has just left the room. How many remain out of the number I type?
    """,
    "digit_count": """
        number of digits
        How many digits does the number have?
        Count the digits and answer with that count.
        Tell me how long the number is when it is written out, measured in digits.
        Output 1, 2, 3 or 4: the quantity of digits in the integer.
        For 58 the answer is 2, for 4071 the answer is 4, because you count digits.
        I enter a PIN and would like to know its length.
        Please say how many figures are needed to write this number.
        Digit counter: 7 -> 1, 812 -> 3.
        Work out the length of the decimal notation of the number.
        Is it a one-, two-, three- or four-digit number? Reply with just the numeral.
        Given a whole number, report the size of its digit string.
        digits: how many?
        how many digits has it got, just say the count
        The door lock wants a code with a given number of places. Tell us how many places this code occupies, 305 occupying 3.
        Do not add the digits up; count them, zeros included, and put the count in figures.
        Length of the numeral as typed, for instance 4 for 1200 and 1 for 8.
        How often must one press a key on the telephone to dial this number?
    """,
    "last_digit": """
        last digit
        What digit does the number end in?
        Give the units digit of the number.
        Copy only the rightmost figure: 5836 -> 6.
        Return the remainder of the number after dividing by ten.
        Drop everything but the final digit and show me that digit.
        Please tell me the last digit of what I type.
        I sort receipts by how their number ends, so answer with the closing digit of each.
        Units place of an integer, e.g. 417 gives 7 and 90 gives 0.
        From the number, keep the digit in the ones position.
        Which figure is furthest to the right?
        The answer is a single digit, the one the number finishes with.
        ones digit
        only the last figure of the nr
        Rubbish is collected on the day that matches the closing digit of your customer number. Print that digit.
        Not the whole number and not the first digit; the one at the right end will do: 2047 is 7.
        The number modulo 10, please.
        If an odometer shows this number, what is to be seen on its fastest wheel?
    """,
    "first_digit": """
        first digit
        What digit does the number begin with?
        Give the leading digit of the number.
        Copy only the leftmost figure, so 5836 -> 5.
        Return the most significant digit of the integer.
        Throw away all digits after the first one.
        Please name the digit that opens this number.
        For a Benford's law tally I need the starting digit of every number I send.
        Leading figure, e.g. 417 gives 4 and 90 gives 9.
        Which figure is furthest to the left?
        Read the number from the left and stop after one digit.
        One digit is wanted: whichever the number starts with.
        most significant digit
        only the figure it starts with pls
        In our hotel the room number opens with the floor, a single digit. Give the floor: 305 is on 3.
        Not the last digit, nor how many there are: the one at the left end is asked for.
        If the display breaks down except for its leftmost place holding a figure, what does it still show?
        Definition: the digit of highest place value, as 9 in 912 or 6 in 67.
    """,
    "reverse_digits": """
        digits reversed
        Write the number backwards.
        Reverse the order of the digits; keep any zeros, e.g. 120 -> 021.
        What do you see when you hold this number up to a mirror and read its digits the other way round?
        Read the digits from right to left and write them down in that order.
        Please turn the digits around: 4813 becomes 3184.
        Flip the digit string end to end.
        I type a number and want it spelled with its last digit first and its first digit last.
        Output the same digits in the opposite order.
        Number reversal. Example: 57 -> 75.
        Return str(n)[::-1] for the given integer n.
        Mirror-image numbers: for 9021 you would answer 1209.
        digits back to front
        flip the number around, zeros too
        The stamp was cut as a mirror image, so the figures come out in opposite order: 1750 is printed as 0571.
        Don't subtract or negate anything; the same figures are wanted from the last to the first.
        Arabic is read right to left; read my number that way too and type what you read, digit after digit.
        A palindrome tester first needs the backward form of the number, e.g. 302 -> 203. Deliver it.
    """,
    "divisible_by_five": """
        multiple of five? yes or no
        Can the number be divided by 5 without a remainder? Answer yes or no.
        Say yes if the number belongs to the five times table, otherwise no.
        Check divisibility by 5 and respond with yes/no.
        Does this number end in 0 or 5? Reply yes or no.
        I want to hand out the items in groups of five with none left over; tell me yes if that works and no if not.
        yes for 35, no for 36: is the input divisible by five?
        Test whether n mod 5 equals zero, answering "yes" or "no".
        Please tell me, with a plain yes or no, if five goes into this number evenly.
        Could I pay this amount using only 5 euro notes? yes or no
        A yes/no classifier for multiples of 5.
        Decide if counting in fives from zero ever hits this number; the output is yes or no.
        5 | n ? yes/no
        can u divide it by 5 with nothing left, yes or no
        Eggs at our farm leave in boxes of five. Say yes if this many eggs fill whole boxes and no if one box stays partly empty.
        Do not carry out the division; tell only whether five is a factor (yes) or isn't (no).
        60 is yes, 61 is no, 65 is yes: follow the rule of the fives.
        Would a clock's minute hand, jumping by five, land on this count? Answer with yes or no.
    """,
    "negate": """
        negative of the number
        Put a minus sign in front of the number.
        Change the sign: 47 -> -47.
        What is the additive inverse of this number?
        Give the opposite number, the one that adds up with it to zero.
        Please make this positive number negative.
        Multiply by minus one.
        Every amount I type is an expense, so write it as a negative value.
        Mirror the number at zero on the number line.
        n becomes -n, for instance 903 turns into -903.
        Output the negated integer.
        Take the number, flip it below zero and print it with its minus.
        -n
        make it minus
        In our ledger withdrawals carry a minus in front, so 250 is booked as -250. Book the sum.
        Don't subtract anything from it; the digits stay and merely get a "-" put directly before them.
        So many degrees above freezing are given; write the same number of degrees below, with its sign.
        Please give the number of the other side from zero, by example for 18 the answer -18.
    """,
    "percent": """
        add a percent sign
        Write the number as a percentage, simply by putting % after it.
        Append the % symbol without a space.
        How would you write this figure as a percent value? Like 45 -> 45%.
        Please attach a percent sign to the end of my number.
        Format the integer as percent: 7 gives 7%.
        My table column holds percentages without their sign; put the sign on.
        The output is the input followed immediately by %.
        Turn "250" into "250%", and do likewise for any other number.
        Percentage notation for a bare number.
        Number in, number with the per cent symbol out.
        Suffix each value with the character used for per hundred.
        n -> n%
        stick a % on the end, no space
        The poll results came through without their sign. Each figure needs the per cent mark right behind it: 52 becomes 52%.
        Do not multiply or divide by a hundred; the digits stay and % follows them.
        How does a shop window print this discount, the sign included and nothing else?
        A typesetter is needed who adds to every bare figure the symbol for per hundred, e.g. 8 -> 8%.
    """,
    "pad_six": """
        zero-pad to six digits
        Fill the number up with leading zeros until it has six digits.
        Write the number as a six-figure code, for example 482 -> 000482.
        Left-pad with 0 to width 6.
        Please put as many zeros in front as it takes to make the number six characters long.
        Our invoice numbers always have six places; bring this one into shape with zeros at the left.
        What does the number look like in the format %06d?
        Output exactly six digits, the number at the right and zeros before it.
        Six-place notation with zeros in front (7 becomes 000007).
        I give a counter value and need it as a fixed-width field of 6 digits.
        Prefix zeros so that 1905 reads 001905 and shorter numbers line up with it.
        Make it six digits long without changing its value.
        000000 format
        zeros in front until its 6 digits long
        The membership cards are embossed with six places: member 93 gets 000093. What is embossed for this member?
        Don't put zeros behind the number and don't go past six characters; the filling comes first.
        An odometer with six wheels shows the number of kilometres. Write down all six wheels.
        str(n).zfill(6)
    """,
    "round_tens": """
        round to the nearest ten
        Round the number to tens.
        Which multiple of 10 is closest? A final 5 rounds up.
        Give the number rounded to the nearest 10, e.g. 483 -> 480 and 487 -> 490.
        Please round this off so that it ends in a zero, going up from 5.
        Approximate the value to the tens place.
        I only need rough figures: give mine to the nearest ten.
        Round half up to a whole number of tens.
        If the last digit is 0 to 4 go down to the ten below, if 5 to 9 go up to the ten above.
        About how much is it, in full tens? 72 is about 70.
        Rounding exercise: nearest ten, ties upwards.
        Replace the number by the nearest number divisible by ten.
        ~ tens
        round it to the closest 10 (5 goes up)
        Our price tags show no odd cents, only full tens: 62 turns to 60, 65 to 70, 68 to 70. Tag this price.
        Neither hundreds nor thousands: the result is the multiple of ten that lies nearest, the upper one in a tie.
        The speaker says "about 340 people" when 337 came. What number will he say here?
        How do you round this to a number that ends with zero? With five at the end one goes high.
    """,
    "plus_ten": """
        add ten
        Add 10 to the number.
        What do you get if you make this number ten larger?
        n -> n + 10
        Increase the value by ten and write down the result, like 34 -> 44.
        Ten more, please.
        Each player wins a bonus of 10 points; give the new score for the score I type.
        Jump ten steps forward on the number line.
        Compute the sum of the input and 10.
        The digit in the tens place goes up by one (carry if needed): 215 -> 225.
        How old will someone of this age be in ten years? Pure arithmetic, any number allowed.
        Report the number that lies ten above the one you are given.
        +10
        add 10 to it pls
        Delivery costs ten on top of the price I type. What is the customer to pay?
        Do not attach a zero; add the value of ten, so 8 gives 18 and 95 gives 105.
        The lift stops ten floors higher than where we got in. Which floor is that?
        A shopkeeper puts all prices up by 10. What stands on the new tag?
    """,
    "thousands_separator": """
        thousands comma
        Write the number with a comma between thousands and hundreds.
        Insert a comma as the thousands separator: 4821 -> 4,821; leave numbers under 1000 alone.
        Format it the American way, with commas grouping three digits.
        How is this number written in an English newspaper, with digit grouping?
        Please add the comma that makes big numbers easier to read, if one is needed.
        Group digits by three from the right using commas.
        My spreadsheet shows 7350 but I'd like 7,350; convert whatever I paste, small values stay as they are.
        Digit grouping with "," and no other change.
        Python's f"{n:,}" for the given integer.
        Punctuate the number: after the thousands digit comes a comma, and numbers with fewer than four digits have none.
        Return the integer in comma-separated notation, e.g. 1000 -> 1,000 and 12 -> 12.
        1,234 style
        put the comma in if its 1000 or more
        The annual report groups big figures by commas (6,480) and prints small ones plainly (648). Adapt this figure.
        No points, no blanks, no rounding; at most one comma is inserted, three digits from the right.
        How would an American bank statement print this whole amount, without dollar sign?
        2500 -> 2,500 but 250 -> 250
    """,
    "larger": """
        larger of the two
        Which of the two numbers is bigger?
        Return the maximum of the pair.
        Two numbers are joined by "and"; repeat the greater one.
        Pick the higher number: 47 and 12 -> 47.
        Please tell me which value is the largest here.
        Compare both and keep the one that is worth more.
        The input shows two scores, and the winner is the one with more points; give the winning score.
        max(a, b)
        Of both numbers, write the one further to the right on the number line.
        I can't decide between two offers. Name the higher figure.
        Drop the smaller number and leave the bigger.
        max of both
        the bigger one pls
        At the auction two sums were called. Write the sum that will win.
        Don't add them and don't swap them; just repeat whichever number has the higher value: 9 and 31 give 31.
        Two towers have these heights. How high is the taller?
        Here we are two brothers with two ages. Please to tell the age of the older.
    """,
    "smaller": """
        smaller of the two
        Which of the two numbers is less?
        Return the minimum of the pair.
        Two numbers are joined by "and"; repeat the lower one.
        Pick the smaller number, as in 47 and 12 -> 12.
        Please tell me which of these values is the least.
        Compare the two prices in the input and give me the cheaper.
        min(a, b)
        Keep the number that comes first when counting up from one.
        Golf rules: fewer strokes wins. Print the winning number of the two.
        Throw away the larger figure and show what remains.
        Of both numbers, write the one further to the left on the number line.
        min of both
        the lower one pls
        Two builders sent us quotes. Print the quote that costs us less.
        Don't subtract; simply repeat whichever number has the lower value: 9 and 31 give 9.
        Two runners, two times in seconds. In what time did the faster one finish?
        From two ages in the phrase, write the one of the younger person.
    """,
    "compare_sign": """
        < or >
        Which comparison sign belongs between the two numbers?
        Replace the word "and" by the right relation and output only that sign: < or >.
        Write > if the first number is greater than the second, < if it is less.
        Compare the left number with the right number and answer with one symbol.
        3 and 8 -> <, 8 and 3 -> >
        Please fill in the missing less-than or greater-than sign.
        The crocodile's mouth opens towards the bigger number. Draw it as < or >.
        Relation of a pair of integers, given as a single character.
        Does the first value exceed the second? Use the symbol > for that and < for the reverse.
        I have a worksheet with two numbers and an empty box between them; tell me which inequality sign goes into the box.
        Output the inequality operator that makes the pair a true statement.
        greater or less: > <
        which sign goes in the middle, < or >
        Maths homework: the word "and" hides a relation. Put down "<" where the left side loses and ">" where it wins.
        Do not copy any number; a lone < or > is the whole answer, e.g. 64 and 12 gives >.
        As a shell test, would it be left < right or left > right? Give the sign.
        An arrowhead points at the smaller of two neighbours. Is it drawn as > (right one is smaller) or < (left one is smaller)?
    """,
    "swap_pair": """
        swap the two numbers
        Exchange the places of the two numbers.
        Write the pair in the opposite order, e.g. 3 and 58 -> 58 and 3.
        Put the second number first and the first number second, keeping the word "and".
        What does the phrase read like with its numbers switched?
        Please flip the pair around for me.
        (a, b) becomes (b, a).
        My columns got mixed up: the left value should be on the right and vice versa.
        Reverse the order of the pair but not the digits inside.
        Return "y and x" for the input "x and y".
        Switch sides! 700 and 41 turns into 41 and 700.
        Turn the pair round so that it starts with the number it used to end with.
        b and a
        switch the 2 nrs, keep the and
        The home team was written second by mistake, so put both scores the other way about: 2 and 1 should read 1 and 2.
        Neither number may change in itself; the second one is now said first, with "and" in the middle.
        Two players exchange jerseys. Here are the numbers on the left and right player before; write left "and" right after it.
        Read the phrase from its second number to its first one, e.g. "18 and 240" as "240 and 18".
    """,
    "to_roman": """
        Roman numeral
        Write the number in Roman numerals.
        How would the ancient Romans have written this number?
        Convert Arabic digits to Roman numerals: 14 -> XIV.
        Please turn this number into capital letters I, V, X, L, C, D and M the Roman way.
        Chapter numbers in our book are Roman; give the right one for the number I type.
        Return the standard Roman form (subtractive notation, so 9 is IX and 40 is XL).
        Number to Roman numeral converter.
        For a clock face or a monument I need this value in Roman letters.
        Decimal in, Roman out, as in 250 -> CCL.
        Express the integer using the Roman number system.
        Encode the value with Roman symbols, upper case only.
        123 -> Roman
        in roman numbers pls, capitals
        The sculptor carves years and numbers as Caesar would: 26 as XXVI, 90 as XC. What is carved here?
        No digits from 0 to 9 may be in the answer, only letters of the Roman system.
        The pope with this ordinal number writes it behind his name in what letters?
        A volume of the encyclopaedia has this number; its spine must show it in the Latin fashion, uppercase.
    """,
    "from_roman": """
        Roman numeral to number
        What number is this Roman numeral?
        Decode the Roman numeral and write its value in ordinary digits.
        Convert from Roman to Arabic: XIV -> 14.
        Please read this inscription number for me and give it in normal figures.
        Letters such as X, V and I stand for a number; say which one.
        The film credits show a number in Roman letters and I'd like it in digits.
        Evaluate the numeral, remembering that IV is 4 and XC is 90.
        Return the integer value of a Roman number.
        Work out the decimal equivalent, e.g. CCL gives 250.
        Roman in, decimal out.
        Translate the old chapter numbering into modern numerals.
        Roman -> 123
        what nr is that in normal digits
        The spines of our old encyclopaedia say XXVI or XC, where the catalogue needs 26 or 90. Enter the catalogue number.
        Do not spell the number in words; figures are what should replace the Roman letters.
        Add or subtract the values of the letters (L is fifty, X is ten, I is one) and report the total in digits.
        I see on the church letters as L and X. Which number in our writing is it?
    """,
}
