"""`understudy export`: feedback as a training file in any format, with a card; to the hub where a token is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from understudy.cli.options import opened, printable, with_settings
from understudy.errors import InputError
from understudy.playground.data_card import synthetic_words
from understudy.settings import Settings

if TYPE_CHECKING:
    from understudy.playground.sending import Sent


@click.command("export")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--format", required=True, help="openai-sft, openai-dpo, trl-preference, sharegpt, csv, parquet ...")
@click.option("--view", default="", help="Only what this saved view shows; else all that is approved.")
@click.option("--all", "every", is_flag=True, help="Also what waits for approval or was rejected.")
@click.option("--licence", default="unknown", show_default=True, help="For the card, such as cc-by-4.0.")
@click.option("--split", is_flag=True, help="Put a tenth of the groups of alike questions into OUT's .eval file.")
@click.option("--synthetic", is_flag=True, help="Also approved wordings; they are marked, and never in the eval file.")
@click.option(
    "--push", default="", metavar="OWNER/NAME", help="Upload it to this dataset on the hub, private (HF_TOKEN)."
)
@click.option("--public", is_flag=True, help="With --push: for everybody to see.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as one JSON object.")
@with_settings("home", "base_model", "local_only")
def send(
    settings: Settings,
    out: Path,
    format: str,
    view: str,
    every: bool,
    licence: str,
    split: bool,
    synthetic: bool,
    push: str,
    public: bool,
    as_json: bool,
) -> None:
    """Write feedback to OUT, and a card to OUT.md. The same store gives the same bytes; OUT.gz is packed."""
    from understudy.dataset.splits import SHARE
    from understudy.playground import sending
    from understudy.store import Filter

    if view and every:
        raise InputError("A view says itself what it shows. Leave --all away, or --view.")
    token = hub_token(settings) if push else ""
    with opened(settings) as playground:
        store = playground.store
        shown = store.views.get(view).filter if view else Filter(states=() if every else ("approved",))
        name = view or ("everything" if every else "")
        wish = sending.Wish(not view, SHARE if split else 0.0, synthetic, licence, name)
        sent = sending.send(store, lambda: store.items.each(shown.leaving), out, format, wish)
    address = _pushed(sent, push, token, public) if push else ""
    if as_json:
        click.echo(json.dumps(sending.values(sent) | ({"address": address} if address else {}), ensure_ascii=False))
    else:
        click.echo(printable("\n".join(filter(None, (_words(sent), address)))))


def _pushed(sent: Sent, repository: str, token: str, public: bool) -> str:
    from huggingface_hub import HfApi

    from understudy.playground.dataset_push import push

    return push(sent, repository, HfApi(token=token), public=public)


def _words(sent: Sent) -> str:
    counts = sent.counts
    left = sum(counts.left_out.values())
    told = [" and ".join(f"{file.rows:,} rows in {file.path}" for file in sent.files)]
    told += [f"{left:,} do not fit {sent.format}"] if left else []
    told += [f"synthetic wordings: {synthetic_words(sent)}"] if counts.synthetic or counts.synthetic_left else []
    told += ["too few groups for an eval file"] if sent.by and len(sent.files) == 1 else []
    return f"{'; '.join(told)}."


def hub_token(settings: Settings) -> str:
    """The token of the hub. Raises InputError where there is none, or nothing may leave."""
    from understudy.serving.hub import require_token

    if settings.local_only:
        raise InputError("UNDERSTUDY_LOCAL_ONLY is set, so nothing is uploaded. Leave --push away, or unset it.")
    return require_token().value
