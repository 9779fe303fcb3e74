"""`understudy versions`, `promote` and `rollback`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from understudy.playground.promoting import version_folder
from understudy.serving.seal import FILES, Card, seal
from understudy.store import Store, Verdict

Understudy = Callable[..., Run]


@pytest.fixture
def two_versions(understudy: Understudy, home: Path) -> None:
    """v1 passed its gate, v2 did not."""
    understudy("versions")
    with Store.open(home / "understudy.db") as store:
        for passed, sentence in ((True, "passed: 1 of 1"), (False, "not promoted: it learned nothing")):
            run = store.runs.add("starter", 0, "by hand", {}, {"votes": ["v"]})
            trained = home / "trained"
            trained.mkdir(exist_ok=True)
            for name in FILES:
                (trained / name).write_text(run.id)
            seal(trained, version_folder(store, run.id), Card("starter", "starter", run=run.id))
            verdicts = [Verdict("c", "x", "y", passed)]
            report = {"sentence": sentence}
            store.versions.add(
                "starter",
                f"versions/{run.id}",
                parent=0,
                run=run.id,
                passed=passed,
                report=report,
                verdicts=verdicts,
            )
            store.runs.finish(run.id, "succeeded", "Done.")


def test_before_anything_was_learned_there_is_the_base(understudy: Understudy) -> None:
    assert understudy("versions").out == "* base\n"


@pytest.mark.usefixtures("two_versions")
def test_versions_are_listed_for_people_and_for_programs(understudy: Understudy) -> None:
    understudy("promote", "1")
    lines = understudy("versions").out.splitlines()
    assert [line[:4] for line in lines] == ["  v2", "* v1", "  ba"]
    assert lines[1].endswith("from base · 1 of 1 corrections learned · passed: 1 of 1")
    items = [json.loads(line) for line in understudy("versions", "--json").out.splitlines()]
    assert [(item["number"], item["live"], item["passed"]) for item in items] == [
        (2, False, False),
        (1, True, True),
        (0, False, None),
    ]


@pytest.mark.usefixtures("two_versions")
def test_promote_and_rollback_say_what_is_live(understudy: Understudy) -> None:
    assert understudy("promote", "v1").out == "v1 is live from the next answer on. Before it was base.\n"
    assert understudy("ask", "--columns", "champion", "--json", "Hi").out.count('"version": 1') == 1
    assert understudy("rollback").out == "base is live from the next answer on. Before it was v1.\n"
    assert understudy("rollback", "1").out == "v1 is live from the next answer on. Before it was base.\n"
    assert understudy("promote", "base").out == "base is live from the next answer on. Before it was v1.\n"


@pytest.mark.usefixtures("two_versions")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("promote", "latest"), "'latest' is no version. Type its number, such as 3 or v3"),
        (("promote", "-1"), "No such option"),
        (("promote", "7"), "starter has no version v7 (its versions: v1, v2). Choose one of those."),
        (("promote", "2"), "v2 was not promoted: it learned nothing. Only --anyway"),
        (("promote",), "Missing argument"),
        (("rollback",), "There is nothing to roll back."),
        (("rollback", "9" * 12), "is no version"),
        (("rollback", "²"), "is no version"),
    ],
)
def test_everything_wrong_is_told_and_changes_nothing(
    understudy: Understudy, arguments: tuple[str, ...], sentence: str
) -> None:
    run = understudy(*arguments)
    assert (run.code, run.out) == (2, "") and sentence in run.err
    assert understudy("versions").out.splitlines()[-1] == "* base"


@pytest.mark.usefixtures("two_versions")
def test_a_damaged_version_is_refused_and_anyway_is_meant(understudy: Understudy, home: Path) -> None:
    assert understudy("promote", "2", "--anyway").code == 0
    with Store.open(home / "understudy.db") as store:
        first = store.versions.find("starter", 1)
        assert first is not None
        (home / first.path / FILES[1]).write_text("damaged")
    run = understudy("rollback", "1")
    assert run.code == 1 and "is not what was judged" in run.err
    assert understudy("versions").out.startswith("* v2")
