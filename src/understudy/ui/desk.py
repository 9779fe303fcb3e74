"""What the page may ask of the desk: the list a page at a time, one item, and what an expert decides.

A decision that comes too late is no error: the reply then brings the item as somebody else left it, so that the page
can show both and ask.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

from understudy.errors import InputError, Outdated
from understudy.ui.payload import Payload

if TYPE_CHECKING:
    from understudy.playground.item_view import Decided
    from understudy.playground.playground import Playground
    from understudy.ui.rights import Rights

SORTS = ("newest", "oldest", "value", "disputed")


class DeskHandlers:
    """The requests of the Curate page."""

    def __init__(self, playground: Playground, rights: Rights) -> None:
        self._desk = playground.desk
        self._rights = rights

    # -- looking -------------------------------------------------------------------------------------------------

    def on_desk(self, payload: Payload) -> object:
        """Counts, what there is to filter by, saved views."""
        return self._desk.overview()

    def on_desk_page(self, payload: Payload) -> object:
        sort = payload.name("sort")
        if sort not in SORTS:
            raise InputError(f"{sort!r} is no order. Reload the page.")
        return asdict(self._desk.page(payload.mapping("filter"), cast(Any, sort), payload.optional_pair("after")))

    def on_desk_count(self, payload: Payload) -> object:
        return {"count": self._desk.count(payload.mapping("filter"))}

    def on_desk_item(self, payload: Payload) -> object:
        return self._item(payload)

    def on_desk_now(self, payload: Payload) -> object:
        return [asdict(answer) for answer in self._desk.now(payload.whole("number"))]

    def on_desk_agreement(self, payload: Payload) -> object:
        return [asdict(found) for found in self._desk.agreement(payload.mapping("filter"))]

    # -- deciding ------------------------------------------------------------------------------------------------

    def on_desk_decide(self, payload: Payload) -> object:
        """Approve, reject or let wait; with the flag `all`, everything that was said about the answer."""
        state, every = payload.name("state"), payload.optional_flag("all")

        def decide(number: int, author: str, seen: int) -> Decided:
            if every:
                return self._desk.decide_answer(number, state, author, seen)
            return self._desk.edit(number, {"state": state}, author, seen)

        return self._unless_outdated(payload, decide)

    def on_desk_edit(self, payload: Payload) -> object:
        return self._unless_outdated(
            payload,
            lambda number, author, seen: self._desk.edit(number, payload.mapping("edit"), author, seen),
        )

    def on_desk_correct(self, payload: Payload) -> object:
        return self._unless_outdated(
            payload, lambda number, author, seen: self._desk.correct(number, payload.text("text"), author, seen)
        )

    def on_desk_all(self, payload: Payload) -> object:
        filter, edit = payload.mapping("filter"), payload.mapping("edit")
        return asdict(self._desk.edit_all(filter, edit, payload.whole("expected"), payload.author))

    def on_desk_undo(self, payload: Payload) -> object:
        return asdict(self._desk.undo(payload.whole("act"), payload.author))

    def on_desk_rank(self, payload: Payload) -> object:
        self._desk.rank()
        return None

    def on_desk_view(self, payload: Payload) -> object:
        """Keep a filter under a name."""
        self._desk.save_view(payload.text("name"), payload.mapping("filter"), payload.author)
        return self._desk.overview()

    def on_desk_unview(self, payload: Payload) -> object:
        self._desk.remove_view(payload.name("name"))
        return self._desk.overview()

    # -- what the methods above share ----------------------------------------------------------------------------

    def _item(self, payload: Payload) -> dict[str, Any]:
        (item,) = self._rights.without_ways(payload.person, [asdict(self._desk.open(payload.whole("number")))])
        return item

    def _unless_outdated(self, payload: Payload, decide: Callable[[int, str, int], Decided]) -> object:
        number = payload.whole("number")
        try:
            decided = decide(number, payload.author, payload.whole("revision"))
        except Outdated as error:
            return {"outdated": str(error), "item": self._item(payload)}
        return asdict(decided)
