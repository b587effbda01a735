"""One question for two users, in a real browser: each is answered by an own adapter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from genadapter.base_model import BaseModel
from genadapter.pipeline import Pipeline
from service.app import Services, create_app, join_services
from service.settings import Settings

pytestmark = pytest.mark.slow

Serve = Callable[[FastAPI], AbstractContextManager[str]]
PROFILES = ("give the capital of a country", "reverse the word please")
ASK, NOTICE = "#ask-users", "#users-notice"
IS_ANSWERED = (
    "document.querySelectorAll('#users .column').length === 3 && "
    "[...document.querySelectorAll('#users .foot')]"
    ".every(f => /token/.test(f.innerText))"
)
HAS_FAILED = "document.querySelector('#users-notice .error')"
TYPED = "['user-a', 'user-b', 'question'].map(n => document.querySelector(`#text-${n}`).value)"
FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture
def address(
    pipeline: Pipeline, base: BaseModel, settings: Settings, serve: Serve
) -> Iterator[str]:
    """Where the page of a bundle is that was trained on profiles."""
    manifest = replace(pipeline.bundle.manifest, conditions=("description", "profile"))
    bundle = replace(pipeline.bundle, manifest=manifest)
    able = Pipeline(pipeline.base_name, bundle, pipeline.encoder, pipeline.reader)
    with serve(create_app(join_services(able, base, settings))) as address:
        yield address


def type_all(tab: Any, first: str, second: str, question: str) -> None:
    """Fills the form in."""
    tab.type("#text-user-a", first)
    tab.type("#text-user-b", second)
    tab.type("#text-question", question)


def test_the_same_question_is_answered_for_both(tab: Any, address: str) -> None:
    """Beside the base's answer, on a narrow dark screen as well; both are kept."""
    tab.resize(360, 740)
    tab.prefer(color_scheme="dark", reduced_motion="reduce")
    tab.open(address)
    assert tab.evaluate(FITS)
    type_all(tab, *PROFILES, "france")
    tab.press("Enter", code=13, text="\r")
    tab.wait_for(IS_ANSWERED)
    assert tab.evaluate(FITS)
    assert tab.text(NOTICE) == ""
    titles = "[...document.querySelectorAll('#users h3')].map(h => h.innerText)"
    assert tab.evaluate(titles) == ["Base", "User A", "User B"]
    kept = httpx.get(f"{address}/v1/adapters").json()["data"]
    assert [one["source"]["type"] for one in kept] == ["profile", "profile"]
    links = "[...document.querySelectorAll('#users .column a')].map(a => a.innerText)"
    assert {one["id"] for one in kept} == set(tab.evaluate(links))
    tab.wait_for("document.querySelectorAll('#shelf-list li').length === 2")
    assert tab.num_clicks == 0
    assert tab.complaints() == []


def test_an_adapter_of_a_user_can_be_opened(tab: Any, address: str) -> None:
    """Its link shows it as any other, and another question needs no new ones."""
    tab.open(address)
    type_all(tab, *PROFILES, "france")
    tab.click(ASK)
    tab.wait_for(IS_ANSWERED)
    tab.click("#users .column:nth-child(2) a")
    tab.wait_for("!document.querySelector('#verdict').hidden")
    shown = tab.text("#users .column:nth-child(2) a")
    assert tab.text(".facts .id") == shown
    tab.type("#text-question", "italy")
    tab.click(ASK)
    tab.wait_for(IS_ANSWERED)
    assert len(httpx.get(f"{address}/v1/adapters").json()["data"]) == 2


@pytest.mark.parametrize(
    ("typed", "message", "focused"),
    [
        (("", "I cook.", "cat"), "User A says nothing yet", "text-user-a"),
        (("I cook.", " ", "cat"), "User B says nothing yet", "text-user-b"),
        (("I cook.", " I  cook.", "cat"), "Both say the same", "text-user-b"),
        (("I cook.", "x" * 8001, "cat"), "8,001 characters", "text-user-b"),
        (("I cook.", "I sail.", ""), "Nothing is asked yet", "text-question"),
    ],
)
def test_what_cannot_be_compared_is_told(
    typed: tuple[str, str, str], message: str, focused: str, tab: Any, address: str
) -> None:
    """In a sentence, at the field it is about; nothing typed is lost, nothing made."""
    tab.open(address)
    type_all(tab, *typed)
    tab.click(ASK)
    tab.wait_for(HAS_FAILED)
    assert message in tab.text(NOTICE)
    assert tab.evaluate("document.activeElement.id") == focused
    assert tab.evaluate(TYPED) == list(typed)
    assert httpx.get(f"{address}/v1/adapters").json()["data"] == []


def test_a_bundle_that_met_no_profile_says_so_and_goes_on(
    services: Services, serve: Serve, tab: Any
) -> None:
    """The profiles are told as descriptions, under a warning."""
    with serve(create_app(services)) as address:
        tab.open(address)
        type_all(tab, *PROFILES, "france")
        tab.click(ASK)
        tab.wait_for(IS_ANSWERED)
        assert "not trained on profiles" in tab.text("#users-notice .warning")
        kept = httpx.get(f"{address}/v1/adapters").json()["data"]
        assert {one["source"]["type"] for one in kept} == {"description"}


def test_an_example_takes_the_place_of_nothing(tab: Any, address: str) -> None:
    """It fills empty fields alone; a reload gives back what was typed."""
    tab.open(address)
    tab.type("#text-user-b", "I sail.")
    tab.click("#fill-users")
    first, second, question = tab.evaluate(TYPED)
    assert first
    assert question
    assert second == "I sail."
    tab.call("Page.reload")
    tab.wait_for("document.querySelector('#text-user-b')?.value === 'I sail.'")
    assert tab.evaluate(TYPED) == [first, second, question]


def test_a_stopped_service_costs_neither_profile(
    services: Services, serve: Serve, tab: Any
) -> None:
    """The page says what is wrong, and can be asked again."""
    with serve(create_app(services)) as address:
        tab.open(address)
        type_all(tab, *PROFILES, "france")
    tab.click(ASK)
    tab.wait_for(HAS_FAILED)
    assert "does not answer" in tab.text(NOTICE)
    assert tab.evaluate(TYPED) == [*PROFILES, "france"]
    assert not tab.evaluate(f"document.querySelector('{ASK}').ariaDisabled")
