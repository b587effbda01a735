"""Replies that were given, so that a request that is sent twice is answered alike.

The `Idempotency-Key` header names such a request; a key is kept for a day.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from service.access import Caller
from service.database import Database
from service.errors import IdempotencyMismatchError
from service.tables import REPLIES

KEPT_SECONDS = 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptReply:
    """A reply as it was given."""

    status: int
    """HTTP status."""
    location: str
    """Path of what it tells of."""
    body: Mapping[str, Any]
    """Plain JSON."""


class Replies:
    """Keeps replies; safe in threads."""

    def __init__(self, database: Database) -> None:
        """Takes where they are kept."""
        self._database = database

    def find(self, caller: Caller, key: str, *, sha256: str) -> KeptReply | None:
        """What a request was answered that a caller gave a key.

        Args:
            caller: Who asks.
            key: The caller's own.
            sha256: Hex sum of the request.

        Raises:
            IdempotencyMismatchError: The key was given to another request.
            StorageUnavailableError: The database failed.
        """
        query = (
            select(REPLIES)
            .where(REPLIES.c.owner == caller.owner)
            .where(REPLIES.c.key == key)
            .where(REPLIES.c.created > int(time.time()) - KEPT_SECONDS)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        if row.request_sha256 != sha256:
            raise IdempotencyMismatchError
        return KeptReply(status=row.status, location=row.location, body=row.body)

    def keep(self, caller: Caller, key: str, reply: KeptReply, *, sha256: str) -> None:
        """Keeps what a request was answered; the first reply of a key stays.

        Args:
            caller: Who asked.
            key: The caller's own.
            reply: What was answered.
            sha256: Hex sum of the request.

        Raises:
            StorageUnavailableError: The database failed.
        """
        now = int(time.time())
        values = {
            "owner": caller.owner,
            "key": key,
            "created": now,
            "request_sha256": sha256,
            "status": reply.status,
            "location": reply.location,
            "body": dict(reply.body),
        }
        with self._database.changing() as connection:
            over = REPLIES.c.created <= now - KEPT_SECONDS
            connection.execute(delete(REPLIES).where(over))
            try:
                with connection.begin_nested():
                    connection.execute(insert(REPLIES).values(**values))
            except IntegrityError:
                # The same request, sent twice at the same time, was faster.
                return
