"""A Space that loses its disk has what was said; a dataset that is not private, or not there, gets nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fake_hub import FakeHub
from tests.playground.test_pulling import said, talk
from tests.store.conftest import answered
from understudy.cli import main
from understudy.playground.feedback_repo import FeedbackRepo
from understudy.playground.keeping import Keeping
from understudy.playground.pulling import pull
from understudy.store import Edit, Filter, Store

NAME = "ada/feedback"
Run = Callable[..., Store]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """A Space that starts on an empty disk, hears something, and ends; its store, still open."""
    opened: list[Store] = []

    def run(act: Callable[[Store], object], token: str = "hf_ada") -> Store:
        home = tmp_path / str(len(opened))
        store = Store.open(home / "understudy.db")
        opened.append(store)
        keeping = Keeping(store, home, FeedbackRepo(NAME, token), every=60)
        keeping.start()
        act(store)
        keeping.close()
        (home / "log").write_text(keeping.sentence)
        return store

    yield run
    for store in opened:
        store.close()


def sentence(store: Store) -> str:
    return (store.path.parent / "log").read_text()


def test_what_is_said_on_a_space_comes_back_after_its_disk_is_gone_and_goes_up_once(
    run: Run, fake_hub: FakeHub
) -> None:
    first = run(talk)
    repository = fake_hub.get("dataset", NAME)
    assert repository.private and "goes to the new private dataset" in sentence(first)
    first.outbox.listen(False)
    decided = first.corrections.lessons("waiting")[0]
    second = run(lambda store: store.corrections.set_state(decided.id, "approved"))
    assert said(second) == said(first) and "4 conversations and facts came back" in sentence(second)
    third = run(lambda store: None)
    assert [lesson.id for lesson in third.corrections.lessons()] == [decided.id], "what a curator decided came back too"
    lines = [n.count(b"\n") for path, n in sorted(repository.files.items()) if path.startswith("feedback/")]
    assert lines == [3, 1], "what was brought back was not written down again"


def taught(store: Store, question: str, name: str, wanted: str, person: str) -> str:
    """What `name` says it should have said, in a conversation of theirs; the conversation's id."""
    talk = store.conversations.add(person=name)
    turn = store.turns.add(talk.id, question)
    made = store.corrections.add(answered(store, turn.id, "No idea."), wanted, name, person=person)
    store.corrections.set_state(made.id, "approved")
    return talk.id


def test_what_somebody_taught_is_theirs_again_after_the_disk_is_gone_and_nobody_elses(
    run: Run, fake_hub: FakeHub, tmp_path: Path
) -> None:
    talks: dict[str, str] = {}

    def teach(store: Store) -> None:
        for name in ("ann", "bob", "guest 5eed"):
            store.understudies.set_active(name, True)
            talks[name] = taught(store, "What is it?", name, f"It is {name}'s.", name)
        taught(store, "And what else?", "eve", "Something for everyone.", "")
        store.understudies.set_active("mallory", True)
        taught(store, "What is it?", "mallory", "It is mine.", "mallory")
        store.understudies.retire("mallory")
        taught(store, "What is it?", "cleo", "It is taken over.", "cleo")
        store.acts.edit(max(item.number for item in store.items.each(Filter())), Edit(person=""))

    before = run(teach)
    after = run(lambda store: None)

    def known(store: Store, person: str) -> list[str]:
        return [lesson.wanted for lesson in store.corrections.lessons(person=person)]

    for name in ("", "ann", "bob", "eve", "cleo", "mallory", "guest 5eed", "guest 5eee", "ANN", "ann (elsewhere)"):
        assert known(after, name) == known(before, name), name
    assert known(after, "ann") == ["It is ann's.", "Something for everyone.", "It is taken over."]
    assert {found.person for found in after.understudies.list() if found.active} == {"ann", "bob", "guest 5eed"}
    assert {after.conversations.get(talk).person for talk in talks.values()} == {*talks}
    assert after.belongings.of("conversation", [talks["ann"]], "bob") == []
    assert {item.author for item in after.items.each(Filter())} == {
        "ann",
        "bob",
        "guest 5eed",
        "eve",
        "mallory",
        "cleo",
    }
    with Store.open(tmp_path / "mine.db") as mine, FeedbackRepo(NAME, "hf_ada").fetched() as folder:
        assert folder is not None
        pull(mine, folder, NAME)
        assert mine.understudies.list() == [] and mine.corrections.lessons("waiting", "ann") == [
            lesson for lesson in mine.corrections.lessons("waiting") if lesson.person == ""
        ], "a name on a Space is nobody at home"


def test_an_understudy_that_was_switched_off_on_a_disk_that_stayed_is_not_switched_on(
    fake_hub: FakeHub, tmp_path: Path
) -> None:
    with Store.open(tmp_path / "understudy.db") as store:
        keeping = Keeping(store, tmp_path, FeedbackRepo(NAME, "hf_ada"), every=60)
        keeping.start()
        store.understudies.set_active("ann", True)
        taught(store, "What is it?", "ann", "It is mine.", "ann")
        store.understudies.set_active("ann", False)
        keeping.close()
        again = Keeping(store, tmp_path, FeedbackRepo(NAME, "hf_ada"), every=60)
        again.start()
        again.close()
        assert store.understudies.taught_by("ann") == "" and len(store.corrections.lessons(person="ann")) == 1


def test_a_pull_from_the_command_line_brings_it_here_once(
    run: Run, fake_hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    space = run(talk)
    monkeypatch.setenv("UNDERSTUDY_HOME", str(tmp_path / "mine"))
    Store.open(tmp_path / "mine" / "understudy.db").close()

    def pulled(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as left:
            main(["pull", NAME, *arguments])
        captured = capsys.readouterr()
        return int(left.value.code or 0), captured.out or captured.err

    assert pulled() == (2, f"The hub shows no dataset {NAME} to this token. Check the name and HF_TOKEN.\n")
    monkeypatch.setenv("HF_TOKEN", "hf_ada")
    assert pulled("--dry-run") == (0, "Tried, nothing written: 4 new, 0 here already.\n")
    assert pulled() == (0, "4 new, 0 here already.\n")
    assert pulled()[1].startswith("0 new")
    with Store.open(tmp_path / "mine" / "understudy.db") as mine:
        assert said(mine) == said(space)
        assert {lesson.state for lesson in mine.corrections.lessons(None)} == {"waiting"}
    monkeypatch.setenv("UNDERSTUDY_LOCAL_ONLY", "1")
    assert pulled()[0] == 2


@pytest.mark.parametrize("reason", ["public", "refused", "token"])
def test_a_dataset_that_is_public_or_refuses_gets_nothing_and_the_space_works_on(
    run: Run, fake_hub: FakeHub, reason: str
) -> None:
    if reason != "token":
        fake_hub.add("dataset", NAME, private=reason != "public")
    if reason == "refused":
        fake_hub.refusing["/preupload/"] = 403
    space = run(talk, token="hf_nobody" if reason == "token" else "hf_ada")
    assert "is lost when this Space restarts" in sentence(space) and len(said(space)) == 3
    assert not any(path.startswith("feedback/") for r in fake_hub.repositories.values() for path in r.files)
