"""What lets a browser install the page as a program: a manifest and icons of our own.

Gradio's page links `manifest.json` and has a route for it; ours come first. No service worker: browsers do not ask for
one, and a page that needs its server has nothing to show without it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse
from starlette.routing import Route

STATIC = Path(__file__).parent / "static"
ICONS = {192: "icon-192.png", 512: "icon-512.png"}
"""Side in pixels, and file; `maskable` ones fill the square, so that a system can cut its own shape."""

MASKABLE = {192: "icon-192-maskable.png", 512: "icon-512-maskable.png"}


def manifest() -> dict[str, Any]:
    """As in the W3C's Web Application Manifest; addresses are relative to the manifest's own."""
    return {
        "id": "./",
        "name": "Understudy",
        "short_name": "Understudy",
        "description": "Chat with a language model and its tuned versions side by side; what you correct, it learns.",
        "lang": "en",
        "start_url": "./",
        "scope": "./",
        "display": "standalone",
        "background_color": "#faf9f7",
        "theme_color": "#faf9f7",
        "icons": [*_icons(ICONS, "any"), *_icons(MASKABLE, "maskable")],
    }


def installable_routes() -> list[Route]:
    """`GET /manifest.json`, and an icon each."""

    async def told(_: Request) -> JSONResponse:
        return JSONResponse(manifest(), media_type="application/manifest+json")

    async def icon(request: Request) -> FileResponse:
        return FileResponse(STATIC / request.url.path.rsplit("/", 1)[-1], media_type="image/png")

    names = (*ICONS.values(), *MASKABLE.values())
    return [Route("/manifest.json", told), *(Route(f"/icons/{name}", icon) for name in names)]


def _icons(files: dict[int, str], purpose: str) -> list[dict[str, str]]:
    return [
        {"src": f"icons/{name}", "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}
        for side, name in files.items()
    ]
