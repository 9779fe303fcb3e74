"""A private dataset on the hub that outlives the disk of a Space: lines of feedback go there, and come from there.

It is never made public here, and one that is public already gets nothing: what people say on a Space is theirs.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.errors import InputError

if TYPE_CHECKING:
    from huggingface_hub import CommitScheduler

FOLDER = "feedback"
EVERY_MINUTES = 5.0
"""A commit at most so often: the hub allows a few hundred an hour, and a restart in between loses at most this."""

CARD = """---
tags: [understudy]
---

What people said to a Space of Understudy: a file a replica and day, a line a fact. `understudy pull {name}` brings it
into a store of your own. It names who said it, so keep it private.
"""
LAST_S = 60.0
"""How long the last upload may take when the program ends."""


class FeedbackRepo:
    """The dataset `name` (owner/name); `token` is "" for whoever is signed in on this machine, or nobody."""

    def __init__(self, name: str, token: str = "") -> None:
        from huggingface_hub import HfApi

        self.name = name
        self._api = HfApi(token=token or None)

    @contextmanager
    def fetched(self) -> Iterator[Path | None]:
        """A folder with all that is there, as long as the block lasts; None where there is no such dataset yet.

        Raises InputError when the hub cannot be asked.
        """
        folder = Path(tempfile.mkdtemp(prefix="understudy-"))
        try:
            yield folder / FOLDER if self._fetch(folder) else None
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def keep(self, folder: Path, every: float = EVERY_MINUTES) -> CommitScheduler:
        """Upload the files of `folder` when they change, from now on. Raises InputError.

        A card goes up at once: a token that may not write is found out now, and not after the first loss.
        """
        from huggingface_hub import CommitScheduler
        from huggingface_hub.errors import HfHubHTTPError

        from understudy.serving.hub import HTTPError

        try:
            self._api.create_repo(self.name, repo_type="dataset", private=True, exist_ok=True)
            if not self._api.repo_info(self.name, repo_type="dataset").private:
                raise InputError(f"The dataset {self.name} is public, so nothing that people say is sent there.")
            card = CARD.format(name=self.name).encode()
            self._api.upload_file(
                path_or_fileobj=card, path_in_repo="README.md", repo_id=self.name, repo_type="dataset"
            )
            return CommitScheduler(
                repo_id=self.name, repo_type="dataset", folder_path=folder, path_in_repo=FOLDER, every=every,
                allow_patterns="*.jsonl", hf_api=self._api,
            )  # fmt: skip
        except (HfHubHTTPError, HTTPError, OSError, ValueError) as error:
            raise InputError(f"The dataset {self.name} cannot be written ({_first(error)}). Check HF_TOKEN.") from error

    def _fetch(self, folder: Path) -> bool:
        from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError

        from understudy.serving.hub import HTTPError

        try:
            self._api.repo_info(self.name, repo_type="dataset")
            self._api.snapshot_download(
                self.name, repo_type="dataset", local_dir=folder, allow_patterns=f"{FOLDER}/*.jsonl"
            )
        except RepositoryNotFoundError:
            return False
        except (HfHubHTTPError, HTTPError, OSError, ValueError) as error:
            raise InputError(f"The dataset {self.name} cannot be read ({_first(error)}). Check HF_TOKEN.") from error
        return True


def _first(error: Exception) -> str:
    """The first line of what the hub's library says, which goes on for many."""
    return next(iter(str(error).splitlines()), type(error).__name__).rstrip(".")
