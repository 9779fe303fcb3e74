"""`understudy provider`: models that answer elsewhere."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from understudy.cli.options import opened, printable, with_settings
from understudy.settings import Settings


@click.group()
def provider() -> None:
    """Models at OpenAI, Azure, Nebius, or any server that speaks like them."""


@provider.command("models")
@click.argument("server", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@with_settings("home", "local_only")
def list_offers(settings: Settings, server: str | None, as_json: bool) -> None:
    """The models of SERVER (openai, azure, nebius or a base URL), with their last days and prices.

    Without SERVER: the servers there are, and what each still needs. Add one with `understudy models add`.
    """
    with opened(settings) as playground:
        if server is None:
            found: dict[str, object] = {"servers": [asdict(choice) for choice in playground.servers()]}
            lines = [f"{choice.id:12} {choice.missing or choice.name}" for choice in playground.servers()]
        else:
            offers = playground.offers(server)
            found = asdict(offers)
            lines = [f"{offer.source}  {offer.detail}".rstrip() for offer in offers.models]
            lines += [line for line in (offers.sentence, offers.age) if line]
    click.echo(json.dumps(found, default=str) if as_json else printable("\n".join(lines)))
