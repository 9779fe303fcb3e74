"""Which Chromium the browser tests drive; `python -m tests.browser` makes sure that there is one.

One that is installed comes first, because it costs nothing; then the one playwright downloads; then the system's
package, which needs an administrator.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
MAC_APPS = ("Google Chrome", "Chromium", "Microsoft Edge")


def find_browser() -> str | None:
    """Path of a Chromium that starts, or None."""
    return next((path for path in candidates() if starts(path)), None)


def candidates() -> Iterator[str]:
    """Where a Chromium may be, cheapest to ask first."""
    if chosen := os.environ.get("CHROMIUM"):
        yield chosen
    yield from filter(None, map(shutil.which, NAMES))
    for app in MAC_APPS:
        yield f"/Applications/{app}.app/Contents/MacOS/{app}"
    yield playwrights_own()


def playwrights_own() -> str:
    """Where playwright keeps its Chromium once it is downloaded."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def starts(path: str) -> bool:
    """Whether this program exists and tells its version (Ubuntu's package is a stub that does not)."""
    if not Path(path).is_file():
        return False
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def ways_to_install() -> Iterator[tuple[str, list[list[str]]]]:
    """What may bring a Chromium onto this machine, with its commands."""
    yield "playwright", [[sys.executable, "-m", "playwright", "install", "chromium"]]
    root = ["sudo", "-n"] if hasattr(os, "geteuid") and os.geteuid() != 0 else []
    if shutil.which("apt-get") and (not root or shutil.which("sudo")):
        apt = [*root, "apt-get", "-qq"]
        yield "the system's package", [[*apt, "update"], [*apt, "install", "-y", "chromium"]]


def install_browser() -> str | None:
    """Try the ways in turn until one gives a Chromium that starts; None when none does."""
    for way, commands in ways_to_install():
        print(f"No Chromium yet. Trying {way} ...", flush=True)
        try:
            done = all(
                subprocess.run(command, stdin=subprocess.DEVNULL, timeout=300, check=False).returncode == 0
                for command in commands
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            print(f"{way}: {error}", flush=True)
            continue
        if done and (path := find_browser()):
            return path
    return None


def main() -> int:
    """Exit code 0 when the browser tests can run."""
    path = find_browser() or install_browser()
    if path is None:
        print(
            "The tests of the page need Chromium, and none could be installed. Install Chromium or Chrome, or set "
            "CHROMIUM to its program, then run `make test` again. `make test-fast` needs no browser.",
            file=sys.stderr,
        )
        return 1
    print(f"Browser tests use {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
