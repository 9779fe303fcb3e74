"""`understudy clean`: what each step of cleaning would change, and with --apply its doing, which can be undone."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from understudy.cli.options import opened, printable, with_settings
from understudy.settings import Settings

if TYPE_CHECKING:
    from understudy.playground.cleaning import Found


@click.command()
@click.option("--view", default="", help="Only what this saved view shows; else everything.")
@click.option("--step", "names", multiple=True, help="Only this step; can be given several times.")
@click.option("--near", default=0.8, show_default=True, help="Least share of words of near-duplicates, 0.5 to 1.")
@click.option(
    "--apply",
    "applied",
    is_flag=True,
    help="Make the changes, step after step; what is only suggested (spelling) where --step names it.",
)
@click.option("--undo", type=int, metavar="ACT", help="Take an act back; --apply told its number.")
@click.option("--author", default="", help="Your name, for the history.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line per step or act.")
@with_settings("home", "base_model")
def clean(
    settings: Settings,
    view: str,
    names: tuple[str, ...],
    near: float,
    applied: bool,
    undo: int | None,
    author: str,
    as_json: bool,
) -> None:
    """Look for what should not be learned as it is: broken text, markup, private data, doubles, contradictions ...

    Without --apply nothing is changed. Rejected items are not looked at.
    """
    from understudy.playground.cleaning import Choice

    choice = Choice(near)
    with opened(settings) as playground:
        if undo is not None:
            back = playground.desk.undo(undo, author)
            _tell(asdict(back), f"{back.words}: {_items(back.items)}; {back.left:,} changed since and left.", as_json)
            return
        values = playground.store.views.get(view).filter.values() if view else {}
        for found in playground.cleaning.preview(values, names, choice):
            if not applied:
                _tell(asdict(found), _words(found), as_json)
            elif found.count and (found.step in names or not found.suggested):
                for act in playground.cleaning.apply(values, found.step, choice=choice, author=author):
                    _tell(asdict(act), f"{act.words}: {_items(act.items)} (act {act.number})", as_json)


def _tell(values: dict[str, object], words: str, as_json: bool) -> None:
    click.echo(json.dumps(values, ensure_ascii=False) if as_json else printable(words))


def _words(found: Found) -> str:
    """A step with its count, and for each example what it is about and its two texts."""
    lines = [f"{found.step}: {found.sentence or f'{found.count:,}'}" + ("" if found.sentence else f" ({found.does})")]
    for example in found.examples:
        lines += [f"  item {example.item}: {example.why}", *(f"    {_end(text)}" for text in example.example)]
    lines += [f"  left alone: item {one.item}: {one.why}" for one in found.left]
    return "\n".join([*lines, f"  {found.note}"] if found.note else lines)


def _items(count: int) -> str:
    return f"{count:,} item{'s' * (count != 1)}"


def _end(text: str, most: int = 150) -> str:
    """One line of a text; of a long one its end, where answers break off."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"…{text[-most:]}"
