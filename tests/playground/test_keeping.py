"""A Space that loses its disk has what was said; a dataset that is not private, or not there, gets nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fake_hub import FakeHub
from tests.playground.test_pulling import said, talk
from understudy.cli import main
from understudy.playground.feedback_repo import FeedbackRepo
from understudy.playground.keeping import Keeping
from understudy.store import Store

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
