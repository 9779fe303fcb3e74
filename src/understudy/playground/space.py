"""The program as a Space has it: its one version in place and live, and what people say kept elsewhere.

No training starts by itself, because strangers talk here; what a visitor says waits for a curator, as everywhere. The
store is on the Space's own disk, which is empty after every restart.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from understudy.playground.build import build_playground
from understudy.playground.feedback_repo import FeedbackRepo
from understudy.playground.keeping import Keeping
from understudy.playground.playground import Playground
from understudy.playground.scope import NEAR
from understudy.playground.shipped_lessons import bring_lessons
from understudy.serving.seal import CARD, ON_A_SPACE
from understudy.settings import Settings, load_settings
from understudy.store import Store

_DEFAULTS = {"UNDERSTUDY_LEARN": "manual", "UNDERSTUDY_OPEN_BROWSER": "0"}
"""What is otherwise on a Space, as long as its variables say nothing else."""


@dataclass(frozen=True, slots=True)
class SpaceValues:
    """What app.py of a built Space says; `base` is a hub id, "" for the starter."""

    version: int
    base: str = ""
    owners: tuple[str, ...] = ()
    feedback_repo: str = ""


def settings_of(values: SpaceValues, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of a Space: its variables, then what app.py says, then what is usual there. Raises SettingsError."""
    said = {
        "UNDERSTUDY_BASE_MODEL": values.base,
        "UNDERSTUDY_OWNERS": ",".join(values.owners),
        "UNDERSTUDY_FEEDBACK_REPO": values.feedback_repo,
    }
    known = {name: value for name, value in said.items() if value}
    return load_settings(environ={**_DEFAULTS, **known, **(os.environ if environ is None else environ)})


def open_space(folder: Path, values: SpaceValues, settings: Settings) -> tuple[Playground, Keeping]:
    """The playground on the version in `folder`, and what keeps its feedback, not started yet. Loads no model."""
    playground = build_playground(settings)
    model = playground.casting.base_model
    version = folder / ON_A_SPACE
    if (version / CARD).is_file():
        _put_in_place(playground.store, model, values.version, version)
    token = os.environ.get("HF_TOKEN", "")
    repo = FeedbackRepo(settings.feedback_repo, token) if settings.feedback_repo and token else None
    return playground, Keeping(playground.store, settings.home, repo)


def _put_in_place(store: Store, model: str, number: int, folder: Path) -> None:
    """The version that came with this Space is live, unless an owner chose another one on a disk that stayed.

    Its lessons come before its row: after a kill in between, the next start brings what is missing.
    """
    if store.versions.find(model, number) is not None:
        return
    store.outbox.listen(False)  # what came with this Space lies in its repository already
    shipped = bring_lessons(store, folder, f"{model} v{number}")
    store.versions.add(
        model, str(folder), note="came with this Space", number=number,
        report={NEAR: shipped.near}, verdicts=shipped.verdicts,
    )  # fmt: skip
    store.versions.set_champion(model, number)
