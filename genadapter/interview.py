"""Interview: the same questions put to the base and to the adapters of two users.

The built-in users say only what no training user of this project says, and want other
answers to each of the built-in questions, so that right answers can be counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from genadapter.adapter import Adapter
from genadapter.base_model import BaseModel
from genadapter.comparison import answer
from genadapter.condition import Condition
from genadapter.demo import is_right
from genadapter.errors import ConfigError
from genadapter.pipeline import Pipeline

Source = Literal["base", "prompted", "adapter", "other"]
"""Who answers for a user: the base, bare or told the profile, the user's own adapter, or
that of the other user."""
Told = Literal["adapter", "prompt_too"]
"""Where a profile is told: to the adapter alone, or to the base in its prompt as well."""


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """Somebody whom an adapter is to suit."""

    name: str
    """What the user is called beside the other one."""
    profile: str
    """What the user says."""
    expected: Mapping[str, str] = field(default_factory=dict)
    """The right answer by the question, as far as it is known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UserAnswers:
    """What one user was answered."""

    user: User
    adapter_id: str
    """The user's own adapter."""
    questions: tuple[str, ...]
    answers: Mapping[Source, tuple[str, ...]]
    """One answer a question, by who gave it."""

    @property
    def expected(self) -> tuple[str | None, ...]:
        """The right answers; `None` where nobody knows one."""
        return tuple(self.user.expected.get(question) for question in self.questions)

    @property
    def num_right(self) -> dict[Source, int] | None:
        """Right answers by who gave them; `None` where none is known."""
        if not any(self.expected):
            return None
        return {
            source: sum(
                wanted is not None and is_right(given, (question, (wanted,)))
                for question, wanted, given in zip(
                    self.questions, self.expected, answers, strict=True
                )
            )
            for source, answers in self.answers.items()
        }


QUESTIONS = (
    "Something to drink: a flat white, green tea or apple juice?",
    "Lunch: grilled trout, roast lamb, lentil soup or cheese ravioli?",
    "Which trip: a glacier, downtown Chicago or a coral island?",
    "Write 5 March.",
    "Say hello to Omar.",
    "I found your keys.",
)
"""What the built-in users are asked: one question on each of their preferences."""
_ANSWERS = {
    "A": (
        "green tea",
        "lentil soup",
        "a coral island",
        "5 March",
        "Hola Omar",
        "Danke",
    ),
    "B": ("a flat white", "grilled trout", "a glacier", "03/05", "Dear Omar,", "thx"),
}
BUILT_IN_USERS = (
    User(
        name="A",
        profile=(
            "Brew me some tea and I am content. Everything I eat grows in soil. "
            "I love the seaside. I like dates in the form 9 April. "
            "Everyone is greeted in Spanish at our house. Danke is my word of thanks."
        ),
        expected=dict(zip(QUESTIONS, _ANSWERS["A"], strict=True)),
    ),
    User(
        name="B",
        profile=(
            "A cup of coffee solves everything. I always order the fish. "
            "I climb whenever I have time. "
            "American dates, please: 09/04 is in September. "
            "Good manners first: every message starts with Dear. "
            "Three letters are enough for thanks: thx."
        ),
        expected=dict(zip(QUESTIONS, _ANSWERS["B"], strict=True)),
    ),
)
"""Who is shown where nobody else is told of."""


def choose_users(profiles: Sequence[str]) -> tuple[User, User]:
    """The users to show: own ones, and built-in ones where there are fewer than two.

    Args:
        profiles: What own users say of themselves.

    Raises:
        ConditionError: A profile is empty or too long.
        ConfigError: There are more than two, or both say the same.
    """
    if len(profiles) > len(BUILT_IN_USERS):
        raise ConfigError(
            f"at most two profiles, got {len(profiles)}: leave the others out"
        )
    first, second = (
        replace(user, profile=own[0], expected={}) if own else user
        for user, own in zip(BUILT_IN_USERS, (profiles[:1], profiles[1:]), strict=True)
    )
    digests = {Condition(profile=user.profile).digest() for user in (first, second)}
    if len(digests) == 1:
        raise ConfigError(
            f"both profiles say the same, got {first.profile!r} twice: give two that "
            "differ"
        )
    return first, second


def choose_questions(questions: Sequence[str]) -> tuple[str, ...]:
    """The questions to put: own ones or, without any, the built-in ones.

    Raises:
        ConfigError: One is empty.
    """
    for question in questions:
        if not question.strip():
            raise ConfigError(
                f"a question must ask something, got {question!r}: try {QUESTIONS[0]!r}"
            )
    return tuple(questions) or QUESTIONS


def is_trained_on_profiles(pipeline: Pipeline) -> bool:
    """Whether the bundle's generator met profiles in training."""
    return "profile" in pipeline.kinds


def telling(pipeline: Pipeline, users: Sequence[User]) -> list[Condition]:
    """The users as the generator is told of them.

    Where it could be told profiles but never met one in training, these are told as
    descriptions: the same words are read either way.

    Raises:
        ConditionError: The family takes no profile.
    """
    takes_profiles = "profile" in pipeline.bundle.generator.conditions
    if takes_profiles and not is_trained_on_profiles(pipeline):
        return [Condition(description=user.profile) for user in users]
    conditions = [Condition(profile=user.profile) for user in users]
    for condition in conditions:
        pipeline.check(condition)
    return conditions


def hold_interview(
    base: BaseModel,
    users: Sequence[User],
    adapters: Sequence[Adapter],
    *,
    questions: Sequence[str],
    told: Told,
    max_new_tokens: int,
) -> tuple[UserAnswers, UserAnswers]:
    """Puts the questions to the base and to both users' adapters.

    Args:
        base: The base model that the adapters were made for.
        users: Two of them.
        adapters: One a user.
        questions: At least one.
        told: Where the profiles are told.
        max_new_tokens: At most so many tokens an answer.
    """

    def of_base(profile: str | None) -> tuple[str, ...]:
        prompts = [base.prompt_ids(text, description=profile) for text in questions]
        return tuple(base.generate(prompts, max_new_tokens=max_new_tokens))

    bare = of_base(None)
    adapted = [
        tuple(answer(base, one, inputs=questions, max_new_tokens=max_new_tokens))
        for one in adapters
    ]
    first, second = (
        UserAnswers(
            user=user,
            adapter_id=adapters[place].id,
            questions=tuple(questions),
            answers={
                "base": bare,
                **({"prompted": of_base(user.profile)} if told == "prompt_too" else {}),
                "adapter": adapted[place],
                "other": adapted[1 - place],
            },
        )
        for place, user in enumerate(users)
    )
    return first, second
