"""Files come in as they were meant: looked at first, tried, told, stopped and taken back; hostile ones do nothing."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.conftest import exchange as talked
from understudy.dataset.files import FileKind
from understudy.dataset.jsonl import dump_lines
from understudy.errors import Cancelled, InputError, StoreError
from understudy.playground import bringing
from understudy.playground.bringing import Imports, bring, look, mapping_of, words
from understudy.playground.exchange import Imported
from understudy.store import Filter, Item, Store, connections

RATED = [
    {"frage": "Who?", "said": "Nobody.", "stars": 1, "why": "=wrong", "who": "Ada", "area": "people", "id": 1},
    {"frage": "Who?", "said": "Nobody.", "stars": 5, "why": "fine", "who": "Bob", "area": "people", "id": 2},
]
MEANT = {"prompt": "frage", "answer": "said", "rating": "stars", "comment": "why", "author": "who", "topic": "area"}


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LASTING", "OFF")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "understudy.db") as opened:
        yield opened


def written(folder: Path, rows: list[dict[str, Any]] | bytes, name: str = "rows.jsonl") -> Path:
    path = folder / name
    path.write_bytes(rows if isinstance(rows, bytes) else dump_lines(rows))
    return path


def items(store: Store) -> list[Item]:
    return list(store.items.each(Filter()))


def test_rows_with_foreign_columns_are_ratings_that_wait_with_all_they_say(store: Store, tmp_path: Path) -> None:
    looked = look(written(tmp_path, RATED), mapping=MEANT)
    assert looked.columns == ("frage", "said", "stars", "why", "who", "area", "id") and looked.meant == MEANT
    assert bring(store, "starter", looked).added == 2
    bad, good = items(store)
    assert (bad.kind, bad.label, bad.said, bad.author, bad.topic) == ("rating", "bad", "=wrong", "Ada", "people")
    assert (good.label, good.state, good.question, good.answer) == ("good", "waiting", "Who?", "Nobody.")
    assert store.ratings.standing() == [], "nothing is learned from before somebody approves it"
    assert store.conversations.list() == [] == store.conversations.list("Nobody"), "an import is no chat"


def test_what_a_correction_says_beside_its_texts_is_with_its_item(store: Store, tmp_path: Path) -> None:
    row = {"prompt": "q", "answer": "no", "correction": "yes", "comment": "see page 3", "tags": "a; b", "topic": "t"}
    bring(store, "starter", look(written(tmp_path, [{**row, "date": "2024-05-06", "model": "old"}])), state="approved")
    (item,) = items(store)
    assert (item.note, item.topic, item.tags, item.model) == ("see page 3", "t", ("a", "b"), "old")
    (lesson,) = store.corrections.lessons()
    assert (lesson.original, lesson.wanted, lesson.created) == ("no", "yes", "2024-05-06T00:00:00.000000Z")


def test_a_dry_run_counts_and_writes_nothing(store: Store, tmp_path: Path) -> None:
    bring(store, "starter", look(written(tmp_path, RATED[:1]), mapping=MEANT))
    data = dump_lines(RATED) + b"{\n" + dump_lines([{"frage": "", "said": "x"}])
    looked = look(written(tmp_path, data), mapping=MEANT)
    before = store.info()["counts"]
    tried = bring(store, "starter", looked, dry_run=True)
    assert (tried.added, tried.known, tried.faulty, tried.batch) == (1, 1, 2, "")
    assert [fault.split(":")[0] for fault in tried.faults] == ["rows.jsonl, line 3", "rows.jsonl, line 4"]
    assert store.info()["counts"] == before and len(store.batches.list()) == 1
    done = bring(store, "starter", looked)
    assert (done.added, done.known, done.faulty) == (1, 1, 2)


def test_a_person_sees_what_the_first_rows_become(tmp_path: Path) -> None:
    looked = look(written(tmp_path, b'{"prompt": "q", "completion": "a"}\n[]\n{"x": 1}\n{"y": 2}\n'), "openai-sft")
    assert [made if isinstance(made, str) else made.wanted for _, made in looked.first][1:] == [
        "it is JSON, but no object in curly brackets",
        "It is no line of format chat. Choose another format, or auto.",
        "It is no line of format chat. Choose another format, or auto.",
    ]
    auto = look(written(tmp_path, b'{"prompt": "q", "completion": "a"}\n'))
    assert auto.formats == ("completion",) and auto.meant == {}


def test_faulty_rows_are_saved_to_a_file_that_can_be_corrected(store: Store, tmp_path: Path) -> None:
    data = b'{"prompt": "q", "completion": "a"}\n{"prompt": \n{"text": "x"}\n\xff\n'
    looked, saved = look(written(tmp_path, data)), tmp_path / "faults.jsonl"
    done = bring(store, "starter", looked, faults=saved)
    rows = [json.loads(line) for line in saved.read_text().splitlines()]
    assert done.faulty == 3 and [row["line"] for row in rows] == [2, 3, 4]
    assert rows[0]["text"] == '{"prompt": ' and rows[1]["row"] == {"text": "x"} and rows[2]["text"] == "\\xff"
    with pytest.raises(InputError, match="not there yet"):
        bring(store, "starter", looked, faults=saved)


def test_an_import_is_taken_back_as_one_and_brought_back(store: Store, tmp_path: Path) -> None:
    kept = talked(store)
    store.ratings.add(kept.a, True)
    looked = look(written(tmp_path, RATED), mapping=MEANT)
    done = bring(store, "starter", looked)
    assert store.batches.undo(done.batch) == 2
    assert [item.completion for item in items(store)] == [kept.a]
    assert bring(store, "starter", looked, dry_run=True).added == 2, "what was taken back may come again"
    assert store.batches.redo(done.batch) == 2 and len(items(store)) == 3
    with pytest.raises(InputError, match="never taken back"):
        store.batches.redo(done.batch)


def test_an_import_is_stopped_after_what_is_written_and_begun_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "AT_ONCE", 10)
    rows = [{"prompt": f"q{n}", "completion": f"a{n}"} for n in range(40)]
    looked = look(written(tmp_path, rows))
    heard: list[int] = []

    def stop(done: Imported, share: float) -> bool:
        heard.append(done.added)
        return done.added < 11

    done = bring(store, "starter", looked, on_progress=stop)
    assert done.stopped and heard == [1, 11] and "Stopped" in words(done)
    assert store.batches.get(done.batch).finished is None and store.batches.get(done.batch).counts["added"] == 11
    again = bring(store, "starter", looked)
    assert (again.added, again.known) == (29, 11) and store.batches.get(again.batch).finished is not None
    assert [item.question for item in items(store)] == [f"q{n}" for n in range(40)]


def test_long_rows_are_written_a_few_at_a_time(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bringing, "MOST_AT_ONCE", 1_000)
    looked = look(written(tmp_path, [{"prompt": f"q{n}", "completion": "a" * 600} for n in range(6)]))
    heard: list[int] = []
    bring(store, "starter", looked, on_progress=lambda done, _: not heard.append(done.added))  # type: ignore[func-returns-value]
    assert heard == [2, 4, 6, 6]


def test_a_page_watches_an_import_stops_it_and_takes_it_back(store: Store, tmp_path: Path) -> None:
    imports = Imports(store, lambda: "starter")
    job = imports.start(look(written(tmp_path, RATED), mapping=MEANT))
    ended = ending(imports, job)
    assert (ended.state, ended.message) == ("done", "2 new, 0 here already.")
    assert imports.undo(ended.done.batch) == 2
    looked = look(written(tmp_path, RATED), mapping=MEANT)
    looked.path.unlink()
    failed = ending(imports, imports.start(looked))
    assert failed.state == "failed" and "cannot be read" in failed.message


def test_an_import_that_a_page_stops_keeps_what_came_in_and_says_so(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "AT_ONCE", 1)
    imports = Imports(store, lambda: "starter")
    job = imports.start(look(written(tmp_path, [{"prompt": f"q{n}", "completion": "a"} for n in range(500)])))
    imports.stop(job)
    ended = ending(imports, job)
    assert ended.state == "stopped" and ended.message.endswith("Stopped: begin again to go on.")
    assert ended.done.added == len(items(store)) < 500 and imports.undo(ended.done.batch) == ended.done.added


def ending(imports: Imports, job: str) -> bringing.Bringing:
    deadline = time.monotonic() + 60
    while imports.get(job).state == "running" and time.monotonic() < deadline:
        time.sleep(0.01)
    return imports.get(job)


def test_a_mapping_is_typed_as_it_is_meant_and_wrong_names_are_told(tmp_path: Path) -> None:
    assert mapping_of("prompt=frage, rating = stars,topic=") == {"prompt": "frage", "rating": "stars", "topic": ""}
    path = written(tmp_path, RATED)
    for mapping, told in ({"prompt": "fragen"}, "no column 'fragen'"), ({"promt": "frage"}, "no field 'promt'"):
        with pytest.raises(InputError, match=told):
            look(path, mapping=mapping)
    with pytest.raises(InputError, match="maps nothing"):
        mapping_of("prompt")
    with pytest.raises(InputError, match="no format"):
        look(path, "openai")


# -- another person's store -----------------------------------------------------------------------------------------


def test_two_people_s_stores_merge_any_number_of_times_in_any_order(store: Store, tmp_path: Path) -> None:
    with Store.open(tmp_path / "other.db") as other:
        talk = talked(other)
        other.corrections.add(talk.a, "Paris.")
        other.ratings.add(talk.b, False, ["Wrong"], "no", author="Ada")
        other.preferences.add_choice(talk.turn, talk.b, [talk.a])
        bring(other, "starter", look(written(tmp_path, RATED), mapping=MEANT))
        (first, *_) = items(other)
    bring(store, "starter", look(written(tmp_path, RATED[:1]), mapping=MEANT))
    looked = look(tmp_path / "other.db")
    assert looked.kind is FileKind.STORE
    tried = bring(store, "starter", looked, dry_run=True)
    assert len(items(store)) == 1
    done = bring(store, "starter", looked)
    assert done.added == tried.added > 0 and store.check() == []
    found = {item.fact: item for item in items(store)}
    assert len(found) == 1 + 3 + 1, "the row that both had came once"
    assert found[first.fact].state == "waiting" and store.corrections.lessons() == []
    again = bring(store, "starter", looked)
    assert again.added == 0 and len(items(store)) == 5
    assert store.batches.undo(done.batch) > 0 and len(items(store)) == 1


def test_what_taught_somebodys_own_understudy_elsewhere_teaches_nobody_here(store: Store, tmp_path: Path) -> None:
    with Store.open(tmp_path / "other.db") as other:
        answer = talked(other).a
        other.corrections.set_state(other.corrections.add(answer, "Paris.", "ann", person="ann").id, "approved")
    store.understudies.set_active("ann", True)
    bring(store, "starter", look(tmp_path / "other.db"))
    assert store.corrections.lessons(None, "ann") == []
    assert [lesson.person for lesson in store.corrections.lessons(None, None)] == ["ann (elsewhere)"]
    assert store.items.facets()["persons"] == {"ann (elsewhere)": 1}


def test_feedback_that_came_to_a_merged_conversation_later_comes_too(store: Store, tmp_path: Path) -> None:
    with Store.open(tmp_path / "other.db") as other:
        talk = talked(other)
        other.corrections.add(talk.a, "Paris.")
        bring(store, "starter", look(tmp_path / "other.db"), state="approved")
        other.corrections.add(talk.a, "Paris, of course.")
    bring(store, "starter", look(tmp_path / "other.db"))
    assert [c.text for c in store.corrections.history(talk.a)] == ["Paris.", "Paris, of course."]


def test_a_merge_that_is_stopped_brings_nothing(store: Store, tmp_path: Path) -> None:
    with Store.open(tmp_path / "other.db") as other:
        talked(other)
    with pytest.raises(Cancelled, match="Nothing"):
        bring(store, "starter", look(tmp_path / "other.db"), on_progress=lambda *_: False)
    assert store.batches.list() == [] and store.info()["counts"]["conversations"] == 0  # type: ignore[index]


TRIGGER = "CREATE TRIGGER trap AFTER UPDATE ON completions BEGIN DELETE FROM ratings; END"


@pytest.mark.parametrize("trap", ["CREATE TABLE turns (id)", "CREATE VIEW corrections AS SELECT 1", TRIGGER, ""])
def test_a_database_that_is_no_store_is_refused_and_stays_as_it_is(store: Store, tmp_path: Path, trap: str) -> None:
    path = tmp_path / "foreign.db"
    if trap.startswith("CREATE TRIGGER"):
        Store.open(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(trap or "CREATE TABLE turns (id)")
        db.execute(f"PRAGMA application_id = {0 if not trap else 0x554E4452}")
        db.commit()
    before = path.read_bytes()
    with pytest.raises(StoreError):
        bring(store, "starter", look(path))
    assert path.read_bytes() == before and store.batches.list() == [] and store.check() == []


# -- hostile rows ---------------------------------------------------------------------------------------------------

NASTY = [
    b'{"prompt": "<script>alert(1)</script>", "completion": "<img src=x onerror=alert(1)>"}',
    b'{"prompt": "\'); DROP TABLE turns; --", "completion": "../../etc/passwd"}',
    b'{"prompt": "=HYPERLINK(\\"http://x\\")", "completion": "@SUM(1)"}',
    b'{"prompt": "\\ud800", "completion": "x"}',
    b'{"prompt": "a\\u0000b", "completion": "x"}',
    b'{"prompt": "\\u202egnp", "completion": "\\u001b]0;owned\\u0007"}',
    b'{"prompt": null, "completion": null}',
    b'{"prompt": {"a": null}, "completion": [null]}',
    b'{"prompt": "x", "completion": ""}',
    b'{"prompt": 1e400, "completion": "x"}',
    b'{"messages": [null, {"role": null}]}',
    b'{"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y", "weight": "1"}]}',
    b'{"__proto__": {"a": 1}, "prompt": "x", "completion": "y"}',
    b'{"prompt": "x", "prompt": "y", "completion": "z"}',
    b"\xff\xfe\x00",
    b"null",
]


def test_a_corpus_of_nasty_lines_is_text_or_a_fault_and_all_of_it_is_counted(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path, b"\xef\xbb\xbf" + b"\r\n".join([b'{"prompt": "q", "completion": "a"}', *NASTY]))
    done = bring(store, "starter", look(path))
    assert done.lines == 1 + len(NASTY) and done.added + done.kept + done.faulty == done.lines
    assert store.check() == [] and {path.name for path in tmp_path.iterdir()} <= {
        "rows.jsonl",
        "understudy.db",
        "understudy.db-wal",
        "understudy.db-shm",
    }
    texts = [item.question for item in items(store)]
    assert "<script>alert(1)</script>" in texts and "'); DROP TABLE turns; --" in texts
    assert bring(store, "starter", look(path)).known == done.added + done.kept


plain = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text())
inside = st.one_of(st.lists(plain, max_size=3), st.dictionaries(st.text(max_size=4), plain, max_size=3))
anything = st.one_of(plain, inside, st.lists(inside, max_size=2))
KEYS = (
    *("prompt", "completion", "answer", "correction", "chosen", "rejected", "label", "rating", "comment", "author"),
    *("topic", "tags", "date", "model", "history", "other", "system", "messages", "conversations", "instruction"),
    *("output", "input", "x"),
)
keys = st.sampled_from(KEYS)


@given(st.lists(st.dictionaries(keys, anything, min_size=1, max_size=6), min_size=1, max_size=6))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_row_holds_is_brought_in_once_or_told(
    store: Store, tmp_path: Path, rows: list[dict[str, Any]]
) -> None:
    for batch in store.batches.list():
        if batch.undone is None:
            store.batches.undo(batch.id)
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    looked = look(path)
    done = bring(store, "starter", looked)
    assert done.lines == len(rows)
    again = bring(store, "starter", looked)
    assert (again.added, again.kept, again.known) == (0, 0, done.added + done.kept)
