"""What the page may ask about a version that leaves for another program: forms, an export, how it answered there."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from understudy.playground.export_jobs import Exported, Order
from understudy.playground.exporting import DTYPES, FORMS
from understudy.playground.limits import checked_text
from understudy.ui.payload import Payload

if TYPE_CHECKING:
    from understudy.playground.exporting import Compared
    from understudy.playground.playground import Playground

EARLIER = 5
"""Exports of a version that a page shows; the command line lists all."""


class ExportingHandlers:
    """The requests of the dialog "Export a version"."""

    def __init__(self, playground: Playground) -> None:
        self._casting = playground.casting
        self._exports, self._jobs = playground.version_exports, playground.export_jobs

    def on_version_exports(self, payload: Payload) -> object:
        """What may be chosen, and how the newest exports of this version answered."""
        earlier = self._exports.earlier(self._casting.base_model, payload.whole("number"))
        forms = [{"name": name, "label": form.label, "words": form.words} for name, form in FORMS.items()]
        return {"forms": forms, "dtypes": DTYPES, "earlier": [_told(made) for made in earlier[:EARLIER]]}

    def on_version_export_start(self, payload: Payload) -> object:
        licence = checked_text(payload.text("licence", ""), "licence", empty=True, most=100)
        order = Order(
            self._casting.base_model, payload.whole("number"), payload.name("form"), payload.name("dtype"), licence,
            payload.flag("download"),
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


def _told(made: Compared) -> dict[str, object]:
    export = made.export
    lines = [asdict(line) for line in made.lines]
    words = {"form": FORMS[export.form].label if export.form in FORMS else export.form, "created": export.created}
    return {**words, "id": export.id, "dtype": export.dtype, "sentence": made.sentence, "lines": lines}
