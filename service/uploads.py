"""Uploads: files that owners sent, kept in the database so that every replica has them."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import Row, Select, delete, func, insert, or_, select

from service.access import Caller
from service.database import Database
from service.errors import FileMissingError, QuotaExceededError
from service.paging import Page, PageAsked, page_of
from service.tables import UPLOADS

Purpose = Literal["fine-tune", "user_data"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A file that was sent, but for its content."""

    id: str
    """`file-` and hex digits."""
    created: int
    """When it was sent, in seconds since 1970."""
    expires: int | None
    """When it is gone, in seconds since 1970; none means never."""
    filename: str
    """What its owner calls it; never a path here."""
    purpose: Purpose
    """What it was sent for."""
    num_bytes: int
    """Size of its content."""


class Uploads:
    """Keeps files; safe in threads."""

    def __init__(self, database: Database, *, max_files: int = 0) -> None:
        """Takes where they are kept.

        Args:
            database: Keeps them.
            max_files: Of each owner; 0 is no limit.
        """
        self._database, self._max_files = database, max_files

    def add(
        self,
        caller: Caller,
        content: bytes,
        *,
        filename: str,
        purpose: Purpose,
        lifetime_seconds: int | None = None,
    ) -> Upload:
        """Keeps a file.

        Raises:
            QuotaExceededError: The owner has as many as it may.
            StorageUnavailableError: The database failed.
        """
        now = int(time.time())
        upload = Upload(
            id=f"file-{secrets.token_hex(16)}",
            created=now,
            expires=None if lifetime_seconds is None else now + lifetime_seconds,
            filename=filename,
            purpose=purpose,
            num_bytes=len(content),
        )
        with self._database.changing() as connection:
            if self._max_files:
                query = _living(caller.owner).with_only_columns(func.count())
                number = connection.scalar(query) or 0
                if number >= self._max_files:
                    raise QuotaExceededError(
                        f"you have {number} files and {self._max_files} are allowed: "
                        "delete some first"
                    )
            connection.execute(
                insert(UPLOADS).values(
                    **{name: getattr(upload, name) for name in Upload.__slots__},
                    owner=caller.owner,
                    content=content,
                )
            )
        return upload

    def find(self, caller: Caller, identifier: str) -> Upload:
        """A file of the caller's.

        Raises:
            FileMissingError: There is none, or it is another owner's.
            StorageUnavailableError: The database failed.
        """
        query = _living(caller.owner).where(UPLOADS.c.id == identifier)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise _missing()
        return _upload(row)

    def read(self, caller: Caller, identifier: str) -> bytes:
        """The content of a file of the caller's.

        Raises:
            FileMissingError: There is none, or it is another owner's.
            StorageUnavailableError: The database failed.
        """
        query = _living(caller.owner).where(UPLOADS.c.id == identifier)
        with self._database.reading() as connection:
            content = connection.scalar(query.with_only_columns(UPLOADS.c.content))
        if content is None:
            raise _missing()
        return cast(bytes, content)

    def page(
        self, caller: Caller, asked: PageAsked, *, purpose: Purpose | None = None
    ) -> Page[Upload]:
        """A part of the list of the caller's files, of one purpose or of any.

        Raises:
            PageStartError: `after` is not in the list.
            StorageUnavailableError: The database failed.
        """
        query = _living(caller.owner)
        if purpose is not None:
            query = query.where(UPLOADS.c.purpose == purpose)
        with self._database.reading() as connection:
            return page_of(
                connection,
                query,
                asked,
                number=UPLOADS.c.number,
                identifier=UPLOADS.c.id,
                read=_upload,
            )

    def remove(self, caller: Caller, identifier: str) -> None:
        """Removes a file of the caller's.

        Raises:
            FileMissingError: There is none, or it is another owner's.
            StorageUnavailableError: The database failed.
        """
        with self._database.changing() as connection:
            found = connection.execute(
                delete(UPLOADS)
                .where(UPLOADS.c.owner == caller.owner)
                .where(UPLOADS.c.id == identifier)
            )
        if not found.rowcount:
            raise _missing()

    def expire(self) -> None:
        """Removes the files whose time is over.

        Raises:
            StorageUnavailableError: The database failed.
        """
        over = UPLOADS.c.expires <= int(time.time())
        with self._database.changing() as connection:
            connection.execute(delete(UPLOADS).where(over))


def _living(owner: str) -> Select[Any]:  # Any: columns
    is_there = or_(UPLOADS.c.expires.is_(None), UPLOADS.c.expires > int(time.time()))
    # Contents are large: only who asks for one reads it.
    columns = [column for column in UPLOADS.c if column.name != "content"]
    return select(*columns).where(UPLOADS.c.owner == owner).where(is_there)


def _upload(row: Row[Any]) -> Upload:  # Any: columns
    return Upload(**{name: row._mapping[name] for name in Upload.__slots__})


def _missing() -> FileMissingError:
    return FileMissingError("no such file: GET /v1/files lists those there are")
