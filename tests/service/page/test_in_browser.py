"""The page in a real browser, over the random LLM: what people do, and what goes wrong."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from genadapter.base_model import BaseModel
from genadapter.pipeline import Pipeline
from service.app import Services, create_app, join_services
from service.settings import Settings
from training.catalogue.source import open_npm_package

pytestmark = pytest.mark.slow

Serve = Callable[[FastAPI], AbstractContextManager[str]]
AXE = "axe-core@4.14.1"
SAMPLE, GENERATE, ASK = ".chip", "#generate", "#run"
HTML = '<img src=x onerror="window.hacked=1"><b>bold</b>'
IS_ANSWERED = (
    "document.querySelectorAll('.column').length === 3 && "
    "[...document.querySelectorAll('.column .foot')].every(f => /token/.test(f.innerText))"
)
HAS_FAILED = "document.querySelector('#describe .notice.error')"
FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture
def address(services: Services, serve: Serve) -> Iterator[str]:
    """Where the page is."""
    with serve(create_app(services)) as address:
        yield address


@pytest.fixture
def answered(tab: Any, address: str) -> Any:
    """A tab that shows three answers for the first sample."""
    tab.open(address)
    tab.click(SAMPLE)
    tab.click(GENERATE)
    tab.wait_for(IS_ANSWERED)
    return tab


def serious_findings(tab: Any) -> Any:
    """What axe-core, loaded into a tab, has to say against it as it stands."""
    return tab.evaluate(
        """axe.run().then(({violations}) => violations
            .filter(({impact}) => ["serious", "critical"].includes(impact))
            .map(({id, nodes}) => [id, nodes.map(node => node.html.slice(0, 120))]))"""
    )


def shown_id(tab: Any) -> str:
    """The adapter that a tab shows."""
    return str(tab.text(".facts .id"))


def test_three_answers_after_three_clicks_at_most(answered: Any, address: str) -> None:
    """A sample, then the button; all is of one origin, and the console stays empty."""
    assert answered.num_clicks <= 3
    assert "Written in" in answered.text("#generate-status")
    assert answered.text(".column:nth-child(2) .answer")
    assert answered.evaluate("location.hash") == f"#adapter={shown_id(answered)}"
    assert answered.evaluate("document.querySelectorAll('.map .new').length") == 1
    assert answered.complaints() == []
    assert all(url.startswith(address) for url in answered.requests())


def test_what_is_known_of_an_adapter_is_shown(answered: Any, address: str) -> None:
    """Each figure of its diagnostics is there, in a table as well."""
    tab = answered
    told = httpx.get(f"{address}/v1/adapters/{shown_id(tab)}").json()
    norms = told["diagnostics"]["norms"]
    num_cells = sum(map(len, norms.values()))
    assert tab.evaluate("document.querySelectorAll('.heat rect').length") == num_cells
    assert tab.evaluate("document.querySelectorAll('#verdict td').length") == num_cells
    near = [expert["id"] for expert in told["diagnostics"]["nearest_experts"]]
    assert all(name in tab.text("#verdict .bars") for name in near)
    assert f"rank {told['rank']}" in tab.text("#shelf-list")


def test_effect_is_told_once_the_service_looked(
    services: Services,
    serve: Serve,
    tab: Any,
    look_seconds: Callable[[float], None],
) -> None:
    """The page asks again by itself."""
    look_seconds(0.05)
    with serve(create_app(services)) as address:
        tab.open(address)
        tab.click(SAMPLE)
        tab.click(GENERATE)
        tab.wait_for("document.querySelector('.meter .on')")
        assert tab.text(".meter .on") in ("slight", "strong")


def test_a_recipe_that_was_never_used_is_shown(tab: Any, address: str) -> None:
    """It has no figures yet, and the page says when it will; an answer brings them."""
    body = {"description": "sort these", "store": "recipe"}
    made = httpx.post(f"{address}/v1/adapters", json=body).json()
    tab.open(f"{address}/#adapter={made['id']}")
    tab.wait_for("document.querySelector('#verdict').innerText.includes('its recipe')")
    tab.type("#text-input", "one two")
    tab.click(ASK)
    tab.wait_for("document.querySelector('.heat')")
    assert tab.complaints() == []


def test_typed_html_is_shown_as_text(answered: Any, address: str) -> None:
    """In the description, the input, the list and metadata; none of it becomes an element."""
    body = {"description": "sort the numbers", "metadata": {"note": HTML}}
    httpx.post(f"{address}/v1/adapters", json=body).raise_for_status()
    answered.type("#text-description", HTML)
    answered.type("#text-input", HTML)
    answered.click(GENERATE)
    answered.wait_for("document.querySelector('#shelf a')?.innerText.includes('<img')")
    answered.wait_for(IS_ANSWERED)
    answered.click("#refresh")
    answered.wait_for(
        "document.querySelector('#shelf-list').innerText.includes('note')"
    )
    assert answered.text("#shelf-list").count(HTML) == 2
    assert answered.evaluate("document.querySelector('main b, main img')") is None
    assert answered.evaluate("window.hacked") is None
    assert answered.complaints() == []


def test_narrow_screens_need_no_sideways_scroll(tab: Any, address: str) -> None:
    """360 pixels are enough, before and after an answer."""
    tab.resize(360, 740)
    tab.open(address)
    assert tab.evaluate(FITS)
    tab.click(SAMPLE)
    tab.click(GENERATE)
    tab.wait_for(IS_ANSWERED)
    assert tab.evaluate(FITS)


def test_dark_mode_and_calm_motion_are_honoured(tab: Any, address: str) -> None:
    """As the system asks."""
    ground = (
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
    )
    tab.open(address)
    assert min(tab.evaluate(ground)) > 200
    tab.prefer(color_scheme="dark", reduced_motion="reduce")
    assert max(tab.evaluate(ground)) < 60
    tab.evaluate("document.querySelector('.column').setAttribute('aria-busy', 'true')")
    cursor = "getComputedStyle(document.querySelector('.answer'), '::after')"
    assert tab.evaluate(f"{cursor}.animationName") == "none"


def test_keyboard_is_enough(tab: Any, address: str) -> None:
    """Tab, arrows and Enter lead to three answers; focus is seen."""
    tab.open(address)
    tab.press("Tab", code=9)
    assert tab.evaluate("document.activeElement.className") == "skip"
    tab.evaluate("document.querySelector('#tab-description').focus()")
    tab.press("ArrowRight", code=39)
    assert tab.evaluate("document.activeElement.id") == "tab-examples"
    assert tab.evaluate("document.querySelector('#panel-description').hidden")
    tab.press("Home", code=36)
    for wanted in ("text-description", "chip", *["chip"] * 5, "generate"):
        tab.press("Tab", code=9)
        here = "document.activeElement"
        assert wanted in tab.evaluate(f"{here}.id + {here}.className")
        assert tab.evaluate(f"getComputedStyle({here}).outlineStyle") != "none"
        if wanted == "chip":
            tab.press("Enter", code=13, text="\r")
    tab.press("Enter", code=13, text="\r")
    tab.wait_for(IS_ANSWERED)
    assert tab.num_clicks == 0


def test_equal_answers_are_said_loudly(answered: Any) -> None:
    """At scale 0 the adapter is the base, and the page says so."""
    answered.evaluate("document.querySelector('#scale').focus()")
    answered.press("Home", code=36)
    answered.wait_for("document.querySelector('#equal .loud')")
    assert "word for word the same" in answered.text("#equal")
    assert answered.text("#scale-value") == "0.0"


def test_enter_asks_again(answered: Any) -> None:
    """The input is a line to type into until the answers please."""
    answered.evaluate(
        "document.querySelectorAll('.foot').forEach(f => f.textContent = '')"
    )
    answered.type("#text-input", "cat")
    answered.press("Enter", code=13, text="\r")
    answered.wait_for(IS_ANSWERED)
    assert answered.evaluate("document.querySelector('#text-input').value") == "cat"


def test_a_sample_gives_back_what_it_took_the_place_of(tab: Any, address: str) -> None:
    """A click on a sample costs nobody what was typed."""
    values = (
        "['description', 'input'].map(n => document.querySelector(`#text-${n}`).value)"
    )
    tab.open(address)
    tab.type("#text-description", "sort these")
    tab.type("#text-input", "one two")
    tab.click(SAMPLE)
    tab.click(".chip:last-child")
    assert "sort these" not in tab.evaluate(values)
    tab.click("#bring-back")
    assert tab.evaluate(values) == ["sort these", "one two"]


def test_other_sources_meet_the_services_own_words(tab: Any, address: str) -> None:
    """A bundle that was not trained on documents says so, and the text stays."""
    tab.open(address)
    tab.click("#tab-document")
    tab.type("#text-document", "the capital of france")
    tab.click(GENERATE)
    tab.wait_for(f"{HAS_FAILED} || ({IS_ANSWERED})")
    assert "was trained on" in tab.text("#generate-notice")
    assert "req-" in tab.text("#generate-notice")
    value = "document.querySelector('#text-document').value"
    assert tab.evaluate(value) == "the capital of france"


def test_a_key_is_asked_for_and_nothing_typed_is_lost(
    pipeline: Pipeline, base: BaseModel, settings: Settings, serve: Serve, tab: Any
) -> None:
    """A wrong one is asked for again; with the right one what was begun goes on."""
    keyed = settings.model_copy(update={"api_keys": SecretStr("ann:k-ann")})
    with serve(create_app(join_services(pipeline, base, keyed))) as address:
        tab.open(address)
        tab.click("#key-cancel")
        tab.type("#text-description", "give the capital")
        tab.type("#text-input", "france")
        tab.click(GENERATE)
        tab.wait_for("document.querySelector('#key-dialog').open")
        tab.type("#key", "wrong")
        tab.press("Enter", code=13, text="\r")
        tab.wait_for(
            "document.querySelector('#key-words').innerText.includes('not know')"
        )
        tab.wait_for("document.querySelector('#key-dialog').open")
        tab.type("#key", "k-ann")
        tab.press("Enter", code=13, text="\r")
        tab.wait_for(IS_ANSWERED)
        assert tab.evaluate("document.querySelector('#text-input').value") == "france"
        stored = tab.evaluate("JSON.stringify([localStorage, document.cookie])")
        assert "k-ann" not in stored


def test_a_stopped_service_takes_nothing_along(
    services: Services, serve: Serve, tab: Any
) -> None:
    """The page says what is wrong; what was typed outlives even a reload."""
    with serve(create_app(services)) as address:
        tab.open(address)
        tab.type("#text-description", "give the capital")
        tab.type("#text-input", "france")
    tab.click(GENERATE)
    tab.wait_for(HAS_FAILED)
    assert "does not answer" in tab.text("#generate-notice")
    assert tab.evaluate("document.querySelector('#text-input').value") == "france"
    kept = tab.evaluate("sessionStorage.getItem('genadapter.text.description')")
    assert "give the capital" in kept


def test_columns_fail_and_recover_by_themselves(answered: Any) -> None:
    """Each says what went wrong and tries again alone; drafts outlive a reload."""
    network = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    answered.call("Network.emulateNetworkConditions", offline=True, **network)
    answered.type("#text-input", "dog")
    answered.click(ASK)
    failed = "document.querySelectorAll('.column .notice.error').length"
    answered.wait_for(f"{failed} === 3")
    answered.call("Network.emulateNetworkConditions", offline=False, **network)
    answered.click(".column:nth-child(2) .notice button")
    answered.wait_for("/token/.test(document.querySelectorAll('.foot')[1].innerText)")
    assert answered.evaluate(failed) == 2
    answered.call("Page.reload")
    answered.wait_for("document.querySelector('#text-input')?.value === 'dog'")
    answered.wait_for("!document.querySelector('#verdict').hidden")


def test_an_adapter_that_is_gone_is_told_of(
    answered: Any, new_tab: Callable[[], Any], address: str
) -> None:
    """Another tab deleted it: its link says so, and the first tab can go on."""
    identifier = shown_id(answered)
    httpx.delete(f"{address}/v1/adapters/{identifier}").raise_for_status()
    other = new_tab()
    other.open(f"{address}/#adapter={identifier}")
    other.wait_for(
        "document.querySelector('#page-notice').innerText.includes('is not there')"
    )
    answered.click(ASK)
    answered.wait_for("document.querySelectorAll('.column .notice.error').length === 1")
    answered.click(GENERATE)
    answered.wait_for(IS_ANSWERED)


def test_the_list_finds_names_pins_and_deletes(answered: Any, address: str) -> None:
    """All that can be done with an adapter later on."""
    for number in ("one", "two"):
        body = {"description": f"sort these {number}", "name": f"sorter-{number}"}
        httpx.post(f"{address}/v1/adapters", json=body).raise_for_status()
    answered.click("#refresh")
    rows = "document.querySelectorAll('#shelf-list li').length"
    answered.wait_for(f"{rows} === 3")
    answered.type("#search", "SORTER-t")
    answered.wait_for(f"{rows} === 1")
    answered.click(".row-actions button:nth-child(1)")
    answered.type(".rename input", "sorter-one")
    answered.press("Enter", code=13, text="\r")
    answered.wait_for("document.querySelector('#shelf-notice .error')")
    assert "another adapter named" in answered.text("#shelf-notice")
    answered.click(".row-actions button:nth-child(1)")
    answered.type(".rename input", "sorter-three")
    answered.press("Enter", code=13, text="\r")
    answered.wait_for(
        "document.querySelector('#shelf a')?.innerText === 'sorter-three'"
    )
    answered.click(".row-actions button:nth-child(2)")
    answered.wait_for("document.querySelector('.tag')?.innerText === 'pinned'")
    answered.click("#shelf a")
    answered.wait_for(
        "location.hash === `#adapter=${document.querySelector('.facts .id').innerText}`"
    )
    answered.click(".row-actions button:nth-child(3)")
    answered.click("#confirm-yes")
    answered.wait_for("document.querySelector('#verdict').hidden")
    told = httpx.get(f"{address}/v1/adapters").json()["data"]
    assert sorted(str(one["name"]) for one in told) == ["None", "sorter-one"]


def test_an_adapter_is_downloaded(answered: Any, tmp_path: Path) -> None:
    """The file that is saved is the folder that PEFT loads."""
    answered.save_to(tmp_path)
    answered.click("#take-body .actions button")
    saved = tmp_path / f"{shown_id(answered)}.zip"
    deadline = time.monotonic() + 30
    while not (saved.exists() and zipfile.is_zipfile(saved)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    names = {Path(name).name for name in zipfile.ZipFile(saved).namelist()}
    assert "adapter_config.json" in names
    assert shown_id(answered) in answered.text(".snippet pre")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(answered: Any, theme: str) -> None:
    """The rules of axe-core, in both themes, after answers and amid an error."""
    with open_npm_package(AXE) as package:
        file = package.extractfile("package/axe.min.js")
        assert file is not None
        answered.evaluate(f"{file.read().decode()};0")
    answered.prefer(color_scheme=theme, reduced_motion="reduce")
    answered.click("#tab-profile")
    answered.click(GENERATE)
    answered.wait_for(HAS_FAILED)
    answered.click("details summary")
    assert serious_findings(answered) == []
    answered.click("#change-key")
    assert serious_findings(answered) == []
