"""From a Space's store to lines, and from lines into another store: the same facts, once, however often."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.conftest import Exchange, answered, exchange
from understudy.playground.journal import Journal
from understudy.playground.pulling import pull, restore
from understudy.store import Filter, Store, connections


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LASTING", "OFF")


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "space.db") as store:
        yield store


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "here.db") as store:
        yield store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "feedback"


def said(store: Store) -> set[tuple[object, ...]]:
    """What stands about answers, whoever reads it."""
    shown = store.items.each(Filter())
    return {(i.kind, i.fact, i.question, i.answer, i.said, i.label, i.author, i.created) for i in shown}


def talk(space: Store) -> Exchange:
    """Two questions, the second after an answer to the first; a thumb, a correction and a vote about the second."""
    first = exchange(space)
    turn = space.turns.add(first.conversation, "And of Spain?", parent=first.b)
    a, b = answered(space, turn.id, "Sevilla."), answered(space, turn.id, "Madrid.", 1)
    space.ratings.add(a, False, ("Wrong",), "no", author="ada")
    space.corrections.add(a, "It is Madrid.", author="ada", tags=("spain",))
    space.preferences.add_choice(turn.id, b, [a], "a", author="bob")
    return Exchange(first.conversation, turn.id, a, b)


def test_every_kind_of_fact_arrives_once_with_what_it_is_about_and_waits(
    space: Store, here: Store, folder: Path
) -> None:
    journal = Journal(space, folder)
    told = talk(space)
    assert journal.write() == 3 and space.outbox.next() == []
    pulled = pull(here, folder, "ada/feedback")
    assert said(here) == said(space) and len(said(here)) == 3
    assert {item.state for item in here.items.each(Filter())} == {"waiting"} and here.corrections.lessons() == []
    (lesson,) = here.corrections.lessons("waiting")
    assert (lesson.question, lesson.original, lesson.wanted) == ("And of Spain?", "Sevilla.", "It is Madrid.")
    assert here.turns.get(told.turn).parent == space.turns.get(told.turn).parent, "what led to it is there"
    assert here.conversations.list() == [] and pulled.brought.added == 4 and pulled.faulty == 0
    assert here.batches.list()[0].source == "ada · feedback"
    again = pull(here, folder, "ada/feedback")
    assert again.brought.added == 0 and said(here) == said(space) and len(here.batches.list()) == 1
    assert here.check() == []


def test_nothing_that_no_fact_is_about_is_written_down(space: Store, folder: Path) -> None:
    journal = Journal(space, folder)
    told = exchange(space, "Asked in confidence", title="A secret title")
    asked = space.turns.add(told.conversation, "Another branch")
    answered(space, asked.id, "Said beside it")
    space.ratings.add(told.a, True)
    journal.write()
    (file,) = folder.iterdir()
    text = file.read_text()
    assert "Asked in confidence" in text and "It is Lyon." in text
    for private in ("A secret title", "Another branch", "Said beside it", "Paris, I think.", "<prompt>"):
        assert private not in text


def test_what_was_decided_later_counts_and_only_what_is_new_comes_with_the_next_pull(
    space: Store, here: Store, folder: Path
) -> None:
    journal = Journal(space, folder)
    told = talk(space)
    journal.write()
    space.corrections.set_state(space.corrections.latest([told.a])[told.a].id, "approved")
    space.corrections.add(told.b, "Madrid, of course.", author="bob")
    journal.write()
    restored = restore(here, folder, "x/y", folder / "none")
    assert [(lesson.wanted, lesson.state) for lesson in here.corrections.lessons(None)] == [
        ("It is Madrid.", "approved"),
        ("Madrid, of course.", "waiting"),
    ], "a Space that starts again has what its curators decided"
    space.ratings.add(told.b, True, author="eve")
    journal.write()
    assert pull(here, folder, "x/y").brought.added == 1 and restored.brought.added == 5
    assert said(here) == said(space)


def test_what_was_deleted_stays_away_and_leaves_where_it_had_been_brought(
    space: Store, here: Store, folder: Path
) -> None:
    journal = Journal(space, folder)
    told, other = talk(space), exchange(space, "Another", title="Other")
    space.ratings.add(other.a, True)
    journal.write()
    pull(here, folder, "x/y")
    space.conversations.delete(told.conversation)
    journal.write()
    assert pull(here, folder, "x/y").removed == 1
    assert {item[2] for item in said(here)} == {"Another"} == {item[2] for item in said(space)}
    space.conversations.restore(told.conversation)
    journal.write()
    assert pull(here, folder, "x/y").removed == 0
    space.conversations.delete(told.conversation)
    space.conversations.purge(0)
    journal.write()
    (file,) = folder.iterdir()
    assert "Spain" not in file.read_text() and "Another" in file.read_text() and journal.purged
    with Store.open(folder.parent / "third.db") as third:
        assert pull(third, folder, "x/y").brought.added == 2 and {item[2] for item in said(third)} == {"Another"}


def test_a_kill_between_writing_and_forgetting_says_the_same_twice(
    space: Store, here: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(space, folder)
    talk(space)
    with monkeypatch.context() as patch:
        patch.setattr(space.outbox, "take_out", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            journal.write()
    Journal(space, folder).write()
    (file,) = folder.iterdir()
    assert len(file.read_text().splitlines()) == 6
    assert pull(here, folder, "x/y").brought.added == 4 and said(here) == said(space)


def test_two_replicas_write_files_of_their_own_and_a_store_that_nobody_copies_writes_nothing(
    space: Store, here: Store, folder: Path, tmp_path: Path
) -> None:
    talk(here)
    assert here.outbox.next() == []
    with Store.open(tmp_path / "second.db") as second:
        journals = [Journal(store, folder) for store in (space, second)]
        for store, journal in zip((space, second), journals, strict=True):
            talk(store)
            journal.write()
        assert len(list(folder.iterdir())) == 2 and journals[0].replica == Journal(space, folder).replica
        assert pull(here, folder, "x/y").brought.added == 8
        assert said(space) | said(second) <= said(here)
        assert here.outbox.next() == [], "what is brought back must not be written down once more"


HOSTILE = [
    b"{",
    b'{"format": 1}',
    b'{"format": 2, "at": "", "kind": "ratings", "conversation": "c", "rows": {}}',
    b'{"format": 1, "at": {}, "kind": "ratings", "conversation": "c", "rows": {"ratings": [{"id": 5}]}}',
    b'{"format": 1, "at": "", "kind": "versions", "conversation": "c", "rows": {"versions": [{"id": "v"}]}}',
    b'{"format": 1, "at": "", "kind": "ratings", "conversation": "c", "rows": {"ratings": [{"id": "r"}]}}',
    b'{"format": 1, "at": "", "kind": "ratings", "conversation": "c", "rows": 7}',
    b"[" * 100_000,
    b"\xff\xfe",
]


def test_lines_that_are_no_facts_are_counted_and_do_nothing(space: Store, here: Store, folder: Path) -> None:
    journal = Journal(space, folder)
    talk(space)
    journal.write()
    (file,) = folder.iterdir()
    good = file.read_bytes().splitlines()
    (folder / "evil.jsonl").write_bytes(b"\n".join(HOSTILE) + b"\n")
    pulled = pull(here, folder, "x/y")
    assert pulled.faulty == len(HOSTILE) and said(here) == said(space) and len(good) == 3


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("ratings", "reasons", "5"),
        ("ratings", "created", "yesterday"),
        ("ratings", "id", "x" * 65),
        ("ratings", "completion", "nobody"),
        ("ratings", "label", "yes"),
        ("ratings", "comment", "\x00"),
        ("ratings", "state", "sold"),
        ("turns", "parent", "nobody"),
        ("turns", "text", {"a": 1}),
        ("completions", "usage", '{"total_ms": "now"}'),
        ("completions", "sampling", '{"colour": 1}'),
        ("conversations", "columns", "{"),
        ("conversations", "blind", 2**70),
    ],
)
def test_a_fact_with_a_value_that_would_harm_its_readers_is_refused_as_a_whole(
    space: Store, here: Store, folder: Path, table: str, column: str, value: object
) -> None:
    journal = Journal(space, folder)
    space.ratings.add(exchange(space).a, True)
    journal.write()
    (file,) = folder.iterdir()
    line = json.loads(file.read_text())
    line["rows"][table][0][column] = value
    file.write_text(json.dumps(line) + "\n")
    pulled = pull(here, folder, "x/y")
    assert pulled.faulty == 1 and pulled.brought.added == 0 and said(here) == set() and here.check() == []


def test_a_column_that_this_program_does_not_know_is_left_away(space: Store, here: Store, folder: Path) -> None:
    journal = Journal(space, folder)
    space.ratings.add(exchange(space).a, True)
    journal.write()
    (file,) = folder.iterdir()
    line = json.loads(file.read_text())
    line["rows"]["ratings"][0]["id) VALUES (1); DROP TABLE ratings; --"] = "x"
    file.write_text(json.dumps(line) + "\n")
    assert pull(here, folder, "x/y").brought.added == 2 and said(here) == said(space)
