"""`python -m genadapter` is the `genadapter` command."""

from genadapter.cli import main

main()
