"""Promoting, rolling back, deleting; what is refused, and what a kill leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from understudy.errors import InputError, ModelError, NotFoundError
from understudy.playground.playground import Playground
from understudy.playground.promoting import sweep, version_folder
from understudy.serving.backend import Backend
from understudy.serving.seal import FILES, Card, seal
from understudy.store import Store, Verdict, Version


def learned(
    store: Store, base: str = "starter", *, passed: bool = True, sentence: str = "passed: all", **report: object
) -> Version:
    """A sealed version of a finished run, with one correction learned and one not."""
    run = store.runs.add("starter", 0, "by hand", {}, {"votes": ["v"]})
    trained = store.path.parent / "trained"
    trained.mkdir(exist_ok=True)
    for name in FILES:
        (trained / name).write_text(f"{name} of {run.id}")
    seal(trained, version_folder(store, run.id), Card(base, base, run=run.id))
    made = store.versions.add(
        "starter",
        f"versions/{run.id}",
        parent=0,
        run=run.id,
        passed=passed,
        report={"sentence": sentence, **report},
        verdicts=[Verdict("a", "x", "y", True), Verdict("b", "x", "z", False, "It now says “z”.")],
    )
    store.runs.finish(run.id, "succeeded", "v1 is ready.", version=made.number)
    return made


def folder_of(store: Store, version: Version) -> Path:
    return store.path.parent / version.path


def champion_says(playground: Playground) -> str:
    conversation = playground.chat.new_conversation().id
    playground.chat.set_columns(conversation, ["champion"])
    playground.chat.ask(conversation, "Hi")
    assert playground.chat.wait(conversation, 10)
    return playground.chat.open(conversation).turns[-1].answers[0].text


def test_what_its_gate_warns_of_is_said_when_it_is_promoted(playground: Playground, store: Store) -> None:
    line = {
        "name": "neighbours",
        "words": "7 of 24 answers near what was taught changed",
        "passed": True,
        "warns": True,
    }
    learned(store, lines=[line])
    said = "v1 is live from the next answer on. Before it was base. 7 of 24 answers near what was taught changed."
    assert playground.promote(1) == said


def test_the_champion_column_follows_at_the_next_answer(playground: Playground, store: Store) -> None:
    learned(store), learned(store)
    assert champion_says(playground) == "v0 heard: Hi"
    assert playground.promote(1) == "v1 is live from the next answer on. Before it was base."
    assert champion_says(playground) == "v1 heard: Hi"
    assert playground.promote(2) == "v2 is live from the next answer on. Before it was v1."
    assert champion_says(playground) == "v2 heard: Hi"
    assert playground.promote(2) == "v2 is live already."
    assert playground.roll_back() == "v1 is live from the next answer on. Before it was v2."
    assert champion_says(playground) == "v1 heard: Hi"
    playground.roll_back()
    assert champion_says(playground) == "v0 heard: Hi"


def test_rolling_back_goes_down_step_by_step_and_never_up_again(playground: Playground, store: Store) -> None:
    for _ in range(3):
        playground.promote(learned(store).number)
    lives = []
    for _ in range(3):
        playground.roll_back()
        lives.append(store.versions.champion("starter"))
    assert lives == [2, 1, 0]
    with pytest.raises(InputError, match="nothing to roll back"):
        playground.roll_back()
    assert playground.roll_back(3).startswith("v3 is live")
    playground.roll_back()
    assert store.versions.champion("starter") == 0


def test_rolling_back_passes_over_a_version_that_was_deleted(playground: Playground, store: Store) -> None:
    for _ in range(3):
        playground.promote(learned(store).number)
    playground.promoting.remove("starter", 2)
    playground.roll_back()
    assert store.versions.champion("starter") == 1


def test_the_list_says_what_is_live_and_what_each_learned(playground: Playground, store: Store) -> None:
    learned(store), learned(store, passed=False, sentence="not promoted: it learned nothing")
    playground.promote(1)
    newest, first, base = playground.versions()
    assert (newest.number, newest.live, newest.passed, newest.sentence) == (
        2,
        False,
        False,
        "not promoted: it learned nothing",
    )
    assert (first.number, first.live, first.parent, first.learned, first.judged) == (1, True, 0, 1, 2)
    assert (base.number, base.name, base.live, base.parent) == (0, "base", False, None)


def test_a_candidate_that_failed_stays_off_unless_a_person_insists(playground: Playground, store: Store) -> None:
    learned(store), learned(store, passed=False, sentence="not promoted: 3 of 60 unrelated answers changed")
    playground.promote(1)
    with pytest.raises(InputError, match="v2 was not promoted: 3 of 60 unrelated answers changed"):
        playground.promote(2)
    assert store.versions.champion("starter") == 1
    playground.promote(2, anyway=True)
    assert store.versions.champion("starter") == 2


def test_what_cannot_answer_is_refused_and_the_champion_stays(playground: Playground, store: Store) -> None:
    good, foreign, changed, gone = learned(store), learned(store, "parrot"), learned(store), learned(store)
    playground.promote(good.number)
    (folder_of(store, changed) / FILES[1]).write_text("something else")
    playground.promoting.remove("starter", gone.number)
    for number, kind, reason in (
        (foreign.number, ModelError, "was made for parrot, another model, not for the starter"),
        (changed.number, ModelError, "is not what was judged"),
        (gone.number, NotFoundError, "no version v4"),
        (9, NotFoundError, r"no version v9 \(its versions: v1, v2, v3\)"),
    ):
        with pytest.raises(kind, match=reason):
            playground.promote(number)
        assert store.versions.champion("starter") == 1
    assert champion_says(playground) == "v1 heard: Hi"


def test_a_foreign_version_is_refused_in_a_column_too(playground: Playground, store: Store) -> None:
    learned(store, "parrot")
    conversation = playground.chat.new_conversation().id
    playground.chat.set_columns(conversation, ["base", "v1"])
    playground.chat.ask(conversation, "Hi")
    assert playground.chat.wait(conversation, 10)
    base, foreign = playground.chat.open(conversation).turns[-1].answers
    assert base.text == "v0 heard: Hi" and "was made for parrot" in str(foreign.error)


def test_a_version_loaded_before_its_files_changed_is_not_promoted(playground: Playground, store: Store) -> None:
    version = learned(store)
    playground.casting.ensure_version("starter", 1)
    (folder_of(store, version) / FILES[0]).write_text("{}")
    with pytest.raises(ModelError, match="not what was judged"):
        playground.promote(1)


def test_an_adapter_that_was_made_elsewhere_needs_no_seal(playground: Playground, store: Store, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    store.versions.add("starter", str(tmp_path / "mine"))
    playground.promote(1)
    assert champion_says(playground) == "v1 heard: Hi"
    playground.roll_back()
    playground.promoting.remove("starter", 1)
    assert (tmp_path / "mine").is_dir()


def test_deleting_frees_the_disk_and_keeps_the_line(
    playground: Playground, store: Store, backends: dict[str, Backend]
) -> None:
    first, second = learned(store), learned(store)
    playground.promote(2)
    playground.casting.ensure_version("starter", 1)
    assert playground.promoting.remove("starter", 1) == "v1 is deleted."
    assert not folder_of(store, first).exists() and folder_of(store, second).exists()
    assert backends["starter"].versions() == (0, 2)
    assert [(item.number, item.removed) for item in playground.versions()] == [(2, False), (1, True), (0, False)]
    assert "v1" not in {choice.name for choice in playground.chat.column_choices()}
    with pytest.raises(InputError, match="v2 is live"):
        playground.promoting.remove("starter", 2)
    with pytest.raises(NotFoundError):
        playground.promoting.remove("starter", 9)
    assert folder_of(store, second).exists()


def test_slots_do_not_fill_up_with_everything_ever_promoted(
    playground: Playground, store: Store, backends: dict[str, Backend]
) -> None:
    for _ in range(8):
        playground.promote(learned(store).number)
    assert backends["starter"].versions() == (0, 5, 6, 7, 8)


def test_a_kill_between_folder_and_row_leaves_no_version(store: Store, tmp_path: Path) -> None:
    kept, removed = learned(store), learned(store)
    store.versions.set_removed("starter", removed.number)  # killed before its folder was deleted
    orphan, running = (
        store.runs.add("starter", 0, "by hand", {}, {"votes": ["v"]}),
        store.runs.add("starter", 0, "by hand", {}, {"votes": ["v"]}),
    )
    for run in (orphan, running):
        seal(folder_of(store, kept), version_folder(store, run.id), Card("starter", "starter", run=run.id))
    version_folder(store, f".{orphan.id}.new").mkdir()
    store.runs.finish(orphan.id, "failed", "It was killed.")
    assert sweep(store) == 3
    assert {folder.name for folder in (tmp_path / "versions").iterdir()} == {kept.run, running.id}
    assert sweep(store) == 0


def test_sweeping_follows_no_link_and_needs_no_folder(store: Store, tmp_path: Path) -> None:
    assert sweep(store) == 0
    (tmp_path / "versions").mkdir()
    (tmp_path / "precious").mkdir()
    (tmp_path / "versions" / "link").symlink_to(tmp_path / "precious")
    assert sweep(store) == 0 and (tmp_path / "precious").is_dir()
