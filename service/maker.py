"""The maker: writes adapters by recipes with the one pipeline, a batch at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import perf_counter

from genadapter.adapter import Adapter
from genadapter.errors import ConfigError, GenAdapterError
from genadapter.familiarity import Familiarity
from genadapter.options import Options
from genadapter.pipeline import Pipeline
from service.errors import BundleMissingError, UnfamiliarError
from service.metrics import Metrics
from service.recipe import Recipe
from service.store import StoredAdapter
from service.tracing import traced

STRANGE = (
    "this is unlike any task that the generator learned from: expect little of the "
    "adapter, and try it on examples of your own"
)
"""Of descriptions without sense, above all."""

logger = logging.getLogger(__name__)


class Maker:
    """Makes adapters; safe in threads, which wait for each other."""

    def __init__(self, pipeline: Pipeline, metrics: Metrics) -> None:
        """Takes what it makes them with.

        Args:
            pipeline: Used by nobody else meanwhile.
            metrics: Told of times.
        """
        self._pipeline, self._metrics = pipeline, metrics
        self._lock = threading.Lock()

    def id_of(self, recipe: Recipe) -> str:
        """The id of what a recipe makes."""
        return self._pipeline.adapter_id(recipe.condition, recipe.options)

    def check(self, recipe: Recipe) -> None:
        """Raises what making would, before anything is computed.

        Raises:
            ConditionError: The family cannot use this kind of condition.
            RankLimitError: The bundle writes no adapter of that rank.
        """
        self._pipeline.check(recipe.condition, recipe.options)

    def unfamiliar(self, recipes: Sequence[Recipe]) -> list[GenAdapterError | None]:
        """Why each would be refused that is to be like what was learned from.

        Returns:
            For each an UnfamiliarError, a ConfigError where the bundle cannot tell, or
            none.
        """
        if not recipes:
            return []
        with self._lock:
            ratings = self._pipeline.familiarity([r.condition for r in recipes])
        if ratings is None:
            return [
                ConfigError(
                    "this bundle cannot tell what is familiar to it: leave strict out"
                )
            ] * len(recipes)
        return [UnfamiliarError(STRANGE) if r.is_strange else None for r in ratings]

    def plan(self, recipe: Recipe) -> StoredAdapter:
        """What is known of the adapter before it is made."""
        condition, options = recipe.condition, recipe.options
        return StoredAdapter(
            id=self.id_of(recipe),
            created=int(time.time()),
            num_bytes=None,
            sha256=None,
            spec=self._pipeline.spec_of(options),
            base_name=self._pipeline.base_name,
            provenance=self._pipeline.provenance(condition, options),
            norms={},
        )

    def make(
        self, recipes: Mapping[str, Recipe]
    ) -> dict[str, Adapter | GenAdapterError]:
        """Makes adapters in as few passes as can be.

        Args:
            recipes: By the ids of what they make.

        Returns:
            What became of each, by id.
        """
        made: dict[str, Adapter | GenAdapterError] = {}
        alike: defaultdict[Options, list[str]] = defaultdict(list)
        for identifier, recipe in recipes.items():
            alike[recipe.options].append(identifier)
        for options, ids in alike.items():
            conditions = [recipes[identifier].condition for identifier in ids]
            started = perf_counter()
            try:
                with (
                    self._lock,
                    traced("generate") as note,
                    self._metrics.generate_seconds.time(),
                ):
                    note("num_adapters", len(ids))
                    adapters = self._pipeline.generate(conditions, options)
                    ratings = self._pipeline.familiarity(conditions)
            except GenAdapterError as error:
                made |= dict.fromkeys(ids, error)
                continue
            if ratings is not None:
                adapters = list(map(self._rated, adapters, ratings))
            made |= {adapter.id: adapter for adapter in adapters}
            logger.info(
                "created %s%s, family %s, %.0f ms",
                ids[0],
                f" and {len(ids) - 1} more" if len(ids) > 1 else "",
                self._pipeline.family,
                1000 * (perf_counter() - started),
            )
        return made

    def _rated(self, adapter: Adapter, rating: Familiarity) -> Adapter:
        self._metrics.familiarity.observe(rating.share)
        made = replace(adapter.provenance, familiarity=rating.share)
        return replace(adapter, provenance=made)

    def make_again(self, identifier: str, recipe: Recipe, *, bundle: str) -> Adapter:
        """Makes an adapter whose recipe was kept.

        Args:
            identifier: Its id.
            recipe: What it is made of.
            bundle: Hex sha256 of the bundle that made it first.

        Raises:
            BundleMissingError: Another bundle, or another family of it, is loaded here.
        """
        if self.id_of(recipe) != identifier:
            raise BundleMissingError(bundle, loaded=self._pipeline.bundle.digest)
        made = self.make({identifier: recipe})[identifier]
        if isinstance(made, GenAdapterError):
            raise made
        return made
