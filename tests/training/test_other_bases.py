"""Bases of other architectures than the default's: from tasks to an adapter that acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import Qwen2Config, Qwen3Config
from transformers.models.qwen2 import Qwen2ForCausalLM
from transformers.models.qwen3 import Qwen3ForCausalLM
from typer.testing import CliRunner

from genadapter.adapter import Adapter
from genadapter.attach import AdapterSlots, stack_rows
from genadapter.base_model import BaseModel
from genadapter.cli import create_app
from genadapter.condition import Condition
from genadapter.encoder import Encoder
from genadapter.errors import ConfigError
from genadapter.exit_codes import ExitCode
from genadapter.pipeline import Pipeline
from training.bundling import bundle_run
from training.commands.stages import train_stages
from training.commands.workspace import open_workspace
from training.conditions import passages_of
from training.curriculum import make_curriculum
from training.kept_encoder import keep_embeddings
from training.recipes import Recipe
from training.run import train_generator
from training.workspace import check_same_run, prepare

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning"),  # lightning itself
    pytest.mark.filterwarnings("ignore::UserWarning:lightning"),
]

SIZES = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 128,
    "initializer_range": 0.3,
}


@pytest.fixture(params=["qwen2", "qwen3"])
def other(request: pytest.FixtureRequest, base: BaseModel) -> BaseModel:
    """A random model: biases in its projections, or norms on its queries and keys."""
    shared = {
        **SIZES,
        "vocab_size": len(base.tokenizer),
        "bos_token_id": None,
        "eos_token_id": base.tokenizer.eos_token_id,
        "pad_token_id": base.tokenizer.pad_token_id,
    }
    with torch.random.fork_rng():
        torch.manual_seed(0)
        if request.param == "qwen2":
            model = Qwen2ForCausalLM(Qwen2Config(**shared))
        else:
            model = Qwen3ForCausalLM(Qwen3Config(**shared, head_dim=16))
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.data.normal_(std=0.3)
    return BaseModel(model, base.tokenizer, name=f"tests/tiny-{request.param}")


def test_layers_run_apart_as_together(other: BaseModel) -> None:
    """Lower states first, then the rest: the model's own logits."""
    ids_BT = torch.tensor([other.prompt_ids("one two"), other.prompt_ids("cat box")])
    hidden_BTD = other.lower_states(ids_BT, num_layers=2)
    wanted_BT = torch.ones_like(ids_BT, dtype=torch.bool)
    logits_NV = other.logits_from(hidden_BTD, start_layer=2, positions_BT=wanted_BT)
    expected_BTV = other.model(ids_BT).logits
    torch.testing.assert_close(logits_NV, expected_BTV.flatten(0, 1))


def test_whole_path_ends_in_an_adapter_that_acts(
    other: BaseModel,
    encoder: Encoder,
    tiny_recipe: Recipe,
    in_suite: Callable[[Recipe], Recipe],
    home: Path,
    tmp_path: Path,
) -> None:
    """Training, a bundle, and generation; another description, another adapter."""
    del home
    work = prepare(in_suite(tiny_recipe), base=other, encoder=encoder)
    stages = train_stages(work)
    generator = train_generator(work, stages.surroundings, stages.experts.b_NP)
    bundle = bundle_run(
        work, stages.surroundings, stages.experts.b_NP, generator, tmp_path / "bundle"
    )
    pipeline = Pipeline(other.name, bundle, encoder, bundle.generator.reader(other))
    first, second = pipeline.generate(
        [
            Condition(description="sort these numbers upwards"),
            Condition(description="give the capital of a country"),
        ]
    )
    ids_BT = torch.tensor([other.prompt_ids("one two")])
    slots = AdapterSlots(other.model, first.spec)

    def logits(adapter: Adapter) -> torch.Tensor:
        rows = stack_rows(
            first.spec, [adapter.weights], dtype=other.dtype, device=other.device
        )
        with slots.bind(rows):
            return other.model(ids_BT).logits

    bare = other.model(ids_BT).logits
    assert (logits(first) - bare).abs().max() > 1e-4
    assert (logits(first) - logits(second)).abs().max() > 1e-6
    slots.detach()


def test_the_command_trains_on_the_base_that_a_recipe_names(
    other: BaseModel,
    encoder: Encoder,
    tiny_recipe: Recipe,
    in_suite: Callable[[Recipe], Recipe],
    tmp_path: Path,
) -> None:
    """A folder or a hub id; finished stages are not read for another base."""
    other.model.save_pretrained(tmp_path / "base")
    other.tokenizer.save_pretrained(tmp_path / "base")
    recipe = replace(in_suite(tiny_recipe), base=str(tmp_path / "base"))
    tasks = make_curriculum(recipe, other).tasks
    keep_embeddings(passages_of(tasks, num_shown=0), encoder, tmp_path / "kept")
    work = open_workspace(
        recipe, device="cpu", dtype="float32", descriptions=tmp_path / "kept"
    )
    assert work.base.fingerprint.digest == other.fingerprint.digest
    with pytest.raises(ConfigError, match="other settings of base: start another"):
        check_same_run(replace(recipe, base=""))
    refused = CliRunner().invoke(create_app(), ["train", "smoke", "base=/nowhere"])
    assert refused.exit_code == ExitCode.WRONG_USE
    assert "cannot load base model '/nowhere'" in refused.stderr
