"""Descriptions of the tasks of the logic family."""

from __future__ import annotations

DESCRIPTIONS = {
    "older": """
        who is older?
        Name the older one of the two people.
        Compare both ages and answer with the first name that has the higher one.
        "Ann, 34, from Rome has a lamp. Bob, 61, from Oslo has a mug." -> Bob
        the elder's name
        Two persons are described. One was born earlier than the other; write that person's name.
        which of them has lived longer so far
        Seniority decides who speaks first at our meetings. From the text, work out who that is.
        max(people, key=age).name
        I have to hand the prize to the senior of the pair and need to know how he or she is called.
        Out of the two names copy the one that belongs to the bigger number.
        Ignore what they own and where they live. Who is ahead in years?
        Both have an age; the greater age wins. Winner?
        Only one name is wanted, that of whoever has more birthdays behind them.
        Age comparison, output the person's name as it is spelled.
        If these two were siblings, which would be the big brother or sister? Say the name.
        Read the ages and find the person who isn't the younger one.
        Somebody of 70 is senior to somebody of 30. Tell who is senior in this story.
    """,
    "thing_of_younger": """
        what does the younger person have?
        Find the younger of the two and name their object, without a or an.
        item of the youngest, one word
        Which thing belongs to the person with the lower age?
        "Ann, 34, from Rome has a lamp. Bob, 61, from Oslo has a mug." -> lamp, since Ann is younger
        Two steps: see who is younger, then write what this person has, buys, owns or sells.
        min(people, key=age).item
        The junior of the pair deals with some article; give the noun.
        A toy museum asks for the property of the younger owner only. Say what they can fetch.
        Take the smaller of both ages and copy the thing that goes with it.
        The older one's stuff doesn't interest me. I want to know about the other's.
        object <- person with fewer years
        Whoever was born later has an object. Name it as a bare noun such as kettle.
        From this story, what is the possession of the less aged person?
        Custom says that the youngest shows his or her thing first. Which thing is shown first?
        Match ages with things and report the thing at the side of the lower age.
        what does the kid of the two have (the one w/ the lower age)
        Answer with a single noun: the article mentioned together with the younger person.
    """,
    "highest_age": """
        the higher age
        How old is the older person? Digits only.
        Of the two ages in the text, give the bigger number.
        max(age)
        "Ann, 34, from Rome has a lamp. Bob, 61, from Oslo has a mug." -> 61
        bigger number of the 2
        For the family discount the cashier enters the top age of the couple. Enter it.
        Two numbers stand in the story; repeat the greater one.
        I don't need names, towns or things, just the years of the senior person.
        How many years has the longest-living of both been alive?
        Upper bound of the ages mentioned, as an integer.
        Write down the age that is not the lower one.
        Say what age the elder of them has reached.
        The oldest visitor determines the speed of our tour. Give that visitor's age.
        Numeric maximum of the ages
        Someone here is older than the other. At what age?
        If the candles on the older person's cake were counted, what would the count be?
        Put the ages side by side, drop the smaller, keep the larger.
    """,
    "things": """
        both things, joined by "and"
        List the two objects in the order of the text, like "lamp and mug".
        What things are mentioned? Leave out a and an and put the word and between them.
        "Ann, 34, from Rome has a lamp. Bob, 61, from Oslo has a mug." -> lamp and mug
        X and Y, X = first thing, Y = second thing
        The insurance form asks which items are in the story. Two nouns, connected by and.
        A pair of articles changes hands or is owned here. Name the pair.
        f"{first_item} and {second_item}"
        never mind the people, just the stuff: thing and thing
        Collect the belongings, without articles, first-mentioned first.
        I'm drawing the scene and have to know the two objects I should draw, e.g. "vase and tent".
        Title for the story made of its objects: noun, the word and, noun.
        Which goods does the text speak of? Answer in the manner of chair and clock.
        Extract object one and object two and write "and" in the middle.
        Everything but the two possessions can be dropped; join these with and.
        As in "bucket and carpet", say what the two people have.
        Inventory of the story, two entries with an and in between, no commas.
        Goods wanted, owners not: noun and noun, in sequence.
    """,
    "swap_things": """
        swap the things: "Name: thing, Name: thing"
        The two people exchange what they have. Who has what then? Write it like "Ann: mug, Bob: lamp".
        Give each person the other one's object and list the result as name: object, name: object.
        "Ann, 34, from Rome has a lamp. Bob, 61, from Oslo has a mug." -> Ann: mug, Bob: lamp
        after trading items, in the format A: item, B: item (same order of people)
        f"{a}: {b_item}, {b}: {a_item}"
        They made each other a present of their things. Report the new owners: first person, colon, thing; second person, colon, thing.
        Cross over the objects while the people stay in place; colon after a name, comma between the halves.
        who holds what once they swap? pattern Name: thing, Name: thing
        A mix-up at the cloakroom: each got the object of the other. Note down who went home with which, as "Name: object, Name: object".
        Barter! The first-named gets the second thing and the second-named gets the first thing. Show as pairs with colons.
        Exchange the possessions and print two name-colon-noun pairs separated by a comma.
        Suppose the two do a straight trade. Keep the order of the names and write the outcome like "Eva: tent, Tom: vase".
        List the people in order, but behind each colon put the other person's article.
        Invert the ownership. Example of the required form: Max: mirror, Lucy: basket.
        If what they have were switched round, the register would say Name: thing, Name: thing. Fill it in.
        I mislabelled both parcels, the owners are the wrong way round. Correct labels, please, written name: object, name: object.
        Secret Santa for two: read what each has and tell what each receives, in the notation Person: thing, Person: thing.
    """,
    "same_city": """
        same city or different cities: same / different
        Do both people live in one town? Write same if they do, different if they don't.
        Compare the two places and answer "same" or "different".
        "Ann, 34, from Rome has a lamp. Bob, 61, from Oslo has a mug." -> different
        same / different (town)
        I wonder if they could be neighbours. Put same when the towns match, different when they do not.
        "same" if city_a == city_b else "different"
        Two people, two home towns, or perhaps only one? different means two, same means one.
        Is a single city named twice, or are there two cities? Reply same or different respectively.
        one city twice -> same, two cities -> different
        To share a taxi they must come from the same city. Judge: same or different.
        Look at where each is from and say whether the places are identical (same) or not (different).
        Label the story by its geography; the labels are same and different.
        Would one map of one city be enough to find them both? Then it's same, else it's different.
        Location match between the two persons: same or different
        Age and property are of no interest. The question is whether the city is the same or different.
        Tell me by the word same that they are from one place, or by the word different that they aren't.
        When the place in the first half is repeated in the second half, say same; when it changes, say different.
    """,
    "num_over_fifty": """
        over 50: both, one or neither?
        How many of the two people are older than fifty? Answer neither, one or both.
        Check each age against 50. Two above: both. One above: one. None above: neither.
        "Ann, 34, from Rome has a lamp. Bob, 61, from Oslo has a mug." -> one
        who's past 50... both / one / neither
        The club for over-fifties invites this pair. Do both, one or neither of them get in?
        ("neither", "one", "both")[sum(age > 50 for age in ages)]
        Both ages greater than 50 gives both, just a single one gives one, otherwise neither.
        Count the ages from 51 upwards and put the result into a word: neither, one, both.
        Half a century is the limit. Which holds for the two: both are beyond it, one is, or neither is?
        Label by ages: "both" if each is more than fifty, "neither" if each is fifty or less, "one" if they are divided.
        I need to know if the retirement leaflet should go to both, to one or to neither; it is for people aged more than 50.
        Say one of three words (one, both, neither) for how many people in the text have turned 51 or more.
        Does the story have both persons over 50, only one of them, or neither?
        Group of two by number of people above the age of fifty: neither = 0, one = 1, both = 2.
        Look only at the two numbers. Are both, one or neither bigger than 50?
        Insurance costs more for drivers past fifty. Tell whether that hits both, neither or one of these people.
        count(age>50) as a word, that is both or one or neither
    """,
    "earliest": """
        who was first?
        Three people did something at different times. Name the earliest.
        Which person comes at the start of the time line?
        "Bob left after Ann. Bob left before Cid." -> Ann
        earliest of the three, name only
        From the two comparisons, work out who was ahead of both others.
        The first one gets a coffee on the house. Who gets the coffee?
        chronological_order[0]
        Nobody in the story was earlier than this person. Write the name.
        who did it b4 everyone else
        Put the three in order of time and tell me the one in front.
        A gold medal goes to whoever was earliest. To whom?
        Before and after decide here: find the person who is before the rest.
        I'm keeping a log and need the name for line one, the earliest event.
        Of three names, give the one that no other precedes in time.
        Earliest person in a story of two facts
        Two say they were later than somebody. Who is this somebody, earlier than all?
        Reconstruct the sequence and answer with its beginning.
    """,
    "middle": """
        who was in the middle?
        Name the person who was neither the first nor the last.
        Three people, ordered by time: who is second?
        "Bob left after Ann. Bob left before Cid." -> Bob
        the one in between
        Somebody came between the two others. Write who.
        chronological_order[1]
        Silver medal, that is rank two out of three by time. Who earned it?
        Arrange the three along a time line and tell the name in the centre.
        which one had one person before and one person after them
        This person has exactly one predecessor and exactly one successor. Name?
        The earliest and the latest are known to me, I only miss the one between them.
        Median of three by time, given as a name.
        Leave out the earliest and the latest person and see who remains.
        Sandwiched in time between two others is ...
        Each story mentions one person in both of its sentences. That name is what I want.
        For the bronze, silver and gold list fill in the silver line; gold is the earliest.
        Second in the sequence of events
    """,
    "latest": """
        who was last?
        Name the person for whom it happened the latest.
        Which of the three comes at the end of the time line?
        "Bob left after Ann. Bob left before Cid." -> Cid
        latest of all
        After this person nobody else followed. Who is it?
        chronological_order[-1]
        The last one has to wash up. From the story, who washes up?
        Everyone else was earlier. Give the name of the person who wasn't.
        last 1 in time? name
        Sort by time and read off the final entry.
        Bronze medal for the third of three, the slowest to do it. Who takes it home?
        Which person brings up the rear in this sequence?
        I close the door behind the last person; by what name do I say goodbye?
        Two comparisons of time are given. Deduce who is behind both of the others.
        Maximum of the three along the time axis, as a first name
        Find whoever is later than everybody else mentioned.
        Third and final in chronological order is whom?
    """,
    "order": """
        A < B < C, from earliest to latest
        Write the three names in order of time with " < " between them.
        Sort the people chronologically, such as Ann < Bob < Cid.
        "Bob left after Ann. Bob left before Cid." -> Ann < Bob < Cid
        full order, earliest first, separated by <
        " < ".join(sorted(people, key=time))
        Draw the time line in text form: first person, less-than sign, second person, less-than sign, third person.
        Combine both comparisons into a single chain with the earliest person on the left, like "Eva < Tom < Max".
        who before who before who? use < between names
        The referee wants the ranking on one line. The sign < stands for "was earlier than".
        Chain of precedence for the three persons, symbols < and names only.
        I'd like the complete sequence instead of two half facts: name < name < name.
        State who was earlier than whom in mathematical style, X < Y < Z.
        Topological sort of the people by time; print it with < signs.
        From left to right the answer should go from the first to the last person, with a < on both sides of the middle one.
        Merge the two facts to one line that reads earliest < middle < latest, with the real names.
        Rank everyone by time. Smaller means earlier; write smaller on the left of <.
        Restore the order of events in the style of Ann < Bob < Cid.
    """,
    "first_named_is_earliest": """
        Is the first person in the text also the earliest? true/false
        True or false: whoever is named first was the earliest of the three.
        Look at the opening name. Write true if this person comes before both others in time, else false.
        "Bob left after Ann. Bob left before Cid." -> false, the text opens with Bob but Ann was earliest
        does the text start w/ the earliest person? true or false
        text.startswith(earliest) as a lower-case boolean
        Test the statement "The name at the beginning is that of the person who was first in time" and report true or false.
        The order of telling may differ from the order of time. Say true when the story opens with the earliest person, otherwise say false.
        Was the person mentioned at the very start ahead of everyone? Reply with true or with false.
        I bet that the first-mentioned was the first of all. Did I win (true) or lose (false)?
        Decide whether the leading name belongs to the leader: true / false.
        First in the sentence and first in time - the same person? true if so, false if not.
        A story that starts with its earliest person is labelled true, every other story false.
        true: nobody was earlier than the person who opens the text. false: somebody was.
        Check the sentence's first word against the real sequence; true means it names the earliest.
        Evaluate "first word = first to do it" (true or false).
        For a study of storytelling, mark with true the texts whose first name is the earliest person and with false the ones where it is not.
        Does the teller begin with the person who was before the rest? Give a boolean, true or false.
    """,
    "claim": """
        claim right or wrong?
        Compare the numbers and say whether the claim is right or wrong.
        After the word Claim somebody says which box holds more or fewer. Write right if it is so, wrong if it isn't.
        "The red box holds 3 mugs and the blue box holds 8. Claim: the blue box holds fewer." -> wrong
        fact check: right / wrong
        is what they claim ok? answer right or wrong
        Mark the last sentence like a teacher would, with "right" or "wrong", based on the sentence before it.
        Verify the statement at the end against the counts. Possible verdicts: right, wrong.
        Does the claim agree with the two counts? right = agrees, wrong = disagrees.
        I am judging a quiz. The first sentence is the truth; is the contestant's claim wrong or right?
        "right" if the comparison holds, "wrong" otherwise
        Mind the words more and fewer: decide by the counts if the claim is right or if it is wrong.
        A lie detector for boxes that says right to true claims and wrong to false ones.
        Someone made an assertion on the boxes. Test it, then reply right or wrong.
        Entailment: evidence first, hypothesis after "Claim:". Labels right and wrong.
        Would you sign the claim, given what the boxes hold? Sign with right, refuse with wrong.
        Either the assertion follows from the numbers (right) or it contradicts them (wrong). Which is it?
        Auditing stock reports means reading the counts, then stamping the claim as right or wrong. Stamp this one.
    """,
    "claimed_box": """
        colour of the box in the claim
        About which box is the claim? Give its colour.
        Whatever the truth, name the colour that appears after the word Claim.
        "The red box holds 3 mugs and the blue box holds 8. Claim: the blue box holds fewer." -> blue
        claim is about the ___ box (colour)
        Two boxes are introduced, one of them is talked about again at the end. Its colour, please.
        Don't check anything, just tell me the colour of the box that the last sentence speaks of.
        what colour's the box they make the claim on
        Subject of the final statement: answer with a colour word such as green.
        Find "Claim:" and copy the colour that follows it.
        re.search(r"Claim: the (\\w+) box", text)[1]
        I sort the claims by box. State the colour of the box in question.
        One colour occurs twice in the text. Which?
        The speaker points at a box when making the claim. Say its colour.
        Topic of the assertion, reduced to a colour.
        Of both colours mentioned repeat the one in the concluding sentence.
        Who or what is accused of holding more or fewer? Only the colour, in lower case.
        The label on the box named in the claim is a single colour word; write it.
    """,
    "fuller_box": """
        colour of the fuller box
        Which box holds more? Answer with its colour and pay no attention to the claim.
        Compare both counts and give the colour that has the larger one.
        "The red box holds 9 mugs and the blue box holds 8. Claim: the blue box holds more." -> red
        more things in which box? colour only
        max(boxes, key=count)
        The heavier box needs two people to carry it. By the counts, what is its colour?
        Claims can be wrong, so go by the numbers: which colour is the box with most pieces?
        I'd take the box with the higher number in it. Which colour do I take?
        which one is fuller, say red or blue or whatever it is
        Name the colour of the box whose content is greater.
        Disregard everything from "Claim" on. The colour of the richer of the two boxes is the answer.
        From the first sentence deduce the better filled box (one colour word).
        A thief grabs the box where there is most to get. Colour?
        Box with the maximum, by colour
        Put the fuller box on the left. What colour is then on the left?
        There are two boxes of unequal contents. Tell me the colour of the one that outnumbers its rival.
        The bigger count belongs to a box of some colour; report that colour in lower case.
    """,
    "smaller_count": """
        the smaller count
        How many things are in the emptier box? Digits only.
        Of the two numbers in the text, give the lower one.
        "The red box holds 3 mugs and the blue box holds 8. Claim: the blue box holds fewer." -> 3
        min of the 2 numbers
        min(counts)
        The box that holds less, how much does it hold?
        Number of pieces in whichever box has fewer, as a numeral.
        I fill up the emptier of the two boxes and must know its present count.
        lowest nr in the text pls
        Skip the claim and skip the colours. Repeat the lesser of both amounts.
        Two quantities are mentioned; one is below the other. Write the one below.
        What is the minimum stock per box here?
        State the count that is not the bigger one.
        In the poorer box there are how many pieces?
        Numeric minimum over the two boxes
        Our reorder rule looks at the worst filled box. Print its quantity in figures.
        The number you'd get by counting the contents of the less filled box.
    """,
    "total": """
        total in both boxes
        Add the contents of the two boxes and give the sum in digits.
        How many things are there altogether?
        "The red box holds 3 mugs and the blue box holds 8. Claim: the blue box holds fewer." -> 11
        sum of both counts
        All pieces are poured into one big box. How many does it hold?
        sum(counts.values())
        First number plus second number, please. The claim plays no part.
        3 and 8 make 11. Do the addition for the two boxes of the text.
        how much is it if u count both boxes together
        Grand total of the stock mentioned, as an integer.
        I don't care how they are divided between the boxes, only about the combined number.
        Each piece needs a price tag. How many tags does it take for both boxes?
        Work out the overall quantity of goods in the story.
        Count of box one + count of box two = ?
        Supply the bottom line of the stock list: the two amounts added up.
        If both boxes are emptied onto a table, what number of objects lies there?
        Aggregate the quantities by addition and show a numeral only.
    """,
}
