"""`understudy import`: files of feedback from elsewhere, tried first if wanted, and taken back as one."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from understudy.cli.options import opened, printable, with_settings
from understudy.errors import NotFoundError
from understudy.settings import Settings

if TYPE_CHECKING:
    from understudy.playground.bringing import Look
    from understudy.playground.exchange import Imported
    from understudy.store import Store


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--format", default="auto", show_default=True, help="Of its lines: openai-sft, trl-preference, alpaca ..."
)
@click.option("--map", "mapping", default="", help="What columns mean: prompt=question,rating=stars; field= drops one.")
@click.option("--encoding", default="", help="Of a text file that is not UTF-8, for example cp1252.")
@click.option("--dry-run", is_flag=True, help="Only count what is new, here already or faulty; shows the first rows.")
@click.option("--faults", type=click.Path(path_type=Path), help="Save faulty rows to this new file.")
@click.option("--approve", is_flag=True, help="Approve all of it at once; else it waits for approval.")
@click.option("--undo", is_flag=True, help="Take the newest import back; no FILE then.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON object.")
@with_settings("home", "base_model")
def bring(
    settings: Settings,
    file: Path | None,
    format: str,
    mapping: str,
    encoding: str,
    dry_run: bool,
    faults: Path | None,
    approve: bool,
    undo: bool,
    as_json: bool,
) -> int:
    """Bring FILE in: JSONL, JSON, CSV, TSV or Parquet of any format or columns, or another person's understudy.db.

    What is here already is left out, so a file can come any number of times. Exit code 1 when a row was faulty or it
    was stopped; the others are in.
    """
    from understudy.playground.bringing import bring, look, mapping_of, words

    if (file is None) != undo:
        raise click.UsageError("Name a FILE, or --undo.")
    with opened(settings) as playground:
        if file is None:
            return _undo(playground.store, as_json)
        looked = look(file, format, mapping_of(mapping), encoding)
        if not as_json:
            _show(looked, every=dry_run)
        done = bring(
            playground.store,
            playground.casting.base_model,
            looked,
            state="approved" if approve else "waiting",
            dry_run=dry_run,
            faults=faults,
            on_progress=_told,
        )
    if as_json:
        click.echo(json.dumps({**asdict(done), "dry_run": dry_run}, ensure_ascii=False))
    else:
        for fault in done.faults[:20]:
            click.echo(printable(fault), err=True)
        click.echo(("Tried, nothing written: " if dry_run else "") + words(done))
    return int(bool(done.faulty or done.stopped))


def _undo(store: Store, as_json: bool) -> int:
    newest = next((batch for batch in store.batches.list() if batch.undone is None), None)
    if newest is None:
        raise NotFoundError("There is no import to take back.")
    n = store.batches.undo(newest.id)
    told = {"source": newest.source, "taken_back": n}
    click.echo(json.dumps(told) if as_json else printable(f"{n:,} lines of {newest.source} were taken back."))
    return 0


def _show(looked: Look, *, every: bool) -> None:
    """What the file seems to be, and with `every` what its first rows become."""
    meant = ", ".join(f"{field}={column}" for field, column in looked.meant.items())
    click.echo(printable(f"{looked.path.name}: {looked.kind}, {meant or ', '.join(looked.formats) or 'a store'}"))
    for line, arrival in looked.first if every else ():
        if isinstance(arrival, str):
            click.echo(printable(f"  line {line.number}: {arrival}"))
            continue
        answer = arrival.wanted or arrival.answer
        rated = {True: " [good]", False: " [bad]", None: ""}[arrival.label]
        told = f"{arrival.question!r:.70} -> {answer!r:.70}{rated}" if arrival.question else "kept as it is"
        click.echo(printable(f"  line {line.number}: {told}"))


def _told(done: Imported, share: float) -> bool:
    if sys.stderr.isatty():
        click.echo(f"\r{share:4.0%}  {done.lines:,} rows", nl=share >= 1, err=True)
    return True
