"""How fast many adapters are served at once: ours, PEFT's mixed batch, the bare base.

All decode the same prompts with the same weights in float32, greedily, with the end token
ignored, one after the other in one process; a figure counts only where the answers agree.
"""

from __future__ import annotations

import copy
import math
import tempfile
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import torch

from genadapter.adapter import Adapter, Provenance, save_adapter
from genadapter.attach import AdapterRows, AdapterSlots
from genadapter.base_model import BaseModel
from genadapter.checks import at_least
from genadapter.condition import Condition
from genadapter.decoding import Decoder
from genadapter.errors import ConfigError
from genadapter.lora import LoraSpec, LoraWeights
from genadapter.pipeline import Pipeline
from service.store import AdapterStore

ALL_LINEAR = (
    "q_proj",
    "k_proj",
    "v_proj",
    "o_proj",
    "gate_proj",
    "up_proj",
    "down_proj",
)
SHAPES = {"all_linear": ALL_LINEAR, "qv": ("q_proj", "v_proj")}
RANK, ALPHA = 8, 16.0
Tokens = list[list[int]]


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchConfig:
    """Sizes of the comparison."""

    num_requests: int = 16
    """Requests at once, each with an adapter of its own."""
    prompt_tokens: int = 32
    """Tokens of every prompt."""
    new_tokens: int = 64
    """Tokens of every answer."""
    repeats: int = 5
    """Runs of each way, of which the median counts; one before them is dropped."""

    def __post_init__(self) -> None:
        """Rejects sizes that measure nothing."""
        at_least(1, self, "num_requests", "prompt_tokens", "new_tokens", "repeats")


def bench_decoding(base: BaseModel, config: BenchConfig) -> dict[str, Any]:
    """Tokens a second of every way, for both shapes of adapters.

    Args:
        base: In float32.
        config: How much.

    Raises:
        ConfigError: PEFT is not installed, or two ways answer differently.
    """
    draws = torch.Generator().manual_seed(0)
    size = (config.num_requests, config.prompt_tokens)
    vocabulary = len(base.tokenizer)
    prompts = torch.randint(10, vocabulary, size, generator=draws).tolist()
    rates: dict[str, float] = {}
    rates["base"], _ = _timed(config, partial(_ours, base, prompts, None, [], config))
    by_peft: dict[str, float] = {}
    by_number: dict[str, float] = {}
    for shape, modules in SHAPES.items():
        spec = base.spec(rank=RANK, alpha=ALPHA, target_modules=modules)
        adapters = [_random(spec, base, n) for n in range(config.num_requests)]
        slots = AdapterSlots(base.model, spec)
        try:
            one = [adapters[0]] * config.num_requests
            ours, answers = _timed(
                config, partial(_ours, base, prompts, slots, adapters, config)
            )
            same, _ = _timed(config, partial(_ours, base, prompts, slots, one, config))
        finally:
            slots.detach()
        peft, expected = _bench_peft(base, adapters, prompts, config)
        if answers != expected:
            raise ConfigError(
                f"ours and PEFT answer differently with {shape}: nothing to compare"
            )
        rates[f"ours_{shape}"], rates[f"peft_adapter_names_{shape}"] = ours, peft
        by_peft[shape], by_number[shape] = ours / peft, ours / same
    return {
        "tokens_per_second": {name: round(rate, 1) for name, rate in rates.items()},
        "ratio_to_peft": {name: round(ratio, 2) for name, ratio in by_peft.items()},
        "ratio_to_base": round(rates["ours_qv"] / rates["base"], 3),
        "ratio_of_distinct_to_one": {n: round(r, 3) for n, r in by_number.items()},
    }


def bench_latency(
    pipeline: Pipeline, base: BaseModel, *, repeats: int
) -> dict[str, dict[str, float]]:
    """Milliseconds to attach a stored adapter, and from a description to a first token.

    Args:
        pipeline: Writes the adapters.
        base: Answers with them.
        repeats: Adapters.
    """
    attach, first = [], []
    slots = AdapterSlots(base.model, pipeline.spec)
    prompt = base.prompt_ids("one two three")
    with tempfile.TemporaryDirectory() as folder:
        store = AdapterStore(Path(folder))
        for number in range(repeats + 1):
            started = perf_counter()
            told = Condition(description=f"Answer with word number {number}.")
            (adapter,) = pipeline.generate([told])
            store.put(adapter)
            _first_token(base, slots, adapter, prompt)
            first.append(1000 * (perf_counter() - started))
            # Another store has it on disk alone, as after a restart.
            fresh = AdapterStore(Path(folder))
            started = perf_counter()
            fresh.get(adapter.id)
            attach.append(1000 * (perf_counter() - started))
    slots.detach()
    return {
        "attach_ms": percentiles(attach[1:]),
        "first_token_ms": percentiles(first[1:]),
    }


def _first_token(
    base: BaseModel, slots: AdapterSlots, adapter: Adapter, prompt: Sequence[int]
) -> None:
    rows = _rows(base, slots.spec, [adapter])
    bound = rows.between(0, 1)
    assert bound is not None
    with slots.bind(bound):
        Decoder(base, max_rows=1).join([prompt])


def _ours(
    base: BaseModel,
    prompts: Tokens,
    slots: AdapterSlots | None,
    adapters: Sequence[Adapter],
    config: BenchConfig,
) -> Tokens:
    decoder, bound = Decoder(base, max_rows=len(prompts)), nullcontext()
    if slots is not None:
        rows = _rows(base, slots.spec, adapters).between(0, len(prompts))
        assert rows is not None
        bound = slots.bind(rows)  # type: ignore[assignment] # a context, too
    with bound:
        tokens = decoder.join(prompts).argmax(dim=1).tolist()
        answers = [[token] for token in tokens]
        for _ in range(config.new_tokens - 1):
            tokens = decoder.step(tokens).argmax(dim=1).tolist()
            for answer, token in zip(answers, tokens, strict=True):
                answer.append(token)
    return answers


def _rows(base: BaseModel, spec: LoraSpec, adapters: Sequence[Adapter]) -> AdapterRows:
    rows = AdapterRows(
        spec, max_rows=len(adapters), dtype=base.dtype, device=base.device
    )
    for row, adapter in enumerate(adapters):
        rows.put(row, adapter.weights)
    return rows


def _bench_peft(
    base: BaseModel, adapters: Sequence[Adapter], prompts: Tokens, config: BenchConfig
) -> tuple[float, Tokens]:
    try:
        from peft import PeftModel
    except ImportError as error:
        raise ConfigError(
            "the comparison needs peft, which is not installed: pip install peft"
        ) from error
    with tempfile.TemporaryDirectory() as folder:
        places = [Path(folder) / adapter.id for adapter in adapters]
        for adapter, place in zip(adapters, places, strict=True):
            save_adapter(adapter, place)
        names = [adapter.id for adapter in adapters]
        # PEFT changes the model that it is given.
        model: Any = PeftModel.from_pretrained(
            copy.deepcopy(base.model), str(places[0]), adapter_name=names[0]
        )
        for name, place in zip(names[1:], places[1:], strict=True):
            model.load_adapter(str(place), adapter_name=name)
    model.eval()
    # Without an end token every answer has its full length, as ours have.
    model.generation_config.eos_token_id = None
    ids = torch.tensor(prompts)

    @torch.inference_mode()
    def answer() -> Tokens:
        output = model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            adapter_names=names,
            max_new_tokens=config.new_tokens,
            do_sample=False,
            pad_token_id=base.tokenizer.eos_token_id,
        )
        found: Tokens = output[:, ids.shape[1] :].tolist()
        return found

    return _timed(config, answer)


def _timed(config: BenchConfig, answer: Callable[[], Tokens]) -> tuple[float, Tokens]:
    """Tokens a second, the median of several runs, and what was answered."""
    answers, seconds = answer(), []
    for _ in range(config.repeats):
        started = perf_counter()
        answers = answer()
        seconds.append(perf_counter() - started)
    return config.num_requests * config.new_tokens / median(seconds), answers


def _random(spec: LoraSpec, base: BaseModel, number: int) -> Adapter:
    """An adapter that changes the base; both factors are its own."""
    draws = torch.Generator().manual_seed(number)

    def factor(*shape: int) -> torch.Tensor:
        drawn = torch.randn(shape, generator=draws)
        return drawn / (4 * math.sqrt(shape[-1]))

    weights = LoraWeights(
        {m.name: factor(len(m.layers), spec.rank, m.in_features) for m in spec.modules},
        {
            m.name: factor(len(m.layers), m.out_features, spec.rank)
            for m in spec.modules
        },
    )
    return Adapter(
        id=f"lora-{number:032x}",
        spec=spec,
        weights=weights,
        base_name=base.name,
        provenance=Provenance(
            family="random", bundle="", condition="", seed=number, neighbours=()
        ),
    )


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """The middle of some values, and what 95 of a hundred are at most."""
    ordered = sorted(values)
    return {
        f"p{share}": round(
            ordered[min(len(ordered) - 1, share * len(ordered) // 100)], 1
        )
        for share in (50, 95)
    }
