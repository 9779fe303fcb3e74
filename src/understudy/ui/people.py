"""What the page may ask about people: an owner lets them in and out, everybody changes their own password."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from understudy.playground.people import ROLES, SHORTEST
from understudy.ui.payload import Payload

if TYPE_CHECKING:
    from understudy.playground.playground import Playground


class PeopleHandlers:
    """The requests of the dialogs "People" and "Change password"."""

    def __init__(self, playground: Playground) -> None:
        self._people = playground.people

    def on_people(self, payload: Payload) -> object:
        people = [asdict(person) for person in self._people.list()]
        return {"people": people, "roles": ROLES, "shortest": SHORTEST}

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

    def on_people_sign_out(self, payload: Payload) -> object:
        self._people.sign_out_everywhere(payload.name("name"))
        return self.on_people(payload)

    def on_password(self, payload: Payload) -> object:
        """One's own; all one's sessions end."""
        self._people.change_password(payload.person, payload.text("old"), payload.text("new"))
        return None
