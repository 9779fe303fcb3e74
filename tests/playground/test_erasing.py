"""Forgetting a person while the program runs: who is stopped first, what is told, and what lies in folders."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from pathlib import Path

import argon2
import pytest

from tests.ui.stage import build_stage
from understudy.errors import InputError, NotFoundError
from understudy.playground.journal import Journal
from understudy.playground.playground import Playground
from understudy.playground.teaching import Taught
from understudy.types import OWNER, Person

PASSWORD, SECRET = "correct horse battery", "marmalade"
ADA, BEN = Person("ada", "owner"), Person("ben", "curator")


@pytest.fixture
def playground(tmp_path: Path) -> Iterator[Playground]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(argon2, "PasswordHasher", functools.partial(argon2.PasswordHasher, 1, 64, 1))
        made = build_stage(tmp_path)
        for person in (ADA, BEN):
            made.people.add(person.name, person.role, PASSWORD)
        yield made
        made.close()


def asked(playground: Playground, person: Person, text: str) -> str:
    """The first answer of a new conversation."""
    talk = playground.chat.new_conversation(person=person).id
    playground.chat.ask(talk, text, person=person)
    assert playground.chat.wait(talk, 10)
    return playground.chat.open(talk).turns[0].answers[0].id


def left_in(folder: Path, text: str) -> list[str]:
    """The files below `folder` that hold a text."""
    return [str(file) for file in folder.rglob("*") if file.is_file() and text.encode() in file.read_bytes()]


def test_what_goes_is_told_and_then_gone_from_every_file(playground: Playground, tmp_path: Path) -> None:
    playground.own.switch(BEN, True)
    playground.feedback.correct(asked(playground, BEN, f"say {SECRET}"), f"More {SECRET}.", BEN)
    run = playground.learning.start(person="ben")
    folder = tmp_path / "versions" / run
    folder.mkdir(parents=True)
    (folder / "card.json").write_text(SECRET)
    model = playground.casting.base_model
    playground.store.versions.add(model, f"versions/{run}", run=run, person="ben")
    words = playground.erasing.words("BEN")
    assert words.startswith("the account, 1 conversation, 1 correction and 1 version of an understudy of one's own.")
    assert left_in(tmp_path, SECRET)
    assert playground.erasing.forget("BEN") == f"ben is forgotten: {words}"
    assert left_in(tmp_path, SECRET) == [] and not folder.exists()
    assert playground.store.runs.get(run).state == "cancelled"
    assert [line.name for line in playground.people.list()] == ["ada"]
    with pytest.raises(NotFoundError):
        playground.erasing.words("ben")


def test_who_is_forgotten_is_out_at_once_and_their_name_is_free(playground: Playground) -> None:
    token = playground.people.sign_in("ben", PASSWORD, "")
    playground.erasing.forget("ben")
    assert playground.people.who(token) is None
    with pytest.raises(InputError):
        playground.people.sign_in("ben", PASSWORD, "")
    playground.people.add("ben", "visitor", PASSWORD)
    assert playground.chat.conversations(person=Person("ben", "visitor")) == []


def test_an_answer_that_is_being_written_is_stopped_first(playground: Playground) -> None:
    talk = playground.chat.new_conversation(person=BEN).id
    playground.chat.ask(talk, f"say {SECRET} " + "on and on " * 200, person=BEN)
    assert playground.answering.running(talk)
    playground.erasing.forget("ben")
    assert not playground.answering.running(talk)
    assert playground.store.conversations.find(talk) is None


def test_a_run_for_everyone_that_learns_from_it_is_stopped_and_others_go_on(playground: Playground) -> None:
    playground.teach([(1, Taught("Who runs Zorbo?", "Mira runs Zorbo."))], "a test")
    answer = asked(playground, BEN, "say hello")
    playground.feedback.correct(answer, "Good day.", BEN)
    run = playground.learning.start()
    claimed = playground.store.runs.claim(run)
    assert claimed is not None
    worker = threading.Thread(target=_work_until_asked, args=(playground, run))
    worker.start()
    playground.erasing.forget("ben")
    worker.join(10)
    assert playground.store.runs.get(run).state == "cancelled"
    again = playground.store.runs.get(playground.learning.start())
    assert len(again.snapshot["new"]) == 1, "what others taught is still to be learned"


def _work_until_asked(playground: Playground, run: str) -> None:
    while playground.store.runs.beat(run, "learning", 0.5) != "cancel":
        pass
    playground.store.runs.finish(run, "cancelled", "Cancelled. Nothing was changed.")


def test_somebody_from_elsewhere_without_an_account_is_forgotten_by_name(playground: Playground) -> None:
    guest = Person("hub: kim", "visitor")
    asked(playground, guest, f"say {SECRET}")
    assert playground.erasing.forget("hub: kim").startswith("hub: kim is forgotten: 1 conversation. ")
    assert playground.chat.conversations(person=guest) == []


def test_who_cannot_be_forgotten(playground: Playground) -> None:
    asked(playground, ADA, "say hello")
    with pytest.raises(InputError, match="only owner"):
        playground.erasing.forget("ada")
    assert playground.chat.conversations(person=ADA)
    with pytest.raises(InputError, match="person of this machine"):
        playground.erasing.forget("")
    with pytest.raises(NotFoundError, match="'nobody'"):
        playground.erasing.forget("nobody")


def test_what_was_chatted_before_there_were_accounts_is_given_to_an_owner_by_its_person(playground: Playground) -> None:
    asked(playground, OWNER, "say hello")
    assert playground.people.unclaimed() == 1
    with pytest.raises(InputError, match="no owner"):
        playground.people.give("ben")
    with pytest.raises(InputError, match="understudy people give ada"):
        playground.people.give("ada", ADA)
    assert playground.chat.conversations(person=ADA) == []
    assert playground.people.give("ADA") == 1
    assert len(playground.chat.conversations(person=ADA)) == 1 and playground.people.unclaimed() == 0


def test_what_is_written_down_for_elsewhere_forgets_them_and_keeps_what_others_said_there(
    playground: Playground, tmp_path: Path
) -> None:
    folder = tmp_path / "lines"
    journal = Journal(playground.store, folder)
    answer = asked(playground, ADA, "say hello")
    playground.feedback.rate(answer, False, comment="not polite", person=ADA)
    playground.store.ratings.add(answer, True, comment=f"more {SECRET}", author="ben")
    playground.feedback.correct(asked(playground, BEN, f"say {SECRET}"), f"More {SECRET}.", BEN)
    journal.write()
    assert left_in(folder, SECRET) and left_in(folder, "not polite")
    playground.erasing.forget("ben")
    journal.write()
    assert left_in(folder, SECRET) == left_in(folder, '"ben"') == [] and left_in(folder, "not polite")
