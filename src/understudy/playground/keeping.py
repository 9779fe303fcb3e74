"""A Space keeps what people say: brought back at its start, written down while it runs, uploaded every few minutes.

Where nobody named a dataset, or the hub refuses, the Space works all the same, and its log says that a restart will
forget. What was brought back is not written down once more: it is in the dataset already.
"""

from __future__ import annotations

import logging
from concurrent.futures import TimeoutError as TooLate
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.errors import InputError
from understudy.playground.feedback_repo import EVERY_MINUTES, FOLDER, LAST_S, FeedbackRepo
from understudy.playground.journal import Journal
from understudy.playground.pulling import restore
from understudy.store import Store

if TYPE_CHECKING:
    from huggingface_hub import CommitScheduler

log = logging.getLogger(__name__)

NOWHERE = (
    "What people say here is lost when this Space restarts. Set UNDERSTUDY_FEEDBACK_REPO to a dataset (owner/name) and"
    " HF_TOKEN to a token that may write it."
)


class Keeping:
    """Begins with `start`. `sentence` says where feedback goes, for the log."""

    def __init__(self, store: Store, home: Path, repo: FeedbackRepo | None, every: float = EVERY_MINUTES) -> None:
        self._store, self._folder, self._repo, self._every = store, home / FOLDER, repo, every
        self._scheduler: CommitScheduler | None = None
        self._journal: Journal | None = None
        self.sentence = NOWHERE

    def start(self) -> None:
        """Bring back what is in the dataset, then keep what is said from now on. Raises nothing that a hub can do."""
        if self._repo is None:
            return
        try:
            self.sentence = self._restore(self._repo)
            self._scheduler = self._repo.keep(self._folder, self._every)
        except InputError as error:
            self.sentence = f"{error} {NOWHERE}"
        lock = self._scheduler.lock if self._scheduler else None
        self._journal = Journal(self._store, self._folder, lock)
        self._journal.start()

    def close(self) -> None:
        """Write and upload what is left."""
        if self._journal is not None:
            self._journal.close()
        if self._scheduler is not None:
            self._upload(self._scheduler)

    def _restore(self, repo: FeedbackRepo) -> str:
        self._store.outbox.listen(False)
        with repo.fetched() as folder:
            if folder is None:
                return f"What people say goes to the new private dataset {repo.name}."
            pulled = restore(self._store, folder, repo.name, self._folder)
        return (
            f"What people say goes to the private dataset {repo.name}; {pulled.brought.added:,} conversations and facts"
            " came back from it."
        )

    def _upload(self, scheduler: CommitScheduler) -> None:
        try:
            scheduler.trigger().result(LAST_S)
        except (TooLate, Exception):  # the library has told its reason; the files lie here
            log.exception("the last feedback could not be uploaded")
        scheduler.stop()
