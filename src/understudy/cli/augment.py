"""`understudy augment`: other wordings of questions, proposed for a person; listed, approved and rejected here too."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from understudy.cli.options import opened, printable, with_settings
from understudy.settings import Settings


@click.command()
@click.option("--view", default="", help="Only the questions of this saved view; else of everything.")
@click.option(
    "--by",
    "method",
    default="paraphrase",
    show_default=True,
    type=click.Choice(["paraphrase", "translation", "order"]),
    help="A model's other words, its translation and back, or a rule.",
)
@click.option("--model", default="base", show_default=True, help="Who writes: a column's name, such as base or v3.")
@click.option("--via", default="de", show_default=True, help="Language of the translation.")
@click.option("--list", "state", type=click.Choice(["waiting", "approved", "rejected"]), help="Only list these.")
@click.option("--approve", multiple=True, metavar="ID", help="Let this wording train; can be given several times.")
@click.option("--reject", multiple=True, metavar="ID", help="Never let it train.")
@click.option("--author", default="", help="Your name, kept beside what you ask for and decide.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line per wording.")
@with_settings("home", "base_model", "device", "threads")
def augment(
    settings: Settings,
    view: str,
    method: str,
    model: str,
    via: str,
    state: str | None,
    approve: tuple[str, ...],
    reject: tuple[str, ...],
    author: str,
    as_json: bool,
) -> None:
    """Have questions written in other words. They are synthetic, wait for a person, and train once approved."""
    with opened(settings) as playground:
        augmenting = playground.augmenting
        for ids, decision in ((approve, "approved"), (reject, "rejected")):
            if ids:
                click.echo(f"{decision}: {len(augmenting.decide(ids, decision, author)):,}")
        if approve or reject:
            return
        if state is None:
            values = playground.store.views.get(view).filter.values() if view else {}
            written = augmenting.write(values, method, model, via, author)
            told = f"{written.proposed:,} new wordings of {written.questions:,} questions wait. {written.sentence}"
            click.echo(printable(told.strip()), err=as_json)
        for one in augmenting.wordings(state or "waiting", limit=1_000_000):
            line = f"{one.id}  {one.method} {one.model}\n  {one.question}\n  {one.text}"
            click.echo(json.dumps(asdict(one), ensure_ascii=False) if as_json else printable(line))
