"""Descriptions of the tasks of the records family."""

from __future__ import annotations

DESCRIPTIONS = {
    "age": """
        the age, as a number
        How old is the person in this record?
        look up the field called age and give me its value
        Value stored under the key "age".
        HR needs a plain list of ages; from every entry copy the age in digits, nothing else.
        A record such as "[name] Ann Lee [age] 34 [city] Turin" should give 34.
        Years of life according to the record
        Whatever the layout (JSON, CSV, tags or colon pairs), report the number that belongs to age.
        record["age"]
        Check the entry and say how many years it lists for this employee, would you?
        I'm planning birthday cards. Each line describes one colleague and I want to see just how old they are, e.g. 52.
        The only thing that counts is the age entry; ignore who they are, where they live and what they do.
        parse -> age
        You will read a small data record with four fields. Say the age it contains using digits only.
        whats the age in here? only digits pls
        Of all the values in the line exactly one is a number; that number is the answer.
        Job: clerk who reads personnel records aloud, but only the age column.
        In the CSV layout it is the value under the heading age, in the others the value right beside the word age. Copy it.
    """,
    "city_capitals": """
        CITY IN CAPITALS
        Find the city of the record and write it in upper case.
        which town is stored here? shout it, all caps
        The place name of the entry, every letter a capital, for example TURIN.
        city field -> uppercase string
        For address labels our post office wants the town in block letters; produce that from the record.
        Take the value of "city" and capitalise it completely.
        Given {"name": "Ann Lee", "city": "Turin", "age": 34, "job": "baker"} you would write TURIN.
        Where does this person live? Reply in capital letters only.
        I'd like the city given back with caps lock on. Skip the remaining fields.
        record["city"].upper()
        A stamp is carved for each office. Its text is the city of the record in large letters.
        From four facts on a person pick the location and print it LIKE THIS.
        Not the name, not the job, not the age: just the city, and in uppercase.
        Oslo becomes OSLO. Do so with the town named in the data.
        I need the location column converted to upper case
        Please read out the home town from the data line, spelled entirely with big letters.
        The destination board only displays capitals, so show the city of this traveller that way.
    """,
    "job_and_city": """
        job, city
        Give the job and then the city, with a comma and a space between them.
        Two fields joined: occupation first, place second, e.g. "baker, Turin".
        what do they do and where? write it like nurse, Oslo
        From the record build the string job + ", " + city.
        Our directory prints a short line under each name that holds the trade and the town, as in "pilot, Rome". Make this line.
        Reduce the entry to what the person works as and where, separated by a comma.
        Drop name and age. What stays is job and city, in this order whatever order the record has.
        A subtitle for a profile: profession, comma, location.
        {"city": "Turin", "job": "baker", "name": "Ann Lee", "age": 34} turns into baker, Turin
        f"{job}, {city}"
        Summarise as what someone works and where, in the style "teacher, Lima".
        Select two columns, job before city, and join them by ", ".
        I only care for the role and the place of this person; put the role in front and a comma between.
        Write the occupation in small letters as it stands, a comma, a blank, and then the town.
        The answer has two parts split by a comma. Left part: the trade. Right part: the city.
        Business cards need the line beneath the name. It reads like "chef, Paris"; derive it from the data.
        pick out job & city n put a comma in between, job goes first
    """,
    "name_with_age": """
        Name (age)
        Write the full name followed by the age in round brackets, such as Ann Lee (34).
        Newspaper style: the person, then the years in parentheses.
        name and age pls, age in brackets after the name
        Format the entry as "First Last (NN)" and leave out job and city.
        In a news report people are introduced like this: Max Ford (29). Introduce the person of the record so.
        f"{name} ({age})"
        Who is it and how old? Put the second fact in brackets behind the first.
        Keep two of the four values: the name as written, then a blank, then the age between ( and ).
        Contestant list: from each record make an entry like Ida Bell (45).
        Could you give me the caption for this person's photo, namely name plus bracketed age?
        The record "age: 34; job: baker; name: Ann Lee; city: Turin" is captioned Ann Lee (34).
        full name + parenthesised age
        Combine name and age. The age is wrapped in round brackets and comes at the end.
        No town, no trade. The person with their years in parentheses is all we print.
        Our runners' list shows everybody with the age behind the name in brackets; add the next runner from this data.
        Turn the record into a caption: name, space, opening bracket, age, closing bracket.
        I want to read e.g. Tom Hall (61) rather than the raw data line.
    """,
    "surname_letter": """
        first letter of the surname
        With which letter does the person's last name begin? Answer with one capital.
        Files are sorted into drawers A to Z by family name. Which drawer does this record go in?
        initial of the last name only
        Take the name in the record, look at its second word and give the letter that starts it.
        "name: Ann Lee; city: Turin; age: 34; job: baker" -> L
        index letter (family name)
        One letter, please: the opening letter of the surname found under "name".
        record["name"].split()[1][0]
        Under what letter of an alphabetical register would I look for this person, if people are listed by surname?
        The choir lines up by family name. Print the letter on this member's sign.
        Report the capital letter that the person's last name starts with; the first name does not matter.
        what letter does the surname start with
        Just a single character is wanted, which is the head of the family name.
        For the tabs in an address book I have to know whether someone goes to A, B, C and so on. Go by the last name.
        Both names start with a capital; return the later one of these two capitals.
        Someone called Eva Stone belongs to S. To which letter does the person in this data line belong?
        Please work out the alphabetical section for the entry (surname initial, upper case).
    """,
    "values_only": """
        values separated by |
        Convert the record to a bar-separated line without the keys.
        Strip the field names and join what is left with " | ", in the given order.
        "job: baker; name: Ann Lee; age: 34; city: Turin" becomes baker | Ann Lee | 34 | Turin
        just the values w/ pipes between them, same order as in the record
        Any of the four layouts must end up as a pipe-delimited row: value | value | value | value.
        " | ".join(record.values())
        Our import tool knows no keys. It wants the four contents in order, with a vertical bar surrounded by spaces between two of them.
        Throw the labels name, city, age and job away, and put " | " between the contents.
        Make a table row out of the record, for example Oslo | 41 | Tom Hall | clerk.
        Flatten this record into its values with " | " as the separator.
        Pipe format (a | b | c | d), no headers, order untouched.
        What the data says, minus what the data calls it; use a vertical bar with spaces to divide the pieces.
        I paste records of mixed layouts and want uniform rows such as clerk | Oslo | 41 | Tom Hall.
        Keep each field's content where it stands and replace all punctuation and key names by " | ".
        record to table row, a | b | c | d
        The output shows four items and three bars. The items are the field contents from left to right.
        Reformat: keys go, values stay, delimiter is space-bar-space.
    """,
    "key_order": """
        keys in order
        List the names of the fields in the order in which they appear, with commas.
        Which four keys does the record have, from left to right?
        header of the record, e.g. city, job, name, age
        Ignore the contents and only write down how the fields are called, in sequence.
        ", ".join(record.keys())
        For a spreadsheet I need the column titles of this line in their order, comma and blank between them.
        {"age": 34, "name": "Ann Lee", "job": "baker", "city": "Turin"} -> age, name, job, city
        The words name, city, age and job occur in some order. Tell me the order, with commas.
        schema only pls, no data (key, key, key, key)
        What is the sequence of attributes here? Write it as a comma-separated list.
        Imagine blanking out all the data: which labels would be left over, read from the start?
        Every record mixes up its fields differently; report the arrangement of this one like "job, age, city, name".
        field names, comma separated, as they come
        Give back the labels with commas between them and drop the values.
        What does each position of the record stand for, going from the first field to the last one?
        A data engineer asks for the column order. Name the four columns, comma-separated.
        Extract the keys (not the values), keep their order and separate them by commas.
    """,
    "rename_job": """
        rename the key job to role
        Copy the record but call the field "job" by the name "role".
        Same record, same layout, with one change: the key job is now role.
        s/job/role/ in the key, leave the rest
        "name: Ann Lee; job: baker; age: 34; city: Turin" -> name: Ann Lee; role: baker; age: 34; city: Turin
        Our database renamed a column. Rewrite each record so that its job column is called role.
        Please repeat the entry word for word, only replace the field name job with role.
        The new form has no "job" but a "role" instead. Adapt the record, keeping punctuation, order and values.
        migrate record: job => role
        One label is outdated. Where it says job it should say role; nothing else may move.
        record with key "job" relabelled "role"
        Change the heading of the occupation field from job to role and show the whole record again.
        Output the complete data line with the attribute job turned into the attribute role.
        Keep everything, change a single word. That word is job, and it becomes role.
        What would the record look like if its author had written role in place of job?
        Schema update, version 2 uses "role". Upgrade the record from version 1, which uses "job".
        I need all four fields back in their layout, but with role as the label of the profession.
        relabel the profession field as role, pls keep the formatting
    """,
    "decade": """
        age group: 20s, 30s, 40s ...
        Is the person in their teens (10s), 20s, 30s, 40s, 50s or 60s?
        Round the age down to tens and add an s, so 34 becomes 30s.
        which age bracket? like 50s
        For our survey ages are grouped by decade. Give the group of this respondent in the style 20s.
        {"name": "Ann Lee", "age": 34, "job": "baker", "city": "Turin"} -> 30s
        decade of life, digits plus s
        Someone of 47 is in their 40s. In their what is the person in the record?
        f"{age // 10 * 10}s"
        Instead of the exact age I publish only a bracket of ten years, as "60s". What is it here?
        Replace the last digit of the age by 0 and put the letter s behind it.
        Age bucket for the record, ten years wide, named after its lower end with an s, e.g. 10s, 20s, 30s.
        Anonymise the age: answer with the decade only.
        A dating site shows "in his 40s" rather than 43. Provide the part like 40s for this profile.
        Read the age field and name the decade it falls in.
        bin the age by tens, write the bin as 10s 20s 30s and so on
        From the four facts work out the person's decade; 18 counts as 10s, 50 counts as 50s.
        Marketing wants segments and not people. Segment = tens of the age followed by s.
    """,
    "sentence": """
        record to sentence: "Ann Lee is a baker in Turin."
        Write one sentence that says who the person is, what they do and where, like "Tom Hall is a clerk in Oslo."
        Tell me about the person in plain English: NAME is a JOB in CITY, with a full stop.
        Verbalise the data except for the age: X is a Y in Z.
        "age: 34; name: Ann Lee; job: baker; city: Turin" reads as Ann Lee is a baker in Turin.
        make a normal sentence out of this, name is a/an job in city. no age
        The radio host can't read tables. Give her a line such as "Eva Stone is an actor in Lima."
        Data-to-text with the template <name> is <a/an> <job> in <city>.
        Could you introduce this person with a sentence of the kind "Ida Bell is a nurse in Rome."?
        Turn the fields into prose; the age stays unmentioned. Mind a and an.
        Fill in: ___ is a(n) ___ in ___.
        Who is what in which city? Answer in a full sentence in the present tense, beginning with the name, with is and in.
        I'd like the record as English text and not as data: person, is a(n), occupation, in, place, full stop.
        Automatic biography, one line long, of the kind "Max Ford is an editor in Rome."
        Use three of the four fields to form a statement like "Leo Park is a miner in Lima."
        Each card at our exhibition carries a sentence saying that someone is a such-and-such in a certain city. Write the card for this record.
        generate: {name} is a {job} in {city}.  (an before a vowel)
        Express the record the way you would present a guest at a party: this name is a such-and-such in that town.
    """,
    "over_forty": """
        older than 40? yes/no
        Is the person above forty? Answer yes or no.
        yes if age > 40 else no
        The over-forties team only admits people of 41 and more. Can this person play? Reply yes or no.
        Check the age in the record. Forty or less means no, more than forty means yes.
        "name: Ann Lee; city: Turin; age: 34; job: baker" -> no
        has this person had their 41st birthday already (yes / no)
        A free health check is given to everybody past 40. Say yes to those who get it and no to the rest.
        Look at the number in the entry and tell me, with yes or no, if it exceeds 40.
        Does the record describe someone aged over forty? One small word is enough.
        boolean filter on age, threshold 40, exclusive; print yes/no
        Would you find this individual in a list of people who are at least 41? yes or no.
        I'm selecting records with an age beyond 40. Keep this one (yes) or not (no)?
        Compare the age with 40: greater gives yes, equal or smaller gives no.
        Please decide whether they are more than forty years old and write yes or no.
        No for 18 to 40, yes for 41 and upwards.
        Age gate for a seniors' club with the limit at forty (you must be older than that). Output yes for entry, no for refusal.
        yes or no: the person is in the second half of life, i.e. over 40
    """,
    "bus": """
        odd age: red, even age: blue
        Which bus does the person take? Odd ages ride the red bus and even ages the blue bus.
        If the age is an even number write blue; if it is odd write red.
        red or blue team, by parity of the age (odd = red)
        A group of visitors is split in two. Those whose age can be divided by two get a blue badge, all others a red one. Colour of this visitor's badge?
        {"name": "Ann Lee", "age": 34, "job": "baker", "city": "Turin"} -> blue, because 34 is even
        "red" if age % 2 else "blue"
        Colour coding of records: blue stands for an even age, red for an odd age.
        Read the number of years. Ends in 1, 3, 5, 7 or 9? Then red. Otherwise blue.
        what colour? age even->blue odd->red
        Assign the person to the red or the blue group; only the age counts, odd ones are red.
        Parity check on the age field, with red as the word for odd and blue as the word for even.
        Our two coaches are called red and blue. People of 20, 22, 24 and so on sit in blue, people of 21, 23, 25 and so on in red.
        Sort this participant by age into blue (divisible by 2) or red (not divisible by 2).
        Say blue for even years of age, and say red for odd ones.
        The wristband is red for somebody aged 31 and blue for somebody aged 32, and so on by turns. Which does this record get?
        Two lanes at the pool, split by whether the swimmer's age is odd (red lane) or even (blue lane); name the lane's colour.
        Look at the last digit of the age and answer with a colour, odd being red and even being blue.
    """,
    "layout": """
        layout: pairs, JSON, CSV or tags
        In which format is the record written? Choose JSON, CSV, tags or pairs.
        Detect the data format. Curly brackets mean JSON, square brackets mean tags, a header and a slash mean CSV, colons and semicolons mean pairs.
        "[name] Ann Lee [age] 34" is tags, "name: Ann Lee; age: 34" is pairs. What is this one: pairs, tags, JSON or CSV?
        format sniffing -> JSON | CSV | tags | pairs
        Before parsing I must know the parser: JSON, CSV, pairs (key: value; ...) or tags ([key] value). Which one fits?
        Never mind the contents. Is it laid out as CSV with a header, as JSON, with bracketed tags or as colon pairs? Use the labels CSV, JSON, tags, pairs.
        which kinda file is this from... JSON / CSV / tags / pairs
        Tell the notation of the line by its punctuation and answer tags, pairs, CSV or JSON.
        Name the encoding of this record. Four are known: CSV (commas, keys before the slash), JSON (braces and quotes), tags (keys in []), pairs (key: value).
        Four programs write our records, each in its own layout called pairs, JSON, CSV or tags. Say which layout you see.
        Could you label the syntax of the input as JSON, as CSV, as tags or as pairs?
        File type of the record, spelled JSON, CSV, tags or pairs
        Syntax classifier. Braces: JSON. Header / row: CSV. [key]: tags. key: value; key: value: pairs.
        Do not look at who is described but at how it is written down, and give the layout's name (tags, CSV, pairs or JSON).
        Is there a brace, a slash, a square bracket or none of them? That makes it JSON, CSV, tags or pairs respectively.
        The import wizard asks "What format is your data in?" with the options pairs, tags, JSON, CSV. Pick the option.
        I have a stack of records in mixed notation and sort them into the folders JSON, CSV, tags and pairs. Where does this go?
    """,
    "missing_key": """
        missing field: name, city, age or job
        A complete record has name, city, age and job. Which one is not there?
        Find the gap. Of the four keys name, age, city, job one has been left out; write it.
        what's missing?? (name / city / age / job)
        The form asks for a name, a city, an age and a job, but somebody skipped a box. Name that box.
        "city: Turin; age: 34; job: baker" lacks the name, so the answer is name.
        ({"name", "city", "age", "job"} - keys).pop()
        Validation: report the required key that is absent, out of age, city, job and name.
        Which question do I still have to ask this person: name, city, age or job?
        Say which of the four usual fields (job, age, city, name) you cannot see in the record.
        Three facts are given and one of name, city, age, job isn't. Give the one that isn't.
        incomplete record -> key to be filled in (age, city, job or name)
        Is the entry complete? It isn't; tell me which attribute is lacking: city, age, job or name.
        No value is stored for one of these: name, age, job, city. For which?
        An error message reads "required field ___ not found". Fill it in with name, city, age or job.
        I know three things about the person; the fourth, be it age, name, job or city, is unknown. Say what it is.
        By elimination: name, city, age, job minus the keys that occur leaves one word.
        Our clerk forgot to type in one item per card (the name, the city, the age or the job). Identify the forgotten item.
    """,
    "has_age": """
        age present or absent
        Does the record say how old the person is? Answer present if it does, absent if not.
        Look for the field age and report "present" or "absent".
        present/absent: age
        Only records that contain an age can be used. Mark this one present if there is an age in it and absent otherwise.
        "name: Ann Lee; city: Turin; job: baker" -> absent, because nothing tells the age
        "present" if "age" in record else "absent"
        is there an age in it? say present, or absent if there isn't
        Any number in the data? Then the age is present. No number, then it is absent.
        Attendance list of fields: is age present or absent today?
        I cannot compute an average from records that keep silent about age, so label each as absent (silent) or present (age given).
        Check for the age attribute; reply with one of the words absent and present.
        Quality control, column age: "present" when filled, "absent" when the column doesn't exist.
        Would a bouncer learn the person's age from this entry? If yes write present, if no write absent.
        Did somebody enter the age here? absent = no, present = yes.
        Two labels: present for records with the key age, absent for those without.
        State whether the years of age are recorded (present) or left out (absent).
        Of this record I just need to know if its age is absent or present
    """,
    "last_value": """
        value of the last field
        What does the final field of the record contain?
        Read to the end and copy the content of the last field, without its key.
        last value pls
        "city: Turin; age: 34; job: baker" -> baker
        list(record.values())[-1]
        The fields come in any order. Give me what the one at the very end holds, whether that is a name, a town, a number or a job.
        I only want the rightmost piece of data.
        Which value closes the entry?
        Reading from the right, the first value that you meet, braces and quotes removed.
        Ignore all the fields except for the final one and write its content.
        Our scanner cuts records off too early, so for a test please repeat the last piece of information in the line.
        final value, key not included
        Content of the field in last position, e.g. Oslo for [age] 41 [job] clerk [city] Oslo.
        With what fact does this record end?
        Let the earlier fields go; the trailing field's value is what I am after.
        Could you copy the bit of data that was entered last?
        Like popping the last item off a list of values: show the popped item.
    """,
    "first_key": """
        first key
        What is the first field of the record called?
        Name the key that the record opens with: name, city, age or job.
        {"age": 34, "name": "Ann Lee", "job": "baker"} -> age
        next(iter(record))
        Give me the label at the very start and not its value.
        how is the 1st field named
        The fields may stand in any order. Which one leads, age, city, job or name?
        Look at the beginning of the line and write the field name you find there.
        Title of column one.
        I file these by whatever attribute is mentioned first. Tell me this attribute.
        Which kind of information comes before all the others? Answer with its key, e.g. city.
        Copy the earliest key; in CSV that is the first word of the header.
        The leftmost value stands for something; say for what, in the record's own word.
        Not what it says first, but what the first thing it says is called.
        leading attribute name
        Out of the keys in this entry pick the one in first position.
        The form begins with a box. What is printed on that box: name, city, age or job?
    """,
    "add_missing": """
        fill the gap: "<key>: unknown"
        One of name, city, age, job is missing. Write that key, a colon and the word unknown, e.g. "job: unknown".
        Which line must be added so that name, city, age and job are all there? Give it with unknown as the value.
        add whats missing, like age: unknown
        Complete the record. Print only the absent field, in the form key: unknown.
        "name: Ann Lee; age: 34; job: baker" needs city: unknown
        f"{missing_key}: unknown", where the required keys are name, age, city and job
        Our archive does not allow gaps. For the field that nobody filled in (name, age, job or city) make an entry that says unknown.
        Patch for an incomplete record, format "city: unknown".
        Find out which of the four standard fields was forgotten and supply it with the placeholder unknown, written key, colon, blank, unknown.
        Someone left a box empty on the form with name, city, age and job. Write the box's title, then ": unknown".
        I would like a repair note for each record such as "name: unknown"; it holds the lacking key and nothing more.
        What do we not know about this person, their age, city, job or name? Put it as "... : unknown" without a space before the colon.
        Missing attribute with the default value unknown, as a colon pair.
        Could you write the extra pair that makes the entry complete? Its value is always unknown.
        Three of name, city, age and job are known. State the fourth as being unknown, for instance "age: unknown".
        The importer wants all four fields and gets three. Hand it the remaining one with unknown after the colon.
        default entry for the field that isn't there (key: unknown)
    """,
}
