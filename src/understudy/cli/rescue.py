"""`understudy rescue`: take home what can be taken from fine-tunes that will end, and compare what replaces them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from understudy.cli.options import MODEL, opened, printable, with_settings
from understudy.cli.provider import as_json_option
from understudy.settings import Settings

if TYPE_CHECKING:
    from understudy.playground.playground import Playground
    from understudy.playground.rescue import Pair
    from understudy.playground.rescuing import Rescuing

FORMATS = (
    *("store", "chat", "preference", "completion", "trl-completion", "trl-pair", "trl-unpaired", "transcript"),
    *("sharegpt", "alpaca"),
)
CHOICES = {"1": "left", "2": "right", "t": "tie", "b": "both_bad"}


@click.group()
def rescue() -> None:
    """Save data and answers of fine-tunes that will be shut down. Only Nebius gives their weights out."""


@rescue.command("list")
@click.argument("server")
@as_json_option
@with_settings("home", "local_only")
def list_jobs(settings: Settings, server: str, as_json: bool) -> None:
    """The fine-tunes at SERVER (openai, azure, nebius or a base URL), and how long each will answer."""
    from understudy.playground.rescue import NO_WEIGHTS
    from understudy.serving.provider import server_of

    with _rescuing(settings) as (rescuing, _):
        found = rescuing.jobs(server_of(server))
    if as_json:
        click.echo(json.dumps({"jobs": [asdict(job) for job in found], "note": NO_WEIGHTS}, default=str))
        return
    for job in found:
        click.echo(printable(f"{job.id}  {job.created}  {job.status}  {job.tuned or job.model}  {job.sentence}"))
    click.echo(NO_WEIGHTS)


@rescue.command()
@click.argument("server")
@click.argument("job")
@click.option("--to", "folder", default=".", type=click.Path(path_type=Path, file_okay=False), help="Where to.")
@as_json_option
@with_settings("home", "local_only")
def download(settings: Settings, server: str, job: str, folder: Path, as_json: bool) -> int:
    """Training, validation and result files of JOB at SERVER. Exit code 1 when one is gone already."""
    from understudy.serving.provider import server_of

    with _rescuing(settings) as (rescuing, _):
        written, missing = rescuing.download(server_of(server), job, folder)
    told = {"files": [str(path) for path in written], "missing": missing}
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else printable("\n".join([*told["files"], *missing])))
    return int(bool(missing))


@rescue.command()
@click.argument("server")
@click.argument("job")
@click.option("--step", type=int, help="Of the checkpoint at this step; the last one, if not given.")
@as_json_option
@with_settings("home", "base_model", "local_only")
def adapter(settings: Settings, server: str, job: str, step: int | None, as_json: bool) -> None:
    """Bring home the weights of JOB, where SERVER gives adapters out (Nebius does, OpenAI and Azure do not).

    They become a version of their base model where that is a model here.
    """
    from understudy.serving.provider import server_of

    with _rescuing(settings) as (_, playground):
        assert playground.remote is not None  # `build_playground` always puts it there
        taken = playground.remote.adapters.take(server_of(server), job, step)
    number = taken.version.number if taken.version else None
    told = {"folder": str(taken.folder), "version": number, "sentence": taken.sentence}
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else printable(taken.sentence))


@rescue.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--to", "format", default="store", type=click.Choice(FORMATS), show_default=True, help="Into what.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write; standard output without it.")
@as_json_option
@with_settings("home", "base_model")
def convert(settings: Settings, file: Path, format: str, out: Path | None, as_json: bool) -> int:
    """Lines of FILE as feedback here (store), or in another format. Exit code 1 when a line was left out."""
    from understudy.dataset.formats import Format
    from understudy.dataset.jsonl import dump_lines, read_file, read_lines
    from understudy.playground.exchange import convert_lines, import_lines

    lines = read_lines(read_file(file))
    if format == "store":
        with opened(settings) as playground:
            done = import_lines(playground.store, playground.casting.base_model, lines, file.name)
        words = f"{done.added} lines can be learned from, {done.kept} are kept as they are, {done.known} were here."
        click.echo(json.dumps(asdict(done)) if as_json else printable("\n".join([words, *done.faults])))
        return int(bool(done.faults))
    made = convert_lines(lines, Format(format), file.name)
    text = dump_lines(made.lines)
    if out is not None:
        out.write_bytes(text)
    told = {"lines": len(made.lines), "faults": made.faults}
    click.echo(json.dumps(told) if as_json else text.decode() if out is None else f"{len(made.lines)} lines in {out}")
    for fault in () if as_json else made.faults:
        click.echo(printable(fault), err=True)
    return int(bool(made.faults))


@rescue.command()
@click.argument("server")
@click.argument("model")
@click.option("--prompts", type=click.Path(path_type=Path), help="Training lines whose prompts are asked.")
@click.option("--job", help="Ask the prompts of this job's training file.")
@click.option("--name", help="Name of the golden set; the model's, if not given.")
@as_json_option
@with_settings("home", "local_only")
def record(
    settings: Settings, server: str, model: str, prompts: Path | None, job: str | None, name: str | None, as_json: bool
) -> int:
    """Ask MODEL at SERVER while it lives, and keep its answers. Begun again, it asks only what is missing."""
    from understudy.dataset.jsonl import read_file, read_lines
    from understudy.playground.rescue import TERMS
    from understudy.playground.rescuing import prompts_in
    from understudy.serving.provider import server_of

    where = server_of(server)
    with _rescuing(settings) as (rescuing, _):
        asked = prompts_in(read_lines(read_file(prompts))) if prompts else rescuing.prompts(where, job) if job else []
        golden, done = rescuing.record(where, model, asked, name or model)
    words = f"{golden.name}: {done.recorded} answers recorded, {done.known} were there. {TERMS}"
    told = {"set": asdict(golden), **asdict(done)}
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else printable("\n".join([words, *done.faults])))
    return int(bool(done.faults))


@rescue.command()
@click.argument("server")
@click.option("--model", help="Only chats with this model.")
@as_json_option
@with_settings("home", "base_model", "local_only")
def stored(settings: Settings, server: str, model: str | None, as_json: bool) -> int:
    """Chats that were stored at SERVER, as feedback here."""
    from understudy.serving.provider import server_of

    with _rescuing(settings) as (rescuing, playground):
        done = rescuing.import_stored(server_of(server), model, playground.casting.base_model)
    words = f"{done.added} chats can be learned from, {done.kept} are kept as they are, {done.known} were here."
    click.echo(json.dumps(asdict(done)) if as_json else printable("\n".join([words, *done.faults])))
    return int(bool(done.faults))


@rescue.command()
@click.argument("golden")
@as_json_option
@with_settings("home", "base_model")
def teach(settings: Settings, golden: str, as_json: bool) -> None:
    """Teach the local model the answers of the set GOLDEN, but for those that compare; then `understudy train`."""
    from understudy.playground.rescue import teach_golden

    with _rescuing(settings) as (rescuing, playground):
        done = teach_golden(playground.store, playground.casting.base_model, rescuing.golden(golden).id)
    words = f"{done.added} answers are approved corrections now, {done.known} were. Next: understudy train --wait"
    click.echo(json.dumps(asdict(done)) if as_json else words)


@rescue.command()
@click.argument("golden")
@click.option("--column", default="champion", show_default=True, help="Who is compared: base, champion, v3, a model.")
@as_json_option
@with_settings(*MODEL)
def compare(settings: Settings, golden: str, column: str, as_json: bool) -> None:
    """Compare COLUMN with the old answers in GOLDEN, blind, and say who wins how often. --json only says it."""
    from understudy.playground.columns import resolve_columns
    from understudy.playground.rescue import compared, vote

    with _rescuing(settings) as (rescuing, playground):
        found = rescuing.golden(golden)
        (who,) = resolve_columns(playground.store, playground.casting.base_model, [column])
        assert playground.remote is not None  # `build_playground` always puts it there
        for pair in () if as_json else playground.remote.blind.pairs(found.id, who):
            _show(pair)
            answer = click.prompt("Better: 1, 2, t(ie), b(oth bad)", type=click.Choice([*CHOICES]), show_choices=False)
            vote(playground.store, pair, CHOICES[answer], who.model, who.version)  # type: ignore[arg-type]
        standing = compared(playground.store, found.id, who.model, who.version)
    click.echo(json.dumps(asdict(standing)) if as_json else str(standing))


def _show(pair: Pair) -> None:
    click.echo(printable(f"\n{pair.prompt[-1].content}\n  1: {pair.left}\n  2: {pair.right}"))


@contextmanager
def _rescuing(settings: Settings) -> Iterator[tuple[Rescuing, Playground]]:
    with opened(settings) as playground:
        assert playground.remote is not None  # `build_playground` always puts it there
        yield playground.remote.rescuing, playground
