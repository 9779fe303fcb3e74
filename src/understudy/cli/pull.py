"""`understudy pull`: what people said on a Space, brought here for curation and training."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from understudy.cli.database import opened_store
from understudy.cli.options import printable, with_settings
from understudy.errors import InputError, NotFoundError
from understudy.settings import Settings


@click.command()
@click.argument("repository", metavar="OWNER/NAME")
@click.option("--dry-run", is_flag=True, help="Only count what is new and what is here already.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON object.")
@with_settings("home", "local_only")
def pull(settings: Settings, repository: str, dry_run: bool, as_json: bool) -> None:
    """Bring in what people said on a Space, from its dataset OWNER/NAME on the hub (HF_TOKEN).

    It waits for approval on the Curate page. What is here already is left out, so it can be pulled again and again;
    what was deleted there is deleted here.
    """
    from understudy.playground.bringing import words
    from understudy.playground.feedback_repo import FeedbackRepo
    from understudy.playground.pulling import pull as bring_in
    from understudy.serving.hub import find_token

    if settings.local_only:
        raise InputError("UNDERSTUDY_LOCAL_ONLY is set, so nothing is fetched. Unset it to pull.")
    token = find_token()
    with opened_store(settings) as store, FeedbackRepo(repository, token.value if token else "").fetched() as folder:
        if folder is None:
            raise NotFoundError(f"The hub shows no dataset {repository} to this token. Check the name and HF_TOKEN.")
        pulled = bring_in(store, folder, repository, dry_run=dry_run)
    if as_json:
        told = {**asdict(pulled.brought), "removed": pulled.removed, "faulty": pulled.faulty, "dry_run": dry_run}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    parts = ["Tried, nothing written: " * dry_run + words(pulled.brought)]
    parts += [f"{pulled.removed:,} conversations were deleted there, and now here."] if pulled.removed else []
    parts += [f"{pulled.faulty:,} lines could not be read."] if pulled.faulty else []
    click.echo(printable(" ".join(parts)))
