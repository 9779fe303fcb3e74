"""Pictures of the page for the README, taken by the tests themselves when `UNDERSTUDY_SCREENSHOTS=1`: none can be of a
page that is not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "screenshots"
WANTED = bool(os.environ.get("UNDERSTUDY_SCREENSHOTS"))


def take(page: Page, name: str) -> None:
    """Save what the page shows, where pictures are wanted."""
    if WANTED:
        page.mouse.move(0, 0)
        page.wait_for_timeout(600)
        path = FOLDER / f"{name}.png"
        page.screenshot(path=path)
        keep(path, name)


def keep(picture: Path, name: str) -> None:
    """Save a picture where they are wanted, with as many colours as it needs and no more."""
    if not WANTED:
        return
    from PIL import Image

    with Image.open(picture) as seen:
        seen.convert("RGB").quantize(192, dither=Image.Dither.NONE).save(FOLDER / f"{name}.png", optimize=True)
