"""Understudies of one's own: who may have one, switching it, what it is like, and what happens to it in the end.

While it is on, what a person says about answers teaches theirs, at once and only theirs. Everyone's stays what it was,
until a curator takes something over at the desk.
"""

from __future__ import annotations

from dataclasses import dataclass

from understudy.errors import InputError, NotFoundError
from understudy.playground.casting import Casting
from understudy.playground.promoting import Promoting, VersionItem
from understudy.store import EVERYONE, Store
from understudy.types import Person


@dataclass(frozen=True, slots=True)
class OwnView:
    """`may`: the person may have one; `on`: it learns and answers now; `live` is its version, 0 the base with memory.

    `taught` counts the corrections that it alone was taught. `versions` are those it may use, newest first, without the
    base.
    """

    may: bool
    on: bool
    live: int = 0
    taught: int = 0
    versions: tuple[VersionItem, ...] = ()


class Own:
    """Reached as `playground.own`. `visitors` is the setting: whether they, too, may have one."""

    def __init__(self, store: Store, casting: Casting, promoting: Promoting, visitors: bool = False) -> None:
        self._store = store
        self._casting = casting
        self._promoting = promoting
        self._visitors = visitors

    def of(self, person: Person) -> str:
        """Whose understudy a person's words teach and their columns may ask: their own, else "" for everyone's."""
        return self._store.understudies.taught_by(person.name) if self.may(person) else EVERYONE

    def may(self, person: Person) -> bool:
        """The person of a machine alone has none: everyone's is theirs."""
        return person.name != EVERYONE and (person.role != "visitor" or self._visitors)

    def require(self, name: str) -> str:
        """The understudy of somebody by name, "" for everyone's. Raises `InputError` where theirs is not on."""
        if name != EVERYONE and self._store.understudies.taught_by(name) == EVERYONE:
            raise InputError(f"{name} has no understudy of their own that is on. Type: understudy own {name} --on")
        return name

    def switch(self, person: Person, on: bool) -> None:
        """Raises `InputError` for a person who may not have one."""
        if not self.may(person):
            raise InputError("An understudy of one's own is for people who signed in as curators or owners here.")
        self._store.understudies.set_active(person.name, on)

    def view(self, person: Person) -> OwnView:
        own, model = self.of(person), self._casting.base_model
        if own == EVERYONE:
            return OwnView(self.may(person), on=False)
        taught = sum(lesson.person == own for lesson in self._store.corrections.lessons(person=own))
        versions = [version for version in self._promoting.versions(model, own) if version.number]
        return OwnView(True, True, self._store.versions.champion(model, own), taught, tuple(versions))

    def promote(self, person: Person, number: int) -> str:
        """Let another version of their own answer, or 0 for the base with memory; the sentence that says so."""
        own = self.of(person)
        if own == EVERYONE:
            raise InputError("Your own understudy is off. Switch it on first.")
        return self._promoting.promote(self._casting.base_model, number, anyway=True, person=own)

    def remove(self, name: str) -> str:
        """Forget all that only the understudy of `name` was taught. Raises `NotFoundError` where there is none."""
        if self._store.understudies.find(name) is None:
            raise NotFoundError(f"{name!r} has no understudy of their own.")
        return self.retire(name)

    def retire(self, name: str) -> str:
        """The same when somebody leaves, whether they had one or not."""
        count = self._promoting.retire(name)
        return f"The understudy of {name} is gone, with {count} version{'' if count == 1 else 's'}."
