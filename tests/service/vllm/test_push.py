"""Push: adapters reach the vLLM servers that are there, and answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from genadapter.adapter import Adapter, save_adapter
from genadapter.cli import create_app
from genadapter.errors import AdapterNotFoundError, ConfigError
from service.vllm.client import VllmServer
from service.vllm.push import (
    Outcome,
    Patience,
    WantedAdapter,
    find_wanted,
    push,
    read_targets,
)

NewVllm = Callable[..., Any]  # Any: the fake's class stands in conftest.py
ONE = WantedAdapter(name="lora-1", path="/adapters/lora-1", base_name="base")
OTHER = WantedAdapter(name="lora-2", path="/adapters/lora-2", base_name="base")


class Naps:
    """Sleeps no time, and remembers how long it would have."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        """Notes a pause."""
        self.seconds.append(seconds)


def hand(
    wanted: Sequence[WantedAdapter],
    fakes: Sequence[Any],  # Any: the fake's class stands in conftest.py
    *,
    key: str = "",
    naps: Naps | None = None,
) -> list[Outcome]:
    """Pushes to fakes, at addresses of their own."""

    async def run() -> list[Outcome]:
        servers = [
            VllmServer(f"http://vllm-{number}:8000", key=key, transport=fake)
            for number, fake in enumerate(fakes)
        ]
        return await push(wanted, servers, patience=Patience(), sleep=naps or Naps())

    return asyncio.run(run())


def states(outcomes: Sequence[Outcome]) -> list[str]:
    """How each went."""
    return [outcome.state for outcome in outcomes]


def test_adapters_reach_every_server(new_vllm: NewVllm) -> None:
    """Each server has each adapter afterwards, under its path there."""
    fakes = [new_vllm(), new_vllm()]
    outcomes = hand([ONE, OTHER], fakes)
    assert states(outcomes) == ["loaded"] * 4
    assert [o.url for o in outcomes] == ["http://vllm-0:8000"] * 2 + [
        "http://vllm-1:8000"
    ] * 2
    for fake in fakes:
        assert fake.loaded["lora-2"] == ("/adapters/lora-2", "base")


def test_what_is_there_is_not_loaded_again(new_vllm: NewVllm) -> None:
    """The list comes before the first load."""
    fake = new_vllm()
    fake.loaded["lora-1"] = ("/elsewhere", "base")
    assert states(hand([ONE], [fake])) == ["present"]
    assert fake.count("/v1/load_lora_adapter") == 0


def test_an_adapter_named_twice_is_handed_over_once(new_vllm: NewVllm) -> None:
    """A folder and an id may be the same adapter."""
    assert states(hand([ONE, ONE], [new_vllm()])) == ["loaded"]


def test_a_server_that_comes_up_late_is_waited_for(new_vllm: NewVllm) -> None:
    """Every pause is twice the one before."""
    fake, naps = new_vllm(), Naps()
    fake.failures["/v1/models"].extend(["down", 503, "timeout"])
    assert states(hand([ONE], [fake], naps=naps)) == ["loaded"]
    assert naps.seconds == [1.0, 2.0, 4.0]


def test_a_server_that_stays_down_is_given_up(new_vllm: NewVllm) -> None:
    """After five tries, and the others have the adapter all the same."""
    fakes, naps = [new_vllm() for _ in range(3)], Naps()
    fakes[1].failures["/v1/models"].extend(["down"] * 9)
    outcomes = hand([ONE], fakes, naps=naps)
    assert states(outcomes) == ["loaded", "failed", "loaded"]
    assert "http://vllm-1:8000 cannot be reached" in outcomes[1].reason
    assert naps.seconds == [1.0, 2.0, 4.0, 8.0]


def test_a_wrong_key_is_not_tried_again(new_vllm: NewVllm) -> None:
    """A refusal stays one."""
    fake, naps = new_vllm(key="secret"), Naps()
    (outcome,) = hand([ONE], [fake], key="wrong", naps=naps)
    assert outcome.state == "failed"
    assert "401: Unauthorized" in outcome.reason
    assert not naps.seconds
    assert states(hand([ONE], [fake], key="secret")) == ["loaded"]


def test_a_reply_that_got_lost_is_looked_up(new_vllm: NewVllm) -> None:
    """The list says that the adapter is there, so it is not loaded again."""
    fake = new_vllm()
    fake.failures["/v1/load_lora_adapter"].append("lost")
    assert states(hand([ONE], [fake])) == ["loaded"]
    assert fake.count("/v1/load_lora_adapter") == 1


def test_another_push_may_be_faster(new_vllm: NewVllm) -> None:
    """What is loaded already is a success where the list has it afterwards."""
    fake = new_vllm()
    fake.loaded["lora-1"] = ("/adapters/lora-1", "base")
    fake.failures["/v1/models"].append("stale")
    assert states(hand([ONE], [fake])) == ["loaded"]
    assert fake.count("/v1/load_lora_adapter") == 1


@pytest.mark.parametrize("status", [500, 503, 429])
def test_loading_is_tried_three_times(new_vllm: NewVllm, status: int) -> None:
    """A server that cannot take an adapter is left with what it has."""
    fake = new_vllm()
    fake.failures["/v1/load_lora_adapter"].extend([status] * 9)
    (outcome,) = hand([ONE], [fake])
    assert outcome.state == "failed"
    assert str(status) in outcome.reason
    assert len(fake.failures["/v1/load_lora_adapter"]) == 6


def test_one_bad_adapter_keeps_no_other_out(new_vllm: NewVllm) -> None:
    """What was loaded is told as such, whatever happens after it."""
    fake = new_vllm()
    fake.paths = {OTHER.path}
    outcomes = hand([ONE, OTHER], [fake])
    assert states(outcomes) == ["failed", "loaded"]
    assert "No adapter found for /adapters/lora-1" in outcomes[0].reason
    assert "--path-on-server" in outcomes[0].reason


def test_a_server_without_the_load_api_says_how_to_start_it(new_vllm: NewVllm) -> None:
    """The route is there only where it was asked for."""
    fake = new_vllm()
    fake.failures["/v1/load_lora_adapter"].append(404)
    (outcome,) = hand([ONE], [fake])
    assert "VLLM_ALLOW_RUNTIME_LORA_UPDATING=True" in outcome.reason


def test_another_base_is_refused(new_vllm: NewVllm) -> None:
    """Nothing is loaded onto a model that it was not made for."""
    fake = new_vllm(base_id="bigger")
    (outcome,) = hand([ONE], [fake])
    assert outcome.state == "failed"
    assert "the server has bigger, not base" in outcome.reason
    assert fake.count("/v1/load_lora_adapter") == 0


def test_a_base_is_also_known_by_what_it_was_loaded_from(new_vllm: NewVllm) -> None:
    """Servers may give it another name."""
    fake = new_vllm(base_id="short")
    fake.root = "base"
    assert states(hand([ONE], [fake])) == ["loaded"]


def test_the_name_of_something_else_is_left_alone(new_vllm: NewVllm) -> None:
    """Foreign adapters are neither used nor unloaded."""
    fake = new_vllm()
    fake.loaded["lora-1"] = ("/foreign", "another")
    (outcome,) = hand([ONE], [fake])
    assert outcome.state == "failed"
    assert "another model of that name, of another" in outcome.reason
    assert fake.loaded == {"lora-1": ("/foreign", "another")}


def test_an_adapter_that_changes_nothing_is_told(new_vllm: NewVllm) -> None:
    """The server took it, and answers as the base does."""
    fake = new_vllm()
    fake.without_effect = {"lora-1"}
    outcomes = hand([ONE, OTHER], [fake])
    assert states(outcomes) == ["no effect", "loaded"]
    assert "exactly as the base" in outcomes[0].reason


def test_a_server_that_cannot_answer_has_not_converged(new_vllm: NewVllm) -> None:
    """An adapter that nobody saw work is not called loaded."""
    fake = new_vllm()
    fake.failures["/v1/completions"].append(500)
    (outcome,) = hand([ONE], [fake])
    assert outcome.state == "failed"
    assert outcome.reason.startswith("it is there, but http://vllm-0:8000 replied 500")


def test_a_server_that_tells_no_likelihoods_has_not_converged(
    new_vllm: NewVllm,
) -> None:
    """Without them nobody can say whether the adapter works."""
    fake = new_vllm()
    fake.failures["/v1/completions"].append("no likelihoods")
    (outcome,) = hand([ONE], [fake])
    assert outcome.state == "failed"
    assert "told no likelihoods" in outcome.reason


def test_what_is_taken_and_never_listed_has_not_converged(new_vllm: NewVllm) -> None:
    """The list is what counts, and it is not asked for ever."""
    fake = new_vllm()
    fake.failures["/v1/models"].extend(["stale"] * 9)
    (outcome,) = hand([ONE], [fake])
    assert outcome.state == "failed"
    assert "does not list it" in outcome.reason
    assert fake.count("/v1/load_lora_adapter") == 3


def test_a_refused_adapter_is_not_tried_again(new_vllm: NewVllm) -> None:
    """Its rank will be as high the next time."""
    fake = new_vllm()
    fake.failures["/v1/load_lora_adapter"].append(400)
    (outcome,) = hand([ONE], [fake])
    assert outcome.reason.endswith("See the server's log")
    assert not fake.loaded


def test_something_else_at_the_address_is_told(new_vllm: NewVllm) -> None:
    """A page is no list of models."""
    fake = new_vllm()
    fake.failures["/v1/models"].append(200)
    (outcome,) = hand([ONE], [fake])
    assert "did not reply as vLLM does" in outcome.reason


@pytest.mark.parametrize(
    "url", ["vllm", "ftp://a", "http://", "http://a:b", "http://k@a"]
)
def test_an_address_is_checked(url: str) -> None:
    """Before anything is sent."""
    with pytest.raises(ConfigError, match="an address of vLLM is like"):
        VllmServer(url)


def test_targets_are_an_engine_and_addresses() -> None:
    """The form leaves room for other engines."""
    assert read_targets("vllm=http://a,http://b,http://a") == ("http://a", "http://b")
    for wrong in ("http://a", "vllm=", "sglang=http://a"):
        with pytest.raises(ConfigError, match="a target is like"):
            read_targets(wrong)


def test_an_adapter_is_found_by_folder_and_by_id(
    adapter: Adapter, tmp_path: Path
) -> None:
    """Its path on the servers is the same, or under another root."""
    store = tmp_path / "store"
    save_adapter(adapter, store / adapter.id)
    here = find_wanted(str(store / adapter.id), store=tmp_path)
    assert here.name == adapter.id
    assert here.path == str(store / adapter.id)
    assert here.base_name == adapter.base_name
    there = find_wanted(
        adapter.id, store=store, path_on_server="/mnt/loras", base_name="base"
    )
    assert (there.path, there.base_name) == (f"/mnt/loras/{adapter.id}", "base")
    with pytest.raises(AdapterNotFoundError):
        find_wanted("lora-none", store=store)


def test_the_command_reports_every_server(
    adapter: Adapter,
    tmp_path: Path,
    new_vllm: NewVllm,
    serve: Callable[..., Any],
) -> None:
    """Results go to stdout, what is wrong to stderr, and the exit code tells."""
    save_adapter(adapter, tmp_path / "adapter")
    good, bad = new_vllm(base_id=adapter.base_name), new_vllm(base_id="another")
    with serve(good.app) as url, serve(bad.app) as other:
        arguments = ["push", str(tmp_path / "adapter"), "--to"]
        fine = CliRunner().invoke(create_app(), [*arguments, f"vllm={url}"])
        both = CliRunner().invoke(create_app(), [*arguments, f"vllm={url},{other}"])
        told = CliRunner().invoke(
            create_app(), [*arguments, f"vllm={url}/v1", "--json"]
        )
    assert fine.exit_code == 0, fine.output
    assert fine.stdout == f"{adapter.id}\t{url}\tloaded\n"
    (found,) = json.loads(told.stdout)
    assert found == {"name": adapter.id, "url": url, "state": "present", "reason": ""}
    assert both.exit_code == 1
    assert f"{url}\tpresent" in both.stdout
    assert f"{other}\tfailed" in both.stdout
    assert "the server has another, not" in both.stderr
