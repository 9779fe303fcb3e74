"""What the live version still knows although it was taken back: only a version that never learned it has forgotten it.

Training away from a text hides it and harms what lies beside it. So a person is told, and the next run, whoever starts
it, begins with the base again and learns everything that stands. Taking back alone starts no run: rolling back may be
what the person wants.
"""

from __future__ import annotations

from understudy.playground.progress import counted
from understudy.store import EVERYONE, Store
from understudy.types import BASE


def ground_of(store: Store, model: str, person: str = EVERYONE) -> int:
    """The version that an understudy goes on from: its live one, and without one everyone's."""
    return store.versions.champion(model, person) or store.versions.champion(model)


def still_known(store: Store, model: str, person: str = EVERYONE) -> frozenset[str]:
    """The corrections that an understudy's version of `model` learned, itself or before it, and taken back since."""
    known = store.versions.learned(model, ground_of(store, model, person))
    return store.corrections.taken_back(sorted(known)) if known else frozenset()


def words(store: Store, model: str, person: str = EVERYONE) -> str:
    """What a person should know about that; "" when there is nothing."""
    champion, count = store.versions.champion(model, person), len(still_known(store, model, person))
    if champion == BASE or not count:
        return ""
    them = "it" if count == 1 else "them"
    known = f"v{champion} still knows {counted(count, 'correction')} that you took back."
    return f"{known} Train anew without {them}, or roll back."
