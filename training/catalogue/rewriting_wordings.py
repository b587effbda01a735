"""Descriptions of the tasks of the rewriting family."""

from __future__ import annotations

DESCRIPTIONS = {
    "without_greeting": """
        drop the greeting
        Cut off the salutation and start the sentence with the verb.
        Hi Ann, send 4 mugs to Rome on 9 May. -> Send 4 mugs to Rome on 9 May.
        no hi, no name, just what they want (capital letter at the start)
        Skip the pleasantries: repeat only the instruction, as a proper sentence.
        Everything up to the first comma is politeness. Remove it and capitalise what follows.
        In our ticket system messages must not open with a greeting. Rewrite the message so that it gets straight to the point.
        Delete "Hello Tom," or whatever the opening is and leave the rest a correct sentence.
        The order itself, without addressing anybody
        I'd like the request stripped of its salutation, first letter in upper case, full stop kept.
        Be blunt. Say what is to be done and don't say hello.
        Remove the addressee and the word of welcome.
        What does the message look like if its author goes without the greeting?
        Trim the beginning, e.g. "Good morning Eva, take ..." becomes "Take ...".
        Message body, salutation excluded
        Print the sentence from its verb on, with a capital at the front.
        A telegram costs money per word, so leave out greeting and name and keep the instruction.
        Strip leading salutation; fix capitalisation.
    """,
    "could_you": """
        "Could you ...?"
        Turn the request into a polite question that opens with Could you.
        Dear Bob, buy 6 lamps in Oslo on 3 June. -> Could you buy 6 lamps in Oslo on 3 June?
        Ask instead of ordering: Could you + the rest + question mark. The greeting is dropped.
        make it a could you question w/o the hi
        Imperative to question. Begin with "Could you", finish with "?".
        My boss sounds harsh. Rephrase what he wants as a question beginning Could you, without the name.
        Soften the command by asking if the person could do it; leave the salutation out.
        f"Could you {request}?"
        How would one put this as a question with could? Start at "Could you", no hello.
        An interrogative version of the order is needed, with could you in front and no addressee.
        Replace the greeting by the words Could you and the full stop by a question mark.
        Courtesy filter: commands go in, questions of the type "Could you buy 3 lamps in Oslo on 2 June?" come out.
        Write the same wish in the form of a question (could you).
        Instead of telling, ask. Two words come first, could and you, then the action, place and date.
        Modal question from an imperative sentence
        Phrase it so that the other side may say no: Could you ...?
        Assistant's job here: convert instructions to could-you questions and throw away who they are for.
    """,
    "add_please": """
        add please
        Put the word please before the verb and leave all the rest as it is.
        Hi Ann, send 4 mugs to Rome on 9 May. -> Hi Ann, please send 4 mugs to Rome on 9 May.
        somebody forgot to say please, insert it after the greeting
        Same message with one more word, the magic word, right after the comma.
        Make the request kinder with a please; keep greeting, date and place.
        I teach my son manners. Show his message with a "please" between the name and the verb.
        Insert please directly behind the salutation.
        Rewrite politely: greeting, please, instruction.
        Edit: + "please" in front of the action
        text.replace(", ", ", please ", 1)
        The sentence lacks a polite word. Supply it at the point where the instruction begins.
        What would the same message be if written by someone who says please?
        Copy the message; once the comma has been written, write please, then go on copying.
        Our style guide demands "please" in every request. Bring this one into line and alter nothing else.
        Say it more nicely by adding a single lower-case word before the verb.
        please + verb, greeting unchanged
        Return the request with the courtesy word please added to it.
    """,
    "date_in_front": """
        [date] action
        Move the date to the front in square brackets and write the action behind it, without greeting and full stop.
        Good morning Bob, get 15 vases from Lima on 7 June. -> [7 June] get 15 vases from Lima
        diary line: date in brackets, then what to do
        For the calendar: begin with the day and month between [ and ], continue with the instruction in small letters.
        Rewrite as "[D Month] verb number things place".
        Wall planner entries look like [3 June] buy 20 tents in Oslo. Make such an entry.
        f"[{date}] {action}"
        Put when before what. The when stands in brackets; the word on, the greeting and the dot vanish.
        I sort my tasks by day, so I need the day first, like [14 July], followed by the bare task.
        Turn the message into a schedule line with a bracketed date at its head.
        Agenda item from a request: [date] + what has to be done and where
        Log format wanted. Date tag first, e.g. "[21 April]", then the order without "on" and without a dot.
        Leave out who is addressed; start with the date (in square brackets) and end with the place.
        When is it due? Open with that, bracketed, and then tell what is due.
        Tag the action with its date up front: [date] action.
        Change the order of the information: date in square brackets, then verb, number, goods and place.
        bracket the date, stick it in front, drop hello and the final dot
    """,
    "hide_digits": """
        digits -> #
        Replace every digit by # and keep the rest of the message.
        Hi Ann, send 14 mugs to Rome on 9 May. -> Hi Ann, send ## mugs to Rome on # May.
        hide all numbers, one # per digit
        Censor the figures: a hash for each digit, all words left as they are.
        re.sub(r"\\d", "#", text)
        Numbers are confidential in our company. Show the message with hashes in place of its digits.
        Mask 0 to 9 with the number sign; a number of two digits becomes two signs.
        The message with its figures made unreadable by hash signs
        I want to post this without giving away amounts and days. Black the digits out as #.
        Swap any numeral character for #, touching no letter.
        Privacy step. Each digit in the text is turned into one hash.
        What is left when all the digits are covered up by #?
        Anonymise the quantities and the day of the month: 25 becomes ## and 7 becomes #.
        Copy the sentence but type # whenever you would type a digit.
        Number redaction, length-preserving, mask character #
        Make a template of the message in which all the digits are hashes.
        Keep the wording, the greeting and the dot; only the digits become #.
    """,
    "forbid": """
        add "do not"
        Make it a prohibition: put do not before the verb, keep everything else.
        Hi Ann, send 4 mugs to Rome on 9 May. -> Hi Ann, do not send 4 mugs to Rome on 9 May.
        The plan was cancelled. Tell the person, in the same words, not to do it.
        negate it (do not ...)
        Turn the request into its opposite by inserting "do not" after the greeting.
        Imperative to negative imperative, without contraction.
        We want the contrary. Write the message so that it forbids what it asked for.
        The person should leave it alone. Insert do and not in front of the verb.
        text.replace(", ", ", do not ", 1)
        Call it off: repeat the message with the words do not placed behind the comma.
        I've changed my mind. Same sentence, but with do not.
        How would you ask the addressee to refrain from the action? Use do not and keep greeting, place and date.
        Negation exercise. Copy the greeting, add "do not", copy the remainder.
        Two extra words, do and not, make the instruction a ban; put them where they belong.
        Rewrite as a warning against the action, beginning with the original greeting.
        Negative command, spelled do not (never don't)
        From "do it" to "do not do it": transform the message.
    """,
    "we_will": """
        We will ...
        Make a promise of it: start with We will, drop the greeting, keep the rest.
        Hello Tim, sell 30 chairs in Bern on 2 July. -> We will sell 30 chairs in Bern on 2 July.
        say what we're going to do: "We will" + action + date.
        Imperative to first person plural future with will.
        The customer asked for something. Announce that we shall do it, using the words We will.
        f"We will {action}."
        Write the answer of a team that accepts the task, as a sentence beginning with We will.
        Change the order into a statement about our own plans (we + will).
        I'm reading the plan aloud to the board: "We will sell 30 lamps in Bern on 4 May." Put this request the same way.
        No greeting and no name. The subject is we and the verb is in the future with will.
        turn "do x" to "We will do x"
        Future tense, subject we (We will ...)
        As a company we confirm every order by restating it from our point of view in the future tense. Confirm this one with We will.
        What shall happen? Tell it with "We will" in front of the verb, place and date included.
        Commit to the request: We will followed by the action as given.
        Replace the salutation with We will and leave the full stop where it is.
        Statement that we will do it, containing all details but no greeting
    """,
    "report": """
        it is done: "Name did ... on ..."
        Report the action in the past tense with the addressed person as subject.
        Dear Bob, take 6 lamps to Oslo on 3 June. -> Bob took 6 lamps to Oslo on 3 June.
        past tense pls, and the person who was asked is the one who did it
        The order was carried out. Write so: name, verb in the past, things, place, date.
        Turn the request into a news item about the person, e.g. "Tom bought 12 vases in Oslo on 3 June."
        Who did what, where and when? Answer in a full sentence in the simple past.
        Imperative -> simple past, subject = addressee
        For the yearly chronicle describe the event as having happened, naming the person instead of greeting them.
        Suppose the person obeyed. Tell a third party about it afterwards.
        I keep a log of finished jobs. From the message derive the log sentence (past tense, begins with the first name).
        The name moves to the subject position and the verb becomes past: send -> sent, take -> took.
        Narrate it as a fact of the past.
        What would the historian write about this request once it had been fulfilled?
        Say that the addressee has done it, using the past form and all the details.
        Completed-task statement: {name} {verb-ed} {things} {place} on {date}.
        Convert the wish into a record of something done by the person addressed.
        Drop the greeting word, keep the name, and put the verb in the past.
    """,
    "to_do": """
        TODO(name): verb goods
        Shorten the message to a to-do note like TODO(Ann): send mugs
        Hello Tim, repair 9 kettles in Nice on 1 April. -> TODO(Tim): repair kettles
        todo line pls: who in brackets, then verb + thing, no number no place no date
        A programmer's comment: the word TODO, the name in round brackets, a colon, verb and goods.
        f"TODO({name}): {verb} {goods}"
        Sticky notes are small, so write TODO, the person in parentheses, and after a colon two words for verb and object.
        Task card from the request. Format: TODO(Person): verb things
        I assign jobs with notes such as TODO(Max): repair clocks. Make the note that belongs to this message.
        Compress who shall do what into TODO(who): what, leaving quantity, town and day aside.
        Reduce to essentials in the TODO(...) notation: addressee, verb, plural noun.
        Which person, which action, which goods? Put it as TODO(person): action goods.
        Issue tracker title, upper-case TODO, assignee in brackets, colon, then verb and goods
        Only three words of the message survive: the name, the verb and the goods. Arrange them as TODO(name): verb goods.
        Rewrite as an open item of a list, for instance TODO(Eva): collect kettles.
        Turn mail into a task marker. TODO, opening bracket, name, closing bracket, colon, what to do with what.
        Give the job in brief with its owner in parentheses, e.g. TODO(Ida): get tents.
        The reminder on the fridge reads TODO(Name): do something. Fill it in from the message.
    """,
    "one_more": """
        one more of them
        Raise the number of things by one and copy everything else.
        Hi Ann, send 4 mugs to Rome on 9 May. -> Hi Ann, send 5 mugs to Rome on 9 May.
        quantity + 1, date stays
        The customer wants an extra piece. Correct the amount in the message by adding one.
        Rewrite the request so that it asks for one item more; the day of the month must not change.
        Increase the quantity: 12 becomes 13, 40 becomes 41.
        Same sentence but with the count of goods incremented
        We always order a spare. Show the message including the spare piece, so with the next higher number.
        text with count := count + 1
        Add 1 to the number in front of the goods and print the message.
        someone miscounted, its one too few in the message. fix it
        How would the message read if one additional thing was wanted?
        Bump the amount by a single unit, keeping greeting, goods, town and date.
        There are two numbers, the amount and the day. Make the first one bigger by one.
        I need an updated request with one unit on top of what is asked for.
        Update the quantity to its successor.
        Let the order grow by exactly one piece and reproduce the rest verbatim.
    """,
    "tomorrow": """
        date -> tomorrow
        Replace the date, with its on, by the word tomorrow.
        Hi Ann, send 4 mugs to Rome on 9 May. -> Hi Ann, send 4 mugs to Rome tomorrow.
        not on that day but tomorrow; rewrite
        It has become urgent. Change the deadline to tomorrow and copy the remainder.
        Instead of "on" plus a date say tomorrow, full stop at the end.
        re.sub(r"on \\d+ \\w+", "tomorrow", text)
        The plan was moved to the next day. Adapt the message with the word tomorrow.
        Relative date, please: where the message names a day and month, put tomorrow.
        Today is the eve of the date mentioned. How would one write the message today?
        Swap the calendar date for tomorrow
        I send this the day before, so I don't need a date. Make it end in tomorrow.
        Keep who, what and where; the when becomes tomorrow.
        Let the sentence finish with "tomorrow." in place of the day and the month.
        The same request for the coming day, with no date in it
        Rephrase the time: tomorrow.
        Remove the date expression and write tomorrow instead of it.
        update the message so its due tmrw (spell it tomorrow)
    """,
    "promise": """
        reply: OK, date, city. Name
        Answer in the name of the person addressed: OK, the date, the city, full stop, the name.
        Good morning Bob, fetch 8 tents from Cork on 4 March. -> OK, 4 March, Cork. Bob
        confirm it, sms style: OK, <date>, <place>. <name>
        Write the short confirmation that comes back. It repeats when and where and is signed with the first name.
        f"OK, {date}, {city}. {name}"
        The person agrees by text message, for example "OK, 3 June, Oslo. Tom". Write the text message.
        Reply for the recipient: OK, then day and month, then town, then their signature.
        Confirmation by the one who was asked, e.g. OK, 20 May, Bern. Max
        Acknowledge the message as its receiver would, in the fixed form OK, D Month, City. Firstname
        I'm too busy to type, so answer for me (I am the person greeted): OK, date, place. my name
        What would the addressee answer if he or she only repeated the date and the city after OK and signed?
        Auto-reply. Pattern: the letters OK, a comma, the date, a comma, the city, a dot, the name.
        Say yes to the request on behalf of the recipient and mention date and place, as in OK, 11 July, Lima. Eva
        From the message take date, town and name, and arrange them as an answer beginning with OK.
        Send back a brief yes: OK, day, location. Signature
        An agreeable worker replies to each request with OK, comma, the date, comma, the town, dot, their own name. Give that reply.
        sign off the request: OK + when + where. + who
    """,
    "file_name": """
        file name: send_4_mugs_to_rome.txt
        Turn the action into a lower-case file name with underscores and the ending .txt.
        Hi Ann, send 4 mugs to Rome on 9 May. -> send_4_mugs_to_rome.txt
        snake case + .txt, no greeting no date
        I save each request under what it asks for. Write the name of the file: words in small letters, _ between them, .txt at the end.
        Build a slug from verb to town, underscores for blanks, and add the extension .txt.
        action.lower().replace(" ", "_") + ".txt"
        Under which file name would this be stored, if names look like buy_20_tents_in_oslo.txt?
        Leave out whom it is for and when. Make the rest a text file's name, all lower case with underscores.
        Name a .txt file after the job in the message
        The archive wants names without blanks or capitals. Make one out of verb, number, goods and place, extension txt.
        Format: verb_number_goods_preposition_city.txt
        Take the part between the comma and the date, join its words by underscores, write it small and append .txt.
        save as...? (underscored, lowercase, .txt)
        File naming rule: the instruction without date in snake_case and a txt suffix. Apply it.
        What should the note be called on disk? Follow the style repair_5_clocks_in_bern.txt.
        Convert the instruction to a path-safe name ending in .txt, greeting and day omitted.
        Snake-case identifier of the task plus ".txt"
    """,
    "passive": """
        passive: "4 mugs must be sent ..."
        Rewrite in the passive with must be, starting with the number of things and leaving the greeting out.
        Dear Ida, ship 4 mirrors to Rome on 9 May. -> 4 mirrors must be shipped to Rome on 9 May.
        things first: N things must be ...ed place on date.
        Say what must be done without saying who does it.
        Imperative into passive voice with the modal must.
        The notice on the board names nobody. It says for instance "20 tents must be bought in Oslo on 3 June." Word the request like the notice.
        {count} {goods} must be {participle} {place} on {date}.
        Let the goods be the subject of the sentence, followed by must be and the participle.
        make it passive (must be), no name
        Use the third form of the verb: take gives "must be taken", sell gives "must be sold". Goods in front, date at the end.
        Impersonal instruction wanted, in which the things have to undergo the action; write must be.
        An official would never say hi. He'd write that so many things must be delivered, sold or whatever. Write like him.
        What has to happen to the goods? Answer in a sentence with must be, place and date included.
        Shift the focus from the person to the goods by means of the passive with must be.
        I need formal, agentless wording: quantity and goods, must be, past participle, place, date.
        Turn the sentence round so that it begins with the things that must be moved, traded or mended.
        Active order in, passive obligation out (goods must be ...)
    """,
}
