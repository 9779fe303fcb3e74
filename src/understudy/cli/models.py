"""`understudy models`: which base models there are, whether one fits here, and which one `base` means."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from understudy.cli.options import opened, with_settings
from understudy.errors import ModelError
from understudy.settings import Settings

if TYPE_CHECKING:
    from understudy.playground.playground import Playground

POLL_S = 0.2


@click.group(invoke_without_command=True)
@click.pass_context
def models(context: click.Context) -> None:
    """List, add and choose base models."""
    if context.invoked_subcommand is None:
        context.invoke(list_models)


@models.command("list")
@with_settings("home", "base_model")
def list_models(settings: Settings) -> None:
    """The models there are; * marks the one that `base` means."""
    with opened(settings) as playground:
        base = playground.casting.base_model
        for model in playground.store.models.list():
            click.echo(f"{'*' if model.name == base else ' '} {model.name:24} {model.source}")


@models.command()
@click.argument("source")
@with_settings("home", "base_model", "device")
def fit(settings: Settings, source: str) -> None:
    """Whether SOURCE (a hub id or a folder) would run here, before anything is downloaded."""
    with opened(settings) as playground:
        click.echo(playground.fit(source)["sentence"])


@models.command()
@click.argument("source")
@with_settings("home", "base_model")
def add(settings: Settings, source: str) -> None:
    """Add SOURCE, a hub id or a folder with safetensors weights. Ctrl-C cancels a download."""
    with opened(settings) as playground:
        job = playground.start_adding_model(source)
        try:
            with click.progressbar(length=1, label=f"Adding {source}") as bar:
                while (state := state_of(playground, job))["state"] == "running":
                    bar.length = max(state["total_bytes"] or 1, 1)
                    bar.update(state["done_bytes"] - bar.pos)
                    time.sleep(POLL_S)
        except KeyboardInterrupt:
            playground.cancel_job(job)
            raise
        if state["state"] != "done":
            raise ModelError(state["message"])
        click.echo(state["message"])


def state_of(playground: Playground, job: str) -> dict[str, Any]:
    """How far a download is; see `Job`."""
    return playground.job(job)


@models.command()
@click.argument("name")
@with_settings("home")
def use(settings: Settings, name: str) -> None:
    """Let `base` mean the model NAME from now on."""
    with opened(settings) as playground:
        playground.use_base_model(name)
        click.echo(f"base is now {name}.")
