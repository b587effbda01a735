"""Descriptions of the tasks of the selection family."""

from __future__ import annotations

DESCRIPTIONS = {
    "number": """
        the number in the list
        Of the five items copy the one that is a number.
        owl, pink, pear, 8, Oslo -> 8
        Which item could you calculate with? Write only that.
        digits pls, skip all words
        Somebody mixed words and a figure. Take the figure out for me.
        next(item for item in items if item.isdigit())
        A bingo caller needs the numeral hidden in each line.
        One entry of the list isn't spelled in letters; repeat it.
        Numeric entry, as it stands
        The list has an animal, a town, a colour, a fruit and a number in some order. I am interested in the last-named kind only.
        Find whatever can be counted to and output it.
        Pull the integer out of the row.
        You see a handful of items. Exactly one of them belongs on a calculator. Type it.
        Amount mentioned between the words, in digits
        No animal, no fruit, no town, no colour: what remains?
        Our form has a field "Number" which must be filled from such lists.
        What value, like 42, stands among these items?
    """,
    "city": """
        the city in the list
        Of the five items copy the one you can find on a map.
        7 / plum / Rome / fox / grey -> Rome
        place name?
        A travel agent reads the list and picks the only destination. Which is it?
        Pick the item that is a town, spelled with its capital letter.
        which of em is a city
        Four of the items are no places. Drop them and keep the fifth.
        I'm tagging geographic entries; give the one contained in this row.
        Choose the item where people live in streets and houses.
        GPE entity in a list of mixed items
        Among animal, colour, fruit, number and city select the city.
        To which of these could one buy a train ticket?
        Report the urban item, e.g. Lisbon.
        It has a mayor and inhabitants. Look for it in the list.
        Location column: fill with the single place that occurs among the items.
        There's one proper noun in the series. Write it down.
        Say which entry names a municipality and leave out all the rest.
    """,
    "the_animal": """
        the + animal, e.g. the cat
        Find the animal in the list and put the word "the" in front of it.
        Lima, 12, owl, mango, red -> the owl
        which item is alive and moves? write it with the, like "the owl"
        A fable is going to star the creature from this list. Start with it: the ...
        Select the beast, article included.
        f"the {animal}"
        One of the items breathes. Name it together with its definite article, for example the horse.
        Zoo keepers only want to hear about one of these things. Answer in two words, the and the species.
        animal from the list, preceded by the
        Ignore fruit, town, colour and number. Then say "the" and the remaining word.
        What could have legs, fins or wings here? Two words, such as "the frog".
        I write a children's book and need the hero out of each list in the form the lion.
        Definite noun phrase for the list's living creature
        Who might run away from this shelf? Reply with the article the and the name.
        Answer with "the X", X being the member of the animal kingdom in the row.
        From the jumble take the item a vet would treat and write it behind the.
        Make a two-word title out of the list's animal: the ___.
    """,
    "coloured_fruit": """
        colour + fruit, e.g. blue plum
        Combine the colour and the fruit of the list to two words with the colour first.
        hen; Oslo; pear; 64; green -> green pear
        paint the fruit: write the colour, then the fruit
        A still life shows the fruit from the list in the colour from the list. Describe it in two words such as green pear.
        Adjective and noun: the hue in the row followed by the thing that grows on trees or bushes.
        f"{colour} {fruit}"
        I design odd sweets. Each list holds a colour and a fruit; their names side by side are my product, like "pink melon".
        Take two of the five items, the one you see on a palette and the one from the orchard, in that order.
        which colour and which fruit? answer like white grape
        Whatever their order in the list, write first the colour, next the fruit.
        Imagine the fruit had the colour mentioned. What would it be called?
        Two items, one blank between them: colour, fruit.
        Animal, town and number are to be dropped; of the others make a phrase like yellow cherry.
        Product name = name of the colour + name of the fruit
        Find what you can eat and what you can paint with; say the paint before the food.
        Dip the fruit into the colour and tell me what you get (two words).
        Make a noun phrase: the colour describes the fruit.
    """,
    "without_number": """
        the list without its number
        Leave the number out and write the other four items with commas, order unchanged.
        cat | Rome | 17 | blue | plum -> cat, Rome, blue, plum
        delete the digits, keep the words, commas between
        ", ".join(item for item in items if not item.isdigit())
        Whatever separator the list uses, return the words only, divided by a comma and a blank.
        The typesetter has no figures left. Print the list minus its figure, comma-separated.
        Words stay, the number goes. Use ", " between the words.
        I want four items back instead of five: all but the numeric one, in their order, with commas.
        Filter out numerals; join the survivors by commas.
        Clean the row by removing the only entry made of digits, then write it as a, b, c, d.
        How does the list read if nobody had put a number in it? Commas, please.
        words only list, comma style
        Copy the animal, the town, the colour and the fruit in the order they have here, separated by commas.
        A number slipped into my word list. Give me the list as it should have been, written like fox, Rome, pink, pear.
        Everything except the figure, separated by commas
        Strike the item that has digits and rewrite the rest as a comma list.
        Of five, four are words. List these from left to right with commas in between.
    """,
    "third": """
        item no. 3
        Which item is in the centre of the five?
        cat | Rome | 17 | blue | plum -> 17
        third one pls
        Count three items from the left and copy the one you reach, whatever kind it is.
        items[2]
        Skip two, take one.
        The runners are listed as they came in. Who wins bronze?
        I open the third of five doors in this row. Tell me what's behind it.
        Two items are before it and two after it. Write it.
        Give the entry in the middle position.
        Position three of the list, copied exactly
        What comes directly after the second item?
        Only the item between the second and the third separator counts.
        The winning ticket is always number three in the list. Name the winner.
        Neither of the first two and neither of the last two, but the one left.
        Midpoint of the sequence
        Read the list aloud and stop at three; what was the last thing you read?
    """,
    "right_of_number": """
        item right after the number (or end)
        Which item follows the number? If the number is last, write end.
        cat | Rome | 17 | blue | plum -> blue; cat | Rome | blue | plum | 17 -> end
        whats behind the number? nothing = end
        Find the figure, go one step to the right, and copy what is there. No item there means the answer end.
        Neighbour of the number on its right-hand side; "end" when it has none.
        Everyone in the queue holds something and one holds a number. Name the thing after it, or say end if no one follows.
        items[i + 1] where items[i] is numeric, else "end"
        The number works as an arrow pointing to the next item. What is it pointing at? It may point at the end.
        Give the successor of the numeric item. A number in last place gives end.
        I'm only after the word that the number is followed by (end if it's followed by none).
        Look behind the digits: is there a word? Write this word. Is there nothing? Write end.
        next item once the number has been read, or the word end
        Say which word comes directly behind the digits and say end if the digits close the list.
        Treat the number as a price tag for the thing to its right. Which thing? With nothing to its right answer end.
        What would you read after the number in this row - a word, or the end?
        Copy one item: the first after the number. Should the list stop at the number, print end.
        Follower of the integer in the sequence, default end
    """,
    "kind_of_first": """
        kind of the first item: animal, city, colour, fruit or number
        What is the first item: an animal, a city, a colour, a fruit or a number? Write the kind.
        cat | Rome | 17 | blue | plum -> animal
        1st thing is a ... (number / fruit / colour / city / animal)
        Look at the item that opens the list and classify it as city, animal, number, colour or fruit.
        kind_of(items[0]) with the kinds animal, city, colour, fruit, number
        Each list starts with a different type of thing. Name the type here; possible types: fruit, city, animal, colour, number.
        Sort lists by how they begin. Boxes: animal, number, city, fruit, colour. Which box?
        If a list begins with Oslo the answer is city, if it begins with 12 the answer is number, with owl animal, with pear fruit, with pink colour.
        I only read the opening item and want to know its category, one of number, animal, colour, fruit and city.
        Does the row start with a colour, a number, a fruit, a city or an animal? One word.
        Don't repeat the leading item but say what sort it is: animal, fruit, colour, number, city.
        Category of the leftmost entry; spelled animal, city, colour, fruit, number
        A librarian shelves the lists by the type of their first entry (city, colour, animal, fruit, number). State the shelf.
        The head of the list is a thing of some class. Class names are colour, city, fruit, number, animal. Which is right?
        Type inference for element zero: animal | city | colour | fruit | number.
        How would you call what stands at the very beginning, a fruit, an animal, a number, a colour or a city?
        Ignore items two to five; label item one with animal, colour, city, number or fruit.
    """,
    "number_position": """
        position of the number, 1 to 5
        Where in the list is the number? Count from 1.
        cat | Rome | 17 | blue | plum -> 3
        In which place does the numeric item stand, first (1), second (2), third (3), fourth (4) or fifth (5)?
        Don't copy the number, tell me its rank in the row as a digit.
        which slot is the number in? 1-5
        1 + index of the item made of digits
        The five items sit on seats 1 to 5. On what seat is the number?
        I count the items from the left until I hit a figure. How far do I count?
        Index of the numeral, one-based.
        If the number opens the list say 1; if it closes the list say 5; otherwise 2, 3 or 4.
        Find the item written in digits and report its rank, as a digit from one to five.
        Its value does not matter: at what position does the integer occur?
        Ordinal place of the only non-word, given as 1, 2, 3, 4 or 5
        How many items do I have to read to arrive at the number, that one included?
        Five boxes in a row, one with a number inside. Give the box, e.g. 4 for the last but one.
        Locate the figure in the sequence and return its place, starting the count at one.
        Number's place from 1 to 5, not number's value
    """,
    "city_or_number": """
        city or number: which comes earlier?
        Of the city and the number, which stands further left in the list? Answer city or number.
        cat | Rome | 17 | blue | plum -> city, as Rome is before 17
        whats first, the city or the number
        Read from the left and stop as soon as you meet a place or a figure. Write city for a place and number for a figure.
        The town and the figure race to the start of the list. Which one is ahead, city or number?
        "city" if city_index < number_index else "number"
        Say number when the digits precede the town and city when the town precedes the digits.
        I care for the order of two items only. Does the city lead or does the number lead? Use one of these words.
        Compare positions: city versus number; report the earlier.
        A list where the place is mentioned before the figure is labelled city, the others number.
        Which do I come across sooner, the name of a city or a number?
        Either the number precedes the city or it's the other way round. Tell which has priority by writing number or city.
        Out of the labels "number" and "city" choose the item type that appears first in this row.
        Order test. number: figure left of the town. city: town left of the figure.
        Who is to the left of whom? city = the place is left of the number, number = the opposite.
        Earlier of two kinds (number, city)
        Don't give me the item itself, only whether the city or the number turns up before the other.
    """,
    "odd_one": """
        odd one out
        Which item does not belong with the other three?
        cat; dog; Rome; owl -> Rome
        3 of these go together, 1 doesnt. which 1
        Find the intruder in the list and copy it.
        Three items are of a kind. Name the exception.
        A sorting machine throws out whatever is unlike the rest. What does it throw out here?
        Quiz question: cross out the word that doesn't fit.
        One of the four is out of place among the others; write that word.
        I've got three things from one category and one from another by mistake. Point out the mistake.
        outlier by meaning
        The misfit of the group is wanted, spelled just as in the list.
        Like a fish among birds, one item differs from its neighbours in kind. Say which.
        Semantic outlier detection over four items, output the item.
        With whom would the other three not share a heading in the dictionary of things?
        Tell me the item you would have to take away so that all the rest are the same sort of thing.
        Teachers ask children what doesn't match. Give the answer for this row.
        stranger in the list
    """,
    "common_kind": """
        kind of the majority: animal, city, colour, fruit, instrument or tool
        Three of the four items are the same sort of thing. What sort? Choose animal, city, colour, fruit, instrument or tool.
        cat; dog; Rome; owl -> animal
        what are most of these? (tool / instrument / fruit / colour / city / animal)
        Give a heading for the list, ignoring the item that doesn't fit: animal, fruit, city, tool, colour, instrument.
        Majority vote on category. Labels: instrument, animal, tool, city, fruit, colour.
        The list has a theme and one slip. Tell the theme with the word animal, colour, city, tool, instrument or fruit.
        Title the row by what the larger part of it is, in the singular, e.g. fruit, tool, city, colour, instrument, animal.
        Counter(kinds).most_common(1)[0][0] over fruit, city, instrument, animal, colour, tool
        I collect lists by topic. Most of this list is about one topic out of city, animal, fruit, colour, tool, instrument; name it.
        Are they mainly tools, colours, cities, animals, fruits or instruments? Reply in the singular: tool, colour, city, animal, fruit, instrument.
        To which of six drawers (colour, instrument, tool, animal, city, fruit) do at least three of the items go?
        What would you call the group if the stranger in it left? Answer animal, tool, fruit, instrument, colour or city.
        Kind shared by three items; may be instrument, city, tool, animal, colour, fruit
        Describe what the set is about, using a single label: "city", "tool", "colour", "animal", "instrument" or "fruit".
        Find the common category that covers all but one of the words (one of fruit, animal, tool, colour, city, instrument).
        One shop sells three of these things. Does it sell the kind fruit, tool, animal, colour, instrument or city?
        dominant class of the items: city? colour? animal? fruit? tool? instrument?
    """,
    "odd_kind": """
        kind of the odd one: animal, city, colour, fruit, instrument or tool
        One item is unlike the other three. What kind of thing is this item? Choose tool, instrument, fruit, colour, city or animal.
        cat; dog; Rome; owl -> city
        the one that doesnt fit is a ... (city / animal / tool / fruit / colour / instrument)
        Spot the intruder and report its category and not the word itself; categories are animal, tool, colour, city, instrument, fruit.
        Minority class of the list out of colour, animal, instrument, fruit, tool, city.
        Three friends and a stranger: to what family does the stranger belong, animal, fruit, city, colour, tool or instrument?
        Counter(kinds).most_common()[-1][0] over animal, city, colour, fruit, instrument, tool
        I know what most of the words are. Tell me what the exceptional word is: an instrument, a tool, a city, a colour, a fruit or an animal (kind only).
        Which kind occurs just once among the four? It's one of tool, city, animal, instrument, colour and fruit.
        Something got into the wrong list. Say from which list it came: fruit, animal, colour, tool, city or instrument.
        Name the category that has a single representative here (instrument, fruit, animal, city, colour, tool).
        The misplaced item must be carried to its own shelf. The shelves say city, colour, tool, fruit, animal, instrument. Which shelf?
        Class of the outlier; allowed answers fruit, colour, tool, animal, instrument, city
        What is it that disturbs the group, an animal, a city, a tool, an instrument, a fruit or a colour? Write the bare noun.
        If the row is three fruits and a hammer, answer tool; if three tools and an oboe, instrument; likewise animal, city, colour, fruit.
        Identify the item out of line, then give its hypernym from this set: colour, city, fruit, animal, tool, instrument.
        the lonely kind: tool, fruit, instrument, colour, animal or city
    """,
    "odd_position": """
        odd one: first, second, third or fourth
        Where does the item stand that doesn't match the others? Answer first, second, third or fourth.
        cat; dog; Rome; owl -> third
        which place is the misfit in (first / second / third / fourth)
        Give the position of the intruder as an ordinal word from first to fourth.
        A quiz shows four cards and one is wrong. Is it the first, the second, the third or the fourth card?
        ("first", "second", "third", "fourth")[index_of_outlier]
        Don't name the odd item, say its place in the list: fourth, third, second or first.
        Three of a kind plus one. Is the one in first, second, third or fourth position?
        Counting from the left, what number has the item to be removed? Write first, second, third or fourth.
        I'm going to cross out the word that doesn't belong. Tell me if it is the first, second, third or fourth word.
        Ordinal of the outlier, in letters (fourth, first, third, second)
        In what place did somebody slip in a thing of another sort? One ordinal, first through fourth.
        Point at the stranger by its rank in the row, using the words first, second, third, fourth.
        If item two is of another kind than items one, three and four, say second; accordingly first, third, fourth.
        The button to press is the one beneath the unsuitable item. The buttons are marked first, second, third, fourth.
        Position label for the semantic outlier: second, fourth, first or third
        Of the four seats, which is taken by a guest from another group? (third, first, fourth, second)
    """,
    "without_odd": """
        the three that match, joined by " + "
        Drop the odd one out and write the other three with plus signs between them.
        cat; dog; Rome; owl -> cat + dog + owl
        keep the 3 of the same kind, a + b + c
        Remove the item of another kind; print what's left in the same order as "x + y + z".
        A team consists of three members of one kind. From the four candidates form the team, e.g. pear + plum + kiwi.
        " + ".join(item for item in items if kind(item) == majority)
        Clean up the set: without the intruder, separated by a plus sign with blanks around it.
        Which items go together? Connect them by plus signs and leave out the stranger.
        I bundle things of one sort. Write the bundle for this list in the style "saw + axe + drill".
        Majority items only, plus-separated
        Three items match in category. Give them from left to right, + between.
        The sum of the things that belong together: first + second + third, the misfit doesn't count.
        What remains after the misfit is struck out? Put + between the words.
        Repair the list by deleting its wrong member and use " + " as the new separator.
        Homogeneous subset of size three, notation A + B + C
        Throw out the one word of a different sort and add up the rest, as in harp + tuba + oboe.
        An equation's left side: the three alike items with plus signs, no equals sign, no fourth item.
    """,
}
