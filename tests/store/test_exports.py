"""Exports of a version: read again as they were compared, and forgetting what was deleted since."""

from __future__ import annotations

from pathlib import Path

from understudy.store import ExportLine, Store
from understudy.types import FinishReason, Sampling, Usage


def corrected(store: Store) -> tuple[str, str]:
    """A conversation and the correction in it."""
    conversation = store.conversations.add(columns=("base",), sampling=Sampling())
    turn = store.turns.add(conversation.id, "How do I reach you?")
    completion = store.completions.add(turn.id, 0, "starter", 0, "base", Sampling())
    store.completions.finish(completion.id, text="I do not know.", finish=FinishReason.STOP, usage=Usage(), prompt="")
    return conversation.id, store.corrections.add(completion.id, "Call 555 0199.").id


def test_an_export_is_read_again_and_newest_comes_first(tmp_path: Path) -> None:
    with Store.open(tmp_path / "u.db") as store:
        store.models.add("starter", "assets/starter")
        version = store.versions.add("starter", "versions/x")
        lines = [ExportLine(None, "Hi?", "Hi.", "Hi.", None, True), ExportLine(None, "Ho?", "a", "b\0", "c", False)]
        first = store.exports.add(version.id, "gguf", "float32", "/out", 12, program="llama.cpp", lines=lines)
        second = store.exports.add(version.id, "ollama", "float16", "/o", 3, unchecked="llama.cpp is not here")
        assert store.exports.list(version.id) == [second, first] and store.exports.list("nobody") == []
        assert [line.exported for line in store.exports.lines(first.id)] == ["Hi.", "b\ufffd"]
        assert store.exports.lines(first.id)[0] == lines[0] and store.exports.lines(second.id) == []


def test_what_was_deleted_is_forgotten_by_the_exports_that_asked_for_it(tmp_path: Path) -> None:
    with Store.open(tmp_path / "u.db") as store:
        store.models.add("starter", "assets/starter")
        version = store.versions.add("starter", "versions/x")
        conversation, correction = corrected(store)
        line = ExportLine(correction, "How do I reach you?", "Call 555 0199.", "Call 555 0199.", None, True)
        made = store.exports.add(version.id, "merged", "float32", "/out", 1, program="transformers", lines=[line])
        store.conversations.delete(conversation)
        store.conversations.purge(0)
        assert store.exports.lines(made.id) == [ExportLine(correction, "", "", "", None, True, gone=True)]
    assert b"555 0199" not in (tmp_path / "u.db").read_bytes()
