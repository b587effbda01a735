"""Two users who are asked the same: whom they are, what they are answered, what is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from genadapter.adapter import Adapter
from genadapter.base_model import BaseModel
from genadapter.comparison import answer
from genadapter.condition import MAX_DESCRIPTION_CHARACTERS, Condition, ConditionKind
from genadapter.errors import ConditionError, ConfigError
from genadapter.generators import Generator
from genadapter.interview import (
    BUILT_IN_USERS,
    QUESTIONS,
    Told,
    User,
    UserAnswers,
    choose_users,
    hold_interview,
    is_trained_on_profiles,
    telling,
)
from genadapter.pipeline import Pipeline


def trained_on(pipeline: Pipeline, *kinds: ConditionKind) -> Pipeline:
    """The pipeline of a bundle that met these kinds of condition."""
    manifest = replace(pipeline.bundle.manifest, conditions=kinds)
    return Pipeline(
        pipeline.base_name,
        replace(pipeline.bundle, manifest=manifest),
        pipeline.encoder,
        pipeline.reader,
    )


def test_built_in_users_want_other_answers_to_every_question() -> None:
    """So that no constant and no adapter of the other is right for both."""
    first, second = BUILT_IN_USERS
    assert first.expected.keys() == second.expected.keys() == set(QUESTIONS)
    assert all(first.expected[q] != second.expected[q] for q in QUESTIONS)


def test_profiles_take_the_place_of_built_in_users() -> None:
    """One stands beside the second of these; of people nobody knows what is right."""
    assert choose_users([]) == BUILT_IN_USERS
    own, built_in = choose_users(["I am a cook."])
    assert (own.profile, own.expected) == ("I am a cook.", {})
    assert built_in == BUILT_IN_USERS[1]
    both = choose_users(["I am a cook.", "I am a sailor."])
    assert [user.name for user in both] == ["A", "B"]
    assert both[1].profile == "I am a sailor."


@pytest.mark.parametrize(
    ("profiles", "error", "message"),
    [
        ([" "], ConditionError, "profile must say whom"),
        (
            ["x" * (MAX_DESCRIPTION_CHARACTERS + 1)],
            ConditionError,
            "profile must have at most",
        ),
        (["I cook.", " I  cook. "], ConfigError, "both profiles say the same"),
        ([BUILT_IN_USERS[1].profile], ConfigError, "both profiles say the same"),
        (["one", "two", "three"], ConfigError, "at most two profiles, got 3"),
    ],
)
def test_profiles_that_cannot_be_compared_are_refused(
    profiles: list[str], error: type[Exception], message: str
) -> None:
    """Before any model is loaded."""
    with pytest.raises(error, match=message):
        choose_users(profiles)


def test_profiles_are_told_as_the_bundle_learned(
    pipeline: Pipeline, new_generator: Callable[..., Generator]
) -> None:
    """As descriptions where it met no profile; a family that takes none is refused."""
    users = BUILT_IN_USERS
    able = trained_on(pipeline, "description", "profile")
    assert is_trained_on_profiles(able)
    assert telling(able, users) == [Condition(profile=u.profile) for u in users]
    assert not is_trained_on_profiles(pipeline)
    told = telling(pipeline, users)
    assert told == [Condition(description=u.profile) for u in users]
    # The same words are read either way.
    assert [c.text for c in told] == [Condition(profile=u.profile).text for u in users]
    blend = replace(pipeline.bundle, generator=new_generator("blend"))
    unable = Pipeline(pipeline.base_name, blend, pipeline.encoder)
    with pytest.raises(ConditionError, match="families that take it: doc_perceiver"):
        telling(unable, users)


def test_every_question_is_answered_for_both_users(
    pipeline: Pipeline, base: BaseModel
) -> None:
    """By the base, by the own adapter and by the other's, and told if that is wanted."""
    questions = ["one two", "cat"]
    adapters = pipeline.generate(telling(pipeline, BUILT_IN_USERS))

    def held(told: Told) -> tuple[UserAnswers, UserAnswers]:
        return hold_interview(
            base,
            BUILT_IN_USERS,
            adapters,
            questions=questions,
            told=told,
            max_new_tokens=3,
        )

    first, second = held("adapter")
    assert list(first.answers) == ["base", "adapter", "other"]
    assert first.answers["base"] == second.answers["base"]
    assert first.answers["adapter"] == second.answers["other"]
    for place, own in enumerate((first, second)):
        alone = answer(base, adapters[place], inputs=questions, max_new_tokens=3)
        assert list(own.answers["adapter"]) == alone
        assert own.adapter_id == adapters[place].id
    told = held("prompt_too")[0]
    assert list(told.answers) == ["base", "prompted", "adapter", "other"]
    profile = BUILT_IN_USERS[0].profile
    longer = [base.prompt_ids(text, description=profile) for text in questions]
    assert list(told.answers["prompted"]) == base.generate(longer, max_new_tokens=3)


def test_right_answers_are_counted_where_they_are_known(adapter: Adapter) -> None:
    """Every column by the same rule; of own questions nothing is known."""
    user = User(name="A", profile="I cook.", expected={"tea?": "Tea", "dog?": "no"})
    given = UserAnswers(
        user=user,
        adapter_id=adapter.id,
        questions=("tea?", "dog?", "cat?"),
        answers={"base": ("milk", "yes", "no"), "adapter": ("tea.", "no", "no")},
    )
    assert given.expected == ("Tea", "no", None)
    assert given.num_right == {"base": 0, "adapter": 2}
    assert replace(given, questions=("cat?",) * 3).num_right is None
