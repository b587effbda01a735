"""Dates family: parts and notations of calendar dates and clock times."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Iterator

from training.catalogue.drafting import balanced, wordings
from training.catalogue.source import Answer, TaskDraft

FAMILY = "dates"
PACKAGES = ()
LICENCE = "CC0-1.0"
SOURCE = "Python standard library"
NUM_INPUTS = 320

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December",
)  # fmt: skip
SEASONS = ("winter", "spring", "summer", "autumn")
PARTS_OF_DAY = ("night", "morning", "afternoon", "evening")
CENTURIES = {18: "19th", 19: "20th", 20: "21st"}

BALANCED_TASKS = ("quarter", "season", "century", "part_of_day", "am_or_pm")
GROUPS = {"to_12_hour": "dates_clock_notation", "to_24_hour": "dates_clock_notation"}

Date = datetime.date
Time = datetime.time


def twelve_hour(time: Time) -> str:
    """Writes a time such as 3:05 PM."""
    return f"{time.hour % 12 or 12}:{time.minute:02d} {_half_of_day(time)}"


def _half_of_day(time: Time) -> str:
    return "AM" if time.hour < 12 else "PM"


DATE_ANSWERS: dict[str, Callable[[Date], str]] = {
    "year": lambda date: str(date.year),
    "month_name": lambda date: MONTHS[date.month - 1],
    "day_number": lambda date: str(date.day),
    "month_number": lambda date: str(date.month),
    "us_format": lambda date: f"{date.month:02d}/{date.day:02d}/{date.year}",
    "german_format": lambda date: f"{date.day:02d}.{date.month:02d}.{date.year}",
    "long_english": lambda date: f"{date.day} {MONTHS[date.month - 1]} {date.year}",
    "quarter": lambda date: f"Q{(date.month + 2) // 3}",
    "season": lambda date: SEASONS[date.month % 12 // 3],
    "decade": lambda date: f"{date.year // 10 * 10}s",
    "century": lambda date: CENTURIES[date.year // 100],
}
TIME_ANSWERS: dict[str, Callable[[Time], str]] = {
    "to_12_hour": twelve_hour,
    "part_of_day": lambda time: PARTS_OF_DAY[time.hour // 6],
    "hour": lambda time: str(time.hour),
    "minutes": lambda time: str(time.minute),
    "am_or_pm": _half_of_day,
}


def dates() -> list[Date]:
    """Samples days of three centuries, avoiding the years that end one."""
    generator = random.Random(f"{FAMILY}/dates")
    days: set[Date] = set()
    while len(days) < NUM_INPUTS:
        century = generator.choice(sorted(CENTURIES))
        year = 100 * century + generator.randint(1, 99)
        days.add(Date(year, generator.randint(1, 12), generator.randint(1, 28)))
    return sorted(days)


def times() -> list[Time]:
    """Samples minutes of the day, as many in every hour."""
    generator = random.Random(f"{FAMILY}/times")
    return [
        Time(hour, minute)
        for hour in range(24)
        for minute in sorted(generator.sample(range(60), 14))
    ]


def drafts() -> Iterator[TaskDraft]:
    """Yields every task of the family."""
    days = dates()
    for task, date_answer in DATE_ANSWERS.items():
        rows = [(day.isoformat(), date_answer(day)) for day in days]
        yield _draft(task, "iso_dates", rows)
    clock = times()
    for task, time_answer in TIME_ANSWERS.items():
        rows = [(f"{time:%H:%M}", time_answer(time)) for time in clock]
        yield _draft(task, "clock_times", rows)
    rows = [(twelve_hour(time), f"{time:%H:%M}") for time in clock]
    yield _draft("to_24_hour", "twelve_hour_times", rows)


def _draft(task: str, pool: str, rows: list[tuple[str, str]]) -> TaskDraft:
    identifier = f"{FAMILY}_{task}"
    answers: list[tuple[str, Answer]] = [*rows]
    if task in BALANCED_TASKS:
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
    "year": """
        year
        Which year is it? Keep only the four digits of the year.
        Take the year out of the date.
        From YYYY-MM-DD return YYYY.
        Please tell me in what year this day fell.
        1987-03-21 -> 1987
        I group photos by year, so strip month and day from each date I paste.
        Print the part of the date before the first hyphen.
        Year component of an ISO 8601 date.
        Forget the month and the day; what remains?
        On a timeline marked with years, where does this date go? Give the four-figure number.
        Shorten the date to its year.
        give year only (4 digits)
        The wine cellar sorts bottles by vintage. From a bottling date such as 1987-03-21 they need 1987 and no more.
        Of the three numbers in the date, copy the longest.
        Don't say the decade or the century; say the very year this day lies in.
        For the birth register, enter the year of birth that belongs to this full birth date.
        I wonder which year's calendar I must take from the shelf to find this day in it.
    """,
    "month_name": """
        month name in English
        Which month is it? Write its full English name.
        Turn the two middle digits of the date into the name of the month.
        1987-03-21 -> March
        Please name the month this day belongs to, spelled out and capitalised.
        Return January, February, ... or December according to the date.
        A wall calendar shows one page per month. Which page do I open for this date?
        Given an ISO date, answer with the month in words.
        I'd like to know the month, not as a number but as a word.
        Month in letters (e.g. August), without year or day.
        Read 01 as January, 02 as February and so on, and report the month of the date.
        Spell the month.
        write month as english word, first letter big
        Our magazine names its issues by month. For an issue dated 1987-03-21 the cover says March; what does it say for this date?
        Take the number between the hyphens, 01 to 12, and tell me what that month is called in English.
        In which month does the anniversary of this day fall? A name is wanted, not a figure and not an abbreviation.
        The garden diary has twelve chapters from January to December. Put the heading of the chapter in which this day belongs.
        Neither day nor year, please, just the month's full name as an English speaker would say it.
    """,
    "day_number": """
        day of the month
        Which day of the month is it? A plain number without a leading zero.
        Keep only the day: 1987-03-07 -> 7.
        Return the number after the second hyphen, dropping a zero in front.
        Please give me the day as a number between 1 and 31.
        From the date, remove year and month.
        What number do I circle on the calendar page?
        DD part of YYYY-MM-DD, as an integer.
        My rent is due on a certain day of each month; read that day number off the date.
        Neither the year nor the month matters here, just the day's number, like 21.
        Day component of an ISO date, unpadded.
        The 5th, the 18th, ...: say which day it is, but with digits only.
        day number, no zero before
        An advent calendar has little doors with numbers on them. If each month had one, which door would be opened on this date?
        The nurse notes only the day of each visit because month and year stand on top of the sheet: 1987-03-07 becomes 7, 1987-03-21 becomes 21.
        Take the last two digits of the date; if the first of the two is a zero, leave it away.
        On the which-th is the rent paid? Write 5 rather than 05 or "fifth".
        How many days of its month have begun when this date is reached? Give the figure.
    """,
    "month_number": """
        month as a number
        Which month of the year is it, from 1 to 12?
        Keep the month and drop a leading zero: 1987-03-21 -> 3.
        Return the integer between the two hyphens.
        Please give the month in digits, January being 1.
        MM part of YYYY-MM-DD, unpadded.
        My form has a month box that takes 1 up to 12; fill it from the date.
        Month index (one-based) of the day.
        Neither year nor day: only the month, and as a figure, e.g. 11.
        How many months have begun in that year up to and including this date?
        Say 8 for August, 12 for December, etc., depending on the date shown.
        The numeral of the month, without words and zeros in front.
        month as number, 1 to 12, no zero before
        The budget table has columns numbered 1 to 12 for the months. Into which column does an expense of this date go?
        May is 5 and October is 10; say it this way for the date in front of you, and never write the month's name.
        Take the two digits in the middle of the date and write 4 instead of 04.
        Our star signs app first wants the month of the birthday as an integer. Please supply it.
        Which position has this date's month in the row January, February, March ...?
    """,
    "us_format": """
        American date format
        Write the date as MM/DD/YYYY.
        Rearrange to month, day, year with slashes: 1987-03-21 -> 03/21/1987.
        How would an American write this date in figures?
        Please convert ISO dates to the US style with two-digit month and day.
        Month first, then day, then year, separated by "/".
        I'm filling in a form from the United States; turn my date into theirs.
        Output %m/%d/%Y.
        Change the date's notation for readers in New York.
        Use slashes and put the year at the end and the month at the front.
        From 2004-11-08 make 11/08/2004, and likewise for other days.
        US numeric date please.
        mm/dd/yyyy please
        Our supplier in Chicago misreads the dates on our invoices. Write each of them his way: month, day and four-digit year, with a slash in between.
        The 21st of March 1987 must appear as 03/21/1987 and not as 21/03/1987 or 1987-03-21.
        For a customs declaration on arrival at JFK airport, put down this date in the customary numeric style of the country.
        Take the year from the front of the date, hang it on at the end, and turn the hyphens into slashes.
        How does a calendar app set to "English (United States)" show this day in short digits, zeros included?
    """,
    "german_format": """
        German date format
        Write the date as DD.MM.YYYY.
        Rearrange to day, month, year with dots: 1987-03-21 -> 21.03.1987.
        How would somebody in Berlin write this date in figures?
        Please convert the ISO date to the style common in Germany, with full stops between the numbers.
        Day first, then month, then year, separated by ".".
        Output %d.%m.%Y.
        Our office in Munich wants dates with dots, so change each one accordingly.
        Reverse the order of the three parts and join them with points.
        Datum in deutscher Schreibweise (TT.MM.JJJJ).
        From 2004-11-08 make 08.11.2004.
        Dotted date notation, keeping both leading zeros, ending in the year.
        dd.mm.yyyy please
        The tax office in Hamburg accepts dates like 21.03.1987 and nothing else. Bring mine into this shape.
        Day and month change places with the year, and points take the place of the hyphens; zeros stay.
        For the German edition of our almanac, dates must be set with dots: the day, the month, the year with four digits.
        How would the date stand on an identity card from Cologne?
        No slashes and no month names; two digits, a full stop, two digits, a full stop, four digits, beginning with the day.
    """,
    "long_english": """
        date written out in English
        Write the date with the month in words: 1987-03-21 -> 21 March 1987.
        Day number, month name, year, with spaces and no leading zero.
        How would a British letter show this date?
        Please turn this computer date into a readable one such as 5 July 2012.
        Spell the month, keep day and year as figures, day first.
        For an invitation I want the date in long form (day, name of the month, full year).
        Convert YYYY-MM-DD into "D Month YYYY".
        The long date, British order.
        Make the date human: 1850-12-01 reads 1 December 1850.
        Expand the ISO notation to text, without commas and without "th".
        Format the day as in a history book: "6 June 1944".
        like 21 March 1987 please
        On our wedding cards, dates aren't given as 2012-07-05 but as 5 July 2012. Write the date on this card.
        The speaker of the evening news reads a day, a month's name and a year from the prompter. What does the prompter show, with figures for day and year?
        No hyphens, no zeros in front, no "of" or "the": first the day, then the name of the month, and last the year.
        A gravestone in Yorkshire shows this date with the month in letters. How does the engraving read?
        Set the date in the style of a British newspaper, three parts separated by blanks.
    """,
    "quarter": """
        quarter of the year
        Which quarter does the date belong to? Answer Q1, Q2, Q3 or Q4.
        January to March is Q1, April to June Q2, July to September Q3, the rest Q4.
        Return the calendar quarter with a capital Q, for example Q3.
        Please assign this booking date to its business quarter.
        Accounting needs Q1-Q4 for every date.
        Split the year into four blocks of three months and name the block the day is in, as Q plus number.
        1987-05-30 -> Q2
        In which quarterly report does this day appear? Q1, Q2, Q3 or Q4.
        Fiscal quarter, assuming that the fiscal year is the calendar year; write it like Q4.
        Label the date with its three-month period: Q1/Q2/Q3/Q4.
        Date to quarter converter.
        quarter pls: Q1 / Q2 / Q3 / Q4
        Our sales chart has four bars a year, Q1 to Q4. To which bar do you add a sale of this day?
        A day in February is Q1, a day in June is Q2, a day in August is Q3 and a day in November is Q4. Label mine.
        VAT returns are due every three months. For the date of this receipt, name the return, writing Q and a digit.
        Divide the month by three, round up, and put the letter Q in front of the result.
        Don't mention month or year, only the quarter in its short form (a capital letter and a number).
    """,
    "season": """
        season
        Is it winter, spring, summer or autumn on this date (northern hemisphere)?
        Name the season by month: December to February is winter, March to May spring, June to August summer, September to November autumn.
        Which season does the day fall in? Use the word autumn rather than fall.
        Classify the date as spring, summer, autumn or winter.
        1987-07-04 -> summer
        Please tell me what time of the year this is in Europe, out of the four seasons.
        I plan my wardrobe by season; name the one for this day.
        Meteorological season of an ISO date, in lower case.
        Snow, blossom, sunshine or falling leaves? Answer with winter, spring, summer or autumn.
        Four-way label for the part of the year: winter | spring | summer | autumn.
        Look at the month in the date and give the season it belongs to.
        what season: winter / spring / summer / autumn
        A shop window is decorated four times a year, from the first of March, June, September and December on. What does it show on this date - spring, summer, autumn or winter?
        The hikers' club labels its photos by season instead of date. A photo of 1987-10-02 got the label autumn; give the label of this one.
        For a European farmer, does this day belong to the cold months from December (winter), the sprouting ones from March (spring), the hot ones from June (summer) or the harvest ones from September (autumn)?
        Don't follow the solstices; whole months count, so all of June is summer and all of March is spring. Give the season in lower case.
        Vivaldi wrote one concerto for each: spring, summer, autumn, winter. Which would suit this day?
    """,
    "decade": """
        decade
        Which decade is it? Write it like 1980s.
        Replace the last digit of the year by 0, add s, and drop the rest of the date.
        1987-03-21 -> 1980s
        Please say which ten-year period the date falls into, e.g. 2010s.
        The music of this day belongs to the ...? Give the decade in figures with an s.
        Bucket dates by decade (1850s, 1960s, 2000s).
        My archive has one drawer per ten years; print the label on the drawer for this date.
        Return the decade in the form YYY0s.
        Were these the 1890s, the 1920s, the 2030s or another such time?
        Round the year down to tens and put an s behind it.
        Name the era to the nearest ten years below, in the style of "the 1970s" without "the".
        decade pls with s, like 1980s
        The radio station has shows named after decades. A song recorded on 1964-05-02 is played in the 1960s show; in which show is one of this date played?
        Cut the year down to its first three digits and add 0s.
        Fashion historians don't care for exact days. Write the ten years in which this one lies as a number ending in 0s.
        If grandfather said he was young "in the ...", meaning this date, which decade would he say? All four digits and an s, please.
        Don't write eighties or '80s; the full figure with s is needed, for whatever decade the date lies in.
    """,
    "century": """
        century
        Which century does the date belong to? Answer 19th, 20th or 21st.
        Years 1801-1900 are 19th, 1901-2000 are 20th, 2001-2100 are 21st.
        Give the century as an ordinal, for instance 1987-03-21 -> 20th.
        Please tell me what century this day is in; figures plus th or st.
        History class: put every date in the 19th, 20th or 21st century.
        Was this in the eighteen-hundreds, nineteen-hundreds or two-thousands? Reply 19th, 20th or 21st respectively.
        Century label of an ISO date, ordinal numeral only.
        I'd like to sort documents by hundred-year period; write 19th, 20th or 21st for each.
        Add one to the first two digits of the year and make it an ordinal.
        18xx -> 19th, 19xx -> 20th, 20xx -> 21st
        Name the hundred years in which this day lies, by number and ending.
        19th, 20th or 21st?
        The museum has three floors, labelled 19th, 20th and 21st by century. On which floor is a letter with this date kept?
        A date beginning with 18 gets 19th, one beginning with 19 gets 20th, one beginning with 20 gets 21st.
        People often get it wrong: the year 1950 is in the 20th century, not in the 19th. Get it right for the date given, and write just the ordinal.
        In which century would a history book put this day? Leave out the word century.
        Give the hundred-year period as in "the 20th", without the article, for any date from 1801 to 2099.
    """,
    "to_12_hour": """
        12-hour clock
        Convert the time to AM/PM notation.
        Write the time the American way: 15:05 -> 3:05 PM.
        How does this 24-hour time look on a 12-hour clock, with AM or PM after it?
        Please rewrite military time so that my grandmother can read it, e.g. 9:30 PM.
        Hours above 12 lose twelve and get PM, 00 becomes 12 AM.
        Output h:mm followed by a space and AM or PM in capitals.
        My alarm clock only knows AM and PM. What do I set for this time?
        Change from the 24-hour system to the twelve-hour system.
        Railway time in, everyday English time with AM/PM out.
        %H:%M to %I:%M %p without a zero in front of the hour.
        00:20 gives 12:20 AM and 12:20 gives 12:20 PM; transform the time accordingly.
        am/pm time please, 15:05 -> 3:05 PM
        American guests can't read our programme, where a concert begins at 19:30. For them it has to be 7:30 PM. Do it for this time.
        Leave the minutes as they are, bring the hour between 1 and 12, and write AM before noon or PM from noon on.
        A wristwatch with twelve numbers stands next to a digital clock with twenty-four. Say what the watch's owner would write down, capital AM or PM at the end.
        The doctor's appointments are stored as 08:15 or 16:40 but announced as 8:15 AM or 4:40 PM. How is this one announced?
        Not just AM or PM but the whole time in the twelve-hour style, hour without a zero in front.
    """,
    "part_of_day": """
        night, morning, afternoon or evening?
        Which part of the day is it? 00-05 night, 06-11 morning, 12-17 afternoon, 18-23 evening.
        Classify the clock time as morning, afternoon, evening or night.
        Should I say good morning, good afternoon, good evening or good night? Print the last word, from midnight to six being night.
        Divide the day into four equal quarters called night, morning, afternoon and evening, starting at midnight, and name the right one.
        Please tell me the daytime period in one word, like afternoon for 14:45.
        07:10 -> morning, 19:10 -> evening
        Is the sun rising, high, setting or gone? Answer in terms of morning, afternoon, evening, night.
        Four labels for a time: before six it is night, before noon morning, before eighteen hours afternoon, and then evening.
        I tag diary entries with the period of the day (night/morning/afternoon/evening); tag this one.
        Daypart of a 24-hour time, six hours each, lower case.
        Say in a word what period of the day the clock shows: night is 00:00 to 05:59, and the other three follow at six-hour steps.
        say night / morning / afternoon / evening, new one begins at 0, 6, 12 and 18 o'clock
        The hotline has four shifts of six hours each: night from 00:00, morning from 06:00, afternoon from 12:00, evening from 18:00. Who gets a call that comes in at this time?
        23:10 is still evening and 00:10 is night; 11:59 is still morning and 12:00 is afternoon. Decide on the time given.
        In the novel no clock times may appear. Replace this one with night, morning, afternoon or evening, by quarters of the day.
        Would a reporter write "in the morning", "in the afternoon", "in the evening" or "at night"? Up to six o'clock counts as night, and one noun is enough.
        Don't repeat the time and don't say AM or PM, but name the quarter of the day, from night (first) to evening (last).
    """,
    "hour": """
        hour
        What is the hour? Drop the minutes and any zero in front.
        Keep the number before the colon: 07:45 -> 7.
        Return the hour of the 24-hour time as an integer.
        Please tell me the full hour that has passed, from 0 to 23.
        Hours only.
        Where is the short hand, on a dial with 24 hours? Use the last full hour.
        Truncate the time to its hour, e.g. 18:59 gives 18.
        I count visitors by hour and need that number from each time stamp.
        HH part of HH:MM without padding.
        Cut everything from the colon on and write the rest as a number.
        Hour component of the clock time.
        just the hour number pls
        Our parking meter charges by the hour begun, so it stores 7 for 07:45 and 18 for 18:59. What does it store now?
        How often would a clock with 24 strokes have struck at this moment?
        Hours and minutes are divided by a colon. I'm interested in the left side, as a plain number without a leading zero.
        Don't round up: at 09:58 the answer is still 9.
        For a chart with twenty-four columns, 0 to 23, find the column that this moment falls in.
    """,
    "minutes": """
        minutes
        How many minutes past the hour is it?
        Keep the number after the colon without a leading zero: 07:05 -> 5.
        Return the minute of the time as an integer.
        Please tell me just the minutes, from 0 to 59.
        Ignore the hour.
        Where is the long hand? Give the minute it points to.
        The bus leaves every hour at the same minute; read that minute from the time.
        MM part of HH:MM, unpadded.
        Cut everything up to the colon and write the rest as a number, e.g. 18:59 gives 59.
        Minute component of the clock time.
        How long ago did the clock strike the hour, counted in minutes?
        only minutes, without zero in front
        Trains on this line leave every hour, and the poster shows merely the minutes. For a train at 07:05 it says 5; what does it say for this one?
        Hours and minutes are divided by a colon. I'm interested in the right side, as a plain number without a leading zero.
        Not the hour, but how far the hour has gone on: a figure between 0 and 59.
        At 18:59 the answer is 59, at 18:00 it is 0. What is it at the time given?
        For a dial with sixty marks, find the mark where the minute hand is.
    """,
    "am_or_pm": """
        AM or PM?
        Is the time before or after noon? Write AM or PM.
        Which half of the day is it: AM for 00:00 to 11:59, PM for the rest.
        14:30 -> PM
        Please say whether this 24-hour time is AM or PM.
        Output the two capital letters that a 12-hour clock would add.
        If the hour is below 12 print AM, else print PM.
        Ante meridiem or post meridiem? Use the abbreviation, upper case and without dots.
        I write times with AM and PM but my watch shows 24 hours, so tell me which of both applies.
        Binary label for a time of day (AM/PM).
        Has midday passed? PM if yes, AM if no.
        Midday divides the day in two; name the half with AM or PM.
        AM/PM?
        The label printer makes times such as 2:30 PM and asks us for the two letters at the end. The input is the time on the 24-hour clock.
        Breakfast at 08:00 is AM, supper at 19:00 is PM, midnight (00:00) is AM, noon (12:00) is PM. And this one?
        Don't convert the time, I do this myself; just tell me if AM or PM comes behind it.
        A pill has to be taken twice a day, and the box has the compartments AM and PM. Into which one does the pill for this time go?
        Would an Englishman say "in the morning" (AM) or "in the afternoon" or "evening" (PM)? Hours after midnight count as morning.
    """,
    "to_24_hour": """
        24-hour clock
        Convert AM/PM time to 24-hour time.
        Write the time in military style with a colon: 3:05 PM -> 15:05.
        How would a European railway timetable print this time?
        Please drop AM or PM and give the hour from 00 to 23 with two digits.
        PM adds twelve hours except at 12 itself; 12 AM is 00.
        Output HH:MM on the 24-hour scale.
        My phone shows 9:30 PM, but the form wants 21:30. Do that for my time.
        Change from the twelve-hour system to the 24-hour system.
        12-hour notation in, 24-hour notation out.
        %I:%M %p to %H:%M
        12:20 AM gives 00:20 and 12:20 PM gives 12:20; transform the time likewise.
        without am/pm please, 3:05 PM -> 15:05
        Our flight computer does not know AM and PM. A landing at 9:05 PM must be typed in as 21:05, and one at 9:05 AM as 09:05.
        Remove the letters at the end, and for times after noon make the hour bigger by twelve; two digits before the colon, two after it.
        American friends wrote what time they arrive. How would a German, a Frenchman or a soldier note that time?
        From half past midnight (12:30 AM, 00:30) to a minute before it (11:59 PM, 23:59): bring the given time to the clock that counts through the day.
        How does a digital watch that counts up to 23:59 show this AM or PM time?
    """,
}
