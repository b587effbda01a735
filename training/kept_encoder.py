"""Embeddings that were computed elsewhere: training needs no encoder then.

Shapes: N kept texts, B texts, E embedding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import final

import torch
from torch import Tensor

from genadapter.artifact import (
    new_folder,
    read_json,
    read_tensors,
    write_json,
    write_tensors,
)
from genadapter.encoder import Encoder
from genadapter.errors import ConfigError, CorruptArtifactError
from training.conditions import encode_all

_NAMES, _EMBEDDINGS = "encoder.json", "embeddings.safetensors"


def keep_embeddings(texts: Sequence[str], encoder: Encoder, folder: Path) -> None:
    """Encodes texts into a new folder, in half precision.

    Args:
        texts: Those that will be asked for; repeats are kept once.
        encoder: Its name goes with them.
        folder: Appears whole or not at all.

    Raises:
        FileExistsError: Something lies there.
        StorageError: The disk does not take it.
    """
    unique = list(dict.fromkeys(texts))
    with new_folder(folder) as partial:
        write_tensors(
            partial / _EMBEDDINGS,
            {"embeddings": encode_all([(t,) for t in unique], encoder).half()},
        )
        write_json(
            partial / _NAMES,
            {
                "name": encoder.name,
                "dtype": str(encoder.dtype).removeprefix("torch."),
                "texts": [_key(text) for text in unique],
            },
        )


@final
class KeptEncoder:
    """An encoder of the texts in a folder of `keep_embeddings`, and of no others."""

    def __init__(self, folder: Path) -> None:
        """Reads the folder.

        Raises:
            CorruptArtifactError: It is missing or damaged.
        """
        values = read_json(folder / _NAMES)
        embeddings_NE = read_tensors(folder / _EMBEDDINGS).get("embeddings")
        try:
            self.name: str = values["name"]
            self.dtype: torch.dtype = getattr(torch, values["dtype"])
            self._places = {key: place for place, key in enumerate(values["texts"])}
        except (KeyError, TypeError, AttributeError) as error:
            raise CorruptArtifactError(
                f"{folder / _NAMES} does not say what was encoded ({error!r}): make the "
                "folder anew with `genadapter tasks encode`"
            ) from error
        if embeddings_NE is None or len(embeddings_NE) != len(self._places):
            raise CorruptArtifactError(
                f"{folder / _EMBEDDINGS} does not hold {len(self._places)} embeddings: "
                "make the folder anew with `genadapter tasks encode`"
            )
        self._folder = folder
        self._embeddings_NE = embeddings_NE.float()
        self.embedding_size: int = embeddings_NE.shape[1]

    def encode(self, texts: Sequence[str]) -> Tensor:
        """Embeddings of B texts, of unit norm and shape (B, E).

        Raises:
            ConfigError: A text that was not kept.
        """
        missing = [text for text in texts if _key(text) not in self._places]
        if missing:
            raise ConfigError(
                f"{self._folder} holds no embedding of {missing[0]!r}: encode the very "
                "recipe that is trained, with the same suite and settings, by "
                "`genadapter tasks encode`"
            )
        return self._embeddings_NE[[self._places[_key(text)] for text in texts]]


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
