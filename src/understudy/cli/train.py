"""`understudy train` and `understudy worker`: the same runs as the page's, without the page."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from understudy.cli.options import MODEL, opened, person_option, with_settings
from understudy.errors import SettingsError
from understudy.settings import Settings

if TYPE_CHECKING:
    from understudy.playground.playground import Playground
    from understudy.store import Run

POLL_S = 0.2


@click.command()
@click.option("--wait", is_flag=True, help="Train here and now, and wait for the version and its gate.")
@click.option("--fresh", is_flag=True, help="Start from the base model, not from the live version.")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="A training setting, for this run alone.")
@person_option()
@click.option("--json", "as_json", is_flag=True, help="Print the run, the version and the gate's report as JSON.")
@with_settings("promote", "learn_weak", *MODEL)
def train(settings: Settings, wait: bool, fresh: bool, changes: tuple[str, ...], person: str, as_json: bool) -> int:
    """Queue a training run on all that is approved; the open page or a worker takes it, or --wait does it here.

    Exit code 1 when the run failed or its version did not pass the gate.
    """
    recipe = dict(change(text) for text in changes)
    with opened(settings) as playground:
        run = playground.learning.start(fresh=fresh, recipe=recipe, person=playground.own.require(person))
        if wait:
            follow(playground, run, quiet=as_json)
        row = playground.store.runs.get(run)
        click.echo(json.dumps(told(playground, row), ensure_ascii=False) if as_json else words(row))
        version = playground.store.versions.find(row.model, row.version) if row.version else None
        return int(wait and not (version and version.passed))


@click.command()
@click.option("--once", is_flag=True, help="Work on what is queued now, then end.")
@with_settings("promote", "learn", "learn_weak", *MODEL)
def worker(settings: Settings, once: bool) -> None:
    """Work on queued training runs until Ctrl-C, for instance on a machine with a GPU and the same data folder."""
    with opened(settings) as playground:
        playground.store.runs.requeue_orphans()
        if once:
            while playground.learning.work_once():
                pass
            return
        click.echo("Waiting for training runs (Ctrl-C ends it)")
        playground.learning.watch()
        playground.learning.join()


def change(text: str) -> tuple[str, str]:
    """`learning_rate=1e-3` as name and value. Raises SettingsError when it is not of that shape."""
    name, given, value = text.partition("=")
    if not given or not name.strip():
        raise SettingsError(f"{text!r} changes no training setting. Write a name and a value: --set learning_rate=1e-3")
    return name.strip(), value.strip()


def follow(playground: Playground, run: str, *, quiet: bool) -> None:
    """Work on a run with a progress bar; Ctrl-C cancels it."""
    playground.learning.watch()
    try:
        if quiet:
            playground.learning.wait(run)
            return
        with click.progressbar(length=1000, label="Learning") as bar:
            while (row := playground.learning.wait(run, POLL_S)).finished is None:
                bar.label = row.phase.capitalize() or "Waiting"
                bar.update(max(0, int(row.progress * 1000) - bar.pos))
    except KeyboardInterrupt:
        playground.learning.cancel(run)
        playground.learning.wait(run, 10.0)
        raise


def told(playground: Playground, row: Run) -> dict[str, Any]:
    """A run, its version and what the gate found, as JSON."""
    version = playground.store.versions.find(row.model, row.version) if row.version else None
    verdicts = playground.store.versions.verdicts(version.id) if version else []
    shown = ("id", "model", "parent", "trigger", "state", "sentence", "recipe", "created", "started", "finished")
    return {
        "run": {name: getattr(row, name) for name in shown},
        "version": version.number if version else None,
        "passed": version.passed if version else None,
        "live": bool(version) and playground.store.versions.champion(row.model, row.person) == row.version,
        "report": version.report if version else row.report,
        "verdicts": [asdict(verdict) for verdict in verdicts],
    }


def words(row: Run) -> str:
    """A run in one line for a person."""
    if row.finished is None:
        return "Queued. The open page or `understudy worker` trains it."
    return row.sentence
