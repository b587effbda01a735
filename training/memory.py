"""Memory that was freed, given back to the system."""

from __future__ import annotations

import ctypes
import sys


def trim() -> None:
    """Returns free pages of the heap; does nothing where the C library cannot.

    Batches of ever other shapes leave the heap full of holes: without this a long run on
    a CPU grows to several times what it uses.
    """
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        if hasattr(libc, "malloc_trim"):
            libc.malloc_trim(0)
