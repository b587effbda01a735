"""Foreign experts: a LoRA that another tool trained, taken into a bundle's library.

A bundle keeps all experts on one A and in one compact basis; whatever of a foreign
adapter lies outside both is lost, so the share that is kept decides.

Shapes: C coefficients, N experts, P parameters of one flattened B, E embedding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from genadapter.base_model import BaseModel
from genadapter.checkpoint import Bundle, save_bundle
from genadapter.condition import Condition
from genadapter.encoder import Encoder
from genadapter.errors import ConfigError, SpecMismatchError
from genadapter.generators import Surroundings
from genadapter.library import Expert, ExpertLibrary, flatten_b, split_b
from genadapter.lora import LoraSpec, LoraWeights, norm, project_onto, weighted_sum
from genadapter.peft_format import load_peft_weights

NORM_KEPT_AT_LEAST = 0.5
"""Share of the squared norm of B @ A below which an adapter is refused."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportedExpert:
    """A foreign adapter as the library keeps it."""

    expert: Expert
    """What is known of it."""
    coefficients_C: Tensor
    """It in the bundle's basis."""
    kept_on_a: float
    """Share of the squared norm of B @ A that the shared A can express."""
    kept: float
    """Share that is left in the compact basis as well."""
    kept_of_change: float
    """The same of what sets it apart from the multi-task adapter."""

    def to_dict(self) -> dict[str, Any]:  # Any: plain JSON
        """Its id and the shares kept as JSON values."""
        return {
            "id": self.expert.id,
            "kept_on_a": round(self.kept_on_a, 4),
            "kept": round(self.kept, 4),
            "kept_of_change": round(self.kept_of_change, 4),
        }


def import_expert(
    folder: Path, description: str, *, bundle: Bundle, base_name: str
) -> ImportedExpert:
    """Reads a PEFT folder and expresses it in a bundle's basis.

    Args:
        folder: A plain LoRA in PEFT's format.
        description: Its task in words; what it will be found by.
        bundle: Whose library it is for.
        base_name: What the base model is called.

    Raises:
        ConditionError: A description that no generator could be given.
        ConfigError: An expert of that name is there already.
        SpecMismatchError: Another base model, NaN, or less than half can be kept.
    """
    condition = Condition(description=description)
    around = bundle.surroundings
    name = f"imported_{folder.resolve().name}"
    if any(expert.id == name for expert in around.library.experts):
        raise ConfigError(f"the library has an expert {name!r}: rename {folder}")
    weights = _read(folder, around.spec, base_name)
    on_a = project_onto(weights, around.shared.a)
    coefficients_C, compact = _compact(on_a, around)
    multitask = LoraWeights(around.shared.a, around.shared.b)
    kept_on_a, kept = _share_kept(weights, on_a), _share_kept(weights, compact)
    if kept < NORM_KEPT_AT_LEAST:
        raise SpecMismatchError(
            f"the bundle's library can keep {max(kept, 0.0):.0%} of the adapter in "
            f"{folder}, its A alone {kept_on_a:.0%}, at least "
            f"{NORM_KEPT_AT_LEAST:.0%} is needed: train it from an adapter of this "
            "bundle, with A frozen"
        )
    expert = Expert(id=name, family="imported", group=name, description=condition.text)
    return ImportedExpert(
        expert=expert,
        coefficients_C=coefficients_C,
        kept_on_a=kept_on_a,
        kept=kept,
        kept_of_change=_share_kept(weights, compact, apart_from=multitask),
    )


def add_expert(
    bundle: Bundle,
    imported: ImportedExpert,
    folder: Path,
    *,
    base: BaseModel,
    encoder: Encoder,
    card: str,
) -> Bundle:
    """Writes a new bundle whose library holds one expert more.

    Args:
        bundle: The bundle to start from; it stays as it is.
        imported: The expert to add.
        folder: Where the new bundle is to appear; must not exist.
        base: The base model of both.
        encoder: The encoder of both.
        card: Text of the old bundle's README.

    Raises:
        ConfigError: Something lies at the folder, or the bundle grew too large to ship.
    """
    around, manifest = bundle.surroundings, bundle.manifest
    condition = Condition(description=imported.expert.description)
    embedding_1E = encoder.encode([condition.text]).cpu()
    library = around.library
    grown = ExpertLibrary(
        [*library.experts, imported.expert],
        embeddings_NE=torch.cat([library.embeddings_NE, embedding_1E]),
        coefficients_NC=torch.cat(
            [library.coefficients_NC, imported.coefficients_C[None]]
        ),
        # Only the end of its training is known.
        variances_NC=torch.cat(
            [library.variances_NC, torch.zeros_like(library.variances_NC[:1])]
        ),
        basis_CP=library.basis_CP,
    )
    since = [*manifest.results.get("imported_since", []), imported.expert.id]
    note = f"`{imported.expert.id}` was imported after the figures above were taken."
    return save_bundle(
        folder,
        generator=bundle.generator,
        surroundings=replace(around, library=grown),
        encoder_name=manifest.encoder,
        base=base,
        trained_on=manifest.trained_on,
        seeds=manifest.seeds,
        results={**manifest.results, "imported_since": since},
        card=f"{card.rstrip()}\n\n{note}\n",
        untrained_configs=manifest.untrained_configs,
        scales=manifest.scales,
        recipe=manifest.recipe,
        conditions=manifest.conditions,
    )


def _read(folder: Path, spec: LoraSpec, base_name: str) -> LoraWeights:
    foreign = load_peft_weights(folder, spec)
    # People load one model from a hub or from a folder; the last part of both is alike.
    mine, theirs = (
        n.rstrip("/").split("/")[-1] for n in (base_name, foreign.base_name)
    )
    if mine.casefold() != theirs.casefold():
        raise SpecMismatchError(
            f"the adapter in {folder} was trained on {foreign.base_name!r}, the bundle "
            f"is for {base_name!r}: give an adapter of that base model"
        )
    factor = foreign.scaling / spec.scaling
    b = {name: factor * b_LOR for name, b_LOR in foreign.weights.b.items()}
    weights = LoraWeights(foreign.weights.a, b)
    if norm(weights) == 0:
        raise SpecMismatchError(
            f"the adapter in {folder} changes nothing: all its B are zero"
        )
    return weights


def _compact(on_a: LoraWeights, around: Surroundings) -> tuple[Tensor, LoraWeights]:
    b_P, basis_CP = around.shared.flat_b(), around.library.basis_CP
    residual_P = flatten_b(on_a.b) - b_P
    # The basis is rounded, so it is only nearly orthonormal.
    coefficients_C = torch.linalg.lstsq(basis_CP.mT, residual_P[:, None]).solution[:, 0]
    b = split_b(b_P + coefficients_C @ basis_CP, around.spec)
    return coefficients_C, LoraWeights(on_a.a, b)


def _share_kept(
    wanted: LoraWeights, found: LoraWeights, *, apart_from: LoraWeights | None = None
) -> float:
    whole = wanted
    if apart_from is not None:
        whole = weighted_sum([wanted, apart_from], [1.0, -1.0])
    lost = norm(weighted_sum([wanted, found], [1.0, -1.0]))
    return 1 - (lost / max(norm(whole), 1e-12)) ** 2
