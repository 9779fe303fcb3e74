"""`understudy people`: who may sign in once other machines can reach the page. A password is never an argument."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from understudy.cli.options import opened, printable, with_settings
from understudy.errors import InputError
from understudy.playground.people import ROLES, People
from understudy.playground.progress import counted
from understudy.settings import Settings
from understudy.store import Store


@click.group(invoke_without_command=True)
@click.pass_context
def people(context: click.Context) -> None:
    """Let people in and out: accounts for --listen."""
    if context.invoked_subcommand is None:
        context.invoke(list_people)


@people.command("list")
@with_settings("home")
def list_people(settings: Settings) -> None:
    """Who there is, as what, and in how many places they are signed in."""
    with accounts(settings) as known:
        lines = known.list()
    for line in lines:
        click.echo(f"{line.name:24} {line.role:8} {f'signed in: {line.places}' if line.places else ''}".rstrip())
    if not lines:
        click.echo("Nobody yet. Let somebody in: understudy people add NAME --role owner")


@people.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="visitor", show_default=True, help="What they may do.")
@with_settings("home")
def add(settings: Settings, name: str, role: str) -> None:
    """Let NAME in. The password is asked for, or read from the first line of standard input."""
    with accounts(settings) as known:
        first = not known.list()
        made = known.add(name, role, asked_password(name))
        click.echo(f"{made.name} can sign in as {made.role}.")
        if first and made.role == "owner" and known.unclaimed():
            offer(known, made.name)


@people.command()
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@with_settings("home")
def role(settings: Settings, name: str, role: str) -> None:
    """Make NAME a visitor, a curator or an owner. Ends their sessions."""
    with accounts(settings) as known:
        known.set_role(name, role)
    click.echo(f"{name} is {role} now, and signs in again.")


@people.command()
@click.argument("name")
@with_settings("home")
def password(settings: Settings, name: str) -> None:
    """Give NAME a new password. Ends their sessions; somebody who was removed is back with it."""
    with accounts(settings) as known:
        known.set_password(name, asked_password(name))
    click.echo(f"{name} has a new password, and signs in again.")


@people.command()
@click.argument("name")
@with_settings("home")
def remove(settings: Settings, name: str) -> None:
    """NAME can no longer sign in. What they said stays, and nobody else gets the name."""
    with accounts(settings) as known:
        known.remove(name)
    click.echo(f"{name} was removed. A new password brings them back: understudy people password {name}")


@people.command()
@click.argument("name")
@with_settings("home")
def give(settings: Settings, name: str) -> None:
    """Make what was chatted here before there were accounts the conversations of the owner NAME."""
    with accounts(settings) as known:
        click.echo(f"Given to {name}: {counted(known.give(name), 'conversation')} of this machine.")


@people.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Without asking once more.")
@with_settings("home", "base_model")
def forget(settings: Settings, name: str, yes: bool) -> None:
    """Take everything of NAME off the disk for good, the account too. What goes is counted first."""
    with opened(settings) as playground:
        if not yes:
            click.echo(printable(f"This goes: {playground.erasing.words(name)}"))
            click.confirm(f"Forget everything of {name} for good?", abort=True)
        click.echo(printable(playground.erasing.forget(name)))


def offer(known: People, name: str) -> None:
    """The first owner may be who chatted here before; only they know."""
    held = f"{counted(known.unclaimed(), 'conversation')} of this machine, from before there were accounts"
    if sys.stdin.isatty() and click.confirm(f"Give {name} {held}?"):
        known.give(name)
    else:
        click.echo(f"Kept apart: {held}. To give them to {name}: understudy people give {name}")


@contextmanager
def accounts(settings: Settings) -> Iterator[People]:
    """The people of a data folder, also while the program runs: what changes here holds there at once."""
    with Store.open(settings.database) as store:
        yield People(store)


def asked_password(name: str) -> str:
    """Typed twice without being seen, or the first line of what is piped in."""
    if sys.stdin.isatty():
        return str(click.prompt(f"Password for {name}", hide_input=True, confirmation_prompt="The same again"))
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise InputError("No password came on standard input. Type one at a terminal, or pipe it in.")
    return line
