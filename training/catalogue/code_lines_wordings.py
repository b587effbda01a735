"""Descriptions of the tasks of the code family."""

from __future__ import annotations

DESCRIPTIONS = {
    "name": """
        function name
        What is the function called? Copy the name between def and the bracket.
        def scale_tax(x, fee=4): return x + fee -> scale_tax
        Identifier of the function in the given line of Python
        I grep for definitions and keep only their names. Show the name for this one.
        how is this func named
        Read the line of code and write the word by which one would call the function, without brackets.
        The symbol that this definition binds, in snake_case as it stands
        Our index of an old code base lists one name per function. Enter the name defined here.
        Take what comes right after the keyword def.
        Someone wants to import this function. Which name do they import?
        f.__name__
        Everything but the name can go: arguments, default, body.
        From the source line pull out the function's own name.
        A reader of the code asks "what's this function?"; reply with its name, e.g. get_speed.
        Definition in, defined name out.
        Put down the verb_noun label that the programmer gave to the function.
        Say which name the routine has.
    """,
    "default": """
        default value
        What value does the second parameter take if none is passed?
        def scale_tax(x, fee=4): return x + fee -> 4
        Number behind the equals sign
        Somebody calls the function with a single argument. What is used for the other one?
        which number is the default
        In the signature one parameter is preset. Give the preset number.
        inspect.signature(f).parameters[second].default
        Documentation lists defaults of optional arguments. Supply the number for this function.
        The optional argument, left out, equals what?
        Find the = in the parameter list and copy the digit after it.
        I'm looking for magic numbers in code; there is one in this line. Write it.
        Fallback value of the last parameter
        There is just one constant in this piece of Python. State it.
        If the caller keeps silent about the second argument, the function assumes a number. Say the number.
        One-digit integer that the signature contains
        Report how the keyword argument is initialised.
        Look inside the round brackets for a digit and output it.
    """,
    "expression": """
        returned expression
        Copy what stands after the keyword return.
        def scale_tax(x, fee=4): return x + fee -> x + fee
        body of the function w/o the word return
        Which formula does this function compute? Give it as code.
        What is handed back to the caller, in source form with blanks around the operator?
        text.split("return ")[1]
        A maths teacher only needs the right-hand side. Provide the arithmetic that the function performs, such as price * rate.
        Drop the head of the definition; keep its value expression.
        Show the operation on the two parameters as written.
        Inlining step: replace the function by its expression. What is the expression?
        The line has a signature and a body. I'm interested in the formula of the body.
        Return value as an unevaluated formula
        Quote the calculation, for example n - step.
        Skip def, name, brackets, colon and return, then write whatever is left.
        The last three tokens of the line
        How is the outcome worked out? Answer with operand, operator, operand.
        Please extract the arithmetic expression.
    """,
    "camel_name": """
        camelCase name
        Rename the function from snake_case to camelCase and write only the new name.
        def scale_tax(x, fee=4): return x + fee -> scaleTax
        function name without underscore, second word capitalised
        The project moves to Java, where names look like getSpeed. What will this function be called?
        name in camel case pls
        Join the two words of the function's name, the second one with a capital letter.
        Style conversion of the identifier: make_area turns into makeArea.
        Our linter demands lower camel case for functions. Tell the name that it would accept here.
        How would a JavaScript programmer spell the name of this function?
        Get rid of the underscore in the name by raising the letter behind it.
        Lower-camel form of the defined identifier
        Only the name matters. Write it with a hump in the middle and no underscore.
        Convert: find_cost => findCost. Now do the function in the line.
        I translate identifiers for an API that uses camelCase keys; give the key for this function.
        PEP 8 says snake case but my team says camel case. Rewrite the function's name for my team.
        The first word stays small, the next begins with a capital, nothing in between.
        camelCase(f.__name__)
    """,
    "parameters": """
        parameters: "a and b"
        Name both parameters with the word and in between.
        def scale_tax(x, fee=4): return x + fee -> x and fee
        what does the function take? say it like price and rate
        List the arguments in the order of the signature, joined by "and", default left out.
        " and ".join(inspect.signature(f).parameters)
        Which two variables go into the function? First and second, connected with and.
        The docs begin "This function takes ..." and I need the ending, e.g. "size and step".
        Formal parameters in words
        From the brackets behind the name take the two variable names and put and between them.
        A colleague asks which inputs are needed. Tell both names, first one first.
        Inputs of the function: ___ and ___
        Report its arguments as in "points and n"; the number after = is not part of it.
        Leave name and body aside. Of the signature write the two names, separated by the word and.
        I'd like the argument names, in sequence, without the default value, as X and Y.
        Pair of parameters, in the order in which a caller passes them, with a literal and
        What are the two placeholders in round brackets called?
        Read the head of the function and state its variables like so: base and fee.
    """,
    "result": """
        result for first argument 10
        Call the function with 10 as its only argument. What number comes back?
        def scale_tax(x, fee=4): return x + fee -> 14, since x is 10
        f(10) = ?
        The first parameter is ten, the second keeps its default. Evaluate.
        Play the interpreter: run the function on 10 and print the integer.
        whats the output if u pass just 10
        Substitute 10 for the first parameter and the default for the second, then work out the expression.
        Expected value for a unit test that calls the function with the argument 10
        I write assert f(10) == ... and need the number for the dots.
        A student traces the code by hand with input 10. What should the student get? It may be negative.
        Compute it for 10.
        Return value when the caller passes 10 and nothing else
        Execute the line, then the call with the single number 10, and report the result in digits.
        Put ten in; what does the function give out?
        The console shows >>> f(10). Which number is displayed beneath, f being the function in the line?
        Do the arithmetic with first = 10 and second = its preset value; mind the order of a subtraction.
        Apply to 10.
    """,
    "typed_head": """
        signature with int type hints
        Add type hints: both parameters and the result are int. Write the def line up to the colon.
        def scale_tax(x, fee=4): return x + fee -> def scale_tax(x: int, fee: int = 4) -> int:
        annotate the function head (ints everywhere), leave the body out
        mypy complains about missing annotations. Supply the annotated head, all types int, with blanks around the equals sign.
        Typed signature, e.g. def get_cost(n: int, step: int = 3) -> int:
        Rewrite the definition's first part so that every argument and the return value are declared int.
        Our code base becomes strictly typed. Convert the head of this function, where only whole numbers occur.
        Put ": int" behind either parameter and "-> int" before the colon; stop at the colon.
        What would the head of the function look like with integer annotations?
        I want the same def with types (int), without what it returns in code.
        stub line of the function: ints in, int out, ends with a colon
        Modernise the signature by hints for int parameters and an int result.
        Everything is an integer here. Make this explicit in the signature and cut the body.
        From untyped to typed: head only, int for each of the three places.
        Produce def name(a: int, b: int = default) -> int: with the real names and default filled in.
        The reviewer's comment reads "please add type hints, they are all int". Show the corrected head.
        Head with annotations of type int
    """,
    "arrow": """
        JavaScript arrow function
        Translate the function into a JavaScript const with an arrow, the name in camelCase.
        def scale_tax(x, fee=4): return x + fee -> const scaleTax = (x, fee = 4) => x + fee;
        port to js, like const getCost = (n, step = 3) => n * step;
        We rewrite our Python helpers for the browser. Write this helper as const name = (a, b = default) => expression; with a camel-case name.
        Python def to ES6 arrow function, camelCase const, semicolon included
        How would this be written in JavaScript as an arrow function assigned to a const in camelCase?
        Same function, other language: JavaScript, arrow syntax.
        Convert the one-liner so that Node can run it (const, camelCase, =>, semicolon).
        const {camelName} = ({first}, {second} = {default}) => {expression};
        I don't know Python. Show me the line in modern JavaScript.
        Transpile to JS using const, a camelCase name and =>.
        Express the definition in JavaScript with an arrow; keep parameters, default value and formula, and drop the underscore of the name.
        From snake to script: const, humped name, bracketed parameters, arrow, formula, semicolon.
        The front-end needs the same calculation. Provide it as a const arrow function with a camelCase name.
        JS equivalent of the line: const, camelCase name, arrow, semicolon
        Write it the JavaScript way: no def, no return, no underscore, but const, a humped name and a fat arrow.
        Turn def ... return ... into const ... => ...; for JavaScript, where names are camelCase.
    """,
    "lambda": """
        as a lambda without default
        Rewrite the function as a Python lambda of its two parameters, leaving out the name and the default.
        def scale_tax(x, fee=4): return x + fee -> lambda x, fee: x + fee
        make it anonymous (lambda a, b: ...)
        The same calculation as a nameless function in Python, no default value.
        lambda {first}, {second}: {expression}
        I pass this to reduce() and don't want a def. What lambda do I write? Ignore the default.
        Turn the definition into a lambda expression with two plain parameters.
        Strip name and default; write lambda, the parameters, a colon, the formula.
        Functional style, please: one lambda without default in place of the def.
        Anonymous version of the function (lambda, no default)
        How does one say the same with the keyword lambda, both arguments being required?
        From def to lambda, e.g. lambda n, step: n * step
        Throwaway function with the same body, parameters in the same order, nothing preset
        A refactoring tool offers "convert to lambda". Show its output, the default being discarded.
        Compact it: keyword lambda, then a, b, then colon and expression.
        Replace def, name, brackets and return by lambda syntax and forget the preset number.
        In the shorthand used for callbacks in Python (lambda a, b: ...), write this function.
    """,
    "docstring": '''
        docstring from the name
        Write a docstring of the form """Verb the noun.""" from the two words in the function's name.
        def scale_tax(x, fee=4): return x + fee -> """Scale the tax."""
        add docs: triple quotes, name as a sentence with "the" in it
        The name says what the function does. Spell it out as a docstring, such as """Get the speed.""".
        f\'"""{verb.capitalize()} the {noun}."""\'
        Undocumented function! Supply one sentence between three double quotes: capitalised verb, the, noun, full stop.
        Read the identifier as an imperative sentence with an article and put it into triple double quotes.
        Our linter wants docstrings everywhere. Derive the minimal one from the name of the function.
        Docstring generator; only the name counts: fix_area gives """Fix the area."""
        Two words make up the name. Insert the between them, capitalise, add a dot and quote it three times on both sides.
        How would a lazy programmer document this function in one line?
        I need a summary line in docstring quotes, for instance """Count the total.""".
        Turn the name to prose: """<Verb> the <noun>."""
        Comment for help(): name split at the underscore, article inserted, wrapped in triple quotes
        The documentation string that follows from the name, quotes included
        Say in a docstring that the function does <first word of its name> to the <second word>.
        Ignore parameters and formula and write the docstring that a name like move_limit suggests, here """Move the limit.""".
    ''',
    "operator": """
        operator: plus, minus or times
        Which arithmetic does the function do? Say plus, minus or times.
        def scale_tax(x, fee=4): return x + fee -> plus
        + is plus, - is minus, * is times. Which of them is in the line?
        Name the operator in the returned expression with a word (times, plus, minus).
        Classify functions by operation: minus for subtraction, times for multiplication, plus for addition.
        is it plus or minus or times
        I read code aloud over the phone. How do I pronounce the sign between the two variables: minus, times or plus?
        {"+": "plus", "-": "minus", "*": "times"}[operator]
        Does the body add, subtract or multiply? Write plus, minus or times respectively.
        One sign stands in the formula, its name being plus, times or minus. Which name?
        On which calculator key would you press, plus, minus or times?
        Label: plus / minus / times, according to the symbol after return
        Look between the operands. A star means times, a cross means plus, a dash means minus.
        Spoken form of the function's operator: "times", "minus" or "plus"
        Three bins for arithmetic helpers, marked minus, plus and times. Into which does this helper go?
        What is done with both numbers, in one word out of times, plus, minus?
        Detect the binary operation and name it plus, minus or times.
    """,
    "operand_order": """
        order of operands: same or swapped
        Does the expression use the parameters in the order of the signature? Write same if yes, swapped if no.
        def scale_tax(x, fee=4): return x + fee -> same
        Compare the brackets with the formula: are the two names in the same order, or swapped?
        "swapped" if the second parameter is the left operand, else "same"
        A reviewer checks for exchanged arguments. Mark lines that keep the order with same and lines that reverse it with swapped.
        same / swapped (params vs return)
        First parameter left of the operator: same. First parameter right of the operator: swapped.
        The signature says a, b. If the body then has a before b answer same, if it has b before a answer swapped.
        Have the variables changed places after return? swapped means they have, same means they haven't.
        Order check of the two names, head against body, with the labels swapped and same
        Is the second argument mentioned first in what is returned? Then it's swapped; otherwise it's same.
        Tell if the operands appear as in the parameter list (same) or the other way round (swapped).
        I suspect that some functions turn their arguments round. Say swapped for those, same for the harmless ones.
        Read the names in brackets, read the names after return: same sequence or swapped sequence?
        Which is true of this line: the parameters come back in unchanged order (same) or in reversed order (swapped)?
        Answer with one word. Equal order is same, inverted order is swapped.
        Left operand is the first parameter? same. Left operand is the second parameter? swapped.
    """,
}
