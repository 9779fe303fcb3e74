"""`understudy versions export` and `exports`: a version as files for another program, and how it answered there."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from understudy.cli.options import MODEL, opened, printable, with_settings
from understudy.cli.versions import number_of
from understudy.serving.dtypes import DTYPES
from understudy.settings import Settings

if TYPE_CHECKING:
    from understudy.playground.exporting import Compared
    from understudy.store import ExportLine

FORMS = ("adapter", "merged", "gguf", "gguf-adapter", "ollama", "space")


class Told:
    """Says on the terminal what an export is at, a line for each part."""

    def __init__(self) -> None:
        self._phase = ""

    def step(self, phase: str, done: float, seconds_left: float | None = None) -> None:
        if phase != self._phase:
            click.echo(f"{phase} …", err=True)
        self._phase = phase


@click.command()
@click.argument("version")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--as", "form", type=click.Choice(FORMS), required=True, help="What the other program reads.")
@click.option("--dtype", type=click.Choice(DTYPES), default="float32", show_default=True, help="Of merged weights.")
@click.option("--licence", default="", help="For the card; else that of the base, as far as its card says it.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as one JSON object.")
@with_settings(*MODEL, "scope")
def export(settings: Settings, version: str, out: Path, form: str, dtype: str, licence: str, as_json: bool) -> None:
    """Write VERSION (3 or v3) to the new folder OUT, and ask it there what it is asked here.

    Twenty questions, half of them what it learned, are put to the version and to the program that reads the files;
    every answer that differs is shown.
    """
    with opened(settings) as playground:
        model = playground.casting.base_model
        made = playground.version_exports.export(model, number_of(version), out, form, dtype, licence, Told())
    tell(made, as_json)


@click.command()
@click.argument("version")
@click.option("--json", "as_json", is_flag=True, help="One JSON line per export.")
@with_settings("home", "base_model")
def exports(settings: Settings, version: str, as_json: bool) -> None:
    """The exports of VERSION, newest first, each with the answers that differed."""
    with opened(settings) as playground:
        found = playground.version_exports.earlier(playground.casting.base_model, number_of(version))
    for made in found:
        tell(made, as_json)


def answers(made: Compared) -> str:
    """Every answer that differs, in three lines each."""
    return "\n".join(_words(line) for line in made.lines if not line.same)


def tell(made: Compared, as_json: bool) -> None:
    if as_json:
        told = {**asdict(made.export), "sentence": made.sentence, "lines": [asdict(line) for line in made.lines]}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    export = made.export
    head = f"{export.form}, {export.dtype}, {export.bytes:,} bytes in {export.path}"
    click.echo(printable("\n".join(filter(None, [head, made.sentence, answers(made)]))))


def _words(line: ExportLine) -> str:
    if line.gone:
        return "  (a question that was deleted since)"
    return f"  {line.question}\n    here:  {line.live}\n    there: {line.exported}"
