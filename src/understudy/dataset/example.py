"""An example: one thing to learn, whatever kind of feedback it comes from. A snapshot: all that one run learns from.

A snapshot is frozen when its run is made: facts are append-only, so the ids in the run's row give the same texts again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from understudy.store import FormAuthor, Lesson
from understudy.types import Message


class Kind(StrEnum):
    """What a person did, and with it the loss that teaches it."""

    CORRECTION = "correction"  # cross-entropy on the wanted text
    PREFERENCE = "preference"  # chosen over rejected
    THUMB = "thumb"  # up or down, unpaired
    REPLAY = "replay"  # stay close to what the base says


@dataclass(frozen=True, slots=True)
class Example:
    """`prompt` ends with the user's message, `completion` is what to say (or, for a thumb, what was said).

    `rejected` is the worse answer of a preference, `label` a thumb. `group` never stands on both sides of the split;
    `source` is the id of the fact it comes from; `synthetic` marks another form made from it, by a rule or (`author`)
    by the base; `weak` a preference that nobody voted for; `rehearsed` what the version it goes on from was taught.
    """

    id: str
    kind: Kind
    prompt: tuple[Message, ...]
    completion: str
    rejected: str | None = None
    label: bool | None = None
    weight: float = 1.0
    group: str = ""
    source: str = ""
    synthetic: bool = False
    author: FormAuthor = "rule"
    weak: bool = False
    rehearsed: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a run learns from (`train`), is judged by (`lessons`, `held_out`, `probes`), and must stay close to.

    `anchors` are replay examples: prompts with the base's own greedy answers. `probes` are unrelated prompts whose
    answers must not change; no anchor asks the same as a probe. `resting` are lessons learned earlier that do not train
    here. `unwanted` are answers with a thumb down, by question: nothing trains towards them. `notices` are what a
    person should know about how it was made.
    """

    train: tuple[Example, ...]
    held_out: tuple[Example, ...] = ()
    anchors: tuple[Example, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    probes: tuple[tuple[Message, ...], ...] = ()
    resting: tuple[Lesson, ...] = ()
    unwanted: frozenset[tuple[str, str]] = frozenset()
    notices: tuple[str, ...] = ()
