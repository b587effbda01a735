"""Checks that configs share."""

from __future__ import annotations

from typing import Any

from genadapter.errors import ConfigError


def at_least(minimum: float, config: Any, *names: str) -> None:  # Any: a dataclass
    """Raises ConfigError unless the named fields have at least this value."""
    for name in names:
        if getattr(config, name) < minimum:
            raise ConfigError(
                f"{name} must be at least {minimum}, got {getattr(config, name)}"
            )
