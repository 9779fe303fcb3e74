"""The folder of a Space beside its version: the program, what it needs, and where it begins.

The program is in it as files, and not as a wheel, because a Space installs `requirements.txt` before it has the other
files of its repository. Versions of packages are those that are installed here: what was tried is what will run.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from understudy.errors import InputError
from understudy.playground.licences import front
from understudy.serving.seal import CARD, ON_A_SPACE
from understudy.settings import CHECKOUT, PACKAGE, STARTER_INSIDE, is_checkout, starter_folder

EXTRAS = ("offline",)
"""What a Space installs beyond the least: memories are found by meaning there too."""

ZERO_GPU_TORCH = "torch>=2.8,<2.12"
"""ZeroGPU runs only some versions of torch (its documentation of August 2026 lists 2.8 to 2.11)."""

_TITLE = 100
_APP = '''"""{title}: the entry of this Space. What is written here may be changed here; secrets are the Space's."""

from understudy.ui.on_space import open_space

space = open_space(
    __file__,
    version={number},
    base={base},
    owners={owners},
    feedback_repo={feedback},
)
demo = space.demo

if __name__ == "__main__":
    space.serve()
'''


@dataclass(frozen=True, slots=True)
class SpaceOptions:
    """What a person may say about a Space. `owners` are names on the hub; `feedback_repo` is a dataset there.

    `lessons`: the texts of what the version learned go along (`shipped_lessons`).
    """

    title: str = ""
    owners: tuple[str, ...] = ()
    feedback_repo: str = ""
    zero_gpu: bool = False
    lessons: bool = True

    def __post_init__(self) -> None:
        """Raises InputError: these words become a program and its settings."""
        if len(self.title) > _TITLE or any(not character.isprintable() for character in self.title):
            raise InputError(f"The title must be one line of at most {_TITLE} characters.")
        for name in self.owners:
            if not re.fullmatch(r"[\w.-]+", name, re.ASCII):
                raise InputError(f"{name!r} is no name on the hub. Owners are names such as ada.")
        if not re.fullmatch(r"([\w.-]+/[\w.-]+)?", self.feedback_repo, re.ASCII):
            raise InputError(f"{self.feedback_repo!r} is no dataset. Name one as owner/name.")


def base_of(source: str) -> str:
    """The hub id of a base as a Space finds it, "" for the starter, which it brings. Raises InputError for a folder."""
    if Path(source).expanduser() == starter_folder():
        return ""
    if Path(source).expanduser().is_dir() or source.count("/") != 1:
        raise InputError(f"A Space gets its base from the hub, and {source} is a folder here. Push it there first.")
    return source


def write_program(folder: Path, number: int, base: str, named: str, options: SpaceOptions) -> None:
    """Everything but the version and the card. `base` is as `base_of` says, `named` the version's name."""
    unused = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(PACKAGE, folder / PACKAGE.name, ignore=unused)
    if base:
        shutil.rmtree(folder / STARTER_INSIDE, ignore_errors=True)
    else:
        shutil.copytree(starter_folder(), folder / STARTER_INSIDE, ignore=unused, dirs_exist_ok=True)
    (folder / "LICENSE").write_text(_licence(), "utf-8")
    (folder / "requirements.txt").write_text("\n".join(requirements(options.zero_gpu)) + "\n", "utf-8")
    texts = {
        "title": (options.title or named).replace("\\", "").replace('"', "'"),
        "number": str(number),
        "base": json.dumps(base),
        "owners": repr(options.owners),
        "feedback": json.dumps(options.feedback_repo),
    }
    (folder / "app.py").write_text(_APP.format(**texts), "utf-8")


def requirements(zero_gpu: bool = False) -> list[str]:
    """Lines of requirements.txt: what the program needs, each in the version that is installed here."""
    lines = [_pinned(wanted) for wanted in _needed()]
    if zero_gpu:
        lines = [ZERO_GPU_TORCH if line.startswith("torch=") else line for line in lines]
        lines.append("spaces")
    return sorted(lines)


def head(named: str, licence: str, base: str, options: SpaceOptions) -> str:
    """The settings of a Space at the top of its README, as the hub reads them."""
    python = "3.12" if options.zero_gpu else f"{sys.version_info.major}.{sys.version_info.minor}"
    settings: dict[str, object] = {
        "title": options.title or named,
        "emoji": "🎭",
        "colorFrom": "gray",
        "colorTo": "yellow",
        "sdk": "gradio",
        "sdk_version": metadata.version("gradio"),
        "python_version": python,
        "app_file": "app.py",
        "short_description": "Chat, compare, correct: a model that learns",
        "hf_oauth": True,
        "hf_oauth_expiration_minutes": 43_200,
        "tags": ["understudy"],
        **({"suggested_hardware": "zero-a10g"} if options.zero_gpu else {}),
        **({"models": [base], "preload_from_hub": [base]} if base else {}),
    }
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in settings.items()]
    lines += front(licence)
    return "\n".join(["---", *lines, "---"])


def check_space(folder: Path) -> None:
    """Raises InputError where `folder` is none that was built."""
    for name in ("README.md", "app.py", "requirements.txt", f"{ON_A_SPACE}/{CARD}"):
        if not (folder / name).is_file():
            raise InputError(f"{folder} is no built Space: it has no {name}. Make one with understudy space build.")


def _needed() -> list[str]:
    """Requirements of the program with its extras, without markers."""
    if is_checkout():
        project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
        more = [line for extra in EXTRAS for line in project["optional-dependencies"][extra]]
        return [*project["dependencies"], *more]
    wanted = [line.partition(";") for line in metadata.requires("understudy") or []]
    extras = [f"extra == {quote}{extra}{quote}" for extra in EXTRAS for quote in "'\""]
    return [line.strip() for line, _, marker in wanted if not marker or marker.strip() in extras]


def _pinned(wanted: str) -> str:
    """`gradio>=6.31` as `gradio[oauth]==6.31.0`; a build of one machine (`+cpu`) is none that others have."""
    name = re.split(r"[^\w.-]", wanted, maxsplit=1)[0]
    try:
        version = metadata.version(name).partition("+")[0]
    except metadata.PackageNotFoundError:
        return wanted
    return f"{name}[oauth]=={version}" if name == "gradio" else f"{name}=={version}"


def _licence() -> str:
    if is_checkout():
        return (CHECKOUT / "LICENSE").read_text("utf-8")
    return metadata.distribution("understudy").read_text("licenses/LICENSE") or "Apache-2.0\n"
