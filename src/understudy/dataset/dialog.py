"""A dialog: what a line of any training file means, whatever its format.

The texts are what a person wrote or read; `About` is what a table can say beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from understudy.types import Message, Role


@dataclass(frozen=True, slots=True)
class About:
    """`rating` is the word or number as it stood, `date` ISO-8601 UTC text, `model` who gave the answer."""

    rating: str = ""
    comment: str = ""
    author: str = ""
    topic: str = ""
    tags: tuple[str, ...] = ()
    date: str = ""
    model: str = ""


NOTHING = About()


@dataclass(frozen=True, slots=True)
class Dialog:
    """`prompt` is a system message or none, then user and assistant in turn, and ends with the user's message.

    `chosen` is the answer, `rejected` the worse one of a pair, `said` what a model answered where `chosen` corrects it
    (None: nobody asked one). `label` rates what was said: `said`, or `chosen` where that is None. `learned` False says
    that the answer is not trained on (`weight` 0); `also` are the places in `prompt` of earlier answers that the line
    marks with `weight` 1.
    """

    prompt: tuple[Message, ...]
    chosen: str
    rejected: str | None = None
    learned: bool = True
    also: tuple[int, ...] = ()
    said: str | None = None
    label: bool | None = None
    about: About = NOTHING

    @property
    def asked(self) -> str:
        """All that the user says in it: what makes two dialogs the same question."""
        return "\n".join(message.content for message in self.prompt if message.role == "user")

    @property
    def system(self) -> str:
        """Its system prompt, "" without one."""
        return self.prompt[0].content if self.prompt[0].role == "system" else ""


def alternates(roles: Sequence[Role]) -> bool:
    """System or nothing, then user and assistant in turn, the user last."""
    said = roles[1:] if roles and roles[0] == "system" else roles
    return len(said) % 2 == 1 and all(role == ("assistant" if i % 2 else "user") for i, role in enumerate(said))
