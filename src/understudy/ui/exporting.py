"""What the page may ask about a version that leaves for another program: forms, an export, how it answered there."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from understudy.playground.export_jobs import Order
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
        job = self._jobs.get(payload.name("job"))
        told = {"state": job.state, "phase": job.phase, "share": job.share, "message": job.message}
        made = _told(job.compared) if job.compared and job.state == "done" else None
        return {**told, "file": job.file, "folder": job.folder, "made": made}

    def on_version_export_stop(self, payload: Payload) -> object:
        self._jobs.stop(payload.name("job"))
        return None


def _told(made: Compared) -> dict[str, object]:
    export = made.export
    lines = [asdict(line) for line in made.lines]
    words = {"form": FORMS[export.form].label if export.form in FORMS else export.form, "created": export.created}
    return {**words, "id": export.id, "dtype": export.dtype, "sentence": made.sentence, "lines": lines}
