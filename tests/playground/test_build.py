"""The program put together for one data folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import understudy
from understudy.playground import build_playground
from understudy.settings import Settings, starter_folder
from understudy.types import Sampling


def test_a_fresh_folder_has_the_starter_and_two_columns(tmp_path: Path) -> None:
    playground = build_playground(Settings(home=tmp_path))
    view = playground.chat.latest()
    assert view.columns == ("base", "champion")
    assert playground.about()["models"] == [{"name": "starter", "source": str(starter_folder())}]
    playground.close()


def test_the_base_model_that_was_chosen_is_the_base_after_a_restart(tmp_path: Path) -> None:
    playground = build_playground(Settings(home=tmp_path))
    playground.store.models.add("parrot", "models/parrot")
    playground.use_base_model("parrot")
    playground.close()
    again = build_playground(Settings(home=tmp_path))
    assert again.casting.base_model == "parrot"
    assert again.chat.column_choices()[0].detail.startswith("parrot")
    again.close()


def test_a_base_model_from_the_settings_wins_and_is_registered(tmp_path: Path) -> None:
    folder = tmp_path / "My Model"
    folder.mkdir()
    playground = build_playground(Settings(home=tmp_path / "data", base_model=str(folder)))
    assert playground.casting.base_model == "my-model"
    assert {"name": "my-model", "source": str(folder)} in playground.about()["models"]  # type: ignore[operator]
    playground.close()


def test_settings_shape_the_first_conversation(tmp_path: Path) -> None:
    playground = build_playground(Settings(home=tmp_path, system="Be brief.", temperature=0, max_tokens=9))
    view = playground.chat.latest()
    assert view.system == "Be brief."
    assert Sampling(**view.sampling) == Sampling(temperature=0, max_tokens=9)  # type: ignore[arg-type]
    playground.close()


def test_a_moved_checkout_finds_its_starter_again(tmp_path: Path) -> None:
    playground = build_playground(Settings(home=tmp_path))
    playground.store.models.remove("starter")
    playground.store.models.add("starter", "somewhere/else")
    playground.close()
    again = build_playground(Settings(home=tmp_path))
    found = again.store.models.find("starter")
    assert found is not None
    assert found.source == str(starter_folder())
    again.close()


def test_nothing_heavy_is_loaded_before_the_first_question(tmp_path: Path) -> None:
    code = (
        "import sys; from understudy.playground import build_playground; from understudy.settings import Settings;"
        f"build_playground(Settings(home={str(tmp_path)!r})).close();"
        "print([m for m in ('torch', 'gradio', 'transformers', 'openai') if m in sys.modules])"
    )
    there = {**os.environ, "PYTHONPATH": str(Path(understudy.__file__).parents[1])}
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60, env=there
    )
    assert ran.stdout.strip() == "[]"
