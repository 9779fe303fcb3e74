"""How the page is served: nothing leaves the machine, nothing but this page gets in."""

from __future__ import annotations

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from understudy.errors import SettingsError
from understudy.settings import is_loopback
from understudy.ui.chat import STATIC, styles
from understudy.ui.guard import LOCAL_HOSTS, Guard
from understudy.ui.page import Page
from understudy.ui.sign_in import Local, SignIn

PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.1", "::1")
"""Where the proxy of a Space stands: nothing else reaches the program there."""

FAVICON = STATIC / "favicon.png"
EVERYWHERE = ("0.0.0.0", "::")
"""Addresses to serve on that are nobody's to ask for."""


def launch_options(page: Page, *, data_folder: Path | None = None, hosts: Iterable[str] = ()) -> dict[str, Any]:
    """Keyword arguments of `gr.Blocks.launch`. `hosts` are names this server answers for beside the local ones.

    On a Space its own host names are added; server name and port are left to the Space there.
    """
    space = (host.strip() for host in os.environ.get("SPACE_HOST", "").split(","))
    allowed = {*LOCAL_HOSTS, *hosts, *filter(None, space)}
    return {
        "theme": theme(),
        "css": styles(),
        "favicon_path": str(FAVICON),
        "app_kwargs": {
            "middleware": [
                *page.who.middleware,
                Middleware(Guard, hosts=allowed, opened=page.who.open_paths),
                Middleware(SignIn, who=page.who),
            ],
            "routes": page.own_routes,
            "openapi_url": None,
            "docs_url": None,
            "redoc_url": None,
        },
        "blocked_paths": [str(data_folder)] if data_folder else [],
        "allowed_paths": [],
        "footer_links": [],
        "run_history": False,
        "enable_monitoring": False,
        "ssr_mode": False,
        "mcp_server": False,
        "pwa": False,
        "share": False,
        "show_error": False,
        "quiet": True,
    }


def launch(
    demo: Page,
    *,
    host: str | None = "127.0.0.1",
    port: int | None = None,
    data_folder: Path | None = None,
    hosts: Iterable[str] = (),
    open_browser: bool = False,
    proxies: Iterable[str] = (),
    block: bool = True,
) -> str:
    """Serve the page and return its address. `port` None takes the first free one from 7860; `host` None is a Space's.

    `proxies` are addresses that are believed whose request they pass on (X-Forwarded-For and -Proto): uvicorn does
    that, and reads it from the environment when it starts. With `block` it returns when the server ends. Raises
    `OSError` when the port is taken, `SettingsError` where other machines could come in and nobody signs in.
    """
    if host and not is_loopback(host) and isinstance(demo.who, Local):
        raise SettingsError(f"Other machines reach {host}, and nobody would sign in here. Start it with --listen.")
    os.environ["FORWARDED_ALLOW_IPS"] = ",".join([*proxies, *(PRIVATE if "SPACE_ID" in os.environ else ())])
    names = [*hosts, *([host] if host and host not in EVERYWHERE else [])]
    here = {"server_name": host, "server_port": port} if host else {}
    _, url, _ = demo.launch(
        **here,
        inbrowser=open_browser,
        prevent_thread_lock=not block,
        **launch_options(demo, data_folder=data_folder, hosts=names),
    )
    return str(url)


def theme() -> gr.themes.Base:
    """Only what shows before the page has drawn itself: system fonts and the two backgrounds."""
    fonts = {"font": ["system-ui", "sans-serif"], "font_mono": ["ui-monospace", "monospace"]}
    return gr.themes.Base(**fonts).set(
        body_background_fill="#faf9f7",
        body_background_fill_dark="#181716",
        body_text_color="#211f1c",
        body_text_color_dark="#ece9e4",
    )
