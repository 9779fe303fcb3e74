"""The tree of commands. Without a name it is `serve`: one word starts the program."""

from __future__ import annotations

from typing import Any

import click

from understudy import __version__
from understudy.cli.ask import ask
from understudy.cli.augment import augment
from understudy.cli.bring import bring
from understudy.cli.chat import chat
from understudy.cli.clean import clean
from understudy.cli.database import db
from understudy.cli.desktop import desktop
from understudy.cli.explore import explore
from understudy.cli.models import models
from understudy.cli.own import own
from understudy.cli.people import people
from understudy.cli.provider import provider
from understudy.cli.pull import pull
from understudy.cli.rescue import rescue
from understudy.cli.send import send
from understudy.cli.serve import serve
from understudy.cli.space import space
from understudy.cli.teach import teach
from understudy.cli.train import train, worker
from understudy.cli.version_export import export, exports
from understudy.cli.version_import import import_
from understudy.cli.version_push import push, pushes
from understudy.cli.versions import promote, rollback, versions


class ServeByDefault(click.Group):
    """A group that serves when it gets no command, or only flags of `serve`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {"--help", "-h", "--version"}
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = ["serve", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=ServeByDefault,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="`understudy` alone serves the page; its flags: understudy serve --help. Every flag can be set for good: "
    "UNDERSTUDY_PORT=8000 in the environment or .env, port = 8000 in settings.toml of the data folder.",
)
@click.version_option(__version__, prog_name="understudy", message="%(prog)s %(version)s")
def understudy(**_: Any) -> None:
    """Chat with a language model and its tuned versions side by side; what you correct, it learns."""


for command in (
    serve,
    chat,
    ask,
    teach,
    bring,
    send,
    clean,
    explore,
    augment,
    train,
    worker,
    versions,
    promote,
    rollback,
    own,
    models,
    people,
    provider,
    rescue,
    pull,
    space,
    db,
    desktop,
):
    understudy.add_command(command)
for command in (export, exports, import_, push, pushes):
    versions.add_command(command)
