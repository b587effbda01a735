"""Access: who calls, and by which key.

Keys are kept by their sha256 alone: they are drawn with 256 bits, so no guess meets one.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from genadapter.errors import ConfigError

Role = Literal["user", "admin"]
LOCAL_OWNER = "local"
"""Who calls where no key is needed, and who holds what was found on disk."""

_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_PREFIX = "gak-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who makes a request."""

    owner: str
    """Whose adapters are created and seen."""
    role: Role = "user"
    """An admin sees every owner's."""

    @property
    def is_admin(self) -> bool:
        """Whether every owner's adapters are seen."""
        return self.role == "admin"


LOCAL = Caller(owner=LOCAL_OWNER, role="admin")
"""The caller of a service without keys, which listens on this machine alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """An API key, but for its secret."""

    id: str
    """Names it where it is listed or removed."""
    sha256: str
    """Hex sum of the secret."""
    owner: str
    """Who calls by it."""
    role: Role
    """What that one may see."""
    created: int
    """When it was made, in seconds since 1970."""


def new_key(owner: str, role: Role = "user") -> tuple[str, Key]:
    """Draws a key.

    Args:
        owner: Who will call by it.
        role: What that one may see.

    Returns:
        The secret, which is kept nowhere, and the key.

    Raises:
        ConfigError: No owner can have that name.
    """
    _check_owner(owner)
    secret = f"{_PREFIX}{secrets.token_urlsafe(32)}"
    return secret, Key(
        id=f"key-{secrets.token_hex(8)}",
        sha256=sum_of(secret),
        owner=owner,
        role=role,
        created=int(time.time()),
    )


def read_keys(text: str) -> tuple[Key, ...]:
    """Keys from a setting: `key` or `owner:key`, with commas between.

    A key without an owner is an admin's.

    Raises:
        ConfigError: An empty key, or a name that no owner can have.
    """
    found = []
    for number, part in enumerate(p.strip() for p in text.split(",") if p.strip()):
        owner, sign, secret = part.rpartition(":")
        if sign:
            _check_owner(owner)
        if not secret:
            raise ConfigError(
                "GENADAPTER_API_KEYS holds an empty key: give key or owner:key, with "
                "commas between"
            )
        found.append(
            Key(
                id=f"setting-{number}",
                sha256=sum_of(secret),
                owner=owner or LOCAL_OWNER,
                role="user" if sign else "admin",
                created=0,
            )
        )
    return tuple(found)


def sum_of(secret: str) -> str:
    """Hex sha256 of a secret."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


class Doorkeeper:
    """Tells who calls."""

    def __init__(
        self,
        keys: Sequence[Key],
        *,
        find: Callable[[str], Key | None],
        has_kept: bool,
    ) -> None:
        """Takes what it knows callers by.

        Args:
            keys: Those of the settings.
            find: Looks a kept key up by its sum.
            has_kept: Whether there are kept keys, too.
        """
        self._keys, self._find = tuple(keys), find
        self.is_open = not keys and not has_kept
        """Whether everybody may come in: there is no key at all."""

    def admit(self, authorization: str | None) -> Caller | None:
        """The caller of a request with that `Authorization`; `None` stays outside."""
        if self.is_open:
            return LOCAL
        scheme, _, secret = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not secret:
            return None
        wanted = sum_of(secret.strip())
        # All are looked at, so that the time tells nothing.
        matches = [k for k in self._keys if hmac.compare_digest(k.sha256, wanted)]
        key = matches[0] if matches else self._find(wanted)
        return None if key is None else Caller(owner=key.owner, role=key.role)


def _check_owner(owner: str) -> None:
    if not _OWNER.fullmatch(owner):
        raise ConfigError(
            f"an owner has 1 to 128 letters, digits, dots, dashes and underscores, and "
            f"begins with a letter or digit, got {owner!r}: choose another name"
        )
