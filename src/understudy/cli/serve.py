"""`understudy`: the page, on this machine."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from understudy.cli.options import MODEL, opened, with_settings
from understudy.errors import SettingsError
from understudy.importing import importing
from understudy.settings import Settings

PORTS_TRIED = 100


@click.command()
@with_settings("port", "host", "open_browser", *MODEL)
def serve(settings: Settings) -> None:
    """Serve the page and open it in the browser (the default command)."""
    click.echo("Starting ...")
    with opened(settings) as playground:
        with importing("gradio"):
            from understudy.ui.page import build_page

        demo = build_page(playground)
        playground.warm_up()
        playground.learning.watch()
        if playground.remote is not None:
            playground.remote.fulfilling.watch()
        playground.purge_when_idle()
        show(demo, settings)


def show(demo: Any, settings: Settings) -> None:
    """Serve a page until Ctrl-C or the system's polite request to end; either way what was written is kept."""
    from understudy.ui.launch import launch

    port = free_port(settings.host, settings.port)
    if settings.port not in (0, port):
        click.echo(f"Port {settings.port} is busy; taking {port}.")
    with ending_on_sigterm():
        try:
            url = launch(demo, host=settings.host, port=port, data_folder=settings.home, block=False)
            greet(url, open_browser=settings.open_browser)
            threading.Event().wait()
        except KeyboardInterrupt:
            click.echo("\nGoodbye. Everything is saved.")
        finally:
            demo.close(verbose=False)


def greet(url: str, *, open_browser: bool) -> None:
    """Tell the address, and open it where a window can open."""
    click.echo(f"Understudy is at {url} (Ctrl-C ends it)")
    if open_browser and has_screen():
        webbrowser.open(url)


@contextmanager
def ending_on_sigterm() -> Iterator[None]:
    """Let a polite end by the system be the same as Ctrl-C: nothing that was written is lost."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def free_port(host: str, port: int) -> int:
    """`port` when it is free, else the next one that is; 0 gives any. Raises SettingsError when none is."""
    for candidate in range(port, min(port + PORTS_TRIED, 65536)):
        try:
            with socket.create_server((host, candidate), family=family(host)) as server:
                return int(server.getsockname()[1])
        except PermissionError as error:
            raise SettingsError(f"Port {candidate} needs an administrator. Choose one from 1024 to 65535.") from error
        except OSError:
            continue
    raise SettingsError(f"No port from {port} on is free on {host}. Choose another with --port, or 0 for any.")


def family(host: str) -> socket.AddressFamily:
    """The address family of a loopback address."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def has_screen() -> bool:
    """Whether a browser window can open; without one, Python would start a text browser in this terminal."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
