"""`understudy`: the page, on this machine, in the browser or in a window of its own."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import click

from understudy.cli.options import MODEL, opened, with_settings
from understudy.desktop.instance import SHOW, Instance, claimed, find_first, show_first
from understudy.desktop.screen import Screen, Serving, choose_screen
from understudy.errors import SettingsError
from understudy.importing import importing
from understudy.malloc import keep_flat
from understudy.settings import Settings

if TYPE_CHECKING:
    from understudy.playground.playground import Playground
    from understudy.ui.sign_in import Who

PORTS_TRIED = 100
IN_THE_CLEAR = (
    "Other machines may reach this page now, and everybody signs in. It speaks http: passwords and chats travel in the"
    " clear. Put a proxy with TLS before it (README, Several people) on any network that you do not trust."
)


PLACE = ("port", "host", "listen", "hosts", "open_browser", "window")
CROWD = (
    "personal", "answers_at_once", "line", "limit_waiting", "limit_requests", "limit_tokens", "limit_characters",
    "limit_conversations", "limit_upload", "limit_address", "proxies",
)  # fmt: skip


@click.command()
@with_settings(*PLACE, *CROWD, *MODEL)
def serve(settings: Settings) -> None:
    """Serve the page and open it in the browser, or in a window of its own (the default command)."""
    with claimed(settings.home) as instance:
        if instance is None:
            show_running(settings)
            return
        click.echo("Starting ...")
        screen = screen_of(settings)
        present(screen, lambda: started(settings, instance, screen))
    leave()


def leave() -> NoReturn:
    """End at once, with 0. A thread that still loads a model inside torch would have Python abort on its way out."""
    if sys.stdout is not None:  # Windows' Python without a console has none
        sys.stdout.flush()
    os._exit(0)


def show_running(settings: Settings) -> None:
    """Bring the program that has this data folder to the front, and say where it is."""
    address, token = find_first(settings.home)
    if settings.open_browser:
        show_first(address, token)
    click.echo(f"Understudy runs on {settings.home} already, at {address}. For a second one, choose another --home.")


@contextmanager
def started(settings: Settings, instance: Instance, screen: Screen) -> Iterator[str]:
    """The whole program, at the address it gives, as long as the block lasts; then a run under way is parked."""
    keep_flat()
    with opened(settings) as playground:
        with importing("gradio"):
            from understudy.ui.page import build_page
            from understudy.ui.showing import show_route

        demo = build_page(playground, show_route(SHOW, instance.token, screen.show), who=door(playground, settings))
        playground.warm_up()
        playground.learning.watch()
        if playground.remote is not None:
            playground.remote.fulfilling.watch()
        playground.purge_when_idle()
        with served(demo, settings) as address:
            instance.announce(address)
            yield address


def door(playground: Playground, settings: Settings) -> Who | None:
    """Who may come in: without `listen` the one person of this machine. Raises SettingsError where one cannot open."""
    if not settings.listen:
        return None
    from understudy.ui.sign_in import Accounts

    playground.people.check_open(settings.hosts)
    click.echo(IN_THE_CLEAR)
    return Accounts(playground.people)


def show(demo: Any, settings: Settings) -> None:
    """Serve and show a page that was built already, until the person closes it."""
    present(screen_of(settings), lambda: served(demo, settings))


def screen_of(settings: Settings) -> Screen:
    return choose_screen(settings.window, settings.open_browser, settings.home, click.echo)


def present(screen: Screen, serving: Serving) -> None:
    """Show until the window is closed, Ctrl-C, or the system's polite request to end; what was written is kept."""
    with ending_on_sigterm():
        try:
            screen.run(serving)
        except KeyboardInterrupt:
            click.echo("")
    click.echo("Goodbye. Everything is saved.")


@contextmanager
def served(demo: Any, settings: Settings) -> Iterator[str]:
    """A page on this machine as long as the block lasts; its address."""
    from understudy.ui.launch import launch

    port = free_port(settings.address, settings.port)
    if settings.port not in (0, port):
        click.echo(f"Port {settings.port} is busy; taking {port}.")
    try:
        hosts = settings.hosts if settings.listen else ()
        address = launch(
            demo,
            host=settings.address,
            port=port,
            data_folder=settings.home,
            hosts=hosts,
            proxies=settings.proxies,
            block=False,
        )
        click.echo(f"Understudy is at {address} (Ctrl-C ends it)")
        for name in hosts:
            click.echo(f"Others reach it at http://{f'[{name}]' if ':' in name else name}:{port}/")
        yield address
    finally:
        demo.close(verbose=False)


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
    """The address family of an address."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET
