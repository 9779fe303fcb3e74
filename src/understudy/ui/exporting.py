"""What the page may ask about a version that leaves, for another program or to the hub, and how it answered there."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from understudy.errors import InputError
from understudy.playground.export_jobs import Exported, Order
from understudy.playground.exporting import FORMS
from understudy.playground.limits import checked_text
from understudy.playground.publishing import Parcel, Published
from understudy.ui.payload import Payload

if TYPE_CHECKING:
    from understudy.playground.exporting import Compared
    from understudy.playground.playground import Playground

EARLIER = 5
"""Exports and pushes of a version that a page shows; the command line lists all."""


class ExportingHandlers:
    """The requests of the dialog "Export…" of a version."""

    def __init__(self, playground: Playground) -> None:
        self._casting = playground.casting
        self._exports, self._jobs = playground.version_exports, playground.export_jobs
        self._publishing = playground.publishing

    def on_version_exports(self, payload: Payload) -> object:
        """What may be chosen, and how the newest exports of this version answered."""
        model, number = self._casting.base_model, payload.whole("number")
        token, problem = self._publishing.account()
        return {
            "forms": [{"name": name, **asdict(form)} for name, form in FORMS.items()],
            "earlier": [_told(made) for made in self._exports.earlier(model, number)[:EARLIER]],
            "pushes": [asdict(push) for push in self._publishing.earlier(model, number)[:EARLIER]],
            "licence": self._exports.licence(model),
            "hub": {"token": token, "problem": problem},
        }

    def on_version_export_start(self, payload: Payload) -> object:
        licence = checked_text(payload.text("licence", ""), "licence", empty=True, most=100)
        order = Order(
            self._casting.base_model, payload.whole("number"), payload.name("form"), payload.name("dtype"), licence,
            payload.flag("download"), payload.flag("lessons"),
        )  # fmt: skip
        return {"job": self._jobs.start(order)}

    def on_version_export_state(self, payload: Payload) -> object:
        task = self._jobs.tasks.get(payload.name("job"))
        told = {"state": task.state, "phase": task.doing, "share": task.share}
        if not isinstance(made := task.result, Exported):
            return {**told, "message": task.message, "file": "", "folder": "", "made": None}
        compared = {"message": made.compared.sentence, "made": _told(made.compared)}
        return {**told, **compared, "file": made.file, "folder": made.folder}

    def on_version_export_stop(self, payload: Payload) -> object:
        self._jobs.tasks.stop(payload.name("job"))
        return None

    def on_version_push_start(self, payload: Payload) -> object:
        if not payload.flag("confirmed"):
            raise InputError("Say first that you may share it under this licence.")
        licence = checked_text(payload.text("licence"), "licence", most=100)
        parcel = Parcel(
            self._casting.base_model, payload.whole("number"), payload.name("repository"), payload.name("form"),
            payload.name("dtype"), licence, payload.flag("public"), payload.flag("anyway"),
        )  # fmt: skip
        return {"job": self._publishing.start(parcel)}

    def on_version_push_state(self, payload: Payload) -> object:
        task = self._publishing.tasks.get(payload.name("job"))
        told = {"state": task.state, "phase": task.doing, "share": task.share}
        if not isinstance(made := task.result, Published):
            return {**told, "message": task.message, "address": "", "made": None}
        address = made.push.address if made.push else ""
        return {**told, "message": made.sentence, "address": address, "made": _told(made.compared)}

    def on_version_push_stop(self, payload: Payload) -> object:
        self._publishing.tasks.stop(payload.name("job"))
        return None


def _told(made: Compared) -> dict[str, object]:
    export = made.export
    lines = [asdict(line) for line in made.lines]
    words = {"form": FORMS[export.form].label if export.form in FORMS else export.form, "created": export.created}
    return {**words, "id": export.id, "dtype": export.dtype, "sentence": made.sentence, "lines": lines}
