"""How the base model reads descriptions: `reader` is what others use."""

from genadapter.reading.reader import MAX_READ_TOKENS, Reader, Reading

__all__ = ["MAX_READ_TOKENS", "Reader", "Reading"]
