"""Pipeline: from words to adapters."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from genadapter.adapter import load_adapter, save_adapter
from genadapter.attach import AdapterSlots, stack_rows
from genadapter.base_model import BaseModel
from genadapter.checkpoint import Bundle, load_bundle, save_bundle
from genadapter.condition import Condition, Demonstration
from genadapter.encoder import Encoder, SentenceEncoder
from genadapter.errors import (
    ConditionError,
    ConfigError,
    RankLimitError,
    SpecMismatchError,
)
from genadapter.generators import Surroundings, find_family
from genadapter.lora import check_fits, truncate
from genadapter.options import Options
from genadapter.pipeline import CHUNK_SIZE, Pipeline
from genadapter.precision import DtypeName, resolve_dtype
from genadapter.reading import Reader
from genadapter.refinement import Refinement

NewAround = Callable[[Encoder], Surroundings]

PLURAL = Condition(description="give the plural of a noun")
CAPITAL = Condition(description="give the capital of a country with only one word")
SORT = Condition(description="sort")


def test_adapters_come_in_the_order_of_their_conditions(pipeline: Pipeline) -> None:
    """Sorting by length inside never shows outside."""
    conditions = [CAPITAL, SORT, PLURAL]
    adapters = pipeline.generate(conditions)
    digests = [adapter.provenance.condition for adapter in adapters]
    assert digests == [condition.digest() for condition in conditions]
    for adapter in adapters:
        check_fits(adapter.weights, pipeline.spec)


def test_row_of_a_batch_equals_the_single_case(pipeline: Pipeline) -> None:
    """Neighbours in the batch do not change an adapter beyond float rounding."""
    batch = pipeline.generate([PLURAL, CAPITAL, SORT])
    for condition, together in zip([PLURAL, CAPITAL, SORT], batch, strict=True):
        alone = pipeline.generate([condition])[0]
        assert alone.id == together.id
        for name, _, b_LOR in alone.weights:
            # Padding changes the order of float32 sums.
            torch.testing.assert_close(
                b_LOR, together.weights.b[name], atol=1e-5, rtol=0
            )


def test_more_conditions_than_a_chunk_are_all_answered(pipeline: Pipeline) -> None:
    """Chunks are joined without loss."""
    number = CHUNK_SIZE + 3
    conditions = [Condition(description=f"sort {'one ' * i}two") for i in range(number)]
    adapters = pipeline.generate(conditions)
    assert [a.id for a in adapters] == [pipeline.adapter_id(c) for c in conditions]
    assert len({adapter.id for adapter in adapters}) == number


def test_no_conditions_give_no_adapters(pipeline: Pipeline) -> None:
    """An empty batch is not an error."""
    assert pipeline.generate([]) == []


def test_same_request_gives_the_same_id_and_bytes(pipeline: Pipeline) -> None:
    """An adapter is a pure function of bundle, condition and seed."""
    first, second = pipeline.generate([PLURAL])[0], pipeline.generate([PLURAL])[0]
    assert first.id == second.id == pipeline.adapter_id(PLURAL)
    for name, _, b_LOR in first.weights:
        assert torch.equal(b_LOR, second.weights.b[name])


def test_seed_family_and_condition_change_the_id(
    pipeline: Pipeline, tmp_path: Path, encoder: Encoder
) -> None:
    """Whatever decides the weights is part of the id."""
    nearest = load_bundle(
        tmp_path / "bundle", base=None, encoder=encoder, family="nearest"
    )
    other_family = Pipeline("tests/tiny-llama", nearest, encoder)
    ids = {
        pipeline.adapter_id(PLURAL),
        pipeline.adapter_id(PLURAL, Options(seed=1)),
        pipeline.adapter_id(CAPITAL),
        other_family.adapter_id(PLURAL),
    }
    assert len(ids) == 4


def test_rank_and_scale_change_the_adapter_and_its_id(pipeline: Pipeline) -> None:
    """Cut down to the nearest of a rank, and made stronger."""
    options = Options(rank=1, scale=2.0)
    plain, made = (
        pipeline.generate([PLURAL], asked)[0] for asked in (Options(), options)
    )
    assert made.id == pipeline.adapter_id(PLURAL, options) != plain.id
    assert made.spec == plain.spec.at_rank(1)
    check_fits(made.weights, made.spec)
    expected = truncate(plain.weights, 1)
    for name, a_LRI, b_LOR in made.weights:
        delta_LOI = 2 * expected.b[name] @ expected.a[name]
        assert torch.allclose(b_LOR @ a_LRI, delta_LOI, atol=1e-6)


def test_higher_rank_than_the_bundles_is_refused(pipeline: Pipeline) -> None:
    """The message names the highest."""
    rank = pipeline.spec.rank
    with pytest.raises(RankLimitError, match=f"at most {rank}, .* got {rank + 1}"):
        pipeline.generate([PLURAL], Options(rank=rank + 1))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rank": 0}, "rank must be at least 1, got 0"),
        ({"scale": 0.0}, "scale must be above 0, got 0"),
        ({"scale": 5.0}, "scale must be at most 4, got 5"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, Any], message: str) -> None:
    """Before anything is computed."""
    with pytest.raises(ConfigError, match=message):
        Options(**options)


@pytest.mark.parametrize(
    "options",
    [
        Options(),
        Options(seed=3, draw="sample", rank=2, scale=0.5),
        Options(refinement=Refinement(num_steps=2)),
    ],
)
def test_options_survive_json(options: Options) -> None:
    """What comes as it is left out, so that ids stay as they are."""
    told = json.loads(json.dumps(options.to_dict()))
    assert Options.from_dict(told) == options
    assert Options().to_dict() == {}


def test_provenance_names_the_nearest_expert_first(pipeline: Pipeline) -> None:
    """A description of the library's own task finds its expert with similarity one."""
    text = pipeline.bundle.surroundings.library.experts[1].description
    adapter = pipeline.generate([Condition(description=text)])[0]
    (name, similarity), *others = adapter.provenance.neighbours
    assert name == "task-1"
    assert similarity == pytest.approx(1.0, abs=1e-3)
    assert [near for _, near in others] == sorted(
        (near for _, near in others), reverse=True
    )


def test_bytes_on_disk_give_back_the_adapter(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    """What was generated and what was stored are the same adapter."""
    adapter = pipeline.generate([PLURAL])[0]
    save_adapter(adapter, tmp_path / "adapter")
    stored = load_adapter(tmp_path / "adapter")
    assert (stored.id, stored.spec) == (adapter.id, adapter.spec)
    assert stored.provenance == adapter.provenance


def test_generated_adapters_run_on_the_base(
    pipeline: Pipeline, base: BaseModel
) -> None:
    """Rows with and without an adapter share one batch of greedy answers."""
    adapters = pipeline.generate([PLURAL, CAPITAL])
    slots = AdapterSlots(base.model, pipeline.spec)
    rows = stack_rows(slots.spec, [adapters[0].weights, None, adapters[1].weights])
    prompts = [
        base.prompt_ids("cat"),
        base.prompt_ids("france"),
        base.prompt_ids("dog"),
    ]
    answers = base.generate(prompts, max_new_tokens=3, slots=slots, adapters=rows)
    slots.detach()
    assert len(answers) == 3
    assert answers[1] == base.generate(prompts, max_new_tokens=3)[1]


def test_log_has_one_line_a_batch_and_never_the_text(
    pipeline: Pipeline, caplog: pytest.LogCaptureFixture
) -> None:
    """Descriptions are private; the log tells count, family and time."""
    with caplog.at_level(logging.INFO, logger="genadapter"):
        pipeline.generate([PLURAL, CAPITAL])
    assert len(caplog.messages) == 1
    assert "2 adapters" in caplog.text
    assert "hypernetwork" in caplog.text
    assert "plural" not in caplog.text


def test_kind_that_the_family_cannot_use_is_refused(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A family says which conditions it hears; others are refused by name."""
    family = type(pipeline.bundle.generator)
    monkeypatch.setattr(family, "conditions", frozenset({"document"}))
    with pytest.raises(ConditionError, match="no such condition, got description: "):
        pipeline.generate([PLURAL])


def test_kind_that_the_bundle_never_met_is_refused(pipeline: Pipeline) -> None:
    """The family would take examples; this generator was not trained on any."""
    shown = Condition(examples=(Demonstration(input="cat", output="cats"),))
    expected = r"trained on description, got examples: .* take it: .*hypernetwork"
    with pytest.raises(ConditionError, match=expected):
        pipeline.generate([shown])


def test_examples_make_an_adapter_where_they_were_met(pipeline: Pipeline) -> None:
    """Beside a description or alone; each condition is an adapter of its own."""
    manifest = replace(pipeline.bundle.manifest, conditions=("description", "examples"))
    bundle = replace(pipeline.bundle, manifest=manifest)
    told = Pipeline(pipeline.base_name, bundle, pipeline.encoder, pipeline.reader)
    pairs = tuple(
        Demonstration(input=word, output=f"{word} one")
        for word in ("cat", "dog", "box")
    )
    conditions = [
        PLURAL,
        Condition(examples=pairs),
        Condition(description=PLURAL.description, examples=pairs),
    ]
    adapters = told.generate(conditions)
    assert len({adapter.id for adapter in adapters}) == 3
    alone = told.generate(conditions[1:2])[0]
    for name, b_LOR in alone.weights.b.items():
        torch.testing.assert_close(
            b_LOR, adapters[1].weights.b[name], atol=1e-5, rtol=0
        )
    assert not torch.equal(alone.weights.b["v_proj"], adapters[0].weights.b["v_proj"])


def test_another_encoder_is_refused(
    pipeline: Pipeline, new_encoder: Callable[..., Encoder]
) -> None:
    """Embeddings of one encoder mean nothing to a generator trained on another."""
    with pytest.raises(SpecMismatchError, match="trained with encoder 'hashing'"):
        Pipeline(
            "tests/tiny-llama",
            pipeline.bundle,
            new_encoder(name="other"),
            pipeline.reader,
        )


@pytest.mark.parametrize("family", ["nearest", "blend"])
def test_untrained_families_run_on_a_trained_bundle(
    family: str,
    write_bundle: Callable[..., Bundle],
    tmp_path: Path,
    encoder: Encoder,
) -> None:
    """The library of any bundle also serves the families without parameters."""
    write_bundle(tmp_path / "trained")
    bundle = load_bundle(
        tmp_path / "trained", base=None, encoder=encoder, family=family
    )
    pipeline = Pipeline("tests/tiny-llama", bundle, encoder)
    adapter = pipeline.generate([PLURAL])[0]
    assert adapter.provenance.family == pipeline.family == family


@pytest.fixture(params=["blend", "hypernetwork"])
def trained(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    base: BaseModel,
    encoder_folder: Path,
    new_surroundings: NewAround,
) -> Path:
    """A bundle for the random LLM and a real sentence-transformers model."""
    encoder = SentenceEncoder(str(encoder_folder))
    surroundings = new_surroundings(encoder)
    family = find_family(request.param)
    save_bundle(
        tmp_path / "trained",
        generator=family(family.Config(), surroundings),
        surroundings=surroundings,
        encoder_name=encoder.name,
        base=base,
        trained_on=[],
        seeds={},
        results={},
        card="",
    )
    return tmp_path / "trained"


def test_loading_leaves_the_llm_alone(trained: Path) -> None:
    """A family that reads no base needs bundle and encoder alone."""
    pipeline = Pipeline.load(trained, family="nearest", base_name="mine/base")
    adapter = pipeline.generate([PLURAL])[0]
    assert adapter.base_name == "mine/base"
    assert adapter.provenance.family == "nearest"
    assert pipeline.reader is None


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_loading_with_base_gives_both(
    trained: Path, base_folder: Path, dtype: DtypeName
) -> None:
    """The LLM carries the bundle's name; a reader shares it where the dtype allows."""
    pipeline, base = Pipeline.load_with_base(
        trained, base_source=str(base_folder), dtype=dtype
    )
    assert base.name == pipeline.base_name == "tests/tiny-llama"
    assert base.dtype is resolve_dtype(dtype, "cpu")
    if dtype == "float32":
        assert base.fingerprint.digest == pipeline.spec.base_fingerprint
    if pipeline.family == "hypernetwork":
        assert pipeline.reader is not None
        is_native = base.dtype is resolve_dtype("auto", "cpu")
        assert (pipeline.reader.base is base) == is_native
    assert pipeline.generate([PLURAL])[0].spec == pipeline.spec


def test_family_that_reads_the_base_needs_a_reader(pipeline: Pipeline) -> None:
    """The message says where to get one."""
    with pytest.raises(ConfigError, match=r"got no reader: .*Pipeline\.load"):
        Pipeline("tests/tiny-llama", pipeline.bundle, pipeline.encoder)


def test_loading_with_another_base_is_refused(
    trained: Path, new_base: Callable[..., BaseModel], tmp_path: Path
) -> None:
    """A bundle never runs on an LLM that it was not trained on."""
    other = new_base(seed=5)
    other.model.save_pretrained(tmp_path / "other")
    other.tokenizer.save_pretrained(tmp_path / "other")
    with pytest.raises(SpecMismatchError, match="load the base it names"):
        Pipeline.load_with_base(
            trained, base_source=str(tmp_path / "other"), dtype="float32"
        )


def test_draws_are_of_the_adapter_alone(
    write_bundle: Callable[..., Bundle],
    encoder: Encoder,
    reader: Reader,
    tmp_path: Path,
) -> None:
    """Same seed, same adapter, in any company; the mean has another id."""
    bundle = write_bundle(tmp_path / "drawn", family="sg_cvae")
    told = Pipeline("tests/tiny-llama", bundle, encoder, reader)
    alone = told.generate([PLURAL], Options(seed=1, draw="sample"))[0]
    among = told.generate([CAPITAL, PLURAL, SORT], Options(seed=1, draw="sample"))[1]
    other = told.generate([PLURAL], Options(seed=2, draw="sample"))[0]
    mean = told.generate([PLURAL], Options(seed=1))[0]
    assert alone.id == among.id
    assert len({alone.id, other.id, mean.id}) == 3
    for name, b_LOR in alone.weights.b.items():
        torch.testing.assert_close(b_LOR, among.weights.b[name], atol=1e-5, rtol=0)
        assert not torch.allclose(b_LOR, other.weights.b[name])
        assert not torch.allclose(b_LOR, mean.weights.b[name])
