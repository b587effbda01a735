"""The Hugging Face hub: an adapter's PEFT folder as a repository there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from huggingface_hub import HfApi, get_token
from huggingface_hub.errors import (  # type: ignore[attr-defined] # theirs: HTTPError
    HfHubHTTPError,
    HFValidationError,
    HTTPError,
)
from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined] # theirs

from genadapter.adapter import Adapter, save_peft
from genadapter.errors import ConfigError, HubError
from genadapter.model_card import CARD_FILE

Visibility = Literal["usual", "private"]
"""As the account's new repositories are, or for its owner alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What the hub would be handed."""

    repository: str
    """The hub id, as `USER/NAME`."""
    sizes: Mapping[str, int]
    """Bytes of every file, by its name."""
    card: str
    """The whole model card."""


def draft(adapter: Adapter, repository: str) -> Draft:
    """What `upload` would hand over; needs neither a network nor a token.

    Args:
        adapter: An adapter whose base goes by its hub id.
        repository: The hub id to be, as `USER/NAME`.

    Raises:
        ConfigError: No id that the hub can have, of the repository or of the base.
    """
    with _written(adapter, repository) as folder:
        files = sorted(folder.iterdir())
        return Draft(
            repository=repository,
            sizes={path.name: path.stat().st_size for path in files},
            card=(folder / CARD_FILE).read_text(encoding="utf-8"),
        )


def upload(
    adapter: Adapter, repository: str, *, visibility: Visibility = "usual"
) -> str:
    """Hands an adapter's PEFT folder to the hub, in one commit.

    A repository that is there already gets another commit, its history stays.

    Args:
        adapter: An adapter whose base goes by its hub id.
        repository: The hub id, as `USER/NAME`; made where it is not there yet.
        visibility: Of a new repository.

    Returns:
        The address of the repository.

    Raises:
        ConfigError: No id that the hub can have, nobody is logged in, or what is to be
            private is public already.
        HubError: The hub cannot be reached, or refused.
    """
    with _written(adapter, repository) as folder:
        if get_token() is None:
            raise ConfigError(
                "nobody is logged in to the Hugging Face hub: run `hf auth login`, or "
                "set HF_TOKEN to a token that may write (huggingface.co/settings/tokens)"
            )
        hub = HfApi()
        with _refusals(repository):
            # `False` would make it public where an organisation's are private as usual.
            private = True if visibility == "private" else None
            url = str(hub.create_repo(repository, private=private, exist_ok=True))
            is_private = hub.model_info(repository).private
        if visibility == "private" and not is_private:
            raise ConfigError(
                f"{repository} exists and is public, private was asked for: make it "
                f"private at {url}/settings, or give another name"
            )
        with _refusals(repository):
            hub.upload_folder(
                repo_id=repository,
                folder_path=folder,
                commit_message=f"Add {adapter.id}",
            )
        return url


@contextmanager
def _refusals(repository: str) -> Iterator[None]:
    """Tells what the hub's client raises in our words; a card it refuses, too."""
    try:
        yield
    except (HTTPError, OSError, ValueError) as error:
        raise HubError(repository, _reason(error)) from error


@contextmanager
def _written(adapter: Adapter, repository: str) -> Iterator[Path]:
    _check_repository(repository)
    _check_base(adapter)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "adapter"
        save_peft(adapter, folder, location=repository)
        yield folder


def _check_repository(repository: str) -> None:
    try:
        validate_repo_id(repository)
    except HFValidationError as error:
        raise ConfigError(
            f"{repository!r} is no id of a repository: {error} Give one like USER/NAME"
        ) from error
    if "/" not in repository:
        raise ConfigError(
            f"a repository's id is like USER/NAME, got {repository!r}: put the account "
            "that it belongs to before it"
        )


def _check_base(adapter: Adapter) -> None:
    try:
        validate_repo_id(adapter.base_name)
    except HFValidationError as error:
        raise ConfigError(
            f"the adapter calls its base {adapter.base_name!r}, which nobody else can "
            "load: give the base's own hub id with --base-name"
        ) from error


def _reason(error: BaseException) -> str:
    """On one line, in the hub's own words where it said any."""
    said = error.server_message if isinstance(error, HfHubHTTPError) else None
    return " ".join((said or str(error)).split()).rstrip(".") or type(error).__name__
