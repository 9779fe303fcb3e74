"""`understudy explore`: what feedback is like, in the numbers of the Explore page."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from understudy.cli.options import opened, printable, with_settings
from understudy.settings import Settings

if TYPE_CHECKING:
    from understudy.playground.explore_view import Explored, Figure

_MOST_ROWS = 20


@click.command()
@click.option("--view", default="", help="Only what this saved view shows; else everything.")
@click.option("--json", "as_json", is_flag=True, help="All numbers, with the filter of each, as one JSON object.")
@with_settings("home", "base_model", "embedder")
def explore(settings: Settings, view: str, as_json: bool) -> None:
    """Count what was said over time, by version, topic and rater; words, lengths, topics, and leaks of the split."""
    with opened(settings) as playground:
        values = playground.store.views.get(view).filter.values() if view else {}
        found = playground.exploring.whole(values, _tell)
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False))
    else:
        click.echo(printable("\n".join(_lines(found))))


def _tell(words: str, done: float) -> None:
    """What goes on, in one line that is written over, for somebody who watches."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{words} ... " if done < 1 else "\r\x1b[K", nl=False, err=True)


def _lines(found: Explored) -> Iterator[str]:
    yield f"{found.count:,} item{'s' * (found.count != 1)}"
    for figure in found.figures:
        yield from _table(figure)
    for part in found.parts.values():
        if part.words:
            yield f"\n{part.words}"
        for figure in part.figures:
            yield from _table(figure)
        for pair in part.pairs:
            yield f"  {pair.score:.2f}  eval {pair.judged}: {pair.asked}\n        train {pair.trained}: {pair.also}"


def _table(figure: Figure) -> Iterator[str]:
    """The figure's first rows, each with its numbers."""
    yield f"\n{figure.title}" + (f". {figure.sentence}" if figure.sentence else "")
    for bar in figure.bars[:_MOST_ROWS]:
        said = [f"{n:,} {series.name}" for n, series in zip(bar.counts, figure.series, strict=True) if n]
        noted = f" ({figure.noted.lower()}: {bar.note})" if bar.note else ""
        yield f"  {bar.name}: {', '.join(said) or 'nothing'}{noted}"
    if len(figure.bars) > _MOST_ROWS:
        yield f"  ... and {len(figure.bars) - _MOST_ROWS:,} more with --json"
