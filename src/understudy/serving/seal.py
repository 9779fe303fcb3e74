"""A version on disk: a folder that never changes, with a card that says what it is and a seal that shows if it did.

The folder holds the adapter's two files and `version.json`. It is made beside its place and moved there whole, so that
a kill leaves either a complete version or none. The card holds numbers and hashes only: what a person wrote could not
be deleted from it again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from understudy.errors import ModelError
from understudy.serving.backend import Backend
from understudy.serving.provider import MODEL_FILE
from understudy.serving.weights import read_json

CARD = "version.json"
ON_A_SPACE = "version"
"""The folder of the one version that a Space comes with."""
FILES = ("adapter_config.json", "adapter_model.safetensors")
REMOTE_FILES = (MODEL_FILE,)
"""What the folder of a version holds whose weights lie at a provider: their name there."""
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Card:
    """What a version is: made for the model `base` with the weights `fingerprint`, on from version `parent`.

    `run` is the training run, `snapshot` a hash of what it learned from, `recipe` its hyperparameters, `metrics` the
    gate's numbers.
    """

    base: str
    fingerprint: str
    parent: int = 0
    run: str = ""
    snapshot: str = ""
    recipe: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)


def seal(trained: Path, target: Path, card: Card) -> None:
    """Make the version folder `target` from the adapter in `trained`, which stays as it is.

    What an interrupted run left at `target` is replaced. Raises ModelError when a file is missing or cannot be written.
    """
    part = target.with_name(f".{target.name}.new")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        names = _names(trained)
        for name in names:
            _write(part / name, (trained / name).read_bytes())
        values = {"format": _FORMAT, **asdict(card), "files": {name: _hash(part / name) for name in names}}
        _write(part / CARD, json.dumps(values, indent=1, sort_keys=True).encode())
        if target.exists():
            shutil.rmtree(target)
        part.rename(target)
    except FileNotFoundError as error:
        missing = Path(error.filename or "").name
        raise ModelError(f"{trained.name} has no {missing}. Train the version again.") from error
    except OSError as error:
        raise ModelError(f"The version could not be written to {target} ({error}). Make room there.") from error


def verify(folder: Path, backend: Backend) -> Card:
    """The card of the version in `folder`, once it is certain that it is whole and was made for `backend`'s model.

    Raises ModelError, with the reason, for one that is missing, damaged, changed since, or of other weights.
    """
    if not folder.is_dir():
        raise ModelError(f"There is no adapter folder at {folder}. Train the version again or remove it.")
    card, hashes = _read_card(folder)
    model = backend.describe()
    if card.fingerprint != model.fingerprint:
        other = f"{card.base}, another model" if card.base != backend.name else f"other weights of {card.base}"
        raise ModelError(f"The version in {folder.name} was made for {other}, not for the {backend.name} loaded here.")
    for name in _names(folder):
        if not (folder / name).is_file():
            raise ModelError(f"The version in {folder.name} has lost its {name}. Train it again or remove it.")
        if _hash(folder / name) != hashes.get(name):
            raise ModelError(
                f"{name} of the version in {folder.name} is not what was judged: it was changed or damaged since. "
                "Restore it from a backup, or train the version again."
            )
    return card


def _names(folder: Path) -> tuple[str, ...]:
    """The files that make the version in `folder`."""
    return REMOTE_FILES if (folder / MODEL_FILE).is_file() else FILES


def _read_card(folder: Path) -> tuple[Card, dict[str, str]]:
    """The card and the hashes of the files it vouches for."""
    what = f"The version in {folder.name}"
    values = read_json(folder / CARD, what)
    hashes = values.pop("files", None)
    if values.pop("format", None) != _FORMAT or not isinstance(hashes, dict):
        raise ModelError(f"{what}: its {CARD} is of another program version. Update the program, or train it again.")
    try:
        return Card(**values), hashes
    except TypeError as error:
        raise ModelError(f"{what}: its {CARD} is damaged. Train it again or remove it.") from error


def _write(path: Path, data: bytes) -> None:
    """Onto the disk, not only into its cache: the row that names the folder follows at once."""
    with path.open("xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
