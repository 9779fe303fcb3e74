"""Draws the mark, two discs of which one steps behind the other, in every size and file that a system asks for.

`python assets/icons.py` writes them where the page and the menu entry take them from; wants Pillow.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

STATIC = Path(__file__).resolve().parents[1] / "src" / "understudy" / "ui" / "static"
FRONT, BEHIND, PAPER = "#0e6b66", "#9ec8c4", "#faf9f7"
SMOOTH = 4
"""Drawn so many times larger, then made smaller, for smooth edges."""


def mark(side: int, share: float, paper: str | None = None) -> Image.Image:
    """The mark on a square of `side` pixels, `share` of it wide, on transparent or coloured ground."""
    big = side * SMOOTH
    image = Image.new("RGBA", (big, big), paper or (0, 0, 0, 0))
    width = big * share
    radius, left, middle = width * 0.3482, (big - width) / 2, big / 2
    for colour, x in ((BEHIND, left + width - radius), (FRONT, left + radius)):
        ImageDraw.Draw(image).ellipse((x - radius, middle - radius, x + radius, middle + radius), fill=colour)
    return image.resize((side, side), Image.Resampling.LANCZOS)


def main() -> None:
    for side in (192, 512):
        mark(side, 0.92).save(STATIC / f"icon-{side}.png", optimize=True)
        mark(side, 0.62, PAPER).save(STATIC / f"icon-{side}-maskable.png", optimize=True)
    mark(256, 0.92).save(STATIC / "icon.ico", sizes=[(side, side) for side in (16, 32, 48, 256)])
    mark(512, 0.82).save(STATIC / "icon.icns")


if __name__ == "__main__":
    main()
