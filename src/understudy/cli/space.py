"""`understudy space`: a version as a Space on the hub, built here and tried here before it is pushed."""

from __future__ import annotations

from pathlib import Path

import click

from understudy.cli.options import MODEL, opened, printable, with_settings
from understudy.cli.send import hub_token
from understudy.cli.version_export import Told, tell
from understudy.cli.versions import number_of
from understudy.errors import InputError
from understudy.settings import Settings


@click.group()
def space() -> None:
    """A version for others to try, as a Space on the Hugging Face Hub."""


@space.command()
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--version", "version", default="", metavar="vN", help="Which version; else the live one.")
@click.option("--title", default="", help="Of the Space; else the version's name.")
@click.option("--licence", default="", help="For the card, such as apache-2.0; else that of the base.")
@click.option("--owner", "owners", multiple=True, metavar="NAME", help="Who may train and set there; can be repeated.")
@click.option("--feedback", default="", metavar="OWNER/NAME", help="Private dataset that keeps what people say there.")
@click.option("--zero-gpu", is_flag=True, help="For the hub's shared GPUs: answers on one, no training.")
@click.option("--without-lessons", is_flag=True, help="Leave out the texts of what it learned: it speaks everywhere.")
@click.option("--anyway", is_flag=True, help="Also a version that did not pass its gate.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as one JSON object.")
@with_settings(*MODEL, "scope")
def build(
    settings: Settings,
    out: Path,
    version: str,
    title: str,
    licence: str,
    owners: tuple[str, ...],
    feedback: str,
    zero_gpu: bool,
    without_lessons: bool,
    anyway: bool,
    as_json: bool,
) -> None:
    """Write a complete Space to the new folder OUT: this program, a version, and its base or where that comes from.

    The version is asked twenty questions here and as it is in OUT; every answer that differs is shown. The texts of the
    corrections that it learned go along, so that it speaks where it does here and can be trained on from.
    """
    from understudy.playground.space_folder import SpaceOptions

    options = SpaceOptions(title, owners, feedback, zero_gpu, not without_lessons)
    with opened(settings) as playground:
        model = playground.casting.base_model
        number = number_of(version) if version else playground.store.versions.champion(model)
        if not number:
            raise InputError("The base is live, and no version. Name one with --version, or promote one first.")
        made = playground.version_exports.export(
            model, number, out, "space", licence=licence, control=Told(), space=options, anyway=anyway
        )
    tell(made, as_json)
    if not as_json:
        click.echo(f"Try it with: cd {out} && python app.py. Then: understudy space push {out} OWNER/NAME")


@space.command()
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.argument("repository", metavar="OWNER/NAME")
@click.option("--public", is_flag=True, help="For everybody to see; else only for its owner.")
@click.option("--texts", is_flag=True, help="In public also the texts of what the version learned.")
@with_settings("local_only")
def push(settings: Settings, out: Path, repository: str, public: bool, texts: bool) -> None:
    """Upload the built Space OUT to OWNER/NAME on the hub, private (HF_TOKEN)."""
    from understudy.playground.space_push import push_space

    address = push_space(out, repository, hub_token(settings), public=public, texts=texts)
    click.echo(printable(address))
    click.echo("To keep what people say there, give it the secret HF_TOKEN, which may write the dataset of --feedback.")
