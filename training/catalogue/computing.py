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
    """,
}
