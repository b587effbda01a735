"""Model cards: what they say of an adapter, and code that runs as it stands."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard

from genadapter.adapter import Adapter, save_peft
from genadapter.base_model import DEFAULT_BASE_HUB_NAME, BaseModel
from genadapter.comparison import answer
from genadapter.merged_model import save_merged
from genadapter.model_card import merged_model_card, model_card

DESCRIPTION = "give the plural of a noun"


def front_matter(card: str) -> dict[str, Any]:  # Any: plain YAML
    """What the hub reads of a card, by its own parser."""
    return dict(ModelCard(card).data.to_dict())


def told(adapter: Adapter, **changes: Any) -> Adapter:  # Any: fields of different types
    """The same adapter with another provenance."""
    return replace(adapter, provenance=replace(adapter.provenance, **changes))


def run_example(card: str, capsys: pytest.CaptureFixture[str], *, given: str) -> str:
    """What the card's code prints for an input."""
    (code,) = re.findall(r"```python\n(.*?)```", card, re.DOTALL)
    assert "the input of the task" in code
    capsys.readouterr()
    exec(code.replace("the input of the task", given), {})
    return capsys.readouterr().out.strip()


def test_the_hub_reads_what_the_adapter_is(adapter: Adapter) -> None:
    """The front matter names base, library, task and tags."""
    assert front_matter(model_card(adapter)) == {
        "base_model": adapter.base_name,
        "library_name": "peft",
        "pipeline_tag": "text-generation",
        "tags": ["lora", "genadapter", "hypernetwork"],
    }
    merged = front_matter(merged_model_card(adapter))
    assert merged["library_name"] == "transformers"
    assert merged["base_model"] == adapter.base_name


@pytest.mark.parametrize("card_of", [model_card, merged_model_card])
def test_a_licence_is_named_where_it_is_known(adapter: Adapter, card_of: Any) -> None:
    """That of the packaged base is; nothing is claimed for any other."""
    known = replace(adapter, base_name=DEFAULT_BASE_HUB_NAME)
    assert front_matter(card_of(known))["license"] == "apache-2.0"
    assert "license" not in front_matter(card_of(adapter))


@pytest.mark.parametrize("name", ["C:\\models\\mine", "a: #b", "'", "- x", '"', "null"])
def test_any_name_of_a_base_survives(adapter: Adapter, name: str) -> None:
    """What means something in YAML or Python is told as the name it is."""
    card = model_card(replace(adapter, base_name=name))
    assert front_matter(card)["base_model"] == name
    (code,) = re.findall(r"```python\n(.*?)```", card, re.DOTALL)
    compile(code, "card", "exec")


def test_the_task_is_told_in_its_own_words(adapter: Adapter) -> None:
    """As a quote that no line of it can leave; or it is said that none was kept."""
    card = model_card(told(adapter, description="Sort:\n```\n# not ours\n---\nx: y"))
    assert "> Sort: ``` # not ours --- x: y\n" in card
    assert front_matter(card)["library_name"] == "peft"
    assert "was not kept" not in card
    assert "was not kept" in model_card(told(adapter, description=None))


def test_the_card_says_how_the_adapter_came_to_be(adapter: Adapter) -> None:
    """Family, sums, seed, shape, neighbours and familiarity, as far as they are known."""
    made, spec = adapter.provenance, adapter.spec
    card = model_card(
        told(adapter, neighbours=(("task-1", 0.834),), familiarity=0.25, seed=71)
    )
    for part in (
        f"`{made.family}`",
        f"`{made.bundle}`",
        f"`{made.condition}`",
        f"`{spec.base_fingerprint}`",
        "seed 71",
        f"Rank {spec.rank}, alpha {spec.alpha:g}, on down_proj, k_proj, o_proj, ",
        "q_proj, v_proj of layers 2 to 3",
        "task-1 (0.83)",
        "25% of the descriptions",
    ):
        assert part in card, part
    without = model_card(told(adapter, neighbours=(), familiarity=None))
    assert "earest experts" not in without
    assert "% of the descriptions" not in without


def test_fine_tuning_is_denied_only_where_there_was_none(adapter: Adapter) -> None:
    """Examples may have been learned from; a description cannot be."""
    assert "no fine-tuning run" in model_card(told(adapter, kinds=("description",)))
    refined = model_card(told(adapter, kinds=("description", "examples")))
    assert "no fine-tuning run" not in refined
    assert "from a description and examples of its task" in refined


@pytest.mark.filterwarnings(
    "ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"
)
def test_the_example_of_a_peft_folder_runs(
    adapter: Adapter,
    base: BaseModel,
    base_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What people copy answers as we do."""
    folder = tmp_path / "adapter"
    local = replace(adapter, base_name=str(base_folder))
    save_peft(local, folder)
    card = model_card(local, location=str(folder))
    (expected,) = answer(base, adapter, inputs=["cat dog"], max_new_tokens=32)
    (bare,) = base.generate([base.prompt_ids("cat dog")], max_new_tokens=32)
    assert run_example(card, capsys, given="cat dog") == expected != bare


def test_the_example_of_a_merged_folder_runs(
    adapter: Adapter,
    base: BaseModel,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The same answer, without PEFT."""
    save_merged(adapter, tmp_path / "merged", base=base)
    card = merged_model_card(adapter, location=str(tmp_path / "merged"))
    assert "peft" not in card.lower()
    (expected,) = answer(base, adapter, inputs=["cat dog"], max_new_tokens=32)
    assert run_example(card, capsys, given="cat dog") == expected
