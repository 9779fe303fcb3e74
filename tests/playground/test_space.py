"""What a Space opens with: its settings, its version in place, and whose request an answer is."""

from __future__ import annotations

import contextvars
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from understudy.errors import InputError, SettingsError
from understudy.playground.casting import Casting
from understudy.playground.chat import Opening
from understudy.playground.playground import Playground
from understudy.playground.space import SpaceValues, open_space, settings_of
from understudy.serving.backend import Stop
from understudy.serving.scripted import ScriptedBackend
from understudy.store import Store
from understudy.types import Event, Row, Sampling

VALUES = SpaceValues(3, owners=("ada", "bob"), feedback_repo="ada/feedback")


def space_at(folder: Path, values: SpaceValues = VALUES) -> Playground:
    (folder / "version").mkdir(exist_ok=True)
    (folder / "version" / "version.json").write_text("{}")
    settings = settings_of(values, {"UNDERSTUDY_HOME": str(folder / "home"), "UNDERSTUDY_EMBEDDER": "words"})
    return open_space(folder, values, settings)[0]


def test_variables_of_a_space_come_before_what_its_app_says_and_that_before_what_is_usual_there() -> None:
    usual = settings_of(VALUES, {})
    assert (usual.owners, usual.feedback_repo, usual.learn) == ("ada,bob", "ada/feedback", "manual")
    said = settings_of(VALUES, {"UNDERSTUDY_OWNERS": "eve", "UNDERSTUDY_LEARN": "auto"})
    assert (said.owners, said.learn) == ("eve", "auto")
    with pytest.raises(SettingsError, match="owner/name"):
        settings_of(VALUES, {"UNDERSTUDY_FEEDBACK_REPO": "feedback"})


def test_the_version_that_came_with_a_space_keeps_its_number_and_is_live_until_an_owner_says_otherwise(
    tmp_path: Path,
) -> None:
    space = space_at(tmp_path)
    (version,) = space.store.versions.list("starter")
    assert (version.number, version.path) == (3, str(tmp_path / "version"))
    assert space.store.versions.champion("starter") == 3
    space.store.versions.set_champion("starter", 0)
    with pytest.raises(InputError, match="given once"):
        space.store.versions.add("starter", "x", number=2)
    assert space.store.versions.add("starter", "x").number == 4
    space.close()
    again = space_at(tmp_path)
    assert again.store.versions.champion("starter") == 0 and len(again.store.versions.list("starter")) == 2
    again.close()


REQUEST: contextvars.ContextVar[str] = contextvars.ContextVar("request", default="nobody")


class Asking(ScriptedBackend):
    """Says whose request it answers, as a Space's GPU finds out."""

    def generate(self, rows: Sequence[Row], sampling: Sampling, stop: Stop) -> Iterator[Event]:
        self._reply = lambda messages, version: REQUEST.get()
        yield from super().generate(rows, sampling, stop)


def test_an_answer_is_written_in_the_context_of_the_request_that_asked_for_it(tmp_path: Path) -> None:
    with Store.open(tmp_path / "understudy.db") as store:
        store.models.add("m", "m")
        playground = Playground(
            store, Casting(store, "m", lambda name, source: Asking(name=name)), opening=Opening(("base",))
        )
        for who in ("ada", "bob"):
            token = REQUEST.set(who)
            talk = playground.chat.new_conversation().id
            playground.chat.ask(talk, "Who asks?")
            REQUEST.reset(token)
            assert playground.chat.wait(talk, 10)
            assert playground.chat.open(talk).turns[0].answers[0].text == who
        playground.close()
