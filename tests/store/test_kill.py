"""kill -9 at random moments: whatever a call confirmed is there afterwards, and the file is whole."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest

from understudy.store import Store
from understudy.types import FinishReason, Sampling, Usage

KILLS = 50
LONGEST_S = 0.12

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and fork are not there"),
]


def write_until_killed(path: Path, said: int) -> None:
    """Write all kinds of rows; a line goes to `said` only after the call has returned."""

    def confirm(kind: str, row_id: str, text: str) -> None:
        os.write(said, (json.dumps([kind, row_id, text]) + "\n").encode())

    store = Store.open(path)
    confirm("open", "", "")
    while True:
        word = f"word{random.getrandbits(64)}"
        conversation = store.conversations.add(word)
        confirm("conversation", conversation.id, word)
        turn = store.turns.add(conversation.id, word)
        confirm("turn", turn.id, word)
        answers = [store.completions.add(turn.id, place, "m", 0, "base", Sampling()).id for place in range(2)]
        for answer in answers:
            store.completions.save_text(answer, f"{word} partial")
            confirm("partial", answer, f"{word} partial")
            store.completions.finish(answer, f"{word} partial whole", FinishReason.STOP, Usage())
            confirm("completion", answer, f"{word} partial whole")
        confirm("rating", store.ratings.add(answers[0], True, comment=word).id, word)
        confirm("correction", store.corrections.add(answers[0], f"{word} better").id, f"{word} better")
        confirm("preference", store.preferences.add_choice(turn.id, answers[0], [answers[1]])[0].id, answers[0])


def confirmed_until_killed(path: Path, *, while_opening: bool) -> list[list[str]]:
    """Start a writer, kill it at a random moment of opening or of writing, return what it had confirmed."""
    heard, said = os.pipe()
    child = multiprocessing.get_context("fork").Process(target=write_until_killed, args=(path, said))
    child.start()
    os.close(said)
    assert child.pid is not None
    lines = os.fdopen(heard, encoding="utf-8")
    if not while_opening:
        assert lines.readline(), "the writer could not open the store"
    time.sleep(random.uniform(0.0, 0.02 if while_opening else LONGEST_S))
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    assert child.exitcode == -signal.SIGKILL, "the writer failed before it was killed"
    with lines:
        said_lines = [json.loads(line) for line in lines if line.endswith("\n")]
    return [entry for entry in said_lines if entry[0] != "open"]


def test_everything_confirmed_outlives_a_kill_at_any_moment(path: Path) -> None:
    confirmed = [entry for kill in range(KILLS) for entry in confirmed_until_killed(path, while_opening=kill % 5 == 0)]
    kinds = {kind for kind, _, _ in confirmed}
    assert kinds == {"conversation", "turn", "partial", "completion", "rating", "correction", "preference"}
    with Store.open(path) as store:
        assert store.check() == []
        assert not store._connections.rows("SELECT id FROM completions WHERE finish IS NULL")
        columns = {
            "conversation": "SELECT title AS text FROM conversations WHERE id = ?",
            "turn": "SELECT text FROM turns WHERE id = ?",
            "partial": "SELECT text FROM completions WHERE id = ?",
            "completion": "SELECT text FROM completions WHERE id = ? AND finish = 'stop'",
            "rating": "SELECT comment AS text FROM ratings WHERE id = ?",
            "correction": "SELECT text FROM corrections WHERE id = ?",
            "preference": "SELECT a AS text FROM preferences WHERE id = ?",
        }
        for kind, row_id, text in confirmed:
            row = store._connections.row(columns[kind], [row_id])
            assert row is not None, f"{kind} {row_id} was confirmed and is gone"
            assert row["text"].startswith(text) if kind == "partial" else row["text"] == text
