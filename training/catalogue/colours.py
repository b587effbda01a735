"""Colours family: reading colour codes and colour names."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from training.catalogue.drafting import balanced, wordings
from training.catalogue.source import Answer, TaskDraft, import_folder

FAMILY = "colours"
WEBCOLORS = "webcolors==25.10.0"
PACKAGES = (WEBCOLORS,)

Rows = list[tuple[str, Answer]]
Triple = tuple[int, int, int]

_NUM_COLOURS = 420
# Channels closer than this are too near to call.
_MARGIN = 40
_BASIC_NAMES = (
    "red", "green", "blue", "yellow", "orange", "pink", "purple", "brown", "gray",
    "white", "cyan", "violet", "salmon", "khaki", "orchid", "turquoise", "coral",
)  # fmt: skip

DESCRIPTIONS = {
    "hex_dominant": """
        Dominant channel of the hex colour: red, green or blue.
        Which primary colour is strongest in this hex code? Answer red, green or blue.
        Read the pairs of #RRGGBB and name the channel with the largest value.
        #e01b3f -> red, #20c94a -> green, #1a2bd0 -> blue
        Given a web colour, tell me whether red, green or blue dominates.
        Please compare the three components of the colour code and write the name of the highest.
        I pick colours by code and can't picture them. Say which of red, green and blue each one leans to most.
        Output the primary with the most light in it: red, green or blue.
        strongest primary of a #RRGGBB value
        Of the three bytes in the code, is the first, second or third the greatest? Reply with its colour: red for first, green for second, blue for third.
        Name the hue family by the largest hexadecimal pair (red/green/blue).
        Would this paint look more red, more green or more blue? Judge from the hex notation.
        which channel wins in this #code: red, green or blue?
        A lighting engineer reads #rrggbb as three lamps. Tell her the colour of the lamp that burns brightest, red, green or blue.
        #3a90c1 has 3a for red, 90 for green and c1 for blue, so blue wins. Who wins in my code?
        Don't give the number or a fancy colour name; name only the primary, i.e. red, green or blue, whose two hex digits are the highest.
        Our web shop groups fabrics by red, green and blue according to their code. Where do we put this fabric?
        If you could keep a single one of the three channels of this hex colour and lose the least light, would it be red, green or blue?
    """,
    "hex_brightness": """
        Dark or light hex colour?
        Tell whether the colour code stands for a dark or a light colour.
        Is #RRGGBB nearer to black or to white? Say dark for near black and light for near white.
        Estimate the brightness of the hex value and answer dark or light.
        #102030 -> dark, #e8d9f0 -> light
        Please classify the shade as dark or light from its web code.
        My theme has a night mode and a day mode. Colours of the night mode are dark, those of the day mode light. Where does this code go?
        High digits mean a light colour, low digits a dark one. Output which it is.
        luminance class of a hex colour (dark/light)
        Would the wall look gloomy or airy with this paint? Write dark for gloomy and light for airy.
        Judge how bright the colour is on a screen; the two answers are light and dark.
        Return the word dark if the colour has little light in it, else the word light.
        code is dark or light? one word
        The printer saves toner if a page's background is light. Tell it for each hex background if it is light or dark.
        #0c1a22 is dark and #f1ecd0 is light. Say the same of my code, by dark or light.
        Don't choose a text colour here; describe the colour itself as dark or light, going by its three hex pairs.
        A painter asks if the shade behind the web code would swallow light or throw it back. Swallow means dark, throw back means light.
        For the gallery we arrange swatches in two rows, dark at the bottom and light on top. In which row does this #-code hang?
    """,
    "hex_text_colour": """
        Readable text colour on this background: black or white?
        Which text can be read on a background of this hex colour? Answer black or white.
        Choose between black and white lettering for a button painted in the given colour code.
        A dark background calls for white text, a light background for black text. Give the text colour.
        Please return the contrasting font colour, black or white, for the background #RRGGBB.
        I print labels on coloured paper. For each paper code say if the ink should be black or white.
        #f4e9a0 needs black; #2a1650 needs white; what does the given code need?
        contrast colour (black/white) for a background code
        Pick the lettering so that it stands out against the fill: black on pale fills, white on deep fills.
        The designer hands you the background; hand back the font colour, either white or black.
        Accessibility helper with hex background in and "black" or "white" foreground out.
        Should the caption on this colour be written in black or in white?
        black or white letters on this background?
        A sign maker gets the board's colour as a hex code and must know what paint to take for the words, black or white.
        On #0c1a22 you can only read white, and on #f1ecd0 only black. What can be read on my code?
        Don't say if the background is dark or light; say what the writing on it has to be, white or black.
        Our calendar colours each event's box by code. So that its title can be seen, set the title's colour to black or white.
        The rule for subtitles: pale picture, black letters; gloomy picture, white letters. The picture's average colour is given in hex.
    """,
    "hex_is_grey": """
        Grey? yes/no
        Answer yes if the hex code is a shade of grey and no if it has a hue.
        Are all three pairs of the code equal? If they are say yes, if not say no.
        #7a7a7a is grey, so yes. #7a1f60 is not, so no. Check the given code.
        Is the colour neutral, with the same amount of red, green and blue? Reply yes or no.
        Please detect greys among web colours with the answers yes and no.
        I want a black-and-white palette and must throw out real colours. Say yes to keep a code, no to throw it out.
        Would this colour survive on a black-and-white photograph unchanged? yes or no
        achromatic test for #RRGGBB, yes/no
        Look at the code: a repeated pair three times over means yes, anything else means no.
        Tell me if the value lies on the line from black to white. Write yes or no.
        Return yes for greys and no for chromatic colours.
        grey or not, answer yes / no
        A scanner must tell if a page needs colour ink. For a page with this average #-value, no colour ink is needed if it's grey (yes); otherwise it is (no).
        #222222 yes, #22222f no, #d0d0d0 yes, #d0a0d0 no - and the next?
        Black, white and all between them on the straight road count as grey. Does the hex colour lie there, yes or no?
        Don't judge by brightness. Look only if the first, second and third pair are the same, and reply yes or no.
        Has this colour zero saturation? yes if so, no if there's any tint in it
    """,
    "hex_red_part": """
        Red part of the hex code: two digits.
        Write the two hex digits that give the amount of red.
        From #RRGGBB return RR.
        Copy the first pair after the hash sign.
        Please extract the red byte of the colour, still in hexadecimal.
        #4fa1c2 -> 4f
        I need just the red channel of a web colour as it stands in the code, no conversion.
        Cut out characters two and three of the code.
        red component, hex notation
        Which hexadecimal pair describes red in this colour? Answer with the pair alone.
        Drop the hash sign and the last four digits, and show what is left.
        Return how much red there is, as the two-digit hex number found in the code.
        red of the hex code, 2 characters
        An image program asks for the three channels one after another in hex. The first box is red: what goes in it for this code?
        #8b0f3d gives 8b. Neither 0f (green) nor 3d (blue) is wanted.
        Don't turn it into a decimal number and don't print the hash; the two characters behind the hash are enough.
        code[1:3]
        Of this #rrggbb colour, quote only the rr.
    """,
    "rgb_dominant_letter": """
        Strongest channel of the RGB triple: R, G or B.
        Three numbers stand for red, green and blue. Write the letter of the largest one.
        Which is highest, the first (R), the second (G) or the third (B)? Answer with the letter.
        200, 30, 41 -> R; 12, 99, 250 -> B; 60, 180, 75 -> G
        Please name the winning channel of the colour by its capital letter.
        Find the maximum of the triple and output R, G or B according to its position.
        I mix three lamps with these levels. Tell me the letter of the brightest lamp: R, G or B.
        argmax of (R, G, B), as a letter
        Say whether red, green or blue leads, abbreviated to its initial in upper case.
        Return one character from R/G/B for the most intense component.
        Read the decimal colour and report its leading primary as a single letter.
        The largest number decides: position one gives R, position two gives G, position three gives B.
        biggest of 3 numbers -> R, G or B
        A robot camera reports colours as three numbers and the arm sorts balls into bins R, G and B after the largest. Which bin?
        7, 180, 66 goes to G, because the second number is the highest. Where goes my triple?
        Don't write the number itself and don't write the word red, green or blue in full; a capital letter for the leading channel is enough.
        Three voters cast points, first for red, then for green, then for blue. Announce the winner by initial (R, G, B).
        With red, green and blue measured from 0 to 255, which letter of "RGB" stands above the highest bar?
    """,
    "rgb_brightness": """
        Dark or light RGB triple? D / L
        Write D if the colour is dark and L if it is light. The three numbers run from 0 to 255.
        Are the numbers mostly small (D) or mostly big (L)?
        Classify the decimal colour by brightness using the letters D for dark and L for light.
        Please tell with one letter, D or L, if red, green and blue together make a dark or a light colour.
        20, 31, 12 -> D; 240, 230, 251 -> L
        My lamp shows the colour given by three levels. Is the room lit well? Answer L for light, D for dark.
        one-letter luminance code of r, g, b
        Judge the lightness of the colour; low levels give D and high levels give L.
        Reply D when the triple is closer to 0, 0, 0 and L when it is closer to 255, 255, 255.
        Would black text be readable on it? If so the colour is L, otherwise it is D.
        Output the capital letter for the shade: L (light) or D (dark).
        D (dark) or L (light)? for three numbers 0-255
        The street lamp's sensor measures red, green and blue. Send L if what it sees is bright and D if it is dim.
        15, 40, 22 is D. 230, 215, 240 is L. Give the letter of my triple.
        Don't look for the strongest channel; look at how much light all three give together, and reply D or L.
        Swatches of the decimal palette are kept in two trays marked with a letter, D for deep shades, L for pale ones. Name the tray.
        Would you draw the moon (L) or the night sky (D) with the colour made of these three levels?
    """,
    "rgb_css": """
        RGB triple to CSS: rgb(r, g, b)
        Wrap the three numbers as a CSS colour function.
        Turn 10, 20, 30 into rgb(10, 20, 30).
        Write the colour in the notation that style sheets understand, with rgb and brackets.
        Please format the triple as a CSS value.
        I paste channel values from a paint program and want to use them in my web page, in the form rgb(...).
        Put rgb( in front of the numbers and ) behind them.
        How would this colour be written in CSS with decimal channels?
        CSS rgb() string for the given channels
        Leave the numbers as they are and add the function name and parentheses around them.
        Produce valid style sheet syntax for the colour with these red, green and blue levels.
        Reformat the comma-separated levels to a colour expression starting with rgb.
        write numbers as rgb(...) for css
        The style sheet has a line "color: ___;" and I have only three numbers. Give what goes in the gap, starting with rgb and an opening bracket.
        7, 180, 66 -> rgb(7, 180, 66)
        Don't convert to hex; keep the decimals and the blanks after the commas, and make a functional colour value for a web page.
        A web developer copies channel levels out of a photo editor. Hand them back to him in valid CSS, in the rgb notation.
        f"rgb({text})"
    """,
    "rgb_largest": """
        Largest value of the RGB triple.
        Write the highest of the three channel values.
        What is the maximum number in this colour? Give the number.
        Look at red, green and blue and copy the biggest level.
        Please return the peak channel value of the triple as a number.
        12, 99, 250 -> 250
        The brightest of three lamps has which level? Reply with digits only.
        max(r, g, b)
        Don't say which channel it is; only print how high the strongest channel goes.
        I compute the "value" of HSV colours and therefore need the maximum of the three numbers.
        Select the greatest integer from the list of three.
        Report the top level among the channels of the decimal colour.
        highest of the three numbers pls
        The exposure meter cares for one thing, the highest level among red, green and blue. What level is it?
        7, 180, 66 -> 180
        Don't answer with a letter or the colour's name; the number that beats the other two should be repeated.
        Sort the three channel levels in falling order and keep what is first.
        If the loudest of three voices sets the volume and each number is a voice, what's the volume?
    """,
    "name_to_hex": """
        CSS colour name to hex code.
        Give the hex code of the named web colour, e.g. red -> #ff0000.
        Which #RRGGBB value does this CSS colour name have?
        Look up the colour keyword and print its hexadecimal code in lower case.
        Please convert the colour name used in style sheets to hexadecimal notation.
        I know the colour only by name, but my editor accepts codes such as #ffd700. Supply the code.
        Write the six-digit code with a leading hash for the colour word.
        hex value of a named colour
        navy becomes #000080 and white becomes #ffffff. What does the given name become?
        State how a browser stores the colour called by this name, in hex.
        From keyword to code: output the #-notation of a CSS colour.
        Translate the name of a shade into the code that web designers use.
        css name -> #code (six digits, small letters)
        Our plotter understands no words like tomato, just #ff6347 and such. Make a colour word understandable to it.
        lime is #00ff00, black is #000000. What is the keyword below?
        Not rgb(...) and not the short form with three digits, but the full hash code belonging to the web colour name.
        A browser's developer tools show the hex value when I click on a named colour. Which value is shown for this name?
        In the table of the CSS specification a keyword stands on the left and a code on the right. Read across.
    """,
    "name_basic": """
        Basic colour inside the colour name.
        Which basic colour word is part of this compound name? darkolivegreen -> green
        Extract the plain colour from a fancy web colour name.
        Say simply what colour it is: mediumseagreen is green, lightskyblue is blue.
        Please shorten the CSS colour name to its basic colour.
        Strip words like dark, light, medium or pale from the name and keep only the colour itself.
        My paint shop sorts cans by simple colours. On which shelf goes the can with this long name?
        base colour word of a colour keyword
        What would a child call a colour with this name? Use the colour word that the name contains.
        Find the colour family hidden at the end of the name.
        Output one plain colour word taken from the given name.
        Reduce the shade to the ordinary colour that it is a variety of, using the word in its name.
        simple colour word in the css name, e.g. palegreen: green
        The toy crayons have plain names only. Which crayon would a child take for the shade with this web name?
        hotpink is pink, midnightblue is blue, darkorchid is orchid; what is the one below?
        Not a code and not the whole name, please; only the last part, the colour word that the other words describe.
        Leave off what tells you how deep, pale or warm it is, and keep the colour word it is all about.
        When a long name such as lightsteelblue doesn't fit on the tube of paint, only blue is printed. What's printed for this name?
    """,
}


@lru_cache(maxsize=1)
def palette() -> tuple[Triple, ...]:
    """The shared pool: random colours from dark to light, one channel leading."""
    generator = random.Random(f"{FAMILY}/palette")
    colours: dict[Triple, None] = {}
    while len(colours) < _NUM_COLOURS:
        lowest, highest = generator.choice(((0, 130), (60, 200), (110, 256)))
        red, green, blue = (generator.randrange(lowest, highest) for _ in range(3))
        ordered = sorted((red, green, blue))
        if ordered[2] - ordered[1] >= _MARGIN // 2:
            colours[red, green, blue] = None
    return tuple(colours)


def to_hex(colour: Triple) -> str:
    """Writes a colour as `#rrggbb`."""
    return "#" + "".join(f"{channel:02x}" for channel in colour)


def to_levels(colour: Triple) -> str:
    """Writes a colour as three decimal numbers."""
    return ", ".join(str(channel) for channel in colour)


def _brightness(colour: Triple) -> float:
    """Perceived brightness from 0 to 255, with the weights of Rec. 601."""
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue


def _by_brightness(dark: str, light: str) -> Callable[[Triple], str]:
    """Labels colours that are clearly dark or clearly light; others get nothing."""

    def label(colour: Triple) -> str:
        distance = _brightness(colour) - 128
        if abs(distance) < _MARGIN / 2:
            return ""
        return light if distance > 0 else dark

    return label


def _dominant(names: tuple[str, str, str]) -> Callable[[Triple], str]:
    """Labels colours by their strongest channel."""
    return lambda colour: names[colour.index(max(colour))]


LABELS: dict[str, tuple[Callable[[Triple], str], Callable[[Triple], str]]] = {
    "hex_dominant": (to_hex, _dominant(("red", "green", "blue"))),
    "hex_brightness": (to_hex, _by_brightness("dark", "light")),
    "hex_text_colour": (to_hex, _by_brightness("white", "black")),
    "rgb_dominant_letter": (to_levels, _dominant(("R", "G", "B"))),
    "rgb_brightness": (to_levels, _by_brightness("D", "L")),
}
COPIES: dict[str, tuple[Callable[[Triple], str], Callable[[Triple], str]]] = {
    "hex_red_part": (to_hex, lambda colour: f"{colour[0]:02x}"),
    "rgb_css": (to_levels, lambda colour: f"rgb({to_levels(colour)})"),
    "rgb_largest": (to_levels, lambda colour: str(max(colour))),
}


def _grey_rows() -> Rows:
    generator = random.Random(f"{FAMILY}/greys")
    greys = (to_hex((level,) * 3) for level in generator.sample(range(256), 150))
    rows: Rows = [(code, "yes") for code in greys]
    return rows + [(to_hex(colour), "no") for colour in palette()[:150]]


def _named_colours() -> dict[str, str]:
    """Reads the CSS colour names with their hex codes; the import is late by need."""
    import_folder(WEBCOLORS)
    import webcolors

    names = webcolors.names(webcolors.CSS3)
    return {name: webcolors.name_to_hex(name) for name in names if "grey" not in name}


def _basic_rows() -> Rows:
    """Yields compound names with the basic colour they end in."""
    return [
        (name, match[1])
        for name in _named_colours()
        if (match := re.search(rf".({'|'.join(_BASIC_NAMES)})$", name))
    ]


def _rows() -> Iterator[tuple[str, str, Rows]]:
    """Yields the name, the pool and the rows of every task."""

    def pool_of(task: str) -> str:
        return "hex_colours" if task.startswith("hex") else "rgb_triples"

    for task, (write, label) in LABELS.items():
        rows = [(write(colour), label(colour)) for colour in palette()]
        kept: Rows = [(text, answer) for text, answer in rows if answer]
        yield task, pool_of(task), list(balanced(kept, seed=f"{FAMILY}/{task}"))
    for task, (write, answer_of) in COPIES.items():
        texts = [(write(colour), answer_of(colour)) for colour in palette()[:320]]
        yield task, pool_of(task), list(texts)
    yield "hex_is_grey", "hex_colours", _grey_rows()
    yield "name_to_hex", "colour_names", list(_named_colours().items())
    yield "name_basic", "colour_names", _basic_rows()


def drafts() -> Iterator[TaskDraft]:
    """Yields the tasks of this family."""
    for task, pool, rows in _rows():
        kinds = {
            "dominant": "dominant",
            "brightness": "brightness",
            "text": "brightness",
        }
        group = next((kinds[kind] for kind in kinds if kind in task), task)
        is_named = pool == "colour_names"
        yield TaskDraft(
            id=f"{FAMILY}_{task}",
            descriptions=wordings(DESCRIPTIONS[task]),
            rows=rows,
            pool=pool,
            group=f"{FAMILY}_{group}",
            licence="BSD-3-Clause" if is_named else "CC0-1.0",
            source="webcolors 25.10.0" if is_named else "Python standard library",
        )
