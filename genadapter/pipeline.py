"""Pipeline: condition -> features (encoder, base, library) -> generator -> adapter.

Shapes: B tasks, P numbers written for one of them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import torch
from torch import Tensor

from genadapter.adapter import Adapter, Provenance, adapter_id
from genadapter.base_model import BaseModel
from genadapter.checkpoint import Bundle, load_bundle
from genadapter.condition import Condition
from genadapter.encoder import Encoder, SentenceEncoder, embed_passages
from genadapter.errors import ConditionError, ConfigError, RankLimitError
from genadapter.familiarity import Familiarity, look
from genadapter.generators import Features, Generator, families
from genadapter.library import Neighbours
from genadapter.lora import LoraSpec, LoraWeights, scaled, truncate
from genadapter.manifest import check_base, check_encoder, find_bundle, read_manifest
from genadapter.options import Options
from genadapter.precision import DtypeName, resolve_dtype
from genadapter.reading import Reader
from genadapter.refinement import Refinement, refine

logger = logging.getLogger(__name__)

AS_IT_COMES = Options()
CHUNK_SIZE = 64
"""Conditions in one forward pass."""


class Pipeline:
    """Writes adapters for conditions."""

    def __init__(
        self,
        base_name: str,
        bundle: Bundle,
        encoder: Encoder,
        reader: Reader | None = None,
    ) -> None:
        """Joins loaded parts.

        Args:
            base_name: What the adapters are to call their base model.
            bundle: The generator and what it stands on.
            encoder: The encoder that the bundle names.
            reader: The base model, for families whose descriptions it reads.

        Raises:
            SpecMismatchError: Another encoder.
            ConfigError: The family needs a reader and there is none.
        """
        check_encoder(bundle.manifest, encoder)
        if bundle.generator.reads_base and reader is None:
            raise ConfigError(
                f"family {bundle.generator.family!r} looks at the base model's states, "
                "got no reader: pass one, or use Pipeline.load"
            )
        self.base_name = base_name
        self.bundle = bundle
        self.encoder = encoder
        self.reader = reader

    @classmethod
    def load(
        cls,
        bundle_path: Path | None = None,
        *,
        base_source: str | None = None,
        device: str = "cpu",
        family: str | None = None,
        base_name: str | None = None,
    ) -> Pipeline:
        """Loads bundle, encoder and, for families that look at it, the base model.

        Args:
            bundle_path: A bundle folder; `None` looks in the usual places.
            base_source: A folder or hub id; `None` means the packaged default.
            device: A torch device for everything.
            family: An untrained family to run on the bundle's library.
            base_name: What the adapters are to call their base model.

        Raises:
            BundleNotFoundError: There is no bundle.
            CorruptArtifactError: The bundle was changed or damaged.
            UnknownFamilyError: No such family.
            SpecMismatchError: The base is not the one that the bundle was trained on.
        """
        folder = find_bundle(bundle_path)
        encoder = SentenceEncoder(read_manifest(folder).encoder, device=device)
        bundle = load_bundle(folder, base=None, encoder=encoder, family=family)
        bundle.generator.to(device)
        name = base_name or bundle.manifest.base.name
        reader = None
        if bundle.generator.reads_base:
            # In this machine's own dtype, whatever the LLM is asked to run in.
            base = BaseModel.load(base_source, device=device, base_name=name)
            check_base(bundle.manifest, base)
            reader = bundle.generator.reader(base)
        elif base_source is not None:
            logger.info("family %s reads no base model", bundle.generator.family)
        return cls(name, bundle, encoder, reader)

    @classmethod
    def load_with_base(
        cls,
        bundle_path: Path | None = None,
        *,
        base_source: str | None = None,
        dtype: DtypeName = "auto",
        device: str = "cpu",
        family: str | None = None,
        base_name: str | None = None,
    ) -> tuple[Pipeline, BaseModel]:
        """Loads pipeline and LLM, for callers that also run the adapters.

        Args:
            bundle_path: A bundle folder; `None` looks in the usual places.
            base_source: A folder or hub id; `None` means the packaged default.
            dtype: The LLM's dtype.
            device: A torch device for everything.
            family: An untrained family to run on the bundle's library.
            base_name: What the adapters are to call their base model.

        Raises:
            SpecMismatchError: The base is not the one that the bundle was trained on.
        """
        pipeline = cls.load(
            bundle_path,
            base_source=base_source,
            device=device,
            family=family,
            base_name=base_name,
        )
        reader = pipeline.reader
        if reader and reader.base.dtype is resolve_dtype(dtype, device):
            return pipeline, reader.base
        base = BaseModel.load(
            base_source, dtype=dtype, device=device, base_name=pipeline.base_name
        )
        check_base(pipeline.bundle.manifest, base)
        return pipeline, base

    def beside(self, bundle_path: Path) -> Pipeline:
        """A pipeline on another bundle, with this one's encoder and base model.

        Args:
            bundle_path: A bundle folder.

        Raises:
            BundleNotFoundError: There is no bundle.
            CorruptArtifactError: The bundle was changed or damaged.
            SpecMismatchError: It was trained on another base or with another encoder.
            ConfigError: Its family looks at the base model, and this one's does not.
        """
        bundle = load_bundle(bundle_path, base=None, encoder=self.encoder)
        bundle.generator.to(_device_of(self.bundle.generator))
        reader = None
        if bundle.generator.reads_base and self.reader is not None:
            check_base(bundle.manifest, self.reader.base)
            reader = bundle.generator.reader(self.reader.base)
        return Pipeline(self.base_name, bundle, self.encoder, reader)

    @property
    def spec(self) -> LoraSpec:
        """Shape of the adapters it writes."""
        return self.bundle.generator.spec

    @property
    def scale(self) -> float:
        """How far its adapters go from B_0, as tuned for the family."""
        return self.bundle.manifest.scale_of(self.family)

    @property
    def family(self) -> str:
        """The generator family that writes them."""
        return self.bundle.generator.family

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of condition that it accepts: the family takes them, and met them."""
        generator, manifest = self.bundle.generator, self.bundle.manifest
        return generator.conditions & frozenset(manifest.conditions)

    def adapter_id(self, condition: Condition, options: Options = AS_IT_COMES) -> str:
        """The id that `generate` will give, known before anything is computed."""
        told = options.to_dict()
        seed = told.pop("seed", 0)
        return adapter_id(
            bundle=self.bundle.digest,
            condition=condition.digest(),
            options={"family": self.family, **told},
            seed=seed,
        )

    def spec_of(self, options: Options) -> LoraSpec:
        """Shape of the adapters it writes with some options."""
        return self.spec if options.rank is None else self.spec.at_rank(options.rank)

    def provenance(
        self, condition: Condition, options: Options = AS_IT_COMES
    ) -> Provenance:
        """How an adapter will have come to be, but for what making it finds out."""
        return Provenance(
            family=self.family,
            bundle=self.bundle.digest,
            condition=condition.digest(),
            seed=options.seed,
            neighbours=(),
            kinds=tuple(sorted(condition.kinds)),
        )

    def check(self, condition: Condition, options: Options = AS_IT_COMES) -> None:
        """Raises what `generate` would, before anything is computed.

        Raises:
            ConditionError: A kind of condition that the family cannot use, or nothing to
                refine by.
            ConfigError: It is to be refined without a base model.
            RankLimitError: It is to have a higher rank than the bundle's.
        """
        if options.rank is not None and options.rank > self.spec.rank:
            raise RankLimitError(
                f"rank must be at most {self.spec.rank}, which this bundle writes, got "
                f"{options.rank}: ask for less, or leave it out"
            )
        self._told(condition, options.refinement)

    def features(self, conditions: Sequence[Condition]) -> Features:
        """What the generator looks at for B conditions, on its device."""
        embeddings_BE = embed_passages(
            self.encoder, [condition.passages for condition in conditions]
        )
        generator = self.bundle.generator
        neighbours = self.bundle.surroundings.library.search(
            embeddings_BE, num_neighbours=generator.num_neighbours
        )
        reading = None
        if generator.reads_base and self.reader is not None:
            reading = self.reader.read([condition.passages for condition in conditions])
        features = Features(
            embeddings_BE=embeddings_BE, neighbours=neighbours, reading=reading
        )
        return features.to(_device_of(generator))

    def familiarity(self, conditions: Sequence[Condition]) -> list[Familiarity] | None:
        """How much each condition is like the descriptions that were learned from.

        `None` where the bundle has no scale for it, or its family looks at no base
        model. The adapters do not depend on it.

        Args:
            conditions: At least one; rated is the description or, without one, all that
                is said, as one text.
        """
        scale = self.bundle.familiarity
        if scale is None or self.reader is None:
            return None
        texts = [c.description or c.text for c in conditions]
        return scale.rate(look(texts, self.encoder.encode(texts), self.reader.base))

    def generate(
        self,
        conditions: Sequence[Condition],
        options: Options = AS_IT_COMES,
    ) -> list[Adapter]:
        """Writes one adapter for each condition, in one forward pass a chunk.

        Args:
            conditions: At least one; their order is kept.
            options: What besides decides each of them.

        Raises:
            ConditionError: A kind of condition that the family cannot use, or nothing to
                refine by.
            ConfigError: It is to be refined without a base model, or an example is too
                long for it.
            RankLimitError: They are to have a higher rank than the bundle's.
            EmptyLibraryError: The bundle has no expert to start from.
        """
        for condition in conditions:
            self.check(condition, options)
        started = time.perf_counter()
        # Texts of like length share a chunk, so little of it is padding.
        order = sorted(range(len(conditions)), key=lambda i: len(conditions[i].text))
        made: dict[int, Adapter] = {}
        for start in range(0, len(order), CHUNK_SIZE):
            chunk = order[start : start + CHUNK_SIZE]
            adapters = self._generate_chunk([conditions[i] for i in chunk], options)
            made.update(zip(chunk, adapters, strict=True))
        milliseconds = 1000 * (time.perf_counter() - started)
        logger.info(
            "generated %d adapters, family %s, %.1f ms",
            len(made),
            self.family,
            milliseconds,
        )
        return [made[i] for i in range(len(conditions))]

    def _told(self, condition: Condition, refinement: Refinement | None) -> Condition:
        """What the generator is told; examples that it never met are for refinement."""
        if refinement is not None:
            if self.reader is None:
                raise ConfigError(
                    f"family {self.family!r} looks at no base model, and refinement needs "
                    "one: choose a family that reads, such as hypernetwork"
                )
            if not condition.examples:
                raise ConditionError(
                    "refinement learns from examples, got a condition without any: add "
                    "some, or leave refinement out"
                )
            # What is left may say nothing, and then the examples must be taken after all.
            if "examples" not in self.kinds and condition.kinds != {"examples"}:
                condition = replace(condition, examples=())
        if condition.kinds <= self.kinds:
            return condition
        able = [
            name
            for name, cls in families().items()
            if condition.kinds <= cls.conditions
        ]
        raise ConditionError(
            f"this bundle's {self.family} was trained on "
            f"{', '.join(sorted(self.kinds)) or 'no such condition'}, got "
            f"{', '.join(sorted(condition.kinds))}: use a bundle that was trained on it; "
            f"families that take it: {', '.join(able) or 'none'}. Examples beside a "
            "description can be learned from by refinement"
        )

    @torch.no_grad()
    def _generate_chunk(
        self, conditions: Sequence[Condition], options: Options
    ) -> list[Adapter]:
        refinement = options.refinement
        features = self.features([self._told(c, refinement) for c in conditions])
        generator = self.bundle.generator
        ids = [self.adapter_id(condition, options) for condition in conditions]
        if options.draw == "sample":
            written_BP = generator.sample(features, [_noise(i) for i in ids])
        else:
            written_BP = generator(features)
        if refinement is None:
            weights = self._weights(written_BP, self.scale)
        else:
            weights = self._refined(written_BP, conditions, refinement)
        return [
            self._adapter(
                ids[row], condition, weights[row], options, neighbours=neighbours
            )
            for row, (condition, neighbours) in enumerate(
                zip(conditions, self._named(features.neighbours), strict=True)
            )
        ]

    def _weights(self, written_BP: Tensor, scale: float) -> list[LoraWeights]:
        """What was written, at a scale, as one adapter a condition."""
        generator = self.bundle.generator
        if scale != 1:
            written_BP = generator.scaled(written_BP, scale)
        adapters = generator.adapters(written_BP).to(torch.device("cpu"), torch.float32)
        return [adapters.weights(row) for row in range(len(written_BP))]

    def _refined(
        self,
        written_BP: Tensor,
        conditions: Sequence[Condition],
        refinement: Refinement,
    ) -> list[LoraWeights]:
        """What was written, each after steps on the examples of its condition."""
        assert self.reader is not None
        base = self.reader.base
        tried = [self._weights(written_BP, self.scale * s) for s in refinement.scales]
        return [
            refine(
                candidates,
                condition.examples,
                base=base,
                spec=self.spec,
                config=refinement,
                fixed=self.bundle.generator.fixed_b,
            )
            for condition, candidates in zip(
                conditions, zip(*tried, strict=True), strict=True
            )
        ]

    def _adapter(
        self,
        identity: str,
        condition: Condition,
        weights: LoraWeights,
        options: Options,
        *,
        neighbours: tuple[tuple[str, float], ...],
    ) -> Adapter:
        if options.rank is not None:
            weights = truncate(weights, options.rank)
        if options.scale != 1:
            weights = scaled(weights, options.scale)
        return Adapter(
            id=identity,
            spec=self.spec_of(options),
            weights=weights,
            base_name=self.base_name,
            provenance=replace(
                self.provenance(condition, options), neighbours=neighbours
            ),
        )

    def _named(self, neighbours: Neighbours) -> list[tuple[tuple[str, float], ...]]:
        experts = self.bundle.surroundings.library.experts
        indices, similarities = neighbours.indices_BK, neighbours.similarities_BK
        return [
            tuple(
                (experts[index].id, round(similarity, 4))
                for index, similarity in zip(row, near, strict=True)
                if index >= 0
            )
            for row, near in zip(indices.tolist(), similarities.tolist(), strict=True)
        ]


def _device_of(generator: Generator) -> torch.device:
    return next(chain(generator.parameters(), generator.buffers())).device


def _noise(identity: str) -> torch.Generator:
    """Randomness of one adapter, by its id: the same in any company."""
    digits = identity.removeprefix("lora-")[:15]
    return torch.Generator().manual_seed(int(digits, 16))
