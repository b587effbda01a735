"""AdapterStore: what is put is there, whole, after anything that may happen."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import torch

from genadapter.adapter import Adapter, load_adapter
from genadapter.errors import AdapterNotFoundError, CorruptArtifactError
from service.errors import AdapterIdError, StorageUnavailableError
from service.settings import Settings
from service.store import AdapterStore

NewAdapter = Callable[[str], Adapter]
BAD_IDS = [
    "",
    ".",
    "..",
    "../lora-" + "0" * 32,
    "lora-" + "0" * 31,
    "lora-" + "0" * 33,
    "lora-" + "G" * 32,
    "LORA-" + "0" * 32,
    "lora-" + "0" * 32 + "\n",
    "lora-" + "0" * 32 + "\x00",
    "lora-" + "0" * 32 + "/../x",
    "/etc/passwd",
    "~",
    "lora-" + "\u0660" * 32,
    "a" * 10_000,
]


def flip_last_byte(path: Path) -> None:
    """Damages a file without changing its size."""
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def test_a_restart_loses_nothing(
    store: AdapterStore, settings: Settings, new_adapter: NewAdapter
) -> None:
    """A new store on the folder has the same adapters, weights and times."""
    adapter = new_adapter("sort")
    stored = store.put(adapter)
    again = AdapterStore(settings.store)
    assert again.ids() == {adapter.id}
    assert again.inspect(adapter.id) == stored
    assert again.num_bytes(adapter.id) == stored.num_bytes
    loaded = again.get(adapter.id)
    for name, a_LRI, b_LOR in adapter.weights:
        torch.testing.assert_close(loaded.weights.a[name], a_LRI, rtol=0, atol=0)
        torch.testing.assert_close(loaded.weights.b[name], b_LOR, rtol=0, atol=0)


def test_putting_twice_is_the_same_as_once(
    store: AdapterStore, new_adapter: NewAdapter
) -> None:
    """An id stands for one recipe, so the second write changes nothing."""
    adapter = new_adapter("sort")
    assert store.put(adapter) == store.put(adapter)
    assert len(store.ids()) == 1


@pytest.mark.parametrize("identifier", BAD_IDS)
def test_ids_are_checked_before_they_become_paths(
    store: AdapterStore, identifier: str
) -> None:
    """Nothing but an id of the one form reaches the disk."""
    for use in (store.get, store.inspect, store.has, store.delete, store.files):
        with pytest.raises(AdapterIdError, match="32 hex digits"):
            use(identifier)


def test_an_unknown_id_is_not_found(store: AdapterStore) -> None:
    """A well-formed id without a folder is an error of its own."""
    for use in (store.get, store.inspect, store.delete, store.files):
        with pytest.raises(AdapterNotFoundError, match="no adapter lora-0"):
            use("lora-" + "0" * 32)


def test_a_link_out_of_the_store_is_not_followed(
    store: AdapterStore, settings: Settings, new_adapter: NewAdapter, tmp_path: Path
) -> None:
    """A planted symbolic link neither serves nor deletes what it points to."""
    adapter = new_adapter("sort")
    store.put(adapter)
    outside = tmp_path / adapter.id
    shutil.move(settings.store / adapter.id, outside)
    (settings.store / adapter.id).symlink_to(outside)
    assert store.ids() == frozenset()
    for use in (store.get, store.delete, store.files):
        with pytest.raises(AdapterNotFoundError):
            use(adapter.id)
    assert load_adapter(outside).id == adapter.id


@pytest.mark.parametrize(
    "name",
    [
        "adapter_model.safetensors",
        "adapter_config.json",
        "genadapter.json",
        "README.md",
    ],
)
def test_a_missing_file_makes_an_adapter_damaged(
    store: AdapterStore, settings: Settings, new_adapter: NewAdapter, name: str
) -> None:
    """Every file of the folder is needed."""
    adapter = new_adapter("sort")
    store.put(adapter)
    (settings.store / adapter.id / name).unlink()
    again = AdapterStore(settings.store)
    assert again.num_bytes(adapter.id) is None
    for _ in range(2):
        with pytest.raises(CorruptArtifactError, match="damaged"):
            again.get(adapter.id)
    assert again.ids() == frozenset()


def test_what_is_damaged_is_set_aside_with_one_log_line(
    store: AdapterStore,
    settings: Settings,
    new_adapter: NewAdapter,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A flipped byte is found when it is read; the folder stays to be looked at."""
    adapter = new_adapter("sort")
    store.put(adapter)
    flip_last_byte(settings.store / adapter.id / "adapter_model.safetensors")
    again = AdapterStore(settings.store)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            with pytest.raises(CorruptArtifactError):
                again.get(adapter.id)
    assert [r.message for r in caplog.records if adapter.id in r.message] == [
        f"quarantined {adapter.id}: it was changed or damaged"
    ]
    assert (settings.store / "quarantine" / adapter.id).is_dir()
    assert again.put(adapter).id == adapter.id
    assert again.get(adapter.id).id == adapter.id


def test_errors_of_damaged_folders_hold_no_path(
    store: AdapterStore, settings: Settings, new_adapter: NewAdapter
) -> None:
    """What clients read does not tell where the store lies."""
    adapter = new_adapter("sort")
    store.put(adapter)
    flip_last_byte(settings.store / adapter.id / "adapter_model.safetensors")
    with pytest.raises(CorruptArtifactError) as caught:
        store.files(adapter.id)
    assert str(settings.store) not in str(caught.value)


def test_a_folder_under_another_name_is_damaged(
    store: AdapterStore, settings: Settings, new_adapter: NewAdapter
) -> None:
    """An adapter cannot pose as another one."""
    adapter = new_adapter("sort")
    store.put(adapter)
    other = "lora-" + "0" * 32
    shutil.copytree(settings.store / adapter.id, settings.store / other)
    with pytest.raises(CorruptArtifactError):
        store.get(other)
    assert store.ids() == {adapter.id}


def test_what_others_write_and_remove_is_noticed(
    store: AdapterStore, settings: Settings, new_adapter: NewAdapter
) -> None:
    """Two processes may share a store: the disk is the truth."""
    adapter = new_adapter("sort")
    AdapterStore(settings.store).put(adapter)
    assert store.get(adapter.id).id == adapter.id
    assert store.has(adapter.id)
    shutil.rmtree(settings.store / adapter.id)
    assert not store.has(adapter.id)
    with pytest.raises(AdapterNotFoundError):
        store.get(adapter.id)


def test_deleting_removes_the_folder_sound_or_damaged(
    store: AdapterStore, settings: Settings, new_adapter: NewAdapter
) -> None:
    """Nothing of a deleted adapter stays on disk."""
    sound, damaged = new_adapter("sort"), new_adapter("capital")
    for adapter in (sound, damaged):
        store.put(adapter)
    (settings.store / damaged.id / "genadapter.json").write_text("{")
    for adapter in (sound, damaged):
        store.delete(adapter.id)
    assert list(settings.store.iterdir()) == []


def test_old_leftovers_are_removed_at_the_start_and_recent_ones_kept(
    settings: Settings,
) -> None:
    """An interrupted write leaves nothing for ever; a running one is not disturbed."""
    old, recent = settings.store / ".partial-old", settings.store / ".partial-new"
    for folder in (old, recent):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    AdapterStore(settings.store)
    assert not old.exists()
    assert recent.exists()


def test_foreign_files_in_the_store_are_left_alone(
    settings: Settings, store: AdapterStore
) -> None:
    """Only folders named like adapters are looked at."""
    (settings.store / "notes.txt").write_text("mine")
    (settings.store / "my-folder").mkdir()
    assert AdapterStore(settings.store).ids() == frozenset()
    assert (settings.store / "notes.txt").read_text() == "mine"


def test_adapters_beyond_the_memory_limit_are_read_again(
    settings: Settings, new_adapter: NewAdapter
) -> None:
    """The limit costs a read, never an adapter."""
    store = AdapterStore(settings.store, max_resident=1)
    adapters = [new_adapter(text) for text in ("sort", "capital", "noun")]
    for adapter in adapters:
        store.put(adapter)
    assert store.get(adapters[2].id) is store.get(adapters[2].id)
    for adapter in adapters:
        assert store.get(adapter.id).id == adapter.id
    assert len(store.ids()) == 3


def test_the_files_are_the_folder(
    store: AdapterStore, settings: Settings, new_adapter: NewAdapter
) -> None:
    """Every file by name, with what lies on disk."""
    adapter = new_adapter("sort")
    store.put(adapter)
    folder = settings.store / adapter.id
    assert store.files(adapter.id) == {p.name: p.read_bytes() for p in folder.iterdir()}


def test_a_link_in_place_of_a_file_is_refused(
    store: AdapterStore, settings: Settings, new_adapter: NewAdapter, tmp_path: Path
) -> None:
    """What lies outside of the store is never handed out, not even as a card."""
    adapter = new_adapter("sort")
    store.put(adapter)
    (tmp_path / "secret").write_text("outside")
    card = settings.store / adapter.id / "README.md"
    card.unlink()
    card.symlink_to(tmp_path / "secret")
    with pytest.raises(CorruptArtifactError):
        store.files(adapter.id)


def test_a_store_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    """A file in the store's place is an error that names the next step."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageUnavailableError, match="check the folder's permissions"):
        AdapterStore(tmp_path / "file")


def test_a_full_disk_is_told_without_a_path_and_once(
    store: AdapterStore,
    settings: Settings,
    new_adapter: NewAdapter,
    full_disk: Callable[[], AbstractContextManager[None]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Clients hear what failed and what to do; the log says where."""
    with (
        caplog.at_level(logging.WARNING),
        pytest.raises(StorageUnavailableError) as caught,
        full_disk(),
    ):
        store.put(new_adapter("sort"))
    message = str(caught.value)
    assert "File too large" in message
    assert str(settings.store) not in message
    assert message.lower().count("free disk space") == 1
    assert "Nothing was left there" not in message
    assert str(settings.store) in caplog.text
    assert list(settings.store.iterdir()) == []


def test_putting_over_something_else_holds_no_path(
    store: AdapterStore, settings: Settings, new_adapter: NewAdapter
) -> None:
    """A folder or a file that is not the adapter is refused and left alone."""
    damaged, blocked = new_adapter("sort"), new_adapter("capital")
    store.put(damaged)
    flip_last_byte(settings.store / damaged.id / "adapter_model.safetensors")
    (settings.store / blocked.id).write_text("in the way")
    for adapter in (damaged, blocked):
        with pytest.raises(CorruptArtifactError, match="damaged on disk") as caught:
            store.put(adapter)
        assert str(settings.store) not in str(caught.value)


def test_a_failed_write_leaves_nothing_behind(
    store: AdapterStore, settings: Settings, new_adapter: NewAdapter
) -> None:
    """Where the folder is gone and cannot be made, the put fails as a whole."""
    adapter = new_adapter("sort")
    settings.store.rmdir()
    settings.store.write_text("in the way")
    with pytest.raises(StorageUnavailableError):
        store.put(adapter)
    settings.store.unlink()
    assert store.put(adapter).id == adapter.id
