"""Computing family: file names, HTTP status codes and notations of small numbers."""

from __future__ import annotations

import http
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from training.catalogue.drafting import balanced, wordings
from training.catalogue.source import Answer, TaskDraft

FAMILY = "computing"
PACKAGES = ()
LICENCE = "PSF-2.0"
SOURCE = "Python standard library"
FILES_PER_EXTENSION = 14
TOKENS_PER_TYPE = 110

STATUS_CLASSES = {
    1: "informational",
    2: "success",
    3: "redirection",
    4: "client error",
    5: "server error",
}
EXTENSIONS = {
    "png": ("image", "image"), "jpg": ("image", "image"), "gif": ("image", "image"),
    "bmp": ("image", "image"),
    "mp3": ("audio", "audio"), "wav": ("audio", "audio"), "flac": ("audio", "audio"),
    "aac": ("audio", "audio"),
    "mp4": ("video", "video"), "avi": ("video", "video"), "mov": ("video", "video"),
    "mkv": ("video", "video"),
    "pdf": ("document", "application"), "docx": ("document", "application"),
    "odt": ("document", "application"), "txt": ("document", "text"),
    "zip": ("archive", "application"), "tar": ("archive", "application"),
    "rar": ("archive", "application"), "7z": ("archive", "application"),
    "py": ("code", "text"), "js": ("code", "text"), "c": ("code", "text"),
    "java": ("code", "text"),
}  # fmt: skip
FILE_WORDS = (
    "budget", "summer", "report", "holiday", "draft", "final", "notes", "backup",
    "garden", "meeting", "invoice", "project", "kitchen", "letter", "sample", "family",
    "winter", "concert", "lecture", "travel", "recipe", "office", "school", "market",
    "planet", "river", "update", "client", "server", "parser", "engine", "window",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class FileName:
    """A file name in its two parts."""

    stem: str
    extension: str

    @property
    def text(self) -> str:
        """The whole name, such as summer_report.pdf."""
        return f"{self.stem}.{self.extension}"


FILE_ANSWERS: dict[str, Callable[[FileName], str]] = {
    "file_kind": lambda file: EXTENSIONS[file.extension][0],
    "media_type": lambda file: EXTENSIONS[file.extension][1],
    "extension": lambda file: file.extension,
    "stem": lambda file: file.stem,
    "backup_name": lambda file: f"{file.text}.bak",
}
BYTE_ANSWERS: dict[str, Callable[[int], str]] = {
    "hexadecimal": lambda byte: f"{byte:02x}",
    "binary": lambda byte: f"{byte:08b}",
    "octal": lambda byte: f"{byte:o}",
    "top_bit": lambda byte: str(byte >> 7),
}
LABEL_TASKS = ("file_kind", "media_type", "http_class", "token_type", "top_bit")
GROUPS = {
    "file_kind": "computing_file_types",
    "media_type": "computing_file_types",
    "hexadecimal": "computing_hexadecimal",
    "from_hexadecimal": "computing_hexadecimal",
    "http_class": "computing_http",
    "http_phrase": "computing_http",
}


def file_names() -> list[FileName]:
    """Invents file names, as many with every extension."""
    generator = random.Random(f"{FAMILY}/file_names")
    names: dict[FileName, None] = {}
    for extension in EXTENSIONS:
        wanted = len(names) + FILES_PER_EXTENSION
        while len(names) < wanted:
            words = generator.sample(FILE_WORDS, 2)
            number = generator.randint(1, 99)
            stem = generator.choice(
                ("_".join(words), "-".join(words), words[0], f"{words[0]}{number}")
            )
            names[FileName(stem=stem, extension=extension)] = None
    return list(names)


def tokens() -> list[tuple[str, str]]:
    """Invents strings of letters, of digits and of punctuation with their type."""
    generator = random.Random(f"{FAMILY}/tokens")
    alphabets = {
        "letters": string.ascii_letters,
        "digits": string.digits,
        "punctuation": string.punctuation,
    }
    typed: dict[str, str] = {}
    for name, alphabet in alphabets.items():
        wanted = len(typed) + TOKENS_PER_TYPE
        while len(typed) < wanted:
            length = generator.randint(2, 6)
            typed["".join(generator.choices(alphabet, k=length))] = name
    return list(typed.items())


def drafts() -> Iterator[TaskDraft]:
    """Yields every task of the family."""
    files = file_names()
    for task, file_answer in FILE_ANSWERS.items():
        rows = [(file.text, file_answer(file)) for file in files]
        yield _draft(task, "file_names", rows)
    for task, byte_answer in BYTE_ANSWERS.items():
        rows = [(str(byte), byte_answer(byte)) for byte in range(256)]
        yield _draft(task, "bytes", rows)
    rows = [(f"{byte:02x}", str(byte)) for byte in range(256)]
    yield _draft("from_hexadecimal", "hexadecimal_bytes", rows)
    rows = [(str(code), STATUS_CLASSES[code // 100]) for code in range(100, 600)]
    yield _draft("http_class", "http_codes", rows)
    rows = [(str(status.value), status.phrase) for status in http.HTTPStatus]
    yield _draft("http_phrase", "http_codes", rows)
    yield _draft("token_type", "tokens", tokens())


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
    "file_kind": """
        image, audio, video, document, archive or code?
        What kind of file is it: archive, audio, code, document, image or video?
        Judge by the extension and answer image, audio, video, document, archive or code.
        photo.png -> image, song.mp3 -> audio, clip.mp4 -> video, letter.docx -> document, all.zip -> archive, main.py -> code
        Please sort my downloads: for each name say which folder it goes to (archive, audio, code, document, image, video).
        Is the file for looking at, listening to, watching, reading, unpacking or programming? Reply image, audio, video, document, archive or code respectively.
        File type in everyday words, one of six: document, image, video, audio, code, archive.
        Which icon should a file manager show: picture (image), note (audio), film (video), page (document), box (archive) or brackets (code)? Print the word in brackets.
        Classify a file name by content, e.g. source files are code and compressed bundles are archive.
        Determine the category of the named file among archive, code, audio, video, document and image.
        Does the ending belong to a picture (image), music (audio), a movie (video), a text (document), a packed folder (archive) or a program (code)?
        I attach files to mails and want to say what they are in a word such as "image" or "archive".
        what is in the file? image / audio / video / document / archive / code
        The cloud drive gives each upload one of six coloured icons, for audio, video, image, document, archive and code. Which one does this file get?
        Look at the letters after the dot: jpg means image, wav means audio, avi means video, txt means document, rar means archive, js means code, and related endings go along.
        Nobody cares what the file is about; say only what one opens it with: a picture viewer (image), a music player (audio), a film player (video), an office program (document), an unpacker (archive), a programmer's editor (code).
        For the yearly clean-up we count files per kind. The kinds are code, archive, document, video, audio and image; under which is this one counted?
        Don't answer with the extension and don't answer with a MIME type such as text or application; the six categories are archive, audio, code, document, image, video.
    """,
    "media_type": """
        main part of the MIME type
        Which top-level media type does the file have: application, audio, image, text or video?
        Give the word before the slash in the Content-Type of this file.
        For letter.pdf the MIME type is application/pdf, so the answer is application; do likewise.
        Please tell me the general internet media type (text, image, audio, video or application) of the file.
        A web server sends a header such as image/png; print only its first half for my file.
        MIME major type by extension: source code and plain text are text, packed or office files are application, media are image, audio or video.
        .zip -> application, .c -> text, .gif -> image, .wav -> audio, .mov -> video
        Map the file name to {application, text, image, audio, video}.
        How would an e-mail program label the attachment before the slash?
        Label the download by IANA media class in lower case, one word, e.g. application for a PDF.
        Say under which of the five media type trees (text, application, audio, video, image) the file's format is registered.
        mime type of file, only part before the "/"
        When our server sends main.py it says text/..., with all.zip it says application/.... Which first word does it say with this file?
        RFC 6838 knows the trees application, audio, image, text and video. In which one is the format of this file?
        Don't write archive, code or document, since these are no media types; PDF, office and packed formats belong to application, and plain text and source files belong to text.
        The mail gateway lets attachments pass by the left half of their content type. For the given attachment, print this half: text, image, audio, video or application.
        <input accept="image/*"> would let a png through. What stands before the slash for the file here?
    """,
    "extension": """
        file extension
        What comes after the dot in the file name?
        Return the extension without the dot: summer.txt -> txt.
        Please cut away the name and give me the ending.
        Suffix of a file, dot excluded.
        I filter uploads by ending and need it extracted from each name.
        Copy the letters that follow the full stop.
        Which filename extension is used here?
        Drop everything up to and including the point.
        os.path.splitext(name)[1] minus the leading dot.
        Only the format abbreviation of the file, such as mp3 or pdf.
        Keep the last part of the name, split at ".".
        ending of the file w/o dot
        An upload form lists the permitted formats as png, pdf, zip. Tell me in the same way which format this file has.
        Not the kind of file in words, but the few characters that Windows likes to hide at its end.
        notes-final.odt gives odt, engine7.c gives c, draft.7z gives 7z; and the file before you?
        Could you count my files by type? For a start, print the suffix of each, and leave the full stop away.
        Whatever stands to the right of the full stop is to be repeated, and nothing to the left of it.
    """,
    "stem": """
        file name without extension
        What is the file called when you leave out its ending?
        Return the stem: summer.txt -> summer.
        Please remove the dot and everything after it.
        Base name of a file, extension dropped.
        My captions are file names without their suffix; produce one.
        Copy the characters that precede the full stop.
        Strip ".pdf", ".zip" or whatever ending the name has.
        Path(name).stem
        Only the title part of the file name, underscores and hyphens kept.
        Keep the first part of the name, split at ".".
        Take the format off the name, e.g. trip-02.mov becomes trip-02.
        file's name w/o the ending
        The photo book prints a caption under each picture, and it is the file name minus the dot and the format. What is it here?
        notes-final.odt gives notes-final, engine7.c gives engine7; and the file before you?
        When you rename a file on your desktop, the part in front of the suffix is highlighted. Type that part.
        Converting from one format to another keeps the name and changes the extension. Tell me the half that is kept.
        Whatever stands to the left of the full stop is to be repeated, and nothing to the right of it.
    """,
    "backup_name": """
        append .bak
        Write the name of the backup copy: summer.txt -> summer.txt.bak.
        Add the suffix .bak to the complete file name.
        What will the safety copy be called if the tool puts .bak at the end?
        Please give the old version's name, that is the same name followed by ".bak".
        Before editing a file I copy it to name.bak; tell me that target name.
        name + ".bak"
        Keep the file name including its extension and attach a second extension, bak.
        Backup naming: original name, dot, bak.
        Return the file name with four characters more, namely .bak.
        From a.zip make a.zip.bak and treat my file the same way.
        Rename for archiving: the ending .bak comes after the present ending.
        file name + .bak at the end
        Each night a script copies every file and hangs .bak on the name, without taking the old ending off. Under what name do I find the copy?
        notes-final.odt turns into notes-final.odt.bak, and not into notes-final.bak. What does my file turn into?
        cp FILE FILE.bak - which name does the second argument have?
        Could you tell me how the spare copy is named? It has the whole original name, then a full stop, then bak.
        Repeat the file name without any change and type the four characters .bak straight after it.
    """,
    "hexadecimal": """
        byte in hexadecimal
        Convert the number to base 16 with two lower-case digits: 10 -> 0a, 255 -> ff.
        Write the decimal number as a two-digit hex value without prefix.
        How does a hex editor show this byte?
        Please express the value with the digits 0-9 and a-f, zero-padded to two places.
        Decimal in, hexadecimal out (like 7f).
        For a CSS colour I need each channel from 0 to 255 in hex.
        format(n, "02x")
        Sixteen is written 10 here, 17 is 11; transform the number into this system and use two characters.
        Base-16 notation, letters small, no 0x.
        Return the two nibbles of the byte as hex digits.
        Change the radix from ten to sixteen.
        dec to hex, 2 digits small letters
        A MAC address is made of bytes such as 0a, 7f or e0. What does the given number look like in one of them?
        Divide by sixteen: quotient and remainder, each as one of 0123456789abcdef, make up the answer.
        Not binary, not octal; base sixteen is asked for, always two places, so 9 is 09 and 200 is c8.
        In a memory dump every byte takes two characters. Write the two for the decimal value in the input.
        The URL encoder puts a per cent sign and then a number in hex. Leave out the sign and give the number for this byte, in small letters.
    """,
    "binary": """
        byte in binary
        Convert the number to base 2 with eight digits: 10 -> 00001010.
        Write the decimal number as eight zeros and ones.
        Which bits are set in this byte? Show all of them, highest first.
        Please express the value in the binary system, padded to 8 places.
        Decimal in, eight bits out.
        I flip eight switches to enter a number; print their positions as 0 and 1.
        format(n, "08b")
        Powers of two from 128 down to 1: put 1 where the power is part of the number and 0 elsewhere.
        Base-2 notation with leading zeros, e.g. 255 -> 11111111.
        Return the bit pattern of the byte.
        Change the radix from ten to two and fill up to a full octet.
        dec to binary, 8 bits
        Draw the number as a row of eight lamps, where 1 is a lamp that is lit and 0 one that is dark; the lamp for 128 is on the left.
        Not hexadecimal, not octal; base two is asked for, always eight places, so 9 is 00001001.
        Each part of an IP address, such as 192, is an octet. Show this one bit by bit.
        Halve the number again and again, note the remainders from right to left, and fill up with zeros to a length of eight.
        A student of computer science must write the byte as the machine stores it, as 0s and 1s without a blank or prefix.
    """,
    "octal": """
        octal number
        Convert the number to base 8: 10 -> 12, 64 -> 100.
        Write the decimal number with the digits 0 to 7 only.
        How would Unix show this mode as an octal number, without a leading zero?
        Please express the value in the system that counts by eights.
        Decimal in, octal out, no prefix.
        Beings with eight fingers would write this number how?
        format(n, "o")
        Eight is written 10 here, nine is 11; transform the number into this system.
        Base-8 notation.
        Return the octal digits of the integer, such as 377 for 255.
        Change the radix from ten to eight.
        dec to octal, no leading zero
        Old mainframes printed addresses to the base of eight. How was this number printed there?
        Not hexadecimal, not binary; base eight is asked for, without 0o in front, so 9 is 11 and 200 is 310.
        Divide by eight until nothing is left, and read the remainders from the last to the first.
        chmod wants its modes in this notation. Given the mode as an ordinary number, e.g. 493, write what chmod wants, e.g. 755.
        If people had never used the digits 8 and 9, this amount would be written in some other way. Show it.
    """,
    "top_bit": """
        highest bit of the byte
        Is bit 7 set? Answer 1 or 0.
        Print 1 if the number is 128 or more, otherwise 0.
        What is the most significant of the eight bits? 200 -> 1, 100 -> 0
        Please give the first binary digit when the byte is written with eight digits.
        As a signed byte the number would be negative if this bit is 1; output the sign bit.
        n >> 7 for n between 0 and 255
        Plain ASCII has 0 in the top bit. Which value does this byte have there, 0 or 1?
        Most significant bit of an octet, as a single digit.
        Of the switches 128, 64, 32, ... tell me whether the one for 128 is on (1) or off (0).
        Return the MSB.
        Does the value need the eighth bit? Write 1 for that and 0 if seven bits are enough.
        bit for 128 in the byte: 1 or 0
        In UTF-8 every byte outside ASCII has its first bit set. Print this first bit for the byte given as a number.
        Don't write the whole number in binary, just its leftmost digit out of eight.
        127 -> 0, 128 -> 1, 255 -> 1, 5 -> 0. The next value is yours.
        A class A address begins with a bit of zero, the others with a one. Which does an address beginning with this number have?
        Compare with 128: if the byte is smaller the answer is the digit 0, if not it is the digit 1.
    """,
    "from_hexadecimal": """
        hexadecimal to decimal
        What is this two-digit hex value in ordinary numbers? 0a -> 10, ff -> 255
        Convert from base 16 to base 10.
        Read the hex byte as a decimal integer.
        Please turn 7f-style notation into a normal number.
        The hex editor shows these two characters; which value from 0 to 255 is it?
        Hex in, decimal out.
        int(text, 16)
        Multiply the first hex digit by sixteen, add the second and print the sum.
        A colour channel is given the CSS way; I want it on the 0-255 scale.
        Evaluate the base-16 number.
        Return the decimal meaning of the pair of hexadecimal digits.
        hex byte to normal number (7f = 127)
        Our sensor sends its reading as two characters between 00 and ff. The display should show people the value they know, 0 to 255.
        a stands for ten, b for eleven and so on up to f for fifteen; the left character counts sixteenfold. How much is it altogether?
        In the web colour every channel is a pair like c8. What number do I set the slider to, in decimal?
        Not to binary but to the everyday system with ten digits should this base-16 pair be brought, without zeros in front.
        Somebody who never learnt hex asks you how many that is. Tell him in digits.
    """,
    "http_class": """
        class of the HTTP status code
        What does the first digit of the status code mean? Answer informational, success, redirection, client error or server error.
        1xx informational, 2xx success, 3xx redirection, 4xx client error, 5xx server error: name the class.
        Classify the web server's reply code.
        404 -> client error, 200 -> success
        Please tell me in general what happened: success, redirection, client error, server error or informational.
        Whose fault is the response, if anybody's? Give the status class, e.g. "server error".
        My log lists HTTP codes; write the category next to each.
        Response family by hundreds (informational / success / redirection / client error / server error).
        Did the request work (success), move elsewhere (redirection), fail by the caller (client error), fail by the server (server error), or is it only news (informational)?
        Return the group that the RFC assigns to this range of codes, in lower case.
        Status code in, one of five classes out.
        http code group: informational / success / redirection / client error / server error
        The monitoring screen shows five coloured tiles called informational, success, redirection, client error and server error. Which tile counts this status?
        Don't give the code's own phrase, such as Not Found, but the class it is in, such as client error.
        301 redirection, 503 server error, 204 success, 101 informational, 418 client error; go on with my code.
        Should we wake the server people (server error), tell the user to correct the request (client error), follow a link (redirection), or be happy (success)? For codes below 200 say informational.
        Even unknown codes have a class according to the first of their three digits. State it in lower-case words.
    """,
    "http_phrase": """
        reason phrase of the HTTP status code
        What is the official text for the status code? 404 -> Not Found
        Write the words that follow the code in an HTTP status line.
        Give the standard name of the web response, such as OK for 200.
        Please spell out the meaning of this HTTP number.
        The browser shows only a number; which message belongs to it?
        HTTP code to reason phrase, capitalised as in the standard.
        http.HTTPStatus(code).phrase
        Return the registered phrase, for instance "Bad Request".
        Complete the line "HTTP/1.1 <code> ...".
        I label the errors in a dashboard with their exact titles; give the title for the code.
        Decode the status number into its specific wording, not just its class.
        text for http code e.g. 301 Moved Permanently -> write the text only
        Our error page should have the proper title for its number, "Not Found", "Bad Gateway" and so on. What is the title for this one?
        Don't give the class, such as client error, but the code's own registered name, such as Not Found.
        curl -I prints HTTP/1.1, the number and some words. Which words come with this number?
        A junior developer asks what the server meant with that status. Tell her the name which the standard has for it.
        503 Service Unavailable, 201 Created, 302 Found; go on with my code and write only its words.
    """,
    "token_type": """
        letters, digits or punctuation?
        What is the string made of? Answer letters, digits or punctuation.
        Classify the token by its characters: letters, digits, punctuation.
        abc -> letters, 407 -> digits, ?! -> punctuation
        Please say which kind of character the text consists of, out of digits, letters and punctuation.
        A lexer splits code into words, numbers and marks; label them letters, digits and punctuation in that order.
        If isalpha print letters, if isdigit print digits, else print punctuation.
        Character class of a short string (punctuation | digits | letters).
        Could I read it as a word (letters), count with it (digits), or neither (punctuation)?
        The keyboard has letter keys, number keys and sign keys. Which were pressed? letters, digits or punctuation.
        Return the type of symbols in the input, in the plural, e.g. "digits".
        Tell alphabetic, numeric and symbol strings apart using the labels letters, digits, punctuation.
        string is all letters, all digits or all punctuation - which one?
        The password checker looks at one piece at a time and says what it is built from: letters, digits or punctuation. Be the checker.
        kQe is letters, 0815 is digits, #%} is punctuation. And the string after this?
        Regular expressions: if [A-Za-z]+ matches say letters, if [0-9]+ matches say digits, if neither does say punctuation.
        Can it be spelled, can it be added up, or is it only signs such as commas and brackets? Reply letters, digits or punctuation in that order.
        Don't count the characters; name their sort in one lower-case word, letters, digits or punctuation.
    """,
}
