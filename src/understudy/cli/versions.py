"""`understudy versions`, `promote` and `rollback`: what was learned, and which of it is live."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from understudy.cli.options import MODEL, opened, person_option, printable, with_settings
from understudy.errors import InputError
from understudy.settings import Settings

if TYPE_CHECKING:
    from understudy.playground.promoting import VersionItem


@click.group(invoke_without_command=True)
@person_option()
@click.option("--json", "as_json", is_flag=True, help="One JSON line per version.")
@with_settings("home", "base_model")
@click.pass_context
def versions(context: click.Context, settings: Settings, person: str, as_json: bool) -> None:
    """The versions of the base model, newest first; * marks the live one. `export` and `push` take one elsewhere."""
    if context.invoked_subcommand is not None:
        if any(context.params.values()):
            raise InputError(
                f"Flags belong behind the command: understudy versions {context.invoked_subcommand} --help"
            )
        return
    with opened(settings) as playground:
        for item in playground.versions(playground.own.require(person)):
            click.echo(json.dumps(asdict(item), ensure_ascii=False) if as_json else words(item))


@click.command()
@click.argument("version")
@click.option("--anyway", is_flag=True, help="Also a version that did not pass its gate.")
@person_option()
@with_settings(*MODEL)
def promote(settings: Settings, version: str, anyway: bool, person: str) -> None:
    """Make VERSION (3 or v3) live; 0 is the base. A program that runs answers with it from its next answer on."""
    number = number_of(version)
    with opened(settings) as playground:
        click.echo(playground.promote(number, anyway=anyway, own=playground.own.require(person)))


@click.command()
@click.argument("version", required=False)
@person_option()
@with_settings(*MODEL)
def rollback(settings: Settings, version: str | None, person: str) -> None:
    """Make the version before the live one live again, or VERSION."""
    number = None if version is None else number_of(version)
    with opened(settings) as playground:
        click.echo(playground.roll_back(number, playground.own.require(person)))


def number_of(version: str) -> int:
    """`3`, `v3` or `base` as a number. Raises InputError for anything else."""
    digits = "0" if version == "base" else version.removeprefix("v")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        raise InputError(
            f"{version!r} is no version. Type its number, such as 3 or v3; `understudy versions` lists them."
        )
    return int(digits)


def words(item: VersionItem) -> str:
    """A version as one line for a person."""
    facts = [item.created[:16].replace("T", " ")]
    facts += [f"from {'base' if item.parent == 0 else f'v{item.parent}'}"] if item.parent is not None else []
    facts += [f"{item.learned} of {item.judged} corrections learned"] if item.judged else []
    facts += ["deleted"] if item.removed else []
    facts += [f"of {item.person}"] if item.person else []
    facts += [item.sentence, item.note]
    name = "base" if item.number == 0 else f"v{item.number}"
    name += f" ({item.name})" if item.name != name else ""
    return printable(f"{'*' if item.live else ' '} {name:6} {' · '.join(fact for fact in facts if fact)}".rstrip())
