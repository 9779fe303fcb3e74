"""`understudy versions push` and `pushes`: a version to the hub, and what was sent there."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from understudy.cli.options import MODEL, opened, printable, with_settings
from understudy.cli.version_export import FORMS, Told, answers
from understudy.cli.versions import number_of
from understudy.errors import InputError
from understudy.serving.dtypes import DTYPES
from understudy.settings import Settings

if TYPE_CHECKING:
    from understudy.store import Push

SENT = tuple(form for form in FORMS if form != "space")
"""A Space has a kind of repository of its own, and a command: `understudy space push`."""


@click.command()
@click.argument("version")
@click.argument("repository", metavar="OWNER/NAME")
@click.option("--as", "form", type=click.Choice(SENT), default="adapter", show_default=True, help="What is sent.")
@click.option("--dtype", type=click.Choice(DTYPES), default="float32", show_default=True, help="Of merged weights.")
@click.option("--licence", default="", help="Of what is sent. Without it you are asked, with that of the base.")
@click.option("--public/--private", default=False, show_default="--private", help="Who may see it.")
@click.option("--anyway", is_flag=True, help="Also where answers differ, or nothing could be compared.")
@click.option("--json", "as_json", is_flag=True, help="Print what was sent as one JSON object.")
@with_settings(*MODEL, "scope", "local_only")
def push(
    settings: Settings,
    version: str,
    repository: str,
    form: str,
    dtype: str,
    licence: str,
    public: bool,
    anyway: bool,
    as_json: bool,
) -> None:
    """Send VERSION (3 or v3) to the model OWNER/NAME on the hub, with a card, once it answered there as it does here.

    The token is HF_TOKEN, or that of `hf auth login`. What people corrected is in the weights: whoever gets them may
    get it out of them.
    """
    from understudy.playground.publishing import Parcel

    number = number_of(version)
    with opened(settings) as playground:
        model = playground.casting.base_model
        licence = licence or _licence(playground.version_exports.licence(model))
        parcel = Parcel(model, number, repository, form, dtype, licence, public, anyway)
        sent = playground.publishing.push(parcel, Told())
    if not as_json or sent.push is None:
        click.echo(printable(f"{sent.compared.sentence}\n{answers(sent.compared)}".rstrip()))
    if sent.push is None:
        raise InputError(f"{sent.sentence} With --anyway it is sent all the same.")
    click.echo(json.dumps(asdict(sent.push), ensure_ascii=False) if as_json else printable(sent.sentence))


@click.command()
@click.argument("version")
@click.option("--json", "as_json", is_flag=True, help="One JSON line each.")
@with_settings("home", "base_model")
def pushes(settings: Settings, version: str, as_json: bool) -> None:
    """Where VERSION was sent, newest first."""
    with opened(settings) as playground:
        found = playground.publishing.earlier(playground.casting.base_model, number_of(version))
    for one in found:
        click.echo(json.dumps(asdict(one), ensure_ascii=False) if as_json else _words(one))


def _licence(of_base: str) -> str:
    """What a person says it is under, who sees that of the base. Raises InputError where nobody can be asked."""
    base = f"The base is under: {of_base or 'unknown; look at its card'}."
    if not sys.stdin.isatty():
        raise InputError(f"{base} Say with --licence under which you share the version.")
    click.echo(base, err=True)
    return str(click.prompt("Licence of what you send", default=of_base or None, err=True))


def _words(one: Push) -> str:
    """A push as one line for a person."""
    told = {
        "sent": f"{one.address} at {one.revision[:12]}",
        "failed": f"{one.repository}: {one.fault}",
        "sending": f"{one.repository}: the program ended before it was known whether it arrived; look there",
    }[one.state]
    return printable(f"{one.created[:16].replace('T', ' ')} · {'public' if one.public else 'private'} · {told}")
