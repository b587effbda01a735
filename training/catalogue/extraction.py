"""Extraction family: fields read out of invented one-sentence records."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from training.catalogue.drafting import wordings
from training.catalogue.source import TaskDraft, open_wheel, read_text

FAMILY = "extraction"
PACKAGES = ("mimesis==22.2.0",)
LICENCE = "MIT"
NUM_RECORDS = 360

ITEMS = (
    "lamps", "chairs", "notebooks", "candles", "kettles", "blankets", "mugs", "pillows",
    "umbrellas", "backpacks", "headphones", "keyboards", "garden hoses", "tea towels",
    "picture frames", "water bottles", "board games", "desk fans", "wall clocks",
    "paint brushes", "bicycle bells", "cutting boards", "sleeping bags", "door mats",
)  # fmt: skip
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December",
)  # fmt: skip
MAIL_DOMAINS = (
    "example.com", "example.org", "example.net", "mail.example", "post.example",
    "office.example", "studio.example", "club.example",
)  # fmt: skip
UNWANTED_NAMES = frozenset({"Dick", "Gay", "Randy", "Fanny", "Willy", "Cherry"})

ORDER_TEMPLATES = (
    "Order {order} for {name} in {city}: {quantity} {item}, {date}, total {amount}.",
    "{name} from {city} bought {quantity} {item} for {amount} on {date} (order {order}).",
    "On {date} we shipped {quantity} {item} to {name}, {city}; order {order}, {amount}.",
    "{quantity} {item} at {amount} altogether, ordered by {name} of {city} on {date} as {order}.",
    "Invoice {order}, {date}: {name}, {city}, owes {amount} for {quantity} {item}.",
    "{amount} was paid on {date} by {name} for {quantity} {item}, delivered to {city} under {order}.",
    "Please send {quantity} {item} (order {order}, {amount}) to {name} in {city} by {date}.",
    "{city} branch: {name} returned {quantity} {item} on {date}, refund {amount}, order {order}.",
    "Customer {name} placed order {order} on {date}: {quantity} {item}, {amount}, ship to {city}.",
    "{date}: parcel {order} with {quantity} {item} left for {city}, recipient {name}, value {amount}.",
    "We charged {name} {amount} for {quantity} {item}; order {order} reaches {city} on {date}.",
    "{order} is late: {name} in {city} has waited since {date} for {quantity} {item} worth {amount}.",
    "Total {amount} for {quantity} {item}. Buyer: {name}, {city}. Order {order} of {date}.",
    "Has order {order} arrived in {city}? {name} paid {amount} for {quantity} {item} on {date}.",
)
STAFF_TEMPLATES = (
    "{name} works as {a_job} at {company} in {city}.",
    "{company} hired {name} as {a_job} for its {city} office.",
    "In {city}, {company} is proud of its {job}, {name}.",
    "{name}, {job}, left {company} and moved away from {city}.",
    "Our new {job} in {city} is {name}, who comes from {company}.",
    "Meet {name}: {job} by day at {company}, neighbour in {city} by night.",
    "The {job} of {company}, {name}, lives in {city}.",
    "{city} news: {name} joins {company} as {a_job}.",
    "As {a_job} for {company}, {name} often travels to {city}.",
    "{company} ({city}) has promoted {name} to {job}.",
    "Ask {name} at {company}; nobody knows more than this {job} from {city}.",
    "Name: {name}. Job: {job}. Employer: {company}. Place: {city}.",
    "Born in {city}, {name} became {a_job} and later joined {company}.",
    "{name} of {city} applied to {company} for the post of {job}.",
)
CONTACT_TEMPLATES = (
    "Please email {email} or call {phone} and ask for {name} in {city}.",
    "My name is {name}, my number is {phone}, my email is {email} and I live in {city}.",
    "{name} from {city} can be reached at {phone} or {email}.",
    "For the {city} meeting write to {name} at {email}, phone {phone}.",
    "Call {phone} for {name} ({city}); if nobody answers, try {email}.",
    "{city}: {name}, tel. {phone}, {email}.",
    "{email} belongs to {name} of {city}, whose phone is {phone}.",
    "New contact in {city} - {name}, {email}, {phone}.",
    "You missed a call from {phone}: {name} in {city} asks for an answer to {email}.",
    "Contact person for {city} is {name}; mail {email}, mobile {phone}.",
    "Reach out to {name} by mail ({email}) or by phone ({phone}) before you visit {city}.",
    "Write down {phone} and {email}, they are the details of {name} from {city}.",
    "Has {name} moved to {city}? The old number {phone} and {email} still work.",
    "Tel {phone} / mail {email} / {name} / {city}",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A sentence and the fields that it was filled with."""

    kind: str
    text: str
    fields: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Vocabulary:
    """Names that fill the templates."""

    first_names: list[str]
    last_names: list[str]
    cities: list[str]
    companies: list[str]
    jobs: list[str]


def _initials(record: Record) -> str:
    return "".join(f"{word[0]}." for word in record.fields["name"].split())


def _last_comma_first(record: Record) -> str:
    first, last = record.fields["name"].split()
    return f"{last}, {first}"


def _field(name: str) -> Callable[[Record], str]:
    return lambda record: record.fields[name]


ANSWERS: dict[str, dict[str, Callable[[Record], str]]] = {
    "records": {
        "person_name": _field("name"),
        "city": _field("city"),
        "mask_name": lambda record: record.text.replace(
            record.fields["name"], "[NAME]"
        ),
        "record_kind": lambda record: record.kind,
    },
    "orders": {
        "order_number": _field("order"),
        "amount": _field("amount"),
        "date": _field("date"),
        "year": _field("year"),
        "item": _field("item"),
        "quantity": _field("quantity"),
    },
    "staff_notes": {
        "job": _field("job"),
        "company": _field("company"),
        "last_comma_first": _last_comma_first,
        "initials": _initials,
    },
    "contacts": {
        "email": _field("email"),
        "phone": _field("phone"),
        "first_name": lambda record: record.fields["name"].split()[0],
        "last_name": lambda record: record.fields["name"].split()[1],
    },
}


def vocabulary() -> Vocabulary:
    """Reads the names, keeping those that one capitalised pattern covers."""
    folder = "mimesis/datasets/en"
    with open_wheel(PACKAGES[0]) as wheel:
        person = json.loads(read_text(wheel, f"{folder}/person.json"))
        address = json.loads(read_text(wheel, f"{folder}/address.json"))
        finance = json.loads(read_text(wheel, f"{folder}/finance.json"))
    first_names = {*person["names"]["female"], *person["names"]["male"]}
    first_names -= UNWANTED_NAMES
    return Vocabulary(
        first_names=_matching(first_names, r"[A-Z][a-z]{2,8}"),
        last_names=_matching(person["surnames"], r"[A-Z][a-z]{2,9}"),
        cities=_matching(address["city"], r"[A-Z][a-z]{3,9}( [A-Z][a-z]{3,8})?"),
        companies=_matching(
            finance["company"]["name"], r"[A-Z][A-Za-z]{3,9}( [A-Z][a-z]{3,9}){1,2}"
        ),
        jobs=_matching(
            (job.lower() for job in person["occupation"] if job.istitle()),
            r"[a-z]{4,12}( [a-z]{4,10})?",
        ),
    )


def _matching(names: Iterator[str] | set[str] | list[str], pattern: str) -> list[str]:
    return sorted({name for name in names if re.fullmatch(pattern, name)})


def records(pool: str, names: Vocabulary) -> list[Record]:
    """Fills the templates of one kind of record in turn."""
    kind, templates = {
        "orders": ("order", ORDER_TEMPLATES),
        "staff_notes": ("job note", STAFF_TEMPLATES),
        "contacts": ("contact", CONTACT_TEMPLATES),
    }[pool]
    generator = random.Random(f"{FAMILY}/{pool}")
    filled: dict[str, Record] = {}
    while len(filled) < NUM_RECORDS:
        fields = _fields(names, generator)
        text = templates[len(filled) % len(templates)].format(**fields)
        # A field that also occurs inside another one would make masking ambiguous.
        if text.count(fields["name"]) == 1 and len(text) <= 160:
            filled[text] = Record(kind=kind, text=text, fields=fields)
    return list(filled.values())


def _fields(names: Vocabulary, generator: random.Random) -> dict[str, str]:
    first = generator.choice(names.first_names)
    last = generator.choice(names.last_names)
    job = generator.choice(names.jobs)
    month = generator.choice(MONTHS)
    day, year = generator.randint(1, 28), generator.randint(1998, 2026)
    date = generator.choice(
        (
            f"{day} {month} {year}",
            f"{month} {day}, {year}",
            f"{year}-{MONTHS.index(month) + 1:02d}-{day:02d}",
        )
    )
    mailbox = generator.choice(
        (f"{first}.{last}", f"{first[0]}{last}", f"{last}{day}", f"{first}_{last[0]}")
    ).lower()
    return {
        "name": f"{first} {last}",
        "city": generator.choice(names.cities),
        "company": generator.choice(names.companies),
        "job": job,
        "a_job": f"an {job}" if job[0] in "aeiou" else f"a {job}",
        "order": f"#{generator.randint(10000, 99999)}",
        "date": date,
        "year": str(year),
        "amount": f"${generator.randint(5, 900)}.{generator.randint(0, 99):02d}",
        "quantity": str(generator.randint(2, 48)),
        "item": generator.choice(ITEMS),
        "email": f"{mailbox}@{generator.choice(MAIL_DOMAINS)}",
        "phone": f"555-{generator.randint(0, 999):03d}-{generator.randint(0, 9999):04d}",
    }


def drafts() -> Iterator[TaskDraft]:
    """Yields every task of the family."""
    names = vocabulary()
    pools = {pool: records(pool, names) for pool in ANSWERS if pool != "records"}
    share = NUM_RECORDS // len(pools)
    pools["records"] = [record for pool in pools.values() for record in pool[:share]]
    for pool, answers in ANSWERS.items():
        for task, answer in answers.items():
            identifier = f"{FAMILY}_{task}"
            yield TaskDraft(
                id=identifier,
                descriptions=wordings(DESCRIPTIONS[task]),
                rows=[(record.text, answer(record)) for record in pools[pool]],
                pool=pool,
                group=identifier,
                licence=LICENCE,
                source=PACKAGES[0],
            )


DESCRIPTIONS = {
    "person_name": """
        full name of the person
        Who is mentioned in the sentence? Give first and last name.
        Extract the person's name exactly as written.
        Find the human being in this record and copy their full name.
        Named entity recognition, PERSON only.
        Please tell me which person this note is about, for instance Ada Lovelace.
        I need the name column filled: read the sentence and return the name of the individual.
        Output the two-word personal name contained in the text and leave out everything else.
        Pull out who it concerns (name and surname).
        The text always talks about one person. Say who.
        Names only! Skip places, firms, numbers and dates.
        Given a message from the office, identify the man or woman in it by full name.
        who is it about? first + last name pls, like Ada Lovelace
        Three kinds of messages reach our front desk, and all of them mention one person. Write this person's forename and surname, in this order, without a title.
        From "Has order #20417 arrived in Dover? Ada Lovelace paid for it." we would want Ada Lovelace.
        The receptionist will page somebody over the loudspeaker: tell her both names of the man or woman in the message.
        Don't give me the town or the firm, I want the buyer, the worker or the contact by full name.
        Whoever the sentence is about, print his or her complete name with its capital letters and nothing around it.
    """,
    "city": """
        city
        Which town or city appears in the sentence?
        Extract the place name.
        Copy the city from the record, nothing more.
        Please find the location that is mentioned and write it down.
        Named entity recognition, LOCATION only.
        Where? Answer with the name of the city in the text.
        I'm putting pins in a map and need the town out of each of these notes.
        Return the municipality named in the input, for example Springfield.
        Read the line and fill in the field "City:".
        From orders, staff notes and contact details alike, keep just the geographical name.
        Geographic extraction: sentence -> city.
        town in the text pls, only the town
        Our regional managers get the mail of their own cities. To sort it, name the city that turns up in the message.
        "Ada Lovelace of Dover owes $12.50" -> Dover. Same for this message, whether it is about an order, a job or a phone number.
        No person, no company, no product: just the settlement named in the line, spelled the way it is there.
        On the envelope one line is still empty, the one for the town. Find it in the sentence and write it.
        If a driver had only this note, to which city would he drive?
    """,
    "mask_name": """
        anonymise the person's name
        Replace the name of the person with [NAME] and repeat the rest of the sentence unchanged.
        Rewrite the text so that nobody can see who it is about: put [NAME] where the full name stands.
        Redact personal names.
        Please hide the first and last name behind the placeholder [NAME] and copy everything else.
        For privacy we must not store names; return the same line with [NAME] in their place.
        Output the input with one substitution: full name -> [NAME].
        "Call Ann Lee today." becomes "Call [NAME] today."; do this with my sentence.
        Mask the human, keep the record.
        I want to publish these notes without the people in them. Swap each name for the tag [NAME].
        What would the sentence look like with its person blacked out as [NAME]?
        Pseudonymisation step: person's name out, [NAME] in, all other words identical.
        put [NAME] instead of the person's name and leave rest like it is
        The data protection officer asks for every line to be copied word by word, with the sole exception of first and last name, which become [NAME].
        Do not shorten the sentence and do not touch towns, numbers or firms; the only thing that changes is the person, who turns into [NAME].
        Before we show the message to an intern, cover up who it is about: the whole sentence with [NAME] written over the full name.
        Could you de-identify this line for me? Keep punctuation, figures and places, and let [NAME] stand in for the human.
        Wherever the original says something like Ada Lovelace your copy says [NAME], and everywhere else the two are the same.
    """,
    "record_kind": """
        order, job note or contact?
        What kind of record is this: order, job note or contact?
        Classify the sentence. Labels: order (a purchase), job note (someone's work), contact (phone and email).
        Sort the line into one of three trays named "order", "job note" and "contact".
        If goods are sold write order, if employment is described write job note, if contact details are given write contact.
        Please name the type of this entry; the types are contact, job note and order.
        Does the text deal with a purchase, a person's employment or ways to reach someone? Answer order, job note or contact.
        Document type detection over {order, job note, contact}.
        I file messages by topic: orders, job notes, contacts. Give me the topic of this one in the singular.
        Route the message by writing "order" for the sales team, "job note" for personnel or "contact" for the address book.
        Answer with the category of the record, e.g. "job note" for a sentence on somebody's employer.
        Three-way text classification, order / job note / contact.
        purchase = order, employment = job note, phone/mail = contact. which one is this?
        Our mail robot has to stamp every incoming line with order, job note or contact. Which stamp does this one get?
        "Grace Hill works as a baker at Acme" would be a job note; a line with prices and goods is an order; a line with a telephone number is a contact.
        Don't extract anything from the text, only say what it is: order, contact or job note.
        An office has three shelves for papers. Papers about goods go to "order", about posts and employers to "job note", about reaching people to "contact". Write the shelf.
        Determine the genre of the sentence - order, job note, contact - and print it in lower case.
    """,
    "order_number": """
        order number
        Extract the order number including the # sign.
        Which order is this? Reply with its number, like #12345.
        Find the five-digit reference that starts with a hash and copy it.
        Please give me the reference number so I can look the order up.
        The answer starts with # and is the order's identifier.
        Order ID from free text.
        Our support desk reads such lines all day and only needs the code of the order.
        Return the token made of # and digits.
        What would you type into the tracking page?
        Copy out the number under which the purchase is filed.
        Sentence in, "#" plus order digits out.
        the # number of this order pls, with #
        Claims can only be handled with the code that begins with a hash. Look for it in the message and write it in full, hash and five digits.
        "Invoice #20417, 3 May 2009: Ada Lovelace owes ..." gives #20417.
        Neither the price nor the quantity nor the date is asked for; the figure behind the # sign is, together with that sign.
        What identifies this purchase in our computer? Quote the key as it stands, in the style of #20417.
        The parcel service wants the order's own number on the label. Fish it out of the sentence, hash mark included.
    """,
    "amount": """
        amount of money
        How many dollars are involved? Copy the sum as written.
        Extract the price with its dollar sign.
        What is the total? Answer like $12.50.
        Please find the sum of money in the sentence and repeat it exactly.
        Bookkeeping: take the dollar amount out of each order line.
        Named entity recognition, MONEY only.
        Return the monetary value mentioned in the order.
        Somebody paid, owes or got back some money here; say how much.
        Keep the token that begins with $.
        I add up our sales by hand, so show me what this order is worth.
        The cost in dollars and cents, nothing else.
        money in this order? write it with $ like in text
        The accountant looks at every message with one question in mind, how many dollars and cents, and expects an answer like $83.10.
        Don't round and don't drop the dollar sign when you copy the sum out of the line.
        Put on the receipt what the customer pays, owes or is refunded, exactly as the sentence states it.
        "Has order #20417 arrived? Ada Lovelace paid $83.10 for 4 lamps" contains the sum $83.10; find the one in my sentence.
        Which part of this order would you type into the box "Total ($)"? Keep the sign in front of the figure.
    """,
    "date": """
        date
        When? Copy the date exactly as it is written.
        Extract the complete date from the order line.
        On which day did or will it happen? Use the same format as the text.
        Please give me day, month and year just as they appear.
        Find the calendar date in the sentence.
        Named entity recognition, DATE only.
        The diary needs the date that this order mentions; leave its style as it is, be it 9 June 2006, June 9, 2006 or 2006-06-09.
        Return the date string contained in the input.
        Copy the part that you could look up in a calendar.
        I want to sort my orders by time, so pull the full date out of every one.
        Date span extraction, verbatim.
        date of the order, copy 1:1
        For the delivery calendar we need to know the exact day in each message, in whatever notation the writer chose. Do not convert it.
        "Invoice #20417, 3 May 2009: Ada Lovelace owes $83.10" -> 3 May 2009
        Take the words or figures that say which day it was, month and year included, and leave the rest of the order behind.
        What would go after "dated" if you quoted this order? Spell it just as the line does.
        A stamp on each order shows the day. Read the sentence and write the full date that the stamp must show, unchanged.
    """,
    "year": """
        year of the order
        Which year does the sentence mention?
        Extract only the four-digit year.
        From the date in the text, keep the year and drop day and month.
        Please tell me in what year this order took place.
        Our archive has one box per year; write the label of the box, e.g. 2014.
        Return the year of the purchase as four digits.
        I just care about the year, not about the exact day.
        Year only, no month, no day.
        How would you fill the blank: "This happened in ____"? Four digits.
        Find when it was, to the nearest year, by copying it from the date.
        Order line -> year, for example 2009.
        only the year of this order, 4 digits
        The yearly statistics want to know in which year every order falls, so 3 May 2009 and 2009-05-03 are both simply 2009.
        Out of all the numbers in the sentence choose the one that is the year. It isn't the order number, the quantity or the price.
        Look at the date, forget day and month, and write what is left.
        "Invoice #20417, 3 May 2009: Ada Lovelace owes $83.10" -> 2009
        Under which year would the tax office file this purchase? Four figures suffice.
    """,
    "item": """
        ordered goods
        What was bought? Name the product only, without the number of pieces.
        Extract the item of the order.
        Which things does the customer get? Answer with the plural noun from the text, like lamps.
        Please copy the product from the sentence and leave the quantity away.
        The warehouse asks which shelf to go to: give the article.
        Return the merchandise mentioned in the order line.
        Not how many, just what.
        Find the goods, e.g. "5 desk fans" means desk fans.
        Product extraction from order messages.
        I'd like a list of what people buy from us; tell me the item in this message.
        Name the objects that are being sold or shipped here.
        what goods? only product name without number
        The label on the pallet says what is inside. Take the product from the order, in the plural as it is written, and leave the count off.
        "Customer Ada Lovelace placed order #20417: 4 desk lamps, $83.10" -> desk lamps
        Marketing studies which articles people like. Who bought them, how many and for how much is irrelevant; the article itself is wanted.
        What does the parcel contain, in the words of the message and without a figure?
        Give me the thing sold, one or two words in lower case, such as lamps or tea towels.
    """,
    "quantity": """
        quantity
        How many pieces were ordered?
        Extract the number of items, digits only.
        Give the count of goods in the order and neither the price nor the order number.
        Please tell me how many units this customer gets.
        "7 kettles" means 7: return how many things there are.
        The packer needs to know the number of units to put in the box.
        Return the quantity mentioned before the product name.
        A small number stands in front of the goods. Copy it.
        Units sold, as an integer.
        I count stock; from each order line tell me by how many pieces it goes down.
        Order line -> number of articles.
        how many pieces? number only
        When the lorry is loaded somebody calls out how many of the goods belong to this order. Call out that figure.
        "Customer Ada Lovelace placed order #20417: 4 desk lamps, $83.10" -> 4
        The sentence has a date, a price, an order code and a count of articles. It is the count that I'd like to see, in digits.
        Don't name the product; write how often it is contained in the parcel.
        Of what amount of goods, not of what amount of money, does this order speak?
    """,
    "job": """
        occupation
        What does the person do for a living?
        Extract the job title in lower case as written.
        Name the profession mentioned in the sentence.
        Please find out which job this person has and copy it without the article.
        Return the position held, for instance graphic designer.
        Fill in the field "Occupation:" from the note.
        I'm making business cards and need the title to print beneath the name.
        Which line of work is it about?
        Copy only the words that describe somebody's role.
        Job title extraction from staff notes.
        Leave out name, employer and place; what remains is the trade. Write it.
        which job has this person? lower case, no "a"
        For the staff directory, state what this person is employed as, in the words of the sentence: grave digger, tax adviser, nurse and the like.
        "Ask Ada Lovelace at Acme; nobody knows more than this plumber from Dover" -> plumber
        Skip the name, the firm and the town. The thing that says what work somebody does is what we are looking for.
        If you met the person at a party and asked "And what do you do?", which noun would come back according to the note?
        Human resources fills the column POSITION from such notes. What must stand in it here?
    """,
    "company": """
        company
        Which firm is mentioned?
        Extract the employer's name.
        Copy the name of the business from the sentence.
        Please tell me what company this staff note refers to.
        Named entity recognition, ORGANISATION only.
        For whom does the person work, used to work or want to work? Give the enterprise.
        Return the organisation in the text exactly as spelled.
        I collect the names of companies in our area; read the note and show me the one in it.
        Fill in "Employer: ...".
        Find the corporation, not the person and not the town.
        Staff note -> company name, capitals kept.
        firm in the text pls
        A sales team wants to call on the employers in these notes. Which one is in this note? Only its name, spelled as there.
        "Ask Ada Lovelace at Northwind Traders; nobody knows more than this plumber from Dover" -> Northwind Traders
        Whose logo would be on the pay slip of the person in the sentence?
        A person, a job, a town and an employer occur in each line; write down the last of these four.
        Don't tell me what the people do or where they live, tell me which business they have to do with.
    """,
    "last_comma_first": """
        Surname, Firstname
        Write the person's name as in a library catalogue: last name, comma, first name.
        Find the name in the note and turn it round, e.g. Ada Lovelace -> Lovelace, Ada.
        Who is it? Answer in the form "Last, First".
        Please give the name from the sentence with the family name in front and a comma after it.
        For an alphabetical index I need the person in inverted order.
        Extract the person and format them the way a bibliography lists authors, with full first names.
        Output: family name + ", " + given name of the person in the text.
        Index entry for the employee in this sentence (Miller, Tom style).
        Phone book style, that is surname then comma then forename.
        Return the employee's name reversed and separated by a comma.
        I sort people by surname; hand me each note's person as surname, first name.
        surname, forename - with the comma - of the person in the note
        The register of employees is kept alphabetically by surname, which is why Ada Lovelace must be entered as "Lovelace, Ada". Enter the person from this note.
        From "Ask Grace Hopper at Acme" make Hopper, Grace.
        Swap the two halves of the employee's name and put a comma with a space between them; the remaining words of the note aren't needed.
        How would the footnote of a scholarly book cite this worker? Family name first, then comma, then the given name in full.
        Find whoever is employed, hired or promoted in the sentence and print the name in filing order, e.g. Turing, Alan.
    """,
    "initials": """
        initials of the person
        Give the initials of the person in the note, with full stops: Ada Lovelace -> A.L.
        Which two letters would the person sign with? Put a period after each.
        Find the name and shorten both parts to their first letter plus a dot.
        Please abbreviate the employee's full name to initials such as J.S.
        Only the capital letters that start first and last name, each followed by a point.
        Monogram for the person in the sentence, dotted, without spaces.
        Instead of the whole name I print J.D. on the schedule; do so for the person mentioned.
        Return initials (X.Y.) of the individual named.
        Reduce whoever the text is about to two dotted letters.
        What are this worker's initials?
        Staff note in, dotted initials out.
        person's initials with points (like G.H.)
        On the duty roster there is only room for two letters per worker. Grace Hopper is G.H. there; how is the person of this note entered?
        From "Ask Grace Hopper at Acme" make G.H.
        Not the name itself, please, but the first letter of the forename and the first letter of the surname, each with a dot and no blank between them.
        The minutes of our meetings refer to colleagues by dotted initials. Write those of the colleague mentioned.
        If a memo about this employee were signed with initials, what would stand under it? Use capitals and full stops.
    """,
    "email": """
        email address
        Extract the e-mail address.
        Where can I write electronically? Copy the address with the @ sign.
        Return the string that contains @.
        Please find the mail address in the message and repeat it without a final full stop.
        To which address should a newsletter be sent?
        Copy the address such as someone@example.com from the line.
        I'm building a mailing list, pull the entry out of every sentence.
        Fill in "E-mail:" and nothing else.
        Contact detail wanted: mail, not phone.
        Electronic address found in the text, unchanged.
        Find how to reach this person online by mail.
        e mail pls
        The newsletter tool accepts addresses only, no names and no phone numbers. Give it the address from this message.
        "Tel 555-010-2030 / mail ada7@example.org / Ada Lovelace / Dover" -> ada7@example.org
        You'd like to send a file to the contact. What do you type in the "To" line?
        Copy the one piece of the line that has an at sign in it, lower case as it is, without brackets or a comma.
        Our address book has lost its third column, the one for electronic mail. Restore the entry with the help of the sentence.
    """,
    "phone": """
        phone number
        Extract the telephone number with its hyphens.
        Which number do I have to dial?
        Return the digits one would call, e.g. 555-123-4567.
        Please find the phone number in the message and repeat it.
        Fill in "Tel.:" from the contact line.
        I prefer talking to writing, so show me what to type on my phone.
        Copy the number of the contact, keeping the dashes.
        Contact detail wanted: phone, not mail.
        Three groups of digits joined by hyphens are hidden in this line; write them.
        Caller ID extraction.
        Text in, number to ring out.
        tel number pls, with the dashes
        The call centre dials automatically and needs nothing but the number, in the shape 555-010-2030. Take it out of the message.
        "Tel 555-010-2030 / mail ada7@example.org / Ada Lovelace / Dover" -> 555-010-2030
        Not the address with the at sign, but the number under which the contact answers.
        Somebody missed this contact's call. Which number should be rung back?
        From each contact line save the ten digits with their hyphens and throw the remaining text away.
    """,
    "first_name": """
        first name only
        What is the given name of the person?
        Extract the person's forename and drop the family name.
        Write only how friends would call them: Ada Lovelace -> Ada.
        Please tell me the first name in this contact entry.
        Return the name that comes before the surname.
        I begin letters with "Dear Tom"; give me the word after Dear for this contact.
        Find the person and keep the first word of the name.
        Given name extraction.
        What goes in the "First name" box of the form?
        We're on a first-name basis here. Who is the contact?
        Contact line -> forename, one word.
        only forename of the contact pls
        Name badges at our summer party show the given name only. What will be on the badge of this contact?
        "Tel 555-010-2030 / mail ada7@example.org / Ada Lovelace / Dover" -> Ada
        Each contact has two names. Give the one that the parents chose, and not the one that the family shares.
        How would a colleague shout for the person across the office, using one word?
        Don't take it from the mail address; take the first half of the person's name as written in the sentence.
    """,
    "last_name": """
        surname only
        What is the family name of the person?
        Extract the last name and drop the given name.
        Write the name that stands on the doorbell: Ada Lovelace -> Lovelace.
        Please tell me the surname in this contact entry.
        Return the second word of the person's name.
        I begin letters formally, so give me the word that comes after Mr or Ms.
        Find the person and keep only the name shared with the family.
        Family name extraction.
        What goes in the "Last name" box of the form?
        Under which name would an old phone book list the contact? Without the first name, please.
        Contact line -> surname, one word.
        only family name of the contact pls
        Lockers in our club are labelled with surnames. What goes on the locker of the contact in this line?
        "Tel 555-010-2030 / mail ada7@example.org / Ada Lovelace / Dover" -> Lovelace
        Each contact has two names. Give the one inherited from the family, spelled with a capital, and not the one used by friends.
        A polite letter starts with "Dear Ms" or "Dear Mr" plus one more word. Which word is it for this contact?
        We sort contact cards by the second half of the name; read it off the sentence and write it alone.
    """,
}
