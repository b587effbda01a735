"""How fast adapters are made: warm, in memory, on this machine."""

from __future__ import annotations

import resource
import statistics
import sys
import time
from dataclasses import dataclass
from itertools import cycle, islice

from genadapter.condition import Condition
from genadapter.pipeline import Pipeline

NUM_WARM_UP = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class GenerateTimes:
    """What `bench generate` reports."""

    p50_ms: float
    """Median time from a description to its adapter, one at a time."""
    p95_ms: float
    """Time that 95 of 100 single calls stay within."""
    batch_adapters_per_second: float
    """Rate of one call with many descriptions."""
    peak_rss_mib: float
    """Most memory that the process ever held."""


def time_generate(
    pipeline: Pipeline, *, num_calls: int, batch_size: int
) -> GenerateTimes:
    """Times single calls and one call of a whole batch.

    Args:
        pipeline: What makes the adapters; the experts' descriptions are its input.
        num_calls: Single calls to time, at least 2.
        batch_size: Descriptions in the one large call.
    """
    experts = pipeline.bundle.surroundings.library.experts
    wordings = cycle(Condition(description=e.description) for e in experts)
    for condition in islice(wordings, NUM_WARM_UP):
        pipeline.generate([condition])
    times_ms = [
        1000 * _seconds(pipeline, [condition])
        for condition in islice(wordings, num_calls)
    ]
    seconds = _seconds(pipeline, list(islice(wordings, batch_size)))
    return GenerateTimes(
        p50_ms=statistics.median(times_ms),
        p95_ms=statistics.quantiles(times_ms, n=20, method="inclusive")[-1],
        batch_adapters_per_second=batch_size / seconds,
        peak_rss_mib=peak_rss_mib(),
    )


def peak_rss_mib() -> float:
    """The most resident memory that this process ever held, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts kibibytes here, macOS bytes.
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _seconds(pipeline: Pipeline, conditions: list[Condition]) -> float:
    start = time.perf_counter()
    pipeline.generate(conditions)
    return time.perf_counter() - start
