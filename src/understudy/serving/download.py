"""A model from the hub to this computer: only the files that are ever opened, with progress, and stoppable.

What arrived is kept in the hub's own cache, so a cancelled or broken download goes on where it was. A model that is
already there is found without asking the network, so the program works offline.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from huggingface_hub import constants, snapshot_download
from huggingface_hub.errors import (
    DryRunError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    IncompleteSnapshotError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
)
from tqdm.std import tqdm  # type: ignore[import-untyped]

from understudy.errors import Cancelled, DownloadError, ModelError
from understudy.serving.hub import HTTPError
from understudy.serving.weights import require_weights

Progress = Callable[[int, int | None], None]
"""Called with the bytes done and the bytes in all (None while unknown)."""

WANTED = ("*.safetensors", "*.json", "*.jinja", "*.model", "merges.txt", "vocab.txt")
"""Weights as safetensors, settings, chat template and tokenizer; never pickles, never Python."""


def download_model(repo: str, progress: Progress | None = None) -> Path:
    """The folder of hub model `repo`, fetched if it is not here. Raises DownloadError or ModelError."""
    return fetch_model(repo, progress or (lambda done, total: None), threading.Event())


def fetch_model(
    source: str | Path,
    progress: Progress,
    cancelled: threading.Event,
    *,
    endpoint: str | None = None,
    cache: Path | None = None,
) -> Path:
    """The folder that holds `source`: itself, or the hub's local copy, downloaded when it is not complete yet.

    Raises Cancelled once `cancelled` is set, DownloadError when the hub has no such model or cannot be reached, and
    ModelError when the model offers nothing that can be loaded.
    """
    path = Path(source).expanduser()
    if path.is_dir():
        require_weights(path, str(source))
        return path
    where = {"cache_dir": cache, "endpoint": endpoint, "allow_patterns": list(WANTED)}
    folder = _local_copy(str(source), where)
    if folder is None:
        folder = _download(str(source), where, progress, cancelled)
    require_weights(folder, str(source))
    return folder


def _local_copy(repo: str, where: dict[str, Any]) -> Path | None:
    try:
        folder = Path(snapshot_download(repo, local_files_only=True, **where))
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    return folder if any(folder.glob("*.safetensors")) else None


def _download(repo: str, where: dict[str, Any], progress: Progress, cancelled: threading.Event) -> Path:
    try:
        files = _list(repo, where)
        _require_listed([file.filename for file in files], repo)
        total = sum(file.file_size or 0 for file in files if file.will_download)
        progress(0, total)
        bar = _bar_class(total, progress, cancelled)
        return Path(snapshot_download(repo, tqdm_class=bar, max_workers=2, **where))
    except HFValidationError as error:
        raise DownloadError(f"{repo!r} is neither a folder here nor a hub id such as owner/name. Check it.") from error
    except GatedRepoError as error:
        raise DownloadError(
            f"{repo} asks for its terms to be accepted first. Accept them on its page at {constants.ENDPOINT}/{repo}, "
            "set HF_TOKEN to your token, and try again."
        ) from error
    except RepositoryNotFoundError as error:
        raise DownloadError(
            f"The hub has no public model {repo}. Check the spelling, or set HF_TOKEN for a private one."
        ) from error
    except (
        OfflineModeIsEnabled,
        IncompleteSnapshotError,
        LocalEntryNotFoundError,
        HTTPError,
        HfHubHTTPError,
        OSError,
    ) as error:
        raise DownloadError(_unreachable(repo, error)) from error


def _list(repo: str, where: dict[str, Any]) -> list[Any]:
    """What a download would fetch; the reason itself when the hub refuses, which a dry run hides as its cause."""
    try:
        return snapshot_download(repo, dry_run=True, **where)  # type: ignore[no-any-return]
    except DryRunError as error:
        raise error.__cause__ or error from None


def _unreachable(repo: str, error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno == 28:
        return f"The disk is full, so {repo} could not be stored. Free some space and try again."
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OfflineModeIsEnabled):
            return (
                f"{repo} is not on this computer, and HF_HUB_OFFLINE forbids fetching it. Unset it, or enter a folder."
            )
        cause = cause.__cause__
    return (
        f"The hub cannot be reached, so {repo} was not fetched. "
        "Check the connection and try again, or enter the folder of a model that is already here."
    )


def _require_listed(names: list[str], repo: str) -> None:
    if not any(name.endswith(".safetensors") for name in names):
        raise ModelError(
            f"{repo} offers no .safetensors weights, the only kind that is loaded here. Choose another model."
        )


def _bar_class(total: int, progress: Progress, cancelled: threading.Event) -> Any:
    """A progress bar that draws nothing, reports bytes, and stops the download from inside.

    The hub's library feeds one bar with received and one with written bytes; the larger of the two is how far it is.
    """
    done: dict[int, int] = {}
    lock = threading.Lock()

    class Bar(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, "file": io.StringIO(), "leave": False})
            self.counts = kwargs.get("unit") == "B"

        def display(self, *args: Any, **kwargs: Any) -> None:
            return None

        def update(self, n: float | None = 1) -> None:
            if cancelled.is_set():
                raise Cancelled("Cancelled. What was downloaded is kept, so a new try goes on from there.")
            if self.counts:
                with lock:
                    done[id(self)] = done.get(id(self), 0) + int(n or 0)
                    progress(min(max(done.values()), total), total)
            super().update(n)

    return Bar
