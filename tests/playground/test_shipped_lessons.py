"""A version on a Space speaks where it did at home and is trained on from; nothing travels that this does not need."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.playground.test_scope import ASKED, FAR, NEAR, WANTED, asked, version
from tests.playground.test_space import space_at
from tests.playground.tuned import tuned_playground
from tests.store.conftest import answered, exchange
from understudy.cli import main
from understudy.dataset.asked import prompt_of
from understudy.dataset.gather import sources
from understudy.errors import ModelError
from understudy.memory import Memory
from understudy.playground.journal import Journal
from understudy.playground.playground import Playground
from understudy.playground.pulling import restore
from understudy.playground.scope import Scope
from understudy.playground.shipped_lessons import FILE, bring_lessons, count_lessons, lessons_of, write_lessons
from understudy.serving.seal import CARD, FILES, Card, seal
from understudy.store import Store, connections

HEARD = "I cannot tell."


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LASTING", "OFF")


@pytest.fixture
def lesson(store: Store) -> str:
    """An approved correction by ann for hers alone, whose id it is; with everything around it that is nobody's."""
    talk = store.conversations.add("A secret title", "A system prompt for later", ["champion"], person="ann")
    turn = store.turns.add(talk.id, ASKED, system="You are a shop.")
    completion = answered(store, turn.id, HEARD)
    made = store.corrections.add(completion, WANTED, "ann", ("secret tag",), person="ann")
    store.corrections.set_state(made.id, "approved")
    return made.id


@pytest.fixture
def shipped(playground: Playground, store: Store, lesson: str, tmp_path: Path) -> Path:
    """The folder of a Space with a version that learned the lesson."""
    return ship(playground, version(store, tmp_path, lesson), tmp_path / "space")


def ship(playground: Playground, number: int, folder: Path) -> Path:
    (folder / "version").mkdir(parents=True, exist_ok=True)
    near = playground.scope.is_near("starter", number)
    write_lessons(playground.store, lessons_of(playground.store, "starter", number), folder / "version", near=near)
    return folder


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[Path], Playground]]:
    """Opens a Space, and closes it in the end."""
    spaces: list[Playground] = []

    def opened(folder: Path) -> Playground:
        spaces.append(space_at(folder))
        return spaces[-1]

    yield opened
    for space in spaces:
        space.close()


def speaks(scope: Scope, number: int) -> list[bool]:
    return [scope.weights("starter", number, asked(text)) == number for text in (ASKED, NEAR, FAR)]


def test_a_version_speaks_on_a_space_where_it_did_at_home(
    playground: Playground, shipped: Path, opened: Callable[[Path], Playground]
) -> None:
    space = opened(shipped)
    assert speaks(space.scope, 3) == speaks(playground.scope, 1) == [True, True, False]
    again = space_at(shipped)
    assert speaks(again.scope, 3) == [True, True, False] and len(again.store.corrections.lessons()) == 1
    again.close()


def test_a_manner_speaks_everywhere_there_too_and_so_does_a_version_without_its_lessons(
    playground: Playground, store: Store, lesson: str, tmp_path: Path, opened: Callable[[Path], Playground]
) -> None:
    manner = opened(ship(playground, version(store, tmp_path, lesson, votes=["v"]), tmp_path / "manner"))
    (tmp_path / "bare").mkdir()
    bare = opened(tmp_path / "bare")
    assert speaks(manner.scope, 3) == speaks(bare.scope, 3) == [True, True, True]
    assert len(manner.store.corrections.lessons()) == 1 and bare.store.corrections.lessons() == []


def test_a_run_on_the_space_finds_nothing_new_and_rehearses_what_came(
    shipped: Path, lesson: str, opened: Callable[[Path], Playground]
) -> None:
    store = opened(shipped).store
    chosen = sources(store, "starter", 3)
    assert (chosen.new, chosen.rehearsed, chosen.empty) == ((), (lesson,), True)
    assert [(known.correction, known.learned) for known in store.versions.known("starter", 3)] == [(lesson, True)]
    (came,) = store.corrections.lessons()
    assert (came.id, came.question, came.wanted, came.system) == (lesson, ASKED, WANTED, "You are a shop.")
    assert came.person == "" and store.conversations.list() == []


def test_a_follow_up_is_trained_there_with_the_very_prompt_it_has_here(
    playground: Playground, store: Store, tmp_path: Path, opened: Callable[[Path], Playground]
) -> None:
    first = exchange(store, "Who sells Zorbo?")
    store.corrections.add(first.a, "Marsh and sons sell it.")  # waits, and yet it is what stands above
    turn = store.turns.add(first.conversation, "Since when?", parent=first.a)
    made = store.corrections.add(answered(store, turn.id, HEARD), "Since 1998.")
    store.corrections.set_state(made.id, "approved")
    space = opened(ship(playground, version(store, tmp_path, made.id), tmp_path / "space"))
    (came,) = space.store.corrections.lessons()
    assert prompt_of(space.store, came.turn) == prompt_of(store, turn.id)
    assert "Marsh and sons" in str(prompt_of(store, turn.id))


def test_nothing_goes_along_but_what_was_asked_what_is_wanted_and_what_led_to_it(shipped: Path) -> None:
    text = (shipped / "version" / FILE).read_text()
    assert ASKED in text and WANTED in text and "You are a shop." in text
    for private in ("ann", "secret", "for later", HEARD, "<prompt>", socket.gethostname(), "champion"):
        assert private not in text, private


def test_what_was_deleted_taken_back_rejected_or_never_learned_does_not_travel(
    playground: Playground, store: Store, lesson: str, tmp_path: Path
) -> None:
    def shipped() -> int:
        return count_lessons(ship(playground, number, tmp_path / "space") / "version")

    unlearned = store.corrections.add(exchange(store, "Another").a, "Never learned.")
    store.corrections.set_state(unlearned.id, "approved")
    number = version(store, tmp_path, lesson)
    (here,) = store.corrections.standing([lesson]).values()
    assert shipped() == 1 and "Never learned." not in (tmp_path / "space" / "version" / FILE).read_text()
    store.corrections.set_state(lesson, "rejected")
    assert shipped() == 0
    store.corrections.set_state(lesson, "approved")
    store.conversations.delete(here.conversation)
    assert shipped() == 0
    store.conversations.restore(here.conversation)
    assert shipped() == 1
    store.corrections.withdraw(here.completion)
    assert shipped() == 0 and "Zorbo" not in (tmp_path / "space" / "version" / FILE).read_text()


def test_what_a_space_decided_about_a_lesson_outlives_its_disk(
    shipped: Path, lesson: str, tmp_path: Path, opened: Callable[[Path], Playground]
) -> None:
    store = opened(shipped).store
    journal = Journal(store, tmp_path / "feedback")
    assert journal.write() == 0, "it lies in the repository of the Space already"

    def after_a_restart(number: int) -> list[str]:
        journal.write()
        with Store.open(tmp_path / f"{number}.db") as fresh:
            fresh.models.add("starter", "starter")
            bring_lessons(fresh, shipped / "version", "v3")
            restore(fresh, tmp_path / "feedback", "ada/feedback", tmp_path / "none")
            return [lesson.state for lesson in fresh.corrections.lessons(None)]

    assert after_a_restart(1) == ["approved"]
    store.corrections.set_state(lesson, "rejected")
    assert after_a_restart(2) == ["rejected"]
    store.conversations.delete(store.corrections.standing([lesson])[lesson].conversation)
    assert after_a_restart(3) == []


def edited(folder: Path, edit: Callable[[dict[str, Any]], object]) -> Path:
    file = folder / "version" / FILE
    values = json.loads(file.read_text())
    edit(values)
    file.write_text(json.dumps(values))
    return folder / "version"


@pytest.mark.parametrize(
    "edit",
    [
        lambda said: said.update(format=2),
        lambda said: said.update(lessons=7),
        lambda said: said.update(lessons=[7, [], {}, {"corrections": [{"id": 5}]}, {"corrections": [{}, {}]}]),
        lambda said: said["lessons"][0].pop("turns"),
        lambda said: said["lessons"][0].update(turns="DROP TABLE turns"),
        lambda said: said["lessons"][0]["turns"][0].update(text="\x00"),
        lambda said: said["lessons"][0]["turns"][0].update(parent="nobody"),
        lambda said: said["lessons"][0]["completions"][0].update(usage='{"total_ms": "now"}'),
        lambda said: said["lessons"][0]["conversations"][0].update(columns="{"),
        lambda said: said["lessons"][0]["corrections"][0].update(state="sold"),
        lambda said: said["lessons"][0]["corrections"][0].update(text={"a": 1}),
        lambda said: said["lessons"][0]["corrections"][0].update(id="x" * 65),
    ],
)
def test_a_file_made_to_harm_brings_nothing(
    shipped: Path, tmp_path: Path, edit: Callable[[dict[str, Any]], object]
) -> None:
    with Store.open(tmp_path / "other.db") as other:
        came = bring_lessons(other, edited(shipped, edit), "v3")
        assert came.verdicts == () and other.corrections.lessons(None) == [] and other.check() == []


def test_a_file_that_is_no_json_ends_in_a_sentence(shipped: Path, tmp_path: Path) -> None:
    for text in ("{", "[" * 100_000, "[]"):
        (shipped / "version" / FILE).write_text(text)
        with Store.open(tmp_path / "other.db") as other, pytest.raises(ModelError, match=FILE):
            bring_lessons(other, shipped / "version", "v3")


def test_a_file_brings_corrections_of_nobody_and_no_other_facts_and_changes_none_that_are_here(
    store: Store, shipped: Path, lesson: str, tmp_path: Path
) -> None:
    rating = {"id": "r", "completion": "c", "label": 1, "reasons": "[]", "comment": "", "created": "", "author": "eve"}

    def edit(said: dict[str, Any]) -> None:
        rows = said["lessons"][0]
        rows["conversations"][0] |= {"person": "ada"}
        rows["corrections"][0] |= {"author": "ada", "person": "ada", "text": "Something else."}
        rows["ratings"] = [rating | {"completion": rows["completions"][0]["id"]}]

    folder = edited(shipped, edit)
    before = store.corrections.history(store.corrections.standing([lesson])[lesson].completion)
    assert bring_lessons(store, folder, "v3").verdicts == (), "the version says nothing about what says something else"
    assert store.corrections.history(before[0].completion) == before
    with Store.open(tmp_path / "other.db") as other:
        (verdict,) = bring_lessons(other, folder, "v3").verdicts
        (came,) = other.corrections.latest([before[0].completion]).values()
        assert verdict.correction == came.id == lesson and (came.author, came.person) == ("", "")
        talk = other.conversations.get(other.corrections.lessons()[0].conversation)
        assert talk.person == "" and other.ratings.standing() == []


@pytest.mark.slow
def test_a_space_that_somebody_gave_away_is_a_version_elsewhere_whose_lessons_wait(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"HOME": str(tmp_path / "mine"), "EMBEDDER": "words", "DEVICE": "cpu", "THREADS": "1"}.items():
        monkeypatch.setenv(f"UNDERSTUDY_{name}", value)
    home = tuned_playground(tmp_path / "home")
    (known,) = lessons_of(home.store, "starter", 1)
    folder = tmp_path / "given"
    seal(home.casting.check_version("starter", 1), folder / "version", Card("starter", home_fingerprint(home)))
    write_lessons(home.store, [known], folder / "version", near=True)
    home.close()

    def imported() -> tuple[int, str]:
        with pytest.raises(SystemExit) as left:
            main(["versions", "import", str(folder)])
        return int(left.value.code or 0), "".join(capsys.readouterr())

    code, said = imported()
    assert code == 0 and "It is v1." in said and "1 lesson came along" in said
    with Store.open(tmp_path / "mine" / "understudy.db") as mine:
        scope = Scope(mine, Memory(mine))
        (waiting,) = mine.corrections.lessons("waiting")
        assert waiting.wanted == known.wanted and mine.versions.champion("starter") == 0
        assert not any(weights == 1 for weights in (scope.weights("starter", 1, asked(text)) for text in (ASKED, FAR)))
        mine.corrections.set_state(waiting.id, "approved")
        assert [scope.weights("starter", 1, asked(text)) for text in (ASKED, FAR)] == [1, 0]
        folders = [path.name for path in (tmp_path / "mine" / "versions").rglob("*") if path.is_file()]
        assert sorted(folders) == sorted([*FILES, CARD]), "the texts lie in the store alone, where they can be deleted"
    weights = folder / "version" / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    assert imported()[0] == 1
    weights.unlink()
    assert imported() == (
        2,
        f"{folder} has no adapter_model.safetensors, so it is neither an adapter nor a built Space.\n",
    )


def home_fingerprint(home: Playground) -> str:
    return home.casting.backend("starter").describe().fingerprint
