"""Recipes: complete configurations and typed changes of them."""

from __future__ import annotations

import pytest

from genadapter.errors import ConfigError, UnknownFamilyError
from genadapter.generators.hypernetwork import HypernetworkGenerator
from training.recipes import RECIPES, Recipe, find_recipe, override


@pytest.mark.parametrize("name", RECIPES)
def test_recipe_is_found_by_its_own_name(name: str) -> None:
    """The name also names the run's folder."""
    assert find_recipe(name).name == name


def test_unknown_recipe_lists_those_found() -> None:
    """The message says what there is."""
    with pytest.raises(ConfigError, match="'tpu'; found: smoke, cpu, gpu"):
        find_recipe("tpu")


def test_assignments_reach_nested_fields_typed(tiny_recipe: Recipe) -> None:
    """Numbers, texts and lists arrive as what the field holds."""
    changed = override(
        tiny_recipe,
        [
            "name=other",
            "data.max_tasks=7",
            "optim.learning_rate=1",
            "experts.optim.max_steps=9",
            "generator.width=32",
            "adapter.target_modules=q_proj,o_proj",
            'data.extra_files=["mine.jsonl"]',
        ],
    )
    assert (changed.name, changed.data.max_tasks) == ("other", 7)
    assert isinstance(changed.optim.learning_rate, float)
    assert changed.experts.optim.max_steps == 9
    assert changed.generator.width == 32
    assert changed.adapter.target_modules == ("q_proj", "o_proj")
    assert changed.data.extra_files == ("mine.jsonl",)
    assert tiny_recipe.name == "tiny"


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("data.max_task=7", r"no setting 'data\.max_task'; closest: max_tasks"),
        ("datum.max_tasks=7", r"closest: data"),
        ("seed.part=1", "'seed' has no parts"),
        ("seed", "expected section.field=value, got 'seed'"),
        ("seed=many", "seed must be a int, got 'many'"),
        ("data.max_tasks=1.5", "must be a int"),
        ("optim.learning_rate=-1", "learning_rate must be above 0, got -1"),
        ("generator.width=31", "width must be a multiple of num_heads"),
        ("experts.group_size=0", "group_size must be at least 1, got 0"),
        ("data.max_rows=0", "max_rows must be at least 1, got 0"),
        ("validate_every_steps=0", "validate_every_steps must be at least 1, got 0"),
        ("family=blend", "'blend' is not trained: choose .*hypernetwork"),
        ('optim.objectives={"luck": 1.0}', "no objective 'luck'; found: distillation"),
    ],
)
def test_bad_assignment_is_refused(
    assignment: str, message: str, tiny_recipe: Recipe
) -> None:
    """Unknown keys come with the closest ones; values are checked as in the code."""
    with pytest.raises(ConfigError, match=message):
        override(tiny_recipe, [assignment])


def test_another_family_brings_its_own_config(tiny_recipe: Recipe) -> None:
    """A family is chosen by name alone; settings after it are of its Config."""
    changed = override(tiny_recipe, ["family=hypernetwork", "generator.key_size=3"])
    assert changed.generator == HypernetworkGenerator.Config(key_size=3)
    with pytest.raises(UnknownFamilyError, match="unknown family 'oracle'; found: "):
        override(tiny_recipe, ["family=oracle"])
