"""One running program per data folder: a second start shows the first instead of loading the model twice.

A lock that ends with its process says whether there is one, so a crash leaves nothing to clear away. Beside it lies the
address, with a word that only this user can read: whoever knows it may ask the page's own port to show its window, so
no port is opened for that, and no other user of this machine can do it.
"""

from __future__ import annotations

import json
import os
import secrets
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from understudy.errors import StoreError, UnderstudyError

LOCK, FILE = "running.lock", "running.json"
SHOW = "/show"
"""The route that a second start posts the token to."""

PATIENCE_S = 60.0
"""How long a second start waits for the first to serve its page."""


class Instance:
    """This process as the one that runs on the data folder `home`; `token` lets a second start show it."""

    def __init__(self, home: Path) -> None:
        self._file = home / FILE
        self.token = secrets.token_urlsafe(32)
        self._file.unlink(missing_ok=True)  # of a program that was killed

    def announce(self, address: str) -> None:
        """From now on a second start finds this one at `address`."""
        part = self._file.with_suffix(".part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({"address": address, "token": self.token}, file)
        part.replace(self._file)

    def forget(self) -> None:
        self._file.unlink(missing_ok=True)


@contextmanager
def claimed(home: Path) -> Iterator[Instance | None]:
    """This process's claim on a data folder, made if missing; None when another program has it. Raises StoreError."""
    lock = FileLock(home / LOCK)
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        yield None
        return
    except OSError as error:
        raise StoreError(
            f"{home} cannot be used ({error.strerror}). Check its permissions, or choose --home."
        ) from error
    try:
        instance = Instance(home)
        yield instance
        instance.forget()
    finally:
        lock.release()


def find_first(home: Path, patience: float = PATIENCE_S) -> tuple[str, str]:
    """Address and token of the program that runs on `home`, once it serves. Raises UnderstudyError."""
    deadline = time.monotonic() + patience
    while True:
        try:
            told = json.loads((home / FILE).read_text(encoding="utf-8"))
            return str(told["address"]), str(told["token"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            if time.monotonic() >= deadline:
                raise UnderstudyError(
                    f"Understudy is starting on {home} already, but tells no address yet. Wait a little, or end it."
                ) from error
            time.sleep(0.1)


def show_first(address: str, token: str) -> None:
    """Ask the program at `address` to come to the front. Raises UnderstudyError when it does not answer."""
    body = json.dumps({"token": token}).encode()
    request = urllib.request.Request(
        address.rstrip("/") + SHOW, data=body, headers={"content-type": "application/json"}
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # this machine is never asked by a proxy
    try:
        direct.open(request, timeout=10).close()
    except OSError as error:
        raise UnderstudyError(f"Understudy runs at {address}, but does not answer ({error}). End it first.") from error
