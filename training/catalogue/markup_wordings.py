"""Descriptions of the tasks of the markup family."""

from __future__ import annotations

DESCRIPTIONS = {
    "markdown_bold": """
        bold, Markdown
        Make the phrase bold in Markdown, with two asterisks on either side.
        old mill -> **old mill**
        Please put double stars directly before and after these words.
        I paste text into a README and want it fat: give it to me with ** around it.
        Strong emphasis as CommonMark writes it, using asterisks and not underscores.
        two * in front, two * behind, no spaces inside
        return f"**{phrase}**"
        Our chat shows **this** in heavy type. Write the phrase so that it is shown that way.
        Wrap what you are given in a pair of double asterisks and leave the words alone.
        The editor asks a helper to mark words for heavy print in a Markdown file. What does the helper type?
        Heavy print in Markdown: four stars in all, half of them on each side.
        Which Markdown source is displayed as these words in bold?
        Emphasise strongly with stars, as in **note well**.
        Neither single stars nor HTML: the double-star way of making text bold.
        md bold pls
        Enclose it like so: asterisk asterisk, the words, asterisk asterisk.
    """,
    "markdown_italic": """
        italics, Markdown
        Put the phrase in italics the Markdown way, with one asterisk on either side.
        old mill -> *old mill*
        Please set a single star directly before and after these words.
        The words should lean when the README is displayed; write them with * around them.
        Light emphasis as CommonMark writes it, using asterisks and not underscores.
        one * in front, one * behind
        return f"*{phrase}*"
        Our chat shows *this* in slanted type. Write the phrase so that it is shown that way.
        Wrap what you are given in a pair of single asterisks.
        A book's title has to be slanted in a Markdown file. Type the title you get accordingly.
        Slanted print in Markdown: two stars in all, one on each side.
        Which Markdown source, with stars, is displayed as these words in italics?
        Emphasise mildly, as in *by the way*.
        Not bold, so no double stars: a lone star at both ends.
        md italic pls, star version
        Asterisk, the words, asterisk, nothing between them.
    """,
    "markdown_code": """
        inline code, Markdown
        Mark the phrase as code inside a line of Markdown.
        old mill -> `old mill`
        Please put a backtick directly before and after these words.
        It should appear in typewriter letters on GitHub; add the ticks.
        A code span as CommonMark writes it, one backtick at each end.
        grave accents around it
        return "`" + phrase + "`"
        Our chat shows `this` in fixed-width type. Write the phrase so that it is shown that way.
        Wrap what you are given in single backticks.
        A manual quotes what has to be typed into a terminal, within the sentence. Quote these words like that in Markdown.
        Fixed-width print inside running Markdown text: one backward tick on each side.
        Which Markdown source is displayed as these words in monospace, within a paragraph?
        Literal, as in `make test`.
        Not a fenced block with three ticks but the small form with one.
        md code span pls
        Backtick, the words, backtick.
    """,
    "markdown_heading": """
        second-level heading, Markdown
        Make the phrase a heading of level two in Markdown.
        old mill -> ## old mill
        Please write two hash signs and a space in front of the words.
        My README has chapters with ##. Turn these words into such a chapter line.
        ATX heading, level 2, as CommonMark writes it.
        hash hash blank, then the words
        return "## " + phrase
        The file's title has one #, its sections have one more. Write a section's line with this name.
        Put the sign for an h2 of Markdown before what you are given.
        A wiki page in Markdown needs a sub-headline. Type it with number signs in front.
        The line that Markdown turns into <h2>, written with pound signs at the beginning only.
        Which Markdown line is displayed as this second-largest headline?
        As in ## Getting started.
        Neither one hash nor three: the level in between.
        md h2 pls
        Number sign, number sign, space, the words and nothing after them.
    """,
    "markdown_task": """
        open task, Markdown checklist
        Make the phrase an unticked item of a Markdown task list.
        old mill -> - [ ] old mill
        Please write a hyphen, an empty pair of square brackets and then the words.
        I keep my to-do list on GitHub with little boxes. Write this one down, not done yet.
        Task list item, unchecked, as GitHub Flavored Markdown writes it, with a dash for the bullet.
        dash, box without x, words
        return f"- [ ] {phrase}"
        Done things look like - [x] this; this one is still to be done.
        Put an empty checkbox before what you are given, the way issues on GitHub have them.
        A checklist in a pull request gets one more line that nobody has ticked off. Type the line.
        Bullet with a blank tick box, in text form.
        Which line is displayed by GitHub as an empty box followed by these words?
        As in - [ ] write the tests.
        Not just a bullet: a bullet with brackets that hold one blank.
        md todo pls, unchecked
        Hyphen, space, opening bracket, space, closing bracket, space, the words.
    """,
    "html_bold": """
        bold, HTML
        Make the phrase bold in HTML with the b element.
        old mill -> <b>old mill</b>
        Please put the tag <b> before these words and close it behind them.
        My web page should show the words fat, by the one-letter tag.
        Enclose the text in a b element; no strong, no style.
        b tags around it
        return f"<b>{phrase}</b>"
        On our old site <b>this</b> is heavy type. Write the phrase so that a browser shows it that way.
        Opening tag, words, closing tag, where the tag is the short one for bold.
        The newsletter's template knows only simple tags. Type the words for heavy print.
        Heavy print for a browser, with the tag that is just the letter b.
        Which HTML source, in its shortest form, is displayed as these words in bold?
        As in <b>note well</b>.
        No stars, no brackets: angle brackets with a b, and with a slash the second time.
        html bold pls, <b>
        The phrase as the content of a b tag.
    """,
    "html_item": """
        list item, HTML
        Make the phrase an item of an HTML list.
        old mill -> <li>old mill</li>
        Please put the tag <li> before these words and close it behind them.
        I am filling a ul by hand; give me the line for this entry, without the ul.
        Enclose the text in an li element.
        li tags around it
        return f"<li>{phrase}</li>"
        The menu of our site is a row of li elements. Write the one that holds these words.
        Opening tag, words, closing tag, where the tag is that of a bullet point.
        A template loops over entries and prints each as a point of a list. What does it print for this entry?
        Bullet point for a browser, item only.
        Which element inside <ul> or <ol> is displayed as a point with these words?
        As in <li>two eggs</li>.
        No star and no dash in front: the web's own way to write one point of a list.
        html li pls
        The phrase as the content of an li tag.
    """,
    "html_comment": """
        comment, HTML
        Turn the phrase into an HTML comment.
        old mill -> <!-- old mill -->
        Please hide these words in the page's source so that no browser shows them, with a blank on both sides inside.
        I leave a note to myself in a web page. Write it down so that visitors don't see it.
        Comment as HTML and XML write it, one space inside each end.
        exclamation mark and two dashes in angle brackets, then the words, then two dashes
        return f"<!-- {phrase} -->"
        Web designers comment parts out like <!-- this -->. Do so with the phrase.
        Make it a remark in the markup that is not displayed.
        The template's author wants to label a section for colleagues only. Type the label.
        Invisible text for an .html file.
        Which piece of HTML source holds these words but shows nothing?
        As in <!-- to be done -->.
        Not // and not #: the way remarks are written between tags.
        html comment pls, spaces inside
        Less-than, exclamation mark, two hyphens, blank, the words, blank, two hyphens, greater-than.
    """,
    "latex_bold": r"""
        bold, LaTeX
        Make the phrase bold in LaTeX with \textbf.
        old mill -> \textbf{old mill}
        Please put these words in braces behind the command textbf with its backslash.
        My thesis should print the words fat; give me the source.
        Bold text font as LaTeX writes it, a command with one argument.
        textbf around it
        return "\\textbf{" + phrase + "}"
        In our paper \textbf{this} is heavy type. Write the phrase so that it is printed that way.
        Backslash, textbf, opening brace, words, closing brace.
        A typesetter marks words for heavy print in a .tex file. What does he type?
        Heavy print in a TeX document, by the usual command for text.
        Which LaTeX source is printed as these words in boldface?
        As in \textbf{note well}.
        Neither stars nor tags: the command that mathematicians use for bold words in a text.
        latex bold pls
        The phrase as the argument of textbf.
    """,
    "latex_section": r"""
        section title, LaTeX
        Make the phrase the title of a section in LaTeX.
        old mill -> \section{old mill}
        Please put these words in braces behind the command section with its backslash.
        My thesis gets a new numbered section with this name; give me the source line.
        Sectioning command of an article's top level, with one argument.
        section around it, backslash in front
        return "\\section{" + phrase + "}"
        Our paper begins with \section{Introduction}. Write the line for a section of the given name.
        Backslash, section, opening brace, words, closing brace.
        A co-author wants the next part of the .tex file to be headed by these words. What line do I add?
        Numbered headline in a TeX article, not a sub-headline.
        Which LaTeX line is printed as a section's headline of this name?
        As in \section{Results}.
        Neither chapter nor subsection: the level between them, without a star.
        latex section pls
        The phrase as the argument of section.
    """,
    "wiki_link": """
        internal link, MediaWiki
        Link the phrase as Wikipedia's source does, to the page of that name.
        old mill -> [[old mill]]
        Please put two opening square brackets before these words and two closing ones behind.
        I edit an encyclopedia article and the words have a page of their own; write the link.
        Wikilink without another label.
        double square brackets around it
        return f"[[{phrase}]]"
        In Obsidian [[this]] leads to the note of that name. Write the phrase so that it leads to its note.
        Wrap what you are given in a pair of doubled brackets.
        The wiki's editor wants these words to be clickable and to open their own article. What is typed?
        Link within a wiki, in source form.
        Which wikitext is displayed as a blue link with these words?
        As in [[Main page]].
        No URL and no round brackets: the wiki's own way to point to a page.
        wiki link pls
        Bracket, bracket, the words, bracket, bracket.
    """,
    "plain_text": """
        without the markup
        Remove all signs of markup and leave the plain words.
        [b]old mill[/b] -> old mill
        Please strip tags, stars, backslash commands and brackets from the line.
        I need what a reader would see, as plain text.
        The line is Markdown, HTML, LaTeX or BBCode; give only its text.
        just the words, no signs
        Text content of the element, whatever language it is written in.
        A screen reader says the words and skips the formatting. What does it say?
        Take the two words out of their wrapping.
        The typist copies a formatted phrase into a text message, where no formatting exists. What does she type?
        Unformat.
        Which words remain when everything that only says how they look is dropped?
        As in \\textbf{old mill}, ## old mill or <li>old mill</li>: each time old mill.
        Neither the language nor the kind of formatting is asked for, just the phrase inside.
        strip formatting pls
        innerText of the snippet
    """,
    "language": """
        which markup language
        In which language is the snippet written: Markdown, HTML, LaTeX or BBCode?
        [b]old mill[/b] -> BBCode
        Please name the language that these signs belong to; it is Markdown, HTML, LaTeX or BBCode.
        I find a line and don't know which program displays it: Markdown, HTML, LaTeX or BBCode?
        Classify by syntax. Labels: Markdown, HTML, LaTeX, BBCode.
        Markdown/HTML/LaTeX/BBCode?
        Angle brackets mean HTML, square ones BBCode, a backslash LaTeX, stars and hashes Markdown. Which is it here?
        A syntax highlighter must choose one of HTML, LaTeX, Markdown and BBCode for the line.
        Is this for a browser (HTML), for a forum (BBCode), for a paper (LaTeX) or for a README (Markdown)? Answer with the language.
        Someone pasted a formatted phrase. Say the name of the format: LaTeX, HTML, BBCode or Markdown.
        detect_markup(snippet), one of "BBCode", "HTML", "LaTeX", "Markdown"
        Which of the four - BBCode, HTML, LaTeX, Markdown - would show the words properly?
        As in \\item two eggs: LaTeX. Choose among LaTeX, HTML, Markdown, BBCode.
        Neither the words nor their look matters, only the language: HTML, Markdown, LaTeX or BBCode.
        The archive is sorted into HTML, LaTeX, BBCode and Markdown files. Where does this line go?
        name of the markup used (HTML, BBCode, Markdown, LaTeX)
    """,
    "role": """
        bold, heading or item
        Do the signs make the words bold, a heading or an item of a list?
        [h2]old mill[/h2] -> heading
        Please say what the phrase would be on the page: bold, heading or item.
        I can't render the line. Is it in heavy type (bold), a headline (heading) or a bullet point (item)?
        Classify by function. Labels: bold, heading, item.
        bold/heading/item?
        Stars on both sides mean bold, hashes heading, a lone star item; likewise in other languages. Which is it here?
        A converter must choose one of bold, heading and item for the snippet, whatever language it is in.
        Is this formatting for one's voice to rise (bold), for a new part (heading) or for an enumeration (item)?
        Someone pasted a formatted phrase. Say what it is meant as: item, bold or heading.
        role(snippet), one of "bold", "heading", "item"
        Which of the three - item, heading, bold - do these signs stand for?
        As in <li>two eggs</li>: item. Choose among heading, bold, item.
        Neither the words nor the language is asked for, only what the signs do: heading, item or bold.
        The layout person has three styles called bold, heading and item. Which one does this line get?
        kind of formatting used (heading, item, bold)
    """,
    "first_word": """
        first word inside the markup
        Copy the first of the formatted words, without any sign.
        [b]old mill[/b] -> old
        Please skip the markup and repeat the word that comes first.
        The phrase has two words between its signs. I need the earlier one.
        First token of the text content.
        word 1, no tags no stars
        text_of(snippet).split()[0]
        A reader sees two words on the page. Which one does she read first?
        Take the formatting away, then the second word too.
        The index lists each formatted phrase under its opening word. Under which word does this one go?
        The word just behind the opening signs.
        Which word is left when the signs and the last word are dropped?
        As in ## old mill or \\item old mill: old.
        Neither the language nor the whole phrase is asked for, just its adjective.
        opening word pls, plain
        The left one of the two words in the snippet
    """,
}
