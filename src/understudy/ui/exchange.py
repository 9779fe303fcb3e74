"""What the page may ask about files that come in and go out: look, try, import, undo, export, fetch.

A file is named by the id of its transfer, never by a path. How it is read is settled anew from each request, so that
there is no state to keep in step between a page and this program.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from understudy.errors import InputError
from understudy.playground.bringing import look
from understudy.playground.exports import HOLDS, LABELS, Written
from understudy.playground.look_view import FIELDS, READ_AS, batch_of, look_of
from understudy.playground.sending import OUTPUTS
from understudy.playground.transfers import MOST_BYTES
from understudy.ui.payload import Payload

if TYPE_CHECKING:
    from understudy.playground.bringing import Bringing, Look
    from understudy.playground.playground import Playground

TOLD_FAULTS = 50
"""Faults that a page shows in words; the file of faulty rows has all of them."""


class ExchangeHandlers:
    """The requests of the dialogs "Import a file" and "Export this view"."""

    def __init__(self, playground: Playground) -> None:
        self._imports, self._exports, self._transfers = playground.imports, playground.exports, playground.transfers

    # -- in ------------------------------------------------------------------------------------------------------

    def on_imports(self, payload: Payload) -> object:
        """What may be chosen, and the newest imports, to take one back."""
        earlier = [asdict(batch_of(batch)) for batch in self._imports.earlier()]
        return {"most": MOST_BYTES, "formats": READ_AS, "fields": FIELDS, "earlier": earlier}

    def on_import_look(self, payload: Payload) -> object:
        return asdict(look_of(self._look(payload)))

    def on_import_start(self, payload: Payload) -> object:
        """Begin to import, or with the flag `dry` only to count; faulty rows go into a file of their own."""
        looked, dry = self._look(payload), payload.flag("dry")
        state = "approved" if payload.flag("approved") else "waiting"
        faults = self._transfers.add(f"faulty {looked.path.stem}.jsonl")
        job = self._imports.start(looked, state=state, dry_run=dry, faults=faults.path)  # type: ignore[arg-type]
        return {"job": job, "faults": faults.id}

    def on_import_state(self, payload: Payload) -> object:
        return _job(self._imports.get(payload.name("job")))

    def on_import_stop(self, payload: Payload) -> object:
        self._imports.stop(payload.name("job"))
        return None

    def on_import_undo(self, payload: Payload) -> object:
        """Take an import back, or with the flag `back` bring it back again."""
        move = self._imports.redo if payload.optional_flag("back") else self._imports.undo
        return {"lines": move(payload.name("batch"))}

    def on_transfers_drop(self, payload: Payload) -> object:
        """Files that the page needs no more."""
        for id in payload.names("files", most=32):
            self._transfers.drop(id)
        return None

    # -- out -----------------------------------------------------------------------------------------------------

    def on_export_formats(self, payload: Payload) -> object:
        return [{"name": name, "label": LABELS[name], "words": HOLDS[OUTPUTS[name]]} for name in LABELS]

    def on_export_start(self, payload: Payload) -> object:
        split, synthetic = (bool(payload.optional_flag(name)) for name in ("split", "synthetic"))
        wanted = (payload.mapping("filter"), payload.name("format"), payload.text("licence"))
        return {"job": self._exports.start(*wanted, split=split, synthetic=synthetic)}

    def on_export_state(self, payload: Payload) -> object:
        task = self._exports.tasks.get(payload.name("job"))
        told = {"state": task.state, "share": task.share}
        if not isinstance(made := task.result, Written):
            return {**told, "message": task.message, "file": "", "eval": "", "card": ""}
        return {**told, "message": made.sentence, "file": made.file, "eval": made.eval, "card": made.card}

    def on_export_stop(self, payload: Payload) -> object:
        self._exports.tasks.stop(payload.name("job"))
        return None

    # -- what the methods above share ----------------------------------------------------------------------------

    def _look(self, payload: Payload) -> Look:
        path = self._transfers.get(payload.name("file")).path
        try:
            return look(path, payload.name("format"), payload.named("mapping"), payload.text("encoding", ""))
        except InputError as error:
            raise InputError(str(error).replace(str(path), path.name)) from error  # a page needs no path of ours


def _job(job: Bringing) -> dict[str, object]:
    done = job.done
    faults = [fault.removeprefix(f"{job.source}, ") for fault in done.faults[:TOLD_FAULTS]]
    counts = {"new": done.added + done.kept, "known": done.known, "faulty": done.faulty, "batch": done.batch}
    return {"state": job.state, "share": job.share, "message": job.message, "faults": faults, **counts}
