"""What the page may ask about people: an owner lets them in and out; everybody's password and end are their own."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from understudy.playground.people import ROLES, SHORTEST
from understudy.types import OWNER
from understudy.ui.payload import Payload

if TYPE_CHECKING:
    from understudy.playground.playground import Playground


class PeopleHandlers:
    """The requests of the dialogs "People" and "Change password" and "Forget me"."""

    def __init__(self, playground: Playground) -> None:
        self._people = playground.people
        self._erasing = playground.erasing

    def on_people(self, payload: Payload) -> object:
        """{people, roles, shortest, unclaimed}: `unclaimed` is how many conversations the asker could give an owner."""
        people = [asdict(person) for person in self._people.list()]
        return {"people": people, "roles": ROLES, "shortest": SHORTEST, "unclaimed": self._unclaimed(payload)}

    def on_people_add(self, payload: Payload) -> object:
        self._people.add(payload.text("name"), payload.name("role"), payload.text("password"))
        return self.on_people(payload)

    def on_people_role(self, payload: Payload) -> object:
        self._people.set_role(payload.name("name"), payload.name("role"))
        return self.on_people(payload)

    def on_people_password(self, payload: Payload) -> object:
        self._people.set_password(payload.name("name"), payload.text("password"))
        return self.on_people(payload)

    def on_people_remove(self, payload: Payload) -> object:
        self._people.remove(payload.name("name"))
        return self.on_people(payload)

    def on_people_give(self, payload: Payload) -> object:
        """What was chatted on this machine before somebody signed in is an owner's from now on."""
        self._people.give(payload.name("name"), payload.person)
        return self.on_people(payload)

    def on_people_traces(self, payload: Payload) -> object:
        """{words}: what would go with somebody."""
        return {"words": self._erasing.words(payload.name("name"))}

    def on_people_forget(self, payload: Payload) -> object:
        self._erasing.forget(payload.name("name"))
        return self.on_people(payload)

    def on_traces(self, payload: Payload) -> object:
        """{words}: what would go with oneself."""
        return {"words": self._erasing.words(payload.person.name)}

    def on_forget_me(self, payload: Payload) -> object:
        """Everything of one's own, the account too; there is no way back."""
        self._people.require_password(payload.person, payload.text("password", ""))
        self._erasing.forget(payload.person.name)
        return None

    def on_people_sign_out(self, payload: Payload) -> object:
        self._people.sign_out_everywhere(payload.name("name"))
        return self.on_people(payload)

    def _unclaimed(self, payload: Payload) -> int:
        return self._people.unclaimed() if payload.person == OWNER else 0

    def on_password(self, payload: Payload) -> object:
        """One's own; all one's sessions end."""
        self._people.change_password(payload.person, payload.text("old"), payload.text("new"))
        return None
