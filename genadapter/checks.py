"""Checks that configs and commands share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genadapter.errors import ConfigError


def at_least(minimum: float, config: Any, *names: str) -> None:  # Any: a dataclass
    """Raises ConfigError unless the named fields have at least this value."""
    for name in names:
        if getattr(config, name) < minimum:
            raise ConfigError(
                f"{name} must be at least {minimum}, got {getattr(config, name)}"
            )


def above(bound: float, config: Any, *names: str) -> None:  # Any: a dataclass
    """Raises ConfigError unless the named fields are larger than this value."""
    for name in names:
        if getattr(config, name) <= bound:
            raise ConfigError(
                f"{name} must be above {bound}, got {getattr(config, name)}"
            )


def below_one(config: Any, *names: str) -> None:  # Any: a dataclass
    """Raises ConfigError unless the named fields are shares in [0, 1)."""
    for name in names:
        if not 0 <= getattr(config, name) < 1:
            raise ConfigError(f"{name} must be in [0, 1), got {getattr(config, name)}")


def heads_fit(config: Any) -> None:  # Any: a dataclass with width and num_heads
    """Raises ConfigError unless attention heads of one size fill the width."""
    if config.width % config.num_heads:
        raise ConfigError(
            f"width must be a multiple of num_heads ({config.num_heads}), "
            f"got {config.width}"
        )


def exactly_one(given: Mapping[str, object]) -> None:
    """Raises ConfigError unless one of the names, and no other, has a value."""
    found = [name for name, value in given.items() if value is not None]
    if len(found) != 1:
        raise ConfigError(
            f"give exactly one of {', '.join(given)}, got {' and '.join(found) or 'none'}"
        )
